"""What people say of a series, and what the analysis has to say to it.

A `Passage` is somebody's prose, as intake hands it on; a `Claim` is a statement found in one that could be
held against what was computed. Not modelled: prose that was not understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.model.letters import Sequence
from analyzer.model.series import FileDiff
from analyzer.model.unknown import Location
from analyzer.model.witness import Witness


class Medium(Enum):
    """What a passage is."""

    MESSAGE = "commit message"
    COVER = "cover letter"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Passage:
    """Prose of one author. `lines` are its lines with their 1-based places in `source` (0: none); the first
    one is the title where `titled`. `patch` is the number of the series' patch whose message it is (0: of
    none); `files` are the diff that came in the same mail, and `number` is the one that it calls itself by
    (0: none)."""

    author: str
    medium: Medium
    source: str
    lines: tuple[tuple[int, str], ...]
    patch: int = 0
    titled: bool = False
    files: tuple[FileDiff, ...] = ()
    number: int = 0


class ClaimKind(Enum):
    LIST = "list"  # the events of a course, in order
    TABLE = "table"  # handlers and the events they need
    NO_CHANGE = "no change"
    ORDER = "order"  # one event before another
    DUPLICATE = "duplicate"  # a patch takes a duplicate away, and nothing else


class ClaimVerdict(Enum):
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    INCOMPLETE = "incomplete"
    UNTOLD = "could not tell"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a claim comes down to: a course at a stage, a row of a table, a change of a patch.

    `subject` names it, `text` says what was found. `sequence` is what a run does there, `witness` the path
    that proves it, `where` the place that shows it.
    """

    subject: str
    verdict: ClaimVerdict
    text: str
    sequence: Sequence | None = None
    witness: Witness | None = None
    where: Location | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement and its verdict. `quote` are its words, `meaning` is what it was taken to say, `why` the
    verdict's reason in one line, `misses` what an incomplete one leaves out. `again` are the places at which
    it is said or quoted once more. Of words that were only found in a quote, the author is not known ("") and
    `quoted_by` is who quotes them."""

    kind: ClaimKind
    verdict: ClaimVerdict
    author: str
    medium: Medium
    where: Location
    quote: tuple[str, ...]
    meaning: str
    why: str
    points: tuple[Point, ...] = ()
    misses: tuple[str, ...] = ()
    again: tuple[Location, ...] = ()
    quoted_by: str = ""
