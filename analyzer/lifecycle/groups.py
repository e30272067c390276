"""Groups of runs: those of a stage that end in the same state with the same word, and which of two stages
belong together.

Input: a stage's graph, or the lockstep of two. Output: groups, and pairs of them such that some decisions
lead to the one before and to the other after. A letter that repeats counts twice at most, as in lockstep.
Not modelled: how the runs of a group differ.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.lifecycle.automaton import TooMany
from analyzer.lifecycle.explore import Bounds, Graph
from analyzer.lifecycle.runs import Emission
from analyzer.lifecycle.stages import Stage
from analyzer.model.group import Group, Pairs, Word


def groups(stage: Stage, bounds: Bounds) -> frozenset[Group]:
    """All groups of a stage but those of more letters than are allowed; raises as `ends_of` does."""
    begun = [Group(root.target, _told((), root.emitted)) for root in stage.graph.roots.values()]
    return ends_of(stage.graph, begun, bounds)


def ends_of(graph: Graph, begun: Iterable[Group], bounds: Bounds) -> frozenset[Group]:
    """The groups in which runs end that have said the word of one of `begun` when they reach its node.

    Raises `TooMany` where nodes are reached with more words than there may be states.
    """
    seen = set(begun)
    work = list(seen)
    found: set[Group] = set()
    while work:
        here = work.pop()
        node = graph.nodes[here.end]
        if node.end is not None and node.end.kind != "bound":
            found.add(here)  # or it goes round for ever
        for edge in node.edges:
            there = Group(edge.target, _told(here.word, edge.emitted))
            if there not in seen and len(there.word) <= bounds.letters:
                if len(seen) > bounds.states:
                    raise TooMany(f"runs differ in more than {bounds.states} ways")
                seen.add(there)
                work.append(there)
    return frozenset(found)


def unchanged(before: Stage, after: Stage, bounds: Bounds) -> Pairs:
    """The pairs of two stages that execute the same; raises as `ends_of` does."""
    return frozenset(
        (Group(twin, group.word), group)
        for group in groups(after, bounds)
        if (twin := _twin(before.graph, after.graph, group.end)) is not None
    )


def _twin(before: Graph, after: Graph, number: int) -> int | None:
    """The node of the stage before that is the same; None if there is none."""
    twin = after.twins.get(number)
    if twin is not None:
        return twin
    same = number < len(before.nodes) and before.nodes[number].state == after.nodes[number].state
    return number if same else None


def _told(word: Word, emitted: Iterable[Emission]) -> Word:
    for emission in emitted:
        if not emission.mark and word[-2:] != (emission.label, emission.label):
            word = (*word, emission.label)
    return word
