"""Findings that a project has decided to live with: each for a reason, and perhaps for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from analyzer.model.unknown import Location


@dataclass(frozen=True, slots=True)
class Suppression:
    """An entry of a suppressions file, which stands at `where`.

    It is about findings of `rule` (else of any), with `fingerprint`, of the kind `violation`, whose place is
    in a file that the glob `path` matches, whose way out reads as the glob `way_out` says, and all of whose
    scenarios are among `scenarios`; what is empty leaves the choice open. `until` is the last day on which it
    holds. `profile` "" stands for any.
    """

    rule: str
    fingerprint: str
    reason: str
    where: Location
    violation: str = ""
    scenarios: tuple[str, ...] = ()
    way_out: str = ""
    path: str = ""
    profile: str = ""
    until: date | None = None


class Standing(Enum):
    """What became of a suppression."""

    APPLIED = "applied"
    EXPIRED = "expired"  # it is past its last day, and suppresses nothing
    STALE = "stale"  # no finding is as it says
    UNTOLD = "untold"  # none is, but not all could be told


@dataclass(frozen=True, slots=True)
class Outcome:
    """A suppression at work: how it stands, how many findings are as it says, and why it is stale, or ""."""

    suppression: Suppression
    standing: Standing
    findings: int
    why: str = ""
