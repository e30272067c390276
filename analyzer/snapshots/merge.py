"""A three-way merge of lines, as git does it when it picks a commit.

Job: bring what changed from one version of a file to the next into a third one. Input: three texts whose
lines have identities, so that nothing has to be guessed about what became of a line. Output: the merged text,
or where it conflicts. As in git, two changes conflict unless at least one untouched line stands between
them, or both make the same of the same lines. Not modelled: conflict markers, a choice of sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Text:
    """Lines with their ends, and for each an identity that it has in every version of the file."""

    lines: tuple[str, ...]
    identities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """The 0-based lines ``[start, stop)`` of the later version at which both sides changed."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines ``[first, stop)`` of the base became lines ``[new_first, new_stop)``."""

    first: int
    stop: int
    new_first: int
    new_stop: int


Pairs = list[tuple[int, int]]  # 0-based lines of two texts that are the same line, in the order of both


def merged(
    base: Text, ours: Text, theirs: Text, same: Callable[[Text, Text], Pairs] | None = None
) -> Text | Conflict:
    """`ours` with what changed from `base` to `theirs`. `same` says which lines go on, by default those that
    keep their identity and their text."""
    if base == ours:
        return theirs
    found = same or by_identity
    mine, other = _changes(base, ours, found(base, ours)), _changes(base, theirs, found(base, theirs))
    lines: list[str] = []
    identities: list[int] = []
    at = 0  # how much of the base is done

    def take(text: Text, start: int, stop: int) -> None:
        lines.extend(text.lines[start:stop])
        identities.extend(text.identities[start:stop])

    while mine or other:
        group = _next_group(mine, other)
        low = min(change.first for part in group for change in part)
        high = max(change.stop for part in group for change in part)
        left, right = (_within(part, low, high) for part in group)
        take(base, at, low)
        at = high
        if left is None and right is not None:
            take(theirs, *right)
        elif right is None and left is not None:
            take(ours, *left)
        elif left is not None and right is not None:
            if ours.lines[slice(*left)] != theirs.lines[slice(*right)]:
                return Conflict(*right)
            take(ours, *left)
    take(base, at, len(base.lines))
    return Text(tuple(lines), tuple(identities))


def by_identity(base: Text, text: Text) -> Pairs:
    """The lines that kept their identity and their text."""
    at = {identity: index for index, identity in reversed(list(enumerate(text.identities)))}
    pairs: Pairs = []
    low = -1
    for index, identity in enumerate(base.identities):
        found = at.get(identity, -1)
        if found > low and base.lines[index] == text.lines[found]:
            pairs.append((index, found))
            low = found
    return pairs


def by_content(base: Text, text: Text) -> Pairs:
    """The lines that a diff of both texts would leave alone; for texts of some hundred lines."""
    blocks = SequenceMatcher(None, base.lines, text.lines, autojunk=False).get_matching_blocks()
    return [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]


def _changes(base: Text, text: Text, pairs: Pairs) -> list[_Change]:
    """What changed, in order, each change as small as its lines allow."""
    changes: list[_Change] = []
    old = new = 0
    for index, found in [*pairs, (len(base.lines), len(text.lines))]:
        if index > old or found > new:
            change = _trimmed(_Change(old, index, new, found), base.lines, text.lines)
            if change.first < change.stop or change.new_first < change.new_stop:
                changes.append(change)
        old, new = index + 1, found + 1
    return changes


def _trimmed(change: _Change, before: Sequence[str], after: Sequence[str]) -> _Change:
    """Without the lines at both ends that read the same."""
    first, stop, new_first, new_stop = change.first, change.stop, change.new_first, change.new_stop
    while first < stop and new_first < new_stop and before[first] == after[new_first]:
        first, new_first = first + 1, new_first + 1
    while first < stop and new_first < new_stop and before[stop - 1] == after[new_stop - 1]:
        stop, new_stop = stop - 1, new_stop - 1
    return _Change(first, stop, new_first, new_stop)


def _next_group(mine: list[_Change], other: list[_Change]) -> tuple[list[_Change], list[_Change]]:
    """Takes the first change off, with all that touch it."""
    first = mine if not other or (mine and mine[0].first <= other[0].first) else other
    group: tuple[list[_Change], list[_Change]] = ([], [])
    high = first[0].first
    grown = True
    while grown:
        grown = False
        for queue, part in zip((mine, other), group, strict=True):
            begun = any(group)
            if queue and (queue[0].first <= high if begun else queue is first):
                change = queue.pop(0)
                part.append(change)
                high = max(high, change.stop)
                grown = True
    return group


def _within(part: Sequence[_Change], low: int, high: int) -> tuple[int, int] | None:
    """The lines of a side that stand for lines `low` to `high` of the base; None if it left them alone."""
    if not part:
        return None
    first, last = part[0], part[-1]
    return first.new_first - (first.first - low), last.new_stop + (high - last.stop)
