"""Expressions made ready to be evaluated in a state.

Not modelled: memory other than locals and tracked variables (a read of it is a fresh unknown each time),
arithmetic (a fresh unknown), literals other than numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from analyzer.lifecycle.parts import callee_name
from analyzer.lifecycle.pointed import behind, pointer_of
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.state import Frame, Live
from analyzer.lifecycle.values import SIGN_TESTS, Name, Origin, Token, Unsure, Value, compare, key_of, negate
from analyzer.model.summary import (
    Binary,
    Call,
    ControlFlowSummary,
    Expression,
    Field,
    Local,
    Number,
    Span,
    Symbol,
    Unary,
)

CAPITALS = re.compile(r"[A-Z_][A-Z0-9_]*")

Evaluate: TypeAlias = Callable[[Live, Frame], Value]


def fresh(live: Live, origin: Origin) -> Value:
    """A new unknown value."""
    count = live.counts.get(origin, 0)
    live.counts[origin] = count + 1
    return Unsure(Token(origin, count))


def read(live: Live, frame: Frame, origin: Origin) -> Value:
    """An unknown value that an instruction produces on the way to its effect.

    It is kept until the instruction is done: a decision on it re-executes the instruction, which must
    then meet the same value.
    """
    known = frame.reads.get(origin)
    if known is None:
        known = frame.reads[origin] = fresh(live, origin)
    return known


def always(value: Value) -> Evaluate:
    """An expression whose value is known beforehand."""
    return lambda live, frame: value


def reading(origin: Origin) -> Evaluate:
    """An expression that yields a fresh unknown."""
    return lambda live, frame: read(live, frame, origin)


class Evaluator:
    """Makes the expressions of one program ready."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._profile = program.profile
        self.index = {variable.name: i for i, variable in enumerate(self._profile.tracked)}
        self._distinct = tuple(self._profile.distinct)
        self._ready: dict[tuple[str, Span, Expression], Evaluate] = {}
        self._named = {name for event in self._profile.events for name in event.names}

    def result(self, call: Call, site: str) -> Evaluate:
        """What an unmodelled call returns; a result that nobody takes is no value to keep count of."""
        if call.target is None:
            return always(0)
        if self._program.canonical(callee_name(call)) in self._profile.objects:
            return always(1)
        origin = ("call", site)
        return lambda live, frame: fresh(live, origin)

    def evaluate(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, span: Span, expression: Expression
    ) -> Value:
        """The value of `expression`, which stands at `span` of `summary`."""
        key = (summary.name, span, expression)
        found = self._ready.get(key)
        if found is None:
            found = self._ready[key] = self.ready(summary, span, expression)
        return found(live, frame)

    def ready(self, summary: ControlFlowSummary, span: Span, expression: Expression) -> Evaluate:
        """`expression`, which stands at `span` of `summary`, ready to be evaluated."""
        if isinstance(expression, Number):
            return always(expression.value)
        if isinstance(expression, Local):
            return self._local(summary, span, expression.name)
        if isinstance(expression, Symbol):
            number = self._program.variable_of(summary.name, expression)
            if number is not None:
                return self._tracked(number)
            constant = self.symbol(summary.path, expression)
            if constant is not None:
                return always(constant)
            return reading(("read", self._program.site(summary, span, f"read:{expression.name}")))
        if isinstance(expression, Field):
            number = self._program.variable_of(summary.name, expression)
            if number is not None:
                return self._tracked(number)
            return reading(("read", self._program.site(summary, span, f"read:{expression.name}")))
        unknown: Origin = ("value", self._program.site(summary, span, "value"))
        if isinstance(expression, Unary):
            return self._unary(summary, span, expression, unknown)
        if isinstance(expression, Binary):
            return self._binary(summary, span, expression, unknown)
        return reading(unknown)

    def _local(self, summary: ControlFlowSummary, span: Span, name: str) -> Evaluate:
        origin = ("local", self._program.site(summary, span, "local"))

        def value(live: Live, frame: Frame) -> Value:
            known = frame.env.get(name)
            if known is None:
                known = frame.env[name] = fresh(live, origin)
            return known

        return value

    @staticmethod
    def _tracked(number: int) -> Evaluate:
        return lambda live, frame: live.tracked[number]

    def _unary(self, summary: ControlFlowSummary, span: Span, expression: Unary, unknown: Origin) -> Evaluate:
        op = expression.op
        if op == "&":
            number = self._program.variable_of(summary.name, expression)
            # An address: not null, nothing else known.
            return always(1 if number is None else Name("&" + self._profile.tracked[number].name))
        operand = self.ready(summary, span, expression.operand)
        if op == "!":
            return lambda live, frame: negate(operand(live, frame))
        if op == "*":
            held = behind(pointer_of(expression))

            def pointed(live: Live, frame: Frame) -> Value:
                local = frame.env.get(held)
                if local is not None:
                    return local
                number = self.pointee(operand(live, frame))
                return read(live, frame, unknown) if number is None else live.tracked[number]

            return pointed
        if op == "-":

            def minus(live: Live, frame: Frame) -> Value:
                inner = operand(live, frame)
                if isinstance(inner, int):
                    return -inner
                if isinstance(inner, Unsure):
                    return read(live, frame, ("minus", *inner.token.origin))
                return read(live, frame, unknown)

            return minus

        def other(live: Live, frame: Frame) -> Value:
            operand(live, frame)
            return read(live, frame, unknown)

        return other

    def _binary(
        self, summary: ControlFlowSummary, span: Span, expression: Binary, unknown: Origin
    ) -> Evaluate:
        op = expression.op
        left = self.ready(summary, span, expression.left)
        right = self.ready(summary, span, expression.right)
        if op not in SIGN_TESTS:

            def computed(live: Live, frame: Frame) -> Value:
                left(live, frame)
                right(live, frame)
                return read(live, frame, unknown)

            return computed

        def compared(live: Live, frame: Frame) -> Value:
            found = self.compare(op, left(live, frame), right(live, frame))
            return read(live, frame, unknown) if found is None else found

        return compared

    def constant(self, text: str) -> Value:
        """A constant as a profile writes it."""
        try:
            return int(text, 0)
        except ValueError:
            number = self._profile.constants.get(text)
            return Name(text) if number is None else number

    def pointee(self, value: Value) -> int | None:
        """The tracked variable that an address points to."""
        if isinstance(value, Name) and value.name.startswith("&"):
            return self.index.get(value.name[1:])
        return None

    def symbol(self, path: str, symbol: Symbol) -> Value | None:
        """A function or constant; None for a global variable, which may hold anything.

        By the convention of C, constants are written in capitals; a profile's prefixes count as well.
        """
        function = self._program.resolve(path, symbol.name)
        if function in self._program.functions:
            return Name(function)
        canonical = self._program.canonical(symbol.name)
        if canonical in self._profile.objects:
            return 1  # the object whose state is tracked is there
        number = self._profile.constants.get(canonical)
        if number is not None:
            return number
        constant = CAPITALS.fullmatch(canonical) or canonical.startswith(self._distinct)
        return Name(canonical) if constant or canonical in self._named else None

    def compare(self, op: str, left: Value, right: Value) -> Value | None:
        """``left op right``; None when nothing can be said of it."""
        distinct = (
            isinstance(left, Name)
            and isinstance(right, Name)
            and any(left.name.startswith(p) and right.name.startswith(p) for p in self._distinct)
        )
        return compare(op, left, right, distinct)

    def spelled(self, constant: str) -> str:
        """A constant of the profile as `literal` gives it: by its number where that is known."""
        number = self._profile.constants.get(constant)
        return constant if number is None else str(number)

    def literal(self, value: Value) -> str:
        """A constant as text; ``?`` for a value that is not known."""
        if isinstance(value, (int, Name)):
            return str(key_of(value))
        return "?"
