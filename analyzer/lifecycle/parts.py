"""Walks over the parts of a summary: expressions, fields, symbols, callees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from analyzer.model.summary import (
    Assign,
    Binary,
    Block,
    Branch,
    Call,
    Expression,
    Field,
    Goto,
    Instruction,
    Local,
    Opaque,
    Return,
    Span,
    Switch,
    Symbol,
    Terminator,
    Unary,
)


def field_path(expression: Expression) -> tuple[Expression, str]:
    """The base of a chain of fields and the chain as ``a.b``; ``&`` and ``*`` on the way are dropped."""
    names: list[str] = []
    while True:
        if isinstance(expression, Field):
            names.append(expression.name)
            expression = expression.base
        elif isinstance(expression, Unary) and expression.op in "&*":
            expression = expression.operand
        else:
            return expression, ".".join(reversed(names))


def fields_in(expression: Expression) -> Iterator[Field | Symbol]:
    """The outermost field chains and the symbols that `expression` reads."""
    if isinstance(expression, (Field, Symbol)):
        yield expression
    elif isinstance(expression, Unary):
        yield from fields_in(expression.operand)
    elif isinstance(expression, Binary):
        yield from fields_in(expression.left)
        yield from fields_in(expression.right)


def leaves_of(expression: Expression) -> Iterator[Expression]:
    """The parts of `expression` that have no parts, from left to right."""
    if isinstance(expression, Field):
        yield from leaves_of(expression.base)
    elif isinstance(expression, Unary):
        yield from leaves_of(expression.operand)
    elif isinstance(expression, Binary):
        yield from leaves_of(expression.left)
        yield from leaves_of(expression.right)
    else:
        yield expression


def symbols_in(expression: Expression) -> Iterator[str]:
    """Every symbol that `expression` mentions."""
    return (leaf.name for leaf in leaves_of(expression) if isinstance(leaf, Symbol))


def locals_in(expression: Expression) -> Iterator[str]:
    """Every local that `expression` mentions."""
    return (leaf.name for leaf in leaves_of(expression) if isinstance(leaf, Local))


def values_in(expression: Expression) -> Iterator[str]:
    """The locals whose own values `expression` depends on, fields of what they point to apart."""
    if isinstance(expression, Local):
        yield expression.name
    elif isinstance(expression, Unary) and expression.op != "&":
        yield from values_in(expression.operand)
    elif isinstance(expression, Binary):
        yield from values_in(expression.left)
        yield from values_in(expression.right)


def mentions(expression: Expression, name: str, canonical: Callable[[str], str]) -> bool:
    """Whether an expression names an object, also in text that was not taken apart."""
    for leaf in leaves_of(expression):
        if isinstance(leaf, Symbol) and canonical(leaf.name) == name:
            return True
        if isinstance(leaf, Opaque) and name in map(canonical, re.findall(r"\w+", leaf.text)):
            return True
    return False


def callee_name(call: Call) -> str:
    """The direct callee, the last field of an indirect one, or ""."""
    if isinstance(call.callee, (Symbol, Local)):
        return call.callee.name
    if isinstance(call.callee, Field):
        return call.callee.name
    return ""


def stands_in(path: str) -> bool:
    """Whether what a file defines may stand in for another definition of the same name: a header's function
    for another configuration, or a stub."""
    return path.endswith(".h") or "stub" in path.lower()


def parts_of(block: Block) -> Iterator[tuple[Instruction | Terminator, tuple[Expression, ...]]]:
    """Each instruction of a block, and last its terminator, with the expressions it evaluates."""
    for instruction in block.instructions:
        if isinstance(instruction, Call):
            yield instruction, (instruction.callee, *instruction.arguments)
        elif isinstance(instruction, Assign):
            stored = () if isinstance(instruction.target, Local) else (instruction.target,)
            yield instruction, (instruction.value, *stored)
        else:
            yield instruction, ()
    end = block.terminator
    if isinstance(end, Branch):
        yield end, (end.condition,)
    elif isinstance(end, Switch):
        yield end, (end.subject,)
    elif isinstance(end, Return) and end.value is not None:
        yield end, (end.value,)
    else:
        yield end, ()


def expressions_of(block: Block) -> Iterator[tuple[Span, Expression]]:
    """Every expression a block evaluates, with the span of what it belongs to."""
    for part, expressions in parts_of(block):
        for expression in expressions:
            assert not isinstance(part, Goto)
            yield part.span, expression
