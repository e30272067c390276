"""Judges what is pushed or sent: which findings stop it, and how that is told.

Job: analyse, and put what stops into words. Input: what to analyse, settings. Output: `Told`. A finding
counts as it does for the exit status of an analysis; what could not be told stops only if that was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.hooks.asked import PASSED, REFUSED, Progress, Settings, Told
from analyzer.model.report import Report
from analyzer.model.unknown import InputError
from analyzer.pipeline.analyse import analyse, counted
from analyzer.pipeline.options import Options
from analyzer.reports.escape import visible
from analyzer.reports.style import Style
from analyzer.reports.text import render_findings
from analyzer.reports.words import incomplete, unknown_words


@dataclass(frozen=True, slots=True)
class Judged:
    """What stops, as text, and what could not be told, in lines."""

    stops: str = ""
    doubts: tuple[str, ...] = ()


def judged(
    paths: Sequence[str],
    repo: str | None,
    base: str | None,
    settings: Settings,
    style: Style,
    progress: Progress,
) -> Judged:
    """What an analysis of `paths` comes to."""
    options = Options(
        tuple(paths),
        profile=settings.profile,
        fail_on=settings.fail_on,
        repo=repo,
        base=base,
        suppressions=settings.suppressions,
        claims=False,
        failing=False,
    )
    try:
        reports = analyse(options, progress=progress)
    except InputError as wrong:
        return Judged(doubts=(str(wrong),))
    stops = [text for report in reports if (text := _stops(report, settings, style))]
    doubts = [unknown_words(doubt) for report in reports for doubt in incomplete(report)]
    return Judged("\n".join(stops), tuple(doubts))


def _stops(report: Report, settings: Settings, style: Style) -> str:
    found = counted(report.findings, settings.fail_on)
    return render_findings(report, found, style) if found else ""


def told(hook: str, what: str, found: Judged, settings: Settings, advice: Sequence[str]) -> Told:
    """The answer of a hook about `what`, with `advice` for who is stopped."""
    lines = [
        f"analyze-series: {hook}: {visible(what)}: could not tell: {visible(doubt)}"
        for doubt in found.doubts[:1]
    ]
    if len(found.doubts) > 1:
        lines[-1] += f"; and {len(found.doubts) - 1} more"
    refused = bool(found.stops) or (settings.strict and bool(found.doubts))
    if found.stops:
        lines += [f"analyze-series: {hook}: {visible(what)}: refused for what it breaks:", "", found.stops]
    elif refused:
        lines.append(f"analyze-series: {hook}: refused, as --incomplete refuse was asked for")
    if refused:
        lines += [f"analyze-series: {visible(line)}" for line in advice]
    return Told(REFUSED if refused else PASSED, err="".join(f"{line}\n" for line in lines))
