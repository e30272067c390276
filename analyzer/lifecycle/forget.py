"""What of a state can make no difference any more: the fewer it holds, the more states are equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from analyzer.lifecycle.ahead import LookAhead
from analyzer.lifecycle.effects import drop_dead
from analyzer.lifecycle.evaluate import Evaluator
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.returning import Point, Returning
from analyzer.lifecycle.select import Exclusions, Selections, may_become
from analyzer.lifecycle.state import Live
from analyzer.lifecycle.tasks import Scheduler
from analyzer.lifecycle.values import Token, Unsure, Value, token_of

Stacks: TypeAlias = tuple[tuple[Point, ...], ...]
# Stacks that are under way or deferred, interference that came, watched calls that wait for a decision.
Ahead: TypeAlias = tuple[Stacks, frozenset[int], tuple[str, ...]]


class Forgetting:
    """Reduces states of one program."""

    def __init__(
        self,
        program: Program,
        selections: Selections,
        exclusions: Exclusions,
        tasks: Scheduler,
        values: Evaluator,
    ) -> None:
        self._program = program
        self._profile = program.profile
        self._selections = selections
        self._exclusions = exclusions
        self._tasks = tasks
        self._look = LookAhead(program)
        self._returning = Returning(program, self._look, values)
        self._index = {variable.name: i for i, variable in enumerate(self._profile.tracked)}
        kept = {number for number, variable in enumerate(self._profile.tracked) if variable.context}
        kept |= {self._index[name] for spec in self._profile.interference for name in spec.when}
        self._kept = frozenset(kept)
        self._unknown = tuple(Unsure(Token(("tracked", v.name), 0)) for v in self._profile.tracked)
        self._forgotten: dict[object, tuple[frozenset[str], tuple[Value, ...]]] = {}
        self._memo: dict[object, tuple[frozenset[str], frozenset[int], frozenset[int]]] = {}

    def ahead(self, function: str) -> Sequence[Sequence[frozenset[str]]]:
        """What may follow from each point of a function."""
        return self._look.rows(function)

    def follows(self, stack: tuple[Point, ...]) -> frozenset[str]:
        """What may still happen from a whole stack on, its outermost frame first."""
        return self._returning.follow(stack).happens

    def forget(self, live: Live) -> None:
        """Drop the locals, facts and tracked values that can make no difference any more."""
        stacks = []
        for task in live.tasks:
            stack = tuple([(f.function, f.block, f.index, f.target) for f in task.frames])
            for frame, kept in zip(task.frames, self._returning.follow(stack).live, strict=True):
                if kept is not None and not frame.env.keys() <= kept:
                    drop_dead(live, frame, kept)
                    frame.frozen = None
            stacks.append(stack)
        stacks += [((queued.function, 0, 0, None),) for queued in live.queue]
        copied = live.local_tokens()
        learnable = tuple([n for n, value in enumerate(live.tracked) if token_of(value) in copied])
        # A watched call that is over, but whose outcome nothing has decided yet.
        pending: list[str] = [
            text
            for task in live.tasks
            for frame in task.frames
            if frame.asked or frame.expects
            for text in (*(asked[0] for asked in frame.asked), *(one[0] for one in frame.expects))
        ]
        ahead = (tuple(stacks), live.fired, tuple(pending))
        key = (ahead, live.facts, tuple(live.tracked), learnable)
        known = self._forgotten.get(key)
        if known is None:
            known = self._forgotten[key] = self._forget(live, ahead, frozenset(learnable))
        live.facts = known[0]
        live.tracked = list(known[1])

    def _forget(
        self, live: Live, ahead: Ahead, learnable: frozenset[int]
    ) -> tuple[frozenset[str], tuple[Value, ...]]:
        """The facts and tracked values that are left."""
        happens, readable, writable = self._look_ahead(live, ahead)
        facts = self._selections.reduce(live.facts, happens, live.tracked)
        # What can neither be written nor be learnt any more has been judged by `reduce`; a copy that
        # still stands in a local may teach more of it.
        asked = self._selections.asked(facts) & (writable | learnable)
        excluding = self._exclusions.needed(live.tracked, readable | learnable)
        needed = self._kept | readable | asked | excluding
        return facts, tuple(
            [
                value if number in needed else self._unknown[number]
                for number, value in enumerate(live.tracked)
            ]
        )

    def _look_ahead(self, live: Live, ahead: Ahead) -> tuple[frozenset[str], frozenset[int], frozenset[int]]:
        """What may still happen from here on; which tracked variables may still be read, and written."""
        stacks, fired, pending = ahead
        key = (frozenset(stacks), fired, tuple([live.tracked[n] for n in self._kept]), pending)
        known = self._memo.get(key)
        if known is None:
            happens = frozenset(f"returned {text}" for text in pending).union(
                *(self._returning.follow(stack).happens for stack in stacks)
            )
            if any(task.frames for task in live.tasks):
                happens = self._with_interference(live, happens)
            readable = frozenset(int(text[5:]) for text in happens if text.startswith("read "))
            writable = frozenset(int(text.split()[1]) for text in happens if text.startswith("write "))
            known = self._memo[key] = (happens, readable, writable)
        return known

    def _with_interference(self, live: Live, happens: frozenset[str]) -> frozenset[str]:
        """`happens` and what the interference that may still come brings."""
        left = set(range(len(self._profile.interference))) - live.fired
        grown = True
        while grown:
            grown = False
            for number in sorted(left):
                spec = self._profile.interference[number]
                name = self._program.by_canonical.get(spec.function)
                if name is not None and all(
                    self._tasks.may_be(live, variable, values)
                    or may_become(self._index[variable], values, happens, self._profile.constants)
                    for variable, values in spec.when.items()
                ):
                    left.discard(number)
                    happens |= {f"enter {spec.function}"}
                    if name in self._program.relevant:
                        happens |= self._look.after(name, 0)
                    grown = True
        return happens
