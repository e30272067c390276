"""What a run says and asks on its way: letters, choices, ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from analyzer.lifecycle.values import Origin, Token, Value
from analyzer.model.letters import Context
from analyzer.model.profile import LetterKind
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location
from analyzer.model.witness import StepKind


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
    spot: tuple[str, int] = ("", 0)  # path and line in the stage's own text


@dataclass(frozen=True, slots=True)
class End:
    """A run is over: "done", "blocked", or "bound" with the reason."""

    kind: str
    reason: str = ""


Halt: TypeAlias = Choice | End
Record: TypeAlias = Callable[[StepKind, Location, str, str, Evidence], None]


def deciding(record: Record, choice: Choice) -> Record:
    """A record for what follows on an outcome of `choice`: the branch that asks is told as a decision."""
    waiting = [choice]

    def told(kind: StepKind, where: Location, function: str, text: str, evidence: Evidence) -> None:
        if kind is StepKind.BRANCH and waiting:
            asked = waiting.pop()
            if (where, function) == (asked.where, asked.function):
                kind = StepKind.DECISION
        record(kind, where, function, text, evidence)

    return told


class Refuted(Exception):
    """An assertion does not hold, whatever is unknown: there is no such run."""


class Undecided(Exception):
    """Control needs the truth of an unknown value."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice
