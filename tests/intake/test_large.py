"""A list's whole mbox: only the series that are wanted stay, and memory stays bounded."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from analyzer.intake import read, reading
from analyzer.model.series import Patch
from analyzer.model.unknown import InputError

LIST = (Path(__file__).parents[2] / "fixtures" / "cases" / "intake" / "list-mbox" / "list.mbox").read_bytes()
NOISE = (
    b"From x@example.org Thu Jan  1 12:00:00 2026\nFrom: X <x@example.org>\nSubject: Re: something %d\n"
    b"Message-ID: <noise-%d@example.org>\n\n" + b"Many words on nothing at all.\n" * 2000 + b"\n"
)
OTHER = (
    b"From y@example.org Thu Jan  1 12:00:00 2026\nFrom: Y <y@example.org>\nSubject: [PATCH] other %d\n"
    b"Message-ID: <other-%d@example.org>\n\nWhy.\n---\ndiff --git a/o.c b/o.c\n--- a/o.c\n+++ b/o.c\n"
    b"@@ -1 +1 @@\n-int a;\n+int b;\n\n"
)


SMALL = 1024 * 1024


def written(path: Path, mails: int) -> Path:
    with path.open("wb") as out:
        for number in range(mails):
            out.write(NOISE % (number, number))
            out.write(OTHER % (number, number))
            if number == mails // 2:
                out.write(LIST)
    return path


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reading, "LARGE", SMALL)
    return written(tmp_path / "archive.mbox", 30)


def tells(patch: Patch) -> bool:
    return any(file.new_path == "src/pump.c" and "Tell only" in patch.title for file in patch.files)


def test_only_wanted_series_stay_whole_with_cover_and_replies(archive: Path) -> None:
    seen: list[str] = []
    (series,) = read([str(archive)], wanted=tells, progress=seen.append)
    assert [(patch.number, patch.title) for patch in series.patches] == [
        (1, "pump: Trace filling"),
        (2, "pump: Tell only what is true"),
    ]
    assert [reply.subject for reply in series.replies] == [
        "[PATCH v2 0/2] pump: Tell the truth",
        "Re: [PATCH v2 2/2] pump: Tell only what is true",
    ]
    assert series.base_commit
    assert seen


def test_it_is_read_as_the_small_mbox_is(archive: Path, tmp_path: Path) -> None:
    small = tmp_path / "list.mbox"
    small.write_bytes(LIST)
    (large,) = read([str(archive)], wanted=tells)
    alike = read([str(small)])[0]
    assert [patch.files[0].new_path for patch in large.patches] == [
        each.files[0].new_path for each in alike.patches
    ]
    assert [patch.message for patch in large.patches] == [patch.message for patch in alike.patches]


def test_memory_stays_far_below_the_size_of_the_input(archive: Path) -> None:
    size = archive.stat().st_size
    assert size > SMALL
    tracemalloc.start()
    read([str(archive)], wanted=tells)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 4


def test_nothing_wanted_is_an_empty_answer(archive: Path) -> None:
    assert read([str(archive)], wanted=lambda patch: False) == ()


def test_a_large_text_that_is_no_mbox_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as out:
        out.write(b"text\n")
        out.truncate(100 * 1024 * 1024)
    with pytest.raises(InputError, match=r"large\.txt: "):
        read([str(path)])


@pytest.mark.slow
def test_a_hundred_megabytes_are_read_through(tmp_path: Path) -> None:
    path = written(tmp_path / "list.mbox", 1700)
    assert path.stat().st_size > 95 * 1024 * 1024
    (series,) = read([str(path)], wanted=tells)
    assert len(series.patches) == 2
