"""The real series on the real tree: what reading both by hand gives, at the lines of the source.

What else the report says of it is in `docs/real-series.md`, claim by claim, with the lines that were read.
"""

from __future__ import annotations

import pytest

from analyzer.model.effect import Effect
from analyzer.model.report import Change, FindingKind, Level, Report
from analyzer.model.snapshot import Evidence
from analyzer.model.witness import StepKind, Witness
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.reports import mail
from tests.ground_truth import TABLE, changes, row, status, words
from tests.real_trees import qemu, shared

pytestmark = pytest.mark.slow

FAILED_POSTCOPY = """\
For a failed postcopy we have the following behavior:

Before patch 2
==============

- notify FAILED (during switchover)
- vm_start()
- notify FAILED (during migration_cleanup)

After patch 2
=============

- vm_start()
- notify FAILED (during migration_cleanup)

After patch 3
=============

- notify FAILED (during migration_iteration_finish)
- vm_start()
"""


@pytest.fixture(scope="module")
def series() -> Report:
    patches = sorted(shared("series/qemu-failed-notifier").glob("*.patch"))
    (report,) = analyse(Options(tuple(map(str, patches)), profile="qemu-migration", repo=str(qemu())))
    return report


def only(report: Report, patch: int, scenario: str, said: tuple[str, str]) -> Change:
    """The one change of a patch in a scenario from one sequence to the other."""
    (change,) = [one for one in changes(report, patch, scenario) if words(one) == said]
    return change


def letters(witness: Witness) -> list[tuple[str, str]]:
    return [(step.text, str(step.where)) for step in witness.steps if step.kind is StepKind.LETTER]


def causes(change: Change) -> set[tuple[str, str]]:
    return {(cause.text, str(cause.where)) for cause in change.causes}


@pytest.mark.parametrize("scenario", TABLE)
def test_every_row_at_every_stage(series: Report, scenario: str) -> None:
    assert row(series, scenario) == TABLE[scenario]


def test_nothing_is_unknown(series: Report) -> None:
    assert series.unknown == ()


def test_the_first_patch_changes_nothing(series: Report) -> None:
    assert [one for one in series.changes if one.patch == 1] == []


def test_the_mail_on_a_failed_postcopy_is_the_reviewer_s(series: Report) -> None:
    assert mail.render(series, ("failed-postcopy",)).strip() == FAILED_POSTCOPY.strip()


def test_a_done_of_postcopy_is_told_once_from_the_second_patch_on(series: Report) -> None:
    change = only(series, 2, "postcopy-success", ("S Dp Dc", "S Dc"))
    assert (change.kind.value, change.events) == ("deduplicated", ("DONE",))
    assert letters(change.witness_before) == [
        ("notify SETUP", "migration/migration.c:4068"),
        ("notify DONE", "migration/migration.c:2866"),
        ("notify DONE", "migration/migration.c:1542"),
    ]
    assert letters(change.witness_after) == [
        ("notify SETUP", "migration/migration.c:4061"),
        ("notify DONE", "migration/migration.c:1542"),
    ]


def test_a_done_of_postcopy_is_not_told_while_it_is_paused(series: Report) -> None:
    change = only(series, 2, "postcopy-paused", ("S Dp", "S"))
    assert (change.kind.value, change.before.blocked, change.after.blocked) == ("lost", True, True)


def test_the_third_patch_loses_the_failed_of_a_connection_that_fails(series: Report) -> None:
    change = only(series, 3, "connect-failure-after-setup", ("S Fc", "S"))
    assert (change.kind.value, change.events) == ("lost", ("FAILED",))
    assert causes(change) == {
        (
            "migration_call_notifiers(s, MIG_EVENT_PRECOPY_SETUP, &local_err): yes",
            "migration/migration.c:4061",
        ),
        ("qemu_file_set_blocking(s->to_dst_file, true, &local_err): no", "migration/migration.c:4067"),
        ("ret < 0: yes", "migration/migration.c:4099"),
    }
    assert (change.way_out_words, str(change.way_out)) == (
        "fail: in migration_connect()",
        "migration/migration.c:4123",
    )
    assert letters(change.witness_before) == [
        ("notify SETUP", "migration/migration.c:4061"),
        ("notify FAILED", "migration/migration.c:1542"),
    ]
    assert letters(change.witness_after) == [("notify SETUP", "migration/migration.c:4073")]


@pytest.mark.parametrize(
    ("scenario", "said", "way_out"),
    [
        ("connect-failure-before-setup", ("Fc", ""), "migration_connect()"),
        ("background-snapshot-failure", ("S Fc", "S"), "fail: in bg_migration_thread()"),
        ("background-snapshot-failure", ("S Fc", "S"), "fail_setup: in bg_migration_thread()"),
        ("precopy-block-activation-failure", ("S Fc", "S"), "migration_block_activate()"),
    ],
)
def test_where_else_the_third_patch_loses_it(
    series: Report, scenario: str, said: tuple[str, str], way_out: str
) -> None:
    found = [one for one in changes(series, 3, scenario) if words(one) == said]
    assert {one.kind.value for one in found} == {"lost"}
    assert way_out in {one.way_out_words for one in found}


def test_after_the_third_patch_a_failover_ends_colo_with_failed_and_done(series: Report) -> None:
    change = only(series, 3, "colo", ("S V Dc", "S Fi V Dc"))
    assert (change.kind.value, change.events) == ("added", ("FAILED",))
    (finding,) = [f for f in series.findings if f.status == (0, 0, 0, 1) and "colo" in f.scenarios]
    assert (finding.rule, finding.violation, finding.level) == (
        "success-ends-with-done",
        "extra",
        Level.ERROR,
    )


def test_no_run_leaves_colo_without_a_failover(series: Report) -> None:
    """What the COLO process waits for at its end is set by the failover alone; a cancel before it begins
    lets it return at once."""
    (colo,) = [one for one in series.scenarios if one.id == "colo"]
    told = {tuple(letter.label for letter in s.letters) for s in colo.stages[0].sequences}
    assert {one[-1] for one in told if any("colo_" in label for label in one)} == {"DONE@migration_cleanup"}


def test_the_guest_is_told_before_it_starts_from_the_third_patch_on(series: Report) -> None:
    rule = "failed-before-guest-starts"
    assert status(series, rule, "precopy-failure-at-switchover") == [(1, 1, 1, 0)]
    assert status(series, rule, "failed-postcopy") == [(0, 0, 1, 0)]


def test_a_failed_postcopy_is_a_window_at_the_second_patch(series: Report) -> None:
    (finding,) = [f for f in series.findings if f.status == (0, 0, 1, 0) and "failed-postcopy" in f.scenarios]
    assert (finding.kind, finding.patch, finding.closed_by) == (FindingKind.WINDOW, 2, 3)
    assert finding.level is Level.WARNING
    assert finding.witness is not None


def test_the_lost_failed_is_an_error_of_the_third_patch(series: Report) -> None:
    found = [
        f
        for f in series.findings
        if f.rule == "failure-ends-with-failed" and "connect-failure-after-setup" in f.scenarios
    ]
    assert {(f.kind, f.patch, f.status, f.violation, f.level) for f in found} == {
        (FindingKind.INTRODUCED, 3, (0, 0, 0, 1), "missing", Level.ERROR)
    }
    assert all(f.witness is not None for f in found)
    assert series.exit_status == 1


def test_it_is_one_finding_at_its_way_out_with_its_causes_inside(series: Report) -> None:
    (finding,) = [f for f in series.findings if "connect-failure-after-setup" in f.scenarios]
    assert (finding.way_out_words, str(finding.where)) == (
        "fail: in migration_connect()",
        "migration/migration.c:4123",
    )
    assert {str(cause.where) for cause in finding.causes} == {
        "migration/migration.c:4061",
        "migration/migration.c:4067",
        "migration/migration.c:4099",
    }
    assert finding.evidence is Evidence.TREE
    assert finding.witness_good is not None
    assert letters(finding.witness_good)[-1] == ("notify FAILED", "migration/migration.c:1542")


def test_who_loses_the_failed_of_a_connection_that_fails(series: Report) -> None:
    (finding,) = [f for f in series.findings if "connect-failure-after-setup" in f.scenarios]
    assert {hit.effect for hit in finding.hits} == {Effect.LOSES}
    assert {hit.device for hit in finding.hits} == {
        "virtio-net", "vfio_legacy", "vfio", "cpr-exec", "vdpa", "spice",
    }  # fmt: skip
    assert {hit.device for hit in finding.hits if hit.heard == ("SETUP",)} == {
        "virtio-net", "vfio", "vdpa", "spice",
    }  # fmt: skip


def test_who_can_observe_the_window(series: Report) -> None:
    """Registered for the normal mode and acting on FAILED; each is told apart, or it is said why not."""
    (finding,) = [f for f in series.findings if f.status == (0, 0, 1, 0)]
    assert {(hit.effect, hit.beside) for hit in finding.hits} == {(Effect.ORDER, ("after vm_start()",))}
    assert {hit.device for hit in finding.hits} == {"virtio-net", "vfio", "vdpa", "spice"}
    assert all(hit.compared for hit in finding.hits)
    assert all(hit.seen or hit.lost or hit.observes is False for hit in finding.hits)


def test_what_was_broken_at_the_base_stays_no_more_than_that(series: Report) -> None:
    """The order of a failed switchover was wrong at the base; the third patch mends it."""
    found = [f for f in series.findings if f.status[0]]
    assert {f.kind for f in found} == {FindingKind.FIXED}
    assert {f.level for f in found} == {Level.NOTE}


def test_the_double_notifications_are_fixed_by_the_second_patch(series: Report) -> None:
    assert status(series, "success-ends-with-done", "postcopy-success") == [(1, 1, 0, 0)]
    assert status(series, "failure-ends-with-failed", "failed-postcopy") == [(1, 1, 0, 0)]


def test_a_failed_exec_is_undone_at_every_stage(series: Report) -> None:
    (exec_failed,) = [one for one in series.scenarios if one.id == "cpr-exec-failure"]
    for stage in exec_failed.stages:
        (told,) = stage.sequences
        assert [letter.label for letter in told.letters] == [
            "SETUP@migration_connect",
            "DONE@migration_cleanup",
            "FAILED@cpr_exec_cb",
            "vm_start@cpr_exec_cb",
        ]
    assert not [f for f in series.findings if f.rule == "failed-exec-is-undone"]
