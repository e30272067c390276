"""Calls made ready to be executed, by what they mean to the engine (`actions`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from analyzer.lifecycle.actions import (
    LOOKS,
    Acquire,
    Action,
    Assume,
    Defer,
    Depart,
    Give,
    Inline,
    Join,
    Notify,
    Pass,
    Read,
    Release,
    Start,
    Wait,
    Write,
)
from analyzer.lifecycle.effects import Effects, Step, drop_dead, on, settle
from analyzer.lifecycle.evaluate import Evaluator, fresh, read
from analyzer.lifecycle.notice import UNKNOWN, Notices, Question
from analyzer.lifecycle.parts import callee_name
from analyzer.lifecycle.pointed import behind
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.runs import Emission, Record, Refuted
from analyzer.lifecycle.state import Frame, Live, Pause, Queued, Task
from analyzer.lifecycle.tasks import Scheduler
from analyzer.lifecycle.values import Name, Origin, Test, Unsure, Value, outcomes, refine
from analyzer.model.profile import LetterKind
from analyzer.model.summary import Call, ControlFlowSummary, Expression, Field, Local, Unary
from analyzer.model.witness import StepKind

# What a call does and returns; the state, its task and frame, letters and the record go in.
Effect: TypeAlias = Callable[[Live, Task, Frame, list[Emission], Record | None], Value]

NOTICED = ("noticed",)  # under what an unfinished call keeps the result that its notice gave


class Calls:
    """Makes the calls of one program ready."""

    def __init__(self, program: Program, values: Evaluator, tasks: Scheduler, effects: Effects) -> None:
        self.program = program
        self.profile = program.profile
        self.values = values
        self.tasks = tasks
        self.effects = effects
        self.notices = Notices(program, values, effects)

    def access(self, summary: ControlFlowSummary, call: Call) -> Pause | None:
        """The switch point before a call that reads or writes tracked state."""
        action = self.program.action(summary.path, callee_name(call))
        touched = "access" if isinstance(action, Write) else ""
        if isinstance(action, Notify) and self.program.looks(action, call):
            touched = LOOKS
        for argument in call.arguments:
            touched = touched or self.effects.touches(summary, argument)
        return self.effects.pause(summary, call.span, touched) if touched else None

    def ready(self, summary: ControlFlowSummary, call: Call, keep: frozenset[str]) -> Step:
        """The step of a call; `keep` are the locals that are read after it."""
        if not isinstance(call.callee, Local):
            pointees = self.program.pointees(call)
            if pointees:
                return self._pointed(summary, call, pointees, keep)
            return self._named(summary, call, callee_name(call), keep)
        # Through a pointer that a local holds: which function that is shows when it is executed.
        pointer = call.callee.name
        by_name: dict[str, Step] = {}

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            value = frame.env.get(pointer)
            name = value.name if isinstance(value, Name) else ""
            if not name:
                self.program.assumptions.add(
                    f"a call through a pointer is taken to change nothing tracked: {call.text}"
                )
            found = by_name.get(name)
            if found is None:
                found = by_name[name] = self._named(summary, call, name, keep)
            return found(live, task, frame, emitted, record)

        return step

    def _pointed(
        self, summary: ControlFlowSummary, call: Call, pointees: tuple[str, ...], keep: frozenset[str]
    ) -> Step:
        """A call through a field: which of the functions that the field may hold it is, is not known."""
        origin = ("pointer", self.program.site(summary, call.span, self.program.canonical(callee_name(call))))
        ways = [
            (
                Name(self.program.canonical(name)),
                self.effects.decider(summary, call.span, _asks_whether(call, name)),
                self._inline(summary, call, name, name, keep),
            )
            for name in pointees
        ]
        other = self._named(summary, call, "", keep)

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            target = read(live, frame, origin)
            for name, decide, way in ways:
                holds = self.values.compare("==", target, name)
                if holds is None:
                    holds = int(target == name)
                if decide(holds):
                    return way(live, task, frame, emitted, record)
            return other(live, task, frame, emitted, record)

        return step

    def _named(self, summary: ControlFlowSummary, call: Call, name: str, keep: frozenset[str]) -> Step:
        action = self.program.action(summary.path, name)
        canonical = self.program.canonical(name)
        site = self.program.site(summary, call.span, canonical)
        if isinstance(action, Assume):
            return self._assert(summary, call, action.truth)
        if isinstance(action, Inline):
            return self._inline(summary, call, name, action.function, keep)
        step = self._plain(
            summary, call, canonical, site, self._effect(summary, call, action, canonical, site)
        )
        if isinstance(action, Acquire):
            return self._acquire(summary, call, action.lock, canonical, site, step)
        if isinstance(action, Join):
            return self._join(summary, call, site, step)
        if isinstance(action, Wait) and self.tasks.awaited(summary.name, call) is not None:
            return self._await(summary, call, site, step)
        if isinstance(action, Notify):
            return self._notify(summary, call, action, site, step)
        if isinstance(action, Depart):
            return self._depart(summary, call, site, step)
        return step

    # --- by action --------------------------------------------------------------------------

    def _effect(
        self, summary: ControlFlowSummary, call: Call, action: Action, canonical: str, site: str
    ) -> Effect | None:
        """What a call that is not executed itself does; None when it only returns something unknown."""
        if isinstance(action, Notify):
            return self._noticed(call, site)
        if isinstance(action, Give) and action.argument < len(call.arguments):
            given = self.values.ready(summary, call.span, _at(call.arguments[action.argument]))
            return lambda live, task, frame, emitted, record: given(live, frame)
        if isinstance(action, Pass):
            return self._pass(summary, call, action, site)
        if isinstance(action, Read):
            number = action.variable
            return lambda live, task, frame, emitted, record: live.tracked[number]
        if isinstance(action, Write):
            return self._write(summary, call, action, site)
        if isinstance(action, Defer):
            return self._defer(summary, call, action, site)
        if isinstance(action, Start):
            return self._start(summary, call, action, site)
        if isinstance(action, Release):
            return self._release(summary, call, action.lock, canonical, site)
        if isinstance(action, Wait):
            return self._wait(summary, call, canonical, site)
        return None

    def _plain(
        self, summary: ControlFlowSummary, call: Call, canonical: str, site: str, effect: Effect | None
    ) -> Step:
        """A call that is over at once."""
        fact = frozenset({f"enter {canonical}"}) if canonical in self.program.watched.entered else None
        result = self.values.result(call, site)
        outs = [
            (argument.operand.name, ("out", site, str(number)))
            for number, argument in enumerate(call.arguments)
            if isinstance(argument, Unary) and argument.op == "&" and isinstance(argument.operand, Local)
        ]
        through = self.program.pointed.of(self.program.functions[summary.name])
        outs += [
            (behind(argument.name), ("out", site, str(number)))
            for number, argument in enumerate(call.arguments)
            if isinstance(argument, Local) and argument.name in through
        ]
        target = call.target.name if call.target is not None else ""
        ask = self._asking(summary, call, canonical) if target else None

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            if fact is not None:
                live.facts |= fact
            value = result(live, frame) if effect is None else effect(live, task, frame, emitted, record)
            for name, origin in outs:
                frame.env[name] = fresh(live, origin)
            if target:
                frame.env[target] = value
                if ask is not None:
                    ask(live, frame, value)
            on(live, frame)
            return ""

        return step

    def _asking(
        self, summary: ControlFlowSummary, call: Call, canonical: str
    ) -> Callable[[Live, Frame, Value], None] | None:
        """Notes how a watched, unmodelled call returned; not yet known, it is decided later."""
        watches = self.program.watched.returned.get(canonical)
        if not watches:
            return None
        matching = self._matching(summary, call, canonical)
        line = call.span.line

        def ask(live: Live, frame: Frame, value: Value) -> None:
            # The call itself is over: a pending outcome is decided as soon as control asks for it.
            for text, split in matching(live, frame):
                frame.asked[text, split, line] = value
            settle(live, frame)

        return ask

    def _matching(
        self, summary: ControlFlowSummary, call: Call, canonical: str
    ) -> Callable[[Live, Frame], list[tuple[str, int]]]:
        """The watches on a call that its arguments fit."""
        watches = self.program.watched.returned.get(canonical, ())
        arguments = [self.values.ready(summary, call.span, argument) for argument in call.arguments]
        spelled = [
            (text, None if wanted is None else tuple(map(self.values.spelled, wanted)), split)
            for text, wanted, split in watches
        ]

        def matching(live: Live, frame: Frame) -> list[tuple[str, int]]:
            given = tuple([self.values.literal(argument(live, frame)) for argument in arguments])
            return [
                (text, split) for text, wanted, split in spelled if wanted is None or _in_order(wanted, given)
            ]

        return matching

    def _inline(
        self, summary: ControlFlowSummary, call: Call, name: str, function: str, keep: frozenset[str]
    ) -> Step:
        """A call of a function that is executed."""
        arguments = [self.values.ready(summary, call.span, argument) for argument in call.arguments]
        parameters = [parameter.name for parameter in self.program.functions[function].parameters]
        outs, lost = self._pointers(summary, call, function)
        target = call.target.name if call.target is not None else None
        evidence, where = self.program.place(summary.path, call.span.line)
        canonical = self.program.canonical(function)
        matching = None
        if any(wanted is not None for _, wanted, _ in self.program.watched.returned.get(canonical, ())):
            matching = self._matching(summary, call, canonical)
        everywhere = {
            text
            for text, wanted, _ in self.program.watched.returned.get(canonical, ())
            if wanted is None
        }  # fmt: skip

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            given = [argument(live, frame) for argument in arguments]
            expects: tuple[tuple[str, int], ...] = ()
            if matching is not None:
                expects = tuple(w for w in matching(live, frame) if w[0] not in everywhere)
            env = dict(zip(parameters, given, strict=False))
            for own, local in outs:
                if local in frame.env:
                    env[own] = frame.env[local]
            for local, origin in lost:
                frame.env[local] = fresh(live, origin)
            on(live, frame)
            drop_dead(live, frame, keep)
            task.frames.append(Frame(function, env=env, target=target, expects=expects, outs=outs))
            self.effects.entered(live, function, emitted)
            if record is not None:
                record(StepKind.ENTER, where, summary.name, f"{name}() is called", evidence)
            return ""

        return step

    def _pointers(
        self, summary: ControlFlowSummary, call: Call, function: str
    ) -> tuple[tuple[tuple[str, str], ...], list[tuple[str, Origin]]]:
        """The callee's locals that stand for the caller's it gets the address of, with the caller's names;
        and the caller's locals of which nothing is known afterwards."""
        own = self.program.pointed.of(self.program.functions[summary.name])
        called = self.program.functions[function]
        through = self.program.pointed.of(called)
        site = self.program.site(summary, call.span, self.program.canonical(function))
        outs: list[tuple[str, str]] = []
        lost: list[tuple[str, Origin]] = []
        for number, argument in enumerate(call.arguments):
            name = ""
            if isinstance(argument, Unary) and argument.op == "&" and isinstance(argument.operand, Local):
                name = argument.operand.name
            elif isinstance(argument, Local) and argument.name in own:
                name = behind(argument.name)
            if not name:
                continue
            parameter = called.parameters[number].name if number < len(called.parameters) else ""
            if parameter in through:
                outs.append((behind(parameter), name))
            else:
                lost.append((name, ("out", site, str(number))))
        return tuple(outs), lost

    def _assert(self, summary: ControlFlowSummary, call: Call, truth: bool) -> Step:
        """An assertion holds: what it says of an unknown value is learnt; where it cannot, no run goes on."""
        where = self.program.place(summary.path, call.span.line)[1]
        asserted = self.values.ready(summary, call.span, call.arguments[0]) if call.arguments else None

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            if asserted is not None:
                value = asserted(live, frame)
                self.program.assumptions.add(f"asserted to hold: {call.text} at {where}")
                possible = outcomes(value)
                if truth not in possible:
                    raise Refuted
                if isinstance(value, (Unsure, Test)) and len(possible) == 2:
                    live.learn(*refine(value, truth))
            on(live, frame)
            return ""

        return step

    def _acquire(
        self, summary: ControlFlowSummary, call: Call, lock: str, canonical: str, site: str, taken: Step
    ) -> Step:
        pause = self.effects.pause(summary, call.span, canonical)

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            if live.locks.get(lock, live.current) != live.current:
                return site
            if not live.checked and lock not in live.locks:
                # Whoever else waits for the lock may get it first.
                live.checked = True
                live.pause = pause
                return ""
            live.locks[lock] = live.current
            return taken(live, task, frame, emitted, record)

        return step

    def _join(self, summary: ControlFlowSummary, call: Call, site: str, over: Step) -> Step:
        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            if self.tasks.joining(live, summary.name, call):
                return site
            return over(live, task, frame, emitted, record)

        return step

    def _depart(self, summary: ControlFlowSummary, call: Call, site: str, back: Step) -> Step:
        decide = self.effects.decider(summary, call.span, lambda: f"{call.text} does not return")
        origin: Origin = ("leaves", site)
        canonical = self.program.canonical(callee_name(call))
        fact = frozenset({f"enter {canonical}"} & {f"enter {name}" for name in self.program.watched.entered})

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            if not decide(read(live, frame, origin)):
                return back(live, task, frame, emitted, record)
            live.facts |= fact
            for one in live.tasks:
                one.frames.clear()
            live.queue.clear()
            return ""

        return step

    def _await(self, summary: ControlFlowSummary, call: Call, site: str, over: Step) -> Step:
        """A wait on a tracked variable, until it is not zero."""

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            if self.tasks.awaiting(live, summary.name, call):
                return site
            return over(live, task, frame, emitted, record)

        return step

    def _release(
        self, summary: ControlFlowSummary, call: Call, lock: str, canonical: str, site: str
    ) -> Effect:
        pause = self.effects.pause(summary, call.span, canonical)
        result = self.values.result(call, site)

        def effect(
            live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None
        ) -> Value:
            live.locks.pop(lock, None)
            live.pause = pause
            return result(live, frame)

        return effect

    def _wait(self, summary: ControlFlowSummary, call: Call, canonical: str, site: str) -> Effect:
        pause = self.effects.pause(summary, call.span, canonical)
        result = self.values.result(call, site)

        def effect(
            live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None
        ) -> Value:
            live.pause = pause
            return result(live, frame)

        return effect

    def _notify(self, summary: ControlFlowSummary, call: Call, action: Notify, site: str, over: Step) -> Step:
        emit = self.effects.emission(summary, call.span, LetterKind.EVENT)
        where = self.program.place(summary.path, call.span.line)[1]
        problem = frozenset({f"problem {where} in {summary.name}(): which event is notified is unknown"})

        def step(live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None) -> str:
            notice = self.notices.read(live, frame, summary, call, action, site)
            if isinstance(notice, Question):
                asked = self.activation(notice.function, list(notice.arguments))
                asked.target = notice.target
                task.frames.append(asked)
                self.effects.entered(live, notice.function, emitted)
                return ""
            handlers: tuple[str, ...] = ()
            if notice is not None:
                for name, words in notice.letters:
                    if name == UNKNOWN:
                        live.facts |= problem
                    emit(live, task, name, words, emitted, record)
                frame.reads[NOTICED] = notice.result
                handlers = notice.handlers
            over(live, task, frame, emitted, record)
            for function in reversed(handlers):
                task.frames.append(self.activation(function, []))
                self.effects.entered(live, function, None)
            return ""

        return step

    def _noticed(self, call: Call, site: str) -> Effect:
        """What a notifying call returns: as its notice said, else something unknown."""
        result = self.values.result(call, site)

        def effect(
            live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None
        ) -> Value:
            said = frame.reads.get(NOTICED)
            return result(live, frame) if said is None else said

        return effect

    def _pass(self, summary: ControlFlowSummary, call: Call, action: Pass, site: str) -> Effect:
        mark = action.landmark
        emit = self.effects.emission(summary, call.span, LetterKind.LANDMARK)
        result = self.values.result(call, site)

        def effect(
            live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None
        ) -> Value:
            emit(live, task, mark.name, mark.words, emitted, record)
            return result(live, frame)

        return effect

    def _write(self, summary: ControlFlowSummary, call: Call, action: Write, site: str) -> Effect:
        writer = action.writer
        constant = self.values.constant(writer.constant) if writer.constant else None
        arguments = [self.values.ready(summary, call.span, argument) for argument in call.arguments]
        result = self.values.result(call, site)
        where = self.program.place(summary.path, call.span.line)[1]
        problem = frozenset({f"problem {where} in {summary.name}(): whether the write happens is unknown"})
        decide = self.effects.decider(summary, call.span, lambda: f"{call.text} takes effect")

        def written(live: Live, frame: Frame) -> None:
            number = action.variable
            if number is None:
                if writer.target >= len(arguments):
                    return
                number = self.values.pointee(arguments[writer.target](live, frame))
                if number is None:
                    return
            value: Value
            if constant is not None:
                value = constant
            elif writer.value < 0:
                value = read(live, frame, ("written", site))
            else:
                value = arguments[writer.value](live, frame)
            if writer.expect >= 0:
                expected = arguments[writer.expect](live, frame)
                holds = self.values.compare("==", live.tracked[number], expected)
                if holds is None:
                    live.facts |= problem
                elif not decide(holds):
                    return
            live.tracked[number] = value
            self.effects.note_value(live, number)

        def effect(
            live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None
        ) -> Value:
            written(live, frame)
            return result(live, frame)

        return effect

    def _defer(self, summary: ControlFlowSummary, call: Call, action: Defer, site: str) -> Effect:
        spec = action.deferral
        # It runs in a task that is there anyway, so what it writes to tracked state comes about as well.
        acting = self.program.telling | self.program.acting
        later = self._called_later(summary, call, spec.function, spec.argument, acting)
        result = self.values.result(call, site)
        evidence, where = self.program.place(summary.path, call.span.line)

        def effect(
            live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None
        ) -> Value:
            what = later(live, frame)
            if what is not None:
                function, arguments = what
                live.queue.append(Queued(function, arguments[0] if arguments else 0, spec.holds))
                if record is not None:
                    record(StepKind.DEFER, where, summary.name, f"{function}() is deferred", evidence)
            return result(live, frame)

        return effect

    def _start(self, summary: ControlFlowSummary, call: Call, action: Start, site: str) -> Effect:
        spec = action.thread
        later = self._called_later(summary, call, spec.function, spec.argument, self.program.telling)
        result = self.values.result(call, site)
        evidence, where = self.program.place(summary.path, call.span.line)
        thread = self.tasks.thread_of(summary.name, call)

        def effect(
            live: Live, task: Task, frame: Frame, emitted: list[Emission], record: Record | None
        ) -> Value:
            what = later(live, frame)
            if what is not None:
                function, arguments = what
                live.tasks.append(Task(function, thread, [self.activation(function, arguments)]))
                self.effects.entered(live, function, None)
                if record is not None:
                    record(StepKind.TASK, where, summary.name, f"thread {function}() is started", evidence)
            return result(live, frame)

        return effect

    def activation(self, function: str, arguments: list[Value]) -> Frame:
        """A frame in which `function` begins."""
        parameters = self.program.functions[function].parameters
        given = zip(parameters, arguments, strict=False)
        return Frame(function, env={parameter.name: value for parameter, value in given})

    def _called_later(
        self, summary: ControlFlowSummary, call: Call, function: int, argument: int, followed: frozenset[str]
    ) -> Callable[[Live, Frame], tuple[str, list[Value]] | None]:
        """The modelled function that argument number `function` names, and what it gets.

        None when it is not one of `followed`, or cannot be told (then that is assumed).
        """
        if function >= len(call.arguments):
            return lambda live, frame: None
        named = self.values.ready(summary, call.span, call.arguments[function])
        given = call.arguments[argument : argument + 1] if argument >= 0 else ()
        arguments = [self.values.ready(summary, call.span, one) for one in given]
        where = self.program.place(summary.path, call.span.line)[1]

        def later(live: Live, frame: Frame) -> tuple[str, list[Value]] | None:
            value = named(live, frame)
            if not isinstance(value, Name) or value.name not in self.program.functions:
                self.program.assumptions.add(f"what {call.text} at {where} runs is taken to notify nothing")
                return None
            if value.name not in followed:
                if value.name in self.program.relevant:
                    self.program.assumptions.add(
                        f"{value.name}(), which {call.text} at {where} starts, notifies nothing itself: what"
                        " it writes to tracked state is heeded only where the profile lets it come in"
                    )
                return None
            return value.name, [one(live, frame) for one in arguments]

        return later


def _asks_whether(call: Call, name: str) -> Callable[[], str]:
    return lambda: f"{call.text} is {name}()"


def _in_order(wanted: Iterable[str], given: tuple[str, ...]) -> bool:
    """Whether `wanted` stand among `given` in this order."""
    rest = iter(given)
    return all(any(text == other for other in rest) for text in wanted)


def _at(argument: Expression) -> Expression:
    """What a call gives that is given this: of a field's address, what stands there."""
    if isinstance(argument, Unary) and argument.op == "&" and isinstance(argument.operand, Field):
        return argument.operand
    return argument
