"""From breaches along the stages to findings: the kind, the patch it is put down to, the level."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.model.profile import LetterKind, Rule, Selection
from analyzer.model.report import (
    Cause,
    Change,
    ChangeKind,
    Context,
    FindingKind,
    Letter,
    Level,
    Sequence,
    Witness,
)
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location, Unknown
from analyzer.model.verdict import Breach, Verdict
from analyzer.regress.findings import classify, findings

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


def test_errors_come_first() -> None:
    stages = [stage(0, "two"), stage(1, "one")]
    assert [one.kind for one in findings(stages, [rule()], [change(1)])] == [INTRODUCED, FIXED]
