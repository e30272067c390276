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
from analyzer.reports.layout import fold
from analyzer.reports.style import Style
from analyzer.reports.text import render_findings
from analyzer.reports.words import (
    finding_head,
    finding_kind,
    incomplete,
    ordered_findings,
    unknown_words,
)

MOST_IN_FULL = 2  # findings of a series that are told with their path; the others get a line

_LIVE = "to live with it, put this, with your reason, into"
_BEFORE = ".analyze-series.toml in a commit below these, which has to be there first"


@dataclass(frozen=True, slots=True)
class Judged:
    """What stops, as text, by which rules, and what could not be told, in lines."""

    stops: str = ""
    rules: tuple[str, ...] = ()
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
    rules = [one.rule for report in reports for one in counted(report.findings, settings.fail_on)]
    doubts = [unknown_words(doubt) for report in reports for doubt in incomplete(report)]
    return Judged("\n".join(stops), tuple(dict.fromkeys(rules)), tuple(doubts))


def _stops(report: Report, settings: Settings, style: Style) -> str:
    found = ordered_findings(counted(report.findings, settings.fail_on))
    if not found:
        return ""
    text = render_findings(report, found[:MOST_IN_FULL], style)
    for one in found[MOST_IN_FULL:]:
        place = f", at {one.way_out_words}" if one.way_out_words else ""
        head = f"{finding_head(one)} ({finding_kind(one)}){place}"
        text += "".join(f"\n{line}" for line in fold(visible(head), style.width, "", "  "))
    return text if text.endswith("\n") else f"{text}\n"


def told(
    hook: str, what: str, found: Judged, settings: Settings, advice: Sequence[str], *, lives: bool = True
) -> Told:
    """The answer of a hook about `what`, with `advice` for who is stopped; `lives` tells that a suppression
    would be heeded."""
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
    if found.rules and (lives or settings.suppressions):
        lines += [f"analyze-series: {_LIVE} {visible(settings.suppressions or _BEFORE)}:", ""]
        for rule in found.rules:
            lines += ["    [[suppress]]", f'    rule = "{visible(rule)}"', '    reason = "..."']
    return Told(REFUSED if refused else PASSED, err="".join(f"{line}\n" for line in lines))
