"""Abstract execution of one stage: from a state to the next choice, deterministically.

A run goes on until it meets a `Choice`: a branch on an unknown value, or whether another task, a deferred
call or an interference goes first. Whoever drives the machine picks an option and goes on. On the way the
run emits `Emission`s, the letters of its sequence.

What the machine takes for granted, and says so in `Program.assumptions`: asserts hold; calls it does not
know return anything and change nothing tracked; a call through an unknown pointer likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analyzer.lifecycle.actions import (
    Acquire,
    Assume,
    Defer,
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
from analyzer.lifecycle.evaluate import Evaluator
from analyzer.lifecycle.forget import Forgetting
from analyzer.lifecycle.notice import UNKNOWN, Notice, Notices, Question
from analyzer.lifecycle.parts import callee_name, fields_in
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.runs import Choice, Emission, End, Halt, Option, Record, Undecided
from analyzer.lifecycle.select import Exclusions, Selections
from analyzer.lifecycle.state import Frame, Live, Queued, State, Task, thaw
from analyzer.lifecycle.tasks import Scheduler
from analyzer.lifecycle.values import (
    NEGATIVE,
    ZERO,
    Name,
    Origin,
    Test,
    Token,
    Unsure,
    Value,
    key_of,
    negate,
    outcomes,
    refine,
    simplify,
    token_of,
)
from analyzer.lifecycle.watched import outcome_of
from analyzer.model.profile import LetterKind
from analyzer.model.report import Context, StepKind
from analyzer.model.snapshot import Evidence
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
    Unary,
)
from analyzer.model.unknown import Location

DEEPEST = 40
LONGEST = 20_000
STRAIGHT = 200  # steps without a choice before it is asked whether a loop repeats for ever
STRIDE = 7  # prime to most loops' lengths, so that every situation of a loop is met


class Machine:
    """Executes one `Program`. Holds no state of a run."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.profile = program.profile
        self.values = Evaluator(program)
        self.notices = Notices(program, self.values, self._truth)
        self.tasks = Scheduler(program)
        self.selections = Selections(self.profile)
        self.exclusions = Exclusions(self.profile)
        self._forgetting = Forgetting(program, self.selections, self.exclusions, self.tasks)
        self._accesses: dict[tuple[str, int, int], str | None] = {}

    # --- beginnings -------------------------------------------------------------------------

    def start(self, entry: int) -> Live | None:
        """The state in which `Profile.entries[entry]` begins; None when the stage lacks its function."""
        spec = self.profile.entries[entry]
        name = self.program.by_canonical.get(spec.function)
        if name is None:
            return None
        live = Live([], 0, [], {}, [], set(), set())
        for variable in self.profile.tracked:
            text = spec.state.get(variable.name, variable.initial)
            if text and not (variable.optional and self.program.lacks(variable)):
                live.tracked.append(self._constant(text))
            else:
                live.tracked.append(Unsure(Token(("tracked", variable.name), 0)))
        for lock in spec.holds:
            live.locks[lock] = 0
        given: list[Value] = [
            Unsure(Token(("entry", str(number)), 0))
            for number in range(len(self.program.functions[name].parameters))
        ]
        frame = self._frame(name, given, None)
        frame.releases = spec.holds
        live.tasks.append(Task("main", "", [frame]))
        for number in range(len(live.tracked)):
            self._note_value(live, number)
        self._entered(live, name, None)
        return live

    def _constant(self, text: str) -> Value:
        try:
            return int(text, 0)
        except ValueError:
            number = self.profile.constants.get(text)
            return Name(text) if number is None else number

    def _frame(self, name: str, arguments: list[Value], target: str | None) -> Frame:
        summary = self.program.functions[name]
        frame = Frame(name, target=target)
        for parameter, value in zip(summary.parameters, arguments, strict=False):
            frame.env[parameter.name] = value
        return frame

    def forget(self, live: Live) -> None:
        """Drop the facts and tracked values that can make no difference any more."""
        self._forgetting.forget(live)

    # --- choosing ---------------------------------------------------------------------------

    def choose(self, live: Live, choice: Choice, option: Option) -> None:
        """Go the way of `option`."""
        if choice.token is not None:
            assert option.known is not None
            live.learn(choice.token, option.known)
            return
        self._passed(live, choice.origin)
        live.pause = None
        if option.action == "stay":
            return
        kind, _, name = option.action.partition(":")
        if kind == "task":
            live.current = int(name.rpartition("@")[2])
        elif kind == "deferred":
            self._run_deferred(live, name)
        else:
            self._interrupt(live, int(name.rpartition("@")[2]))

    @staticmethod
    def _passed(live: Live, origin: Origin) -> None:
        """Count a switch point, so that the how-manieth it is can be told."""
        live.counts[origin] = live.counts.get(origin, 0) + 1

    def _run_deferred(self, live: Live, wanted: str) -> None:
        for number, queued in enumerate(live.queue):
            if self.program.canonical(queued.function) == wanted:
                del live.queue[number]
                live.current = 0
                for lock in queued.holds:
                    live.locks[lock] = 0
                frame = self._frame(queued.function, [queued.argument], None)
                frame.releases = queued.holds
                live.tasks[0].frames.append(frame)
                self._entered(live, queued.function, None)
                return
        raise AssertionError(wanted)

    def _interrupt(self, live: Live, number: int) -> None:
        spec = self.profile.interference[number]
        name = self.program.by_canonical[spec.function]
        frame = self._frame(name, [], None)
        frame.atomic = True
        frame.releases = tuple(lock for lock in spec.holds if lock not in live.locks)
        for lock in frame.releases:
            live.locks[lock] = live.current
        live.fired.add(number)
        live.tasks[live.current].frames.append(frame)
        self._entered(live, name, None)

    # --- going on ---------------------------------------------------------------------------

    def advance(self, live: Live, emitted: list[Emission], record: Record | None = None) -> Halt:
        """Execute until the next choice or the end. Appends to `emitted`; tells `record` each step."""
        seen: set[State] = set()
        for step in range(LONGEST):
            if step > STRAIGHT and step % STRIDE == 0:
                # Deterministic and long: if the situation repeats, it repeats for ever.
                here = thaw(live.freeze())
                here.forget_origins()
                situation = here.freeze()
                if situation in seen:
                    return End("blocked", "a loop repeats for ever")
                seen.add(situation)
            if live.pause is not None:
                choice = self.tasks.schedule(live, forced=False)
                if choice is not None:
                    return choice
                self._passed(live, ("switch", live.pause[0]))
                live.pause = None
            task = live.tasks[live.current]
            if not task.frames:
                ended = self._idle(live, record)
                if ended is not None:
                    return ended
                continue
            try:
                blocked = self._step(live, task, emitted, record)
            except Undecided as undecided:
                return undecided.choice
            if blocked:
                live.pause = (blocked, 0, "")
                choice = self.tasks.schedule(live, forced=True)
                live.pause = None
                if choice is None:
                    return End("blocked", "no task can go on")
                if len(choice.options) > 1:
                    return choice
                self.choose(live, choice, choice.options[0])
            if len(task.frames) > DEEPEST:
                return End("bound", f"calls nest deeper than {DEEPEST} in {task.frames[-1].function}()")
        return End("bound", f"more than {LONGEST} steps without a decision")

    def _idle(self, live: Live, record: Record | None) -> Halt | None:
        """The current task has nothing to do: let others go on, or end."""
        options = self.tasks.others(live)
        if not options:
            return End("blocked", "no task can go on") if self.tasks.waiting(live) else End("done")
        count = live.counts.get(("idle",), 0)
        choice = Choice(("idle",), count, None, options, "", Location("", 0), "the task is idle")
        if len(options) == 1:
            self.choose(live, choice, options[0])
            if record is not None:
                record(StepKind.TASK, Location("", 0), "", options[0].words, Evidence.BUILT_IN)
            return None
        return choice

    # --- one instruction --------------------------------------------------------------------

    def _step(self, live: Live, task: Task, emitted: list[Emission], record: Record | None) -> str:
        """Execute one instruction or terminator; a non-empty answer is the site the task blocks at."""
        frame = task.frames[-1]
        summary = self.program.code(frame.function)
        block = summary.blocks[frame.block]
        if frame.index < len(block.instructions):
            instruction = block.instructions[frame.index]
            if self._interruptible(live, frame, instruction):
                return ""
            if isinstance(instruction, Call):
                return self._call(live, task, frame, summary, instruction, emitted, record)
            if isinstance(instruction, Assign):
                self._assign(live, frame, summary, instruction)
            elif isinstance(instruction, Label):
                mark = self.program.labels.get(f"{self.program.canonical(frame.function)}:{instruction.name}")
                evidence, where = self.program.place(summary.path, instruction.span.line)
                if record is not None:
                    record(StepKind.ENTER, where, frame.function, f"{instruction.name}:", evidence)
                if mark is not None:
                    self._emit(live, task, summary, instruction.span, mark.name, LetterKind.LANDMARK,
                               mark.words, emitted, record)  # fmt: skip
            elif isinstance(instruction, (Enter, Leave)):
                blocked = self._guard(live, summary, instruction)
                if blocked:
                    return blocked
            elif isinstance(instruction, Problem):
                _, where = self.program.place(summary.path, instruction.span.line)
                live.facts.add(f"problem {where} in {frame.function}()")
            self._next(live, frame)
            return ""
        self._terminate(live, task, frame, summary, record)
        return ""

    def _interruptible(self, live: Live, frame: Frame, instruction: Instruction) -> bool:
        """Before an unlocked access to tracked state another thread may come in between."""
        if live.checked or not self.profile.interference:
            return False
        if len(live.fired) == len(self.profile.interference):
            return False
        if not isinstance(instruction, (Call, Assign)):
            return False
        key = (frame.function, frame.block, frame.index)
        touched = self._accesses.get(key, "?")
        if touched == "?":
            touched = self._accesses[key] = self._access(frame.function, instruction)
        return touched is not None and self._offer(live, frame.function, instruction.span, touched)

    def _access(self, function: str, instruction: Call | Assign) -> str | None:
        """Which access to tracked state an instruction makes, as `sites` names it."""
        if isinstance(instruction, Assign):
            return self._touches(function, instruction.value) or self._touches(function, instruction.target)
        action = self.program.action(self.program.functions[function].path, callee_name(instruction))
        if isinstance(action, Write) or (isinstance(action, Notify) and self.program.looks(action)):
            return "access"
        for argument in instruction.arguments:
            touched = self._touches(function, argument)
            if touched:
                return touched
        return None

    def _offer(self, live: Live, function: str, span: Span, touched: str) -> bool:
        live.checked = True
        summary = self.program.functions[function]
        live.pause = (self.program.site(summary, span, touched), span.line, function)
        return True

    def _touches(self, function: str, expression: Expression) -> str | None:
        for field in fields_in(expression):
            if self.program.variable_of(function, field) is not None:
                return f"read:{field.name}"
        return None

    def _guard(self, live: Live, summary: ControlFlowSummary, instruction: Enter | Leave) -> str:
        action = self.program.action(summary.path, instruction.macro)
        if isinstance(action, Acquire):
            if isinstance(instruction, Enter):
                if live.locks.get(action.lock, live.current) != live.current:
                    return self.program.site(summary, instruction.span, instruction.macro)
                live.locks[action.lock] = live.current
            else:
                live.locks.pop(action.lock, None)
        return ""

    def _call(
        self,
        live: Live,
        task: Task,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        emitted: list[Emission],
        record: Record | None,
    ) -> str:
        name = callee_name(call)
        if isinstance(call.callee, Local):
            target = frame.env.get(call.callee.name)
            name = target.name if isinstance(target, Name) else ""
        action = self.program.action(summary.path, name)
        site = self.program.site(summary, call.span, self.program.canonical(name))
        if isinstance(action, Acquire):
            if live.locks.get(action.lock, live.current) != live.current:
                return site
            if not live.checked and action.lock not in live.locks:
                # Whoever else waits for the lock may get it first.
                self._offer(live, frame.function, call.span, self.program.canonical(name))
                return ""
            live.locks[action.lock] = live.current
        elif isinstance(action, Join):
            if self.tasks.joining(live, frame.function, call):
                return site
        elif isinstance(action, Release):
            live.locks.pop(action.lock, None)
            live.pause = (site, call.span.line, frame.function)
        elif isinstance(action, Wait):
            live.pause = (site, call.span.line, frame.function)
        elif isinstance(action, Assume):
            self._assert(live, frame, summary, call, action.truth)
            self._next(live, frame)
            return ""
        canonical = self.program.canonical(name)
        if isinstance(action, Inline):
            arguments = [self.values.evaluate(live, frame, summary, call.span, a) for a in call.arguments]
            self._next(live, frame)
            self._drop_dead(live, frame)
            target_name = call.target.name if call.target else None
            task.frames.append(self._frame(action.function, arguments, target_name))
            self._entered(live, action.function, emitted)
            if record is not None:
                evidence, where = self.program.place(summary.path, call.span.line)
                record(StepKind.ENTER, where, frame.function, f"{name}() is called", evidence)
            return ""
        if canonical in self.program.watched.entered:
            live.facts.add(f"enter {canonical}")
        result: Value
        handlers: tuple[str, ...] = ()
        if isinstance(action, Notify):
            notice = self.notices.read(live, frame, summary, call, action, site)
            if isinstance(notice, Question):
                task.frames.append(self._frame(notice.function, list(notice.arguments), notice.target))
                self._entered(live, notice.function, emitted)
                return ""
            if notice is None:
                result = self.values.result(live, call, site)
            else:
                self._notify(live, task, frame, summary, call, notice, emitted, record)
                result, handlers = notice.result, notice.handlers
        elif isinstance(action, Pass):
            mark = action.landmark
            self._emit(live, task, summary, call.span, mark.name, LetterKind.LANDMARK, mark.words,
                       emitted, record)  # fmt: skip
            result = self.values.result(live, call, site)
        elif isinstance(action, Read):
            result = live.tracked[action.variable]
        elif isinstance(action, Give) and action.argument < len(call.arguments):
            given = call.arguments[action.argument]
            result = self.values.evaluate(live, frame, summary, call.span, given)
        elif isinstance(action, Write):
            self._write_call(live, frame, summary, call, action)
            result = self.values.result(live, call, site)
        elif isinstance(action, Defer):
            self._defer(live, frame, summary, call, action, record)
            result = self.values.result(live, call, site)
        elif isinstance(action, Start):
            self._start_thread(live, frame, summary, call, action, record)
            result = self.values.result(live, call, site)
        else:
            if not name:
                self.program.assumptions.add(
                    f"a call through a pointer is taken to change nothing tracked: {call.text}"
                )
            result = self.values.result(live, call, site)
        for number, argument in enumerate(call.arguments):
            if isinstance(argument, Unary) and argument.op == "&" and isinstance(argument.operand, Local):
                frame.env[argument.operand.name] = self.values.fresh(live, ("out", site, str(number)))
        if call.target is not None:
            frame.env[call.target.name] = result
            watches = self.program.watched.returned.get(canonical)
            if watches:
                self._await_outcome(live, frame, summary, call, canonical, result, watches)
        self._next(live, frame)
        for function in reversed(handlers):
            task.frames.append(self._frame(function, [], None))
            self._entered(live, function, None)
        return ""

    def _await_outcome(
        self,
        live: Live,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        canonical: str,
        result: Value,
        watches: tuple[tuple[str, tuple[str, ...] | None, int], ...],
    ) -> None:
        """Note how a watched, unmodelled call returned; not yet known, it must be decided here."""
        given = tuple(
            self.values.literal(self.values.evaluate(live, frame, summary, call.span, a))
            for a in call.arguments
        )
        for text, arguments, split in watches:
            if arguments is not None and not _in_order(map(self.values.spelled, arguments), given):
                continue
            # The call itself is over: a pending outcome is decided as soon as control reaches the
            # pseudo-instruction, so remember it in the frame under a name no C local can have.
            frame.env[f"?{text}|{split}|{call.span.line}"] = result
        self._settle(live, frame)

    def _settle(self, live: Live, frame: Frame) -> None:
        """Turn remembered outcomes whose sign class is known into facts."""
        for key in [name for name in frame.env if name[0] == "?"]:
            text, split, _ = key[1:].split("|")
            kind = outcome_of(frame.env[key], int(split))
            if kind:
                live.facts.add(f"returned {text} {kind}")
                del frame.env[key]

    def _assert(self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, truth: bool) -> None:
        """An assertion holds: what it says of an unknown value is learnt."""
        if not call.arguments:
            return
        value = self.values.evaluate(live, frame, summary, call.span, call.arguments[0])
        where = self.program.place(summary.path, call.span.line)[1]
        self.program.assumptions.add(f"asserted to hold: {call.text} at {where}")
        if isinstance(value, (Unsure, Test)) and outcomes(value) == frozenset({True, False}):
            live.learn(*refine(value, truth))

    def _notify(
        self,
        live: Live,
        task: Task,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        notice: Notice,
        emitted: list[Emission],
        record: Record | None,
    ) -> None:
        for name, words in notice.letters:
            if name == UNKNOWN:
                where = self.program.place(summary.path, call.span.line)[1]
                live.facts.add(f"problem {where} in {frame.function}(): which event is notified is unknown")
            self._emit(live, task, summary, call.span, name, LetterKind.EVENT, words, emitted, record)

    def _emit(
        self,
        live: Live,
        task: Task,
        summary: ControlFlowSummary,
        span: Span,
        name: str,
        kind: LetterKind,
        words: str,
        emitted: list[Emission],
        record: Record | None,
    ) -> None:
        evidence, where = self.program.place(summary.path, span.line)
        emitted.append(
            Emission(
                name,
                kind,
                self._shared_function(task),
                words,
                where,
                evidence,
                self._context(live),
                (summary.path, span.line),
            )
        )
        if record is not None:
            record(StepKind.LETTER, where, summary.name, words, evidence)

    def _shared_function(self, task: Task) -> str:
        """The innermost function on the stack that all stages have, by its name at the base."""
        for frame in reversed(task.frames):
            canonical = self.program.canonical(frame.function)
            if canonical in self.program.common:
                return canonical
        return self.program.canonical(task.frames[-1].function)

    def _context(self, live: Live) -> Context:
        state = tuple(
            (variable.name, self.values.literal(live.tracked[number]))
            for number, variable in enumerate(self.profile.tracked)
            if variable.context
        )
        task = live.tasks[live.current]
        locks = tuple(sorted(lock for lock, owner in live.locks.items() if owner == live.current))
        return Context(state, self.program.canonical(task.name), locks)

    def _entered(self, live: Live, function: str, emitted: list[Emission] | None) -> None:
        canonical = self.program.canonical(function)
        if canonical in self.program.watched.entered:
            live.facts.add(f"enter {canonical}")
        if emitted is not None and canonical in self.program.watched.marks:
            nowhere, alone = Location("", 0), Context((), "", ())
            emitted.append(
                Emission(
                    canonical, LetterKind.LANDMARK, canonical, "", nowhere, Evidence.TREE, alone, mark=True
                )
            )

    def _defer(
        self,
        live: Live,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        action: Defer,
        record: Record | None,
    ) -> None:
        spec = action.deferral
        what = self._called_later(live, frame, summary, call, spec.function, spec.argument)
        if what is None:
            return
        function, arguments = what
        live.queue.append(Queued(function, arguments[0] if arguments else 0, spec.holds))
        if record is not None:
            evidence, where = self.program.place(summary.path, call.span.line)
            record(StepKind.DEFER, where, frame.function, f"{function}() is deferred", evidence)

    def _start_thread(
        self,
        live: Live,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        action: Start,
        record: Record | None,
    ) -> None:
        spec = action.thread
        what = self._called_later(live, frame, summary, call, spec.function, spec.argument)
        if what is None:
            return
        function, arguments = what
        thread = self.tasks.thread_of(frame.function, call)
        live.tasks.append(Task(function, thread, [self._frame(function, arguments, None)]))
        self._entered(live, function, None)
        if record is not None:
            evidence, where = self.program.place(summary.path, call.span.line)
            record(StepKind.TASK, where, frame.function, f"thread {function}() is started", evidence)

    def _called_later(
        self,
        live: Live,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        function: int,
        argument: int,
    ) -> tuple[str, list[Value]] | None:
        """The modelled function that argument number `function` names, and what it gets.

        None when it is known to reach nothing that matters, or cannot be told (then it is assumed).
        """
        if function >= len(call.arguments):
            return None
        value = self.values.evaluate(live, frame, summary, call.span, call.arguments[function])
        if not isinstance(value, Name) or value.name not in self.program.functions:
            where = self.program.place(summary.path, call.span.line)[1]
            self.program.assumptions.add(f"what {call.text} at {where} runs is taken to notify nothing")
            return None
        if value.name not in self.program.telling:
            return None
        given = call.arguments[argument : argument + 1] if argument >= 0 else ()
        return value.name, [self.values.evaluate(live, frame, summary, call.span, one) for one in given]

    def _write_call(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, action: Write
    ) -> None:
        writer = action.writer
        number = action.variable
        if number is None:
            if writer.target >= len(call.arguments):
                return
            pointer = self.values.evaluate(live, frame, summary, call.span, call.arguments[writer.target])
            number = self.values.pointee(pointer)
            if number is None:
                return
        value: Value
        if writer.value < 0:
            site = self.program.site(summary, call.span, self.program.canonical(callee_name(call)))
            value = self.values.read(live, frame, ("written", site))
        else:
            value = self.values.evaluate(live, frame, summary, call.span, call.arguments[writer.value])
        if writer.expect >= 0:
            expected = self.values.evaluate(live, frame, summary, call.span, call.arguments[writer.expect])
            holds = self.values.compare("==", live.tracked[number], expected)
            if holds is None:
                where = self.program.place(summary.path, call.span.line)[1]
                live.facts.add(f"problem {where} in {frame.function}(): whether the write happens is unknown")
            elif not self._truth(holds, frame, summary, call.span, lambda: f"{call.text} takes effect"):
                return
        live.tracked[number] = value
        self._note_value(live, number)

    def _note_value(self, live: Live, number: int) -> None:
        name = self.profile.tracked[number].name
        wanted = self.program.watched.values.get(name)
        value = live.tracked[number]
        if wanted and isinstance(value, (int, Name)) and str(key_of(value)) in wanted:
            live.facts.add(f"value {name} {key_of(value)}")

    def _assign(self, live: Live, frame: Frame, summary: ControlFlowSummary, assign: Assign) -> None:
        value = self.values.evaluate(live, frame, summary, assign.span, assign.value)
        if isinstance(assign.target, Local):
            frame.env[assign.target.name] = value
            return
        number = None
        if isinstance(assign.target, (Field, Symbol)):
            number = self.program.variable_of(frame.function, assign.target)
        elif isinstance(assign.target, Unary) and assign.target.op == "*":
            pointer = self.values.evaluate(live, frame, summary, assign.span, assign.target.operand)
            number = self.values.pointee(pointer)
        if number is not None:
            live.tracked[number] = value
            self._note_value(live, number)

    # --- control ----------------------------------------------------------------------------

    def _terminate(
        self, live: Live, task: Task, frame: Frame, summary: ControlFlowSummary, record: Record | None
    ) -> None:
        end = summary.blocks[frame.block].terminator
        if isinstance(end, Goto):
            self._go(frame, end.target)
        elif isinstance(end, Branch):
            if not live.checked:
                key = (frame.function, frame.block, -1)
                touched = self._accesses.get(key, "?")
                if touched == "?":
                    touched = self._accesses[key] = self._touches(frame.function, end.condition)
                if touched and len(live.fired) < len(self.profile.interference):
                    self._offer(live, frame.function, end.span, touched)
                    return
            value = self.values.evaluate(live, frame, summary, end.span, end.condition)
            condition = end.condition
            truth = self._truth(
                value, frame, summary, end.span, lambda: self.program.asks(frame.function, condition)
            )
            if record is not None:
                evidence, where = self.program.place(summary.path, end.span.line)
                words = f"{self.program.asks(frame.function, condition)}: {'yes' if truth else 'no'}"
                record(StepKind.BRANCH, where, frame.function, words, evidence)
            self._go(frame, end.then if truth else end.otherwise)
        elif isinstance(end, Switch):
            value = self.values.evaluate(live, frame, summary, end.span, end.subject)
            self._go(frame, self._switch(value, end, live, frame, summary))
            if record is not None:
                evidence, where = self.program.place(summary.path, end.span.line)
                words = f"{end.text} is {self.values.literal(value)}"
                record(StepKind.BRANCH, where, frame.function, words, evidence)
        elif isinstance(end, Return):
            self._return(live, task, frame, summary, end)
            return
        else:
            assert isinstance(end, Stop)
            task.frames.clear()
            live.facts.add("stopped")
            return
        live.checked = False
        self._drop_dead(live, frame)

    def _next(self, live: Live, frame: Frame) -> None:
        """One instruction on. What an unfinished instruction had read is forgotten."""
        frame.index += 1
        live.checked = False
        for name in [name for name in frame.env if name[0] in "!@"]:
            del frame.env[name]

    def _go(self, frame: Frame, target: int) -> None:
        frame.block = target
        frame.index = 0

    def _drop_dead(self, live: Live, frame: Frame) -> None:
        self._settle(live, frame)
        keep = self.program.live(frame.function, frame.block, frame.index)
        if frame.env.keys() <= keep:
            return
        for name in [n for n in frame.env if n not in keep and n[0] not in "?@"]:
            del frame.env[name]

    def _switch(
        self, value: Value, end: Switch, live: Live, frame: Frame, summary: ControlFlowSummary
    ) -> int:
        for label, target in end.cases:
            wanted = self.values.evaluate(live, frame, summary, end.span, label)
            holds = self.values.compare("==", value, wanted)
            if holds is None:
                site = self.program.site(summary, end.span, "switch")
                holds = self.values.read(live, frame, ("case", site, self.values.literal(wanted)))
            text = f"{end.text} is {self.values.literal(wanted)}"
            if self._truth(holds, frame, summary, end.span, lambda text=text: text):  # type: ignore[misc]
                return target
        return end.default

    def _truth(
        self, value: Value, frame: Frame, summary: ControlFlowSummary, span: Span, asks: Callable[[], str]
    ) -> bool:
        """The truth of a condition; raises `Undecided` when both are possible. `asks` words it then."""
        holds = outcomes(value)
        if len(holds) == 1:
            return next(iter(holds))
        token = token_of(value)
        assert token is not None
        options = tuple(
            Option(refine(value, truth)[1], "", "yes" if truth else "no") for truth in (True, False)
        )
        where = self.program.place(summary.path, span.line)[1]
        raise Undecided(Choice(token.origin, token.occurrence, token, options, frame.function, where, asks()))

    def _return(self, live: Live, task: Task, frame: Frame, summary: ControlFlowSummary, end: Return) -> None:
        canonical = self.program.canonical(frame.function)
        value: Value = 0
        if end.value is not None:
            value = self.values.evaluate(live, frame, summary, end.span, end.value)
            for text, arguments, split in self.program.watched.returned.get(canonical, ()):
                if arguments is not None:
                    continue
                kind = outcome_of(value, split)
                if not kind:
                    kind = self._decide_outcome(value, split, frame, summary, end.span)
                live.facts.add(f"returned {text} {kind}")
        self._settle(live, frame)
        task.frames.pop()
        for lock in frame.releases:
            live.locks.pop(lock, None)
        live.checked = False
        if task.frames:
            caller = task.frames[-1]
            caller.env.update({name: v for name, v in frame.env.items() if name.startswith("?")})
            if frame.target is not None:
                caller.env[frame.target] = value
            self._drop_dead(live, caller)
        elif live.current != 0:
            live.tasks[live.current].frames.clear()

    def _decide_outcome(
        self, value: Value, split: int, frame: Frame, summary: ControlFlowSummary, span: Span
    ) -> str:
        """The class of a watched result that may still be either (`watched.outcome_of`)."""
        words = "a negative value" if split else "zero"
        # The truth of a comparison is never negative, so only its being zero can be open.
        bit = NEGATIVE if split else ZERO
        test = simplify(Test(value, bit, None)) if isinstance(value, Unsure) else negate(value)
        truth = self._truth(test, frame, summary, span, lambda: f"{frame.function}() returns {words}")
        if split:
            return "negative" if truth else "not-negative"
        return "zero" if truth else "nonzero"


def _in_order(wanted: Iterable[str], given: tuple[str, ...]) -> bool:
    """Whether `wanted` stand among `given` in this order."""
    rest = iter(given)
    return all(any(text == other for other in rest) for text in wanted)
