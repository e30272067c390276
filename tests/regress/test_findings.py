"""From breaches along the stages to findings: the kind, the patch it is put down to, the level."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.model.group import Group, Pairs
from analyzer.model.letters import Context, Letter, Sequence
from analyzer.model.profile import LetterKind, Rule, Selection
from analyzer.model.report import Change, ChangeKind, FindingKind, Level
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location, Unknown
from analyzer.model.verdict import Breach, Verdict
from analyzer.model.witness import Cause, Witness
from analyzer.regress.findings import Followed, classify, findings
from analyzer.regress.follow import Course

HERE = Location("life.c", 7)
INTRODUCED, WINDOW, FIXED, PREEXISTING = (
    FindingKind.INTRODUCED,
    FindingKind.WINDOW,
    FindingKind.FIXED,
    FindingKind.PREEXISTING,
)


def told(*names: str) -> Sequence:
    return Sequence(
        tuple(
            Letter(name, LetterKind.EVENT, "run", name, "", HERE, Evidence.DIFF, Context((), "main", ()))
            for name in names
        )
    )


GOOD, BAD = told("OPEN", "DONE"), told("OPEN")


def rule(level: str = "error") -> Rule:
    return Rule("pairs", "OPEN DONE", (), Selection(), level, "why", "docs", HERE)


def broken(scenario: str, violation: str = "missing") -> Breach:
    return Breach("pairs", scenario, violation, ("OPEN", "DONE"), BAD)


def stage(patch: int, *scenarios: str, untold: bool = False, analysed: bool = True) -> Verdict:
    """A stage at which the rule is broken in `scenarios`; the scenario `other` always keeps it."""
    kept = tuple(("pairs", name, GOOD) for name in ("one", "two", "other") if name not in scenarios)
    doubts = (("pairs", Unknown("it", "why")),) if untold else ()
    return Verdict(patch, tuple(map(broken, scenarios)), kept, doubts, analysed)


def change(patch: int, scenario: str = "one") -> Change:
    witness = Witness(patch, ())
    cause = (Cause("check() < 0: yes", HERE, "run"),)
    return Change(
        patch,
        ChangeKind.LOST,
        ("DONE",),
        (scenario,),
        GOOD,
        BAD,
        cause,
        HERE,
        "fail: in run()",
        witness,
        witness,
    )


VECTORS: list[tuple[tuple[int | None, ...], tuple[FindingKind, int | None, int | None]]] = [
    ((0, 1), (INTRODUCED, 1, None)),
    ((0, 0, 1), (INTRODUCED, 2, None)),
    ((0, 1, 1), (INTRODUCED, 1, None)),
    ((1, 0), (FIXED, 1, None)),
    ((1, 1, 0), (FIXED, 2, None)),
    ((1, 0, 0), (FIXED, 1, None)),
    ((1, 1), (PREEXISTING, None, None)),
    ((1,), (PREEXISTING, None, None)),
    ((0, 1, 0), (WINDOW, 1, 2)),
    ((0, 1, 1, 0), (WINDOW, 1, 3)),
    ((0, 0, 1, 0), (WINDOW, 2, 3)),
    ((0, None, 1), (INTRODUCED, 2, None)),
    ((1, None, 0), (FIXED, 2, None)),
    ((1, None, 1), (PREEXISTING, None, None)),
    ((1, 0, 1), (PREEXISTING, None, None)),
    ((1, 0, 1, 0), (WINDOW, 2, 3)),
    ((0, 1, 0, 1), (INTRODUCED, 3, None)),
    ((0, 1, None), (INTRODUCED, 1, None)),
    ((1, 1, None), (PREEXISTING, None, None)),
    ((None, 1), (PREEXISTING, None, None)),
    ((None, 0, 1), (INTRODUCED, 2, None)),
    ((None, 1, 0), (FIXED, 2, None)),
]


@pytest.mark.parametrize(("vector", "expected"), VECTORS)
def test_a_vector_gives_the_kind(
    vector: tuple[int | None, ...], expected: tuple[FindingKind, int | None, int | None]
) -> None:
    assert classify(vector, range(len(vector))) == expected


def test_patches_are_named_by_their_own_numbers() -> None:
    assert classify((0, 0, 1), [0, 1, 3]) == (INTRODUCED, 3, None)


def test_scenarios_that_share_a_vector_are_one_finding() -> None:
    (found,) = findings([stage(0), stage(1, "one", "two")], [rule()], [change(1)])
    assert (found.scenarios, found.status) == (("one", "two"), (0, 1))


def test_scenarios_with_different_vectors_are_two() -> None:
    found = findings([stage(0, "two"), stage(1, "one", "two")], [rule()], [change(1)])
    assert [(one.kind, one.scenarios) for one in found] == [(INTRODUCED, ("one",)), (PREEXISTING, ("two",))]


def test_an_introduced_one_has_the_level_of_its_rule() -> None:
    for level in ("error", "warning", "note"):
        (found,) = findings([stage(0), stage(1, "one")], [rule(level)], [change(1)])
        assert found.level is Level(level)


def test_no_path_no_error() -> None:
    (found,) = findings([stage(0), stage(1, "one")], [rule()], [])
    assert (found.level, found.witness) == (Level.WARNING, None)


def test_a_window_is_a_warning_at_most() -> None:
    stages = [stage(0), stage(1, "one"), stage(2)]
    (found,) = findings(stages, [rule()], [change(1)])
    assert (found.kind, found.level, found.patch, found.closed_by) == (WINDOW, Level.WARNING, 1, 2)
    (quiet,) = findings(stages, [rule("note")], [change(1)])
    assert quiet.level is Level.NOTE


def test_fixed_and_preexisting_are_notes() -> None:
    for stages in ([stage(0, "one"), stage(1)], [stage(0, "one"), stage(1, "one")]):
        (found,) = findings(stages, [rule()], [])
        assert found.level is Level.NOTE


def test_a_finding_shows_the_sequence_before_and_after_and_where() -> None:
    (found,) = findings([stage(0), stage(1, "one")], [rule()], [change(1)])
    assert (found.good, found.bad, found.nearest) == (GOOD, BAD, ("OPEN", "DONE"))
    assert (found.where, found.witness) == (HERE, Witness(1, ()))
    assert (found.reason, found.documented) == ("why", "docs")


def test_a_stage_that_was_not_analysed_is_not_told() -> None:
    (found,) = findings([stage(0, "one"), stage(1, analysed=False), stage(2, "one")], [rule()], [])
    assert found.status == (1, None, 1)


def test_a_rule_that_could_not_be_told_before_is_no_error_without_a_path() -> None:
    (found,) = findings([stage(0, untold=True), stage(1, "one")], [rule()], [])
    assert found.status == (None, 1)
    assert found.level is not Level.ERROR


def test_identity_depends_neither_on_lines_nor_on_files_nor_on_the_patch() -> None:
    (one,) = findings([stage(0), stage(1, "one")], [rule()], [change(1)])
    elsewhere = replace(change(2), way_out=Location("moved/life.c", 99))
    (other,) = findings([stage(0), stage(1), stage(2, "one")], [rule()], [elsewhere])
    assert (one.where, one.patch) != (other.where, other.patch)
    assert one.fingerprint == other.fingerprint


def test_another_way_out_is_another_identity() -> None:
    (one,) = findings([stage(0), stage(1, "one")], [rule()], [change(1)])
    (other,) = findings(
        [stage(0), stage(1, "one")], [rule()], [replace(change(1), way_out_words="out: in run()")]
    )
    assert one.fingerprint != other.fingerprint


def followed(status: tuple[int, ...], *told: Change) -> Followed:
    """One course of runs, broken where `status` is 1, told by some changes."""
    at = Group(1, ())
    groups = tuple(frozenset({at} if value else ()) for value in status)
    pairs = tuple(frozenset({(at, at)}) for _ in status[1:])

    def along(number: int, wanted: Pairs) -> list[tuple[Change, Pairs]]:
        return [(one, wanted) for one in told]

    begun = max(n for n, value in enumerate(status) if value and not (n and status[n - 1]))
    ended = next((n for n in range(begun, len(status)) if not status[n]), None)
    again = ended is not None and status[-1] == 1
    course = Course("pairs", "missing", status, pairs, groups, begun, ended, status[0] == 1, again)
    return Followed((course,), along, lambda number, group: frozenset({"one"}))


def test_a_course_is_a_finding_for_each_way_out() -> None:
    ways = (change(1), replace(change(1), way_out_words="out: in run()"))
    stages = [stage(0), stage(1, "one")]
    found = findings(stages, [rule()], [], followed((0, 1), *ways))
    assert [(one.way_out_words, one.status) for one in found] == [
        ("fail: in run()", (0, 1)),
        ("out: in run()", (0, 1)),
    ]
    assert len({one.fingerprint for one in found}) == 2


def test_two_courses_through_one_scenario_are_two_findings() -> None:
    """Judged by the scenario alone, the window would disappear in what was broken before."""
    stages = [stage(0, "one"), stage(1, "one"), stage(2)]
    first, second = followed((1, 1, 0), change(2)), followed((0, 1, 0), change(1))
    both = Followed((*first.courses, *second.courses), second.along, second.labels)
    assert [(one.kind, one.status) for one in findings(stages, [rule()], [], both)] == [
        (WINDOW, (0, 1, 0)),
        (FIXED, (1, 1, 0)),
    ]


def test_what_no_course_accounts_for_is_found_in_the_sets() -> None:
    found = findings([stage(0), stage(1, "one", "two")], [rule()], [], followed((0, 1), change(1)))
    assert [(one.scenarios, one.change is None) for one in found] == [(("one",), False), (("two",), True)]


def test_what_was_broken_at_the_base_is_told_with_what_leads_to_it() -> None:
    stages = [stage(0, "one"), stage(1, "one")]
    (found,) = findings(stages, [rule()], [], followed((1, 1), replace(change(0), before=BAD)))
    assert (found.kind, found.level, found.way_out_words) == (PREEXISTING, Level.NOTE, "fail: in run()")
    assert (found.good, found.bad, found.witness_good) == (None, BAD, None)


def test_what_was_broken_before_and_is_after_is_preexisting_whatever_lies_between() -> None:
    stages = [stage(0, "one"), stage(1), stage(2, "one")]
    (found,) = findings(stages, [rule()], [], followed((1, 0, 1)))
    assert (found.kind, found.level, found.status) == (PREEXISTING, Level.NOTE, (1, 0, 1))


def test_errors_come_first() -> None:
    stages = [stage(0, "two"), stage(1, "one")]
    assert [one.kind for one in findings(stages, [rule()], [change(1)])] == [INTRODUCED, FIXED]
