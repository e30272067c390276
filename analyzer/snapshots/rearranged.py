"""What trees and the built-in lifecycle share when a series is taken otherwise than it was sent.

Input: a series and a `WhatIf`, identities of lines, names. Output: the commits it makes, and how the lines
and names of one stage go on in another. Not modelled: how a patch is brought to other files (`pick`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.model.series import Series
from analyzer.model.what_if import WhatIf, number_of


@dataclass(frozen=True, slots=True)
class Commit:
    """A stage's own number and title; number 0 is the base."""

    number: int
    title: str


def titled(series: Series, what_if: WhatIf) -> list[Commit]:
    """The commits that `what_if` makes of a series; a squashed one bears the titles of its patches."""
    titles = {patch.number: patch.title for patch in series.patches}
    return [Commit(number_of(step), "; ".join(titles[number] for number in step)) for step in what_if.steps]


def composed(first: Mapping[str, str], then: Mapping[str, str]) -> dict[str, str]:
    """New name -> old name over two patches of which each has its own."""
    names = {name: old for name, old in first.items() if name not in then.values()}
    names.update({name: first.get(old, old) for name, old in then.items()})
    return names


def kept_lines(
    path: str, identities: Sequence[int], before: Mapping[str, Sequence[int]]
) -> tuple[str, tuple[int, ...]]:
    """Which file of the stage before a file goes on from, and for each of its lines the 1-based line there,
    or 0: the one of the same path, else the one with which it shares most lines."""
    home = path
    if path not in before:
        mine = set(identities)
        shared = {other: len(mine.intersection(lines)) for other, lines in before.items()}
        best = max(shared, key=lambda other: (shared[other], other), default=path)
        home = best if shared.get(best) else path
    old: dict[int, int] = {}
    for line, identity in enumerate(before.get(home, ()), 1):
        old.setdefault(identity, line)
    kept: list[int] = []
    last = 0
    for identity in identities:
        line = old.get(identity, 0)
        kept.append(line if line > last else 0)
        last = max(last, line)
    return home, tuple(kept)
