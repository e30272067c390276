"""What of a function can make no difference to any sequence is taken out before it is executed.

A branch whose arms meet again without effect becomes a jump; an instruction without effect whose result
nobody reads is dropped. Both repeat until nothing changes. Loops without effect are taken to end. A branch
on the result of a call stays if selections ask how that call returned: it decides which runs they pick.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analyzer.lifecycle.backwards import callers_of, reaching
from analyzer.lifecycle.liveness import at_end, live_locals, successors
from analyzer.lifecycle.parts import locals_in
from analyzer.model.summary import (
    Assign,
    Block,
    Branch,
    Call,
    ControlFlowSummary,
    Enter,
    Goto,
    Instruction,
    Label,
    Leave,
    Local,
    Return,
    Stop,
    Switch,
    Terminator,
    Unary,
)


def prune(
    summary: ControlFlowSummary,
    matters: Callable[[Instruction], bool],
    reads: Callable[[Call], bool],
    asked: Callable[[Call], bool],
) -> ControlFlowSummary:
    """`summary` without what has no effect.

    `matters` says whether an instruction has an effect beyond the locals it writes; `reads` whether the
    values of a call's arguments matter; `asked` whether it is asked how a call returned.
    """
    results = _results(summary, asked)
    while True:
        live = live_locals(summary, reads)
        blocks = [
            Block(
                tuple(
                    instruction
                    for position, instruction in enumerate(block.instructions)
                    if matters(instruction) or _written(instruction) & live[number][position + 1]
                    or isinstance(instruction, Label)
                ),
                block.terminator,
            )
            for number, block in enumerate(summary.blocks)
        ]  # fmt: skip
        meets = _post_dominators(blocks)
        changed = any(
            len(now.instructions) != len(was.instructions)
            for now, was in zip(blocks, summary.blocks, strict=True)
        )
        for number, block in enumerate(blocks):
            meet = meets[number]
            if meet is None or not isinstance(block.terminator, (Branch, Switch)):
                continue
            if not results.isdisjoint(at_end(block.terminator)):
                continue
            wanted = live[meet][0]
            if _silent(blocks, number, meet, matters, wanted):
                blocks[number] = Block(block.instructions, Goto(meet))
                changed = True
        summary = replace(summary, blocks=_threaded(blocks))
        if not changed:
            return summary


def _results(summary: ControlFlowSummary, asked: Callable[[Call], bool]) -> frozenset[str]:
    """The locals that may hold what an `asked` call returned, or what was made of it."""
    parts = [instruction for block in summary.blocks for instruction in block.instructions]
    found: set[str] = set()
    growing = True
    while growing:
        growing = False
        for part in parts:
            if not isinstance(part, (Assign, Call)):
                continue
            target = part.target
            if not isinstance(target, Local) or target.name in found:
                continue
            made = asked(part) if isinstance(part, Call) else not found.isdisjoint(locals_in(part.value))
            if made:
                found.add(target.name)
                growing = True
    return frozenset(found)


def _threaded(blocks: list[Block]) -> tuple[Block, ...]:
    """Jumps to blocks that only jump on go straight to where those lead."""
    goal = list(range(len(blocks)))
    for number in range(len(blocks)):
        seen = {number}
        here = number
        while True:
            block = blocks[here]
            if (
                block.instructions
                or not isinstance(block.terminator, Goto)
                or block.terminator.target in seen
            ):
                break
            here = block.terminator.target
            seen.add(here)
        goal[number] = here
    return tuple(Block(block.instructions, _retargeted(block.terminator, goal)) for block in blocks)


def _retargeted(end: Terminator, goal: list[int]) -> Terminator:
    if isinstance(end, Goto):
        return Goto(goal[end.target])
    if isinstance(end, Branch):
        return replace(end, then=goal[end.then], otherwise=goal[end.otherwise])
    if isinstance(end, Switch):
        cases = tuple((label, goal[target]) for label, target in end.cases)
        return replace(end, cases=cases, default=goal[end.default])
    return end


def _written(instruction: Instruction) -> frozenset[str]:
    """Locals an instruction may change."""
    if isinstance(instruction, Assign):
        return frozenset({instruction.target.name}) if isinstance(instruction.target, Local) else frozenset()
    if isinstance(instruction, Call):
        names = {instruction.target.name} if instruction.target is not None else set[str]()
        for argument in instruction.arguments:
            if isinstance(argument, Unary) and argument.op == "&" and isinstance(argument.operand, Local):
                names.add(argument.operand.name)
        return frozenset(names)
    return frozenset()


def _silent(
    blocks: list[Block],
    start: int,
    meet: int,
    matters: Callable[[Instruction], bool],
    wanted: frozenset[str],
) -> bool:
    """Whether nothing between a branch and the block where its arms meet makes a difference."""
    seen: set[int] = set()
    work = [target for target in successors(blocks[start].terminator) if target != meet]
    while work:
        number = work.pop()
        if number in seen:
            continue
        seen.add(number)
        block = blocks[number]
        if isinstance(block.terminator, (Return, Stop)):
            return False
        for instruction in block.instructions:
            if isinstance(instruction, (Label, Enter, Leave)) and not matters(instruction):
                continue
            if matters(instruction) or _written(instruction) & wanted:
                return False
        work.extend(target for target in successors(block.terminator) if target != meet)
    if start in seen:
        # The branch closes a loop: what stands before it in its own block is repeated as well.
        return not any(matters(i) or _written(i) & wanted for i in blocks[start].instructions)
    return True


def _post_dominators(blocks: list[Block]) -> list[int | None]:
    """The block in which all ways from each block first meet, or None (they meet only on return)."""
    count = len(blocks)
    every = (1 << count) - 1
    after = [successors(block.terminator) for block in blocks]
    through = [every] * count
    # What never ends meets nothing: a branch into it makes all the difference.
    ending = reaching(callers_of(after), (number for number, targets in enumerate(after) if not targets))
    for number in range(count):
        if not after[number] or number not in ending:
            through[number] = 1 << number
    changed = True
    while changed:
        changed = False
        for number in reversed(range(count)):
            if not after[number] or number not in ending:
                continue
            common = every
            for target in after[number]:
                common &= through[target]
            common |= 1 << number
            if common != through[number]:
                through[number] = common
                changed = True
    meets: list[int | None] = []
    for number in range(count):
        others = through[number] & ~(1 << number)
        # The nearest post-dominator is the one that all the other ones post-dominate.
        nearest = next(
            (n for n in range(count) if others >> n & 1 and through[n] & others == others),
            None,
        )
        meets.append(nearest)
    return meets
