"""Shortens witness paths to the steps that decide, and lays the two of a change over one another.

Input: `Witness`es and the `Cause`s of a change. Output: `PathLine`s: a step with its mark (``-`` only
before the patch, ``+`` only after it), or how many steps were left out there. Of a change, letters are kept
with the decisions around them, causes, what the diff itself shows, and where another task goes on; a path of
few steps is kept whole. Of a finding, all that somebody needs who wants to take the path again: its steps are
numbered, and every decision is kept; folded is what follows from the steps before. Not modelled: which of the
other steps a reader may miss (`json` has them all).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location
from analyzer.model.witness import Cause, Step, StepKind, Witness

_Row: TypeAlias = tuple[str, Step, int]  # the mark, the step, the patch of its stage
SHORT = 12  # paths of so many steps are shown whole


@dataclass(frozen=True, slots=True)
class PathLine:
    """`step` is None for `skipped` steps that are left out; `number` counts all steps, 0 for not at all;
    `stage` is the patch of the stage at which the step stands."""

    mark: str
    step: Step | None
    skipped: int = 0
    number: int = 0
    stage: int = 0


def shortened(witness: Witness, causes: Iterable[Cause] = ()) -> tuple[PathLine, ...]:
    """One path."""
    rows = _alone(witness)
    return _gaps(rows, _kept(rows, causes))


def compared(before: Witness, after: Witness, causes: Iterable[Cause]) -> tuple[PathLine, ...]:
    """The two paths of a change as one, as a diff shows two texts; () where one of them is missing."""
    rows = _merged(before, after)
    return _gaps(rows, _kept(rows, causes))


def numbered(
    good: Witness | None, bad: Witness, causes: Iterable[Cause], *, mended: bool = False
) -> tuple[PathLine, ...]:
    """The path of a finding, laid over the one of the stage beside it that keeps the rule, if that is known;
    with `mended` the good one is the later."""
    rows = _alone(bad)
    if good is not None and good.steps:
        rows = _merged(bad, good) if mended else _merged(good, bad)
    kept = _to_replay(rows, {(cause.where, cause.function) for cause in causes})
    return _gaps(rows, kept, numbers=True)


def _to_replay(rows: Sequence[_Row], deciding: set[tuple[Location, str]]) -> set[int]:
    """All but branches that are settled and calls of functions in which nothing is kept. Labels are kept:
    where one jumps to says more than the branch before it."""
    kept: set[int] = set()
    inside: set[str] = set()  # functions in which something is kept, seen from behind
    for index in range(len(rows) - 1, -1, -1):
        mark, step, _ = rows[index]
        called = _called(step)
        if step.kind is StepKind.BRANCH:
            keep = (step.where, step.function) in deciding or (mark != " " and step.evidence is Evidence.DIFF)
        elif called:
            keep = called in inside or mark != " "
            inside.discard(called)
        else:
            keep = True
        if keep:
            kept.add(index)
            inside.add(step.function)
    return kept


def _called(step: Step) -> str:
    """The function that a step enters by a call, or ""."""
    return step.text.partition("(")[0] if step.kind is StepKind.ENTER and "(" in step.text else ""


def _alone(witness: Witness) -> list[_Row]:
    return [(" ", step, witness.patch) for step in witness.steps]


def _merged(before: Witness, after: Witness) -> list[_Row]:
    """Both paths as rows with marks; none where one is missing."""
    if not before.steps or not after.steps:
        return []
    was, now = ([(s.kind, s.function, s.text) for s in w.steps] for w in (before, after))
    rows: list[_Row] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [(" ", step, after.patch) for step in after.steps[j1:j2]]
        else:
            rows += [("-", step, before.patch) for step in before.steps[i1:i2]]
            rows += [("+", step, after.patch) for step in after.steps[j1:j2]]
    return rows


def _gaps(rows: Sequence[_Row], kept: set[int], *, numbers: bool = False) -> tuple[PathLine, ...]:
    lines: list[PathLine] = []
    skipped: list[PathLine] = []
    for index, (mark, step, stage) in enumerate(rows):
        line = PathLine(mark, step, number=index + 1 if numbers else 0, stage=stage)
        if index in kept:
            lines += [*_gap(skipped), line]
            skipped = []
        else:
            skipped.append(line)
    return (*lines, *_gap(skipped))


def _gap(skipped: list[PathLine]) -> list[PathLine]:
    """To say that one step is left out takes as much room as the step."""
    return skipped if len(skipped) < 2 else [PathLine(" ", None, len(skipped))]


def _kept(rows: Sequence[_Row], causes: Iterable[Cause]) -> set[int]:
    if len(rows) <= SHORT:
        return set(range(len(rows)))
    deciding = {(cause.where, cause.function) for cause in causes}
    branches = [
        index for index, (_, step, _) in enumerate(rows) if step.kind in (StepKind.BRANCH, StepKind.DECISION)
    ]
    kept: set[int] = set()
    for index, (mark, step, _) in enumerate(rows):
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
