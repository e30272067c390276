"""Holds a list of events against the sequences of its course.

Input: a `ListStatement`, a `Report`. Output: a `Verdict` with a point for each scenario. A list is
confirmed if it says all runs there are, each letter in its place; what stands before the first event it
names may be left out. Not modelled: lists of a part of a course.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from enum import Enum

from analyzer.claims.judgement import Judgement
from analyzer.claims.stages import (
    course_words,
    run_words,
    runs_at,
    stage_words,
    stages_at,
    witness_of,
    worst,
)
from analyzer.claims.stated import Item, ListStatement
from analyzer.model.claim import ClaimVerdict, Point
from analyzer.model.letters import Letter, Sequence
from analyzer.model.report import Report, ScenarioSequences, StageInfo

_CONFIRMED, _CONTRADICTED = ClaimVerdict.CONFIRMED, ClaimVerdict.CONTRADICTED
_INCOMPLETE, _UNTOLD = ClaimVerdict.INCOMPLETE, ClaimVerdict.UNTOLD


class _Fit(Enum):
    """How a claimed run fits one of the runs."""

    EXACT = 0
    SHORT = 1  # it leaves out letters that are never named, or that one may come several times
    PLACE = 2  # it names a place that nobody knows
    NO = 3


def judged(statement: ListStatement, report: Report) -> Judgement:
    """The verdict on a list."""
    where = f"for {course_words(statement.courses)}" if statement.courses else "for some course"
    said = " or: ".join(", ".join(item.words for item in run) for run in statement.runs)
    said = said or ("no run" if statement.nothing else "no event")
    meaning = f"{statement.moment}, {where}: {said}"
    if not statement.courses:
        return Judgement(
            _UNTOLD, meaning, f"it is not known which course of events is meant: {statement.doubt}"
        )
    if statement.lost:
        return Judgement(_UNTOLD, meaning, f"a line of the list is not understood: {statement.lost[0]}")
    stages, why = stages_at(report, statement.moment)
    if not stages:
        return Judgement(_UNTOLD, meaning, why)
    points: list[Point] = []
    verdicts: list[ClaimVerdict] = []
    misses: list[str] = []
    for course in statement.courses:
        known = [one for one in report.scenarios if one.id in course.scenarios]
        made = [_scenario(statement, scenario, stage, report) for scenario in known for stage in stages]
        points += [point for point, _ in made]
        misses += [miss for _, missing in made for miss in missing]
        verdicts.append(_together([point for point, _ in made]))
    verdict = worst(verdicts)
    if verdict is _INCOMPLETE and not misses:
        misses = [f"{point.subject}: {point.text}" for point in points if point.verdict is not _CONFIRMED]
    first = next((point for point in points if point.verdict is verdict), points[0] if points else None)
    return Judgement(verdict, meaning, first.text if first else "", tuple(points), tuple(misses))


def _together(points: Many[Point]) -> ClaimVerdict:
    """The verdict on a course that may mean several scenarios: true of some of them only is incomplete."""
    found = [point.verdict for point in points]
    if _CONFIRMED in found and set(found) - {_CONFIRMED}:
        return _UNTOLD if _UNTOLD in found else _INCOMPLETE
    return worst(found)


def _scenario(
    statement: ListStatement, scenario: ScenarioSequences, stage: StageInfo, report: Report
) -> tuple[Point, tuple[str, ...]]:
    """The verdict on one scenario at one stage, and what the list leaves out."""
    runs = runs_at(scenario, stage)
    subject = f"{scenario.title}, {stage_words(stage)}"
    if runs.doubt:
        return Point(subject, _UNTOLD, f"what happens could not be told: {runs.doubt}"), ()
    if not runs.sequences:
        if statement.nothing and not statement.runs:
            return Point(subject, _CONFIRMED, "no run meets it"), ()
        return Point(subject, _CONTRADICTED, "no run meets it at this stage"), ()
    wanted = (*statement.runs, ()) if statement.nothing else statement.runs
    named = statement.spoken_of
    covered: dict[int, _Fit] = {}
    for run in wanted:
        fits = [_fit(run, sequence, named) for sequence in runs.sequences]
        best = min(fits, key=lambda fit: fit.value)
        if best is _Fit.NO:
            near = min(runs.sequences, key=lambda sequence: _distance(run, sequence))
            text = _difference(run, near)
            witness = witness_of(report, stage, near)
            where = near.letters[-1].where if near.letters else None
            return Point(subject, _CONTRADICTED, text, near, witness, where), ()
        for at, fit in enumerate(fits):
            if fit is not _Fit.NO:
                covered[at] = min(fit, covered.get(at, fit), key=lambda one: one.value)
    if _Fit.PLACE in covered.values():
        strange = next(item.strange for run in wanted for item in run if item.strange)
        text = f"neither the profile nor any event knows the place {strange!r}"
        return Point(subject, _UNTOLD, text, runs.sequences[min(covered)]), ()
    misses = [
        f"{subject}: another run goes {run_words(sequence)}"
        for at, sequence in enumerate(runs.sequences)
        if at not in covered
    ]
    for at, fit in sorted(covered.items()):
        if fit is _Fit.SHORT:
            misses.append(f"{subject}: it leaves something out of {run_words(runs.sequences[at])}")
    first = runs.sequences[min(covered)]
    if misses:
        return Point(subject, _INCOMPLETE, "it is not all that happens", first), tuple(misses)
    return Point(subject, _CONFIRMED, "it goes so", first), ()


def _fit(run: Many[Item], sequence: Sequence, named: frozenset[str]) -> _Fit:
    letters = sequence.letters
    if run and run[-1].blocked:
        if not sequence.blocked:
            return _Fit.NO
        run = run[:-1]
    starts = {0, min(sequence.shown_from, len(letters))}
    starts.update([at for at, letter in enumerate(letters) if letter.name in named][:1])
    best = _Fit.NO
    for start in sorted(starts):
        best = min(best, _matches(run, letters[start:]), key=lambda fit: fit.value)
    if best is _Fit.NO and run:
        kept = [letter for letter in letters if letter.name in named]
        if _matches(run, kept) is _Fit.EXACT:
            return _Fit.SHORT
    return best


def _matches(run: Many[Item], letters: Many[Letter]) -> _Fit:
    if len(run) != len(letters):
        return _Fit.NO
    best = _Fit.EXACT
    for item, letter in zip(run, letters, strict=True):
        if letter.name not in item.names or (item.repeats and not letter.repeats):
            return _Fit.NO
        if item.strange:
            best = _Fit.PLACE
        elif item.functions is not None and letter.function not in item.functions:
            return _Fit.NO
        elif letter.repeats and not item.repeats:
            best = max(best, _Fit.SHORT, key=lambda fit: fit.value)
    return best


def _distance(run: Many[Item], sequence: Sequence) -> int:
    """How far a run is from a claimed one: letters that only one of them has, by position from the end."""
    shown = sequence.letters[sequence.shown_from :]
    pairs = zip(reversed(run), reversed(shown), strict=False)
    unlike = sum(letter.name not in item.names for item, letter in pairs)
    return 2 * abs(len(run) - len(shown)) + unlike


def _difference(run: Many[Item], near: Sequence) -> str:
    """What is wrong with a claimed run, next to the nearest one there is."""
    said = [item.words for item in run]
    return f"no run goes {', '.join(said) or 'without an event'}; it goes {run_words(near)}"
