"""Prose as blocks: rows of text that one person wrote or quoted, quote marks taken off.

Input: a `Passage`. Output: `Block`s in order. A mail that an archive folded into one line is unfolded as
far as its quote marks, underlined headings and bullets show where lines were. Diffs that stand in prose are
left out. Not modelled: in a folded mail, exactly where quoted words end and the writer's own begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.model.claim import Passage

_MARKS = re.compile(r"(?:> ?)+")
_DIFF = re.compile(r"diff --git |@@ -\d{1,9}(?:,\d{1,9})? \+\d{1,9}(?:,\d{1,9})? @@|Index: ")
_FOLDED = re.compile(r" [=~^-]{5,} | (?:> ?){1,8}\S")
_INNER_MARKS = re.compile(r"(?<!\S)>[> ]*")
_UNDERLINED = re.compile(
    r"(?<!\S)((?:before|after|with|without)(?: the| this)?(?: patch(?:es)?| series)(?: #?\d{1,5})?:?)"
    r" ([=~^-]{4,})(?!\S)",
    re.IGNORECASE,
)
_BULLET = re.compile(r" (?=[-*+•] )")
_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=[A-Z])")
LONG = 300  # a line longer than this may be a folded mail
_QUOTED = 76  # a quoted line is no longer than this
MOST_ROWS = 20_000
LONGEST_ROW = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its text, its place in the passage's source. What stands behind a `folded` row's last bullet
    may be prose."""

    text: str
    number: int
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one writer; `quoted` if the passage's author only repeats them."""

    rows: tuple[Row, ...]
    quoted: bool = False
    titled: bool = False  # the first row is a title


def blocks(passage: Passage) -> tuple[Block, ...]:
    """The blocks of a passage, the title in one of its own."""
    rows = passage.lines[:MOST_ROWS]
    found: list[Block] = []
    if passage.titled and rows:
        number, title = rows[0]
        found.append(Block((Row(title[:LONGEST_ROW], number),), titled=True))
        rows = rows[1:]
    level, gathered = -1, list[Row]()
    for depth, row in _rows(rows):
        blank = not row.text.strip()
        if depth != level and not (blank and depth == 0):
            found += _block(gathered, level)
            level, gathered = depth, []
        gathered.append(row)
    return (*found, *_block(gathered, level))


def _block(rows: list[Row], level: int) -> list[Block]:
    end = next((at for at, row in enumerate(rows) if _DIFF.match(row.text)), len(rows))
    kept = tuple(rows[:end])
    return [Block(kept, level > 0)] if any(row.text.strip() for row in kept) else []


def _rows(lines: tuple[tuple[int, str], ...]) -> Iterator[tuple[int, Row]]:
    for number, text in lines:
        text = text[:LONGEST_ROW]
        marks = _MARKS.match(text)
        if len(text) > LONG and _FOLDED.search(text):
            yield from ((depth, Row(piece, number, True)) for depth, piece in _unfolded(text))
        elif marks:
            yield marks.group().count(">"), Row(text[marks.end() :], number)
        else:
            yield 0, Row(text, number)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a mail on one line; all that is quoted has depth 1."""
    before = 0
    start, count = 0, 0
    for mark in (*_INNER_MARKS.finditer(text), None):
        end = len(text) if mark is None else mark.start()
        piece = text[start:end].strip()
        if count > before:  # a quoted blank line has marks too
            yield 1, ""
        if piece:
            yield from _pieces(piece, count > 0)
        if mark is not None:
            before = count or before
            start, count = mark.end(), mark.group().count(">")


def _pieces(text: str, quoted: bool) -> Iterator[tuple[int, str]]:
    """What follows one mark: a quoted line, and perhaps all of an answer behind it."""
    at = 0
    for heading in _UNDERLINED.finditer(text):
        yield from _between(text, at, heading.start(), quoted)
        depth = int(quoted and heading.start() < _QUOTED)
        yield depth, heading.group(1)
        yield depth, heading.group(2)
        at = heading.end()
    yield from _between(text, at, len(text), quoted)


def _between(text: str, start: int, end: int, quoted: bool) -> Iterator[tuple[int, str]]:
    part = text[start:end]
    bulleted = start > 0 or text[:2] in ("- ", "* ", "+ ")
    offset = start
    for piece in _BULLET.split(part) if bulleted else _SENTENCE_END.split(part):
        found = piece.strip()
        if found:
            yield int(quoted and offset < _QUOTED), found
        offset += len(piece) + 1
