"""What a report has to say at single lines, for the formats that annotate code.

Input: a `Report` and the scenarios asked for. Output: `Remark`s, the gravest first: one for each finding,
one for each thing that could not be told. Texts are one line and not yet escaped. Not modelled: claims,
changes that break no rule, and who listens; the whole report has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.model.report import Finding, FindingKind, Level, Report
from analyzer.model.unknown import Location, Unknown
from analyzer.reports import words
from analyzer.reports.lists import chosen

OPEN = "could-not-tell"  # the rule of what could not be told
FAILING = (FindingKind.INTRODUCED, FindingKind.WINDOW)  # what a series can be held to


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say at `where`, a line after the last patch that a patch changed if that is known.

    `real` is where it happens, `level` what it weighs in this report: a note for what is suppressed, mended,
    preexisting or open. `finding` or `unknown` is what it is about; `line_hash` is GitHub's, or "".
    """

    rule: str
    level: Level
    text: str
    where: Location
    real: Location
    patch: int | None
    fingerprint: str
    finding: Finding | None = None
    unknown: Unknown | None = None
    line_hash: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many remarks there are: those that count, by level, and the notes and open ones."""

    errors: int
    warnings: int
    notes: int
    open: int
    suppressed: int


def remarks(report: Report, scenarios: Iterable[str] = ()) -> tuple[Remark, ...]:
    """Those on the report, or on what the named scenarios tell."""
    names = tuple(scenarios)
    picked = chosen(report, names)
    ids = {scenario.id for scenario in picked}
    found = [
        _finding(report, finding)
        for finding in words.ordered_findings(report.findings)
        if not names or ids & set(finding.scenarios)
    ]
    doubts = words.incomplete(report, picked) if names else words.incomplete(report)
    return (*sorted(found, key=_rank), *(_unknown(report, doubt) for doubt in doubts))


def tally(found: Iterable[Remark]) -> Tally:
    """The numbers."""
    every = tuple(found)
    told = [one for one in every if one.finding is not None]
    count = {level: sum(one.level is level for one in told) for level in Level}
    suppressed = sum(one.finding is not None and one.finding.suppressed is not None for one in told)
    return Tally(
        count[Level.ERROR],
        count[Level.WARNING],
        count[Level.NOTE] - suppressed,
        len(every) - len(told),
        suppressed,
    )


def tally_words(found: Iterable[Remark], *, suppressions: bool = True) -> str:
    """``2 errors, 1 warning, 3 notes, 1 suppressed; incomplete: 2 could not be told``."""
    n = tally(found)
    parts = [_count(n.errors, "error"), _count(n.warnings, "warning"), _count(n.notes, "note")]
    if n.suppressed and suppressions:
        parts.append(f"{n.suppressed} suppressed")
    doubts = f"; incomplete: {n.open} could not be told" if n.open else ""
    return ", ".join(parts) + doubts


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _rank(remark: Remark) -> tuple[int, bool]:
    kind = remark.finding.kind if remark.finding else None
    return (Level.ERROR, Level.WARNING, Level.NOTE).index(remark.level), kind not in FAILING


def level_of(finding: Finding) -> Level:
    """What a finding weighs: only what the series does, and the project does not live with, is more than a
    note."""
    return finding.level if finding.kind in FAILING and finding.suppressed is None else Level.NOTE


def headline(finding: Finding) -> str:
    """``start-stop: missing (introduced by patch 3), at fail: in fill() (gate.c:7)``, without the level."""
    out = words.way_out_words(finding)
    return f"{finding.rule}: {finding.violation} ({words.finding_kind(finding)})" + (
        f", at {out}" if out else ""
    )


def _finding(report: Report, finding: Finding) -> Remark:
    spot = report.spots.findings.get(finding.fingerprint)
    said = [headline(finding)]
    if finding.suppressed:
        said.append(f"suppressed: {words.suppressed_words(finding)}")
    said += [f"{name}: {text}" for name, text in words.sequence_lines(finding)]
    if finding.reason:
        said.append(finding.reason)
    return Remark(
        rule=finding.rule,
        level=level_of(finding),
        text=". ".join(part.rstrip(".") for part in said) + ".",
        where=spot.where if spot else finding.where,
        real=finding.where,
        patch=finding.patch,
        fingerprint=finding.fingerprint,
        finding=finding,
        line_hash=spot.line_hash if spot else "",
    )


def _unknown(report: Report, doubt: Unknown) -> Remark:
    # What holds for no patch, or for one of which nothing stands, is shown at the first changed line.
    first = next(iter(report.spots.patches.values()), None)
    spot = report.spots.patches.get(doubt.patch, first)
    real = place_of(doubt.where)
    return Remark(
        rule=OPEN,
        level=Level.NOTE,
        text=f"could not be told: {words.unknown_words(doubt)}",
        where=spot.where if spot else real,
        real=real,
        patch=doubt.patch or None,
        fingerprint="",
        unknown=doubt,
        line_hash=spot.line_hash if spot else "",
    )


def place_of(where: str) -> Location:
    """``file:line`` as a place; what has no line is a file."""
    path, colon, line = where.rpartition(":")
    if colon and line.isascii() and line.isdigit() and len(line) < 10:
        return Location(path, int(line))
    return Location(where)
