"""How a version of a series differs from the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Fate(Enum):
    """What became of something broken."""

    BROUGHT = "brought"  # this version breaks it, or mends it no more
    FIXED = "fixed"  # the previous version broke it, or did not mend it
    STAYS = "still there"  # both break it


@dataclass(frozen=True, slots=True)
class Moved:
    """A rule on one way out. `before` and `after` say in words how it stood, `way_out_before` where it was if
    it has moved."""

    rule: str
    violation: str
    way_out: str
    fate: Fate
    before: str
    after: str
    scenarios: tuple[str, ...]
    way_out_before: str = ""


@dataclass(frozen=True, slots=True)
class Differing:
    """A scenario whose sequences differ behind patch `patch` of both versions, 0 for the end of the series.
    Sequences are labels."""

    patch: int
    scenario: str
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """The previous version by its title and number (0: none is told), on the base `follows`, and what is
    different now.

    `compared` are the patches of the same number behind which sequences were compared; `untold` says what
    could not be, and why.
    """

    title: str
    version: int
    patches: int
    follows: str
    moved: tuple[Moved, ...] = ()
    differing: tuple[Differing, ...] = ()
    compared: tuple[int, ...] = ()
    untold: tuple[str, ...] = ()
