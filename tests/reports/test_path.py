"""Which steps of a witness are shown, and how the two paths of a change lie over one another."""

from __future__ import annotations

from dataclasses import replace

from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location
from analyzer.model.witness import Cause, Step, StepKind, Witness
from analyzer.reports.grouped import grouped
from analyzer.reports.path import SHORT, PathLine, compared, numbered, shortened

from .sample import CHANGES


def branch(line: int, how: Evidence = Evidence.BUILT_IN) -> Step:
    return Step(StepKind.BRANCH, Location("canal/gate.c", line), "fill", f"gate {line} is open: no", how)


def decision(line: int) -> Step:
    return replace(branch(line), kind=StepKind.DECISION)


def call(line: int, function: str, inside: str = "fill") -> Step:
    return Step(StepKind.ENTER, Location("canal/gate.c", line), inside, f"{function}() is called")


def said(line: int) -> Step:
    return Step(StepKind.LETTER, Location("canal/gate.c", line), "fill", "notify STOP")


def told(lines: tuple[PathLine, ...]) -> list[str]:
    return [f"{x.mark}{x.step.where.line}" if x.step else f"...{x.skipped}" for x in lines]


LONG = tuple(branch(line) for line in range(1, 21))


def test_a_short_path_is_shown_whole() -> None:
    assert told(shortened(Witness(0, LONG[:SHORT]))) == [f" {line}" for line in range(1, SHORT + 1)]


def test_of_a_long_path_the_letters_stay_with_the_decision_before() -> None:
    steps = (*LONG[:10], said(100), *LONG[10:])
    assert told(shortened(Witness(0, steps))) == ["...9", " 10", " 100", " 11", "...9"]


def test_causes_and_what_the_diff_shows_stay() -> None:
    steps = (*LONG[:14], branch(15, Evidence.DIFF), *LONG[15:])
    cause = Cause("gate 5 is open: no", Location("canal/gate.c", 5), "fill")
    assert told(shortened(Witness(0, steps), (cause,))) == ["...4", " 5", "...9", " 15", "...5"]


def test_one_step_is_not_worth_leaving_out() -> None:
    steps = (*LONG[:12], branch(13, Evidence.DIFF), branch(14), branch(15, Evidence.DIFF))
    assert told(shortened(Witness(0, steps))) == ["...12", " 13", " 14", " 15"]


def test_what_only_one_stage_has_is_marked() -> None:
    before, after = Witness(1, (*LONG, said(100))), Witness(2, LONG)
    assert told(compared(before, after, ())) == ["...19", " 20", "-100"]
    assert told(compared(after, before, ())) == ["...19", " 20", "+100"]


def test_a_step_on_another_line_is_the_same_step() -> None:
    moved = tuple(replace(s, where=Location("canal/gate.c", s.where.line + 7)) for s in LONG[:3])
    assert told(compared(Witness(1, LONG[:3]), Witness(2, moved), ())) == [" 8", " 9", " 10"]


def test_changes_of_one_kind_with_one_way_out_are_one() -> None:
    first = CHANGES[0]
    other = replace(first, scenarios=("passage",), causes=(replace(first.causes[0], text="pump fails"),))
    (group,) = grouped((first, other))
    assert group.scenarios == ("failed-filling", "passage")
    assert [cause.text for cause in group.causes] == ["sluice_up(s) fails", "pump fails"]
    elsewhere = replace(first, way_out_words="out: in fill")
    assert len(grouped((first, elsewhere))) == 2
    assert len(grouped((replace(first, way_out=None), replace(other, way_out=None)))) == 2


def numbers(lines: tuple[PathLine, ...]) -> list[str]:
    return [f"{x.mark}{x.number}" if x.step else f"...{x.skipped}" for x in lines]


def test_of_a_finding_every_decision_is_kept_and_what_is_settled_is_folded() -> None:
    bad = Witness(1, (decision(1), branch(2), branch(3), decision(4), said(5)))
    assert numbers(numbered(None, bad, ())) == [" 1", "...2", " 4", " 5"]


def test_a_call_is_kept_where_something_in_it_is() -> None:
    seen = replace(decision(3), function="sluice")
    bad = Witness(
        1,
        (call(1, "sluice"), branch(2), seen, call(4, "paint"), replace(branch(5), function="paint"), said(6)),
    )
    assert [x.step.text for x in numbered(None, bad, ()) if x.step] == [
        "sluice() is called", "gate 2 is open: no", "gate 3 is open: no", "notify STOP",
    ]  # fmt: skip


def test_the_good_path_lies_under_the_bad_one() -> None:
    early = replace(said(2), text="notify START")
    good, bad = Witness(1, (decision(1), early, said(3))), Witness(2, (decision(1), said(3)))
    assert numbers(numbered(good, bad, ())) == [" 1", "-2", " 3"]
    assert numbers(numbered(bad, good, (), mended=True)) == [" 1", "-2", " 3"]


def test_a_settled_branch_that_is_a_cause_is_kept() -> None:
    steps = (branch(1), branch(2), branch(3), said(4))
    cause = Cause("gate 2", Location("canal/gate.c", 2), "fill")
    assert numbers(numbered(None, Witness(1, steps), (cause,))) == [" 1", " 2", " 3", " 4"]
    assert numbers(numbered(None, Witness(1, (branch(0), *steps)), (cause,))) == ["...2", " 3", " 4", " 5"]
