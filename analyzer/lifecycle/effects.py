"""What steps do to a state besides control: letters, facts, noted values, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from analyzer.lifecycle.evaluate import Evaluator
from analyzer.lifecycle.parts import fields_in
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.runs import Choice, Emission, Option, Record, Undecided
from analyzer.lifecycle.state import Frame, Live, Pause, Task
from analyzer.lifecycle.values import Name, Value, key_of, outcomes, refine, token_of
from analyzer.lifecycle.watched import outcome_of
from analyzer.model.letters import Context
from analyzer.model.profile import LetterKind
from analyzer.model.snapshot import Evidence
from analyzer.model.summary import ControlFlowSummary, Expression, Span
from analyzer.model.unknown import Location
from analyzer.model.witness import StepKind

# Executes one instruction; the answer is the site that the task blocks at, or "".
Step: TypeAlias = Callable[[Live, Task, Frame, list[Emission], Record | None], str]
Decide: TypeAlias = Callable[[Value], bool]
Emit: TypeAlias = Callable[[Live, Task, str, str, list[Emission], Record | None], None]


class Effects:
    """The effects of the steps of one program."""

    def __init__(self, program: Program, values: Evaluator) -> None:
        self._program = program
        self._values = values
        self._tracked = program.profile.tracked
        self._context = tuple(n for n, variable in enumerate(self._tracked) if variable.context)
        self._wanted = [program.watched.values.get(v.name, frozenset[str]()) for v in self._tracked]

    # --- letters ----------------------------------------------------------------------------

    def emission(self, summary: ControlFlowSummary, span: Span, kind: LetterKind) -> Emit:
        """Emits a letter at a place: its name and words are given then."""
        evidence, where = self._program.place(summary.path, span.line)
        spot = (summary.path, span.line)

        def emit(
            live: Live, task: Task, name: str, words: str, emitted: list[Emission], record: Record | None
        ) -> None:
            function = self._shared_function(task)
            emitted.append(
                Emission(name, kind, function, words, where, evidence, self._context_of(live), spot)
            )
            if record is not None:
                record(StepKind.LETTER, where, summary.name, words, evidence)

        return emit

    def _shared_function(self, task: Task) -> str:
        """The innermost function on the stack that all stages have, by its name at the base."""
        for frame in reversed(task.frames):
            canonical = self._program.canonical(frame.function)
            if canonical in self._program.common:
                return canonical
        return self._program.canonical(task.frames[-1].function)

    def _context_of(self, live: Live) -> Context:
        state = tuple([(self._tracked[n].name, self._values.literal(live.tracked[n])) for n in self._context])
        task = live.tasks[live.current]
        locks = tuple(sorted([lock for lock, owner in live.locks.items() if owner == live.current]))
        return Context(state, self._program.canonical(task.name), locks)

    def entered(self, live: Live, function: str, emitted: list[Emission] | None) -> None:
        """A function is entered: what selections ask about that, and from where a scenario is shown."""
        live.entered.add(function)
        canonical = self._program.canonical(function)
        if canonical in self._program.watched.entered:
            live.facts |= {f"enter {canonical}"}
        if emitted is not None and canonical in self._program.watched.marks:
            nowhere, alone = Location("", 0), Context((), "", ())
            emitted.append(
                Emission(
                    canonical, LetterKind.LANDMARK, canonical, "", nowhere, Evidence.TREE, alone, mark=True
                )
            )

    # --- decisions --------------------------------------------------------------------------

    def decider(self, summary: ControlFlowSummary, span: Span, asks: Callable[[], str]) -> Decide:
        """Tells the truth of a condition; raises `Undecided` when both are possible. `asks` words it then."""
        where = self._program.place(summary.path, span.line)[1]
        spot = (summary.path, span.line)
        said: list[str] = []

        def decide(value: Value) -> bool:
            if isinstance(value, int):
                return value != 0
            holds = outcomes(value)
            if len(holds) == 1:
                return next(iter(holds))
            token = token_of(value)
            assert token is not None
            options = tuple(
                [Option(refine(value, truth)[1], "", "yes" if truth else "no") for truth in (True, False)]
            )
            if not said:
                said.append(asks())
            raise Undecided(
                Choice(token.origin, token.occurrence, token, options, summary.name, where, said[0], spot)
            )

        return decide

    # --- tracked state ----------------------------------------------------------------------

    def note_value(self, live: Live, number: int) -> None:
        """A tracked variable was written: a fact, if a selection asks about the value."""
        wanted = self._wanted[number]
        if wanted:
            value = live.tracked[number]
            if isinstance(value, (int, Name)) and str(key_of(value)) in wanted:
                live.facts |= {f"value {self._tracked[number].name} {key_of(value)}"}

    def touches(self, summary: ControlFlowSummary, expression: Expression) -> str:
        """Which read of tracked state an expression makes, as `sites` names it; "" for none."""
        for field in fields_in(expression):
            if self._program.variable_of(summary.name, field) is not None:
                return f"read:{field.name}"
        return ""

    def pause(self, summary: ControlFlowSummary, span: Span, what: str) -> Pause:
        """The switch point at a place."""
        site = self._program.site(summary, span, what)
        self._program.spots[site] = (summary.path, span.line)
        return (site, summary.name)


def on(live: Live, frame: Frame) -> None:
    """One instruction on. What an unfinished instruction had read is forgotten."""
    frame.index += 1
    live.checked = False
    if frame.reads:
        frame.reads = {}


def settle(live: Live, frame: Frame) -> None:
    """Turn results of watched calls whose sign class is known into facts."""
    for key in list(frame.asked):
        text, split, _ = key
        kind = outcome_of(frame.asked[key], split)
        if kind:
            live.facts |= {f"returned {text} {kind}"}
            del frame.asked[key]


def drop_dead(live: Live, frame: Frame, keep: frozenset[str]) -> None:
    """Forget the locals that nothing reads any more."""
    if frame.asked:
        settle(live, frame)
    env = frame.env
    if not env.keys() <= keep:
        for name in [name for name in env if name not in keep]:
            del env[name]
