"""Expressions in the words of the source: what a decision asks, as a reader would say it."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.model.summary import (
    Binary,
    Call,
    ControlFlowSummary,
    Expression,
    Field,
    Local,
    Number,
    Opaque,
    Symbol,
    Text,
    Unary,
)


def calls_by_result(summary: ControlFlowSummary) -> dict[str, str]:
    """The text of the call behind each temporary."""
    return {
        instruction.target.name: instruction.text
        for block in summary.blocks
        for instruction in block.instructions
        if isinstance(instruction, Call)
        and instruction.target is not None
        and instruction.target.name.startswith("%")
    }


def worded(expression: Expression, calls: Mapping[str, str]) -> str:
    """`expression` as text, temporaries as the calls they stand for."""
    match expression:
        case Number(value):
            return str(value)
        case Text(value):
            return f'"{value}"'
        case Local(name):
            return calls.get(name, name.partition("@")[0])
        case Symbol(name):
            return name
        case Field(base, name):
            return f"{worded(base, calls)}->{name}"
        case Unary(op, operand):
            return f"{op}{worded(operand, calls)}"
        case Binary(op, left, right):
            return f"{worded(left, calls)} {op} {worded(right, calls)}"
        case Opaque(text):
            return text
    raise AssertionError(expression)
