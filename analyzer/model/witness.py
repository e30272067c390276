"""The path of a run, step by step, and the decisions that a change rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location


class StepKind(Enum):
    """What a step of a witness is."""

    ENTER = "enter"  # a function is entered
    BRANCH = "branch"  # what came before settles it, `text` says which way
    DECISION = "decision"  # a branch whose outcome nothing settles
    LETTER = "letter"
    DEFER = "defer"
    TASK = "task"  # another task goes on
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    kind: StepKind
    where: Location
    function: str
    text: str
    evidence: Evidence = Evidence.BUILT_IN


@dataclass(frozen=True, slots=True)
class Witness:
    """The path that proves a sequence at a stage."""

    patch: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """A decision after which only the changed outcome is left, in words, at its place, whose line is numbered
    as after `patch` (0: at the base; None: not said)."""

    text: str
    where: Location
    function: str
    patch: int | None = field(default=None, compare=False)
