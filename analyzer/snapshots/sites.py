"""Where a piece of a patch could lie in a file of the model.

Job: find the places that fit a piece about equally well, and narrow them down. Input: a piece, the model's
text. Output: candidates with what the piece would do at each. The section line of a hunk is a hint: it
lowers or raises what it takes to believe a place and decides between equals. Not modelled: line numbers,
which say nothing about a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from analyzer.snapshots.align import NEAR, Alignment, Weights, align
from analyzer.snapshots.changes import Piece
from analyzer.snapshots.images import hinted_function
from analyzer.snapshots.plan import Plan, focused, plan
from analyzer.snapshots.relevance import Relevance
from analyzer.snapshots.sheet import Sheet
from analyzer.snapshots.statements import Definition, Unit, cut, definitions
from analyzer.snapshots.tokens import tokenise

_SURE = 0.7  # about one statement that stands in the model once
_HINTED = 0.15
_AGAINST = 1.9  # what it takes when the section line names a function that is not modelled


@dataclass(frozen=True, slots=True)
class ModelText:
    """A file of the model, cut into units, and its functions."""

    sheet: Sheet
    units: tuple[Unit, ...]
    functions: Mapping[str, Definition]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place for a piece: the function, the alignment there, and what the piece would do there."""

    function: str
    alignment: Alignment
    plan: Plan

    @property
    def first(self) -> int:
        return min(self.alignment.match.values(), default=0)


def model_text(sheet: Sheet) -> ModelText:
    """A sheet, cut."""
    units = cut(sheet.text)
    return ModelText(sheet, units, {definition.name: definition for definition in definitions(units)})


def _same(one: Plan, two: Plan) -> bool:
    return one.edits == two.edits and one.objections == two.objections


def _has(text: ModelText, function: str, label: tuple[str, ...]) -> bool:
    place = text.functions[function]
    return any(unit.texts == label for unit in text.units[place.first : place.last])


def candidates(
    piece: Piece,
    text: ModelText,
    weight: Weights,
    relevance: Relevance,
    elsewhere: AbstractSet[tuple[str, ...]],
) -> list[Candidate]:
    """The places at which `piece` could lie, all about as good as the best; none if it lies nowhere."""
    if piece.function:
        ranges = [text.functions[piece.function]] if piece.function in text.functions else []
    elif any(unit.function for unit in piece.change.before):
        ranges = [Definition("", 0, len(text.units) - 1)]
    else:
        ranges = list(text.functions.values())
    focus = focused(piece.change)
    found: list[tuple[str, Alignment]] = []
    for place in ranges:
        for alignment in align(
            piece.change.before,
            text.units,
            place.first,
            place.last + 1,
            weight,
            relevance,
            not piece.whole,
            focus,
        ):
            found.append((place.name, alignment))
    if not piece.function:
        found = _convincing(piece, text, found, relevance)
    if not found:
        return []
    best = max(alignment.score for _, alignment in found)
    result: list[Candidate] = []
    for name, alignment in found:
        if alignment.score < NEAR * best:
            continue
        made = plan(piece.change, alignment, text.units, relevance, elsewhere, piece.whole)
        if not any(_same(made, other.plan) for other in result):
            result.append(Candidate(name, alignment, made))
    return result


def _convincing(
    piece: Piece, text: ModelText, found: list[tuple[str, Alignment]], relevance: Relevance
) -> list[tuple[str, Alignment]]:
    hint = hinted_function(piece.hunk.section)
    result = []
    for name, alignment in found:
        needed = _SURE
        if hint and hint not in text.functions:
            telling = any(relevance.touches(piece.change.before[k]) for k in alignment.match)
            needed = _AGAINST if telling and _shown(piece, alignment) else float("inf")
        elif hint and hint == name:
            needed = _HINTED
        if alignment.score >= needed:
            result.append((name, alignment))
    return result


def _shown(piece: Piece, alignment: Alignment) -> bool:
    """Whether a place has all that a piece shows before the patch."""
    before = enumerate(piece.change.before)
    return all(k in alignment.match or unit.is_brace for k, unit in before)


def narrowed(piece: Piece, text: ModelText, found: list[Candidate]) -> list[Candidate]:
    """Those that the section line, or the function head shown next, speaks for."""
    section = piece.hunk.section
    hint = hinted_function(section)
    label = tuple(token.text for token in tokenise(section))[:2]
    names = list(text.functions)
    after = text.functions.get(piece.precedes)
    before = names[names.index(piece.precedes) - 1] if after and names[0] != piece.precedes else ""
    for speaks in (
        lambda c: c.function == hint,
        lambda c: label[1:] == (":",) and c.function and _has(text, c.function, label),
        lambda c: before and c.function == before,
    ):
        left = [candidate for candidate in found if speaks(candidate)]
        if left:
            found = left
    return found
