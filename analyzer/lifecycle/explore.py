"""All runs of one stage as a graph: states that are equal are one node, so loops close.

A node is a state at a choice, or an end. An edge is an option taken, with what was emitted until the
next node. Nodes from which no end can be reached go round for ever: they count as blocked ends.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from analyzer.lifecycle.machine import Machine
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.runs import Choice, Emission, End, Option
from analyzer.lifecycle.state import Live, State, thaw
from analyzer.lifecycle.values import Origin, Token, Value


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the search stops and the answer becomes unknown."""

    states: int = 150_000
    seconds: float = 120.0
    words: int = 64
    letters: int = 24


@dataclass(frozen=True, slots=True)
class Edge:
    """An option taken, what was emitted until the next node, and that node.

    Tokens are numbered anew at each node. `came` maps a token of the target to what it was called before
    that, where that differs; `passed` counts, by origin, the unknown values produced and the switch points
    passed on the way.
    """

    option: Option
    emitted: tuple[Emission, ...]
    target: int
    came: Mapping[Token, Token]
    passed: Mapping[Origin, int]


BEGIN = Option(None, "", "")  # the option of the edge by which a run enters the graph


@dataclass(slots=True)
class Node:
    """A state at a choice (`choice`) or the end of runs (`end`)."""

    state: State
    choice: Choice | None
    end: End | None
    facts: frozenset[str]
    tracked: tuple[Value, ...]
    edges: list[Edge] = field(default_factory=list)


@dataclass(slots=True)
class Graph:
    """The runs of a stage. `exceeded` says which bound was hit, or ""."""

    nodes: list[Node]
    roots: dict[int, Edge]  # by entry of the profile
    exceeded: str = ""

    def ends(self) -> list[int]:
        """Numbers of the end nodes."""
        return [number for number, node in enumerate(self.nodes) if node.end is not None]


def explore(machine: Machine, bounds: Bounds, progress: Callable[[str], None] = lambda _: None) -> Graph:
    """All runs of `machine`'s stage from all entries of its profile."""
    graph = Graph([], {})
    numbers: dict[tuple[State, str], int] = {}
    waiting: deque[int] = deque()
    deadline = time.monotonic() + bounds.seconds

    def settle(live: Live, option: Option, began: Mapping[Origin, int]) -> Edge:
        emitted: list[Emission] = []
        halt = machine.advance(live, emitted)
        machine.forget(live)
        passed = {o: n - began.get(o, 0) for o, n in live.counts.items() if n != began.get(o, 0)}
        renamed = live.forget_origins()
        if renamed and isinstance(halt, Choice) and halt.token is not None:
            # The tokens were renumbered: ask again, so that the choice names the new ones.
            halt = machine.advance(live, emitted)
        state = live.freeze()
        key = (state, halt.kind + halt.reason if isinstance(halt, End) else "")
        number = numbers.get(key)
        if number is None:
            number = numbers[key] = len(graph.nodes)
            choice = halt if isinstance(halt, Choice) else None
            end = halt if isinstance(halt, End) else None
            graph.nodes.append(Node(state, choice, end, state.facts, state.tracked))
            if choice is not None:
                waiting.append(number)
        return Edge(option, tuple(emitted), number, {new: old for old, new in renamed.items()}, passed)

    for entry in range(len(machine.profile.entries)):
        live = machine.start(entry)
        if live is not None:
            graph.roots[entry] = settle(live, BEGIN, {})
    while waiting:
        if len(graph.nodes) > bounds.states:
            graph.exceeded = f"more than {bounds.states} states"
            break
        if time.monotonic() > deadline:
            graph.exceeded = f"more than {bounds.seconds:g} seconds"
            break
        node = graph.nodes[waiting.popleft()]
        assert node.choice is not None
        for option in node.choice.options:
            live = thaw(node.state)
            began = dict(live.counts)
            machine.choose(live, node.choice, option)
            if machine.exclusions.holds(live.tracked):
                continue
            node.edges.append(settle(live, option, began))
        if len(graph.nodes) % 2000 < 2:
            progress(f"{len(graph.nodes)} states")  # not at each: a terminal is slow
    _close_loops(graph)
    return graph


def relocate(graph: Graph, program: Program) -> Graph | None:
    """The graph of a stage that executes the same as the one `graph` is of, at its own places.

    None when a place cannot be found again, or when the graph rests on what could not be read.
    """
    lines = {
        path: {old: new for new, old in enumerate(moved, 1) if old}
        for path, moved in program.snapshot.moved.items()
    }

    def moved(emitted: tuple[Emission, ...]) -> tuple[Emission, ...]:
        result = []
        for emission in emitted:
            path, line = emission.spot
            spot = (path, lines[path][line] if line and path in lines else line)
            evidence, where = program.place(*spot)
            result.append(replace(emission, spot=spot, evidence=evidence, where=where))
        return tuple(result)

    if graph.exceeded or any(f.startswith("problem ") for node in graph.nodes for f in node.facts):
        return None
    try:
        roots = {n: replace(edge, emitted=moved(edge.emitted)) for n, edge in graph.roots.items()}
        nodes = [
            replace(node, edges=[replace(edge, emitted=moved(edge.emitted)) for edge in node.edges])
            for node in graph.nodes
        ]
    except KeyError:
        return None
    return Graph(nodes, roots)


def _close_loops(graph: Graph) -> None:
    """Mark nodes that reach no end as blocked."""
    callers: list[list[int]] = [[] for _ in graph.nodes]
    for number, node in enumerate(graph.nodes):
        for edge in node.edges:
            callers[edge.target].append(number)
    reaching = [False] * len(graph.nodes)
    work = [n for n, node in enumerate(graph.nodes) if node.end is not None or not node.edges]
    for number in work:
        reaching[number] = True
    while work:
        for caller in callers[work.pop()]:
            if not reaching[caller]:
                reaching[caller] = True
                work.append(caller)
    for number, node in enumerate(graph.nodes):
        if not reaching[number]:
            node.end = End("blocked", "a loop repeats for ever")
