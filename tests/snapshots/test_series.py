"""Whole series on the shipped models: every hunk finds its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.intake import read
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.profiles import load
from analyzer.snapshots.built_in import lay

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
FILE = "migration/migration.c"
CALL = "migration_call_notifiers(ms, MIG_EVENT_PRECOPY_DONE, NULL);"


def laid(profile: str, paths: list[Path]) -> tuple[Snapshot, ...]:
    (series,) = read([str(path) for path in paths])
    return lay(series, load(profile))


def real(*numbers: int) -> list[Path]:
    folder = SHARED / "series" / "qemu-failed-notifier"
    if not folder.is_dir():
        pytest.skip("the real series lies in a folder beside the project, which is not here")
    found = sorted(folder.glob("*.patch"))
    return [found[number - 1] for number in numbers]


def placed(snapshot: Snapshot, text: str) -> list[tuple[Evidence, str, int]]:
    lines = snapshot.files[FILE].split("\n")
    return [shown for line, shown in zip(lines, snapshot.lines[FILE], strict=False) if line.strip() == text]


@pytest.mark.parametrize(
    ("profile", "folder"),
    [("qemu-migration", "qemu-reduced"), (str(ROOT / "fixtures/second-domain"), "second-domain")],
)
def test_the_fixtures_series_place_whole(profile: str, folder: str) -> None:
    for snapshot in laid(profile, sorted((ROOT / "fixtures" / folder / "series").glob("*.patch"))):
        assert not snapshot.unknown
        assert snapshot.concerned


@pytest.mark.parametrize("numbers", [(1, 2, 3), (1, 3), (3,), (2,)])
def test_the_real_series_and_its_parts_place_whole(numbers: tuple[int, ...]) -> None:
    snapshots = laid("qemu-migration", real(*numbers))
    assert [snapshot.patch for snapshot in snapshots] == [0, *numbers]
    assert not [unknown for snapshot in snapshots for unknown in snapshot.unknown]


def test_a_line_that_a_later_patch_removes_is_shown_where_the_base_has_it() -> None:
    snapshots = laid("qemu-migration", real(1, 2, 3))
    assert [placed(snapshot, CALL) for snapshot in snapshots] == [
        [(Evidence.DIFF, FILE, 2864)],
        [(Evidence.DIFF, FILE, 2866)],
        [],
        [],
    ]


def test_the_thread_reads_as_its_third_patch() -> None:
    (third,) = real(3)
    whole = laid("qemu-migration", [third])
    thread = laid("qemu-migration", [SHARED / "thread" / "qemu-failed-notifier.txt"])
    assert not [unknown for snapshot in thread for unknown in snapshot.unknown]
    assert [snapshot.files[FILE].split() for snapshot in thread] == [
        snapshot.files[FILE].split() for snapshot in whole
    ]
