"""A three-way merge of lines, as git does it when it picks a commit.

Job: bring what changed from one version of a file to the next into a third one. Input: three texts whose
lines have identities, so that nothing has to be guessed about what became of a line. Output: the merged text,
or where it conflicts. As in git, two changes conflict unless at least one untouched line stands between
them, or both make the same of the same lines. Not modelled: conflict markers, a choice of sides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_FULLY = 250_000  # pairs of lines: a region without any line that stands once is compared up to this size


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
    """The lines that a diff of both texts would leave alone: what stands once in both holds the rest, as in a
    patience diff."""
    pairs: Pairs = []
    work = [(0, len(base.lines), 0, len(text.lines))]
    while work:
        first, stop, new_first, new_stop = work.pop()
        inner = _trimmed(_Change(first, stop, new_first, new_stop), base.lines, text.lines)
        pairs += zip(range(first, inner.first), range(new_first, inner.new_first), strict=True)
        pairs += zip(range(inner.stop, stop), range(inner.new_stop, new_stop), strict=True)
        old, new = base.lines[inner.first : inner.stop], text.lines[inner.new_first : inner.new_stop]
        anchors = _once_in_both(old, new)
        if anchors:
            at = (inner.first, inner.new_first)
            for here, there in [*anchors, (len(old), len(new))]:
                stops = (inner.first + here, inner.new_first + there)
                work.append((at[0], stops[0], at[1], stops[1]))
                if here < len(old):
                    pairs.append(stops)
                at = (stops[0] + 1, stops[1] + 1)
        elif old and new and len(old) * len(new) <= _FULLY:
            for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
                pairs += [
                    (inner.first + block.a + step, inner.new_first + block.b + step)
                    for step in range(block.size)
                ]
    return sorted(pairs)


def _once_in_both(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """The longest row of lines that stand once on each side, in the order of both."""
    counts, new_counts = Counter(old), Counter(new)
    places = {line: at for at, line in enumerate(new) if new_counts[line] == 1}
    found = [(at, places[line]) for at, line in enumerate(old) if counts[line] == 1 and line in places]
    ends: list[int] = []  # of the shortest rows, by their length: the last place in `new`
    rows: list[tuple[int, int]] = []  # for each pair its length less one, and the pair before it
    tails: list[int] = []
    for number, (_, place) in enumerate(found):
        length = bisect_left(ends, place)
        rows.append((length, tails[length - 1] if length else -1))
        ends[length : length + 1] = [place]
        tails[length : length + 1] = [number]
    row: Pairs = []
    number = tails[-1] if tails else -1
    while number >= 0:
        row.append(found[number])
        number = rows[number][1]
    return row[::-1]


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
