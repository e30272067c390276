"""Statements as they were understood, before anybody asks whether they are true.

A statement is plain data that says the same whoever says it: two mails that state the same thing state equal
values. `Found` says who said it where. Not modelled: what was not understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from analyzer.model.claim import Medium


class Side(Enum):
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Moment:
    """A stage: before or after patch `patch`, of the whole series if that is 0, or every stage."""

    side: Side
    patch: int
    every: bool = False

    def __str__(self) -> str:
        if self.every:
            return "at every stage"
        return f"{self.side.value} {f'patch {self.patch}' if self.patch else 'the series'}"


@dataclass(frozen=True, slots=True)
class Course:
    """A course of events as somebody named it: the ids of the scenarios that `words` may mean."""

    words: str
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a list: one of `names`, in one of `functions` (None: it is not said where). A place that no
    word of the profile and no letter of the report has is `strange`."""

    words: str
    names: tuple[str, ...]
    functions: tuple[str, ...] | None = None
    strange: str = ""
    repeats: bool = False
    blocked: bool = False  # no letter: the run goes no further


@dataclass(frozen=True, slots=True)
class ListStatement:
    """At `moment`, each course goes one of `runs`; with `nothing`, no event comes, or no run meets it. `lost`
    are lines that were not understood, `doubt` says why it is not known which courses are meant. `spoken_of`
    are the letters that the lists about these courses name between them: what one of them leaves out, it
    says not to come."""

    moment: Moment
    courses: tuple[Course, ...]
    runs: tuple[tuple[Item, ...], ...]
    nothing: bool = False
    lost: tuple[str, ...] = ()
    doubt: str = ""
    spoken_of: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: the device as it is written, handlers, and events; a cell of events that was not understood is
    `strange`."""

    device: str
    handlers: tuple[str, ...]
    events: tuple[str, ...]
    strange: str = ""


@dataclass(frozen=True, slots=True)
class TableStatement:
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class NoChangeStatement:
    """None of `patches` (none named: of the whole series) changes a sequence of the courses (none: any)."""

    patches: tuple[int, ...]
    courses: tuple[Course, ...] = ()


class Often(Enum):
    """How often an order is said to hold."""

    SAID = ""  # it is not said
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class OrderStatement:
    """At `moment`, one of `first` comes on the `side` of `second`, in the courses (none: in any)."""

    moment: Moment
    first: tuple[str, ...]
    side: Side
    second: tuple[str, ...]
    often: Often
    courses: tuple[Course, ...] = ()


@dataclass(frozen=True, slots=True)
class DuplicateStatement:
    """Patch `patch` takes duplicates of `events` (none named: of some) away; with `only`, it does nothing
    else."""

    patch: int
    events: tuple[str, ...]
    only: bool
    courses: tuple[Course, ...] = ()


Statement: TypeAlias = (
    ListStatement | TableStatement | NoChangeStatement | OrderStatement | DuplicateStatement
)


@dataclass(frozen=True, slots=True)
class Found:
    """A statement, its words, and who said it where; with `quoted` the author repeats somebody else's
    words."""

    statement: Statement
    quote: tuple[str, ...]
    author: str
    medium: Medium
    source: str
    line: int
    quoted: bool = False
