"""All runs of one stage as a graph: states that are equal are one node, so loops close.

A node is a state at a choice, or an end. An edge is an option taken, with what was emitted until the
next node. Nodes from which no end can be reached go round for ever: they count as blocked ends. What the
stage before has in common is taken over from its graph and not executed again (`reuse`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from analyzer.lifecycle.backwards import Callers, callers_of, reaching
from analyzer.lifecycle.machine import Machine
from analyzer.lifecycle.reuse import Common, Gone
from analyzer.lifecycle.runs import Choice, Emission, End, Halt, Option, Refuted
from analyzer.lifecycle.state import Live, State, thaw
from analyzer.lifecycle.values import Origin, Token, Value

Key: TypeAlias = tuple[State, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the search stops and the answer becomes unknown."""

    states: int = 150_000
    seconds: float = 120.0
    words: int = 64
    letters: int = 24
    changes: int = 256  # of one patch


@dataclass(frozen=True, slots=True)
class Edge:
    """An option taken, what was emitted until the next node, and that node.

    Tokens are numbered anew at each node. `came` maps a token of the target to what it was called before
    that, where that differs; `passed` counts, by origin, the unknown values produced and the switch points
    passed on the way. `visited` are the functions that were under way.
    """

    option: Option
    emitted: tuple[Emission, ...]
    target: int
    came: Mapping[Token, Token]
    passed: Mapping[Origin, int]
    visited: frozenset[str]


BEGIN = Option(None, "", "")  # the option of the edge by which a run enters the graph
NOTHING: Mapping[Token, Token] = {}


@dataclass(slots=True)
class Node:
    """A state at a choice (`choice`) or the end of runs (`end`). `living` are the tokens of the state, in
    order, `functions` what is under way or deferred in it."""

    state: State
    choice: Choice | None
    end: End | None
    living: tuple[Token, ...]
    functions: frozenset[str]
    edges: list[Edge] = field(default_factory=list)

    @property
    def facts(self) -> frozenset[str]:
        return self.state.facts

    @property
    def tracked(self) -> tuple[Value, ...]:
        return self.state.tracked


@dataclass(slots=True)
class Graph:
    """The runs of a stage. `numbers` finds a node by its state and how it ends; `exceeded` says which bound
    was hit, or "". `twins` are the nodes that the stage before has as well, with their number there, and
    `unlike` those of them from which something can be reached that it has not."""

    nodes: list[Node]
    roots: dict[int, Edge]  # by entry of the profile
    numbers: dict[Key, int] = field(default_factory=dict)
    exceeded: str = ""
    twins: Mapping[int, int] = field(default_factory=dict)
    unlike: frozenset[int] = frozenset()

    def ends(self) -> list[int]:
        """Numbers of the end nodes."""
        return [number for number, node in enumerate(self.nodes) if node.end is not None]

    def callers(self) -> Callers:
        """For each node those with an edge to it."""
        return callers_of([edge.target for edge in node.edges] for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Before:
    """The graph of the stage before, and what this stage has in common with it."""

    graph: Graph
    common: Common


def explore(
    machine: Machine,
    bounds: Bounds,
    progress: Callable[[str], None] = lambda _: None,
    before: Before | None = None,
) -> Graph:
    """All runs of `machine`'s stage from all entries of its profile."""
    return _Explorer(machine, bounds, progress, before).run()


class _Explorer:
    def __init__(
        self, machine: Machine, bounds: Bounds, progress: Callable[[str], None], before: Before | None
    ) -> None:
        self._machine = machine
        self._bounds = bounds
        self._progress = progress
        self._before = before if before is not None and not before.graph.exceeded else None
        self._graph = Graph([], {})
        self._waiting: deque[int] = deque()
        self._twins: dict[int, int] = {}  # nodes that the graph before has as well, to their number there
        self._numbers: dict[int, int] = {}  # and back
        self._going_on: dict[int, bool] = {}  # whether what leads to a node there leads to its twin here
        self._alike: set[int] = set()  # twins whose every edge was taken over
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def run(self) -> Graph:
        graph = self._graph
        deadline = time.monotonic() + self._bounds.seconds
        for entry in range(len(self._machine.profile.entries)):
            live = self._machine.start(entry)
            if live is not None:
                try:
                    graph.roots[entry] = self._settle(live, BEGIN, {}, frozenset())
                except Refuted:
                    graph.exceeded = "an assertion does not hold at all where runs begin"
        while self._waiting:
            if len(graph.nodes) > self._bounds.states:
                graph.exceeded = f"more than {self._bounds.states} states"
                break
            if time.monotonic() > deadline:
                graph.exceeded = f"more than {self._bounds.seconds:g} seconds"
                break
            number = self._waiting.popleft()
            twin = self._twins.get(number)
            if twin is None:
                self._expand(graph.nodes[number])
            else:
                assert self._before is not None
                self._take_over(number, self._before, twin)
            if len(graph.nodes) % 2000 < 2:
                self._progress(f"{len(graph.nodes)} states")  # not at each: a terminal is slow
        _close_loops(graph)
        graph.twins = self._twins
        graph.unlike = self._unlike()
        return graph

    def _unlike(self) -> frozenset[int]:
        """The nodes from which a step can be reached that was not taken over."""
        own = (number for number in range(len(self._graph.nodes)) if number not in self._alike)
        return frozenset(reaching(self._graph.callers(), own))

    def _expand(self, node: Node) -> None:
        assert node.choice is not None
        for option in node.choice.options:
            self._go(node, option)

    def _go(self, node: Node, option: Option) -> None:
        """Execute what follows on `option`."""
        choice = node.choice
        assert choice is not None
        live = thaw(node.state, node.living)
        began = dict(live.counts)
        self._machine.choose(live, choice, option)
        if not self._machine.exclusions.holds(live.tracked):
            with suppress(Refuted):
                node.edges.append(self._settle(live, option, began, node.functions))

    def _settle(
        self, live: Live, option: Option, began: Mapping[Origin, int], functions: frozenset[str]
    ) -> Edge:
        """Go on to the next node."""
        machine = self._machine
        emitted: list[Emission] = []
        halt = machine.advance(live, emitted)
        machine.forget(live)
        passed = {o: n - began.get(o, 0) for o, n in live.counts.items() if n != began.get(o, 0)}
        renamed, living = live.forget_origins()
        if renamed and isinstance(halt, Choice) and halt.token is not None:
            # The tokens were renumbered: ask again, so that the choice names the new ones.
            halt = machine.advance(live, emitted)
        number = self._number(live.freeze(), halt, living)
        came = {new: old for old, new in renamed.items()} if renamed else NOTHING
        visited = self._same(functions | live.entered)
        return Edge(option, tuple(emitted), number, came, passed, visited)

    def _number(self, state: State, halt: Halt, living: tuple[Token, ...]) -> int:
        """The node for a state, a new one if there is none yet."""
        graph = self._graph
        key = (state, halt.kind + halt.reason if isinstance(halt, End) else "")
        number = graph.numbers.get(key)
        if number is None:
            number = graph.numbers[key] = len(graph.nodes)
            choice = halt if isinstance(halt, Choice) else None
            end = halt if isinstance(halt, End) else None
            functions = self._same(state.functions())
            graph.nodes.append(Node(state, choice, end, living, functions))
            if choice is not None:
                self._waiting.append(number)
            if self._before is not None and self._before.common.holds(state, functions):
                twin = self._before.graph.numbers.get(key)
                if twin is not None:
                    self._twins[number] = twin
                    self._numbers[twin] = number
                    if choice is None:
                        self._alike.add(number)
        return number

    def _same(self, functions: frozenset[str]) -> frozenset[str]:
        """One object for equal sets: there are few of them."""
        return self._sets.setdefault(functions, functions)

    # --- what the stage before has as well --------------------------------------------------

    def _take_over(self, number: int, before: Before, twin: int) -> None:
        node = self._graph.nodes[number]
        alike = True
        for edge in before.graph.nodes[twin].edges:
            taken = self._copied(edge, before) if before.common.covers(edge.visited) else None
            if taken is None:
                alike = False
                self._go(node, edge.option)
            else:
                node.edges.append(taken)
        # What there was no run for may have been excluded by an assertion that is no more.
        gone_on = [edge.option for edge in before.graph.nodes[twin].edges]
        assert node.choice is not None
        for option in node.choice.options:
            if option not in gone_on:
                came = len(node.edges)
                self._go(node, option)
                alike = alike and len(node.edges) == came
        if alike:
            self._alike.add(number)

    def _copied(self, edge: Edge, before: Before) -> Edge | None:
        """The edge at this stage's places; None when it, or where it leads, is not common to both."""
        common = before.common
        target = before.graph.nodes[edge.target]
        goes_on = self._going_on.get(edge.target)
        if goes_on is None:
            goes_on = self._going_on[edge.target] = common.continues(target.state, target.functions)
        if not goes_on:
            return None
        number = self._numbers.get(edge.target)
        try:
            emitted = common.emitted(edge.emitted) if edge.emitted else ()
            if number is None:
                halt = target.end if target.choice is None else common.choice(target.choice)
                assert halt is not None
                number = self._number(target.state, halt, target.living)
        except Gone:
            return None
        return Edge(edge.option, emitted, number, edge.came, edge.passed, edge.visited)


def _close_loops(graph: Graph) -> None:
    """Mark nodes that reach no end as blocked."""
    ends = (n for n, node in enumerate(graph.nodes) if node.end is not None or not node.edges)
    ending = reaching(graph.callers(), ends)
    for number, node in enumerate(graph.nodes):
        if number not in ending:
            node.end = End("blocked", "a loop repeats for ever")
