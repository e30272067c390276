"""Terse lines keep their frame whatever stands in them, and say no more than the report."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from hypothesis import given, settings

from analyzer.model.report import FindingKind, Level
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location
from analyzer.reports import join, render

from .sample import ASIDE, CLEAN, FINDINGS, SAMPLE
from .test_safety import ANY, poisoned

LINE = re.compile(r"(?P<file>[^ :]+)(?::(?P<line>\d+))?: (?P<level>ERROR|WARNING|NOTE): \S.*")
TOTAL = re.compile(r"total: \d+ errors?, \d+ warnings?, \d+ notes?.*")


def test_a_finding_stands_at_the_line_that_its_patch_changed() -> None:
    lines = render(SAMPLE, "terse").splitlines()
    assert lines[0].startswith("canal/gate.c:40: ERROR: start-stop: missing (introduced by patch 3), at ")
    assert lines[1].startswith("canal/gate.c:50: WARNING: stop-before-pump: out of order (a window: ")


def test_what_was_there_before_the_series_and_what_could_not_be_told_are_notes() -> None:
    *lines, total = render(SAMPLE, "terse").splitlines()
    assert any(": NOTE: start-stop: out of order (preexisting)" in line for line in lines)
    assert any(": NOTE: could not be told: hunk 2 of canal/gate.c: two places fit" in line for line in lines)
    assert total == "total: 1 error, 1 warning, 1 note; incomplete: 2 could not be told"


def test_a_suppressed_finding_is_a_note_and_gives_its_reason() -> None:
    entry = Suppression("", "f2", "boats wait", Location("accepted.toml", 3), until=date(2030, 1, 1))
    report = replace(SAMPLE, findings=(replace(FINDINGS[2], suppressed=entry),))
    line, *_, total = render(report, "terse").splitlines()
    assert line.startswith("canal/gate.c:40: NOTE: start-stop: missing (introduced by patch 3; suppressed)")
    assert "suppressed: boats wait (accepted.toml:3, until 2030-01-01)" in line
    assert total.startswith("total: 0 errors, 0 warnings, 0 notes, 1 suppressed")


def test_what_a_series_mends_is_no_error() -> None:
    mended = replace(FINDINGS[2], kind=FindingKind.FIXED, level=Level.ERROR)
    line, *_ = render(replace(SAMPLE, findings=(mended,)), "terse").splitlines()
    assert ": NOTE: start-stop: missing (fixed by patch 3)" in line


def test_without_remarks_the_total_is_left() -> None:
    assert render(CLEAN, "terse") == "total: 0 errors, 0 warnings, 0 notes\n"
    assert render(ASIDE, "terse").splitlines()[0].startswith("-: NOTE: not concerned")


def test_a_named_scenario_restricts_the_lines() -> None:
    lines = render(SAMPLE, "terse", scenarios=("failed filling",)).splitlines()
    assert [line.split(": ")[2] for line in lines[:-1]] == ["stop-before-pump", "could not be told"]


def test_several_series_are_one_after_the_other() -> None:
    one = render(CLEAN, "terse")
    assert join((one, one), "terse", 0) == one + one


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_no_text_breaks_the_frame(text: str) -> None:
    *lines, total = render(poisoned(text), "terse").split("\n")[:-1]
    assert len(lines) == 3
    assert all(LINE.fullmatch(line) for line in lines)
    assert TOTAL.fullmatch(total)
