"""The side-by-side table: what shares a row, and which marks stand where."""

from __future__ import annotations

from dataclasses import replace

from analyzer.model.letters import Sequence
from analyzer.model.report import ScenarioSequences, StageSequences
from analyzer.model.unknown import Unknown
from analyzer.reports import render
from analyzer.reports.lists import listing
from analyzer.reports.table import marked

from .sample import AGAIN, BASE, CLEAN, EARLY, FAILED, LATE, SAMPLE, SECOND, START, pump, stages


def rows(*lists: tuple[Sequence, ...]) -> list[list[str]]:
    return drawn(replace(FAILED, stages=stages(*lists)))


def drawn(scenario: ScenarioSequences) -> list[list[str]]:
    """The cells as ``marks words``, row by row."""
    given = replace(CLEAN, scenarios=(scenario,), stages=CLEAN.stages[: len(scenario.stages)])
    columns = marked(listing(given, scenario))
    cells = [[f"{cell.marks}{cell.entry.words}" if cell else "" for cell in column] for column in columns]
    return [list(row) for row in zip(*cells, strict=True)]


def test_letters_that_stay_share_a_row() -> None:
    assert rows((BASE,), (SECOND,)) == [
        [" -notify STOP (during filling)", ""],
        ["  pump_on()", "  pump_on()"],
        ["  notify STOP (during close_gate)", "  notify STOP (during close_gate)"],
    ]


def test_a_letter_at_another_place_is_moved_not_gone_and_new() -> None:
    before, after = Sequence((pump(), LATE)), Sequence((AGAIN, pump()))
    assert rows((before,), (after,)) == [
        ["", "* notify STOP (during settle)"],
        ["  pump_on()", "  pump_on()"],
        ["  notify STOP (during close_gate)", ""],
    ]


def test_a_letter_can_be_new_and_gone_at_once() -> None:
    lone, both = Sequence((START,)), Sequence((START, EARLY))
    assert rows((lone,), (both,), (lone,))[1] == ["", "+-notify STOP (during filling)", ""]


def test_nothing_is_new_or_gone_beside_a_stage_that_could_not_be_told() -> None:
    found = (StageSequences(0, (BASE,)), StageSequences(1, (), (Unknown("s", "bound hit"),)))
    cells = [cell for row in drawn(replace(FAILED, stages=found)) for cell in row if cell]
    assert all(cell.startswith("  ") for cell in cells)


def test_narrow_screens_get_the_lists_one_under_the_other() -> None:
    text = render(CLEAN, "text", width=40)
    assert (
        text.index("Before patch 2")
        < text.index("- notify STOP (during filling)")
        < text.index("After patch 2")
    )


def test_the_evidence_of_a_merged_stage_is_the_strongest() -> None:
    shown = Sequence((replace(START, evidence=EARLY.evidence),))
    scenario = replace(FAILED, stages=stages((Sequence((START,)),), (shown,)))
    given = replace(CLEAN, scenarios=(scenario,), stages=CLEAN.stages[:2])
    (only,) = listing(given, scenario).lists
    assert only.runs[0][0].letter == shown.letters[0]


def test_colour_says_nothing_that_marks_do_not() -> None:
    from re import sub

    plain = render(SAMPLE, "text", width=100)
    assert sub(r"\x1b\[[0-9;]*m", "", render(SAMPLE, "text", width=100, colour=True)) == plain


def test_source_lines_are_highlighted_only_in_colour() -> None:
    assert "sluice_up" in render(SAMPLE, "text", width=100)
    painted = render(SAMPLE, "text", width=100, colour=True)
    assert "| if (sluice_up(s) < 0) {" not in painted


MANY = tuple(Sequence((START, *letters)) for letters in ((LATE,), (EARLY,), (AGAIN,), (pump(),), ()))


def told_in_turn(*found: StageSequences) -> list[str]:
    """The lines of a scenario with many lists, without those of its heading."""
    given = replace(CLEAN, scenarios=(replace(FAILED, summary="", stages=found),), findings=(), changes=())
    text = render(replace(given, stages=given.stages[: len(found)]), "text", width=120)
    return text.split("failed filling\n", 1)[1].split("\n\n")[1].splitlines()


def test_many_lists_stand_one_after_the_other_and_later_stages_say_what_is_other() -> None:
    last = (*MANY[1:], Sequence((LATE, START)))
    assert told_in_turn(StageSequences(0, MANY), StageSequences(1, last)) == [
        "  Before patch 1",
        "    notify START (during open_gate), notify STOP (during close_gate)",
        "    notify START (during open_gate), notify STOP (during filling)",
        "    notify START (during open_gate), notify STOP (during settle)",
        "    notify START (during open_gate), pump_on()",
        "    notify START (during open_gate)",
        "  After patch 1, and 4 as before",
        "  - notify START (during open_gate), notify STOP (during close_gate)",
        "  + notify STOP (during close_gate), notify START (during open_gate)",
    ]


def test_of_many_lists_none_is_new_or_gone_beside_a_stage_that_could_not_be_told() -> None:
    lines = told_in_turn(StageSequences(0, MANY), StageSequences(1, (), (Unknown("s", "bound hit"),)))
    assert not [line for line in lines if line.startswith(("  -", "  +"))]
    assert any("bound hit" in line for line in lines)
