"""Which locals may still be read: the others are dropped from a state, or equal states would not merge.

Backward may-analysis over a `ControlFlowSummary`, by the round-robin iteration of the textbooks
(Aho et al., *Compilers*, 9.2.5).
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.lifecycle.parts import locals_in
from analyzer.model.summary import (
    Assign,
    Branch,
    Call,
    ControlFlowSummary,
    Goto,
    Instruction,
    Local,
    Return,
    Switch,
    Terminator,
)


def successors(terminator: Terminator) -> tuple[int, ...]:
    """The blocks control may go to."""
    if isinstance(terminator, Goto):
        return (terminator.target,)
    if isinstance(terminator, Branch):
        return (terminator.then, terminator.otherwise)
    if isinstance(terminator, Switch):
        return (*(target for _, target in terminator.cases), terminator.default)
    return ()


def before(instruction: Instruction, live: set[str], reads: Callable[[Call], bool]) -> None:
    """Turns what is live behind an instruction into what is live before it."""
    if isinstance(instruction, Call):
        if instruction.target is not None:
            live.discard(instruction.target.name)
        live.update(locals_in(instruction.callee))
        if reads(instruction):
            for argument in instruction.arguments:
                live.update(locals_in(argument))
    elif isinstance(instruction, Assign):
        if isinstance(instruction.target, Local):
            live.discard(instruction.target.name)
        else:
            live.update(locals_in(instruction.target))
        live.update(locals_in(instruction.value))


def at_end(terminator: Terminator) -> set[str]:
    """The locals that a terminator reads."""
    if isinstance(terminator, Branch):
        return set(locals_in(terminator.condition))
    if isinstance(terminator, Switch):
        found = set(locals_in(terminator.subject))
        for label, _ in terminator.cases:
            found.update(locals_in(label))
        return found
    if isinstance(terminator, Return) and terminator.value is not None:
        return set(locals_in(terminator.value))
    return set()


def live_locals(
    summary: ControlFlowSummary, reads: Callable[[Call], bool]
) -> tuple[tuple[frozenset[str], ...], ...]:
    """For each block, the live locals before each instruction and, last, before its terminator.

    `reads` says of a call whether the values of its arguments matter.
    """
    entry: list[frozenset[str]] = [frozenset()] * len(summary.blocks)
    table: list[tuple[frozenset[str], ...]] = [()] * len(summary.blocks)
    changed = True
    while changed:
        changed = False
        for number in reversed(range(len(summary.blocks))):
            block = summary.blocks[number]
            live = at_end(block.terminator)
            for target in successors(block.terminator):
                live |= entry[target]
            row = [frozenset(live)]
            for instruction in reversed(block.instructions):
                before(instruction, live, reads)
                row.append(frozenset(live))
            row.reverse()
            table[number] = tuple(row)
            if row[0] != entry[number]:
                entry[number] = row[0]
                changed = True
    return tuple(table)
