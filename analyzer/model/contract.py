"""A rule's contract as a tree: a regular expression over letter names.

Closed union; `Empty` matches the empty word only. Not modelled: what a letter means, and which letters
are erased before a sequence is matched (`Rule.reads` says that).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Empty:
    """``()``: the empty word."""

    def __str__(self) -> str:
        return "()"


@dataclass(frozen=True, slots=True)
class Name:
    """One letter."""

    letter: str

    def __str__(self) -> str:
        return self.letter


@dataclass(frozen=True, slots=True)
class Chain:
    """One part after the other; at least two parts."""

    parts: tuple[Contract, ...]

    def __str__(self) -> str:
        return " ".join(f"({part})" if isinstance(part, Choice) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of the parts; at least two parts."""

    parts: tuple[Contract, ...]

    def __str__(self) -> str:
        return " | ".join(str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Repeat:
    """`part` from `least` (0 or 1) times on, without an upper bound if `many`, else at most once."""

    part: Contract
    least: int
    many: bool

    def __str__(self) -> str:
        mark = "?" if not self.many else "+" if self.least else "*"
        return f"{self.part}{mark}" if isinstance(self.part, Name | Empty) else f"({self.part}){mark}"


Contract: TypeAlias = Empty | Name | Chain | Choice | Repeat


def letters(contract: Contract) -> frozenset[str]:
    """The letters a contract names."""
    match contract:
        case Empty():
            return frozenset()
        case Name(letter):
            return frozenset({letter})
        case Repeat(part):
            return letters(part)
        case Chain(parts) | Choice(parts):
            return frozenset().union(*(letters(part) for part in parts))
