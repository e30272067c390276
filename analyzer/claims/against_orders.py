"""Holds *X before Y* against the sequences, course by course.

Input: an `OrderStatement`, a `Report`. Output: a `Judgement` with a point for each way the courses go.
Where both come, their order decides. Where X came before the patches and comes no more, the statement
misses that. A run without either has no order. Not modelled: threads, of which one may be ahead without a
letter to show it.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass, replace
from enum import Enum

from analyzer.claims.judgement import Judgement
from analyzer.claims.stages import (
    course_words,
    run_words,
    runs_at,
    scenarios_of,
    stage_words,
    stages_at,
    witness_of,
)
from analyzer.claims.stated import Often, OrderStatement, Side
from analyzer.model.claim import ClaimVerdict, Point
from analyzer.model.letters import Sequence
from analyzer.model.report import Report, ScenarioSequences, StageInfo

_CONFIRMED, _CONTRADICTED = ClaimVerdict.CONFIRMED, ClaimVerdict.CONTRADICTED
_INCOMPLETE, _UNTOLD = ClaimVerdict.INCOMPLETE, ClaimVerdict.UNTOLD


class _Order(Enum):
    """How a run orders the two."""

    HOLDS = "yes"
    MIXED = "in part"
    BROKEN = "no"
    NONE = "-"  # they do not both come


def judged(statement: OrderStatement, report: Report) -> Judgement:
    """The verdict on an order."""
    first, second = _spoken(report, statement.first), _spoken(report, statement.second)
    often = f"{statement.often.value} " if statement.often.value else ""
    scope = f", for {course_words(statement.courses)}" if statement.courses else ""
    meaning = f"{statement.moment}{scope}: {first} {often}comes {statement.side.value} {second}"
    stages, why = stages_at(report, statement.moment)
    if not stages:
        return Judgement(_UNTOLD, meaning, why)
    found: list[_Checked] = []
    for scenario in scenarios_of(report, statement.courses):
        for stage in stages:
            found += _scenario(statement, scenario, stage, report, (first, second))
    points = _grouped(found)
    verdict, reason = _verdict(statement, found, (first, second))
    misses: tuple[str, ...] = ()
    if verdict is _INCOMPLETE:
        texts = (f"{p.subject}: {p.text.partition(' (')[0]}" for p in points if p.verdict is not _CONFIRMED)
        misses = tuple(dict.fromkeys(texts))
    return Judgement(verdict, meaning, reason, points, misses)


@dataclass(frozen=True, slots=True)
class _Checked:
    point: Point
    order: _Order
    named: bool = True  # the scenario is one of the profile's


def _scenario(
    statement: OrderStatement,
    scenario: ScenarioSequences,
    stage: StageInfo,
    report: Report,
    spoken: tuple[str, str],
) -> list[_Checked]:
    first, second = spoken
    runs = runs_at(scenario, stage)
    subject = f"{scenario.title}, {stage_words(stage)}"
    if runs.doubt:
        text = f"what happens could not be told: {runs.doubt}"
        return [_Checked(Point(subject, _UNTOLD, text), _Order.NONE)]
    told = _over_stages(statement, scenario, report)
    result = []
    for sequence in runs.sequences:
        order = _order(statement, sequence)
        comes = any(letter.name in statement.first for letter in sequence.letters)
        other = any(letter.name in statement.second for letter in sequence.letters)
        witness = witness_of(report, stage, sequence)
        where = next((x.where for x in sequence.letters if x.name in statement.first), None)
        if order is not _Order.NONE:
            # The statement's own words: "no" where it does not hold, whichever way it is put.
            says = {
                _Order.HOLDS: f"{first} comes {_way(statement)} {second}",
                _Order.BROKEN: f"{first} comes {_way(statement, other=True)} {second}",
                _Order.MIXED: f"{first} comes both before and after {second}",
            }[order]
            kept = _kept(statement, order)
            text = f"{says}{told}"
            verdict = _CONFIRMED if kept else _CONTRADICTED
            result.append(
                _Checked(
                    Point(subject, verdict, text, sequence, witness, where), order, not scenario.generated
                )
            )
        elif not comes and _came(statement, scenario, stage, report):
            text = f"{first} comes no more" + (f", and {second} comes" if other else f", nor does {second}")
            must = other and statement.often is not Often.NEVER and statement.side is Side.BEFORE
            verdict = _CONTRADICTED if must else _INCOMPLETE
            result.append(_Checked(Point(subject, verdict, text, sequence, witness), order))
        elif comes or other:
            text = f"{second if comes else first} does not come: there is no order"
            result.append(_Checked(Point(subject, _CONFIRMED, text, sequence, None, where), order))
    return result


def _order(statement: OrderStatement, sequence: Sequence) -> _Order:
    """All pairs in the stated order, none, or some."""
    first = [at for at, letter in enumerate(sequence.letters) if letter.name in statement.first]
    second = [at for at, letter in enumerate(sequence.letters) if letter.name in statement.second]
    if not first or not second:
        return _Order.NONE
    if statement.side is Side.AFTER:
        first, second = second, first
    if max(first) < min(second):
        return _Order.HOLDS
    return _Order.BROKEN if min(first) > max(second) else _Order.MIXED


def _kept(statement: OrderStatement, order: _Order) -> bool:
    if statement.often is Often.NEVER:
        return order is _Order.BROKEN
    return order is _Order.HOLDS


def _way(statement: OrderStatement, *, other: bool = False) -> str:
    before = (statement.side is Side.BEFORE) is not other
    return "before" if before else "after"


def _over_stages(statement: OrderStatement, scenario: ScenarioSequences, report: Report) -> str:
    """Whether the order is so at each stage, for a reader who asks since when."""
    told = []
    for stage in report.stages:
        runs = runs_at(scenario, stage)
        orders = {_order(statement, sequence) for sequence in runs.sequences} - {_Order.NONE}
        if runs.doubt:
            told.append("?")
        elif len(orders) == 1:
            told.append(next(iter(orders)).value)
        else:
            told.append(_Order.MIXED.value if orders else _Order.NONE.value)
    names = [str(stage.patch) if stage.patch else "base" for stage in report.stages]
    way = f"{statement.side.value}, at "
    return f" ({way}{', '.join(f'{name}: {word}' for name, word in zip(names, told, strict=True))})"


def _came(statement: OrderStatement, scenario: ScenarioSequences, stage: StageInfo, report: Report) -> bool:
    """Whether at an earlier stage every run of the scenario had the first one."""
    for earlier in report.stages:
        if earlier is stage:
            return False
        runs = runs_at(scenario, earlier)
        if (
            runs.sequences
            and not runs.doubt
            and all(
                any(letter.name in statement.first for letter in sequence.letters)
                for sequence in runs.sequences
            )
        ):
            return True
    return False


def _verdict(
    statement: OrderStatement, found: Many[_Checked], spoken: tuple[str, str]
) -> tuple[ClaimVerdict, str]:
    first, second = spoken
    ordered = [one for one in found if one.order is not _Order.NONE]
    broken = [one for one in found if one.point.verdict is _CONTRADICTED]
    # What holds of courses that nobody named saves no statement.
    holds = [one for one in ordered if one.point.verdict is _CONFIRMED and one.named]
    if broken and (statement.often is not Often.SAID or not holds):
        return _CONTRADICTED, f"{broken[0].point.subject}: {broken[0].point.text}"
    doubtful = [one for one in found if one.point.verdict is _UNTOLD]
    if doubtful:
        return _UNTOLD, f"{doubtful[0].point.subject}: {doubtful[0].point.text}"
    if not ordered:
        return _UNTOLD, f"no run has both {first} and {second}"
    if broken:
        return _INCOMPLETE, f"it holds of some courses, not of {broken[0].point.subject}"
    lost = [one for one in found if one.point.verdict is _INCOMPLETE]
    if lost:
        return _INCOMPLETE, f"it holds wherever both come; in other courses {first} comes no more"
    return _CONFIRMED, "it holds wherever both come"


def _grouped(found: Many[_Checked]) -> tuple[Point, ...]:
    """Scenarios that go the same way as one point; what contradicts comes first."""
    rank = {_CONTRADICTED: 0, _UNTOLD: 1, _INCOMPLETE: 2, _CONFIRMED: 3}
    groups: dict[tuple[object, ...], list[_Checked]] = {}
    for one in found:
        run = run_words(one.point.sequence, whole=True) if one.point.sequence else ""
        groups.setdefault(
            (rank[one.point.verdict], one.order is _Order.NONE, one.point.text, run), []
        ).append(one)
    result = []
    for _, same in sorted(groups.items(), key=lambda entry: entry[0][:2]):
        point = same[0].point
        subjects = dict.fromkeys(one.point.subject for one in same)
        witness = next((one.point.witness for one in same if one.point.witness), None)
        stages = {subject.rpartition(", ")[2] for subject in subjects}
        if len(stages) == 1:
            named = ", ".join(subject.rpartition(", ")[0] for subject in subjects)
            subject = f"{named}, {stages.pop()}"
        else:
            subject = "; ".join(subjects)
        result.append(replace(point, subject=subject, witness=witness))
    return tuple(result)


def _spoken(report: Report, names: Many[str]) -> str:
    """A letter as lists print it."""
    for scenario in report.scenarios:
        for stage in scenario.stages:
            for sequence in stage.sequences:
                for letter in sequence.letters:
                    if letter.name in names:
                        return letter.words
    return names[0]
