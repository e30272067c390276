"""Which line of a text continues which line of the text before it.

Job: for each line of the new text the 1-based line of the old one, or 0. Input: two texts of one path.
Lines compare by tokens, so that indentation and comments do not matter; a line that moved is found when
it is the only one of its kind; a line whose tokens changed in part, or that was broken in two, continues
the line most of its tokens come from. Not modelled: lines that move between files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from difflib import SequenceMatcher

from analyzer.snapshots.tokens import line_keys

Key = tuple[str, ...]
_TOGETHER = 3
_LARGE = 4_000  # tokens: a replaced region larger than this is compared by whole lines only


def continued_lines(old: str, new: str, renamed: Mapping[str, str] | None = None) -> tuple[int, ...]:
    """For each line of `new` the 1-based line of `old` that it continues, or 0; `renamed` is new -> old."""
    before, after = line_keys(old), line_keys(new)
    if renamed:
        after = [tuple(renamed.get(part, part) for part in key) for key in after]
    result = [0] * len(after)
    if before == after:
        return tuple(range(1, len(after) + 1))
    # Lines without tokens carry no identity of their own; they are placed at the end.
    left = [index for index, key in enumerate(before) if key]
    right = [index for index, key in enumerate(after) if key]
    pairs, gaps = _blocks([before[i] for i in left], [after[i] for i in right])
    for i, j in pairs:
        result[right[j]] = left[i] + 1
    lost = [left[i] for gap in gaps for i in range(gap[0], gap[1])]
    fresh = [right[j] for gap in gaps for j in range(gap[2], gap[3])]
    taken = _moved(before, after, lost, fresh, result)
    taken |= _blocks_moved(
        before,
        after,
        [i for i in lost if i not in taken],
        [j for j in fresh if not result[j]],
        result,
    )
    for low, high, first, last in gaps:
        _changed(
            before,
            after,
            [left[i] for i in range(low, high) if left[i] not in taken],
            [right[j] for j in range(first, last) if not result[right[j]]],
            result,
        )
    _fill_blank(before, after, result)
    return tuple(result)


def _blocks(a: list[Key], b: list[Key]) -> tuple[list[tuple[int, int]], list[tuple[int, int, int, int]]]:
    """Equal pairs in order, and the regions between them."""
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    pairs = [(i, i) for i in range(head)]
    gaps: list[tuple[int, int, int, int]] = []
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, middle_a, middle_b, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs.extend((head + i1 + k, head + j1 + k) for k in range(i2 - i1))
        else:
            gaps.append((head + i1, head + i2, head + j1, head + j2))
    pairs.extend((len(a) - k, len(b) - k) for k in range(tail, 0, -1))
    return pairs, gaps


def _blocks_moved(
    before: list[Key], after: list[Key], lost: list[int], fresh: list[int], result: list[int]
) -> set[int]:
    """Map runs of at least three equal lines that moved together."""
    taken: set[int] = set()
    matcher = SequenceMatcher(None, [before[i] for i in lost], [after[j] for j in fresh], autojunk=False)
    for block in matcher.get_matching_blocks():
        run = range(block.size)
        together = block.size >= _TOGETHER and all(lost[block.a + k] - lost[block.a] <= 2 * k for k in run)
        for k in run if together else ():
            result[fresh[block.b + k]] = lost[block.a + k] + 1
            taken.add(lost[block.a + k])
    return taken


def _moved(
    before: list[Key], after: list[Key], lost: list[int], fresh: list[int], result: list[int]
) -> set[int]:
    """Map lines that vanished at one place and came back at another, when there is one of each."""
    gone, come = Counter(before[i] for i in lost), Counter(after[j] for j in fresh)
    source = {before[i]: i for i in lost}
    taken: set[int] = set()
    for j in fresh:
        key = after[j]
        if come[key] == 1 and gone[key] == 1 and any(part[0].isalpha() or part[0] == "_" for part in key):
            result[j] = source[key] + 1
            taken.add(source[key])
    # What stands between two moved lines that were neighbours, and is equal, moved with them.
    open_lost = {i for i in lost if i not in taken}
    for order in (fresh, fresh[::-1]):
        step = 1 if order is fresh else -1
        for j in order:
            near = j - step
            if result[j] or not 0 <= near < len(after) or not result[near]:
                continue
            i = result[near] - 1 + step
            if i in open_lost and before[i] == after[j]:
                result[j] = i + 1
                open_lost.discard(i)
                taken.add(i)
    return taken


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
    """Lines without tokens go with the line above them."""
    for j, key in enumerate(after):
        if key or result[j]:
            continue
        above = result[j - 1] if j else 0
        if (j == 0 or above) and above < len(before) and not before[above]:
            result[j] = above + 1
