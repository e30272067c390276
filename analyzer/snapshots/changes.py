"""A patch as changes of functions.

Job: cut every hunk of a patch into pieces that each change one function, add or delete a whole one, or
change what stands between functions; join a function deleted at one place and added at another into a
move. Input: a patch. Output: pieces in the patch's order, and the names it renames. Not modelled: a
function split in two by a hunk stays one piece of unknown function.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import Enum

from analyzer.model.series import FileChange, FileDiff, Hunk, LineKind, Patch
from analyzer.snapshots.images import Scope, Segment, Side, is_source, segments, sides
from analyzer.snapshots.plan import Change
from analyzer.snapshots.renames import renamed_names

_LISTED = re.compile(r"\s*([^\W\d]\w*)\s*(?:=[^,;()]*)?,?\s*(?:/\*.*)?\Z")
_ALIKE = 0.6


class PieceKind(Enum):
    """What a piece of a hunk does."""

    CHANGE = "change"
    ADD = "add"  # a whole function
    DELETE = "delete"  # a whole function
    MOVE = "move"  # a whole function deleted here and added there, perhaps changed
    BETWEEN = "between"  # outside functions


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of hunk `number` (1-based) of `diff`. `function` is the one it changes, as before the
    patch, or "" when the hunk does not show a head; `follows` the function whose head is shown before
    it, `precedes` the one whose head is shown after it."""

    kind: PieceKind
    diff: FileDiff
    hunk: Hunk
    number: int
    function: str
    change: Change
    whole: bool = False
    follows: str = ""
    precedes: str = ""


def path_of(diff: FileDiff) -> str:
    """The path a file diff is best known by."""
    return diff.old_path if diff.change is FileChange.DELETED else diff.new_path or diff.old_path


def pieces(patch: Patch) -> tuple[Piece, ...]:
    """All pieces of a patch's C files, moves joined."""
    found: list[Piece] = []
    for diff in patch.files:
        if diff.change in (FileChange.MODE, FileChange.BINARY) or not is_source(
            diff.new_path or diff.old_path
        ):
            continue
        for number, hunk in enumerate(diff.hunks, 1):
            found.extend(_cut(diff, hunk, number))
    return _moves(found)


def _cut(diff: FileDiff, hunk: Hunk, number: int) -> list[Piece]:
    old, new = sides(diff, hunk)
    before, after = segments(old.units), segments(new.units)
    pairs = _paired(before, after)

    heads = [(segment.first, segment.function) for segment in before if segment.function]
    heads_after = [(segment.first, segment.function) for segment in after if segment.function]
    known = {name for _, name in heads}

    def piece(kind: PieceKind, name: str, a: Segment | None, b: Segment | None) -> Piece:
        change = Change(
            old, a.first if a else 0, a.stop if a else 0, new, b.first if b else 0, b.stop if b else 0
        )
        at, shown = (a.first, heads) if a else (b.first if b else 0, heads_after)
        follows = [f for first, f in shown if first < at and f in known]
        precedes = [f for first, f in shown if first > at and f in known]
        return Piece(
            kind,
            diff,
            hunk,
            number,
            name,
            change,
            bool(a and a.whole),
            follows[-1] if follows else "",
            precedes[0] if precedes else "",
        )

    if pairs is None:
        whole = Change(old, 0, len(old.units), new, 0, len(new.units))
        return [Piece(PieceKind.CHANGE, diff, hunk, number, "", whole)]
    result: list[Piece] = []
    for a, b in pairs:
        scope = (a or b).scope  # type: ignore[union-attr]  # a pair has at least one side
        if scope is Scope.BETWEEN:
            result.append(piece(PieceKind.BETWEEN, "", a, b))
        elif scope is Scope.OPENING or (a and b):
            result.append(piece(PieceKind.CHANGE, a.function if a else "", a, b))
        elif a:
            result.append(piece(PieceKind.DELETE, a.function, a, None))
        elif b:
            result.append(piece(PieceKind.ADD, b.function, None, b))
    return result


def _paired(
    before: Sequence[Segment], after: Sequence[Segment]
) -> list[tuple[Segment | None, Segment | None]] | None:
    """Segments that belong together, in order; None when a function is cut in two."""
    old = [s for s in before if s.scope is Scope.FUNCTION]
    new = [s for s in after if s.scope is Scope.FUNCTION]
    old_names, new_names = {s.function for s in old}, {s.function for s in new}
    if len(old_names) != len(old) or len(new_names) != len(new):
        return None
    gone = [s for s in old if s.function not in new_names]
    come = [s for s in new if s.function not in old_names]
    open_gone, open_come = [s for s in gone if not s.whole], [s for s in come if not s.whole]
    if len(open_gone) != len(open_come):
        return None
    partner = {b.first: a for a, b in zip(open_gone, open_come, strict=True)}
    partner.update({b.first: a for b in new for a in old if a.function == b.function})
    if any(a.whole != b.whole for b in new for a in (partner.get(b.first),) if a is not None):
        return None
    pairs: list[tuple[Segment | None, Segment | None]] = []
    opening = _first(before, Scope.OPENING), _first(after, Scope.OPENING)
    if opening != (None, None):
        pairs.append(opening)
    for b in new:
        pairs.append((partner.get(b.first), b))
    pairs.extend((a, None) for a in gone if a.whole)
    pairs.extend((s, None) for s in before if s.scope is Scope.BETWEEN)
    pairs.extend((None, s) for s in after if s.scope is Scope.BETWEEN)
    return pairs


def _first(found: Sequence[Segment], scope: Scope) -> Segment | None:
    return next((segment for segment in found if segment.scope is scope), None)


def _moves(found: list[Piece]) -> tuple[Piece, ...]:
    """Join deletions and additions of one function, by name or else by what they say."""
    deleted = [p for p in found if p.kind is PieceKind.DELETE]
    added = [p for p in found if p.kind is PieceKind.ADD]
    joined: dict[int, Piece] = {}
    for one in deleted:
        same = [two for two in added if two.function == one.function and id(two) not in joined]
        if len(same) != 1:
            same = [
                two
                for two in added
                if id(two) not in joined
                and not any(two.function == other.function for other in deleted)
                and _alike(one, two) >= _ALIKE
            ]
        if len(same) == 1:
            two = same[0]
            joined[id(two)] = one
            joined[id(one)] = replace(
                one,
                kind=PieceKind.MOVE,
                whole=True,
                change=replace(
                    one.change,
                    new=two.change.new,
                    new_first=two.change.new_first,
                    new_stop=two.change.new_stop,
                ),
            )
    return tuple(joined.get(id(p), p) for p in found if not (p.kind is PieceKind.ADD and id(p) in joined))


def _alike(one: Piece, two: Piece) -> float:
    a = [unit.texts for unit in one.change.before[1:]]
    b = [unit.texts for unit in two.change.after[1:]]
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if len(a) > 3 else 0.0


def renames(patch: Patch) -> dict[str, str]:
    """New name -> old name of functions and constants the patch renames, as far as it shows."""
    old: dict[str, str] = {}
    new: dict[str, str] = {}
    defined: tuple[set[str], set[str]] = set(), set()
    for diff in patch.files:
        for number, hunk in enumerate(diff.hunks):
            if not is_source(path_of(diff)):
                continue
            both = sides(diff, hunk)
            old[f"{diff.new_path}\0{number}"], new[f"{diff.new_path}\0{number}"] = (s.text for s in both)
            for names, shown in zip(defined, both, strict=True):
                names.update(unit.function for unit in shown.units if unit.function)
                names.update(_listed(diff, shown))
    return renamed_names(old, new, *(dict.fromkeys(names, frozenset()) for names in defined))


def _listed(diff: FileDiff, shown: Side) -> list[str]:
    """Enum constants on lines of their own in a header's hunk, whose ``enum`` the hunk may not show."""
    if not diff.new_path.endswith((".h", ".hh")):
        return []
    return [m.group(1) for m in map(_LISTED.match, shown.text.split("\n")) if m is not None]


def words_of(hunk: Hunk, kinds: tuple[LineKind, ...] = tuple(LineKind)) -> set[str]:
    """All identifiers in a hunk's lines of these kinds."""
    return {
        word for line in hunk.lines if line.kind in kinds for word in re.findall(r"[^\W\d]\w*", line.text)
    }
