"""Pointers to a caller's locals: which parameters a function reads or writes through.

What such a parameter points to is a local of the function that called it. While the function runs, its value
stands in a local of its own, whose name (`behind`) no C text can hold; on return it goes back. Not modelled:
pointers kept in memory, pointers to pointers, two parameters that point to the same local.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzer.lifecycle.parts import callee_name, expressions_of
from analyzer.model.summary import Assign, Binary, Call, ControlFlowSummary, Expression, Field, Local, Unary


def behind(pointer: str) -> str:
    """The name of the local that stands for what a parameter points to."""
    return f"*{pointer}"


def pointer_of(expression: Expression) -> str:
    """The local in ``*local``, else ""."""
    if isinstance(expression, Unary) and expression.op == "*" and isinstance(expression.operand, Local):
        return expression.operand.name
    return ""


def _pointers_in(expression: Expression) -> Iterator[str]:
    name = pointer_of(expression)
    if name:
        yield name
    elif isinstance(expression, Unary):
        yield from _pointers_in(expression.operand)
    elif isinstance(expression, Binary):
        yield from _pointers_in(expression.left)
        yield from _pointers_in(expression.right)
    elif isinstance(expression, Field):
        yield from _pointers_in(expression.base)


class Pointed:
    """Knows it of each function; `lookup` finds the definition that a call in a file reaches."""

    def __init__(self, lookup: Callable[[str, str], ControlFlowSummary | None]) -> None:
        self._lookup = lookup
        self._known: dict[str, frozenset[str]] = {}

    def of(self, function: ControlFlowSummary) -> frozenset[str]:
        """The parameters that `function`, or what it calls, reads or writes through."""
        known = self._known.get(function.name)
        if known is None:
            self._known[function.name] = frozenset()  # a function that calls itself adds nothing more
            known = self._known[function.name] = self._find(function)
        return known

    def _find(self, function: ControlFlowSummary) -> frozenset[str]:
        parameters = {parameter.name for parameter in function.parameters if "*" in parameter.type}
        if not parameters:
            return frozenset()
        found: set[str] = set()
        for block in function.blocks:
            for instruction in block.instructions:
                if isinstance(instruction, Assign):
                    found.add(pointer_of(instruction.target))
                elif isinstance(instruction, Call):
                    found.update(self._handed_on(function, instruction))
            for _, expression in expressions_of(block):
                found.update(_pointers_in(expression))
        return frozenset(found & parameters)

    def _handed_on(self, function: ControlFlowSummary, call: Call) -> Iterator[str]:
        given = [argument.name if isinstance(argument, Local) else "" for argument in call.arguments]
        if not any(given):
            return
        called = self._lookup(function.path, callee_name(call))
        if called is not None:
            through = self.of(called)
            for parameter, name in zip(called.parameters, given, strict=False):
                if parameter.name in through:
                    yield name
