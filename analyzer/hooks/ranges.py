"""Which commits a push brings.

Job: the lines that git gives a hook become ranges to analyse. Input: the lines, the repository, what the
other side has. Output: `Pushed`. A branch that goes on is looked at from where it was; one that is new, or
that was written anew, from where the other side has nothing of it any more. Not modelled: what the other side
has got from somebody else meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzer.model.unknown import InputError
from analyzer.snapshots.commits import parents_of
from analyzer.snapshots.objects import Objects

_ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class Update:
    """A ref on the other side, and the commits that it has had and gets, as git names them; "" for none."""

    ref: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """A range in git's words, with the refs that bring it; or, without words, why there is none."""

    refs: tuple[str, ...]
    words: str
    why: str = ""


def pushed_lines(text: str) -> tuple[Update, ...]:
    """What ``pre-push`` gets: name, new id, ref, old id. The name may hold blanks."""
    rows = (line.rsplit(" ", 3) for line in text.splitlines() if line)
    return tuple(_update(row[2], row[3], row[1]) if len(row) == 4 else _refused(row) for row in rows)


def received_lines(text: str) -> tuple[Update, ...]:
    """What ``pre-receive`` gets: old id, new id, ref."""
    rows = (line.split(" ", 2) for line in text.splitlines() if line)
    return tuple(_update(row[2], row[0], row[1]) if len(row) == 3 else _refused(row) for row in rows)


def _update(ref: str, old: str, new: str) -> Update:
    if not (_ID.match(old) and _ID.match(new)):
        return _refused([old, new, ref])
    return Update(ref, "" if not old.strip("0") else old, "" if not new.strip("0") else new)


def _refused(row: Sequence[str]) -> Update:
    raise InputError(f"hook run: {' '.join(row)!r} is no line that git gives a hook; let git run it")


def ranges(
    objects: Objects, updates: Sequence[Update], known: Sequence[str], code: Sequence[str]
) -> tuple[Pushed, ...]:
    """The ranges of all updates in which a commit touches files of the globs `code`. `known` are words for
    ``git rev-list`` that name what the other side has."""
    there = (objects.found(update.old) for update in updates if update.old)
    had = tuple(filter(None, there))
    found: dict[str, Pushed] = {}
    for update in updates:
        new = objects.found(update.new) if update.new else None
        if new is None:
            continue  # deleted, or the tag of something that is no commit
        old = objects.found(update.old) if update.old else None
        one = _range(objects, Update(update.ref, old or "", new), had, known, code)
        if one is not None:
            same = found.get(one.words + one.why)
            found[one.words + one.why] = Pushed((*same.refs, *one.refs), one.words, one.why) if same else one
    return tuple(found.values())


def _range(
    objects: Objects, update: Update, had: Sequence[str], known: Sequence[str], code: Sequence[str]
) -> Pushed | None:
    goes_on = update.old in had and _is_ancestor(objects, update.old, update.new)
    without = (update.old,) if goes_on else had
    words = () if goes_on else known
    if not _commits(objects, update.new, without, words, "--max-count=1", paths=code):
        return None
    ids = _commits(objects, update.new, without, words, "--reverse")
    parents = parents_of(objects, ids[:1])[ids[0]]
    if not parents:
        why = "nothing that it begins on is known to be there: not looked at"
        return Pushed((update.ref,), "", why)
    return Pushed((update.ref,), f"{parents[0]}..{update.new}")


def _commits(
    objects: Objects,
    new: str,
    without: Iterable[str],
    known: Sequence[str],
    *options: str,
    paths: Sequence[str] = (),
) -> list[str]:
    feed = "".join(f"{line}\n" for line in (new, *(f"^{each}" for each in without))).encode()
    asked = ("rev-list", "--first-parent", *options, "--stdin", *(("--not", *known) if known else ()))
    return objects.git.run((*asked, "--", *paths), feed=feed).decode().split()


def _is_ancestor(objects: Objects, old: str, new: str) -> bool:
    found = objects.git.run(("merge-base", old, new), allowed=(0, 1)).decode().split()
    return found[:1] == [old]
