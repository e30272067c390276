"""The sequences of a selection of runs, read off a graph as a small deterministic automaton.

The subset construction of the textbooks, over labels; marks (places from which a scenario is shown) are
letters of their own and dropped when words are listed. A letter that may repeat at once is one letter
with `repeats`; sequences that repeat more than one letter in turn are not listed but unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from analyzer.lifecycle.explore import Graph
from analyzer.lifecycle.machine import Emission


@dataclass(frozen=True, slots=True)
class Spelling:
    """One letter of a word."""

    emission: Emission
    repeats: bool


@dataclass(frozen=True, slots=True)
class Word:
    spellings: tuple[Spelling, ...]


class TooMany(Exception):
    """The words cannot be listed within the bounds; the reason is the message."""


@dataclass(slots=True)
class Automaton:
    """Deterministic; state 0 is the start. `arrows[state]` maps a label to the next state."""

    arrows: list[dict[tuple[str, str], int]]
    accepting: list[bool]
    emissions: dict[tuple[str, str], Emission]


def automaton(graph: Graph, ends: Collection[int], marks: bool = True) -> Automaton:
    """The automaton of the words of all runs that end in `ends`."""
    nodes, steps = _spread(graph, marks)
    alive = _alive(nodes, steps, set(ends))
    emissions: dict[tuple[str, str], Emission] = {}

    def closure(found: set[int]) -> frozenset[int]:
        work = list(found)
        while work:
            for emission, target in steps[work.pop()]:
                if emission is None and target in alive and target not in found:
                    found.add(target)
                    work.append(target)
        return frozenset(found)

    start = closure({0} & alive)
    result = Automaton([{}], [_accepts(start, ends)], emissions)
    numbers = {start: 0}
    work = [start]
    while work:
        here = work.pop()
        by_label: dict[tuple[str, str], set[int]] = {}
        for node in here:
            for emission, target in steps[node]:
                if emission is not None and target in alive:
                    label = ("\0mark", emission.name) if emission.mark else emission.label
                    by_label.setdefault(label, set()).add(target)
                    known = emissions.get(label)
                    if known is None or str(emission.where) < str(known.where):
                        emissions[label] = emission
        for label, targets in sorted(by_label.items()):
            there = closure(targets)
            if there not in numbers:
                numbers[there] = len(numbers)
                result.arrows.append({})
                result.accepting.append(_accepts(there, ends))
                work.append(there)
            result.arrows[numbers[here]][label] = numbers[there]
    return result


def _accepts(states: frozenset[int], ends: Collection[int]) -> bool:
    return any(state - 1 in ends for state in states if state)


def _spread(graph: Graph, marks: bool) -> tuple[int, list[list[tuple[Emission | None, int]]]]:
    """The graph with one emission an arrow. State 0 is the start, n + 1 is node n."""
    steps: list[list[tuple[Emission | None, int]]] = [[] for _ in range(len(graph.nodes) + 1)]

    def chain(source: int, emitted: tuple[Emission, ...], target: int) -> None:
        wanted = [emission for emission in emitted if marks or not emission.mark]
        for number, emission in enumerate(wanted):
            if number == len(wanted) - 1:
                steps[source].append((emission, target))
            else:
                steps.append([])
                steps[source].append((emission, len(steps) - 1))
                source = len(steps) - 1
        if not wanted:
            steps[source].append((None, target))

    for number, emitted in graph.roots:
        chain(0, emitted, number + 1)
    for number, node in enumerate(graph.nodes):
        for edge in node.edges:
            chain(number + 1, edge.emitted, edge.target + 1)
    return len(graph.nodes) + 1, steps


def _alive(nodes: int, steps: list[list[tuple[Emission | None, int]]], ends: set[int]) -> set[int]:
    """States from which one of `ends` can be reached."""
    callers: list[list[int]] = [[] for _ in steps]
    for source, arrows in enumerate(steps):
        for _, target in arrows:
            callers[target].append(source)
    alive = {end + 1 for end in ends}
    work = list(alive)
    while work:
        for caller in callers[work.pop()]:
            if caller not in alive:
                alive.add(caller)
                work.append(caller)
    return alive


def words(dfa: Automaton, most: int, longest: int) -> tuple[Word, ...]:
    """The words in order of length; raises `TooMany` when there are more than `most` or longer ones."""
    loops = [
        {label for label, target in arrows.items() if target == state}
        for state, arrows in enumerate(dfa.arrows)
    ]
    found: list[Word] = []
    seen: set[tuple[tuple[tuple[str, str], bool], ...]] = set()

    def walk(state: int, word: tuple[tuple[tuple[str, str], bool], ...], onpath: frozenset[int]) -> None:
        if len(word) > longest:
            raise TooMany(f"a sequence has more than {longest} letters")
        if len(loops[state]) > 1:
            raise TooMany("several events repeat in any order")
        if loops[state]:
            label = next(iter(loops[state]))
            if word and word[-1] == (label, False):
                # x x* reads as x*-once-or-more; it is listed as the letter that repeats.
                word = (*word[:-1], (label, True))
            else:
                word = (*word, (label, True))
        if dfa.accepting[state] and word not in seen:
            seen.add(word)
            found.append(Word(tuple(Spelling(dfa.emissions[label], again) for label, again in word)))
            if len(found) > most:
                raise TooMany(f"there are more than {most} sequences")
        for label, target in sorted(dfa.arrows[state].items()):
            if target == state:
                continue
            if target in onpath:
                raise TooMany("several events repeat in turn")
            walk(target, (*word, (label, False)), onpath | {target})

    if dfa.arrows:
        walk(0, (), frozenset({0}))
    found.sort(key=lambda word: (len(word.spellings), [s.emission.label for s in word.spellings]))
    return tuple(found)


def labels(word: Word) -> Iterator[str]:
    """``FAILED@postcopy_start`` for each letter that is no mark."""
    for spelling in word.spellings:
        if not spelling.emission.mark:
            yield "@".join(spelling.emission.label)
