"""The code of a stage made ready to be executed: a step for each instruction and each terminator.

What does not depend on the state is looked up once, when a function is first met. A step changes the state
it is given; it answers with the site its task blocks at, or "". A branch on an unknown value raises
`Undecided`; taken up again, the step is executed anew and meets the same values (`Frame.reads`).
"""

from __future__ import annotations

from analyzer.lifecycle.actions import Acquire, Release
from analyzer.lifecycle.calls import Calls
from analyzer.lifecycle.effects import Decide, Effects, Step, drop_dead, on, settle
from analyzer.lifecycle.evaluate import Evaluate, Evaluator, read
from analyzer.lifecycle.pointed import behind, pointer_of
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.runs import Emission, Record
from analyzer.lifecycle.state import ANSWER, Frame, Live, Pause, Task
from analyzer.lifecycle.tasks import Scheduler
from analyzer.lifecycle.values import (
    NEGATIVE,
    ZERO,
    Test,
    Unsure,
    Value,
    negate,
    simplify,
)
from analyzer.lifecycle.watched import outcome_of
from analyzer.model.profile import LetterKind
from analyzer.model.summary import (
    Assign,
    Branch,
    Call,
    ControlFlowSummary,
    Enter,
    Expression,
    Field,
    Goto,
    Instruction,
    Label,
    Leave,
    Local,
    Problem,
    Return,
    Span,
    Stop,
    Switch,
    Symbol,
    Terminator,
    Unary,
)
from analyzer.model.witness import StepKind


class Steps(dict[str, list[list[Step]]]):
    """The steps of each function of a program, by block; a function is made ready when first asked for."""

    def __init__(self, program: Program, values: Evaluator, tasks: Scheduler) -> None:
        super().__init__()
        self.program = program
        self.profile = program.profile
        self.expressions = values
        self.effects = Effects(program, values)
        self.calls = Calls(program, values, tasks, self.effects)
        self._interferences = len(self.profile.interference)

    def __missing__(self, function: str) -> list[list[Step]]:
        summary = self.program.code(function)
        found = self[function] = [
            [
                *(self._instruction(summary, one, number, at) for at, one in enumerate(block.instructions)),
                self._terminator(summary, block.terminator),
            ]
            for number, block in enumerate(summary.blocks)
        ]
        return found

    # --- instructions -----------------------------------------------------------------------

    def _instruction(
        self, summary: ControlFlowSummary, instruction: Instruction, block: int, at: int
    ) -> Step:
        if isinstance(instruction, Call):
            keep = self.program.live(summary.name, block, at + 1)
            step = self.calls.ready(summary, instruction, keep)
            return self._interruptible(step, self.calls.access(summary, instruction))
        if isinstance(instruction, Assign):
            touched = self.effects.touches(summary, instruction.value) or self.effects.touches(
                summary, instruction.target
            )
            pause = self.effects.pause(summary, instruction.span, touched) if touched else None
            return self._interruptible(self._assign(summary, instruction), pause)
        if isinstance(instruction, Label):
            return self._label(summary, instruction)
        if isinstance(instruction, (Enter, Leave)):
            return self._guard(summary, instruction)
        return self._problem(summary, instruction)

    def _interruptible(self, step: Step, pause: Pause | None) -> Step:
        """Before an unlocked access to tracked state another thread may come in between."""
        if pause is None or not self._interferences:
            return step
        most = self._interferences

        def interrupted(
            live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None
        ) -> str:
            if not live.checked and len(live.fired) < most:
                live.checked = True
                live.pause = pause
                return ""
            return step(live, task, frame, emitted, record)

        return interrupted

    def _assign(self, summary: ControlFlowSummary, assign: Assign) -> Step:
        value = self.expressions.ready(summary, assign.span, assign.value)
        target = assign.target
        note = self.effects.note_value
        number = None
        pointer: Evaluate | None = None
        name = target.name if isinstance(target, Local) else ""
        if isinstance(target, (Field, Symbol)):
            number = self.program.variable_of(summary.name, target)
        elif isinstance(target, Unary) and target.op == "*":
            pointer = self.expressions.ready(summary, assign.span, target.operand)
        held = behind(pointer_of(target))

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            found = value(live, frame)
            if name:
                frame.env[name] = found
            elif pointer is not None and (held in frame.env or any(held == own for own, _ in frame.outs)):
                frame.env[held] = found
            else:
                where = number
                if pointer is not None:
                    where = self.expressions.pointee(pointer(live, frame))
                if where is not None:
                    live.tracked[where] = found
                    note(live, where)
            on(live, frame)
            return ""

        return step

    def _label(self, summary: ControlFlowSummary, label: Label) -> Step:
        mark = self.program.labels.get(f"{self.program.canonical(summary.name)}:{label.name}")
        evidence, where = self.program.place(summary.path, label.span.line)
        emit = None
        if mark is not None:
            emit = self.effects.emission(summary, label.span, LetterKind.LANDMARK)

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            if record is not None:
                record(StepKind.ENTER, where, summary.name, f"{label.name}:", evidence)
            if emit is not None and mark is not None:
                emit(live, task, mark.name, mark.words, emitted, record)
            on(live, frame)
            return ""

        return step

    def _guard(self, summary: ControlFlowSummary, guard: Enter | Leave) -> Step:
        action = self.program.action(summary.path, guard.macro)
        lock = action.lock if isinstance(action, (Acquire, Release)) else ""
        takes = isinstance(guard, Enter)
        site = self.program.site(summary, guard.span, guard.macro)

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            if lock and takes:
                if live.locks.get(lock, live.current) != live.current:
                    return site
                live.locks[lock] = live.current
            elif lock:
                live.locks.pop(lock, None)
            on(live, frame)
            return ""

        return step

    def _problem(self, summary: ControlFlowSummary, problem: Problem) -> Step:
        where = self.program.place(summary.path, problem.span.line)[1]
        fact = frozenset({f"problem {where} in {summary.name}()"})

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            live.facts |= fact
            on(live, frame)
            return ""

        return step

    # --- terminators ------------------------------------------------------------------------

    def _terminator(self, summary: ControlFlowSummary, end: Terminator) -> Step:
        if isinstance(end, Goto):
            return self._goto(summary, end)
        if isinstance(end, Branch):
            return self._reading(summary, end.span, end.condition, self._branch(summary, end))
        if isinstance(end, Switch):
            return self._reading(summary, end.span, end.subject, self._switch(summary, end))
        if isinstance(end, Return):
            step = self._return(summary, end)
            return step if end.value is None else self._reading(summary, end.span, end.value, step)
        assert isinstance(end, Stop)
        return _stop

    def _reading(self, summary: ControlFlowSummary, span: Span, expression: Expression, step: Step) -> Step:
        """A step that reads an expression, of tracked state perhaps."""
        touched = self.effects.touches(summary, expression)
        return self._interruptible(step, self.effects.pause(summary, span, touched) if touched else None)

    def _entry(self, summary: ControlFlowSummary, block: int) -> frozenset[str]:
        return self.program.live(summary.name, block, 0)

    def _goto(self, summary: ControlFlowSummary, end: Goto) -> Step:
        target = end.target
        keep = self._entry(summary, target)

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            frame.block = target
            frame.index = 0
            live.checked = False
            drop_dead(live, frame, keep)
            return ""

        return step

    def _branch(self, summary: ControlFlowSummary, end: Branch) -> Step:
        condition = self.expressions.ready(summary, end.span, end.condition)

        def asks() -> str:
            return self.program.asks(summary.name, end.condition)

        decide = self.effects.decider(summary, end.span, asks)
        ways = {True: (end.then, self._entry(summary, end.then))}
        ways[False] = (end.otherwise, self._entry(summary, end.otherwise))

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            truth = decide(condition(live, frame))
            if record is not None:
                evidence, where = self.program.place(summary.path, end.span.line)
                words = f"{asks()}: {'yes' if truth else 'no'}"
                record(StepKind.BRANCH, where, summary.name, words, evidence)
            frame.block, keep = ways[truth]
            frame.index = 0
            live.checked = False
            if frame.reads:
                frame.reads = {}
            drop_dead(live, frame, keep)
            return ""

        return step

    def _switch(self, summary: ControlFlowSummary, end: Switch) -> Step:
        subject = self.expressions.ready(summary, end.span, end.subject)
        site = self.program.site(summary, end.span, "switch")
        cases: list[tuple[Evaluate, int]] = [
            (self.expressions.ready(summary, end.span, label), target) for label, target in end.cases
        ]
        keeps = {target: self._entry(summary, target) for _, target in end.cases}
        keeps[end.default] = self._entry(summary, end.default)
        deciders: dict[str, Decide] = {}

        def chosen(value: Value, live: Live, frame: Frame) -> int:
            for label, target in cases:
                wanted = label(live, frame)
                literal = self.expressions.literal(wanted)
                holds = self.expressions.compare("==", value, wanted)
                if holds is None:
                    holds = read(live, frame, ("case", site, literal))
                decide = deciders.get(literal)
                if decide is None:
                    decide = deciders[literal] = self._is(summary, end, literal)
                if decide(holds):
                    return target
            return end.default

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            value = subject(live, frame)
            target = chosen(value, live, frame)
            if record is not None:
                evidence, where = self.program.place(summary.path, end.span.line)
                words = f"{end.text} is {self.expressions.literal(value)}"
                record(StepKind.BRANCH, where, summary.name, words, evidence)
            frame.block = target
            frame.index = 0
            live.checked = False
            if frame.reads:
                frame.reads = {}
            drop_dead(live, frame, keeps[target])
            return ""

        return step

    def _is(self, summary: ControlFlowSummary, end: Switch, literal: str) -> Decide:
        return self.effects.decider(summary, end.span, lambda: f"{end.text} is {literal}")

    def _return(self, summary: ControlFlowSummary, end: Return) -> Step:
        canonical = self.program.canonical(summary.name)
        given = None if end.value is None else self.expressions.ready(summary, end.span, end.value)
        watches = tuple(
            (text, split)
            for text, arguments, split in self.program.watched.returned.get(canonical, ())
            if arguments is None
        )

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            value: Value = 0
            if given is not None:
                value = given(live, frame)
                for text, split in (*watches, *frame.expects):
                    kind = outcome_of(value, split)
                    if not kind:
                        kind = self._decide_outcome(value, split, summary, end.span)
                    live.facts |= {f"returned {text} {kind}"}
            settle(live, frame)
            task.frames.pop()
            for lock in frame.releases:
                live.locks.pop(lock, None)
            live.checked = False
            if task.frames:
                caller = task.frames[-1]
                caller.frozen = None
                if frame.asked:
                    caller.asked.update(frame.asked)
                for own, name in frame.outs:
                    if own in frame.env:
                        caller.env[name] = frame.env[own]
                if frame.target is not None:
                    if frame.target.startswith(ANSWER):
                        caller.reads[ANSWER, frame.target] = value
                    else:
                        caller.env[frame.target] = value
                drop_dead(live, caller, self.program.live(caller.function, caller.block, caller.index))
            return ""

        return step

    def _decide_outcome(self, value: Value, split: int, summary: ControlFlowSummary, span: Span) -> str:
        """The class of a watched result that may still be either (`watched.outcome_of`)."""
        words = "a negative value" if split else "zero"
        # The truth of a comparison is never negative, so only its being zero can be open.
        bit = NEGATIVE if split else ZERO
        test = simplify(Test(value, bit, None)) if isinstance(value, Unsure) else negate(value)
        truth = self.effects.decider(summary, span, lambda: f"{summary.name}() returns {words}")(test)
        if split:
            return "negative" if truth else "not-negative"
        return "zero" if truth else "nonzero"


def _stop(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
    task.frames.clear()
    live.facts |= {"stopped"}
    return ""
