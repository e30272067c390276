"""Suppressions applied: which findings an entry means, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from analyzer.model.letters import Sequence
from analyzer.model.report import Change, ChangeKind, Finding, FindingKind, Level
from analyzer.model.suppression import Outcome, Standing, Suppression
from analyzer.model.unknown import Location
from analyzer.model.witness import Witness
from analyzer.regress.suppress import suppress

TODAY = date(2026, 6, 15)
HERE = Location(".analyze-series.toml", 3)
CHANGE = Change(
    1, ChangeKind.LOST, ("TOLD",), ("filling", "emptying"), Sequence(()), Sequence(()), (), HERE,
    "fail: in start", Witness(0, ()), Witness(1, ()),
)  # fmt: skip
FINDING = Finding(
    "told", "missing", Level.ERROR, FindingKind.INTRODUCED, 1, None, (0, 1), ("filling", "emptying"),
    "", "", (), None, Sequence(()), None, Location("core/life.c", 9), "f00d", (), CHANGE,
)  # fmt: skip
PLAIN = Suppression("told", "", "we know", HERE)


def applied(*entries: Suppression, complete: bool = True) -> tuple[list[str], tuple[Outcome, ...]]:
    """The reasons for which `FINDING` is suppressed, and the outcomes."""
    (finding,), outcomes = suppress([FINDING], entries, TODAY, {"told", "other"}, complete)
    return ([finding.suppressed.reason] if finding.suppressed else []), outcomes


@pytest.mark.parametrize(
    ("change", "meant"),
    [
        ({}, True),
        ({"rule": "other"}, False),
        ({"rule": "", "fingerprint": "f00d"}, True),
        ({"fingerprint": "beef"}, False),
        ({"violation": "missing"}, True),
        ({"violation": "duplicate"}, False),
        ({"scenarios": ("emptying", "filling", "resting")}, True),
        ({"scenarios": ("filling",)}, False),  # the finding is about another one as well
        ({"way_out": "fail: in *"}, True),
        ({"way_out": "out: in *"}, False),
        ({"path": "core/*"}, True),
        ({"path": "other/*"}, False),
        ({"until": TODAY}, True),
    ],
)
def test_which_finding_an_entry_means(change: dict[str, object], meant: bool) -> None:
    reasons, (outcome,) = applied(replace(PLAIN, **change))  # type: ignore[arg-type]
    assert (reasons == ["we know"], outcome.standing is Standing.APPLIED, outcome.findings == 1) == (
        meant,
    ) * 3


def test_past_its_last_day_an_entry_suppresses_nothing() -> None:
    reasons, outcomes = applied(replace(PLAIN, until=date(2026, 6, 14)))
    assert reasons == []
    assert [(o.standing, o.findings) for o in outcomes] == [(Standing.EXPIRED, 1)]


def test_an_entry_that_means_nothing_is_stale() -> None:
    _, outcomes = applied(replace(PLAIN, rule="other"), replace(PLAIN, rule="old"))
    assert [(o.standing, o.why) for o in outcomes] == [
        (Standing.STALE, ""),
        (Standing.STALE, "the profile has no rule old"),
    ]


def test_where_not_all_could_be_told_it_may_not_be_stale() -> None:
    _, outcomes = applied(replace(PLAIN, rule="other"), complete=False)
    assert [outcome.standing for outcome in outcomes] == [Standing.UNTOLD]


def test_of_two_entries_the_first_that_holds_counts() -> None:
    old = replace(PLAIN, reason="old", until=date(2020, 1, 1))
    reasons, outcomes = applied(old, PLAIN, replace(PLAIN, reason="too"))
    assert reasons == ["we know"]
    assert [o.standing for o in outcomes] == [Standing.EXPIRED, Standing.APPLIED, Standing.APPLIED]


def test_without_entries_findings_stay_as_they_are() -> None:
    assert suppress([FINDING], [], TODAY, {"told"}, True) == ((FINDING,), ())
