"""What a report says of each patch, as the check of a tracker: a state and a line.

Input: a `Report`. Output: a `PatchCheck` a patch, or one for the whole series. A patch passes only if
nothing was found that it does, and all could be told of its stage and of those before it. Not modelled:
what a patch mends; its remarks say that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from analyzer.model.report import Level, Report, StageInfo
from analyzer.model.what_if import members_of
from analyzer.reports import words
from analyzer.reports.remarks import Remark, headline, remarks

MOST_LETTERS = 250  # of a line


class State(Enum):
    """How a patch stands."""

    PASS = "pass"
    WARN = "warn"  # a warning, or not all could be told
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class PatchCheck:
    """`patch` 0 is the series; `remarks` are those that are about it. `told` is False if something was
    not."""

    patch: int
    title: str
    state: State
    line: str
    remarks: tuple[Remark, ...]
    told: bool


def patch_checks(report: Report, scenarios: tuple[str, ...] = ()) -> tuple[PatchCheck, ...]:
    """One for each patch, in order."""
    found = remarks(report, scenarios)
    return tuple(
        _check(report, number, stage.title, _own(found, stage))
        for stage in report.stages
        if stage.patch
        for number in members_of(stage.patch)
    )


def series_check(report: Report, scenarios: tuple[str, ...] = ()) -> PatchCheck:
    """One for all patches."""
    return _check(report, 0, report.title, remarks(report, scenarios))


def _own(found: Sequence[Remark], stage: StageInfo) -> tuple[Remark, ...]:
    """What the patch does, and what leaves the answer on its stage incomplete."""
    return tuple(
        one
        for one in found
        if (one.patch == stage.patch if one.unknown is None else one.unknown.patch <= stage.patch)
    )


def _check(report: Report, patch: int, title: str, own: tuple[Remark, ...]) -> PatchCheck:
    grave = [one for one in own if one.level in (Level.ERROR, Level.WARNING)]
    doubts = [one for one in own if one.unknown is not None]
    state = State.PASS
    if grave or doubts:
        state = State.FAIL if any(one.level is Level.ERROR for one in grave) else State.WARN
    return PatchCheck(patch, title, state, _line(report, own, grave, doubts), own, not doubts)


def _line(report: Report, own: Sequence[Remark], grave: Sequence[Remark], doubts: Sequence[Remark]) -> str:
    said = []
    if grave and grave[0].finding:
        said.append(_short(f"{grave[0].level.value}: {headline(grave[0].finding)}"))
        if len(grave) > 1:
            said.append(f"{len(grave) - 1} more of that weight")
    if doubts:
        said.append(_short(f"incomplete: {doubts[0].text}"))
        if len(doubts) > 1:
            said.append(f"{len(doubts) - 1} more could not be told")
    if said:
        return "; ".join(said)
    if not report.concerned:
        return words.not_concerned(report)[0]
    suppressed = sum(one.finding is not None and one.finding.suppressed is not None for one in own)
    return f"nothing found but {suppressed} suppressed" if suppressed else "nothing found"


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS] + "..."
