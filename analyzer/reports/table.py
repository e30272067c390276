"""Lays the lists of one scenario side by side, one column a group of stages, and marks what changed.

Input: a `Listing`. Output: drawn lines. Letters that stay share a row over all columns. Marks stand
before a letter: ``+`` new at this stage, ``*`` at another place or in another function than before,
``-`` gone at the next stage. Where columns would get too narrow, the lists stand one under the other.
Not modelled: changes of context (the changes below the tables tell them).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from types import MappingProxyType

from analyzer.model.letters import Letter
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location
from analyzer.reports.escape import visible
from analyzer.reports.layout import columns_of, fold, padded
from analyzer.reports.lists import Entry, Listing, StageList
from analyzer.reports.style import Style

LEGEND = "+ new   * at another place than before   - gone at the next stage"
_GAP = "  "
_NARROWEST = 24
_MARKS = 3  # two marks and a blank
_LOOKS = {"+": "green", "*": "yellow", "-": "red"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A line of a list with its marks (``+``, ``*``, ``-`` or blanks)."""

    entry: Entry
    marks: str = "  "


Column = tuple[Cell | None, ...]
Kept = tuple[Evidence, str]


def draw(listing: Listing, style: Style, named: Mapping[Kept, str] = MappingProxyType({})) -> list[str]:
    """The scenario's lists as a table, or stacked on a narrow screen; all headings included.

    `named` has the short names of files (see `short_names`); others are written in full.
    """
    columns = marked(listing)
    heads = [group.heading for group in listing.groups]
    room = (style.width - len(_GAP) * len(columns)) // max(len(columns), 1)
    wishes = [
        max([columns_of(head), *(_wish(cell, named) for cell in column if cell)])
        for head, column in zip(heads, columns, strict=True)
    ]
    if room < _NARROWEST and len(columns) > 1 and sum(wishes) > style.width - len(_GAP) * len(columns):
        return _stacked(heads, columns, style, named)
    widths = _widths(wishes, style.width - len(_GAP) * len(columns))
    lines = _row(
        [[(line, "bold") for line in fold(h, w)] for h, w in zip(heads, widths, strict=True)], widths, style
    )
    lines.append(_GAP + _GAP.join("-" * width for width in widths))
    for index in range(max((len(column) for column in columns), default=0)):
        row = [_drawn(c[index], w, named) if c[index] else [] for c, w in zip(columns, widths, strict=True)]
        lines += _row(row, widths, style)
    return lines


def marked(listing: Listing) -> tuple[Column, ...]:
    """The groups as columns of equal height: what stays shares a row, and each cell bears its marks."""
    flat = [_flat(shown) for shown in listing.lists]
    rows: list[list[int | None]] = [[index] for index in range(len(flat[0]))] if flat else []
    gains: list[dict[int, str]] = [{} for _ in flat]
    losses: list[set[int]] = [set() for _ in flat]
    for column in range(1, len(flat)):
        pairs = _kept(flat[column - 1], flat[column])
        # Against a stage that could not be told in full nothing is known to be new or gone.
        if listing.lists[column - 1].told and listing.lists[column].told:
            gains[column], losses[column - 1] = _differences(flat[column - 1], flat[column], pairs)
        _append(rows, column, pairs, len(flat[column]))
    return tuple(
        tuple(_cell(row[column], flat[column], gains[column], losses[column]) for row in rows)
        for column in range(len(flat))
    )


def _differences(
    before: list[Entry], after: list[Entry], pairs: dict[int, int]
) -> tuple[dict[int, str], set[int]]:
    """The marks of what is new in `after`, and what of `before` is gone and not just elsewhere."""
    kept = set(pairs.values())
    new = {index: _name(entry) for index, entry in enumerate(after) if index not in kept}
    gone = {index: _name(entry) for index, entry in enumerate(before) if index not in pairs}
    gains = {index: "*" if name in gone.values() else "+" for index, name in new.items()}
    return gains, {index for index, name in gone.items() if name not in new.values()}


def _cell(index: int | None, entries: list[Entry], gains: dict[int, str], losses: set[int]) -> Cell | None:
    if index is None:
        return None
    entry = entries[index]
    if not entry.letter:
        return Cell(entry)
    return Cell(entry, gains.get(index, " ") + ("-" if index in losses else " "))


def _append(rows: list[list[int | None]], column: int, pairs: dict[int, int], height: int) -> None:
    """Adds a column to `rows`: kept entries into their neighbour's row, others into free rows between
    them (side by side with what is gone) or into rows of their own."""
    partner = {there: here for here, there in pairs.items()}
    position = 0
    for row in rows:
        row.append(None)
    for index in range(height):
        if index in partner:
            position = next(at for at, row in enumerate(rows) if row[column - 1] == partner[index])
        elif position == len(rows) or rows[position][column - 1] in pairs:
            rows.insert(position, [None] * (column + 1))
        rows[position][column] = index
        position += 1


def _kept(before: list[Entry], after: list[Entry]) -> dict[int, int]:
    matcher = SequenceMatcher(None, [_key(e) for e in before], [_key(e) for e in after], autojunk=False)
    return {
        block.a + offset: block.b + offset
        for block in matcher.get_matching_blocks()
        for offset in range(block.size)
    }


def _flat(shown: StageList) -> list[Entry]:
    entries: list[Entry] = []
    for run in shown.runs:
        entries += [Entry("or:")] if entries else []
        entries += run
    return entries + [Entry(aside) for aside in shown.asides]


def _key(entry: Entry) -> tuple[str, str]:
    return entry.words, entry.letter.function if entry.letter else ""


def _name(entry: Entry) -> str:
    return entry.letter.name if entry.letter else ""


def short_names(listings: Iterable[Listing]) -> dict[Kept, str]:
    """For each kind of evidence and path the file's bare name, where no other file of its kind has it."""
    found = {
        (entry.letter.evidence, entry.letter.where.path): PurePosixPath(entry.letter.where.path).name
        for listing in listings
        for shown in listing.lists
        for run in shown.runs
        for entry in run
        if entry.letter
    }
    count = Counter((evidence, name) for (evidence, _), name in found.items())
    return {kept: name for kept, name in found.items() if count[kept[0], name] == 1 and name != kept[1]}


def places(named: Mapping[Kept, str]) -> list[str]:
    """What the short names stand for, a line each."""
    said = sorted((evidence.value, name, path) for (evidence, path), name in named.items())
    return [f"{name} ({evidence}) is {path}" for evidence, name, path in said]


def _evidence(letter: Letter, named: Mapping[Kept, str]) -> str:
    path = named.get((letter.evidence, letter.where.path), letter.where.path)
    return f"{letter.evidence.value}: {visible(str(Location(path, letter.where.line)))}"


def _wish(cell: Cell, named: Mapping[Kept, str]) -> int:
    letter = cell.entry.letter
    detail = columns_of(_evidence(letter, named)) + 2 if letter else 0
    return _MARKS + max(columns_of(cell.entry.words), detail)


def _widths(wishes: list[int], room: int) -> list[int]:
    """As wished where that fits, else the widest columns give way first."""
    widths = list(wishes)
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return widths


def _drawn(cell: Cell | None, width: int, named: Mapping[Kept, str]) -> list[tuple[str, str]]:
    """The lines of a cell with their looks."""
    if cell is None:
        return []
    look = next((_LOOKS[mark] for mark in cell.marks if mark in _LOOKS), "")
    lines = [(line, look) for line in fold(cell.entry.words, width, f"{cell.marks} ")]
    if cell.entry.letter:
        said = _evidence(cell.entry.letter, named)
        lines += [(line, "dim") for line in fold(said, width, " " * (_MARKS + 2))]
    return lines


def _row(cells: list[list[tuple[str, str]]], widths: list[int], style: Style) -> list[str]:
    lines = []
    for index in range(max((len(cell) for cell in cells), default=0)):
        parts = []
        for cell, width in zip(cells, widths, strict=True):
            text, look = cell[index] if index < len(cell) else ("", "")
            parts.append(style.paint(text, *([look] if look else [])) + padded(text, width)[len(text) :])
        lines.append((_GAP + _GAP.join(parts)).rstrip())
    return lines


def _stacked(
    heads: list[str], columns: tuple[Column, ...], style: Style, named: Mapping[Kept, str]
) -> list[str]:
    width = style.width - len(_GAP)
    lines: list[str] = []
    for head, column in zip(heads, columns, strict=True):
        lines += ([""] if lines else []) + [_GAP + style.paint(line, "bold") for line in fold(head, width)]
        for cell in column:
            drawn = _drawn(cell, width, named)
            lines += [_GAP + style.paint(text, *([look] if look else [])) for text, look in drawn]
    return lines
