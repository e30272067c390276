"""Draws a witness as numbered steps with their places and source lines.

Input: a `Witness`, the `Report` that holds the texts of places. Output: drawn lines.
"""

from __future__ import annotations

from analyzer.model.report import Report, Step, StepKind, Witness
from analyzer.reports.escape import source_line, visible
from analyzer.reports.highlight import c_line
from analyzer.reports.layout import fold
from analyzer.reports.style import Style

_SAY = {
    StepKind.ENTER: "enter {}",
    StepKind.BRANCH: "{}",
    StepKind.LETTER: "{}",
    StepKind.DEFER: "defer {}",
    StepKind.TASK: "go on with {}",
    StepKind.END: "end: {}",
}


def step_words(step: Step) -> str:
    """What the step is, not yet escaped."""
    return _SAY[step.kind].format(step.text or step.function)


def drawn_path(title: str, witness: Witness, report: Report, style: Style) -> list[str]:
    """The steps of `witness`, or nothing when it has none."""
    if not witness.steps:
        return []
    stage = f"after patch {witness.patch}" if witness.patch else "at the base"
    lines = fold(f"{title} ({stage}):", style.width, "  ")
    digits = len(str(len(witness.steps)))
    for number, step in enumerate(witness.steps, start=1):
        said = f"{step_words(step)}  [{step.where}, {step.evidence.value}]"
        mark = f"    {number:>{digits}}. "
        drawn = fold(visible(said), style.width, mark)
        lines += [style.paint(line, "bold") for line in drawn] if step.kind is StepKind.LETTER else drawn
        source = report.source_lines.get((step.where.path, step.where.line))
        if source is not None and source.strip():
            lines += _source(source, " " * len(mark), style)
    return lines


def _source(text: str, indent: str, style: Style) -> list[str]:
    lines = fold(source_line(text).strip(), style.width, f"{indent}| ", f"{indent}|   ")
    return [line[: len(indent) + 2] + c_line(line[len(indent) + 2 :], style) for line in lines]
