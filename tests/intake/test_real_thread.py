"""The thread as people saved it from the web, against the patch as it was sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.intake import read
from analyzer.model.series import FileDiff, LineKind, Series

SHARED = Path(__file__).parents[3] / "shared"
THREAD = SHARED / "thread" / "qemu-failed-notifier.txt"
SENT = sorted((SHARED / "series" / "qemu-failed-notifier").glob("*.patch"))

pytestmark = pytest.mark.skipif(not THREAD.exists() or len(SENT) < 3, reason="the shared thread is not there")


@pytest.fixture(scope="module")
def thread() -> Series:
    (series,) = read([str(THREAD)])
    return series


def tokens(file: FileDiff) -> list[list[tuple[LineKind, list[str]]]]:
    return [[(line.kind, line.text.split()) for line in hunk.lines] for hunk in file.hunks]


def test_it_is_one_patch_token_for_token_the_one_sent(thread: Series) -> None:
    (patch,) = thread.patches
    (sent,) = read([str(SENT[2])])[0].patches
    assert (patch.number, patch.total, patch.title) == (1, 0, "qemu-failed-notifier")
    assert [tokens(file) for file in patch.files] == [tokens(file) for file in sent.files]
    assert patch.files[0].repaired
    assert not thread.unknown


def test_every_repair_is_named_with_its_line(thread: Series) -> None:
    whats = [repair.what for repair in thread.repairs]
    assert sum("restored after this line, from its quoted copy" in what for what in whats) == 3
    assert sum("indentation" in what and "is lost" in what for what in whats) == 2
    assert sum("'--' behind the last hunk is a signature by the counts" in what for what in whats) == 1
    assert all(repair.where.rpartition(":")[2].isdigit() and repair.patch == 1 for repair in thread.repairs)


def test_the_quoted_copy_is_a_copy_and_the_replies_are_replies(thread: Series) -> None:
    assert any("a reply quotes a diff" in note for note in thread.notes)
    assert len(thread.replies) == 5
    assert sum("\n" not in reply.text for reply in thread.replies) == 2
    assert [reply.author.split(" <")[0] for reply in thread.replies[:4]] == ["Fabiano Rosas", "Peter Xu"] * 2


def test_the_patches_as_sent_are_one_series_without_repairs() -> None:
    (series,) = read([str(path) for path in SENT[::-1]])
    assert [patch.number for patch in series.patches] == [1, 2, 3]
    assert not series.repairs
    assert not series.unknown
    assert not series.missing
