"""Walks against the arrows of a graph: from where one of some nodes can be reached, and what lies ahead.

Input: for each node, by number, those that its arrows lead to. Output: sets of nodes, or bits by node. Not
modelled: what an arrow stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Callers: TypeAlias = Sequence[Sequence[int]]


def callers_of(targets: Iterable[Iterable[int]]) -> Callers:
    """For each node those with an arrow to it. `targets` has an entry for every node."""
    ahead = [tuple(one) for one in targets]
    found: list[list[int]] = [[] for _ in ahead]
    for number, ways in enumerate(ahead):
        for target in ways:
            found[target].append(number)
    return found


def reaching(callers: Callers, goals: Iterable[int]) -> set[int]:
    """The nodes from which one of `goals` can be reached, these included."""
    found = set(goals)
    work = list(found)
    while work:
        for caller in callers[work.pop()]:
            if caller not in found:
                found.add(caller)
                work.append(caller)
    return found


def spread(bits: list[int], callers: Callers) -> None:
    """Gives every node the bits of those that can be reached from it."""
    work = [number for number, own in enumerate(bits) if own]
    while work:
        number = work.pop()
        for caller in callers[number]:
            if bits[number] & ~bits[caller]:
                bits[caller] |= bits[number]
                work.append(caller)
