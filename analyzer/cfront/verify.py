"""Check the invariants of a summary.

Input: a `ControlFlowSummary`. Output: what is violated, in words; nothing for a good one.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.cfront.graph import targets
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
    Instruction,
    Leave,
    Local,
    Return,
    Span,
    Switch,
    Terminator,
    Unary,
)


def verify(summary: ControlFlowSummary) -> tuple[str, ...]:
    """The violated invariants, in words."""
    if not summary.blocks:
        return ("there is no entry block",)
    wrong = [
        f"b{index} goes to b{target}, which does not exist"
        for index, block in enumerate(summary.blocks)
        for target in targets(block.terminator)
        if not 0 <= target < len(summary.blocks)
    ]
    if wrong:
        return tuple(wrong)
    return (*_unreached(summary), *_outside(summary), *_unknown_locals(summary), *_unwritten(summary))


def _unreached(summary: ControlFlowSummary) -> Iterator[str]:
    seen = {0}
    pending = [0]
    while pending:
        for target in targets(summary.blocks[pending.pop()].terminator):
            if target not in seen:
                seen.add(target)
                pending.append(target)
    for index in range(len(summary.blocks)):
        if index not in seen:
            yield f"b{index} cannot be reached"


def _outside(summary: ControlFlowSummary) -> Iterator[str]:
    for index, block in enumerate(summary.blocks):
        for part in (*block.instructions, block.terminator):
            span = getattr(part, "span", None)
            if isinstance(span, Span) and not _within(span, summary.span):
                yield f"b{index}: {type(part).__name__} at line {span.line} lies outside the function"


def _within(span: Span, whole: Span) -> bool:
    return whole.line <= span.line <= (span.end_line or span.line) <= whole.end_line and span.column >= 1


def _unknown_locals(summary: ControlFlowSummary) -> Iterator[str]:
    known = {variable.name for variable in (*summary.parameters, *summary.locals)}
    named = set()
    for block in summary.blocks:
        for part in (*block.instructions, block.terminator):
            reads, written = _uses(part)
            named |= reads | written
    for name in sorted(named):
        if not name.startswith("%") and name not in known:
            yield f"{name} is used as a local but not declared"


def _unwritten(summary: ControlFlowSummary) -> Iterator[str]:
    """Temporaries that are read where they may not have been written."""
    before: dict[int, frozenset[str]] = {0: frozenset()}
    pending = [0]
    while pending:
        index = pending.pop()
        written = before[index] | _writes(summary.blocks[index])
        for target in targets(summary.blocks[index].terminator):
            old = before.get(target)
            new = written if old is None else old & written
            if new != old:
                before[target] = new
                pending.append(target)
    for index, block in enumerate(summary.blocks):
        have = set(before.get(index, frozenset()))
        for part in (*block.instructions, block.terminator):
            reads, written_here = _uses(part)
            for name in sorted(reads):
                if name.startswith("%") and name not in have:
                    yield f"b{index} reads {name}, which is not written on every path"
            have |= written_here


def _writes(block: Block) -> frozenset[str]:
    return frozenset(name for part in block.instructions for name in _uses(part)[1] if name.startswith("%"))


def _uses(part: Instruction | Terminator) -> tuple[set[str], set[str]]:
    """The locals an instruction or terminator reads and writes."""
    match part:
        case Call(target=target, callee=callee, arguments=arguments):
            return _locals(callee, *arguments), {target.name} if target is not None else set()
        case Assign(target=Local(name), value=value):
            return _locals(value), {name}
        case Assign(target=place, value=value):
            return _locals(place, value), set()
        case Enter(arguments=arguments) | Leave(arguments=arguments):
            return _locals(*arguments), set()
        case Branch(condition=condition):
            return _locals(condition), set()
        case Switch(subject=subject, cases=cases):
            return _locals(subject, *(value for value, _ in cases)), set()
        case Return(value=result) if result is not None:
            return _locals(result), set()
        case _:
            return set(), set()


def _locals(*expressions: Expression) -> set[str]:
    found: set[str] = set()
    pending = list(expressions)
    while pending:
        match pending.pop():
            case Local(name):
                found.add(name)
            case Field(base):
                pending.append(base)
            case Unary(_, operand):
                pending.append(operand)
            case Binary(_, left, right):
                pending.extend((left, right))
            case _:
                pass
    return found
