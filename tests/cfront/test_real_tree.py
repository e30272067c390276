"""A real tree, if there is one: set ANALYZE_SERIES_QEMU to a checkout of QEMU."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from analyzer.cfront import parse, show, verify
from analyzer.model.summary import Dialect

TREE = os.environ.get("ANALYZE_SERIES_QEMU", "")
DIALECT = Dialect(
    attributes=("coroutine_fn", "coroutine_mixed_fn", "g_autofree", "G_GNUC_*", "QEMU_PACKED", "TSA_*"),
    auto_types=("g_autoptr", "g_auto(T)"),
    block_macros=("WITH_*_GUARD",),
    loop_macros=("*FOREACH*",),
    noreturn=("abort", "exit", "g_assert_not_reached"),
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path(TREE, "migration").is_dir() or not TREE, reason="ANALYZE_SERIES_QEMU names no tree"
    ),
]


def test_every_function_of_migration_is_found_and_read() -> None:
    hurt, found, bodies = [], 0, 0
    for path in sorted(Path(TREE, "migration").glob("*.c")):
        text = path.read_text()
        summary = parse(path.name, text, DIALECT)
        lines = text.split("\n")
        bodies += sum(line == "{" and not before.endswith("\\") for before, line in itertools.pairwise(lines))
        for function in summary.functions:
            found += 1
            assert verify(function) == (), function.name
            assert show(function)
            if function.problems:
                hurt.append(f"{path.name}:{function.name}")
    assert found >= bodies
    assert len(hurt) <= 18, hurt
