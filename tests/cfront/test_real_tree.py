"""Real trees, if there are any: what is found in them, and how much of it is understood."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from analyzer.cfront import index, lower, parse, show, verify
from tests import real_trees
from tests.cfront.count import count, files_of
from tests.cfront.dialects import LINUX, QEMU

pytestmark = pytest.mark.slow


def texts(tree: Path, pattern: str) -> dict[str, str]:
    found = {str(path): path.read_text("utf-8", errors="replace") for path in sorted(tree.glob(pattern))}
    assert found
    return found


def test_every_function_of_migration_is_found_and_read() -> None:
    hurt, found, bodies = [], 0, 0
    for path, text in texts(real_trees.qemu(), "migration/*.c").items():
        summary = parse(path, text, QEMU)
        lines = text.split("\n")
        bodies += sum(line == "{" and not before.endswith("\\") for before, line in itertools.pairwise(lines))
        for function in summary.functions:
            found += 1
            assert verify(function) == (), function.name
            assert show(function)
            if function.problems:
                hurt.append(f"{path}:{function.name}")
    assert found >= bodies
    assert hurt == []


@pytest.mark.parametrize("pattern", ["migration/*.c", "hw/vfio/*.c", "system/*.c", "util/*.c"])
def test_the_index_and_single_functions_agree_with_the_whole_file(pattern: str) -> None:
    for path, text in texts(real_trees.qemu(), pattern).items():
        whole = parse(path, text, QEMU).functions
        entries = index(path, text, QEMU).functions
        assert [(one.name, one.end_line) for one in entries] == [
            (one.name, one.span.end_line) for one in whole
        ]
        for entry, one in zip(entries, whole, strict=True):  # attributes before it are part of the entry
            assert one.span.line - 2 <= entry.line <= one.span.line
        for name in sorted({one.name for one in whole})[::7]:
            assert lower(path, text, QEMU, (name,)).functions == tuple(o for o in whole if o.name == name)


def test_what_suspends_linux_is_read_in_full() -> None:
    for pattern in ("kernel/power/*.c", "drivers/base/power/*.c", "kernel/cpu*.c", "kernel/notifier.c"):
        for path, text in texts(real_trees.linux(), pattern).items():
            for function in parse(path, text, LINUX).functions:
                assert verify(function) == (), function.name
                assert function.problems == (), (path, function.name)


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_a_sample_of_all_files_raises_nothing_and_is_nearly_all_read(first: int) -> None:
    own = [path for path in files_of(real_trees.qemu()) if not {"roms", "subprojects"} & set(path.parts)]
    found = [count(path, QEMU) for path in own[first::60]]
    assert [one.raised for one in found if one.raised] == []
    # 2.1 percent of all of them are hurt (docs/front-end.md)
    assert sum(len(one.hurt) for one in found) <= sum(one.functions for one in found) / 25
