"""Which task may go on: locks, joins, the queue of deferred calls, interference.

Tasks are switched only at switch points (see `machine`). A deferred call runs when the main task is idle
and the locks it holds are free; the queue has no order. An interference comes at most once in a run.
"""

from __future__ import annotations

from analyzer.lifecycle.actions import Acquire, Join, Wait
from analyzer.lifecycle.parts import callee_name
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.runs import Choice, Option
from analyzer.lifecycle.state import Live
from analyzer.lifecycle.values import Name, key_of
from analyzer.model.profile import Interference
from analyzer.model.summary import Assign, Call, Enter
from analyzer.model.unknown import Location

STAY = Option(None, "stay", "goes on")


def _coming(number: int, spec: Interference, name: str) -> Option:
    return Option(None, f"interference:{spec.function}@{number}", f"{name}() from another thread")


def is_interference(option: Option) -> bool:
    """Whether another thread comes in."""
    return option.action.startswith("interference:")


class Scheduler:
    """Tells who may go on in a state of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._profile = program.profile
        self._interference = tuple(
            (number, spec, _coming(number, spec, program.by_canonical[spec.function]))
            for number, spec in enumerate(self._profile.interference)
            if spec.function in program.by_canonical
        )
        self._index = {variable.name: i for i, variable in enumerate(self._profile.tracked)}

    def waiting(self, live: Live) -> bool:
        return bool(live.queue) or any(task.frames for task in live.tasks)

    def others(self, live: Live) -> tuple[Option, ...]:
        """What could go on instead of the current task."""
        options: list[Option] = []
        for number, task in enumerate(live.tasks):
            if number != live.current and task.frames and not self.stuck(live, number):
                name = self._program.canonical(task.name)
                options.append(Option(None, f"task:{name}@{number}", f"{task.name} goes on"))
        if not live.tasks[0].frames:
            ready = {q.function for q in live.queue if not any(lock in live.locks for lock in q.holds)}
            for function in sorted(ready):
                canonical = self._program.canonical(function)
                options.append(
                    Option(None, f"deferred:{canonical}", f"the main task runs the deferred {function}()")
                )
        return tuple(options)

    def stuck(self, live: Live, number: int) -> bool:
        """Whether a task stands at a lock another holds, or at a join of a living thread."""
        frame = live.tasks[number].frames[-1]
        summary = self._program.code(frame.function)
        instructions = summary.blocks[frame.block].instructions
        if frame.index >= len(instructions):
            return False
        instruction = instructions[frame.index]
        if not isinstance(instruction, (Call, Enter)):
            return False
        name = callee_name(instruction) if isinstance(instruction, Call) else instruction.macro
        action = self._program.action(summary.path, name)
        if isinstance(action, Acquire):
            return live.locks.get(action.lock, number) != number
        if isinstance(action, Join) and isinstance(instruction, Call):
            return self.joining(live, frame.function, instruction)
        if isinstance(action, Wait) and isinstance(instruction, Call):
            return self.awaiting(live, frame.function, instruction)
        return False

    def awaited(self, function: str, call: Call) -> int | None:
        """The tracked variable that a wait names by its address."""
        return self._program.variable_of(function, call.arguments[0]) if call.arguments else None

    def awaiting(self, live: Live, function: str, call: Call) -> bool:
        """Whether a wait goes on waiting: as long as the tracked variable that it names is zero."""
        number = self.awaited(function, call)
        return number is not None and live.tracked[number] == 0

    def joining(self, live: Live, function: str, call: Call) -> bool:
        """Whether the thread a join names still runs; a join of what no thread bears waits for the threads
        whose name is unknown."""
        thread = self._program.path_of(function, call.arguments[0]) if call.arguments else ""
        if all(task.thread != thread for task in live.tasks[1:]):
            thread = ""
        return any(task.frames and task.thread == thread for task in live.tasks[1:])

    def thread_of(self, function: str, call: Call) -> str:
        """What a later join will name: where the call's result goes, or else its first argument."""
        for block in self._program.functions[function].blocks:
            for instruction in block.instructions:
                if isinstance(instruction, Assign) and call.target and instruction.value == call.target:
                    return self._program.path_of(function, instruction.target)
        if call.target is not None and not call.target.name.startswith("%"):
            return ""
        return self._program.path_of(function, call.arguments[0]) if call.arguments else ""

    def schedule(self, live: Live, forced: bool) -> Choice | None:
        """The choice at a switch point, or None when there is nothing to choose."""
        assert live.pause is not None
        site, function = live.pause
        frames = live.tasks[live.current].frames
        if any(frame.atomic for frame in frames):
            return None
        options = list(self.others(live))
        if not forced:
            options.insert(0, STAY)
        # A task that waits for what another thread does: that may come in. One at a lock or a join has met
        # its switch point before.
        if not forced or (frames and self._waits(live)):
            for number, spec, option in self._interference if frames else ():
                if number in live.fired or any(lock in live.locks for lock in spec.holds):
                    continue
                if spec.during and not self._inside(live, spec.during):
                    continue
                if all(self.may_be(live, name, values) for name, values in spec.when.items()):
                    options.append(option)
        if not options or (len(options) == 1 and not forced):
            return None
        path, line = self._program.spots[site] if function else ("", 0)
        where = self._program.place(path, line)[1] if path else Location("", 0)
        origin = ("switch", site)
        count = live.counts.get(origin, 0)
        return Choice(origin, count, None, tuple(options), function, where, "a switch of tasks", (path, line))

    def _waits(self, live: Live) -> bool:
        frame = live.tasks[live.current].frames[-1]
        summary = self._program.code(frame.function)
        instructions = summary.blocks[frame.block].instructions
        if frame.index >= len(instructions):
            return False
        instruction = instructions[frame.index]
        return isinstance(instruction, Call) and isinstance(
            self._program.action(summary.path, callee_name(instruction)), Wait
        )

    def _inside(self, live: Live, function: str) -> bool:
        """Whether a task is in a function, by its name in the profile."""
        return any(
            self._program.canonical(frame.function) == function
            for task in live.tasks
            for frame in task.frames
        )

    def may_be(self, live: Live, name: str, values: tuple[str, ...]) -> bool:
        value = live.tracked[self._index[name]]
        if isinstance(value, (int, Name)):
            return str(key_of(value)) in values
        return True
