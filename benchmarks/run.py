"""Measures every row of the table and writes RESULTS.md:  python benchmarks/run.py

    --quick          three rounds instead of seven, and RESULTS.md stays as it is
    --only ROW,...   these rows (whole, alone, further, subscribers, start, history, accuracy), likewise
    --profile        with --only: the profiles as well
    --room DIR       keep the installed copy and all preparations here, for the next run
    --rounds N       seven at least for results that count

The tree is found as the tests find it (tests/real_trees.py); a peer that is not installed is said to be
absent.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import accuracy, profiling, results, rows
from benchmarks.room import ROOT, Room, Said
from tests.real_trees import qemu, shared

ROUNDS = 7


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--room", type=Path)
    parser.add_argument("--rounds", type=int)
    given = parser.parse_args()
    wanted = given.only.split(",") if given.only else [*rows.ROWS, "accuracy"]
    if strange := set(wanted) - {*rows.ROWS, "accuracy"}:
        parser.error(f"no such row: {', '.join(sorted(strange))}")
    try:
        tree = qemu()
        series = tuple(sorted(shared("series/qemu-failed-notifier").glob("*.patch")))
    except pytest.skip.Exception as why:
        print(f"benchmarks: {why}", file=sys.stderr)
        return 3
    rounds = given.rounds or (3 if given.quick else ROUNDS)
    keep = None if given.quick or given.only else ROOT / "benchmarks" / "RESULTS.md"
    with tempfile.TemporaryDirectory() as aside:
        folder = (given.room or Path(aside)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        room = Room(folder, tree.resolve(), series)
        told: rows.Told = ()
        for name in wanted:
            if name != "accuracy":
                said(f"{name}: preparing")
                told += rows.ROWS[name](room, rounds, told_of(name))
                if keep:
                    keep.write_text(results.page(told, [], ""), encoding="utf-8")
        profiles = []
        if given.profile or not given.only:
            for title, words in (
                ("The whole run, no cache", ("--no-cache", "--repo", room.tree, *room.series)),
                ("The whole run, warm cache", ("--repo", room.tree, *room.series)),
                ("Patches alone", room.series),
            ):
                said(f"profile: {title}")
                profiles.append((title, profiling.by_module(room, words)))
        judged = ""
        if "accuracy" in wanted:
            said("accuracy")
            judged = accuracy.told(room)
    said("")
    text = results.page(told, profiles, judged)
    if keep:
        keep.write_text(text, encoding="utf-8")
        print(results.table(told))
    else:
        print(text)
    return 0


def told_of(name: str) -> Said:
    return lambda words: said(f"{name}: {words}")


def said(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)
    elif words:
        print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
