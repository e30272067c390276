"""What the tracked variables may be where letters are emitted, on the ways to some ends of a stage's runs.

Input: the graph of a stage, ends in it. Output: values by letter and variable, "" among them where a variable
is undecided. Ways that part and meet again are taken together. Not modelled: which of several letters of one
label it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from analyzer.lifecycle.backwards import reaching
from analyzer.lifecycle.explore import Edge, Graph

Label: TypeAlias = tuple[str, str]  # the letter's name and its function
Values: TypeAlias = Mapping[Label, Mapping[str, frozenset[str]]]


class Places:
    """The letters of one graph, asked for the ways to ends of it."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._callers = graph.callers()
        self._known: dict[frozenset[int], Values] = {}

    def values(self, ends: frozenset[int]) -> Values:
        """The values at every letter that a run to one of `ends` may emit."""
        if ends not in self._known:
            ending = reaching(self._callers, ends)
            edges = [edge for number in ending for edge in self._graph.nodes[number].edges]
            edges += self._graph.roots.values()
            self._known[ends] = _emitted([edge for edge in edges if edge.target in ending])
        return self._known[ends]


def _emitted(edges: list[Edge]) -> Values:
    found: dict[Label, dict[str, set[str]]] = {}
    for edge in edges:
        for emission in edge.emitted:
            at = found.setdefault(emission.label, {})
            for name, value in emission.context.state:
                at.setdefault(name, set()).add(value)
    return {label: {name: frozenset(values) for name, values in at.items()} for label, at in found.items()}
