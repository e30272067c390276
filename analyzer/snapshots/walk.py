"""The commits of a history that touch some files, newest first.

Job: one pass over the history. Input: a range, git's own globs. Output: counts and ids with their parents.
Not modelled: files that are renamed into or out of the globs (they come or go there).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.model.unknown import InputError
from analyzer.snapshots.objects import Objects


@dataclass(frozen=True, slots=True)
class Step:
    """A commit and its parents, all of them if the whole history is walked, else the first one. `merge`: it
    has several; `cut`: it has some which a shallow repository lacks."""

    commit: str
    parents: tuple[str, ...]
    merge: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """How many commits a range has, and those that touch the files."""

    commits: int
    steps: tuple[Step, ...]


def walk(objects: Objects, words: str, paths: Sequence[str], full: bool = False) -> Walk:
    """The walk over ``A..B``, ``A...B`` or all that a revision has; with `full` over all parents. Raises
    `InputError` for words that name nothing."""
    ends = _ends(objects, words)
    feed = "".join(f"{end}\n" for end in ends).encode()
    way = ("--full-history", "--topo-order") if full else ("--first-parent",)
    count = int(objects.git.run(("rev-list", "--count", *way[-1:], "--stdin"), feed=feed))
    listed = objects.git.run(("rev-list", *way, "--stdin", "--", *paths), feed=feed).decode().split()
    parents = _parents(objects, listed)
    steps = []
    for commit in listed:
        found = parents[commit]
        cut = not found and objects.git.shallow and b"\nparent " in objects.raw(commit).split(b"\n\n")[0]
        steps.append(Step(commit, found if full else found[:1], len(found) > 1, cut))
    return Walk(count, tuple(steps))


def _ends(objects: Objects, words: str) -> tuple[str, ...]:
    """Where the walk begins, and with ``^`` in front what it leaves out."""
    for dots in ("...", ".."):
        first, found, last = words.partition(dots)
        if found:
            begin, end = objects.commit(first or "HEAD"), objects.commit(last or "HEAD")
            if dots == "..":
                return end, f"^{begin}"
            bases = objects.git.run(("merge-base", "--all", begin, end), allowed=(0, 1)).decode().split()
            return end, *(f"^{base}" for base in bases)
    tip = objects.found(words)
    if tip is None:
        raise InputError(f"{objects.name}: {words!r} names no commit or range; check the name")
    return (tip,)


def _parents(objects: Objects, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if not ids:
        return {}
    feed = "".join(f"{each}\n" for each in ids).encode()
    raw = objects.git.run(("rev-list", "--no-walk=unsorted", "--parents", "--stdin"), feed=feed)
    return {words[0]: tuple(words[1:]) for words in map(str.split, raw.decode().splitlines())}
