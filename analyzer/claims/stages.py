"""What a report knows at the moment a statement is about.

Input: a `Report`, a `Moment`. Output: stages, the sequences of a scenario there, the path that proves a
sequence, words for letters. Not modelled: stages in the middle of a patch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.claims.stated import Course, Moment, Side
from analyzer.model.claim import ClaimVerdict
from analyzer.model.letters import Letter, Sequence
from analyzer.model.profile import LetterKind
from analyzer.model.report import Report, ScenarioSequences, StageInfo
from analyzer.model.unknown import Weight
from analyzer.model.witness import Witness

_ORDER = (
    ClaimVerdict.CONTRADICTED,
    ClaimVerdict.UNTOLD,
    ClaimVerdict.INCOMPLETE,
    ClaimVerdict.CONFIRMED,
)


def worst(verdicts: Iterable[ClaimVerdict]) -> ClaimVerdict:
    """The one that a whole is given by its parts."""
    found = set(verdicts)
    return next((verdict for verdict in _ORDER if verdict in found), ClaimVerdict.UNTOLD)


@dataclass(frozen=True, slots=True)
class Runs:
    """A scenario's sequences at a stage; `doubt` says why they may not be all."""

    sequences: tuple[Sequence, ...]
    doubt: str = ""


def stages_at(report: Report, moment: Moment) -> tuple[tuple[StageInfo, ...], str]:
    """The stages that a moment means, or why there is none."""
    if moment.every:
        return report.stages, ""
    if not moment.patch:
        return (report.stages[0 if moment.side is Side.BEFORE else -1],), ""
    at = next((n for n, stage in enumerate(report.stages) if n and stage.patch == moment.patch), 0)
    if not at:
        return (), f"patch {moment.patch} is not among the patches given"
    return (report.stages[at - 1 if moment.side is Side.BEFORE else at],), ""


def stage_words(stage: StageInfo) -> str:
    return f"after patch {stage.patch}" if stage.patch else "at the base"


def runs_at(scenario: ScenarioSequences, stage: StageInfo) -> Runs:
    """What a scenario does at a stage."""
    row = next((one for one in scenario.stages if one.patch == stage.patch), None)
    if row is None or stage.note:
        return Runs((), stage.note or "this stage was not analysed")
    doubts = [one.why for one in row.unknown if one.weight is Weight.INCOMPLETE]
    return Runs(row.sequences, doubts[0] if doubts else "")


def scenarios_of(report: Report, courses: Iterable[Course]) -> tuple[ScenarioSequences, ...]:
    """The scenarios that courses name, those of a report if none is named."""
    wanted = {name for course in courses for name in course.scenarios}
    return tuple(one for one in report.scenarios if not one.failing and (not wanted or one.id in wanted))


def witness_of(report: Report, stage: StageInfo, sequence: Sequence) -> Witness | None:
    """The path that proves a sequence at a stage, of the nearest stage that has one."""
    wanted = [letter.label for letter in sequence.letters]
    found = [
        witness
        for change in report.changes
        for side, witness in ((change.before, change.witness_before), (change.after, change.witness_after))
        if witness.steps and [letter.label for letter in side.letters] == wanted
    ]
    return min(found, key=lambda one: abs(one.patch - stage.patch), default=None)


def letter_words(letter: Letter) -> str:
    """``notify STOP (during filling)``."""
    words = letter.words + ("*" if letter.repeats else "")
    if letter.kind is LetterKind.LANDMARK:
        return words
    return f"{words} (during {letter.phase or letter.function})"


def run_words(sequence: Sequence, *, whole: bool = False) -> str:
    """A sequence in one line."""
    letters = sequence.letters if whole else sequence.letters[sequence.shown_from :]
    return ", ".join(letter_words(letter) for letter in letters) or "no event"


def course_words(courses: Iterable[Course]) -> str:
    return " and ".join(course.words for course in courses)
