"""A stage that could not be built in full is not judged, nor is any later one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from analyzer import intake, profiles
from analyzer.model.series import Series
from analyzer.model.unknown import Unknown, Weight
from analyzer.pipeline.analyse import certain, report_of
from analyzer.pipeline.options import Options
from analyzer.snapshots import built_in

DOMAIN = Path(__file__).resolve().parents[2] / "fixtures" / "second-domain"
PROFILE = profiles.load(str(DOMAIN))
DOUBT = Unknown("a hunk", "it cannot be read", "x.patch:9", 2)


def series(**changes: object) -> Series:
    (found,) = intake.read(sorted(str(path) for path in (DOMAIN / "series").glob("*.patch")))
    return replace(found, **changes)  # type: ignore[arg-type]


def analysed(given: Series) -> list[bool]:
    return [snapshot.analysed for snapshot in certain(built_in.lay(given, PROFILE), given)]


def test_a_series_without_doubt() -> None:
    assert analysed(series()) == [True, True, True]


def test_a_doubt_holds_from_its_patch_on() -> None:
    assert analysed(series(unknown=(DOUBT,))) == [True, True, False]
    assert analysed(series(unknown=(replace(DOUBT, patch=1),))) == [True, False, False]


def test_an_assumption_is_no_doubt() -> None:
    assert analysed(series(unknown=(replace(DOUBT, weight=Weight.ASSUMPTION),))) == [True, True, True]


def test_a_patch_that_is_missing_as_a_whole_is_no_doubt() -> None:
    given = series()
    assert analysed(replace(given, patches=given.patches[:1], missing=(2,))) == [True, True]


def test_nothing_is_claimed_of_a_doubtful_stage() -> None:
    report = report_of(series(unknown=(DOUBT,)), PROFILE, Options(()), lambda _: None)
    assert {change.patch for change in report.changes} == {1}
    assert report.stages[2].note == DOUBT.why
    for scenario in report.scenarios:
        assert scenario.stages[1].unknown == ()
        assert scenario.stages[2].sequences == () and scenario.stages[2].unknown == (DOUBT,)
    assert all(finding.status[2] is None for finding in report.findings)
