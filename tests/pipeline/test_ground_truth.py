"""The real series, its saved thread, and the fixture shaped like it: what reading the source by hand gives.

Letters: S SETUP when the connection is made; Dp, Fp DONE and FAILED in the start of the postcopy; Dc, Fc the
same in the cleanup; Fi FAILED when the iteration finishes; V the guest is started again.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from analyzer import intake, profiles
from analyzer.model.report import FindingKind, Level, Report
from analyzer.model.snapshot import Evidence
from analyzer.model.witness import StepKind
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.snapshots import built_in
from tests.ground_truth import SHORT, TABLE, changes, row, status, words

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
REAL = tuple(sorted((ROOT.parent / "shared" / "series" / "qemu-failed-notifier").glob("*.patch")))
THREAD = ROOT.parent / "shared" / "thread" / "qemu-failed-notifier.txt"
FIXTURE = tuple(sorted((ROOT / "fixtures" / "qemu-reduced" / "series").glob("*.patch")))

# The third patch alone: the events of the postcopy's start stay.
ALONE: dict[str, tuple[str, str]] = {
    "precopy-success": ("S Dc", "S Dc"),
    "precopy-failure-at-switchover": ("S V Fc", "S Fi V"),
    "precopy-failure-before-switchover": ("S Fc", "S Fi"),
    "postcopy-success": ("S Dp Dc", "S Dp Dc"),
    "failed-postcopy": ("S Fp V Fc", "S Fp Fi V"),
    "failed-postcopy-after-package": ("S Dp Fp V Fc", "S Dp Fp Fi V"),
    "cancel-before-switchover": ("S Fc", "S Fi"),
    "connect-failure-after-setup": ("S Fc", "S"),
}


def run(paths: tuple[Path, ...]) -> Report:
    (report,) = analyse(Options(tuple(str(path) for path in paths)))
    return report


@pytest.fixture(scope="module", params=["real", "fixture"])
def series(request: pytest.FixtureRequest) -> Report:
    """The report on all three patches, of the real series and of the one that a clone has."""
    paths = REAL if request.param == "real" else FIXTURE
    if not paths:
        pytest.skip("the real series does not lie beside this project")
    return run(paths)


@pytest.fixture(scope="module")
def thread() -> Report:
    """The report on the saved thread, which holds the third patch only."""
    if not THREAD.exists():
        pytest.skip("the saved thread does not lie beside this project")
    return run((THREAD,))


@pytest.fixture(scope="module")
def without_second() -> Report:
    """The report on the first and the third patch, of the real series if it is there."""
    paths = REAL or FIXTURE
    return run((paths[0], paths[2]))


@pytest.mark.parametrize("scenario", TABLE)
def test_every_row_at_every_stage(series: Report, scenario: str) -> None:
    assert row(series, scenario) == TABLE[scenario]


def test_the_lists_of_a_failed_postcopy_begin_at_its_switchover(series: Report) -> None:
    (found,) = [one for one in series.scenarios if one.id == "failed-postcopy"]
    shown = [
        [SHORT[one.label] for one in s.letters[s.shown_from :]]
        for stage in found.stages
        for s in stage.sequences
    ]
    assert shown == [["Fp", "V", "Fc"], ["Fp", "V", "Fc"], ["V", "Fc"], ["Fi", "V"]]


def test_nothing_is_unknown(series: Report) -> None:
    assert series.unknown == ()


def test_the_first_patch_changes_nothing(series: Report) -> None:
    assert [one for one in series.changes if one.patch == 1] == []


def test_the_second_patch_takes_a_done_from_a_successful_postcopy(series: Report) -> None:
    (change,) = changes(series, 2, "postcopy-success")
    assert words(change) == ("S Dp Dc", "S Dc")
    assert change.events == ("DONE",)
    assert change.causes
    assert all(cause.where.line > 0 for cause in change.causes)
    told = [step.text for step in change.witness_before.steps if step.kind is StepKind.LETTER]
    still = [step.text for step in change.witness_after.steps if step.kind is StepKind.LETTER]
    assert (told, still) == (
        ["notify SETUP", "notify DONE", "notify DONE"],
        ["notify SETUP", "notify DONE"],
    )


def test_the_third_patch_loses_the_failed_of_a_connection_that_fails(series: Report) -> None:
    (change,) = changes(series, 3, "connect-failure-after-setup")
    assert (change.kind.value, change.events, words(change)) == ("lost", ("FAILED",), ("S Fc", "S"))
    told = [step.text for step in change.witness_before.steps if step.kind is StepKind.LETTER]
    still = [step.text for step in change.witness_after.steps if step.kind is StepKind.LETTER]
    assert (told, still) == (["notify SETUP", "notify FAILED"], ["notify SETUP"])


def test_a_refused_setup_is_one_of_its_causes(series: Report) -> None:
    (change,) = changes(series, 3, "connect-failure-after-setup")
    texts = [cause.text for cause in change.causes if cause.function == "migration_connect"]
    assert any("MIG_EVENT_PRECOPY_SETUP" in text for text in texts)


def test_its_causes_meet_where_the_connection_is_given_up(series: Report) -> None:
    (change,) = changes(series, 3, "connect-failure-after-setup")
    assert change.way_out_words == "fail: in migration_connect()"


def test_no_change_of_the_second_patch_but_on_postcopy(series: Report) -> None:
    names = {name for one in series.changes if one.patch == 2 for name in one.scenarios}
    # These two ask for neither kind of switchover.
    assert {name for name in names if "postcopy" not in name} <= {"other-outcomes", "stopped-guest-failure"}


def test_the_guest_is_told_before_it_starts_from_the_third_patch_on(series: Report) -> None:
    rule = "failed-before-guest-starts"
    assert status(series, rule, "precopy-failure-at-switchover") == [(1, 1, 1, 0)]
    assert status(series, rule, "failed-postcopy") == [(0, 0, 1, 0)]


def test_a_failed_postcopy_is_a_window_at_the_second_patch(series: Report) -> None:
    (finding,) = [
        one
        for one in series.findings
        if one.rule == "failed-before-guest-starts" and "failed-postcopy" in one.scenarios
    ]
    assert (finding.kind, finding.patch, finding.closed_by) == (FindingKind.WINDOW, 2, 3)
    assert finding.level is Level.WARNING
    assert finding.witness is not None


def test_the_lost_failed_is_an_error_of_the_third_patch(series: Report) -> None:
    (finding,) = [
        one
        for one in series.findings
        if one.rule == "failure-ends-with-failed" and "connect-failure-after-setup" in one.scenarios
    ]
    assert (finding.kind, finding.patch, finding.status) == (FindingKind.INTRODUCED, 3, (0, 0, 0, 1))
    assert (finding.violation, finding.level) == ("missing", Level.ERROR)
    assert finding.nearest == ("SETUP", "FAILED")
    assert (finding.way_out_words, len(finding.causes)) == ("fail: in migration_connect()", 3)
    assert finding.evidence is Evidence.BUILT_IN
    assert finding.witness is not None
    assert series.exit_status == 1


def test_the_double_notifications_are_fixed_by_the_second_patch(series: Report) -> None:
    assert status(series, "success-ends-with-done", "postcopy-success") == [(1, 1, 0, 0)]
    assert status(series, "failure-ends-with-failed", "failed-postcopy") == [(1, 1, 0, 0)]


@pytest.mark.parametrize("scenario", ALONE)
def test_the_thread_holds_the_third_patch_alone(thread: Report, scenario: str) -> None:
    assert row(thread, scenario) == ALONE[scenario]


def test_the_thread_is_read_as_one_patch_with_its_repairs_told(thread: Report) -> None:
    # The thread gives no subject, hence no number but the first.
    assert [stage.patch for stage in thread.stages] == [0, 1]
    assert thread.unknown == ()
    assert thread.repairs
    assert any("quotes a diff" in note for note in thread.notes)


@pytest.mark.parametrize("scenario", ALONE)
def test_without_the_second_the_answer_is_that_of_the_first_and_the_third(
    without_second: Report, scenario: str
) -> None:
    before, after = ALONE[scenario]
    assert row(without_second, scenario) == (before, before, after)


def test_without_the_second_the_report_names_it(without_second: Report) -> None:
    assert [stage.patch for stage in without_second.stages] == [0, 1, 3]
    assert [one.what for one in without_second.unknown] == ["patch 2"]
    assert {one.patch for one in without_second.changes} == {3}
    # An error that the third patch introduces comes before an incomplete answer.
    assert without_second.exit_status == 1


@pytest.mark.parametrize("paths", [REAL, FIXTURE], ids=["real", "fixture"])
def test_files_in_any_order_are_the_same_series(paths: tuple[Path, ...]) -> None:
    if not paths:
        pytest.skip("the real series does not lie beside this project")
    profile = profiles.load("qemu-migration")
    ordered = [intake.read([str(path) for path in order]) for order in itertools.permutations(paths)]
    assert all(series == ordered[0] for series in ordered)
    assert all(built_in.lay(s[0], profile) == built_in.lay(ordered[0][0], profile) for s in ordered[1:])
