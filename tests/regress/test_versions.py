"""Two versions of a series: what was brought, fixed, and is still there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.model.letters import Context, Letter, Sequence
from analyzer.model.profile import LetterKind
from analyzer.model.report import (
    Change,
    ChangeKind,
    Finding,
    FindingKind,
    Level,
    Report,
    ScenarioSequences,
    StageInfo,
    StageSequences,
)
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location, Unknown
from analyzer.model.versions import Differing, Fate, Versions
from analyzer.model.witness import Witness
from analyzer.regress.versions import between
from tests.cli.sample import REPORT

N, W, F, P = FindingKind.INTRODUCED, FindingKind.WINDOW, FindingKind.FIXED, FindingKind.PREEXISTING


def letter(name: str) -> Letter:
    return Letter(
        name, LetterKind.EVENT, "fill", name, "", Location("a.c", 1), Evidence.TREE, Context((), "", ())
    )


def rows(*stages: str, scenario: str = "filling") -> ScenarioSequences:
    """A scenario whose sequences at each stage are words of letters; ``?`` could not be told."""
    made = tuple(
        StageSequences(
            number,
            tuple(Sequence(tuple(map(letter, word))) for word in text.split()) if text != "?" else (),
            (Unknown("x", "y"),) if text == "?" else (),
        )
        for number, text in enumerate(stages)
    )
    return ScenarioSequences(scenario, scenario, "", made)


def finding(kind: FindingKind, *scenarios: str, way_out: str = "fail: in start") -> Finding:
    patch, closed = (None, None) if kind is P else (1, 2 if kind is W else None)
    change = Change(
        1,
        ChangeKind.LOST,
        (),
        (),
        Sequence(()),
        Sequence(()),
        (),
        None,
        way_out,
        Witness(0, ()),
        Witness(1, ()),
    )
    return Finding(
        "told", "missing", Level.ERROR, kind, patch, closed, (), scenarios or ("filling",), "", "", (), None,
        Sequence(()), None, Location(""), "", (), change,
    )  # fmt: skip


def report(*findings: Finding, scenarios: tuple[ScenarioSequences, ...] = (), patches: int = 2) -> Report:
    stages = tuple(StageInfo(number, f"step {number}") for number in range(patches + 1))
    return replace(REPORT, stages=stages, findings=findings, scenarios=scenarios)


def fates(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> list[tuple[str, tuple[str, ...]]]:
    found = between(report(*before), report(*after), 1)
    return [(one.fate.value, one.scenarios) for one in found.moved]


@pytest.mark.parametrize(
    ("before", "after", "fate"),
    [
        (None, N, "brought"),
        (None, W, "brought"),
        (F, N, "brought"),
        (F, P, "brought"),  # it is mended no more
        (P, N, "brought"),
        (N, None, "fixed"),
        (W, None, "fixed"),
        (N, F, "fixed"),
        (P, F, "fixed"),
        (N, P, "fixed"),
        (N, N, "still there"),
        (W, N, "still there"),
        (P, P, None),
        (F, F, None),
        (F, None, None),
        (None, F, None),
    ],
)
def test_what_becomes_of_a_finding(
    before: FindingKind | None, after: FindingKind | None, fate: str | None
) -> None:
    old, new = ((finding(kind),) if kind else () for kind in (before, after))
    assert fates(old, new) == ([(fate, ("filling",))] if fate else [])


def test_what_was_there_before_the_series_is_mended_on_whatever_way_out() -> None:
    there, mended = finding(P, way_out=""), finding(F, way_out="fail: in start")
    (one,) = between(report(there), report(mended), 1).moved
    assert (one.fate, one.before, one.after) == (Fate.FIXED, "preexisting", "fixed by patch 1")
    (one,) = between(report(mended), report(there), 1).moved
    assert (one.fate, one.before, one.after) == (Fate.BROUGHT, "fixed by patch 1", "preexisting")


def test_what_only_one_base_has_is_no_difference_of_the_series() -> None:
    assert fates((finding(P),), ()) == fates((), (finding(P),)) == []


def test_each_scenario_has_its_own_fate() -> None:
    assert fates((finding(N, "a", "b"),), (finding(N, "b", "c"),)) == [
        ("brought", ("c",)),
        ("fixed", ("a",)),
        ("still there", ("b",)),
    ]


def test_each_way_out_has_its_own_fate() -> None:
    here, there = finding(N, way_out="here"), finding(N, way_out="there")
    assert fates((here,), (here, there)) == [("brought", ("filling",)), ("still there", ("filling",))]


def test_at_a_way_out_that_took_the_place_of_another_it_is_still_there() -> None:
    (one,) = between(report(finding(N, way_out="old")), report(finding(N, way_out="new")), 1).moved
    assert (one.fate, one.way_out, one.way_out_before) == (Fate.STAYS, "new", "old")


def test_a_way_out_that_was_there_before_took_no_place() -> None:
    old = (finding(N, way_out="old"), finding(F, way_out="new"))
    assert [fate for fate, _ in fates(old, (finding(N, way_out="new"),))] == ["brought", "fixed"]


def test_sequences_are_compared_behind_the_same_patches_and_at_the_end() -> None:
    old = report(scenarios=(rows("AB", "A", "AC"),))
    new = report(scenarios=(rows("AB", "A", "AB", "AB"),), patches=3)
    found = between(old, new, 1)
    before, after = (("A@fill", "C@fill"),), (("A@fill", "B@fill"),)
    assert found.compared == (1, 2)
    assert found.differing == (Differing(2, "filling", before, after), Differing(0, "filling", before, after))


def test_what_could_not_be_told_of_a_scenario_is_no_difference() -> None:
    found = between(report(scenarios=(rows("A", "A", "?"),)), report(scenarios=(rows("A", "A", "B"),)), 1)
    assert found.differing == ()


def test_a_previous_version_that_could_not_be_analysed_is_not_compared() -> None:
    old = report(finding(N), scenarios=(rows("A", "A", "A"),))
    old = replace(old, stages=(*old.stages[:2], StageInfo(2, "step 2", "hunk 1 does not apply")))
    found = between(old, report(scenarios=(rows("A", "A", "B"),)), 3)
    assert found == Versions("Close the gate", 3, 2, "", untold=("step 2: hunk 1 does not apply",))


def test_versions_of_two_domains_are_not_compared() -> None:
    assert between(replace(report(finding(N)), profile="river"), report(), 1).moved == ()


def test_a_series_compared_with_itself_has_what_it_broke_still_there() -> None:
    same = report(finding(N), finding(F, way_out="x"), scenarios=(rows("A", "AB C"),), patches=1)
    found = between(same, same, 1)
    assert ([one.fate for one in found.moved], found.differing, found.untold) == ([Fate.STAYS], (), ())
