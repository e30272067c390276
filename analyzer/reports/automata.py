"""The runs of a scenario on both sides of a patch, as small automata that can be drawn.

Input: a `Report`. Output: a `Drawing` for each patch that changes a scenario's list, with an automaton for
each side. Its words are the lists that other formats print. An edge is marked if every run that takes it
has there something that the run most like it on the other side has not. Not modelled: layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from analyzer.model.report import Report
from analyzer.reports.lists import Listing, StageList, alike, chosen, listing

MOST_EDGES = 300  # of a side; Mermaid draws no more than five hundred
_MOST_PAIRS = 2_500  # of runs that are held against each other

Word = tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A letter in the words of lists, from state to state; `marked` if the other side has it not."""

    source: int
    target: int
    words: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Automaton:
    """The runs of a scenario at a stage. State 0 is the first of `states`, `ends` are those in which a run
    may end. `asides` are words in place of runs: that there is none, what could not be told, that there are
    too many."""

    heading: str
    states: int
    ends: frozenset[int]
    edges: tuple[Edge, ...]
    asides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a patch does to scenarios with the same lists; one side only if no patch changes them."""

    titles: tuple[str, ...]
    sides: tuple[Automaton, ...]


def drawings(report: Report, names: tuple[str, ...] = ()) -> tuple[Drawing, ...]:
    """Those of the scenarios that a patch changes; of named scenarios all."""
    every = [listing(report, scenario) for scenario in chosen(report, names)]
    found = []
    for group in alike(one for one in every if one.changes or names):
        titles = tuple(one.scenario.title for one in group)
        found += [Drawing(titles, sides) for sides in _sides(group[0])]
    return tuple(found)


def undrawn(report: Report, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Titles of scenarios that could not be told in full, and of which therefore some drawing is missing."""
    every = [listing(report, scenario) for scenario in chosen(report, names)]
    return tuple(one.scenario.title for one in every if not all(map(_drawable, one.lists)))


def _drawable(entry: StageList) -> bool:
    """Whether there is something to see: runs, or that there is none."""
    return bool(entry.runs) or entry.told


def _sides(entry: Listing) -> Iterable[tuple[Automaton, ...]]:
    shown = [(group.heading, at) for group, at in zip(entry.groups, entry.lists, strict=True)]
    if len(shown) == 1:
        ((heading, only),) = shown
        if _drawable(only):
            yield (_automaton(heading, only, only),)
    for (_, before), (heading, after) in pairwise(shown):
        if not (_drawable(before) and _drawable(after)):
            continue
        # The first side of each pair stands before the patch that the second is after.
        patch = heading.removeprefix("After ")
        yield (_automaton(f"Before {patch}", before, after), _automaton(heading, after, before))


def _words(entry: StageList) -> list[Word]:
    return [tuple(letter.words for letter in run) for run in entry.runs]


def _automaton(heading: str, entry: StageList, other: StageList) -> Automaton:
    words = _words(entry)
    if sum(map(len, words)) > 100 * MOST_EDGES:
        return _too_large(heading, entry, len(words))
    marks = _marks(words, _words(other))
    if not other.told:  # what is not known to be there may be there
        marks = [[False] * len(word) for word in words]
    ids, children = _minimal(words)
    taken: dict[tuple[int, str], bool] = {}
    for word, marked in zip(words, marks, strict=True):
        node = ids[()]
        for letter, mark in zip(word, marked, strict=True):
            key = (node, letter)
            taken[key] = taken.get(key, True) and mark
            node = children[key]
    if len(taken) > MOST_EDGES:
        return _too_large(heading, entry, len(words))
    order = _ordered(ids[()], children)
    edges = sorted(Edge(order[n], order[children[n, x]], x, mark) for (n, x), mark in taken.items())
    ends = frozenset(order[ids[word]] for word in words)
    return Automaton(heading, len(order) if words else 0, ends, tuple(edges), entry.asides)


def _too_large(heading: str, entry: StageList, runs: int) -> Automaton:
    return Automaton(heading, 0, frozenset(), (), (*entry.asides, f"({runs} runs: too many to draw)"))


def _minimal(words: Sequence[Word]) -> tuple[dict[Word, int], dict[tuple[int, str], int]]:
    """States by prefix, and where letters lead: prefixes after which the same may follow are one state."""
    follow: dict[Word, set[str]] = {(): set()}
    for word in words:
        for at, letter in enumerate(word):
            follow.setdefault(word[:at], set()).add(letter)
        follow.setdefault(word, set())
    final = set(words)
    ids: dict[Word, int] = {}
    known: dict[object, int] = {}
    children: dict[tuple[int, str], int] = {}
    for prefix in sorted(follow, key=len, reverse=True):
        ways = tuple(sorted((letter, ids[(*prefix, letter)]) for letter in follow[prefix]))
        state = known.setdefault((prefix in final, ways), len(known))
        ids[prefix] = state
        children |= {(state, letter): target for letter, target in ways}
    return ids, children


def _ordered(start: int, children: dict[tuple[int, str], int]) -> dict[int, int]:
    """New numbers, in the order in which states are met."""
    order = {start: 0}
    waiting = [start]
    ways: dict[int, list[tuple[str, int]]] = {}
    for (state, letter), target in children.items():
        ways.setdefault(state, []).append((letter, target))
    for state in waiting:
        for _, target in sorted(ways.get(state, ())):
            if target not in order:
                order[target] = len(order)
                waiting.append(target)
    return order


def _marks(words: Sequence[Word], other: Sequence[Word]) -> list[list[bool]]:
    """For each letter of each run whether the run most like it on the other side has it not."""
    same = set(other)
    if not other:
        return [[True] * len(word) for word in words]
    if len(words) * len(other) > _MOST_PAIRS:
        return [[word not in same] * len(word) for word in words]
    return [[False] * len(word) if word in same else _missing(word, other) for word in words]


def _missing(word: Word, other: Sequence[Word]) -> list[bool]:
    matchers = [SequenceMatcher(None, word, one, autojunk=False) for one in other]
    best = max(matchers, key=lambda matcher: matcher.ratio())
    missing = [True] * len(word)
    for start, _, count in best.get_matching_blocks():
        missing[start : start + count] = [False] * count
    return missing
