"""Which line of a text continues which line of the text before it.

Job: for each line of the new text the 1-based line of the old one, or 0. Input: two texts of one path.
Lines compare by tokens, so that indentation and comments do not matter; a line that moved is found when
it is the only one of its kind; a line whose tokens changed in part, or that was broken in two, continues
the line most of its tokens come from. `continued_parts` does the same for all files of a patch at once, of
which it is told what stayed, and finds lines that moved between them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from analyzer.snapshots.tokens import line_keys

Key = tuple[str, ...]
_TOGETHER = 3
_AROUND = 4  # kept lines on each side of a change
_STAR = re.compile(r"\s*\*(?:\s|\Z)")
_LARGE = 4_000  # tokens: a replaced region larger than this is compared by whole lines only


def continued_lines(
    old: str, new: str, renamed: Mapping[str, str] | None = None, kept: Sequence[int] = ()
) -> tuple[int, ...]:
    """For each line of `new` the 1-based line of `old` that it continues, or 0. `renamed` maps new names
    to old ones; `kept` is the map as far as it is known already (0: not known)."""
    before, after = line_keys(old), line_keys(new)
    if renamed:
        after = [tuple(renamed.get(part, part) for part in key) for key in after]
    if before == after:
        return tuple(range(1, len(after) + 1))
    result = list(kept) or [0] * len(after)
    # Lines without tokens carry no identity of their own; they are placed at the end.
    if not kept:
        left = [index for index, key in enumerate(before) if key]
        right = [index for index, key in enumerate(after) if key]
        for i, j in _blocks([before[i] for i in left], [after[j] for j in right]):
            result[right[j]] = left[i] + 1
    _moved(before, after, result)
    _blocks_moved(before, after, result)
    for lost, fresh in _gaps(before, after, result):
        _changed(before, after, lost, fresh, result)
    _fill_blank(before, after, result)
    return tuple(result)


@dataclass(frozen=True, slots=True)
class Part:
    """A file before and after a patch, as lines, and for each new line the 1-based old one that the patch
    keeps, or 0. Lines that are kept are in the same order on both sides."""

    old: Sequence[str]
    new: Sequence[str]
    kept: Sequence[int]


@dataclass(frozen=True, slots=True)
class Continued:
    """For each new line of a part the 1-based old line of the same part that it continues, or 0; and for
    0-based new lines that continue a line of another part: that part's number and the 1-based line."""

    lines: tuple[int, ...]
    elsewhere: Mapping[int, tuple[int, int]]


def continued_parts(parts: Sequence[Part], renamed: Mapping[str, str] | None = None) -> list[Continued]:
    """What the lines of each part continue. Only what is near a change is looked at."""
    near = [_near(part) for part in parts]
    befores = [_keys(part.old, one.old, one.lost) for part, one in zip(parts, near, strict=True)]
    afters = [_keys(part.new, one.new, one.fresh) for part, one in zip(parts, near, strict=True)]
    if renamed:
        afters = [
            [tuple(renamed.get(word, word) for word in key) if at in one.fresh else key for at, key in lines]
            for one, lines in zip(near, map(enumerate, afters), strict=True)
        ]
    results = [list(one.kept) for one in near]
    for before, after, result in zip(befores, afters, results, strict=True):
        _moved(before, after, result)
        _blocks_moved(before, after, result)
    taken = _between(befores, afters, results) if len(parts) > 1 else {}
    for (there, line), (home, origin) in taken.items():
        afters[there][line] = befores[home][origin] = ()
    found = []
    for number, part in enumerate(parts):
        one, result = near[number], results[number]
        for lost, fresh in _gaps(befores[number], afters[number], result):
            _changed(befores[number], afters[number], lost, fresh, result)
        _fill_blank(befores[number], afters[number], result)
        lines = list(part.kept)
        for at in one.fresh:
            lines[one.new[at]] = one.old[result[at] - 1] + 1 if result[at] else 0
        elsewhere = {
            one.new[line]: (home, near[home].old[origin] + 1)
            for (there, line), (home, origin) in taken.items()
            if there == number
        }
        for line in elsewhere:
            lines[line] = 0
        found.append(Continued(tuple(lines), elsewhere))
    return found


@dataclass(frozen=True, slots=True)
class _Near:
    """The lines of a part that are near a change. `old` and `new` are their 0-based numbers (-1: a mark
    between stretches), `kept` is the part's own among them; `lost` and `fresh` are the places in `old` and
    `new` of lines that the patch takes away and adds."""

    old: list[int]
    new: list[int]
    kept: list[int]
    lost: set[int]
    fresh: set[int]


def _near(part: Part) -> _Near:
    """Each change with the lines next to it."""
    changes: list[tuple[int, int, int, int]] = []
    i = j = 0
    for at, line in enumerate((*part.kept, len(part.old) + 1)):
        if not line:
            continue
        if line - 1 > i or at > j:
            changes.append((i, line - 1, j, at))
        i, j = line, at + 1
    found = _Near([], [], [], set(), set())
    end = (0, 0)
    for i1, i2, j1, j2 in changes:
        # Between two changes the lines are kept, so that the distance is the same on both sides.
        room = j1 - end[1]
        if room > 2 * _AROUND:
            _keep(found, end, _AROUND)
            _mark(found)
            _keep(found, (i1 - _AROUND, j1 - _AROUND), _AROUND)
        else:
            _keep(found, end, room)
        found.lost.update(range(len(found.old), len(found.old) + i2 - i1))
        found.fresh.update(range(len(found.new), len(found.new) + j2 - j1))
        found.old.extend(range(i1, i2))
        found.new.extend(range(j1, j2))
        found.kept.extend([0] * (j2 - j1))
        end = i2, j2
    if changes:
        _keep(found, end, min(_AROUND, len(part.old) - end[0]))
    return found


def _keep(found: _Near, start: tuple[int, int], count: int) -> None:
    for k in range(count):
        found.kept.append(len(found.old) + 1)
        found.old.append(start[0] + k)
        found.new.append(start[1] + k)


def _mark(found: _Near) -> None:
    """What no search goes over."""
    found.kept.append(len(found.old) + 1)
    found.old.append(-1)
    found.new.append(-1)


def _between(
    befores: list[list[Key]], afters: list[list[Key]], results: list[list[int]]
) -> dict[tuple[int, int], tuple[int, int]]:
    """(part, index) of a new line -> (part, index) of the old one in another part that it continues."""
    lost: list[tuple[int, int]] = []
    fresh: list[tuple[int, int]] = []
    for number, (before, after, result) in enumerate(zip(befores, afters, results, strict=True)):
        gone, come = _free(before, after, result)
        lost.extend((number, i) for i in gone)
        fresh.extend((number, j) for j in come)
    before = [befores[number][i] for number, i in lost]
    after = [afters[number][j] for number, j in fresh]
    result = [0] * len(after)
    _moved(before, after, result)
    _blocks_moved(before, after, result)
    return {fresh[j]: lost[i - 1] for j, i in enumerate(result) if i and lost[i - 1][0] != fresh[j][0]}


def _keys(lines: Sequence[str], numbers: Sequence[int], wanted: Collection[int]) -> list[Key]:
    """The tokens of the lines of these numbers at the places that are `wanted`; a stand-in at the others."""
    texts = [lines[number] if number >= 0 else "\0" for number in numbers]
    keys: list[Key] = [(text,) if text.strip() else () for text in texts]
    first = 0
    while first < len(texts):
        if first not in wanted:
            first += 1
            continue
        stop = first
        while stop in wanted:
            stop += 1
        run = [text.rstrip("\r\n") for text in texts[first:stop]]
        for at, text in enumerate(run):  # a run may begin inside a comment whose end it does not show
            if not _STAR.match(text):
                break
            run[at] = ""
        keys[first:stop] = line_keys("".join(f"{text}\n" for text in run))
        first = stop
    return keys


def _free(before: list[Key], after: list[Key], result: list[int]) -> tuple[list[int], list[int]]:
    """Lines with tokens that are not mapped yet, of either side."""
    used = set(result)
    lost = [i for i, key in enumerate(before) if key and i + 1 not in used]
    return lost, [j for j, key in enumerate(after) if key and not result[j]]


def _gaps(before: list[Key], after: list[Key], result: list[int]) -> list[tuple[list[int], list[int]]]:
    """Runs of unmapped new lines, each with the unmapped old lines next to its mapped neighbours."""
    lost, fresh = _free(before, after, result)
    open_lost = set(lost)
    runs: list[list[int]] = []
    for j in fresh:
        if runs and all(not after[k] for k in range(runs[-1][-1] + 1, j)):
            runs[-1].append(j)
        else:
            runs.append([j])
    gaps: list[tuple[list[int], list[int]]] = []
    for run in runs:
        above = next((result[j] for j in range(run[0] - 1, -1, -1) if result[j]), 0)
        below = next((result[j] for j in range(run[-1] + 1, len(after)) if result[j]), len(before) + 1)
        near: set[int] = set()
        for i, step in ((above, 1), (below - 2, -1)):
            while 0 <= i < len(before) and (i in open_lost or not before[i]):
                near.add(i)
                i += step
        gaps.append((sorted(near & open_lost), run))
    return gaps


def _blocks(a: list[Key], b: list[Key]) -> list[tuple[int, int]]:
    """Equal pairs in order."""
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    # A brace alone at the end says nothing: it may belong to what was moved away from there.
    while tail and not any(part[0].isalpha() or part[0] == "_" for part in a[-tail]):
        tail -= 1
    pairs = [(i, i) for i in range(head)]
    matcher = SequenceMatcher(None, a[head : len(a) - tail], b[head : len(b) - tail], autojunk=False)
    for block in matcher.get_matching_blocks():
        pairs.extend((head + block.a + k, head + block.b + k) for k in range(block.size))
    pairs.extend((len(a) - k, len(b) - k) for k in range(tail, 0, -1))
    return pairs


def _moved(before: list[Key], after: list[Key], result: list[int]) -> None:
    """Map lines that vanished at one place and came back at another, when there is one of each."""
    lost, fresh = _free(before, after, result)
    gone, come = Counter(before[i] for i in lost), Counter(after[j] for j in fresh)
    source = {before[i]: i for i in lost}
    open_lost = set(lost)
    for j in fresh:
        key = after[j]
        if come[key] == 1 and gone[key] == 1 and any(part[0].isalpha() or part[0] == "_" for part in key):
            result[j] = source[key] + 1
            open_lost.discard(source[key])
    # What stands next to a moved line, and stood there before, moved with it.
    for order, step in ((fresh, 1), (fresh[::-1], -1)):
        for j in order:
            near = j - step
            if result[j] or not 0 <= near < len(after) or not result[near]:
                continue
            i = result[near] - 1 + step
            if i in open_lost and before[i] == after[j]:
                result[j] = i + 1
                open_lost.discard(i)


def _blocks_moved(before: list[Key], after: list[Key], result: list[int]) -> None:
    """Map runs of at least three equal lines that moved together."""
    lost, fresh = _free(before, after, result)
    matcher = SequenceMatcher(None, [before[i] for i in lost], [after[j] for j in fresh], autojunk=False)
    for block in matcher.get_matching_blocks():
        run = range(block.size)
        together = all(lost[block.a + k] - lost[block.a] <= 2 * k for k in run)
        if block.size >= _TOGETHER and together:
            for k in run:
                result[fresh[block.b + k]] = lost[block.a + k] + 1


def _changed(
    before: list[Key], after: list[Key], lost: list[int], fresh: list[int], result: list[int]
) -> None:
    """Map lines of one region that keep at least half of their tokens."""
    old = [(token, i) for i in lost for token in before[i]]
    new = [(token, j) for j in fresh for token in after[j]]
    if not old or not new or len(old) + len(new) > _LARGE:
        return
    votes: dict[int, Counter[int]] = {}
    matcher = SequenceMatcher(None, [t for t, _ in old], [t for t, _ in new], autojunk=False)
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            votes.setdefault(new[block.b + k][1], Counter())[old[block.a + k][1]] += 1
    for j, counted in votes.items():
        i, shared = counted.most_common(1)[0]
        words = sum(1 for token in set(after[j]) & set(before[i]) if token[0].isalnum() or token[0] == "_")
        if words and 2 * shared >= len(after[j]):
            result[j] = i + 1


def _fill_blank(before: list[Key], after: list[Key], result: list[int]) -> None:
    """Lines without tokens go with the line above them, each with another."""
    taken = set(result)
    for j, key in enumerate(after):
        if key or result[j]:
            continue
        above = result[j - 1] if j else 0
        free = above < len(before) and not before[above] and above + 1 not in taken
        if (j == 0 or above) and free:
            result[j] = above + 1
            taken.add(above + 1)
