"""Build the blocks of one function: open, fill, end, and at last drop, thread, merge and number them.

Input: calls from the lowering in source order. Output: blocks that hold the invariants of the summary.
Blocks that cannot be reached are dropped; empty blocks that only go on are threaded; a block with one
way in is merged into the block it continues. Not modelled: anything of the language.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from analyzer.model.summary import Block, Branch, Goto, Instruction, Return, Span, Switch, Terminator


@dataclass(slots=True)
class _Draft:
    instructions: list[Instruction] = field(default_factory=list)
    terminator: Terminator | None = None


def targets(terminator: Terminator) -> tuple[int, ...]:
    """The blocks a terminator may go on to, in source order."""
    match terminator:
        case Goto(target):
            return (target,)
        case Branch(then=then, otherwise=otherwise):
            return (then, otherwise)
        case Switch(cases=cases, default=default):
            return (*(target for _, target in cases), default)
        case _:
            return ()


def _moved(terminator: Terminator, to: dict[int, int]) -> Terminator:
    match terminator:
        case Goto(target):
            return Goto(to[target])
        case Branch(then=then, otherwise=otherwise):
            return replace(terminator, then=to[then], otherwise=to[otherwise])
        case Switch(cases=cases, default=default):
            moved = tuple((value, to[target]) for value, target in cases)
            return replace(terminator, cases=moved, default=to[default])
        case _:
            return terminator


class Graph:
    """The growing graph. `emit` and `end` act on the current block."""

    def __init__(self) -> None:
        self._drafts: list[_Draft] = [_Draft()]
        self._current = 0

    def new(self) -> int:
        """A fresh block, not yet current."""
        self._drafts.append(_Draft())
        return len(self._drafts) - 1

    def start(self, block: int) -> None:
        """Go on in `block`; the current block, if still open, falls through to it."""
        self.end(Goto(block))
        self._current = block

    def emit(self, instruction: Instruction) -> None:
        self._drafts[self._current].instructions.append(instruction)

    def end(self, terminator: Terminator) -> int:
        """End the current block, unless it has ended. What follows stands in a block nothing leads to."""
        ended = self._current
        if self._drafts[ended].terminator is None:
            self._drafts[ended].terminator = terminator
        self._current = self.new()
        return ended

    def append(self, block: int, instructions: list[Instruction], terminator: Terminator) -> None:
        """Complete a block that was ended provisionally."""
        self._drafts[block].instructions.extend(instructions)
        self._drafts[block].terminator = terminator

    def finish(self, close: Span) -> tuple[Block, ...]:
        """The final blocks; an open block returns at `close`."""
        for draft in self._drafts:
            if draft.terminator is None:
                draft.terminator = Return(None, close)
        self._thread()
        self._merge()
        order = self._order()
        number = {block: index for index, block in enumerate(order)}
        return tuple(
            Block(tuple(self._drafts[block].instructions), _moved(self._end_of(block), number))
            for block in order
        )

    def _end_of(self, block: int) -> Terminator:
        terminator = self._drafts[block].terminator
        assert terminator is not None
        return terminator

    def _thread(self) -> None:
        to: dict[int, int] = {}
        for block in range(len(self._drafts)):
            passed: dict[int, None] = {}
            at = block
            while at not in to and at not in passed:
                passed[at] = None
                end = self._end_of(at)
                if self._drafts[at].instructions or not isinstance(end, Goto):
                    break
                at = end.target
            last = to.get(at, at)
            to.update(dict.fromkeys(passed, last))
        for draft in self._drafts:
            assert draft.terminator is not None
            draft.terminator = _moved(draft.terminator, to)

    def _merge(self) -> None:
        order = self._order()
        ways_in = dict.fromkeys(order, 0)
        for block in order:
            for target in targets(self._end_of(block)):
                ways_in[target] += 1
        gone: set[int] = set()
        for block in order:
            if block in gone:
                continue
            while isinstance(end := self._end_of(block), Goto):
                target = end.target
                if target in (0, block) or ways_in[target] != 1:
                    break
                self._drafts[block].instructions.extend(self._drafts[target].instructions)
                self._drafts[block].terminator = self._end_of(target)
                gone.add(target)

    def _order(self) -> list[int]:
        """Blocks that can be reached, in reverse postorder, the first way out first."""
        seen = {0}
        postorder: list[int] = []
        stack = [(0, iter(reversed(targets(self._end_of(0)))))]
        while stack:
            block, ways = stack[-1]
            for target in ways:
                if target not in seen:
                    seen.add(target)
                    stack.append((target, iter(reversed(targets(self._end_of(target))))))
                    break
            else:
                postorder.append(block)
                stack.pop()
        return postorder[::-1]
