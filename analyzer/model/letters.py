"""What a run is told by: letters, what surrounds them, and sequences of them."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.model.profile import LetterKind
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a letter: tracked values, the task that emits it, the locks it holds."""

    state: tuple[tuple[str, str], ...]
    task: str
    locks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """An event or landmark of a sequence.

    `function` is the innermost function on the call stack that all stages have; `words` is what to
    print (``notify STOP``, ``pump_on()``); `phase` the words for the function or "" (landmarks
    have none); `repeats` marks ``pump_on()*``.
    """

    name: str
    kind: LetterKind
    function: str
    words: str
    phase: str
    where: Location
    evidence: Evidence
    context: Context
    repeats: bool = False

    @property
    def label(self) -> str:
        """``STOP@close_gate``: how machines see it."""
        return f"{self.name}@{self.function}"


@dataclass(frozen=True, slots=True)
class Sequence:
    """The letters along a run. `shown_from` is the index from which on lists show it."""

    letters: tuple[Letter, ...]
    shown_from: int = 0
    blocked: bool = False
