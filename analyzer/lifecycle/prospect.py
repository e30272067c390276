"""Which decisions may still come in the runs of a stage, told for each node of its graph.

Input: a graph, a bit for each origin that is asked about. Output: by node, as bits, the origins that a
decision from there on may be about, and those of which a value or a switch point may still come up. Not
modelled: what a run knows, by which some of the ways on may be closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

from analyzer.lifecycle.backwards import callers_of, spread
from analyzer.lifecycle.explore import Node
from analyzer.lifecycle.runs import Choice
from analyzer.lifecycle.values import Origin


def decided_at(choice: Choice) -> Origin:
    """What a choice decides on, or the place where it chooses the order of tasks."""
    return choice.origin if choice.token is None else choice.token.origin


def all_decided(nodes: Sequence[Node]) -> set[Origin]:
    """The origins of all decisions in a graph."""
    return {decided_at(node.choice) for node in nodes if node.choice is not None}


class Prospect:
    """What may still come, by node."""

    def __init__(self, nodes: Sequence[Node], bits: Mapping[Origin, int]) -> None:
        callers = callers_of([edge.target for edge in node.edges] for node in nodes)
        self.decided = [0 if n.choice is None else bits.get(decided_at(n.choice), 0) for n in nodes]
        self.coming = [
            reduce(or_, (bits.get(origin, 0) for edge in node.edges for origin in edge.passed), 0)
            for node in nodes
        ]
        for found in (self.decided, self.coming):
            spread(found, callers)
