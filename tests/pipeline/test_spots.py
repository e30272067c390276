"""The line that stands for a finding is one that its patch changed, numbered as after the last patch."""

from __future__ import annotations

import itertools
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model.letters import Context, Letter, Sequence
from analyzer.model.profile import LetterKind
from analyzer.model.report import Change, ChangeKind, Finding, FindingKind, Level
from analyzer.model.series import FileChange, FileDiff, Hunk, HunkLine, LineKind, Patch, Series
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.model.spot import Spots
from analyzer.model.unknown import Location
from analyzer.model.witness import Witness
from analyzer.pipeline.line_hash import line_hashes
from analyzer.pipeline.spots import spots_of

BASE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
FIRST = "one\ntwo\nTHREE\nfour\nfive\nsix\nseven\n"  # patch 1 rewrites line 3
SECOND = "zero\nnought\none\ntwo\nTHREE\nfour\nfive\nsix\n"  # patch 2 puts two on top and takes the last


def hunk(start: tuple[int, int], *lines: str) -> Hunk:
    made = tuple(HunkLine(LineKind(line[0]), line[1:]) for line in lines)
    old, new = (sum(line.kind is not other for line in made) for other in (LineKind.ADDED, LineKind.REMOVED))
    return Hunk(start[0], old, start[1], new, "", made)


def diff(
    *hunks: Hunk, old: str = "a.c", new: str = "a.c", change: FileChange = FileChange.MODIFIED
) -> FileDiff:
    return FileDiff(old, new, change, hunks)


def series(*patches: tuple[FileDiff, ...]) -> Series:
    made = [Patch(n, len(patches), 1, f"p{n}", "", "", files) for n, files in enumerate(patches, 1)]
    return Series("s", 1, tuple(made))


REWRITE = diff(hunk((2, 2), " two", "-three", "+THREE", " four"))
TOP_AND_END = diff(hunk((1, 1), "+zero", "+nought", " one"), hunk((6, 8), " six", "-seven"))
BOTH = series((REWRITE,), (TOP_AND_END,))


def snapshots(*texts: str) -> tuple[Snapshot, ...]:
    return tuple(Snapshot(n, "", {"a.c": text}, {}, {}, {}) for n, text in enumerate(texts))


def letter(name: str, line: int, path: str = "a.c") -> Letter:
    place = Location(path, line)
    return Letter(name, LetterKind.EVENT, "f", name, "", place, Evidence.TREE, Context((), "", ()))


def finding(patch: int | None, before: tuple[Letter, ...], after: tuple[Letter, ...]) -> Finding:
    change = Change(
        patch or 0,
        ChangeKind.LOST,
        (),
        (),
        Sequence(before),
        Sequence(after),
        (),
        None,
        "",
        Witness(0, ()),
        Witness(1, ()),
    )
    return Finding(
        "rule",
        "missing",
        Level.ERROR,
        FindingKind.INTRODUCED,
        patch,
        None,
        (0, 1),
        (),
        "",
        "",
        (),
        None,
        Sequence(after),
        None,
        Location("other.c", 7),
        "f",
        change=change,
    )


def placed(found: Finding, of: Series = BOTH, *, tree: tuple[str, ...] = ()) -> Location | None:
    spots = spots_of((found,), of, snapshots(*tree), tree=bool(tree))
    return spots.findings[found.fingerprint].where if found.fingerprint in spots.findings else None


@pytest.mark.parametrize("tree", [(), (BASE, FIRST, SECOND)], ids=["patches alone", "tree"])
def test_a_lost_letter_is_shown_at_the_line_that_stands_in_its_place(tree: tuple[str, ...]) -> None:
    assert placed(finding(1, (letter("STOP", 3),), ()), tree=tree) == Location("a.c", 5)


@pytest.mark.parametrize("tree", [(), (BASE, FIRST, SECOND)], ids=["patches alone", "tree"])
def test_a_new_letter_is_shown_at_its_own_line(tree: tuple[str, ...]) -> None:
    assert placed(finding(2, (), (letter("STOP", 2),)), tree=tree) == Location("a.c", 2)


@pytest.mark.parametrize("tree", [(), (BASE, FIRST, SECOND)], ids=["patches alone", "tree"])
def test_a_line_taken_from_the_end_of_a_file_is_shown_at_the_last_one(tree: tuple[str, ...]) -> None:
    assert placed(finding(2, (letter("STOP", 7),), ()), tree=tree) == Location("a.c", 8)


def test_a_letter_that_no_patch_touches_goes_to_the_nearest_changed_line() -> None:
    assert placed(finding(2, (letter("STOP", 6),), ())) == Location("a.c", 8)
    assert placed(finding(2, (letter("STOP", 9, "far.c"),), ())) == Location("a.c", 1)


def test_what_no_patch_did_has_no_changed_line() -> None:
    assert placed(replace(finding(None, (), ()), kind=FindingKind.PREEXISTING)) is None


def test_a_file_that_a_later_patch_renames_is_named_as_at_the_end() -> None:
    renamed = diff(old="a.c", new="b.c", change=FileChange.RENAMED)
    assert placed(finding(1, (letter("STOP", 3),), ()), series((REWRITE,), (renamed,))) == Location("b.c", 3)


def test_a_file_that_a_later_patch_takes_away_has_no_line() -> None:
    gone = diff(old="a.c", new="a.c", change=FileChange.DELETED)
    assert placed(finding(1, (letter("STOP", 3),), ()), series((REWRITE,), (gone,))) is None


def test_on_a_tree_hunks_stand_where_their_text_does() -> None:
    lower = "\n" * 40
    tree = (lower + BASE, lower + FIRST, lower + SECOND)
    assert placed(finding(1, (letter("STOP", 43),), ()), series((REWRITE,)), tree=tree[:2]) == Location(
        "a.c", 43
    )
    assert placed(finding(1, (letter("STOP", 3),), ()), tree=("else\n", "else\n", "else\n")) is None


def test_the_hash_is_that_of_the_line_in_the_tree() -> None:
    found = finding(1, (letter("STOP", 3),), ())
    spots = spots_of((found,), BOTH, snapshots(BASE, FIRST, SECOND), tree=True)
    assert spots.findings["f"].line_hash == line_hashes(SECOND)[4]
    assert spots_of((found,), BOTH, (), tree=False).findings["f"].line_hash == ""


def test_each_patch_has_a_first_line() -> None:
    spots = spots_of((), BOTH, (), tree=False)
    assert {patch: spot.where.line for patch, spot in spots.patches.items()} == {1: 5, 2: 1}
    assert spots_of((), series(), (), tree=False) == Spots()


@st.composite
def histories(draw: st.DrawFn) -> list[list[str]]:
    """Stages of a file in which no two lines that were ever there are the same."""
    number = itertools.count()
    stages = [[f"line {next(number)}" for _ in range(draw(st.integers(0, 12)))]]
    for _ in range(draw(st.integers(1, 4))):
        lines = list(stages[-1])
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(lines)))
            gone = draw(st.integers(0, 3))
            lines[at : at + gone] = [f"line {next(number)}" for _ in range(draw(st.integers(0, 3)))]
        stages.append(lines)
    return stages


def hunks(before: list[str], after: list[str], context: int) -> list[Hunk]:
    found = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(context):
        lines: list[str] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [f" {line}" for line in before[i1:i2]]
            else:
                lines += [f"-{line}" for line in before[i1:i2]] + [f"+{line}" for line in after[j1:j2]]
        starts = group[0][1], group[0][3]
        counts = group[-1][2] - starts[0], group[-1][4] - starts[1]
        old, new = (start + bool(count) for start, count in zip(starts, counts, strict=True))
        found.append(hunk((old, new), *lines))
    return found


@settings(deadline=None)
@given(histories(), st.integers(0, 3), st.booleans())
def test_a_line_is_followed_to_the_last_stage(stages: list[list[str]], context: int, tree: bool) -> None:
    every = [hunks(before, after, context) for before, after in pairwise(stages)]
    of = series(*((diff(*found),) for found in every))
    texts = snapshots(*("".join(f"{line}\n" for line in lines) for lines in stages))
    spots = spots_of((), of, texts, tree=tree)
    for patch, (before, after) in enumerate(pairwise(stages), 1):
        new = [line for line in after if line not in before]
        if not new or not every[patch - 1]:
            continue
        first = next(line for line in every[patch - 1][0].lines if line.kind is not LineKind.CONTEXT)
        added = next((x for x in every[patch - 1][0].lines if x.kind is LineKind.ADDED), None)
        if first.kind is LineKind.ADDED and added and added.text in stages[-1]:
            assert stages[-1][spots.patches[patch].where.line - 1] == added.text
