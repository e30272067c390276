"""Abstract execution of one stage: from a state to the next choice, deterministically.

A run goes on until it must choose: a `Decision` (a branch on an unknown value) or a `Schedule` (whether
another task, a deferred call or an interference goes first). Whoever drives the machine picks an option
and goes on. On the way the run emits `Emission`s, the letters of its sequence.

What the machine takes for granted, and says so in `Program.assumptions`: asserts hold; calls it does not
know return anything and change nothing tracked; a call through an unknown pointer likewise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from analyzer.lifecycle.program import (
    Acquire,
    Assume,
    Defer,
    Inline,
    Join,
    Notify,
    Pass,
    Program,
    Read,
    Release,
    Start,
    Wait,
    Write,
    callee_name,
    fields_in,
    split_call,
)
from analyzer.lifecycle.select import Exclusions, Selections, may_become
from analyzer.lifecycle.state import Frame, Live, State, Task, thaw
from analyzer.lifecycle.values import (
    ANY_SIGN,
    NEGATIVE,
    SIGN_TESTS,
    ZERO,
    Name,
    Origin,
    Test,
    Token,
    Unsure,
    Value,
    compare,
    key_of,
    negate,
    outcomes,
    refine,
    simplify,
    token_of,
)
from analyzer.model.profile import LetterKind
from analyzer.model.report import Context, StepKind
from analyzer.model.snapshot import Evidence
from analyzer.model.summary import (
    Assign,
    Binary,
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
    Number,
    Problem,
    Return,
    Span,
    Stop,
    Switch,
    Symbol,
    Unary,
)
from analyzer.model.unknown import Location

CAPITALS = re.compile(r"[A-Z_][A-Z0-9_]*")
DEEPEST = 40
LONGEST = 20_000
STRAIGHT = 200  # steps without a choice before it is asked whether a loop repeats for ever
STRIDE = 7  # prime to most loops' lengths, so that every situation of a loop is met


@dataclass(frozen=True, slots=True)
class Emission:
    """A letter as emitted. Two emissions are the same letter of a sequence when `label` is equal."""

    name: str
    kind: LetterKind
    function: str
    words: str
    where: Location
    evidence: Evidence
    context: Context
    spot: tuple[str, int] = ("", 0)  # path and line in the stage's own text
    mark: bool = False  # a place from which a scenario is shown, no letter

    @property
    def label(self) -> tuple[str, str]:
        return (self.name, self.function)


@dataclass(frozen=True, slots=True)
class Option:
    """One outcome: what it teaches of the token (decisions) or what goes on (schedules), and words."""

    known: Value | None
    action: str
    words: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a run must choose. `token` is None for a schedule."""

    origin: Origin
    occurrence: int
    token: Token | None
    options: tuple[Option, ...]
    function: str
    where: Location
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """A run is over: "done", "blocked", or "bound" with the reason."""

    kind: str
    reason: str = ""


Halt: TypeAlias = Choice | End
Record: TypeAlias = Callable[[StepKind, Location, str, str, Evidence], None]


class _Undecided(Exception):
    """Control needs the truth of an unknown value."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice


class Machine:
    """Executes one `Program`. Holds no state of a run."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.profile = program.profile
        self._index = {variable.name: i for i, variable in enumerate(self.profile.tracked)}
        self._distinct = tuple(self.profile.distinct)
        self._named = {name for event in self.profile.events for name in event.names}
        self._accesses: dict[tuple[str, int, int], str | None] = {}
        self.selections = Selections(self.profile)
        self.exclusions = Exclusions(self.profile)
        kept = {number for number, variable in enumerate(self.profile.tracked) if variable.context}
        kept |= {self._index[name] for spec in self.profile.interference for name in spec.when}
        self._kept = frozenset(kept)
        self._ahead: dict[object, tuple[frozenset[str], frozenset[int], frozenset[int]]] = {}

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
            if text:
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

    # --- what no longer matters -------------------------------------------------------------

    def forget(self, live: Live) -> None:
        """Drop the facts and tracked values that can make no difference any more."""
        happens, readable, writable = self._look_ahead(live)
        live.facts = set(self.selections.reduce(frozenset(live.facts), happens, live.tracked))
        # What can neither be written nor be learnt any more has been judged by `reduce`; a copy that
        # still stands in a local may teach more of it.
        copied = live.local_tokens()
        learnable = {n for n, value in enumerate(live.tracked) if token_of(value) in copied}
        asked = self.selections.asked(frozenset(live.facts)) & (writable | learnable)
        excluding = self.exclusions.needed(live.tracked, readable | learnable)
        needed = self._kept | readable | asked | excluding
        for number, variable in enumerate(self.profile.tracked):
            if number not in needed:
                live.tracked[number] = Unsure(Token(("tracked", variable.name), 0))

    def _look_ahead(self, live: Live) -> tuple[frozenset[str], frozenset[int], frozenset[int]]:
        """What may still happen from here on; which tracked variables may still be read, and written."""
        points = {(f.function, f.block, f.index) for task in live.tasks for f in task.frames}
        points |= {(function, 0, 0) for function, _ in live.queue}
        watched = tuple(live.tracked[number] for number in self._kept)
        # A watched call that is over, but whose outcome nothing has decided yet.
        pending = frozenset(
            f"returned {split_call(name[1:].partition('|')[0])[0]}"
            for task in live.tasks
            for frame in task.frames
            for name in frame.env
            if name[0] == "?"
        )
        key = (frozenset(points), frozenset(live.fired), watched, pending)
        known = self._ahead.get(key)
        if known is None:
            happens = pending.union(*(self.program.ahead(*point) for point in points))
            if any(task.frames for task in live.tasks):
                happens = self._with_interference(live, happens)
            readable = frozenset(int(text[5:]) for text in happens if text.startswith("read "))
            writable = frozenset(int(text.split()[1]) for text in happens if text.startswith("write "))
            known = self._ahead[key] = (happens, readable, writable)
        return known

    def _with_interference(self, live: Live, happens: frozenset[str]) -> frozenset[str]:
        """`happens` and what the interference that may still come brings."""
        left = set(range(len(self.profile.interference))) - live.fired
        grown = True
        while grown:
            grown = False
            for number in sorted(left):
                spec = self.profile.interference[number]
                name = self.program.by_canonical.get(spec.function)
                if name is not None and all(
                    self._may_be(live, variable, values)
                    or may_become(self._index[variable], values, happens, self.profile.constants)
                    for variable, values in spec.when.items()
                ):
                    left.discard(number)
                    happens |= {f"enter {spec.function}"}
                    if name in self.program.relevant:
                        happens |= self.program.ahead(name, 0)
                    grown = True
        return happens

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
        for number, (function, argument) in enumerate(live.queue):
            if self.program.canonical(function) == wanted:
                del live.queue[number]
                holds = self.profile.deferrals[0].holds
                live.current = 0
                for lock in holds:
                    live.locks[lock] = 0
                frame = self._frame(function, [argument], None)
                frame.releases = holds
                live.tasks[0].frames.append(frame)
                self._entered(live, function, None)
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
                choice = self._schedule(live, forced=False)
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
            except _Undecided as undecided:
                return undecided.choice
            if blocked:
                live.pause = (blocked, 0, "")
                choice = self._schedule(live, forced=True)
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
        options = self._others(live)
        if not options:
            return End("blocked", "no task can go on") if self._waiting(live) else End("done")
        count = live.counts.get(("idle",), 0)
        choice = Choice(("idle",), count, None, options, "", Location("", 0), "the task is idle")
        if len(options) == 1:
            self.choose(live, choice, options[0])
            if record is not None:
                record(StepKind.TASK, Location("", 0), "", options[0].words, Evidence.BUILT_IN)
            return None
        return choice

    def _waiting(self, live: Live) -> bool:
        return bool(live.queue) or any(task.frames for task in live.tasks)

    def _others(self, live: Live) -> tuple[Option, ...]:
        """What could go on instead of the current task."""
        options: list[Option] = []
        for number, task in enumerate(live.tasks):
            if number != live.current and task.frames and not self._stuck(live, number):
                name = self.program.canonical(task.name)
                options.append(Option(None, f"task:{name}@{number}", f"{task.name} goes on"))
        if live.queue and not live.tasks[0].frames:
            holds = self.profile.deferrals[0].holds
            if not any(lock in live.locks for lock in holds):
                for function in sorted({function for function, _ in live.queue}):
                    canonical = self.program.canonical(function)
                    options.append(Option(None, f"deferred:{canonical}", f"deferred {function}() runs"))
        return tuple(options)

    def _stuck(self, live: Live, number: int) -> bool:
        """Whether a task stands at a lock another holds, or at a join of a living thread."""
        frame = live.tasks[number].frames[-1]
        summary = self.program.code(frame.function)
        instructions = summary.blocks[frame.block].instructions
        if frame.index >= len(instructions):
            return False
        instruction = instructions[frame.index]
        if not isinstance(instruction, (Call, Enter)):
            return False
        name = callee_name(instruction) if isinstance(instruction, Call) else instruction.macro
        action = self.program.action(summary.path, name)
        if isinstance(action, Acquire):
            return live.locks.get(action.lock, number) != number
        if isinstance(action, Join) and isinstance(instruction, Call):
            return self._joining(live, frame.function, instruction)
        return False

    def _joining(self, live: Live, function: str, call: Call) -> bool:
        """Whether the thread a join names still runs; a join of what no thread bears waits for the threads
        whose name is unknown."""
        thread = self.program.path_of(function, call.arguments[0]) if call.arguments else ""
        if all(task.thread != thread for task in live.tasks[1:]):
            thread = ""
        return any(task.frames and task.thread == thread for task in live.tasks[1:])

    def _thread_of(self, function: str, call: Call) -> str:
        """What a later join will name: where the call's result goes, or else its first argument."""
        for block in self.program.functions[function].blocks:
            for instruction in block.instructions:
                if isinstance(instruction, Assign) and call.target and instruction.value == call.target:
                    return self.program.path_of(function, instruction.target)
        if call.target is not None and not call.target.name.startswith("%"):
            return ""
        return self.program.path_of(function, call.arguments[0]) if call.arguments else ""

    def _schedule(self, live: Live, forced: bool) -> Choice | None:
        """The choice at a switch point, or None when there is nothing to choose."""
        assert live.pause is not None
        site, line, function = live.pause
        frames = live.tasks[live.current].frames
        if any(frame.atomic for frame in frames):
            return None
        options = list(self._others(live))
        if not forced:
            options.insert(0, Option(None, "stay", "goes on"))
            for number, spec in enumerate(self.profile.interference):
                if number in live.fired or spec.function not in self.program.by_canonical:
                    continue
                if any(lock in live.locks for lock in spec.holds) or not frames:
                    continue
                if all(self._may_be(live, name, values) for name, values in spec.when.items()):
                    words = f"{self.program.by_canonical[spec.function]}() from another thread"
                    options.append(Option(None, f"interference:{spec.function}@{number}", words))
        if not options or (len(options) == 1 and not forced):
            return None
        path = self.program.functions[function].path if function else ""
        where = self.program.place(path, line)[1] if path else Location("", 0)
        origin = ("switch", site)
        count = live.counts.get(origin, 0)
        return Choice(origin, count, None, tuple(options), function, where, "a switch of tasks")

    def _may_be(self, live: Live, name: str, values: tuple[str, ...]) -> bool:
        value = live.tracked[self._index[name]]
        if isinstance(value, (int, Name)):
            return str(key_of(value)) in values
        return True

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
        if isinstance(action, Write):
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
            if self._joining(live, frame.function, call):
                return site
        elif isinstance(action, Release):
            live.locks.pop(action.lock, None)
            live.pause = (site, call.span.line, frame.function)
        elif isinstance(action, Wait):
            live.pause = (site, call.span.line, frame.function)
        elif isinstance(action, Assume):
            self._assert(live, frame, summary, call)
            self._next(live, frame)
            return ""
        canonical = self.program.canonical(name)
        if isinstance(action, Inline):
            arguments = [self._evaluate(live, frame, summary, call.span, a) for a in call.arguments]
            self._next(live, frame)
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
        if isinstance(action, Notify):
            result = self._notify(live, task, frame, summary, call, action, emitted, record, site)
        elif isinstance(action, Pass):
            mark = action.landmark
            self._emit(live, task, summary, call.span, mark.name, LetterKind.LANDMARK, mark.words,
                       emitted, record)  # fmt: skip
            result = self._result(live, call, site)
        elif isinstance(action, Read):
            result = live.tracked[action.variable]
        elif isinstance(action, Write):
            self._write_call(live, frame, summary, call, action)
            result = self._result(live, call, site)
        elif isinstance(action, Defer):
            self._defer(live, frame, summary, call, action, record)
            result = self._result(live, call, site)
        elif isinstance(action, Start):
            self._start_thread(live, frame, summary, call, action, record)
            result = self._result(live, call, site)
        else:
            if not name:
                self.program.assumptions.add(
                    f"a call through a pointer is taken to change nothing tracked: {call.text}"
                )
            result = self._result(live, call, site)
        for number, argument in enumerate(call.arguments):
            if isinstance(argument, Unary) and argument.op == "&" and isinstance(argument.operand, Local):
                frame.env[argument.operand.name] = self._fresh(live, ("out", site, str(number)))
        if call.target is not None:
            frame.env[call.target.name] = result
            watches = self.program.watched.returned.get(canonical)
            if watches:
                self._await_outcome(live, frame, summary, call, canonical, result, watches)
        self._next(live, frame)
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
            self._literal(self._evaluate(live, frame, summary, call.span, a)) for a in call.arguments
        )
        for text, arguments, split in watches:
            if arguments is not None and not _in_order(map(self._spelled, arguments), given):
                continue
            # The call itself is over: a pending outcome is decided as soon as control reaches the
            # pseudo-instruction, so remember it in the frame under a name no C local can have.
            frame.env[f"?{text}|{split}|{call.span.line}"] = result
        self._settle(live, frame)

    def _spelled(self, constant: str) -> str:
        """A constant of the profile as `_literal` gives it: by its number where that is known."""
        number = self.profile.constants.get(constant)
        return constant if number is None else str(number)

    def _literal(self, value: Value) -> str:
        if isinstance(value, (int, Name)):
            return str(key_of(value))
        return "?"

    def _settle(self, live: Live, frame: Frame) -> None:
        """Turn remembered outcomes whose sign class is known into facts."""
        for key in [name for name in frame.env if name[0] == "?"]:
            text, split, _ = key[1:].split("|")
            kind = outcome_of(frame.env[key], int(split))
            if kind:
                live.facts.add(f"returned {text} {kind}")
                del frame.env[key]

    def _assert(self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call) -> None:
        """An assertion holds: what it says of an unknown value is learnt."""
        if not call.arguments:
            return
        value = self._evaluate(live, frame, summary, call.span, call.arguments[0])
        where = self.program.place(summary.path, call.span.line)[1]
        self.program.assumptions.add(f"asserted to hold: {call.text} at {where}")
        if isinstance(value, (Unsure, Test)) and outcomes(value) == frozenset({True, False}):
            live.learn(*refine(value, True))

    def _notify(
        self,
        live: Live,
        task: Task,
        frame: Frame,
        summary: ControlFlowSummary,
        call: Call,
        action: Notify,
        emitted: list[Emission],
        record: Record | None,
        site: str,
    ) -> Value:
        event = action.event
        name = ""
        if event.argument >= 0:
            value: Value | None = None
            if event.argument < len(call.arguments):
                value = self._evaluate(live, frame, summary, call.span, call.arguments[event.argument])
            key = key_of(value) if isinstance(value, (int, Name)) else ""
            known = str(key)
            name = event.names.get(known, "")
            if not name and event.prefix and known.startswith(event.prefix):
                name = known[len(event.prefix) :]
            if not name:
                where = self.program.place(summary.path, call.span.line)[1]
                live.facts.add(f"problem {where} in {frame.function}(): which event is notified is unknown")
                name = "?"
        else:
            name = event.names.get("", event.call)
        words = event.words.replace("{}", name)
        self._emit(live, task, summary, call.span, name, LetterKind.EVENT, words, emitted, record)
        return self._result(live, call, site)

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
            (variable.name, self._literal(live.tracked[number]))
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
        function = self._function_argument(live, frame, summary, call, spec.function)
        if function is None:
            return
        argument: Value = 0
        if 0 <= spec.argument < len(call.arguments):
            argument = self._evaluate(live, frame, summary, call.span, call.arguments[spec.argument])
        live.queue.append((function, argument))
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
        function = self._function_argument(live, frame, summary, call, spec.function)
        if function is None:
            return
        arguments: list[Value] = []
        if 0 <= spec.argument < len(call.arguments):
            arguments.append(self._evaluate(live, frame, summary, call.span, call.arguments[spec.argument]))
        thread = self._thread_of(frame.function, call)
        live.tasks.append(Task(function, thread, [self._frame(function, arguments, None)]))
        self._entered(live, function, None)
        if record is not None:
            evidence, where = self.program.place(summary.path, call.span.line)
            record(StepKind.TASK, where, frame.function, f"thread {function}() is started", evidence)

    def _function_argument(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, index: int
    ) -> str | None:
        """The modelled function an argument names; None when it is known to reach nothing that matters."""
        if index >= len(call.arguments):
            return None
        value = self._evaluate(live, frame, summary, call.span, call.arguments[index])
        if not isinstance(value, Name) or value.name not in self.program.functions:
            where = self.program.place(summary.path, call.span.line)[1]
            self.program.assumptions.add(f"what {call.text} at {where} runs is taken to notify nothing")
            return None
        return value.name if value.name in self.program.relevant else None

    def _write_call(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, call: Call, action: Write
    ) -> None:
        writer = action.writer
        number = action.variable
        if number is None:
            if writer.target >= len(call.arguments):
                return
            pointer = self._evaluate(live, frame, summary, call.span, call.arguments[writer.target])
            number = self._pointee(pointer)
            if number is None:
                return
        value = self._evaluate(live, frame, summary, call.span, call.arguments[writer.value])
        if writer.expect >= 0:
            expected = self._evaluate(live, frame, summary, call.span, call.arguments[writer.expect])
            holds = self._compare("==", live.tracked[number], expected)
            if holds is None:
                where = self.program.place(summary.path, call.span.line)[1]
                live.facts.add(f"problem {where} in {frame.function}(): whether the write happens is unknown")
            elif not self._truth(holds, frame, summary, call.span, f"{call.text} takes effect"):
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
        value = self._evaluate(live, frame, summary, assign.span, assign.value)
        if isinstance(assign.target, Local):
            frame.env[assign.target.name] = value
            return
        number = None
        if isinstance(assign.target, Field):
            number = self.program.variable_of(frame.function, assign.target)
        elif isinstance(assign.target, Unary) and assign.target.op == "*":
            pointer = self._evaluate(live, frame, summary, assign.span, assign.target.operand)
            number = self._pointee(pointer)
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
            value = self._evaluate(live, frame, summary, end.span, end.condition)
            truth = next(iter(outcomes(value)))
            if record is not None or len(outcomes(value)) > 1:
                asked = self.program.asks(frame.function, end.condition)
                truth = self._truth(value, frame, summary, end.span, asked)
            if record is not None:
                evidence, where = self.program.place(summary.path, end.span.line)
                words = f"{asked}: {'yes' if truth else 'no'}"
                record(StepKind.BRANCH, where, frame.function, words, evidence)
            self._go(frame, end.then if truth else end.otherwise)
        elif isinstance(end, Switch):
            value = self._evaluate(live, frame, summary, end.span, end.subject)
            self._go(frame, self._switch(value, end, live, frame, summary))
            if record is not None:
                evidence, where = self.program.place(summary.path, end.span.line)
                words = f"{end.text} is {self._literal(value)}"
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
        for name in [name for name in frame.env if name[0] == "!"]:
            del frame.env[name]

    def _go(self, frame: Frame, target: int) -> None:
        frame.block = target
        frame.index = 0

    def _drop_dead(self, live: Live, frame: Frame) -> None:
        self._settle(live, frame)
        keep = self.program.live(frame.function, frame.block, frame.index)
        if frame.env.keys() <= keep:
            return
        for name in [n for n in frame.env if n not in keep and not n.startswith("?")]:
            del frame.env[name]

    def _switch(
        self, value: Value, end: Switch, live: Live, frame: Frame, summary: ControlFlowSummary
    ) -> int:
        for label, target in end.cases:
            wanted = self._evaluate(live, frame, summary, end.span, label)
            holds = self._compare("==", value, wanted)
            if holds is None:
                site = self.program.site(summary, end.span, "switch")
                holds = self._read(live, frame, ("case", site, self._literal(wanted)))
            text = f"{end.text} is {self._literal(wanted)}"
            if self._truth(holds, frame, summary, end.span, text):
                return target
        return end.default

    def _truth(self, value: Value, frame: Frame, summary: ControlFlowSummary, span: Span, text: str) -> bool:
        """The truth of a condition; raises `_Undecided` when both are possible."""
        holds = outcomes(value)
        if len(holds) == 1:
            return next(iter(holds))
        token = token_of(value)
        assert token is not None
        options = tuple(
            Option(refine(value, truth)[1], "", "yes" if truth else "no") for truth in (True, False)
        )
        where = self.program.place(summary.path, span.line)[1]
        raise _Undecided(Choice(token.origin, token.occurrence, token, options, frame.function, where, text))

    def _return(self, live: Live, task: Task, frame: Frame, summary: ControlFlowSummary, end: Return) -> None:
        canonical = self.program.canonical(frame.function)
        value: Value = 0
        if end.value is not None:
            value = self._evaluate(live, frame, summary, end.span, end.value)
            for text, arguments, split in self.program.watched.returned.get(canonical, ()):
                if arguments is not None:
                    continue
                kind = outcome_of(value, split)
                if not kind:
                    test = Test(_subject(value), NEGATIVE if split else ZERO, None)
                    truth = self._truth(
                        simplify(test), frame, summary, end.span,
                        f"{frame.function}() returns {'a negative value' if split else 'zero'}",
                    )  # fmt: skip
                    kind = ("negative" if truth else "not-negative") if split else (
                        "zero" if truth else "nonzero"
                    )  # fmt: skip
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

    # --- values -----------------------------------------------------------------------------

    def _result(self, live: Live, call: Call, site: str) -> Value:
        """What an unmodelled call returns; a result that nobody takes is no value to keep count of."""
        if call.target is None:
            return 0
        if self.program.canonical(callee_name(call)) in self.profile.objects:
            return 1
        return self._fresh(live, ("call", site))

    def _fresh(self, live: Live, origin: Origin) -> Value:
        count = live.counts.get(origin, 0)
        live.counts[origin] = count + 1
        token = Token(origin, count)
        known = live.known.pop(token, None)
        return Unsure(token) if known is None else known

    def _read(self, live: Live, frame: Frame, origin: Origin) -> Value:
        """An unknown value that an instruction produces on the way to its effect.

        It is kept until the instruction is done: a decision on it re-executes the instruction, which must
        then meet the same value.
        """
        name = "!" + " ".join(origin)
        known = frame.env.get(name)
        if known is None:
            known = frame.env[name] = self._fresh(live, origin)
        return known

    def _evaluate(
        self, live: Live, frame: Frame, summary: ControlFlowSummary, span: Span, expression: Expression
    ) -> Value:
        if isinstance(expression, Number):
            return expression.value
        if isinstance(expression, Local):
            known = frame.env.get(expression.name)
            if known is None:
                known = self._fresh(live, ("local", self.program.site(summary, span, "local")))
                frame.env[expression.name] = known
            return known
        if isinstance(expression, Symbol):
            constant = self._symbol(summary.path, expression)
            if constant is not None:
                return constant
            site = self.program.site(summary, span, f"read:{expression.name}")
            return self._read(live, frame, ("read", site))
        if isinstance(expression, Field):
            number = self.program.variable_of(frame.function, expression)
            if number is not None:
                return live.tracked[number]
            site = self.program.site(summary, span, f"read:{expression.name}")
            return self._read(live, frame, ("read", site))
        if isinstance(expression, Unary):
            if expression.op == "&":
                number = self.program.variable_of(frame.function, expression)
                if number is not None:
                    return Name("&" + self.profile.tracked[number].name)
                return 1  # an address: not null, nothing else known
            inner = self._evaluate(live, frame, summary, span, expression.operand)
            if expression.op == "*":
                number = self._pointee(inner)
                if number is not None:
                    return live.tracked[number]
            if expression.op == "!":
                return negate(inner)
            if expression.op == "-" and isinstance(inner, int):
                return -inner
            if expression.op == "-" and isinstance(inner, Unsure):
                return self._read(live, frame, ("minus", *inner.token.origin))
        elif isinstance(expression, Binary):
            left = self._evaluate(live, frame, summary, span, expression.left)
            right = self._evaluate(live, frame, summary, span, expression.right)
            found = self._compare(expression.op, left, right)
            if found is not None:
                return found
        return self._read(live, frame, ("value", self.program.site(summary, span, "value")))

    def _pointee(self, value: Value) -> int | None:
        """The tracked variable that an address points to."""
        if isinstance(value, Name) and value.name.startswith("&"):
            return self._index.get(value.name[1:])
        return None

    def _symbol(self, path: str, symbol: Symbol) -> Value | None:
        """A function or constant; None for a global variable, which may hold anything.

        By the convention of C, constants are written in capitals; a profile's prefixes count as well.
        """
        function = self.program.resolve(path, symbol.name)
        if function in self.program.functions:
            return Name(function)
        canonical = self.program.canonical(symbol.name)
        if canonical in self.profile.objects:
            return 1  # the object whose state is tracked is there
        number = self.profile.constants.get(canonical)
        if number is not None:
            return number
        constant = CAPITALS.fullmatch(canonical) or canonical.startswith(self._distinct)
        return Name(canonical) if constant or canonical in self._named else None

    def _compare(self, op: str, left: Value, right: Value) -> Value | None:
        distinct = (
            isinstance(left, Name)
            and isinstance(right, Name)
            and any(left.name.startswith(p) and right.name.startswith(p) for p in self._distinct)
        )
        return compare(op, left, right, distinct)


def _in_order(wanted: Iterable[str], given: tuple[str, ...]) -> bool:
    """Whether `wanted` stand among `given` in this order."""
    rest = iter(given)
    return all(any(text == other for other in rest) for text in wanted)


def _subject(value: Value) -> Unsure:
    assert isinstance(value, Unsure)
    return value


def outcome_of(value: Value, split: int) -> str:
    """The class of a returned value: split 0 at zero, 1 at negative; "" when it may be both."""
    if isinstance(value, Test):
        return "not-negative" if split else ""
    if isinstance(value, Name):
        return "not-negative" if split else "nonzero"
    if isinstance(value, int):
        if split:
            return "negative" if value < 0 else "not-negative"
        return "zero" if value == 0 else "nonzero"
    bit = NEGATIVE if split else ZERO
    if value.signs == bit:
        return "negative" if split else "zero"
    if not value.signs & bit:
        return "not-negative" if split else "nonzero"
    return ""


__all__ = ["ANY_SIGN", "SIGN_TESTS", "Choice", "Emission", "End", "Halt", "Machine", "Option", "Record"]
