"""What is known of a registration before its handler is looked at. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.model.profile import Registration
from analyzer.model.unknown import Location


@dataclass(frozen=True, slots=True)
class Registered:
    """A handler that a call registers at `where`, in the function `within` of that file.

    `handler` is the function's name, "" if it could not be told (then `doubts` says why); `modes` empty means
    every mode, unless `doubts` says that they could not be told.
    """

    rule: Registration
    handler: str
    where: Location
    within: str
    modes: tuple[str, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adder:
    """A call that registers: one of the profile's, or a function or macro that hands its arguments on to one.

    `modes` are fixed ones ("" in the profile: every mode); `only` is the file whose static function or macro
    it is, "" for the whole tree.
    """

    call: str
    rule: Registration
    handler: int
    member: str
    mode_argument: int
    modes: tuple[str, ...]
    only: str = ""
    doubts: tuple[str, ...] = ()
