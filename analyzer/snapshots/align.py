"""Where a run of statements lies in a model that keeps only some of them.

Job: align the statements of a hunk's old side with a stretch of the model. Input: both as units, and what
could matter. Output: alignments with a score, best first. The model keeps a part of the source in its
order, so between two matched statements the model should hold nothing the hunk does not show; a statement
that is rare in the model weighs more than a common one (1 for one that stands there once). Braces follow
from the statements they belong to. Not modelled: a model that reorders the source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from analyzer.snapshots.relevance import Relevance
from analyzer.snapshots.statements import Unit, UnitKind, brace_pairs

Weights = Mapping[tuple[str, ...], float]
_SKIP_TELLING = 1.0  # a statement of the model that matters and that the hunk does not show
_SKIP_CONTROL = 0.35
_SKIP_OTHER = 0.1
_MISS_TELLING = 0.5  # a statement of the hunk that matters and that the model does not have
NEAR = 0.8  # of the best score: a place this good is as good
_LARGEST = 3_000_000  # cells


@dataclass(frozen=True, slots=True)
class Alignment:
    """`match` maps indices of the hunk's units to indices of the model's. `firm` is False when the
    braces between matched statements contradict each other."""

    score: float
    match: Mapping[int, int]
    firm: bool = True


def weights(models: Iterable[Sequence[Unit]]) -> Weights:
    """How much it tells that a statement is matched: 1 if it stands in the model once, towards 0."""
    counted: Counter[tuple[str, ...]] = Counter()
    for units in models:
        counted.update(unit.key for unit in units if not unit.is_brace)
    total = sum(counted.values()) + 1
    return {key: max(log2(total / count) / log2(total), 0.02) for key, count in counted.items()}


def align(
    part: Sequence[Unit],
    model: Sequence[Unit],
    first: int,
    stop: int,
    weight: Weights,
    relevance: Relevance,
    halves: bool = True,
    focus: Mapping[int, float] | None = None,
) -> tuple[Alignment, ...]:
    """The best alignments of `part` with ``model[first:stop]``, at most three: those about as good as
    the best one. Units whose index is in `focus` count more: the change is about them. With `halves` the
    first and last unit of `part` may be the end and the beginning of a statement."""
    rows = [index for index, unit in enumerate(part) if not unit.is_brace]
    columns = [index for index in range(first, stop) if not model[index].is_brace]
    if not rows or not columns or len(rows) * len(columns) > _LARGEST:
        return ()
    gain = _gains(part, model, rows, columns, weight, halves)
    for row, column in gain:
        gain[row, column] *= (focus or {}).get(row, 1.0)
    found: list[Alignment] = []
    taken: set[tuple[int, int]] = set()
    while gain and len(found) < 3:
        score, pairs = _best(part, model, rows, columns, gain, taken, relevance)
        if not pairs or (found and score < NEAR * found[0].score):
            break
        taken.update(pairs)
        match, firm = _with_braces(part, model, dict(pairs))
        found.append(Alignment(round(score, 6), match, firm))
    return tuple(found)


def _gains(
    part: Sequence[Unit],
    model: Sequence[Unit],
    rows: list[int],
    columns: list[int],
    weight: Weights,
    halves: bool,
) -> dict[tuple[int, int], float]:
    gain: dict[tuple[int, int], float] = {}
    places: dict[tuple[str, ...], list[int]] = {}
    for column in columns:
        places.setdefault(model[column].key, []).append(column)
    for row in rows:
        unit = part[row]
        for column in places.get(unit.key, ()):
            gain[row, column] = weight.get(unit.key, 0.02)
        if halves and row in (0, len(part) - 1) and len(unit.texts) > 1 and not unit.function:
            for column in columns:
                texts = model[column].texts
                share = len(unit.texts) / len(texts)
                end = row == 0 and texts[-len(unit.texts) :] == unit.texts
                begin = row == len(part) - 1 and texts[: len(unit.texts)] == unit.texts
                if share < 1 and (end or begin):
                    gain.setdefault((row, column), weight.get(model[column].key, 0.02) * share)
    return gain


def _best(
    part: Sequence[Unit],
    model: Sequence[Unit],
    rows: list[int],
    columns: list[int],
    gain: Mapping[tuple[int, int], float],
    taken: set[tuple[int, int]],
    relevance: Relevance,
) -> tuple[float, list[tuple[int, int]]]:
    """Local alignment: the best score and its pairs, without the pairs already `taken`."""
    skip = [_skip(model[column], relevance) for column in columns]
    miss = [_MISS_TELLING if relevance.contradicts(part[row]) else 0.0 for row in rows]
    width = len(columns)
    above = [0.0] * (width + 1)
    steps: list[bytearray] = []
    best, where = 0.0, (-1, -1)
    for i, row in enumerate(rows):
        here = [0.0] * (width + 1)
        step = bytearray(width + 1)
        for j, column in enumerate(columns):
            score, kind = above[j + 1] - miss[i], 1
            left = here[j] - skip[j]
            if left > score:
                score, kind = left, 2
            value = gain.get((row, column))
            if value is not None and (row, column) not in taken and above[j] + value >= score:
                score, kind = above[j] + value, 3
                if score > best + 1e-9:
                    best, where = score, (i, j)
            if score <= 0.0:
                score, kind = 0.0, 0
            here[j + 1], step[j + 1] = score, kind
        above = here
        steps.append(step)
    pairs: list[tuple[int, int]] = []
    i, j = where
    while i >= 0 and j >= 0:
        kind = steps[i][j + 1]
        if kind == 0:
            break
        if kind == 3:
            pairs.append((rows[i], columns[j]))
        i, j = i - (kind != 2), j - (kind != 1)
    return best, pairs[::-1]


def _skip(unit: Unit, relevance: Relevance) -> float:
    if relevance.touches(unit) or unit.function:
        return _SKIP_TELLING
    return _SKIP_CONTROL if relevance.could_matter(unit) or unit.governs else _SKIP_OTHER


def _with_braces(
    part: Sequence[Unit], model: Sequence[Unit], match: dict[int, int]
) -> tuple[dict[int, int], bool]:
    """Add the braces: a matched head brings its own; the blocks open at the first match close in order."""
    inner, outer = brace_pairs(tuple(part)), brace_pairs(tuple(model))
    result = dict(match)
    for at, column in match.items():
        opened = at + 1 < len(part) and part[at + 1].kind is UnitKind.OPEN
        if opened and column + 1 < len(model) and model[column + 1].kind is UnitKind.OPEN:
            result[at + 1] = column + 1
            if at + 1 in inner and column + 1 in outer:
                result[inner[at + 1]] = outer[column + 1]
    begin = min(match)
    closers = [
        at
        for at in range(begin + 1, len(part))
        if part[at].kind is UnitKind.CLOSE and (at not in inner or inner[at] < begin)
    ]
    blocks = [
        column
        for column in range(match[begin] + 1, len(model))
        if model[column].kind is UnitKind.CLOSE and outer.get(column, -1) < match[begin]
    ]
    firm = True
    for at, column in zip(closers, blocks, strict=False):
        before = max((match[k] for k in match if k < at), default=-1)
        after = min((match[k] for k in match if k > at), default=len(model))
        if before < column < after:
            result[at] = column
        else:
            firm = False
            break
    return dict(sorted(result.items())), firm
