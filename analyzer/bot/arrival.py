"""A mail that has come, and what is to be noted when it has been dealt with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail. `raw` is None if it is not read, for the reason `why`. When it has been dealt with, `name` is
    known as seen, or the source is read up to `place`; `grown` says that it was read before, and not to its
    end."""

    label: str
    raw: bytes | None
    why: str = ""
    name: str = ""
    place: str = ""
    grown: bool = False
