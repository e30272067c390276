"""What parts of a series do on the base: each patch alone, and each beginning of the series."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.model.level import Level
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location


class Effect(Enum):
    """What a part of a series does to a rule on some way: how it stands on the base, and with the part."""

    BREAKS = "breaks"
    MENDS = "mends"
    STAYS = "stays broken"
    UNTOLD = "could not be told"


@dataclass(frozen=True, slots=True)
class Affected:
    """A rule that is broken on the base, or with a part of the series, or both. `level` is that of the rule,
    at most a warning if no path shows it; `way_out` are the words of the place where the causes meet."""

    rule: str
    violation: str
    effect: Effect
    level: Level
    scenarios: tuple[str, ...]
    where: Location
    way_out: str
    fingerprint: str
    suppressed: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Some patches of a series, on the base: one `alone`, or all from the first one on.

    `applies` is None if it could not be told what the part does although it may apply; `why` says so, or
    which file and hunk conflict.
    """

    numbers: tuple[int, ...]
    alone: bool
    applies: bool | None
    why: str
    affected: tuple[Affected, ...]


@dataclass(frozen=True, slots=True)
class Backport:
    """The parts of one series. `source` and the words after it are those of a `Report`; `titles` are those of
    the patches, with their numbers."""

    title: str
    profile: str
    profile_title: str
    source: str
    follows: str
    base: str
    base_reason: str
    titles: tuple[tuple[int, str], ...]
    scenarios: tuple[tuple[str, str], ...]  # id, title
    parts: tuple[Part, ...]
    unknown: tuple[str, ...]
    exit_status: int
