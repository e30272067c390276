"""Claims: what commit messages, cover letters and replies say of a series, held against what was computed.

| module | job |
|---|---|
| `blocks`, `words` | prose as rows and tokens; the words that a profile has for things |
| `moments`, `courses` | *after patch 2*; *for a failed X* |
| `lists`, `tables`, `sentences` | the statements that are understood |
| `stated`, `reading`, `copies` | statements as data, each once; diffs that are copies of a patch |
| `stages` | what a report knows at a moment |
| `against_lists`, `against_orders`, `against_changes`, `against_handlers` | the verdicts |
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from analyzer.claims import against_changes, against_handlers, against_lists, against_orders
from analyzer.claims.judgement import Judgement
from analyzer.claims.reading import Heard, heard
from analyzer.claims.stated import (
    DuplicateStatement,
    ListStatement,
    NoChangeStatement,
    OrderStatement,
    Side,
    Statement,
    TableStatement,
)
from analyzer.claims.words import Vocabulary
from analyzer.model.claim import Claim, ClaimKind, ClaimVerdict, Passage
from analyzer.model.profile import Profile
from analyzer.model.report import Report
from analyzer.model.series import Series
from analyzer.model.subscriber import Subscriber
from analyzer.model.unknown import Location

__all__ = ["found", "judged", "wants_subscribers"]


def found(
    passages: Sequence[Passage], series: Series, profile: Profile, report: Report
) -> tuple[tuple[Heard, ...], bool]:
    """The statements that are understood, and whether there were more of them than are looked at."""
    return heard(passages, series.patches, Vocabulary(profile, report))


def wants_subscribers(statements: Sequence[Heard]) -> bool:
    """Whether a statement is about who listens."""
    return any(isinstance(one.found.statement, TableStatement) for one in statements)


def judged(
    statements: Sequence[Heard],
    report: Report,
    subscribers: Sequence[Subscriber] | None,
    reason: str = "",
    missing: Sequence[int] = (),
) -> tuple[Claim, ...]:
    """The statements with their verdicts; where `subscribers` are not known, `reason` says why. `missing` are
    the numbers of patches that the series promises and the input lacks."""
    result = []
    for one in statements:
        kind, said = _against(one, report, subscribers, reason)
        lacking = [number for number in missing if number <= _last(one.found.statement)]
        if lacking and said.verdict is not ClaimVerdict.UNTOLD:
            # What was computed is what the patches do without this one.
            why = f"patch {lacking[0]} is missing from the input"
            said = Judgement(ClaimVerdict.UNTOLD, said.meaning, why)
        stated = one.found
        author = stated.author if not stated.quoted else ""
        result.append(
            Claim(
                kind,
                said.verdict,
                author,
                stated.medium,
                Location(stated.source, stated.line),
                stated.quote,
                said.meaning,
                said.why,
                said.points,
                said.misses,
                one.again,
                stated.author if stated.quoted else "",
            )
        )
    return tuple(result)


def _against(
    one: Heard, report: Report, subscribers: Sequence[Subscriber] | None, reason: str
) -> tuple[ClaimKind, Judgement]:
    statement = one.found.statement
    match statement:
        case ListStatement():
            return ClaimKind.LIST, against_lists.judged(statement, report)
        case TableStatement():
            return ClaimKind.TABLE, against_handlers.judged(statement, subscribers, reason)
        case OrderStatement():
            return ClaimKind.ORDER, against_orders.judged(statement, report)
        case NoChangeStatement():
            return ClaimKind.NO_CHANGE, against_changes.no_change(statement, report)
        case DuplicateStatement():
            return ClaimKind.DUPLICATE, against_changes.duplicate(statement, report)


def _last(statement: Statement) -> int:
    """The number up to which a statement is about what the patches do together."""
    match statement:
        case ListStatement(moment=moment) | OrderStatement(moment=moment):
            if moment.every or (not moment.patch and moment.side is Side.AFTER):
                return sys.maxsize
            return moment.patch
        case NoChangeStatement(patches=patches):
            return max(patches, default=sys.maxsize)
        case DuplicateStatement(patch=patch):
            return patch
        case TableStatement():
            return 0
