"""Claims of the mails, held against a finished report.

Input: a series with its mails, a thread about it, a report. Output: the report with its claims. Claims
never change the exit status: they are about what people say, not about the code. Not modelled: claims about
several series at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer import claims, intake
from analyzer.claims.copies import copy_of
from analyzer.claims.reading import MOST, Heard
from analyzer.model.claim import Passage
from analyzer.model.profile import Profile
from analyzer.model.report import Report
from analyzer.model.series import Series
from analyzer.model.subscriber import Subscriber


@dataclass(frozen=True, slots=True)
class Claimed:
    """The statements about a series; `more`: there were too many of them."""

    statements: tuple[Heard, ...]
    more: bool
    missing: tuple[int, ...] = ()  # patches that the series promises and the input lacks

    @property
    def on_subscribers(self) -> bool:
        return claims.wants_subscribers(self.statements)


def passages_about(series: Series, every: Sequence[Series], thread: Sequence[Passage]) -> tuple[Passage, ...]:
    """What the mails of a series and a thread say. Of several series a thread is about the one of which it
    has a patch."""
    about = len(every) == 1 or any(copy_of(passage.files, series.patches) for passage in thread)
    return (*intake.passages_of(series), *(thread if about else ()))


def stated(passages: Sequence[Passage], series: Series, profile: Profile, report: Report) -> Claimed:
    """The statements that are understood."""
    if not passages:
        return Claimed((), False)
    return Claimed(*claims.found(passages, series, profile, report), series.missing)


def with_claims(report: Report, claimed: Claimed, subscribers: Sequence[Subscriber] | None) -> Report:
    """The report with the verdicts."""
    reason = "handlers are looked for in a source tree: give --repo"
    if report.source == "tree":
        reason = "the handlers of the tree could not be told"
    found = claims.judged(claimed.statements, report, subscribers, reason, claimed.missing)
    notes = report.notes
    if claimed.more:
        notes = (*notes, f"the mails claim more than {MOST} things: the rest was not checked")
    return replace(report, claims=found, notes=notes)
