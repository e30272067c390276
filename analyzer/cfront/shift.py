"""Move a summary to other lines: the same text further up or down needs no second reading.

Input: a summary and by how many lines its text has moved. Output: the summary as if read there. Expressions
hold no places and are shared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analyzer.model.summary import (
    Assign,
    Block,
    Branch,
    Call,
    ControlFlowSummary,
    Goto,
    Instruction,
    Problem,
    Span,
    Terminator,
)


def moved(summary: ControlFlowSummary, by: int) -> ControlFlowSummary:
    """The summary `by` lines further down; the very same one for 0."""
    if not by:
        return summary

    def there(span: Span) -> Span:
        return Span(span.line + by, span.column, span.end_line + by)

    return replace(
        summary,
        span=there(summary.span),
        blocks=tuple(
            Block(tuple([_part(one, there) for one in block.instructions]), _end(block.terminator, there))
            for block in summary.blocks
        ),
        problems=tuple(Problem(problem.text, there(problem.span)) for problem in summary.problems),
    )


def _part(part: Instruction, there: Callable[[Span], Span]) -> Instruction:
    if isinstance(part, Call):
        return Call(part.target, part.callee, part.arguments, there(part.span), part.text)
    if isinstance(part, Assign):
        return Assign(part.target, part.value, there(part.span))
    return replace(part, span=there(part.span))


def _end(end: Terminator, there: Callable[[Span], Span]) -> Terminator:
    if isinstance(end, Goto):
        return end
    if isinstance(end, Branch):
        return Branch(end.condition, end.then, end.otherwise, there(end.span), end.text)
    return replace(end, span=there(end.span))
