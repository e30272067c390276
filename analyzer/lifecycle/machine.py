"""Abstract execution of one stage: from a state to the next choice, deterministically.

A run goes on until it meets a `Choice`: a branch on an unknown value, or whether another task, a deferred
call or an interference goes first. Whoever drives the machine picks an option and goes on. On the way the
run emits `Emission`s, the letters of its sequence.

What the machine takes for granted, and says so in `Program.assumptions`: asserts hold; calls it does not
know return anything and change nothing tracked; a call through an unknown pointer likewise.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.lifecycle.evaluate import Evaluator
from analyzer.lifecycle.forget import Forgetting
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.returning import Point
from analyzer.lifecycle.runs import Choice, Emission, End, Halt, Option, Record, Undecided
from analyzer.lifecycle.select import Exclusions, Selections
from analyzer.lifecycle.state import Frame, Live, State, Task, thaw
from analyzer.lifecycle.steps import Steps
from analyzer.lifecycle.tasks import Scheduler
from analyzer.lifecycle.values import Origin, Token, Unsure, Value
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location
from analyzer.model.witness import StepKind

DEEPEST = 40
LONGEST = 20_000
MOST_DEFERRED = 8  # at once: a loop that defers has no end of states
STRAIGHT = 200  # steps without a choice before it is asked whether a loop repeats for ever
STRIDE = 7  # prime to most loops' lengths, so that every situation of a loop is met


class Machine:
    """Executes one `Program`. Holds no state of a run."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.profile = program.profile
        self.values = Evaluator(program)
        self.tasks = Scheduler(program)
        self.selections = Selections(self.profile)
        self.exclusions = Exclusions(self.profile)
        self._forgetting = Forgetting(program, self.selections, self.exclusions, self.tasks, self.values)
        self._steps = Steps(program, self.values, self.tasks)

    # --- beginnings -------------------------------------------------------------------------

    def start(self, entry: int) -> Live | None:
        """The state in which `Profile.entries[entry]` begins; None when the stage lacks its function."""
        spec = self.profile.entries[entry]
        name = self.program.by_canonical.get(spec.function)
        if name is None:
            return None
        live = Live([], 0, [], {}, [], frozenset(), frozenset())
        for variable in self.profile.tracked:
            text = spec.state.get(variable.name, variable.initial)
            if variable.absent and self.program.lacks(variable):
                text = "" if variable.absent == "any" else variable.absent
            if text:
                live.tracked.append(self.values.constant(text))
            else:
                live.tracked.append(Unsure(Token(("tracked", variable.name), 0)))
        for lock in spec.holds:
            live.locks[lock] = 0
        given: list[Value] = [
            Unsure(Token(("entry", str(number)), 0))
            for number in range(len(self.program.functions[name].parameters))
        ]
        frame = self._frame(name, given)
        frame.releases = spec.holds
        live.tasks.append(Task("main", "", [frame]))
        for number in range(len(live.tracked)):
            self._steps.effects.note_value(live, number)
        self._steps.effects.entered(live, name, None)
        return live

    def _frame(self, name: str, arguments: list[Value]) -> Frame:
        return self._steps.calls.activation(name, arguments)

    def forget(self, live: Live) -> None:
        """Drop the facts and tracked values that can make no difference any more."""
        self._forgetting.forget(live)

    def ahead(self, function: str) -> Sequence[Sequence[frozenset[str]]]:
        """What may follow from each point of a function (`ahead.LookAhead`)."""
        return self._forgetting.ahead(function)

    def follows(self, stack: tuple[Point, ...]) -> frozenset[str]:
        """What may still happen from a whole stack on (`forget`)."""
        return self._forgetting.follows(stack)

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
                frame = self._frame(queued.function, [queued.argument])
                frame.releases = queued.holds
                live.tasks[0].frames.append(frame)
                self._steps.effects.entered(live, queued.function, None)
                return
        raise AssertionError(wanted)

    def _interrupt(self, live: Live, number: int) -> None:
        spec = self.profile.interference[number]
        name = self.program.by_canonical[spec.function]
        frame = self._frame(name, [])
        frame.atomic = True
        frame.releases = tuple(lock for lock in spec.holds if lock not in live.locks)
        for lock in frame.releases:
            live.locks[lock] = live.current
        live.fired |= {number}
        live.tasks[live.current].frames.append(frame)
        self._steps.effects.entered(live, name, None)

    # --- going on ---------------------------------------------------------------------------

    def advance(self, live: Live, emitted: list[Emission], record: Record | None = None) -> Halt:
        """Execute until the next choice or the end. Appends to `emitted`; tells `record` each step."""
        if len(live.queue) > MOST_DEFERRED:
            last = live.queue[-1].function
            return End("bound", f"more than {MOST_DEFERRED} calls are deferred at once, {last}() the last")
        seen: set[State] = set()
        steps = self._steps
        for step in range(LONGEST):
            if step > STRAIGHT and step % STRIDE == 0:
                # Deterministic and long: if the situation repeats, it repeats for ever.
                here = thaw(live.freeze(), ())
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
            frame = task.frames[-1]
            frame.frozen = None
            try:
                blocked = steps[frame.function][frame.block][frame.index](live, task, frame, emitted, record)
            except Undecided as undecided:
                return undecided.choice
            if blocked:
                live.pause = (blocked, "")
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
