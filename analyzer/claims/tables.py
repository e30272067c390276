"""Tables of handlers and the events they need, as org-mode, Markdown or plain columns write them.

Input: a `Block`. Output: `TableStatement`s with their rows. A table counts if its heads name a column of
handlers and one of events. Not modelled: tables that an archive folded into one line, events as columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.claims.blocks import Block, Row
from analyzer.claims.stated import TableRow, TableStatement
from analyzer.claims.words import Vocabulary, tokens

_RULE = re.compile(r"[\s|+:=-]*(?:[-=]{2,}|:-+:?)[\s|+:=-]*")
_COLUMNS = re.compile(r"\s{2,}|\t")
_HANDLERS = frozenset({"handler", "handlers", "callback", "callbacks", "notifier", "notifiers", "function"})
_EVENTS = frozenset({"event", "events"})
_FUNCTION = re.compile(r"[A-Za-z_]\w*(?:\(\))?", re.ASCII)
_JOINED = re.compile(r"\s?[,/&]\s?|\sand\s")
_NONE = frozenset({"none", "-", "nothing", ""})
_FOOTNOTE = re.compile(r"\[[^\]]{0,8}\]|\(\*\)|\*+$")
_LONGEST = 1000  # columns of a row
_MOST = 500  # rows of a table


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table and the rows of the block that it takes, `first` up to `end`."""

    statement: TableStatement
    first: int
    end: int


def read(block: Block, vocabulary: Vocabulary) -> tuple[Tabled, ...]:
    """The tables of a block."""
    found: list[Tabled] = []
    at = 0
    while at < len(block.rows):
        made = _table(block.rows, at, vocabulary)
        # Other tables have handlers and events too: one of these must be known.
        if made is not None and any(row.events for row in made.statement.rows):
            found.append(made)
        at = made.end if made is not None else at + 1
    return tuple(found)


def _cells(row: Row) -> list[str]:
    """The cells of a row; [] if it has but one."""
    text = row.text.strip()
    if row.folded or not text or len(text) > _LONGEST:
        return []
    cells = [cell.strip() for cell in text.strip("|").split("|")] if "|" in text else _COLUMNS.split(text)
    return cells if len(cells) > 1 else []


@dataclass(frozen=True, slots=True)
class _Heads:
    device: int
    handler: int
    events: int
    count: int


def _heads(cells: Sequence[str]) -> _Heads | None:
    """Which column is what; None where it is no such table."""
    words = [{token.word for token in tokens(cell)} for cell in cells]
    events = [at for at, found in enumerate(words) if found & _EVENTS and len(found) <= 5]
    handlers = [
        at for at, found in enumerate(words) if found & _HANDLERS and len(found) <= 3 and at not in events
    ]
    if len(events) != 1 or len(handlers) != 1:
        return None
    others = [at for at in range(len(cells)) if at not in (events[0], handlers[0])]
    return _Heads(others[0] if others else -1, handlers[0], events[0], len(cells))


def _table(rows: Sequence[Row], first: int, vocabulary: Vocabulary) -> Tabled | None:
    at = first
    if _RULE.fullmatch(rows[at].text):
        at += 1
        if at >= len(rows):
            return None
    heads = _heads(_cells(rows[at]))
    if heads is None:
        return None
    at += 1
    made: list[TableRow] = []
    while at < len(rows) and len(made) < _MOST:
        if rows[at].text.strip() and _RULE.fullmatch(rows[at].text):
            at += 1
            continue
        cells = _cells(rows[at])
        if len(cells) != heads.count:
            break
        row = _row(cells, heads, vocabulary)
        if row is not None:
            made.append(row)
        elif made and not cells[heads.handler]:  # a cell goes on in the row below
            made[-1] = _longer(made[-1], cells, heads, vocabulary)
        else:
            break
        at += 1
    return Tabled(TableStatement(tuple(made)), first, at) if made else None


def _row(cells: Sequence[str], heads: _Heads, vocabulary: Vocabulary) -> TableRow | None:
    named = [one.strip("`*_\"' ") for one in _JOINED.split(cells[heads.handler].strip())]
    if not all(_FUNCTION.fullmatch(one) for one in named):
        return None
    device = _FOOTNOTE.sub("", cells[heads.device]).strip() if heads.device >= 0 else ""
    events, strange = _events(cells[heads.events], vocabulary)
    return TableRow(device, tuple(one.removesuffix("()") for one in named), events, strange)


def _longer(row: TableRow, cells: Sequence[str], heads: _Heads, vocabulary: Vocabulary) -> TableRow:
    events, strange = _events(cells[heads.events], vocabulary)
    device = f"{row.device} {cells[heads.device]}".strip() if heads.device >= 0 else row.device
    return TableRow(device, row.handlers, (*row.events, *events), row.strange or strange)


def _events(cell: str, vocabulary: Vocabulary) -> tuple[tuple[str, ...], str]:
    """The events of a cell, and what in it was not understood."""
    plain = _FOOTNOTE.sub("", cell).strip()
    if plain.lower() in _NONE:
        return (), ""
    if plain.lower() in ("all", "all events", "any"):
        return vocabulary.events, ""
    found: list[str] = []
    text = tokens(plain)
    at = 0
    while at < len(text):
        match = vocabulary.letter(text, at)
        if match is not None and all(name in vocabulary.events for name in match.names):
            found += match.names
            at += match.length
        elif text[at].word in (",", "/", "and", "&", ";", "+", "|"):
            at += 1
        else:
            return tuple(dict.fromkeys(found)), plain
    return tuple(dict.fromkeys(found)), ""
