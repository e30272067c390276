"""A series taken otherwise than it was sent: patches left out, in another order, several as one commit."""

from __future__ import annotations

from dataclasses import dataclass


class Squashed(int):
    """The number of a commit into which several patches were squashed: that of the last one, written ``2+3``
    wherever a patch number is printed."""

    members: tuple[int, ...]

    def __new__(cls, members: tuple[int, ...]) -> Squashed:
        made = super().__new__(cls, members[-1])
        made.members = members
        return made

    def __reduce__(self) -> tuple[type[Squashed], tuple[tuple[int, ...]]]:  # so that it can be copied
        return Squashed, (self.members,)

    def __str__(self) -> str:
        return "+".join(map(int.__repr__, map(int, self.members)))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`steps`, one commit each, in the order in which they are applied: the own numbers of the patches it is
    made of. `words` is how it was asked for, such as ``--order 1,3,2``."""

    steps: tuple[tuple[int, ...], ...]
    words: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """The commits' numbers."""
        return tuple(number_of(step) for step in self.steps)


def number_of(step: tuple[int, ...]) -> int:
    """The number that a commit made of these patches goes by."""
    return step[0] if len(step) == 1 else Squashed(step)


def members_of(number: int) -> tuple[int, ...]:
    """The patches that a commit is made of."""
    return number.members if isinstance(number, Squashed) else (number,)
