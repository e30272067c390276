"""Write what the front end found as bytes and read it back; nothing that is read can run.

Input: `FileIndex`es, `ControlFlowSummary`s. Output: JSON of nested arrays in ASCII. Expressions of one row
stand in a table, each distinct one once, so that equal ones come back as one object. `Unreadable` is raised
for bytes of another shape.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from analyzer.model.summary import (
    Assign,
    Binary,
    Block,
    Branch,
    Call,
    ControlFlowSummary,
    Enter,
    Expression,
    Field,
    FileIndex,
    FunctionEntry,
    Goto,
    Instruction,
    Label,
    Leave,
    Local,
    MacroEntry,
    Number,
    Opaque,
    Pointer,
    Problem,
    Return,
    Span,
    Stop,
    Switch,
    Symbol,
    Terminator,
    Text,
    Unary,
    Variable,
)


class Unreadable(Exception):
    """The bytes are not what the encoder writes."""


_SHAPES = (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError)


def _bytes(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


# --- indexes ------------------------------------------------------------------------------------


def encode_index(found: FileIndex) -> bytes:
    """A file's index without its path."""
    return _bytes(
        [
            [[f.name, f.static + 2 * f.inline, f.line, f.end_line, f.words] for f in found.functions],
            [[p.field, p.function, p.line, p.within] for p in found.pointers],
            [[m.name, m.words, m.line, m.parameters, m.call] for m in found.macros],
            found.aliases,
            [_problem_row(problem) for problem in found.problems],
        ]
    )


def decode_index(path: str, body: bytes) -> FileIndex:
    """The index of the file at `path`."""
    try:
        functions, pointers, macros, aliases, problems = json.loads(body)
        return FileIndex(
            path,
            tuple(FunctionEntry(n, bool(k & 1), bool(k & 2), at, to, w) for n, k, at, to, w in functions),
            tuple(Pointer(*row) for row in pointers),
            tuple(MacroEntry(n, w, at, tuple(p), tuple(c)) for n, w, at, p, c in macros),
            tuple((name, other) for name, other in aliases),
            tuple(_problem(row) for row in problems),
        )
    except _SHAPES as error:
        raise Unreadable from error


# --- summaries ----------------------------------------------------------------------------------


def encode_summaries(found: Sequence[ControlFlowSummary]) -> bytes:
    """Definitions of one file, without its path."""
    table = _Table()
    rows = [_summary_row(one, table) for one in found]
    return _bytes([table.rows, rows])


def decode_summaries(path: str, body: bytes) -> tuple[ControlFlowSummary, ...]:
    """The definitions of the file at `path`."""
    try:
        nodes, rows = json.loads(body)
        table: list[Expression] = []
        for kind, *parts in nodes:
            table.append(_READERS[kind](table, *parts))
        return tuple(_summary(path, row, table) for row in rows)
    except _SHAPES as error:
        raise Unreadable from error


class _Table:
    """The distinct expressions so far: operands stand before what they are part of."""

    def __init__(self) -> None:
        self.rows: list[list[object]] = []
        self._places: dict[Expression, int] = {}

    def place(self, expression: Expression) -> int:
        found = self._places.get(expression)
        if found is None:
            row = self._row(expression)
            found = self._places[expression] = len(self.rows)
            self.rows.append(row)
        return found

    def _row(self, expression: Expression) -> list[object]:
        match expression:
            case Number(value):
                return [0, value]
            case Text(value):
                return [1, value]
            case Local(name):
                return [2, name]
            case Symbol(name):
                return [3, name]
            case Field(base, name):
                return [4, self.place(base), name]
            case Unary(op, operand):
                return [5, op, self.place(operand)]
            case Binary(op, left, right):
                return [6, op, self.place(left), self.place(right)]
            case Opaque(text):
                return [7, text]


_READERS: tuple[Callable[..., Expression], ...] = (
    lambda _, value: Number(value),
    lambda _, value: Text(value),
    lambda _, name: Local(name),
    lambda _, name: Symbol(name),
    lambda table, base, name: Field(table[base], name),
    lambda table, op, operand: Unary(op, table[operand]),
    lambda table, op, left, right: Binary(op, table[left], table[right]),
    lambda _, text: Opaque(text),
)


def _span_row(span: Span) -> tuple[int, int, int]:
    return (span.line, span.column, span.end_line)


def _problem_row(problem: Problem) -> list[object]:
    return [problem.text, *_span_row(problem.span)]


def _problem(row: Sequence[Any]) -> Problem:
    text, line, column, end_line = row
    return Problem(text, Span(line, column, end_line))


def _summary_row(one: ControlFlowSummary, table: _Table) -> list[object]:
    return [
        one.name,
        _span_row(one.span),
        int(one.static),
        one.returns,
        [[v.name, v.type] for v in one.parameters],
        [[v.name, v.type] for v in one.locals],
        [
            [
                [_instruction_row(part, table) for part in block.instructions],
                _end_row(block.terminator, table),
            ]
            for block in one.blocks
        ],
        [_problem_row(problem) for problem in one.problems],
    ]


def _summary(path: str, row: Sequence[Any], table: Sequence[Expression]) -> ControlFlowSummary:
    name, span, static, returns, parameters, locals_, blocks, problems = row
    return ControlFlowSummary(
        name,
        path,
        Span(*span),
        bool(static),
        returns,
        tuple(Variable(*one) for one in parameters),
        tuple(Variable(*one) for one in locals_),
        tuple(
            Block(tuple(_INSTRUCTIONS[part[0]](table, part) for part in parts), _ENDS[end[0]](table, end))
            for parts, end in blocks
        ),
        tuple(_problem(one) for one in problems),
    )


def _instruction_row(part: Instruction, table: _Table) -> list[object]:
    place = table.place
    match part:
        case Call(target, callee, arguments, span, text):
            at = -1 if target is None else place(target)
            return [0, at, place(callee), [place(one) for one in arguments], *_span_row(span), text]
        case Assign(target=target, value=value, span=span):
            return [1, place(target), place(value), *_span_row(span)]
        case Label(name, span):
            return [2, name, *_span_row(span)]
        case Enter(macro, arguments, span):
            return [3, macro, [place(one) for one in arguments], *_span_row(span)]
        case Leave(macro, arguments, span):
            return [4, macro, [place(one) for one in arguments], *_span_row(span)]
        case Problem():
            return [5, *_problem_row(part)]


def _call(table: Sequence[Expression], row: Sequence[Any]) -> Instruction:
    _, at, callee, arguments, line, column, end_line, text = row
    target = table[at] if at >= 0 else None
    if target is not None and not isinstance(target, Local):
        raise Unreadable
    return Call(
        target, table[callee], tuple([table[one] for one in arguments]), Span(line, column, end_line), text
    )


_INSTRUCTIONS: tuple[Callable[[Sequence[Expression], Sequence[Any]], Instruction], ...] = (
    _call,
    lambda table, row: Assign(table[row[1]], table[row[2]], Span(row[3], row[4], row[5])),
    lambda _, row: Label(row[1], Span(row[2], row[3], row[4])),
    lambda table, row: Enter(row[1], tuple([table[one] for one in row[2]]), Span(row[3], row[4], row[5])),
    lambda table, row: Leave(row[1], tuple([table[one] for one in row[2]]), Span(row[3], row[4], row[5])),
    lambda _, row: Problem(row[1], Span(row[2], row[3], row[4])),
)


def _end_row(end: Terminator, table: _Table) -> list[object]:
    place = table.place
    match end:
        case Goto(target):
            return [0, target]
        case Branch(condition, then, otherwise, span, text):
            return [1, place(condition), then, otherwise, *_span_row(span), text]
        case Switch(subject, cases, default, span, text):
            rows = [[place(value), target] for value, target in cases]
            return [2, place(subject), rows, default, *_span_row(span), text]
        case Return(value, span):
            return [3, -1 if value is None else place(value), *_span_row(span)]
        case Stop(span):
            return [4, *_span_row(span)]


_ENDS: tuple[Callable[[Sequence[Expression], Sequence[Any]], Terminator], ...] = (
    lambda _, row: Goto(row[1]),
    lambda table, row: Branch(table[row[1]], row[2], row[3], Span(row[4], row[5], row[6]), row[7]),
    lambda table, row: Switch(
        table[row[1]],
        tuple((table[value], target) for value, target in row[2]),
        row[3],
        Span(row[4], row[5], row[6]),
        row[7],
    ),
    lambda table, row: Return(table[row[1]] if row[1] >= 0 else None, Span(row[2], row[3], row[4])),
    lambda _, row: Stop(Span(row[1], row[2], row[3])),
)
