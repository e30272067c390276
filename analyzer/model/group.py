"""Groups of runs: those of a stage that end in the same state with the same word. Data only."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Word: TypeAlias = tuple[tuple[str, str], ...]  # name and function of each letter


class Group(NamedTuple):
    """The runs that end in node `end` of their stage's graph with this word."""

    end: int
    word: Word


Pairs: TypeAlias = frozenset[tuple[Group, Group]]  # of two stages, before and after
