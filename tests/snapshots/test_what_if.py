"""A series over a repository, taken otherwise: the texts are those that `git cherry-pick` would make."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer import intake
from analyzer.model.series import Series
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.model.what_if import Squashed, WhatIf
from analyzer.snapshots.numbered import numbered
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.pick import Clash, pick
from analyzer.snapshots.taken import lay_otherwise
from analyzer.snapshots.tree import lay
from tests.repositories import commit, every_byte, git, repository
from tests.snapshots.test_tree import FILES, LIFE, domain

EDITS = {  # each touches another function, but for `lower`, which needs `upper`
    "one": lambda text: text.replace("first_one(o)", "begin_one(o)"),
    "four": lambda text: text.replace("    second_four(o);\n", "    third_four(o);\n    second_four(o);\n"),
    "upper": lambda text: text.replace("second_two(o)", "middle_two(o)"),
    "lower": lambda text: text.replace("middle_two(o)", "last_two(o)"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "tree")
    commit(folder, FILES)
    git(folder, "tag", "start")
    return folder


def series_of(tree: Path) -> Series:
    folder = tree.parent / "patches"
    git(tree, "format-patch", "-q", "-o", str(folder), "start")
    (series,) = intake.read([str(path) for path in folder.iterdir()])
    return series


def edited(tree: Path, *names: str) -> Series:
    """The series of these edits of the file, one patch each."""
    text = LIFE
    for name in names:
        text = EDITS[name](text)
        commit(tree, {"core/life.c": text}, name)
    return series_of(tree)


def laid(tree: Path, series: Series, *steps: tuple[int, ...]) -> tuple[Snapshot, ...]:
    with Objects(tree) as objects:
        if steps:
            snapshots = lay_otherwise(series, domain(), objects, "start", WhatIf(steps, ""))
        else:
            snapshots = lay(series, domain(), objects, "start")
        assert all([snapshot.files[path] for path in snapshot.files] for snapshot in snapshots)
        return snapshots


def texts(snapshot: Snapshot) -> dict[str, str]:
    return {path: snapshot.files[path] for path in snapshot.files}


def in_full(snapshots: tuple[Snapshot, ...]) -> list[object]:
    return [
        (
            snapshot.patch,
            snapshot.title,
            texts(snapshot),
            {path: tuple(lines) for path, lines in snapshot.lines.items()},
            dict(snapshot.moved),
            dict(snapshot.origins),
            dict(snapshot.renamed),
            dict(snapshot.blobs),
            snapshot.analysed,
        )
        for snapshot in snapshots
    ]


def picked_by_git(tree: Path, revisions: list[str]) -> dict[str, str] | None:
    """The files after picking these commits onto the start; None if one conflicts."""
    git(tree, "checkout", "-q", "--detach", "start")
    for revision in revisions:
        git(tree, "cherry-pick", revision, check=False)
        if git(tree, "status", "--porcelain"):
            git(tree, "cherry-pick", "--abort", check=False)
            return None
    return {file.relative_to(tree).as_posix(): file.read_text() for file in (tree / "core").iterdir()}


def test_in_its_own_order_a_series_is_itself(tree: Path) -> None:
    series = edited(tree, "one", "upper", "lower", "four")
    assert in_full(laid(tree, series, (1,), (2,), (3,), (4,))) == in_full(laid(tree, series))


def test_in_its_own_order_a_series_that_renames_is_itself(tree: Path) -> None:
    commit(tree, {"core/life.c": EDITS["one"](LIFE)}, "one")
    commit(tree, {"core/life.c": None, "core/new.c": EDITS["upper"](EDITS["one"](LIFE))}, "rename")
    commit(tree, {"core/life.h": None, "core/more.c": "int more;\n"}, "add and delete")
    series = series_of(tree)
    assert in_full(laid(tree, series, (1,), (2,), (3,))) == in_full(laid(tree, series))


def test_squashed_into_one_a_series_has_its_last_stage(tree: Path) -> None:
    series = edited(tree, "one", "upper", "lower", "four")
    base, one = laid(tree, series, (1, 2, 3, 4))
    last = laid(tree, series)[-1]
    assert texts(one) == texts(last)
    assert dict(one.blobs) == dict(last.blobs)
    assert (one.patch, str(one.patch), one.title) == (4, "1+2+3+4", "one; upper; lower; four")
    assert isinstance(one.patch, Squashed)
    assert base.patch == 0


@pytest.mark.parametrize(
    "steps", [((3,), (1,), (2,)), ((2,), (3,), (1,)), ((3,),), ((2, 3), (1,)), ((1, 3),)]
)
def test_patches_that_do_not_meet_go_in_any_order(tree: Path, steps: tuple[tuple[int, ...], ...]) -> None:
    series = edited(tree, "one", "upper", "four")
    snapshots = laid(tree, series, *steps)
    assert [snapshot.unknown for snapshot in snapshots] == [()] * (len(steps) + 1)
    revisions = [f"main~{3 - number}" for step in steps for number in step]
    assert texts(snapshots[-1]) == picked_by_git(tree, revisions)


def test_a_patch_that_needs_another_conflicts_with_file_and_hunk(tree: Path) -> None:
    series = edited(tree, "one", "upper", "lower")
    base, first, third, second = laid(tree, series, (1,), (3,), (2,))
    assert (first.analysed, third.analysed, second.analysed) == (True, False, False)
    assert third.unknown[0].what == "patch 3, core/life.c, hunk 1"
    assert "was changed there as well" in third.unknown[0].why
    assert "0003-lower.patch:" in third.unknown[0].where
    assert (base.unknown, first.unknown) == ((), ())
    assert picked_by_git(tree, ["main~2", "main", "main~1"]) is None


def test_a_file_that_an_earlier_patch_renames_is_found_under_its_old_name(tree: Path) -> None:
    commit(tree, {"core/life.c": None, "core/new.c": LIFE}, "rename")
    commit(tree, {"core/new.c": EDITS["one"](LIFE)}, "one")
    _, one = laid(tree, series_of(tree), (2,))
    assert one.files["core/life.c"] == EDITS["one"](LIFE)
    assert "core/new.c" not in one.files


def test_two_renames_of_a_file_conflict(tree: Path) -> None:
    commit(tree, {"core/life.c": None, "core/new.c": LIFE}, "rename")
    commit(tree, {"core/new.c": None, "core/newer.c": LIFE}, "rename again")
    _, one = laid(tree, series_of(tree), (2,))
    assert (one.analysed, one.unknown[0].what) == (False, "patch 2, core/newer.c")
    assert "the file has another name there, core/life.c" in one.unknown[0].why


def test_a_file_that_a_left_out_patch_adds_is_not_there(tree: Path) -> None:
    commit(tree, {"core/more.c": "int more;\n"}, "add")
    commit(tree, {"core/more.c": "int less;\n"}, "change")
    _, one = laid(tree, series_of(tree), (2,))
    assert (one.analysed, one.unknown[0].what) == (False, "patch 2, core/more.c")


def test_behind_a_patch_that_does_not_apply_context_alone_counts(tree: Path) -> None:
    series = edited(tree, "one", "four")
    git(tree, "checkout", "-q", "start")
    commit(tree, {"core/life.c": LIFE.replace("first_one(o)", "another(o)")})
    git(tree, "tag", "-f", "start")
    assert [snapshot.analysed for snapshot in laid(tree, series)] == [True, False, False]
    _, four = laid(tree, series, (2,))
    assert "third_four(o)" in four.files["core/life.c"]


def drifted() -> str:
    """The file on another branch: what `one` changes is another, and a line of the context of `four`."""
    before, _, behind = LIFE.replace("first_one(o)", "another(o)").rpartition("return ret;")
    return f"{before}return -1;{behind}"


def test_on_another_base_the_files_it_was_made_for_help(tree: Path) -> None:
    """The context is another there, two lines from what the patch changes: `git am` needs --3way."""
    series = edited(tree, "one", "four")
    git(tree, "checkout", "-q", "start")
    commit(tree, {"core/life.c": drifted()})
    git(tree, "tag", "-f", "start")
    _, four = laid(tree, series, (2,))
    assert four.unknown == ()
    assert texts(four) == picked_by_git(tree, ["main"])
    at = four.files["core/life.c"].split("\n").index("    third_four(o);")
    assert four.lines["core/life.c"][at][0] is Evidence.DIFF
    assert four.moved["core/life.c"].count(0) == 1
    assert [s.analysed for s in laid(tree, series, (1,), (2,))] == [True, False, False]


def test_without_those_files_context_alone_counts(tree: Path) -> None:
    series = edited(tree, "one", "four")
    bare = tuple(
        replace(patch, files=tuple(replace(diff, old_blob="") for diff in patch.files))
        for patch in series.patches
    )
    git(tree, "checkout", "-q", "start")
    commit(tree, {"core/life.c": drifted()})
    git(tree, "tag", "-f", "start")
    assert [s.analysed for s in laid(tree, series, (2,))] == [True, True]
    assert [s.analysed for s in laid(tree, replace(series, patches=bare), (2,))] == [True, False]


def test_the_repository_is_what_it_was(tree: Path) -> None:
    series = edited(tree, "one", "upper", "four")
    before = every_byte(tree)
    laid(tree, series, (3,), (1, 2))
    assert every_byte(tree) == before


def history(tree: Path, chance: random.Random) -> None:
    """Four commits that edit, rename, add and delete files."""
    files = {"core/life.c": LIFE, "core/more.c": "".join(f"int more_{at};\n" for at in range(12))}
    commit(tree, files)
    git(tree, "tag", "-f", "start")
    fresh = 0
    for number in range(4):
        path, kind = chance.choice(list(files)), chance.random()
        change: dict[str, str | bytes | None] = {}
        if kind < 0.12:
            files[f"core/new_{number}.c"] = files.pop(path)
            change = {path: None, f"core/new_{number}.c": files[f"core/new_{number}.c"]}
        elif kind < 0.2:
            path = f"core/added_{number}.c"
            files[path] = "".join(f"int added_{number}_{at};\n" for at in range(6))
            change = {path: files[path]}
        elif kind < 0.27 and len(files) > 1:
            del files[path]
            change = {path: None}
        else:
            lines = files[path].splitlines(keepends=True)
            for _ in range(chance.randint(1, 3)):
                at, fresh = chance.randrange(len(lines)), fresh + 1
                lines[at : at + chance.choice((0, 1, 1, 2))] = [f"    step_{fresh}(o);\n"]
            files[path] = "".join(lines)
            change = {path: files[path]}
        commit(tree, change, f"edit {number}")


@pytest.mark.parametrize("seed", range(16))
def test_any_order_of_any_commits_is_what_git_picks(tree: Path, seed: int) -> None:
    chance = random.Random(seed)
    history(tree, chance)
    series = series_of(tree)
    order = list(range(1, 5))
    chance.shuffle(order)
    order = order[: chance.randint(1, 4)]
    snapshots = laid(tree, series, *((number,) for number in order))
    made = texts(snapshots[-1]) if snapshots[-1].analysed else None
    assert made == picked_by_git(tree, [f"main~{4 - number}" for number in order])
    assert (made is not None) is applies_by_number(series, order)


def applies_by_number(series: Series, order: list[int]) -> bool:
    """Whether the line numbers of the hunks alone say that the patches apply in this order."""
    stages = numbered(series)
    assert stages is not None
    files = stages[0]
    for number in order:
        found = pick(series.patches[number - 1], stages[number - 1], stages[number], files)
        if isinstance(found, Clash):
            return False
        files = found
    return True
