"""The mails or commits that belong to one patch of a series. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Siblings:
    """The series of a mail that is its patch `number` (0: the cover letter, or the only one) with this
    `title`.

    `commits` are words for a range that holds the series, or ""; else `mails` are those that are known, one
    after the other as an mbox. `how` says in words where they were found.
    """

    number: int
    title: str
    commits: str
    mails: bytes
    how: str
