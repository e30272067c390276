"""States of a run: frozen to be compared and merged, thawed to be executed.

A state holds the tasks with their call stacks, the tracked variables, the locks, the queue of deferred
calls and the facts that selections ask about. Tokens are renumbered when a state is frozen, so that two
ways that lead to the same situation are the same state; that is how loops merge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from analyzer.lifecycle.values import Origin, Test, Token, Unsure, Value, retoken, substitute, token_of

ANSWER = "@"  # begins the target of a predicate that an instruction under way asks
Pause: TypeAlias = tuple[str, str]  # site and function of a switch point not yet settled
Asked: TypeAlias = tuple[str, int, int]  # a watch, how it splits, the line of the call


class FrameState(NamedTuple):
    function: str
    block: int
    position: int
    env: tuple[tuple[str, Value], ...]
    reads: tuple[tuple[Origin, Value], ...]
    asked: tuple[tuple[Asked, Value], ...]
    target: str | None
    releases: tuple[str, ...]
    atomic: bool
    expects: tuple[tuple[str, int], ...]
    outs: tuple[tuple[str, str], ...]


class TaskState(NamedTuple):
    name: str
    thread: str  # what a join names, "" for the main task
    frames: tuple[FrameState, ...]


class Queued(NamedTuple):
    """A deferred call: the function, what it gets, and the locks it runs with."""

    function: str
    argument: Value
    holds: tuple[str, ...]


class State(NamedTuple):
    tasks: tuple[TaskState, ...]
    current: int
    tracked: tuple[Value, ...]
    locks: tuple[tuple[str, int], ...]
    queue: tuple[Queued, ...]
    facts: frozenset[str]
    fired: frozenset[int]
    pause: Pause | None
    checked: bool

    def functions(self) -> frozenset[str]:
        """The functions that are under way or deferred."""
        found = {frame.function for task in self.tasks for frame in task.frames}
        found.update([queued.function for queued in self.queue])
        return frozenset(found)


@dataclass(slots=True)
class Frame:
    """One activation.

    `reads` are unknown values that the instruction under way has met; `asked` results of watched calls
    whose outcome nothing has decided yet; `expects` watches on how this activation returns. `releases` are
    locks it gives back on return; `atomic` bars switching meanwhile. `outs` are locals whose values go
    back to the caller, each with the caller's name for it.
    """

    function: str
    block: int = 0
    index: int = 0
    env: dict[str, Value] = field(default_factory=dict)
    reads: dict[Origin, Value] = field(default_factory=dict)
    asked: dict[Asked, Value] = field(default_factory=dict)
    target: str | None = None
    releases: tuple[str, ...] = ()
    atomic: bool = False
    expects: tuple[tuple[str, int], ...] = ()
    outs: tuple[tuple[str, str], ...] = ()
    frozen: FrameState | None = None  # what it was thawed from, as long as nothing changed it

    def values(self) -> Iterator[Value]:
        """Every value it holds."""
        yield from self.env.values()
        if self.reads:
            yield from self.reads.values()
        if self.asked:
            yield from self.asked.values()

    def replace(self, change: Callable[[Value], Value]) -> None:
        """Put `change(value)` in the place of every value."""
        self.frozen = None
        self.env = {name: change(value) for name, value in self.env.items()}
        if self.reads:
            self.reads = {origin: change(value) for origin, value in self.reads.items()}
        if self.asked:
            self.asked = {asked: change(value) for asked, value in self.asked.items()}


@dataclass(slots=True)
class Task:
    name: str
    thread: str
    frames: list[Frame]


@dataclass(slots=True)
class Live:
    """A state being executed."""

    tasks: list[Task]
    current: int
    tracked: list[Value]
    locks: dict[str, int]
    queue: list[Queued]
    facts: frozenset[str]
    fired: frozenset[int]
    pause: Pause | None = None
    checked: bool = False
    entered: set[str] = field(default_factory=set)  # functions that began since it was thawed
    counts: dict[Origin, int] = field(default_factory=dict)

    def values(self) -> Iterator[Value]:
        """Every value the state holds."""
        for task in self.tasks:
            for frame in task.frames:
                yield from frame.values()
        yield from self.tracked
        for queued in self.queue:
            yield queued.argument

    def tokens(self) -> set[Token]:
        """The tokens that are still alive."""
        found = self.local_tokens()
        found.update(_tokens(self.tracked))
        if self.queue:
            found.update(_tokens([queued.argument for queued in self.queue]))
        return found

    def local_tokens(self) -> set[Token]:
        """The tokens that locals hold."""
        found: set[Token] = set()
        for task in self.tasks:
            for frame in task.frames:
                found.update(_tokens(frame.env.values()))
                if frame.reads:
                    found.update(_tokens(frame.reads.values()))
                if frame.asked:
                    found.update(_tokens(frame.asked.values()))
        return found

    def learn(self, token: Token, known: Value) -> None:
        """Put what is known of `token` in everywhere."""
        self._replace(token.__eq__, lambda value: substitute(value, token, known))

    def rename(self, names: dict[Token, Token]) -> None:
        """Rename tokens everywhere."""
        self._replace(names.__contains__, lambda value: retoken(value, names))

    def _replace(self, concerns: Callable[[Token], object], change: Callable[[Value], Value]) -> None:
        for task in self.tasks:
            for frame in task.frames:
                if any(
                    (token := token_of(value)) is not None and concerns(token) for value in frame.values()
                ):
                    frame.replace(change)
        self.tracked = [change(value) for value in self.tracked]
        if self.queue:
            self.queue = [q._replace(argument=change(q.argument)) for q in self.queue]

    def forget_origins(self) -> tuple[dict[Token, Token], tuple[Token, ...]]:
        """Number the living tokens of each origin from 0 and forget how many there were.

        What was renamed, old to new, and the living tokens in order.
        """
        counts: dict[Origin, int] = {}
        names: dict[Token, Token] = {}
        living: list[Token] = []
        for token in sorted(self.tokens()):
            number = counts.get(token.origin, 0)
            counts[token.origin] = number + 1
            if token.occurrence != number:
                names[token] = token = Token(token.origin, number)
            living.append(token)
        if names:
            self.rename(names)
        self.counts = counts
        return names, tuple(living)

    def freeze(self) -> State:
        """The state as a value."""
        return State(
            tuple([_frozen(task) for task in self.tasks]),
            self.current,
            tuple(self.tracked),
            tuple(sorted(self.locks.items())),
            tuple(sorted(self.queue, key=repr)) if self.queue else (),
            self.facts,
            self.fired,
            self.pause,
            self.checked,
        )


def _tokens(values: Iterable[Value]) -> list[Token]:
    found = []
    for value in values:
        if isinstance(value, Unsure):
            found.append(value.token)
        elif isinstance(value, Test):
            found.append(value.subject.token)
    return found


def _frozen(task: Task) -> TaskState:
    return TaskState(
        task.name,
        task.thread,
        tuple(
            [
                frame.frozen
                or FrameState(
                    frame.function,
                    frame.block,
                    frame.index,
                    tuple(sorted(frame.env.items())),
                    tuple(sorted(frame.reads.items())) if frame.reads else (),
                    tuple(sorted(frame.asked.items())) if frame.asked else (),
                    frame.target,
                    frame.releases,
                    frame.atomic,
                    frame.expects,
                    frame.outs,
                )
                for frame in task.frames
            ]
        ),
    )


def _thawed(task: TaskState) -> Task:
    return Task(
        task.name,
        task.thread,
        [
            Frame(
                f.function,
                f.block,
                f.position,
                dict(f.env),
                dict(f.reads),
                dict(f.asked),
                f.target,
                f.releases,
                f.atomic,
                f.expects,
                f.outs,
                f,
            )
            for f in task.frames
        ],
    )


def thaw(state: State, living: Iterable[Token]) -> Live:
    """A live copy of `state`; origins are counted from its living tokens."""
    live = Live(
        [_thawed(task) for task in state.tasks],
        state.current,
        list(state.tracked),
        dict(state.locks),
        list(state.queue),
        state.facts,
        state.fired,
        state.pause,
        state.checked,
    )
    for token in living:
        live.counts[token.origin] = live.counts.get(token.origin, 0) + 1
    return live
