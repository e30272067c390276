"""Whether a change that found no place could have mattered.

Job: name the first changed statement that could matter. Input: a piece of a patch, the renames of that
patch. Output: a unit or None. Not modelled: what a statement does; only what it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.snapshots.changes import Piece
from analyzer.snapshots.plan import opcodes
from analyzer.snapshots.relevance import Relevance
from analyzer.snapshots.statements import Unit


def changed_units(piece: Piece, renamed: Mapping[str, str]) -> list[Unit]:
    """The units a piece removes or adds, renames undone."""

    def plain(units: Sequence[Unit]) -> list[tuple[str, ...]]:
        return [tuple(renamed.get(text, text) for text in unit.texts) for unit in units]

    before, after = piece.change.before, piece.change.after
    if plain(before) == plain(after):
        return []
    same_before, same_after = plain(before), plain(after)
    result: list[Unit] = []
    for tag, i1, i2, j1, j2 in opcodes(before, after):
        if tag != "equal" and same_before[i1:i2] != same_after[j1:j2]:
            result.extend([*before[i1:i2], *after[j1:j2]])
    return result


def weighty(changed: list[Unit], relevance: Relevance, jumps: bool) -> Unit | None:
    """The first changed unit that could matter; `jumps`: control flow and any call count by themselves,
    because the piece may lie in a modelled function."""
    for unit in changed:
        if relevance.touches(unit) or relevance.unfamiliar(unit):
            return unit
        if jumps and (unit.jumps or relevance.acts(unit)):
            return unit
    return None
