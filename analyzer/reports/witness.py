"""Draws witness paths as steps with their places and source lines.

Input: `PathLine`s and the `Report` that holds the texts of places. Output: drawn lines. Not modelled:
which steps to show (`analyzer.reports.path` chooses them).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.model.report import Change, Finding, FindingKind, Report
from analyzer.model.unknown import Location
from analyzer.model.witness import Cause, Step, StepKind, Witness
from analyzer.reports.escape import source_line, visible
from analyzer.reports.highlight import c_line
from analyzer.reports.layout import fold
from analyzer.reports.path import PathLine, compared, numbered, shortened
from analyzer.reports.style import Style

_LOOKS = {"-": "red", "+": "green"}


def step_words(line: PathLine) -> str:
    """What the step is, not yet escaped; of a numbered one also why a branch is taken that is no decision."""
    step = line.step
    if step is None:
        return skipped_words(line.skipped)
    said = step.text or step.function
    if step.kind is StepKind.BRANCH and line.number:
        return f"{said}, which is settled here"
    return f"end: {said}" if step.kind is StepKind.END else said


def place_words(where: Location, evidence: str) -> str:
    """Where, and what shows it; a task that goes on stands nowhere."""
    return ", ".join(part for part in (str(where) if where.path else "", evidence) if part)


def skipped_words(count: int) -> str:
    """``... 9 steps``."""
    return f"... {count} step{'s' * (count > 1)}"


def paths_of(change: Change) -> tuple[tuple[str, tuple[PathLine, ...]], ...]:
    """The paths of a change with their titles: both as one, or the one that is known."""
    both = compared(change.witness_before, change.witness_after, change.causes)
    if both:
        return ((f"path, - before and + after patch {change.patch}", both),)
    titled = (("path before", change.witness_before), ("path after", change.witness_after))
    return tuple(path_of(title, witness, change.causes) for title, witness in titled if witness.steps)


def path_of_finding(finding: Finding, *, short: bool = False) -> tuple[str, tuple[PathLine, ...]] | None:
    """The numbered path of a finding with its title; None if none is known. ``+`` and ``-`` are the later and
    the earlier of the two stages. With `short` it is told as that of a change."""
    bad, good = finding.witness, finding.witness_good
    if bad is None or not bad.steps:
        return None
    mended = finding.kind is FindingKind.FIXED
    if short:
        lines = compared(bad, good, finding.causes) if good and mended else shortened(bad, finding.causes)
        title = f"- {_stage(bad.patch)} and + {_stage(good.patch)}" if good and mended else ""
        return f"path, {title}" if title else f"path ({_stage(bad.patch)})", lines
    path = numbered(good, bad, finding.causes, mended=mended)
    if good is None or not good.steps:
        return f"path ({_stage(bad.patch)})", path
    earlier, later = (bad, good) if mended else (good, bad)
    return f"path, - {_stage(earlier.patch)} and + {_stage(later.patch)}", path


def _stage(patch: int) -> str:
    return f"after patch {patch}" if patch else "at the base"


def path_of(title: str, witness: Witness, causes: Iterable[Cause] = ()) -> tuple[str, tuple[PathLine, ...]]:
    """One path with its title."""
    return f"{title} ({_stage(witness.patch)})", shortened(witness, causes)


def drawn_path(title: str, lines: Sequence[PathLine], report: Report, style: Style) -> list[str]:
    """The drawn lines of a path."""
    drawn = fold(f"{title}:", style.width, "  ")
    numbers = any(line.number for line in lines)
    for line, source in zip(lines, sources(lines, report), strict=True):
        if line.step is None:
            drawn.append(style.paint(f"{'':{6 + 5 * numbers}}{skipped_words(line.skipped)}", "dim"))
        else:
            drawn += _step(line, line.step, source, style)
    return drawn


def sources(lines: Sequence[PathLine], report: Report) -> list[str]:
    """The source text to show with each line of a path: "" where it says no more than the step or than
    the line before."""
    found: list[str] = []
    shown: Location | None = None
    for line in lines:
        step = line.step
        text = "" if step is None else report.source_line(line.stage, step.where).text.strip()
        said = "" if step is None else step.text.rpartition(":")[0] or step.text
        told = step is not None and (step.where == shown or (bool(said) and said in text))
        if step is not None and text:
            shown = step.where
        found.append("" if told else text)
    return found


def _step(line: PathLine, step: Step, source: str, style: Style) -> list[str]:
    # A numbered path says once what it rests on.
    shows = "" if line.number and step.kind is not StepKind.LETTER else step.evidence.value
    place = place_words(step.where, shows)
    said = visible(f"{step_words(line)}  [{place}]" if place else step_words(line))
    begin = f"    {line.mark} {f'{line.number:>3}. ' if line.number else ''}"
    looks = ["bold"] if step.kind is StepKind.LETTER else []
    looks += [_LOOKS[line.mark]] if line.mark in _LOOKS else []
    lines = [style.paint(line, *looks) for line in fold(said, style.width, begin)]
    if source:
        lines += _source(source, " " * len(begin), style)
    return lines


def _source(text: str, indent: str, style: Style) -> list[str]:
    lines = fold(source_line(text).strip(), style.width, f"{indent}| ", f"{indent}|   ")
    return [line[: len(indent) + 2] + c_line(line[len(indent) + 2 :], style) for line in lines]
