"""Build the blocks of one function: open, fill, end, and at last drop, thread, merge and number them.

Input: calls from the lowering in source order. Output: blocks that hold the invariants of the summary.
Blocks that cannot be reached are dropped; empty blocks that only go on are threaded; a block with one
way in is merged into the block it continues. Not modelled: anything of the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.model.summary import Block, Branch, Goto, Instruction, Return, Span, Switch, Terminator


def targets(terminator: Terminator) -> tuple[int, ...]:
    """The blocks a terminator may go on to, in source order."""
    if isinstance(terminator, Goto):
        return (terminator.target,)
    if isinstance(terminator, Branch):
        return (terminator.then, terminator.otherwise)
    if isinstance(terminator, Switch):
        return (*(target for _, target in terminator.cases), terminator.default)
    return ()


def _moved(terminator: Terminator, to: Sequence[int]) -> Terminator:
    if isinstance(terminator, Goto):
        return Goto(to[terminator.target])
    if isinstance(terminator, Branch):
        then, otherwise = to[terminator.then], to[terminator.otherwise]
        return Branch(terminator.condition, then, otherwise, terminator.span, terminator.text)
    if isinstance(terminator, Switch):
        moved = tuple((value, to[target]) for value, target in terminator.cases)
        return replace(terminator, cases=moved, default=to[terminator.default])
    return terminator


class Graph:
    """The growing graph. `emit` and `end` act on the current block."""

    def __init__(self) -> None:
        self._instructions: list[list[Instruction]] = [[]]
        self._ends: list[Terminator | None] = [None]
        self._current = 0

    def new(self) -> int:
        """A fresh block, not yet current."""
        self._instructions.append([])
        self._ends.append(None)
        return len(self._ends) - 1

    def start(self, block: int) -> None:
        """Go on in `block`; the current block, if still open, falls through to it."""
        if self._ends[self._current] is None:
            self._ends[self._current] = Goto(block)
        self._current = block

    def emit(self, instruction: Instruction) -> None:
        self._instructions[self._current].append(instruction)

    def end(self, terminator: Terminator) -> int:
        """End the current block, unless it has ended. What follows stands in a block nothing leads to."""
        ended = self._current
        if self._ends[ended] is None:
            self._ends[ended] = terminator
        self._current = self.new()
        return ended

    def append(self, block: int, instructions: list[Instruction], terminator: Terminator) -> None:
        """Complete a block that was ended provisionally."""
        self._instructions[block].extend(instructions)
        self._ends[block] = terminator

    def finish(self, close: Span) -> tuple[Block, ...]:
        """The final blocks; an open block returns at `close`."""
        ends = [end if end is not None else Return(None, close) for end in self._ends]
        to = self._threaded(ends)
        ways = [tuple([to[target] for target in targets(end)]) for end in ends]
        order = _order(0, ways)
        number = [-1] * len(ends)
        final: list[tuple[list[Instruction], Terminator]] = []
        ways_in = [0] * len(ends)
        for block in order:
            for target in ways[block]:
                ways_in[target] += 1
        gone: set[int] = set()
        for block in order:
            if block in gone:
                continue
            number[block] = len(final)
            instructions = self._instructions[block]
            last = block
            while isinstance(ends[last], Goto):
                (target,) = ways[last]
                if target in (0, block) or ways_in[target] != 1:
                    break
                instructions = instructions + self._instructions[target]
                gone.add(target)
                last = target
            final.append((instructions, ends[last]))
        numbered = [number[target] for target in to]
        return tuple([Block(tuple(parts), _moved(end, numbered)) for parts, end in final])

    def _threaded(self, ends: Sequence[Terminator]) -> list[int]:
        """For each block the one that stands for it: empty blocks that only go on are passed."""
        to = [-1] * len(ends)
        for block in range(len(ends)):
            passed: dict[int, None] = {}
            at = block
            while to[at] < 0 and at not in passed:
                passed[at] = None
                end = ends[at]
                if self._instructions[at] or not isinstance(end, Goto):
                    break
                at = end.target
            last = to[at] if to[at] >= 0 else at
            for one in passed:
                to[one] = last
        return to


def _order(entry: int, ways: Sequence[tuple[int, ...]]) -> list[int]:
    """Blocks that can be reached, in reverse postorder, the first way out first."""
    seen = {entry}
    postorder: list[int] = []
    stack = [(entry, iter(reversed(ways[entry])))]
    while stack:
        block, rest = stack[-1]
        for target in rest:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(reversed(ways[target]))))
                break
        else:
            postorder.append(block)
            stack.pop()
    return postorder[::-1]
