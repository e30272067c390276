"""Each case folder holds C text and what the front end understood of it.

Write the expectation of a new case with ``CFRONT_WRITE=1 pytest tests/cfront/test_golden.py`` and read it.
The dialect is the folder's own or the one that stands beside the folders.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from analyzer.cfront import parse, show, verify
from analyzer.model.summary import Dialect, FileSummary

CASES = Path(__file__).parents[2] / "fixtures" / "cases" / "cfront"


def dialect_of(case: Path) -> Dialect:
    own = case / "dialect.toml"
    table = tomllib.loads((own if own.exists() else CASES / "dialect.toml").read_text())
    return Dialect(**{key: tuple(values) for key, values in table.items()})


def printed(summary: FileSummary) -> str:
    outside = [f"outside, line {p.span.line}: {p.text}\n" for p in summary.problems]
    return "\n".join([*(show(function) for function in summary.functions), *outside])


@pytest.mark.parametrize("case", sorted(p.parent for p in CASES.glob("*/input.c")), ids=lambda p: p.name)
def test_case_is_understood_as_written_down(case: Path) -> None:
    summary = parse("input.c", (case / "input.c").read_text(), dialect_of(case))
    for function in summary.functions:
        assert verify(function) == ()
    expected = case / "expected.txt"
    if os.environ.get("CFRONT_WRITE"):
        expected.write_text(printed(summary))
    assert printed(summary) == expected.read_text()
