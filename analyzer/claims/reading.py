"""From passages to statements: each once, whoever repeats it, with who said it first and where else it
stands.

Input: passages in order, a series' patches, a vocabulary. Output: `Heard`s. A statement that is only quoted
counts too. Bounded: of very long input the rest is left out, and that is said. Not modelled: who is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.claims import lists, sentences, tables
from analyzer.claims.blocks import Block, Row, blocks
from analyzer.claims.copies import copy_of
from analyzer.claims.sentences import Setting
from analyzer.claims.stated import Found, ListStatement, Statement
from analyzer.claims.words import Vocabulary
from analyzer.model.claim import Passage
from analyzer.model.series import Patch
from analyzer.model.unknown import Location

MOST = 200  # statements of a report
_QUOTE = 40  # lines of a quote
_NUMBERED = re.compile(r"\bpatch(?:es)?\s{0,4}#?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement as it was made first, and the other places where it stands."""

    found: Found
    again: tuple[Location, ...]


def heard(
    passages: Sequence[Passage], patches: Sequence[Patch], vocabulary: Vocabulary
) -> tuple[tuple[Heard, ...], bool]:
    """The statements, and whether there were more than are looked at. What a discussion says of patches by
    numbers that are not the series' is left out."""
    known: dict[Statement, list[Found]] = {}
    numbers = {one.number: copy for one in passages if one.number and (copy := copy_of(one.files, patches))}
    same = all(number == copy for number, copy in numbers.items())
    for passage in passages:
        own = passage.patch or copy_of(passage.files, patches)
        for found in _found(passage, own, vocabulary):
            # Where a discussion counts the patches otherwise, its numbers are not the series'.
            if not same and not passage.patch and any(_NUMBERED.search(line) for line in found.quote):
                continue
            known.setdefault(found.statement, []).append(found)
            if len(known) > MOST:
                known.popitem()
                return _heard(known), True
    return _heard(known), False


def _heard(known: dict[Statement, list[Found]]) -> tuple[Heard, ...]:
    for statement in [one for one in known if isinstance(one, ListStatement) and one.doubt]:
        # A quote may leave out the line that names the course.
        whole = next((one for one in known if one != statement and _same_list(one, statement)), None)
        if whole is not None and all(found.quoted for found in known[statement]):
            known[whole] += known.pop(statement)
    result = []
    for found in known.values():
        first = next((one for one in found if not one.quoted), found[0])
        places = dict.fromkeys(Location(one.source, one.line) for one in found if one is not first)
        places.pop(Location(first.source, first.line), None)
        result.append(Heard(first, tuple(places)))
    return tuple(result)


def _same_list(one: Statement, other: ListStatement) -> bool:
    return isinstance(one, ListStatement) and replace(one, courses=(), doubt="") == replace(
        other, courses=(), doubt=""
    )


def _found(passage: Passage, own: int, vocabulary: Vocabulary) -> Iterator[Found]:
    for block in blocks(passage):
        setting = Setting(own, passage.medium, block.titled)
        for statement, quote, row in _statements(block, vocabulary, setting):
            number = block.rows[row].number
            shown = tuple(line for line in quote if line.strip())[:_QUOTE]
            yield Found(
                statement, shown, passage.author, passage.medium, passage.source, number, block.quoted
            )


def _statements(
    block: Block, vocabulary: Vocabulary, setting: Setting
) -> list[tuple[Statement, tuple[str, ...], int]]:
    """Statements with their words and the row in which each begins, in the order of the text."""
    found: list[tuple[Statement, tuple[str, ...], int]] = []
    rows: dict[int, Row] = dict(enumerate(block.rows))
    if not block.titled:
        for table in tables.read(block, vocabulary):
            found.append((table.statement, _texts(block, table.first, table.end), table.first))
            for at in range(table.first, table.end):
                del rows[at]
        for one in lists.read(block, vocabulary, setting.own):
            quote = _texts(block, one.first, one.end)
            if one.rest:
                quote = (*quote[:-1], quote[-1].removesuffix(one.rest).rstrip())
            found.append((one.statement, quote, one.first))
            for at in range(one.first, one.end):
                rows.pop(at, None)
            if one.rest:
                rows[one.end - 1] = replace(block.rows[one.end - 1], text=one.rest)
    for said in sentences.read(block, sorted(rows.items()), vocabulary, setting):
        found.append((said.statement, (said.sentence,), said.row))
    return sorted(found, key=lambda each: each[2])


def _texts(block: Block, first: int, end: int) -> tuple[str, ...]:
    return tuple(row.text for row in block.rows[first:end])
