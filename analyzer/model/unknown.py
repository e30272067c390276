"""What could not be told. `Unknown` is an answer of its own and always says why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class InputError(Exception):
    """Bad input, with one line that names the file, the line and the mend (exit status 2)."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in text: `path`, 1-based `line` (0 when only the file is known)."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Weight(Enum):
    """Whether an unknown leaves the answer incomplete or only rests on a standing assumption."""

    INCOMPLETE = "incomplete"
    ASSUMPTION = "assumption"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something the analysis could not tell.

    `what` names the subject (a hunk, a scenario, a function), `why` the reason, `where` the place
    as ``file:line`` or "" ; `patch` is the stage from which on it holds (0 = base).
    """

    what: str
    why: str
    where: str = ""
    patch: int = 0
    weight: Weight = Weight.INCOMPLETE
