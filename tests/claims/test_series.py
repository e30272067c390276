"""Claims about whole series: a cover letter with three false ones, own lists, a real thread."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import pytest

from analyzer.model.claim import Claim, ClaimKind, ClaimVerdict, Medium
from analyzer.model.report import Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.reports import render
from tests.real_trees import ROOT, qemu, shared
from tests.repositories import commit, repository

REDUCED = ROOT / "fixtures" / "qemu-reduced"
PATCHES = tuple(str(path) for path in sorted((REDUCED / "series").glob("*.patch")))
CONFIRMED, CONTRADICTED = ClaimVerdict.CONFIRMED, ClaimVerdict.CONTRADICTED
INCOMPLETE, UNTOLD = ClaimVerdict.INCOMPLETE, ClaimVerdict.UNTOLD

COVER = """\
From: Ada Example <ada@example.org>
Date: Mon, 2 Feb 2026 10:00:00 +0000
Subject: [PATCH 0/3] migration: Tell each end once, and in time

A failed migration should be told to the devices before the guest runs
again. This series does that.

For a failed postcopy we have the following behavior:

After patch 2
=============

- notify FAILED (during switchover)
- vm_start()

Patch 3 moves a call; no functional change intended.

After patch 2, FAILED always comes before vm_start(), for both precopy
and postcopy.

If you know a device that minds, tell me.

Ada Example (3):
  migration: Trace the calls of the notifiers
  migration: Do not notify the end of a postcopy twice
  migration: Notify FAILED before the guest runs again

 migration/migration.c  | 23 +++++++++++++----------
 1 file changed, 13 insertions(+), 10 deletions(-)
"""


def of_cover(report: Report) -> list[Claim]:
    return [claim for claim in report.claims if claim.medium is Medium.COVER]


def check_the_three(report: Report) -> None:
    """All three are contradicted, each with what is so and the path that proves it."""
    listed, unchanged, order = of_cover(report)
    assert [claim.verdict for claim in (listed, unchanged, order)] == [CONTRADICTED] * 3
    kinds = (listed.kind, unchanged.kind, order.kind)
    assert kinds == (ClaimKind.LIST, ClaimKind.NO_CHANGE, ClaimKind.ORDER)
    assert (listed.where.line, unchanged.where.line, order.where.line) == (10, 16, 18)
    assert listed.why == (
        "no run goes notify FAILED (during switchover), vm_start(); "
        "it goes vm_start(), notify FAILED (during migration_cleanup)"
    )
    assert "patch 3: FAILED" in unchanged.why
    against = [point for point in order.points if point.verdict is CONTRADICTED]
    said = {name for point in against for name in point.subject.removesuffix(", after patch 2").split(", ")}
    assert {"failed postcopy", "precopy failure at switchover"} <= said
    for claim in (listed, unchanged, order):
        proven = [p.witness for p in claim.points if p.verdict is CONTRADICTED and p.witness is not None]
        assert proven
        assert proven[0].steps


@pytest.fixture(scope="module")
def cover(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("cover") / "0000-cover-letter.patch"
    path.write_text(COVER, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def alone(cover: str) -> Report:
    """The report on the patches alone."""
    (report,) = analyse(Options((cover, *PATCHES), search=False, failing=False))
    return report


def test_three_false_claims_are_contradicted_from_the_patches_alone(alone: Report) -> None:
    check_the_three(alone)


def test_every_format_says_so(alone: Report) -> None:
    for name in ("text", "mail", "markdown"):
        said = render(alone, name, width=200)
        assert said.count("contradicted: ") >= 3
        assert "Claims in the mails" in said
    assert render(alone, "json").count('"contradicted"') >= 3
    assert "3 of 4 claims in the mails are contradicted" in render(alone, "text")


@functools.cache
def tree(folder: Path) -> Path:
    """A repository whose one commit is the reduced tree."""
    repo = repository(folder)
    shutil.copytree(REDUCED / "tree", repo, dirs_exist_ok=True)
    commit(repo, {})
    return repo


def test_and_on_the_tree(cover: str, tmp_path: Path) -> None:
    table = (
        "| device | handler | events needed |\n|---+---+---|\n"
        "| virtio-net | virtio_net_migration_state_notifier | SETUP, FAILED |\n"
        "| vfio | vfio_cpr_reboot_notifier | DONE |\n"
    )
    reply = tmp_path / "reply.eml"
    reply.write_text(f"From: Bert <bert@example.org>\nSubject: Re: [PATCH 0/3] x\n\nWe have:\n\n{table}")
    options = Options(
        (cover, *PATCHES), repo=str(tree(tmp_path / "repo")), thread=(str(reply),), failing=False, cache=False
    )
    (report,) = analyse(options)
    assert report.source == "tree"
    check_the_three(report)
    (claim,) = [one for one in report.claims if one.kind is ClaimKind.TABLE]
    assert (claim.author, claim.verdict) == ("Bert <bert@example.org>", CONTRADICTED)
    first, second = claim.points
    assert (first.verdict, second.verdict) == (CONFIRMED, CONTRADICTED)
    assert "it does not act on DONE; it acts on SETUP" in second.text
    assert [miss.partition(" ")[0] for miss in claim.misses] == ["spice:"]


@pytest.mark.slow
def test_claims_change_no_exit_status_and_can_be_left_alone(alone: Report, cover: str) -> None:
    (silent,) = analyse(Options((cover, *PATCHES), search=False, failing=False, claims=False))
    assert silent.claims == ()
    assert silent.exit_status == alone.exit_status
    assert "Claims" not in render(silent, "text")


@pytest.mark.slow
def test_a_series_taken_otherwise_has_no_claims(cover: str) -> None:
    (report,) = analyse(Options((cover, *PATCHES), search=False, failing=False, squash=("2+3",)))
    assert report.claims == ()


def test_the_lists_that_the_report_prints_are_confirmed(alone: Report, tmp_path: Path) -> None:
    reply = tmp_path / "reply.eml"
    mail = render(alone, "mail")
    reply.write_text(f"From: Bert <bert@example.org>\nSubject: Re: [PATCH 0/3] x\n\n{mail}")
    (report,) = analyse(Options(PATCHES, search=False, failing=False, thread=(str(reply),)))
    lists = [claim.verdict for claim in report.claims if claim.kind is ClaimKind.LIST]
    assert len(lists) == mail.count("\nBefore patch") + mail.count("\nAfter patch")
    assert set(lists) == {CONFIRMED}


@pytest.fixture(scope="module")
def real() -> Report:
    """The report on the series and the thread, on the real tree."""
    patches = tuple(str(p) for p in sorted(shared("series/qemu-failed-notifier").glob("*.patch")))
    thread = str(shared("thread/qemu-failed-notifier.txt"))
    (report,) = analyse(Options(patches, repo=str(qemu()), thread=(thread,), failing=False))
    assert report.source == "tree"
    return report


@pytest.mark.slow
class TestTheRealThread:
    """What the thread claims, against the real tree; the truth is in GROUND-TRUTH.md, read off the source."""

    def test_the_three_lists_are_confirmed(self, real: Report) -> None:
        lists = [claim for claim in real.claims if claim.kind is ClaimKind.LIST]
        assert [(claim.quote[0], claim.verdict) for claim in lists] == [
            ("Before patch 2", CONFIRMED),
            ("After patch 2", CONFIRMED),
            ("After patch 3", CONFIRMED),
        ]
        for claim in lists:
            # The mail that is folded into one line says it, three others quote it.
            assert (claim.author, claim.where.line) == ("Peter Xu <peterx@redhat.com>", 193)
            assert len(claim.again) == 3

    def test_the_table_is_confirmed_row_by_row_and_its_gaps_are_named(self, real: Report) -> None:
        (claim,) = [claim for claim in real.claims if claim.kind is ClaimKind.TABLE]
        assert claim.verdict is INCOMPLETE
        assert [(point.subject, point.verdict) for point in claim.points] == [
            ("gicv3: kvm_arm_gicv3_notifier: DONE", CONFIRMED),
            ("vfio_iommufd / vfio_legacy: vfio_cpr_reboot_notifier: SETUP", CONFIRMED),
            ("cpr-exec: cpr_exec_notifier: FAILED, DONE", CONFIRMED),
            ("virtio-net: virtio_net_migration_state_notifier: SETUP, FAILED", CONFIRMED),
            ("vfio: vfio_migration_state_notifier: FAILED", CONFIRMED),
            ("vdpa: vdpa_net_migration_state_notifier: SETUP, FAILED", CONFIRMED),
            ("spice: migration_state_notifier: SETUP, FAILED, DONE", CONFIRMED),
        ]
        missed = [miss.split(" (")[0] for miss in claim.misses]
        assert missed == [
            "vfio_legacy: vfio_cpr_fail_notifier",
            "vfio: vfio_cpr_kvm_close_notifier",
            "vfio: vfio_cpr_pci_notifier",
        ]

    def test_failed_before_the_vm_starts_has_its_answer_path_by_path(self, real: Report) -> None:
        (claim,) = [
            one
            for one in real.claims
            if one.kind is ClaimKind.ORDER
            and one.meaning.endswith("notify FAILED always comes before vm_start()")
        ]
        assert claim.quote[0].startswith("Patch 3 changes the place of FAILED notification")
        assert claim.author == "Peter Xu <peterx@redhat.com>"
        told = {
            name: (point.verdict, point.text)
            for point in claim.points
            for name in point.subject.removesuffix(", after patch 3").split(", ")
        }
        so = "notify FAILED comes before vm_start()"
        assert told["precopy failure at switchover"] == (
            CONFIRMED,
            f"{so} (before, at base: no, 1: no, 2: no, 3: yes)",
        )
        assert told["failed postcopy"] == (
            CONFIRMED,
            f"{so} (before, at base: in part, 1: in part, 2: no, 3: yes)",
        )
        assert told["failed postcopy after package"] == told["failed postcopy"]
        # Before the switchover the guest was never stopped, and is not started.
        assert "vm_start() does not come" in told["precopy failure before switchover"][1]
        # The regression that the review did not see.
        lost = (INCOMPLETE, "notify FAILED comes no more, nor does vm_start()")
        assert told["connect failure after setup"] == told["setup refused"] == lost
        assert claim.verdict is INCOMPLETE
        assert any("connect failure after setup" in miss for miss in claim.misses)

    def test_patch_2_does_more_than_fix_the_duplicate(self, real: Report) -> None:
        only, title = sorted(
            (claim for claim in real.claims if claim.kind is ClaimKind.DUPLICATE),
            key=lambda claim: "only" not in claim.meaning,
        )
        assert (only.quote[0], only.verdict) == (
            "So patch 2 fixes the duplicate issue, and only fixes that.",
            CONTRADICTED,
        )
        paused = [point for point in only.points if "postcopy paused" in point.subject]
        assert paused[0].text.startswith("DONE is lost")
        assert (title.quote[0], title.verdict) == (
            "Fix double notification of DONE/FAIL for postcopy",
            CONFIRMED,
        )

    def test_nothing_else_is_read_into_the_thread(self, real: Report) -> None:
        assert len(real.claims) == 8
        assert {claim.verdict for claim in real.claims} == {CONFIRMED, CONTRADICTED, INCOMPLETE}
