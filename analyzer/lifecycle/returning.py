"""What a caller may still do once a callee has returned one of a few constants.

A function that is under way often can only return a constant any more: a loop's body that is about to say
that the loop is over. The caller then takes one side of the branches on the result, and what stands on the
other side may neither happen nor be read. Constants are followed through the local that takes the result, up
to where it is written again; a local whose address is taken is not followed. The conditions on it are
evaluated as they are when they are executed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from analyzer.lifecycle.ahead import LookAhead
from analyzer.lifecycle.evaluate import Evaluator
from analyzer.lifecycle.liveness import at_end, before, successors
from analyzer.lifecycle.parts import leaves_of, parts_of
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.state import ANSWER, Frame, Live
from analyzer.lifecycle.values import Name, Value, outcomes
from analyzer.model.summary import (
    Assign,
    Binary,
    Branch,
    Call,
    ControlFlowSummary,
    Expression,
    Field,
    Instruction,
    Local,
    Number,
    Return,
    Span,
    Switch,
    Symbol,
    Terminator,
    Unary,
)

Constants: TypeAlias = frozenset[int | Name]
# Function, block, index, and the caller's local for the result.
Point: TypeAlias = tuple[str, int, int, str | None]
_Node: TypeAlias = tuple[int, bool]  # a block, and whether the result is still known at its beginning
_BEGIN: _Node = (-1, True)  # the rest of the block behind the call


@dataclass(frozen=True, slots=True)
class Followed:
    """What may happen from the points of a stack on, and the locals each of its frames may read: None for
    all that may be read anyway."""

    happens: frozenset[str]
    live: tuple[frozenset[str] | None, ...]


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left of a caller: what may happen, the locals read, what it may return (None: anything)."""

    happens: frozenset[str]
    live: frozenset[str] | None
    returns: Constants | None


class Returning:
    """Looks ahead from whole stacks of one program."""

    def __init__(self, program: Program, look: LookAhead, values: Evaluator) -> None:
        self._program = program
        self._look = look
        self._values = values
        self._stacks: dict[tuple[Point, ...], Followed] = {}
        self._returned: dict[tuple[str, int, int], Constants | None] = {}
        self._rests: dict[tuple[str, int, int, str, Constants], _Rest] = {}
        self._pointed: dict[str, frozenset[str]] = {}

    def follow(self, stack: tuple[Point, ...]) -> Followed:
        """What may still happen and be read from a stack on, its outermost frame first."""
        found = self._stacks.get(stack)
        if found is None:
            found = self._stacks[stack] = self._follow(stack)
        return found

    def _follow(self, stack: tuple[Point, ...]) -> Followed:
        happens: list[frozenset[str]] = []
        live: list[frozenset[str] | None] = []
        target: str | None = None
        returns: Constants | None = None
        for function, block, index, takes in reversed(stack):
            if target is None or returns is None:
                rest = _Rest(self._look.after(function, block, index), None, None)
                returns = self._returns(function, block, index) if takes is not None else None
            else:
                rest = self._rest(function, block, index, target, returns)
                returns = rest.returns
            happens.append(rest.happens)
            live.append(rest.live)
            target = None if takes is None or takes.startswith(ANSWER) else takes
        return Followed(frozenset[str]().union(*happens), tuple(reversed(live)))

    # --- what a function may return -----------------------------------------------------------

    def _returns(self, function: str, block: int, index: int) -> Constants | None:
        """The constants that a function may return from a point on."""
        key = (function, block, index)
        if key not in self._returned:
            summary = self._program.code(function)
            seen = {block}
            work = [block]
            while work:
                for target in successors(summary.blocks[work.pop()].terminator):
                    if target not in seen:
                        seen.add(target)
                        work.append(target)
            found: set[int | Name] = set()
            whole = True
            for number in seen:
                end = summary.blocks[number].terminator
                if isinstance(end, Return):
                    constant = self._constant(summary, end)
                    whole = whole and constant is not None
                    if constant is not None:
                        found.add(constant)
            self._returned[key] = frozenset(found) if whole else None
        return self._returned[key]

    def _constant(self, summary: ControlFlowSummary, end: Return) -> int | Name | None:
        if end.value is None or not _only(end.value, ""):
            return None
        return self._value(summary, end.span, end.value, {})

    def _value(
        self, summary: ControlFlowSummary, span: Span, expression: Expression, env: dict[str, Value]
    ) -> int | Name | None:
        """The constant that an expression over constants and the locals of `env` is."""
        if any(
            isinstance(leaf, Symbol) and self._program.variable_of(summary.name, leaf) is not None
            for leaf in leaves_of(expression)
        ):
            return None
        nowhere = Live([], 0, [], {}, [], frozenset(), frozenset())
        found = self._values.evaluate(nowhere, Frame(summary.name, env=env), summary, span, expression)
        return found if isinstance(found, (int, Name)) else None

    # --- what a caller may still do -------------------------------------------------------------

    def _rest(self, function: str, block: int, index: int, target: str, constants: Constants) -> _Rest:
        key = (function, block, index, target, constants)
        found = self._rests.get(key)
        if found is None:
            found = self._rests[key] = self._look_at(function, block, index, target, constants)
        return found

    def _look_at(self, function: str, block: int, index: int, target: str, constants: Constants) -> _Rest:
        summary = self._program.code(function)
        if target in self._addressed(summary):
            after = self._look.after(function, block, index)
            return _Rest(after, None, self._returns(function, block, index))
        happens: set[str] = set()
        live: set[str] = set()
        returns: set[int | Name] | None = set()
        for constant in constants:
            nodes = self._nodes(summary, block, index, target, constant)
            for number, known in nodes:
                here, first = (block, index) if number < 0 else (number, 0)
                for row in self._look.single(function)[here][first:]:
                    happens |= row
                end = summary.blocks[here].terminator
                if isinstance(end, Return) and returns is not None:
                    still = known and not self._written(summary, here, first, target)
                    value = (
                        constant
                        if still and isinstance(end.value, Local) and end.value.name == target
                        else self._constant(summary, end)
                    )
                    if value is None:
                        returns = None
                    else:
                        returns.add(value)
            live |= self._live(summary, block, index, nodes)
        live |= self._program.held(function)
        left = None if returns is None else frozenset(returns)
        return _Rest(frozenset(happens), frozenset(live), left)

    def _nodes(
        self, summary: ControlFlowSummary, block: int, index: int, target: str, constant: int | Name
    ) -> dict[_Node, tuple[_Node, ...]]:
        """What can be reached behind the call, with what follows each."""
        found: dict[_Node, tuple[_Node, ...]] = {}
        work = [_BEGIN]
        while work:
            node = work.pop()
            if node in found:
                continue
            here, first = (block, index) if node[0] < 0 else (node[0], 0)
            known = node[1] and not self._written(summary, here, first, target)
            end = summary.blocks[here].terminator
            ways = self._ways(summary, end, target, constant) if known else successors(end)
            found[node] = tuple((way, known) for way in ways)
            work += found[node]
        return found

    def _ways(
        self, summary: ControlFlowSummary, end: Terminator, target: str, constant: int | Name
    ) -> tuple[int, ...]:
        """Where a terminator leads when `target` is `constant`."""
        env: dict[str, Value] = {target: constant}
        if isinstance(end, Branch) and _only(end.condition, target):
            value = self._value(summary, end.span, end.condition, env)
            if value is not None:
                return (end.then if True in outcomes(value) else end.otherwise,)
        elif isinstance(end, Switch) and end.subject == Local(target):
            for label, way in end.cases:
                wanted = self._value(summary, end.span, label, {}) if _only(label, "") else None
                equal = None if wanted is None else self._values.compare("==", constant, wanted)
                if equal is None:
                    return successors(end)
                if equal == 1:
                    return (way,)
            return (end.default,)
        return successors(end)

    @staticmethod
    def _written(summary: ControlFlowSummary, block: int, first: int, target: str) -> bool:
        return any(_writes(one, target) for one in summary.blocks[block].instructions[first:])

    def _live(
        self, summary: ControlFlowSummary, block: int, index: int, nodes: dict[_Node, tuple[_Node, ...]]
    ) -> frozenset[str]:
        """The locals that may be read behind the call, on these ways."""
        entry: dict[_Node, frozenset[str]] = dict.fromkeys(nodes, frozenset())
        changed = True
        while changed:
            changed = False
            for node, ways in nodes.items():
                here, first = (block, index) if node[0] < 0 else (node[0], 0)
                live = at_end(summary.blocks[here].terminator)
                for way in ways:
                    live |= entry[way]
                for instruction in reversed(summary.blocks[here].instructions[first:]):
                    before(instruction, live, self._program.reads_arguments)
                if live != entry[node]:
                    entry[node] = frozenset(live)
                    changed = True
        return entry[_BEGIN]

    def _addressed(self, summary: ControlFlowSummary) -> frozenset[str]:
        """The locals of a function whose address is taken."""
        found = self._pointed.get(summary.name)
        if found is None:
            found = self._pointed[summary.name] = frozenset(
                name
                for one in summary.blocks
                for _, expressions in parts_of(one)
                for expression in expressions
                for name in _addresses(expression)
            )
        return found


def _writes(instruction: Instruction, target: str) -> bool:
    return isinstance(instruction, (Assign, Call)) and instruction.target == Local(target)


def _only(expression: Expression, target: str) -> bool:
    """Whether an expression computes with constants and the local `target` alone: it reads no memory."""
    if isinstance(expression, Unary):
        return expression.op not in "&*" and _only(expression.operand, target)
    if isinstance(expression, Binary):
        return _only(expression.left, target) and _only(expression.right, target)
    return isinstance(expression, (Number, Symbol)) or expression == Local(target)


def _addresses(expression: Expression) -> Iterator[str]:
    """The locals whose address an expression takes."""
    if isinstance(expression, Unary):
        if expression.op == "&":
            yield from (leaf.name for leaf in leaves_of(expression.operand) if isinstance(leaf, Local))
        else:
            yield from _addresses(expression.operand)
    elif isinstance(expression, Field):
        yield from _addresses(expression.base)
    elif isinstance(expression, Binary):
        yield from _addresses(expression.left)
        yield from _addresses(expression.right)
