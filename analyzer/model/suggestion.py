"""Another way to take a series, offered because a window stands open in the way it was sent."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.model.level import Level
from analyzer.model.what_if import WhatIf


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that is broken when the series is taken so: the `kind` of finding, and the `patch` it is put
    down to."""

    rule: str
    violation: str
    level: Level
    kind: str
    patch: int | None
    status: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`closes` says whether no window stands open then, None if that could not be told; `why` it does not
    apply, or could not be told. `broken` is what the series breaks then.

    `checked` is False where nothing was computed anew: every stage is one of the series as it was sent.
    """

    what_if: WhatIf
    closes: bool | None
    broken: tuple[Broken, ...] = ()
    why: str = ""
    checked: bool = True

    @property
    def apart(self) -> tuple[int, ...]:
        """The commits that it keeps apart."""
        return self.what_if.numbers
