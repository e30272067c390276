"""The sequences of a selection of runs, read off a graph as a small deterministic automaton.

The subset construction of the textbooks, over labels; marks (places from which a scenario is shown) are
letters of their own and dropped when words are listed. A letter that may repeat at once is one letter
with `repeats`; sequences that repeat more than one letter in turn are not listed but unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from analyzer.lifecycle.backwards import callers_of, reaching
from analyzer.lifecycle.explore import Graph
from analyzer.lifecycle.runs import Emission
from analyzer.lifecycle.spelling import spelled

Label: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Spelling:
    """One letter of a word; with `repeats` it stands for one or more of it."""

    emission: Emission
    repeats: bool


@dataclass(frozen=True, slots=True)
class Word:
    spellings: tuple[Spelling, ...]


class TooMany(Exception):
    """The words cannot be listed within the bounds; the reason is the message."""


@dataclass(slots=True)
class Automaton:
    """Deterministic; state 0 is the start. `arrows[state]` maps a label to the next state, `ends[state]`
    are the graph's end nodes in which a run with the word that leads there may end."""

    arrows: list[dict[Label, int]]
    ends: list[frozenset[int]]
    emissions: dict[Label, Emission]
    graph: Graph
    several: set[Label]  # labels that are told at several places
    spread: list[list[tuple[Emission | None, int]]] | None = None  # the graph, once it was asked for

    def spelled(self, word: tuple[tuple[Label, bool], ...], ends: frozenset[int]) -> Word:
        """A word as the runs to `ends` tell it."""
        emissions = [self.emissions[label] for label, _ in word]
        if any(label in self.several for label, _ in word):
            if self.spread is None:
                self.spread = _spread(self.graph)
            exact = spelled(self.spread, [label for label, _ in word], lambda s: s - 1 in ends, _label)
            emissions = [one or first for one, first in zip(exact, emissions, strict=True)]
        return Word(
            tuple(Spelling(emission, again) for emission, (_, again) in zip(emissions, word, strict=True))
        )


def automaton(graph: Graph) -> Automaton:
    """The automaton of the words of all runs of `graph`, marks included."""
    steps = _spread(graph)
    final = set(graph.ends())
    silent: list[list[int]] = [[] for _ in steps]
    loud: list[list[tuple[Label, Emission, int]]] = [[] for _ in steps]
    for source, arrows in enumerate(steps):
        for emission, target in arrows:
            if emission is None:
                silent[source].append(target)
            else:
                loud[source].append((_label(emission), emission, target))

    def closure(found: set[int]) -> frozenset[int]:
        work = list(found)
        while work:
            for target in silent[work.pop()]:
                if target not in found:
                    found.add(target)
                    work.append(target)
        # Only what emits or ends tells one set from another.
        return frozenset(node for node in found if loud[node] or node - 1 in final)

    emissions: dict[Label, Emission] = {}
    start = closure({0})
    several: set[Label] = set()
    result = Automaton([{}], [_ends_in(start, final)], emissions, graph, several)
    numbers = {start: 0}
    work = [start]
    while work:
        here = work.pop()
        by_label: dict[Label, set[int]] = {}
        for node in here:
            for label, emission, target in loud[node]:
                by_label.setdefault(label, set()).add(target)
                known = emissions.get(label)
                if known is None:
                    emissions[label] = emission
                elif _place(emission) != _place(known):
                    several.add(label)
                    if _place(emission) < _place(known):
                        emissions[label] = emission
        for label, targets in sorted(by_label.items()):
            there = closure(targets)
            if there not in numbers:
                numbers[there] = len(numbers)
                result.arrows.append({})
                result.ends.append(_ends_in(there, final))
                work.append(there)
            result.arrows[numbers[here]][label] = numbers[there]
    return result


def _place(emission: Emission) -> tuple[str, int]:
    return (emission.where.path, emission.where.line)


def _label(emission: Emission) -> Label:
    return ("\0mark", emission.name) if emission.mark else emission.label


def _ends_in(states: frozenset[int], final: set[int]) -> frozenset[int]:
    return frozenset(state - 1 for state in states if state - 1 in final)


def _spread(graph: Graph) -> list[list[tuple[Emission | None, int]]]:
    """The graph with one emission an arrow. State 0 is the start, n + 1 is node n."""
    steps: list[list[tuple[Emission | None, int]]] = [[] for _ in range(len(graph.nodes) + 1)]

    def chain(source: int, emitted: tuple[Emission, ...], target: int) -> None:
        for emission in emitted[:-1]:
            steps.append([])
            steps[source].append((emission, len(steps) - 1))
            source = len(steps) - 1
        steps[source].append((emitted[-1] if emitted else None, target))

    for root in graph.roots.values():
        chain(0, root.emitted, root.target + 1)
    for number, node in enumerate(graph.nodes):
        for edge in node.edges:
            chain(number + 1, edge.emitted, edge.target + 1)
    return steps


def words(dfa: Automaton, ends: frozenset[int], most: int, longest: int) -> tuple[Word, ...]:
    """The words of the runs that end in `ends`, shortest first.

    Raises `TooMany` when there are more than `most`, or longer ones than `longest` letters.
    """
    alive = _leading_to(dfa, ends)
    loops = [
        {label for label, target in arrows.items() if target == state}
        for state, arrows in enumerate(dfa.arrows)
    ]
    found: list[Word] = []
    seen: set[tuple[tuple[Label, bool], ...]] = set()

    def walk(
        state: int, word: tuple[tuple[Label, bool], ...], onpath: frozenset[int], looped: bool = False
    ) -> None:
        if len(word) > longest:
            raise TooMany(f"a sequence has more than {longest} letters")
        if len(loops[state]) > 1:
            raise TooMany("several events repeat in any order")
        if loops[state]:
            label = next(iter(loops[state]))
            if word and word[-1] == (label, False):
                word = (*word[:-1], (label, True))
            elif not looped:
                # Not reached by the letter that repeats here: it may as well not come at all.
                walk(state, (*word, (label, True)), onpath, looped=True)
        if dfa.ends[state] & ends and word not in seen:
            seen.add(word)
            found.append(dfa.spelled(word, ends))
            if len(found) > most:
                raise TooMany(f"there are more than {most} sequences")
        for label, target in sorted(dfa.arrows[state].items()):
            if target == state or target not in alive:
                continue
            if target in onpath:
                raise TooMany("several events repeat in turn")
            walk(target, (*word, (label, False)), onpath | {target})

    if 0 in alive:
        walk(0, (), frozenset({0}))
    found.sort(key=lambda word: (len(word.spellings), [s.emission.label for s in word.spellings]))
    return tuple(found)


def _leading_to(dfa: Automaton, ends: frozenset[int]) -> set[int]:
    """States from which a word of `ends` can still be completed."""
    callers = callers_of(arrows.values() for arrows in dfa.arrows)
    return reaching(callers, (state for state, here in enumerate(dfa.ends) if here & ends))
