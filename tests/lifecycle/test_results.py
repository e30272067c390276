"""Calls that return one of their arguments: the value itself, or what stands at a field's address."""

from __future__ import annotations

import pytest

from tests.builders import body, tiny, told

RESULTS = {"same": 0, "load": 0}


@pytest.mark.parametrize(
    ("lines", "sequence"),
    [
        (
            ("move(&o->phase, PHASE_NEW, PHASE_BUSY);", "if (load(&o->phase) == PHASE_BUSY) {", "go();", "}"),
            ["go"],
        ),
        (
            ("move(&o->phase, PHASE_NEW, PHASE_BUSY);", "if (load(&o->phase) == PHASE_NEW) {", "go();", "}"),
            [""],
        ),
        (("if (same(1)) {", "go();", "}"), ["go"]),
        (("if (other(&o->phase)) {", "go();", "}"), ["", "go"]),
    ],
)
def test_the_result_is_the_argument_or_what_is_there(lines: tuple[str, ...], sequence: list[str]) -> None:
    assert sorted(told(body(*lines), profile=tiny(results=RESULTS))) == sequence
