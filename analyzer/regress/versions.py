"""Two versions of a series, by the reports on them.

Input: the report on the previous version, the report on this one. Output: which rules each breaks and mends
that the other does not, by way out and scenario, and which scenarios have other sequences behind the patches
of the same number and at the end. Not modelled: patches that changed their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from analyzer.model.report import Finding, FindingKind, Report, StageSequences
from analyzer.model.unknown import Weight
from analyzer.model.versions import Differing, Fate, Moved, Versions

_WEIGHT = {
    FindingKind.FIXED: 0,
    FindingKind.PREEXISTING: 1,
    FindingKind.WINDOW: 2,
    FindingKind.INTRODUCED: 2,
}
_BEFORE = _WEIGHT[FindingKind.PREEXISTING]
_ABSENT = "not broken"
_Key = tuple[str, str, str]  # rule, violation, way out


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a rule stands on a way out in a scenario."""

    weight: int
    words: str


_NOTHING = _Standing(0, _ABSENT)


def between(previous: Report, now: Report, version: int) -> Versions:
    """What is different in `now`; `version` is the number of the previous version, or 0."""
    head = Versions(previous.title, version, len(previous.stages) - 1, previous.follows)
    untold = [f"{stage.title}: {stage.note}" for stage in previous.stages if stage.note]
    if previous.profile != now.profile:
        untold = [f"it is about {previous.profile}, and this version about {now.profile}"]
    if untold:
        return replace(head, untold=(untold[0],))
    doubts = [f"{d.what}: {d.why}" for d in previous.unknown if d.weight is Weight.INCOMPLETE]
    if any(stage.note for stage in now.stages):
        return replace(head, untold=("this version could not be analysed to its end",))
    compared = tuple(
        stage.patch for stage in now.stages[1:] if stage.patch in {old.patch for old in previous.stages}
    )
    return replace(
        head,
        moved=tuple(_moved(_standings(previous), _standings(now))),
        differing=tuple(_differing(previous, now, compared)),
        compared=compared,
        untold=tuple(doubts),
    )


# --- what is broken ----------------------------------------------------------------------------


def _standings(report: Report) -> dict[_Key, dict[str, _Standing]]:
    """For each way out how it stands in which scenario."""
    found: dict[_Key, dict[str, _Standing]] = {}
    for finding in report.findings:
        key = (finding.rule, finding.violation, finding.way_out_words)
        standing = _Standing(_WEIGHT[finding.kind], _words(finding))
        scenarios = found.setdefault(key, {})
        for scenario in finding.scenarios:
            if scenarios.get(scenario, _NOTHING).weight <= standing.weight:
                scenarios[scenario] = standing
    return found


def _words(finding: Finding) -> str:
    match finding.kind:
        case FindingKind.INTRODUCED:
            return f"introduced by patch {finding.patch}"
        case FindingKind.WINDOW:
            return f"a window from patch {finding.patch} to {finding.closed_by}"
        case FindingKind.FIXED:
            return f"fixed by patch {finding.patch}"
        case FindingKind.PREEXISTING:
            return "preexisting"


def _moved(
    old: Mapping[_Key, Mapping[str, _Standing]], new: Mapping[_Key, Mapping[str, _Standing]]
) -> Iterator[Moved]:
    found: list[Moved] = []
    mended, mends = _mended(old), _mended(new)
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key, {}), new.get(key, {})
        groups: dict[tuple[Fate, str, str], list[str]] = {}
        for scenario in sorted(before.keys() | after.keys()):
            was, now = before.get(scenario, _NOTHING), after.get(scenario, _NOTHING)
            # What was there before the series has its way out only where a patch mends it.
            if now.weight == _BEFORE and scenario not in before:
                was = mended.get((*key[:2], scenario), now)
            elif was.weight == _BEFORE and scenario not in after:
                now = mends.get((*key[:2], scenario), was)
            fate = _fate(was.weight, now.weight)
            if fate is not None:
                groups.setdefault((fate, was.words, now.words), []).append(scenario)
        found += [Moved(*key, *group, tuple(scenarios)) for group, scenarios in groups.items()]
    order = list(Fate)
    yield from sorted(_rejoined(found, old, new), key=lambda each: order.index(each.fate))


def _mended(
    standings: Mapping[_Key, Mapping[str, _Standing]],
) -> dict[tuple[str, str, str], _Standing]:
    """By rule, violation and scenario: that the series mends it, on whatever way out."""
    return {
        (*key[:2], scenario): standing
        for key, scenarios in standings.items()
        for scenario, standing in scenarios.items()
        if standing.weight == _WEIGHT[FindingKind.FIXED]
    }


def _fate(before: int, after: int) -> Fate | None:
    if before == after:
        return Fate.STAYS if after == _WEIGHT[FindingKind.INTRODUCED] else None
    return Fate.BROUGHT if after > before else Fate.FIXED


def _rejoined(found: list[Moved], old: Mapping[_Key, object], new: Mapping[_Key, object]) -> list[Moved]:
    """What left a way out that is gone, and came at one that is new, is still there."""
    result = list(found)
    for gone in found:
        if gone.fate is not Fate.FIXED or (gone.rule, gone.violation, gone.way_out) in new:
            continue
        for come in found:
            same = (come.rule, come.violation, come.scenarios) == (gone.rule, gone.violation, gone.scenarios)
            fresh = (come.rule, come.violation, come.way_out) not in old
            if same and fresh and come.fate is Fate.BROUGHT and come in result:
                stays = replace(come, fate=Fate.STAYS, before=gone.before, way_out_before=gone.way_out)
                result = [stays if each is come else each for each in result if each is not gone]
                break
    return result


# --- sequences ---------------------------------------------------------------------------------


def _differing(previous: Report, now: Report, compared: tuple[int, ...]) -> Iterator[Differing]:
    old = {scenario.id: scenario for scenario in previous.scenarios}
    for scenario in now.scenarios:
        before = old.get(scenario.id)
        if before is None or scenario.failing:
            continue
        for patch in (*compared, 0):
            was = _at(before.stages, patch)
            is_ = _at(scenario.stages, patch)
            if was.unknown or is_.unknown or _labels(was) == _labels(is_):
                continue
            yield Differing(patch, scenario.id, _labels(was), _labels(is_))


def _at(stages: tuple[StageSequences, ...], patch: int) -> StageSequences:
    return stages[-1] if not patch else next(stage for stage in stages if stage.patch == patch)


def _labels(stage: StageSequences) -> tuple[tuple[str, ...], ...]:
    """A stage's sequences as machines see them, in an order of their own."""
    return tuple(
        sorted(
            {
                tuple(letter.label + ("*" if letter.repeats else "") for letter in sequence.letters)
                for sequence in stage.sequences
            }
        )
    )
