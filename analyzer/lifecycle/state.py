"""States of a run: frozen to be compared and merged, thawed to be executed.

A state holds the tasks with their call stacks, the tracked variables, the locks, the queue of deferred
calls and the facts that selections ask about. Tokens are renumbered when a state is frozen, so that two
ways that lead to the same situation are the same state; that is how loops merge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from analyzer.lifecycle.values import Token, Value, retoken, substitute, token_of


class FrameState(NamedTuple):
    function: str
    block: int
    position: int
    env: tuple[tuple[str, Value], ...]
    target: str | None
    releases: tuple[str, ...]
    atomic: bool


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
    pause: tuple[str, int, str] | None
    checked: bool

    def tokens(self) -> set[Token]:
        """The tokens of the values that the state holds."""
        values = [value for task in self.tasks for frame in task.frames for _, value in frame.env]
        values += self.tracked
        values += [queued.argument for queued in self.queue]
        return {token for value in values if (token := token_of(value)) is not None}


@dataclass(slots=True)
class Frame:
    """One activation. `releases` are locks it gives back on return; `atomic` bars switching meanwhile."""

    function: str
    block: int = 0
    index: int = 0
    env: dict[str, Value] = field(default_factory=dict)
    target: str | None = None
    releases: tuple[str, ...] = ()
    atomic: bool = False


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
    facts: set[str]
    fired: set[int]
    pause: tuple[str, int, str] | None = None  # site, line and function of a switch point not yet settled
    checked: bool = False
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)
    known: dict[Token, Value] = field(default_factory=dict)  # what lockstep knows of tokens still to come

    def values(self) -> Iterable[Value]:
        """Every value the state holds."""
        for task in self.tasks:
            for frame in task.frames:
                yield from frame.env.values()
        yield from self.tracked
        for queued in self.queue:
            yield queued.argument

    def tokens(self) -> set[Token]:
        """The tokens that are still alive."""
        return {token for value in self.values() if (token := token_of(value)) is not None}

    def local_tokens(self) -> set[Token]:
        """The tokens that locals hold."""
        return {
            token
            for task in self.tasks
            for frame in task.frames
            for value in frame.env.values()
            if (token := token_of(value)) is not None
        }

    def learn(self, token: Token, known: Value) -> None:
        """Put what is known of `token` in everywhere."""
        for task in self.tasks:
            for frame in task.frames:
                for name, value in frame.env.items():
                    if token_of(value) == token:
                        frame.env[name] = substitute(value, token, known)
        self.tracked = [substitute(value, token, known) for value in self.tracked]
        self.queue = [q._replace(argument=substitute(q.argument, token, known)) for q in self.queue]

    def rename(self, names: dict[Token, Token]) -> None:
        """Rename tokens everywhere."""
        for task in self.tasks:
            for frame in task.frames:
                for name, value in frame.env.items():
                    frame.env[name] = retoken(value, names)
        self.tracked = [retoken(value, names) for value in self.tracked]
        self.queue = [q._replace(argument=retoken(q.argument, names)) for q in self.queue]

    def forget_origins(self) -> dict[Token, Token]:
        """Number the living tokens of each origin from 0 and forget how many there were; what was renamed,
        old to new."""
        living: dict[tuple[str, ...], list[Token]] = {}
        for token in sorted(self.tokens()):
            living.setdefault(token.origin, []).append(token)
        names = {
            token: Token(origin, number)
            for origin, tokens in living.items()
            for number, token in enumerate(tokens)
            if token.occurrence != number
        }
        if names:
            self.rename(names)
        self.counts = {origin: len(tokens) for origin, tokens in living.items()}
        return names

    def freeze(self) -> State:
        """The state as a value."""
        return State(
            tuple(
                TaskState(
                    task.name,
                    task.thread,
                    tuple(
                        FrameState(
                            frame.function,
                            frame.block,
                            frame.index,
                            tuple(sorted(frame.env.items())),
                            frame.target,
                            frame.releases,
                            frame.atomic,
                        )
                        for frame in task.frames
                    ),
                )
                for task in self.tasks
            ),
            self.current,
            tuple(self.tracked),
            tuple(sorted(self.locks.items())),
            tuple(sorted(self.queue, key=repr)),
            frozenset(self.facts),
            frozenset(self.fired),
            self.pause,
            self.checked,
        )


def thaw(state: State, counts: dict[tuple[str, ...], int] | None = None) -> Live:
    """A live copy of `state`; without `counts` the origins are counted from the living tokens."""
    live = Live(
        [
            Task(
                task.name,
                task.thread,
                [
                    Frame(f.function, f.block, f.position, dict(f.env), f.target, f.releases, f.atomic)
                    for f in task.frames
                ],
            )
            for task in state.tasks
        ],
        state.current,
        list(state.tracked),
        dict(state.locks),
        list(state.queue),
        set(state.facts),
        set(state.fired),
        state.pause,
        state.checked,
    )
    if counts is not None:
        live.counts = dict(counts)
    else:
        for token in live.tokens():
            live.counts[token.origin] = max(live.counts.get(token.origin, 0), token.occurrence + 1)
    return live
