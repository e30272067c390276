"""A course of calls from outside as a function that can be executed: open, any use, close.

Input: an `Entry` with a course and the tree's names for its functions. Output: a `ControlFlowSummary` that
stands where the profile has the entry. Not modelled: what the caller passes (it may be anything).
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.model.profile import CourseStep, Entry, Outcome
from analyzer.model.summary import (
    Binary,
    Block,
    Branch,
    Call,
    ControlFlowSummary,
    Expression,
    Goto,
    Local,
    Number,
    Opaque,
    Return,
    Span,
    Symbol,
    Unary,
)


def course_of(entry: Entry, names: Mapping[str, str]) -> ControlFlowSummary:
    """The function that makes the calls of `entry.course`; `names` are the tree's names of them."""
    line = entry.at.line
    blocks: list[Block] = []
    # Each step has one place of its own: a place is a line and a column.
    for number, step in enumerate(entry.course):
        span = Span(line, number + 1, line)
        call = Call(Local(f"%{number}"), Symbol(names[step.call]), (), span, f"{names[step.call]}()")
        here = len(blocks)
        if step.repeats:
            again = Opaque(f"{names[step.call]}() is called")
            blocks.append(Block((), Branch(again, here + 1, here + 2, span, again.text)))
            blocks.append(Block((call,), Goto(here)))
        elif step.outcome is None:
            blocks.append(Block((call,), Goto(here + 1)))
        else:
            condition = _returned(step, number)
            text = f"{names[step.call]}() returns {step.outcome.value}"
            blocks.append(Block((call,), Branch(condition, here + 1, -1, span, text)))
    end = len(blocks)
    blocks.append(Block((), Return(None, Span(line, len(entry.course) + 1, line))))
    closed = tuple(
        Block(block.instructions, Branch(t.condition, t.then, end, t.span, t.text))
        if isinstance(t := block.terminator, Branch) and t.otherwise < 0
        else block
        for block in blocks
    )
    return ControlFlowSummary(
        entry.function, entry.at.path, Span(line, 1, line), False, "void", (), (), closed
    )


def _returned(step: CourseStep, number: int) -> Expression:
    result = Local(f"%{number}")
    match step.outcome:
        case Outcome.ZERO:
            return Unary("!", result)
        case Outcome.NEGATIVE:
            return Binary("<", result, Number(0))
        case Outcome.NOT_NEGATIVE:
            return Binary(">=", result, Number(0))
        case _:
            return result
