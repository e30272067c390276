"""Holds what is said of a patch against the changes that were found: none, or only duplicates taken away.

Input: a statement, a `Report`. Output: a `Judgement` with a point for each change that speaks against it.
*Functional* is here what the events of the profile are concerned with, and the verdict says so. Not
modelled: other behaviour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.claims.judgement import Judgement
from analyzer.claims.stages import course_words, run_words
from analyzer.claims.stated import Course, DuplicateStatement, NoChangeStatement
from analyzer.model.claim import ClaimVerdict, Point
from analyzer.model.report import Change, ChangeKind, Report, StageInfo
from analyzer.model.unknown import Weight

_MOST = 6  # points of a claim

_WORDS = {
    ChangeKind.ADDED: "added",
    ChangeKind.LOST: "lost",
    ChangeKind.DUPLICATED: "told once more",
    ChangeKind.DEDUPLICATED: "told once less",
    ChangeKind.REORDERED: "told in another order",
    ChangeKind.MOVED: "moved",
    ChangeKind.CONTEXT: "told in another context",
    ChangeKind.BLOCKED: "told as before, but the run ends otherwise",
}


def no_change(statement: NoChangeStatement, report: Report) -> Judgement:
    """The verdict on *no functional change*."""
    patches = statement.patches or tuple(stage.patch for stage in report.stages[1:])
    named = f"patch {', '.join(map(str, patches))}" if statement.patches else "the series"
    meaning = f"{named} changes no sequence{_scope(statement.courses)}"
    missing = _missing(patches, report)
    if missing:
        return Judgement(ClaimVerdict.UNTOLD, meaning, missing)
    found = _changes(report, patches, statement.courses)
    if found:
        points = tuple(_point(change, report, ClaimVerdict.CONTRADICTED) for change in found[:_MOST])
        why = f"patch {found[0].patch}: {_first(found, report)}"
        return Judgement(ClaimVerdict.CONTRADICTED, meaning, why, points)
    doubt = _doubt(patches, report)
    if doubt:
        return Judgement(ClaimVerdict.UNTOLD, meaning, doubt)
    return Judgement(
        ClaimVerdict.CONFIRMED,
        meaning,
        f"no sequence of {report.profile_title} changes; other behaviour was not looked at",
    )


def duplicate(statement: DuplicateStatement, report: Report) -> Judgement:
    """The verdict on *fixes the duplicate*, and on *only*."""
    events = f" {' and '.join(statement.events)}" if statement.events else ""
    only = "only " if statement.only else ""
    meaning = f"patch {statement.patch} {only}takes a duplicate{events} away{_scope(statement.courses)}"
    missing = _missing((statement.patch,), report)
    if missing:
        return Judgement(ClaimVerdict.UNTOLD, meaning, missing)
    found = _changes(report, (statement.patch,), statement.courses)
    taken = [change for change in found if change.kind is ChangeKind.DEDUPLICATED]
    gone = {event for change in taken for event in change.events}
    others = [change for change in found if change.kind is not ChangeKind.DEDUPLICATED]
    lacking = [event for event in statement.events if event not in gone]
    points = tuple(_point(change, report, ClaimVerdict.CONFIRMED) for change in taken[:_MOST])
    doubt = _doubt((statement.patch,), report)
    if statement.only and others:
        why = f"it does more: {_first(others, report)}"
        against = tuple(_point(change, report, ClaimVerdict.CONTRADICTED) for change in others[:_MOST])
        return Judgement(ClaimVerdict.CONTRADICTED, meaning, why, against)
    if doubt:
        return Judgement(ClaimVerdict.UNTOLD, meaning, doubt, points)
    if not found and not statement.events:
        return Judgement(ClaimVerdict.UNTOLD, meaning, "no event is named, and the patch changes no sequence")
    if not taken or (lacking and len(lacking) == len(statement.events)):
        what = f"no duplicate{events} is taken away"
        against = tuple(_point(change, report, ClaimVerdict.CONTRADICTED) for change in found[:_MOST])
        return Judgement(ClaimVerdict.CONTRADICTED, meaning, what, against)
    if lacking:
        misses = tuple(f"no duplicate {event} is taken away" for event in lacking)
        return Judgement(ClaimVerdict.INCOMPLETE, meaning, misses[0], points, misses)
    return Judgement(
        ClaimVerdict.CONFIRMED, meaning, f"of {' and '.join(sorted(gone))} one is taken away", points
    )


def _changes(report: Report, patches: Iterable[int], courses: Sequence[Course]) -> list[Change]:
    wanted = {name for course in courses for name in course.scenarios}
    within = set(patches)
    return [
        change
        for change in report.changes
        if change.patch in within and (not wanted or wanted & set(change.scenarios))
    ]


def _point(change: Change, report: Report, verdict: ClaimVerdict) -> Point:
    titles = {scenario.id: scenario.title for scenario in report.scenarios}
    courses = ", ".join(titles.get(name, name) for name in change.scenarios) or "some runs"
    text = f"{_what(change)}; it went {run_words(change.before, whole=True)}, and now goes"
    return Point(
        f"patch {change.patch}, {courses}",
        verdict,
        text,
        change.after,
        change.witness_after if change.witness_after.steps else None,
        change.way_out or (change.causes[0].where if change.causes else None),
    )


def _what(change: Change) -> str:
    """``STOP is lost``."""
    verb = "are" if len(change.events) > 1 else "is"
    return f"{' and '.join(change.events) or 'the sequence'} {verb} {_WORDS[change.kind]}"


def _first(changes: Sequence[Change], report: Report) -> str:
    """``STOP is lost in failed filling, and 2 more``."""
    titles = {scenario.id: scenario.title for scenario in report.scenarios}
    course = next((f" in {titles.get(name, name)}" for name in changes[0].scenarios), "")
    more = f", and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{_what(changes[0])}{course}{more}"


def _scope(courses: Sequence[Course]) -> str:
    return f", for {course_words(courses)}" if courses else ""


def _missing(patches: Iterable[int], report: Report) -> str:
    known = {stage.patch for stage in report.stages[1:]}
    lost = [patch for patch in patches if patch not in known]
    return f"patch {lost[0]} is not among the patches given" if lost else ""


def _doubt(patches: Iterable[int], report: Report) -> str:
    """Why not all that a patch changes may have been found, or ""."""
    wanted = set(patches)
    near: list[StageInfo] = []
    for before, stage in zip(report.stages, report.stages[1:], strict=False):
        if stage.patch in wanted:
            near += [before, stage]
    for stage in near:
        if stage.note:
            return stage.note
    numbers = {stage.patch for stage in near}
    for scenario in report.scenarios:
        for row in scenario.stages:
            for doubt in row.unknown:
                if row.patch in numbers and doubt.weight is Weight.INCOMPLETE:
                    return doubt.why
    doubts = [one for one in report.unknown if one.weight is Weight.INCOMPLETE and one.patch in wanted]
    return doubts[0].why if doubts else ""
