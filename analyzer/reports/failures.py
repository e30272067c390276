"""Where a run goes if a call on its way fails: the generated scenarios, in few lines.

Input: a `Report`. Output: one `Failure` for each of its generated scenarios, with a line for each group of
stages, or the one scenario that people named and that reads the same. Not modelled: where letters stand (the
`json` format has that).
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.model.report import Report
from analyzer.reports.lists import Listing, StageList, alike, chosen, failing, listing

HEADING = "If a call fails"


@dataclass(frozen=True, slots=True)
class Failure:
    """What may fail, and what is told then; all texts are escaped for a terminal or not at all marked up."""

    title: str
    summary: str
    lines: tuple[str, ...]


def failures(report: Report) -> tuple[Failure, ...]:
    """The generated scenarios of a report, in its order."""
    named = [listing(report, scenario) for scenario in chosen(report, ())]
    return tuple(
        Failure(entry.scenario.title, entry.scenario.summary, _lines(entry, named))
        for entry in (listing(report, scenario) for scenario in failing(report))
    )


def _lines(entry: Listing, named: list[Listing]) -> tuple[str, ...]:
    for other in named:
        if not other.scenario.generated and len(alike((other, entry))) == 1:
            return (f"as: {other.scenario.title}",)
    if not entry.changes:
        return (_said(entry.lists[0]),)
    return tuple(
        f"{group.heading}: {_said(shown)}" for group, shown in zip(entry.groups, entry.lists, strict=True)
    )


def _said(shown: StageList) -> str:
    runs = [", ".join(line.words for line in run) for run in shown.runs]
    return "; or: ".join([*runs, *shown.asides])
