"""The verdict on one statement, before it is joined to who said it.

Pure data between the modules that hold statements against what was computed and the one that makes claims
of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.model.claim import ClaimVerdict, Point


@dataclass(frozen=True, slots=True)
class Judgement:
    """`meaning` is what the statement was taken to say, `why` the reason in one line."""

    verdict: ClaimVerdict
    meaning: str
    why: str
    points: tuple[Point, ...] = ()
    misses: tuple[str, ...] = ()
