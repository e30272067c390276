"""The value of an expression in a state.

Not modelled: memory other than locals and tracked variables (a read of it is a fresh unknown each time),
arithmetic (a fresh unknown), literals other than numbers.
"""

from __future__ import annotations

import re

from analyzer.lifecycle.parts import callee_name
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.state import Frame, Live
from analyzer.lifecycle.values import Name, Origin, Token, Unsure, Value, compare, key_of, negate
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


class Evaluator:
    """Evaluates expressions of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._profile = program.profile
        self.index = {variable.name: i for i, variable in enumerate(self._profile.tracked)}
        self._distinct = tuple(self._profile.distinct)
        self._named = {name for event in self._profile.events for name in event.names}

    def result(self, live: Live, call: Call, site: str) -> Value:
        """What an unmodelled call returns; a result that nobody takes is no value to keep count of."""
        if call.target is None:
            return 0
        if self._program.canonical(callee_name(call)) in self._profile.objects:
            return 1
        return self.fresh(live, ("call", site))

    def fresh(self, live: Live, origin: Origin) -> Value:
        count = live.counts.get(origin, 0)
        live.counts[origin] = count + 1
        token = Token(origin, count)
        known = live.known.pop(token, None)
        return Unsure(token) if known is None else known

    def read(self, live: Live, frame: Frame, origin: Origin) -> Value:
        """An unknown value that an instruction produces on the way to its effect.

        It is kept until the instruction is done: a decision on it re-executes the instruction, which must
        then meet the same value.
        """
        name = "!" + " ".join(origin)
        known = frame.env.get(name)
        if known is None:
            known = frame.env[name] = self.fresh(live, origin)
        return known

    def evaluate(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, span: Span, expression: Expression
    ) -> Value:
        if isinstance(expression, Number):
            return expression.value
        if isinstance(expression, Local):
            known = frame.env.get(expression.name)
            if known is None:
                known = self.fresh(live, ("local", self._program.site(summary, span, "local")))
                frame.env[expression.name] = known
            return known
        if isinstance(expression, Symbol):
            number = self._program.variable_of(frame.function, expression)
            if number is not None:
                return live.tracked[number]
            constant = self.symbol(summary.path, expression)
            if constant is not None:
                return constant
            site = self._program.site(summary, span, f"read:{expression.name}")
            return self.read(live, frame, ("read", site))
        if isinstance(expression, Field):
            number = self._program.variable_of(frame.function, expression)
            if number is not None:
                return live.tracked[number]
            site = self._program.site(summary, span, f"read:{expression.name}")
            return self.read(live, frame, ("read", site))
        if isinstance(expression, Unary):
            if expression.op == "&":
                number = self._program.variable_of(frame.function, expression)
                if number is not None:
                    return Name("&" + self._profile.tracked[number].name)
                return 1  # an address: not null, nothing else known
            inner = self.evaluate(live, frame, summary, span, expression.operand)
            if expression.op == "*":
                number = self.pointee(inner)
                if number is not None:
                    return live.tracked[number]
            if expression.op == "!":
                return negate(inner)
            if expression.op == "-" and isinstance(inner, int):
                return -inner
            if expression.op == "-" and isinstance(inner, Unsure):
                return self.read(live, frame, ("minus", *inner.token.origin))
        elif isinstance(expression, Binary):
            left = self.evaluate(live, frame, summary, span, expression.left)
            right = self.evaluate(live, frame, summary, span, expression.right)
            found = self.compare(expression.op, left, right)
            if found is not None:
                return found
        return self.read(live, frame, ("value", self._program.site(summary, span, "value")))

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
        distinct = (
            isinstance(left, Name)
            and isinstance(right, Name)
            and any(left.name.startswith(p) and right.name.startswith(p) for p in self._distinct)
        )
        return compare(op, left, right, distinct)

    def spelled(self, constant: str) -> str:
        """A constant of the profile as `_literal` gives it: by its number where that is known."""
        number = self._profile.constants.get(constant)
        return constant if number is None else str(number)

    def literal(self, value: Value) -> str:
        if isinstance(value, (int, Name)):
            return str(key_of(value))
        return "?"
