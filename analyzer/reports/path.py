"""Shortens witness paths to the steps that decide, and lays the two of a change over one another.

Input: `Witness`es and the `Cause`s of a change. Output: `PathLine`s: a step with its mark (``-`` only
before the patch, ``+`` only after it), or how many steps were left out there. Kept are letters with the
decisions around them, causes, what the diff itself shows, and where another task goes on; a path of few
steps is kept whole. Not modelled: which of the other steps a reader may miss (`json` has them all).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from analyzer.model.report import Cause, Step, StepKind, Witness
from analyzer.model.snapshot import Evidence

SHORT = 12  # paths of so many steps are shown whole


@dataclass(frozen=True, slots=True)
class PathLine:
    """`step` is None for `skipped` steps that are left out."""

    mark: str
    step: Step | None
    skipped: int = 0


def shortened(witness: Witness, causes: Iterable[Cause] = ()) -> tuple[PathLine, ...]:
    """One path."""
    return _gaps([(" ", step) for step in witness.steps], causes)


def compared(before: Witness, after: Witness, causes: Iterable[Cause]) -> tuple[PathLine, ...]:
    """The two paths of a change as one, as a diff shows two texts; () where one of them is missing."""
    if not before.steps or not after.steps:
        return ()
    was, now = ([(s.kind, s.function, s.text) for s in w.steps] for w in (before, after))
    rows: list[tuple[str, Step]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [(" ", step) for step in after.steps[j1:j2]]
        else:
            rows += [("-", step) for step in before.steps[i1:i2]]
            rows += [("+", step) for step in after.steps[j1:j2]]
    return _gaps(rows, causes)


def _gaps(rows: Sequence[tuple[str, Step]], causes: Iterable[Cause]) -> tuple[PathLine, ...]:
    kept = set(range(len(rows))) if len(rows) <= SHORT else _kept(rows, causes)
    lines: list[PathLine] = []
    skipped: list[tuple[str, Step]] = []
    for index, (mark, step) in enumerate(rows):
        if index not in kept:
            skipped.append((mark, step))
            continue
        lines += _gap(skipped)
        lines.append(PathLine(mark, step))
        skipped = []
    return (*lines, *_gap(skipped))


def _gap(skipped: Sequence[tuple[str, Step]]) -> list[PathLine]:
    """To say that one step is left out takes as much room as the step."""
    if len(skipped) < 2:
        return [PathLine(mark, step) for mark, step in skipped]
    return [PathLine(" ", None, len(skipped))]


def _kept(rows: Sequence[tuple[str, Step]], causes: Iterable[Cause]) -> set[int]:
    deciding = {(cause.where, cause.function) for cause in causes}
    branches = [index for index, (_, step) in enumerate(rows) if step.kind is StepKind.BRANCH]
    kept: set[int] = set()
    for index, (mark, step) in enumerate(rows):
        if step.kind is StepKind.LETTER:
            kept.add(index)
            kept |= set([b for b in branches if b < index][-1:])
            # The call that notifies is often the condition of the next branch.
            kept |= {b for b in branches if index < b <= index + 1}
        elif (
            mark != " "
            or step.kind in (StepKind.TASK, StepKind.END)
            or (step.where, step.function) in deciding
            or step.evidence is Evidence.DIFF
        ):
            kept.add(index)
    return kept
