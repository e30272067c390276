"""Where the letters of a word stand, if one label is told at several places.

A word's labels do not say by which arrows of the graph it was read. Input: a graph as arrows of one emission
each, the labels, and the ends of the runs that are meant. Output: for each letter the first place at which a
run with this word, to one of those ends, tells it. Not modelled: a letter that repeats is taken once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from analyzer.lifecycle.runs import Emission

Label: TypeAlias = tuple[str, str]
Arrows: TypeAlias = Sequence[
    Sequence[tuple[Emission | None, int]]
]  # from each state: what is told, and to where


def spelled(
    arrows: Arrows,
    word: Sequence[Label],
    is_end: Callable[[int], bool],
    label_of: Callable[[Emission], Label],
) -> list[Emission | None]:
    """The emission of each letter; None where the word was not read to such an end."""
    before = [_silently(arrows, {0})]
    read: list[list[tuple[int, Emission, int]]] = []
    for label in word:
        taken = [
            (state, emission, target)
            for state in sorted(before[-1])
            for emission, target in arrows[state]
            if emission is not None and label_of(emission) == label
        ]
        read.append(taken)
        before.append(_silently(arrows, {target for _, _, target in taken}))
    alive = _silently_to(arrows, before[-1], {state for state in before[-1] if is_end(state)})
    found: list[Emission | None] = []
    for number in reversed(range(len(word))):
        kept = [step for step in read[number] if step[2] in alive]
        found.append(min((step[1] for step in kept), key=_place, default=None))
        alive = _silently_to(arrows, before[number], {state for state, _, _ in kept})
    found.reverse()
    return found


def _place(emission: Emission) -> tuple[str, int]:
    return (emission.where.path, emission.where.line)


def _silently(arrows: Arrows, states: Iterable[int]) -> set[int]:
    """The states that can be reached without telling anything."""
    found = set(states)
    work = list(found)
    while work:
        for emission, target in arrows[work.pop()]:
            if emission is None and target not in found:
                found.add(target)
                work.append(target)
    return found


def _silently_to(arrows: Arrows, among: Iterable[int], goals: set[int]) -> set[int]:
    """Of the states `among`, those from which a goal can be reached without telling anything."""
    callers: dict[int, list[int]] = {}
    for state in among:
        for emission, target in arrows[state]:
            if emission is None:
                callers.setdefault(target, []).append(state)
    found = set(goals)
    work = list(found)
    while work:
        for caller in callers.get(work.pop(), ()):
            if caller not in found:
                found.add(caller)
                work.append(caller)
    return found
