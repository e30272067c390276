"""Which parts of a series could be taken on their own: a matrix of patches against rules.

Input: options. Output: a `Backport` for each series of the input that concerns a profile. The series as a
whole is analysed once, which answers for each of its beginnings; each later patch is then taken alone. Not
modelled: other subsets (`--only` analyses any).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from analyzer.model.backport import Affected, Backport, Effect, Part
from analyzer.model.level import Level
from analyzer.model.profile import Profile
from analyzer.model.report import Finding, Report
from analyzer.model.series import Series
from analyzer.model.unknown import InputError, Weight
from analyzer.pipeline.analyse import LEVELS, load_profiles, read_series, report_of
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import Repository, opened
from analyzer.pipeline.source import concerned

_EFFECTS = {(0, 1): Effect.BREAKS, (1, 0): Effect.MENDS, (1, 1): Effect.STAYS}


def backport(
    options: Options, *, stdin: BinaryIO | None = None, progress: Callable[[str], None] = lambda _: None
) -> tuple[Backport, ...]:
    """One matrix for each series that concerns a profile."""
    loaded = load_profiles(options)
    found = []
    with opened(options) as repository:
        for series in read_series(options, loaded, stdin, progress, repository):
            profile = next((p for p in loaded if concerned(series, p, repository)), None)
            if profile is not None:
                found.append(_matrix(series, profile, options, progress, repository))
    return tuple(found)


def _matrix(
    series: Series,
    profile: Profile,
    options: Options,
    progress: Callable[[str], None],
    repository: Repository | None,
) -> Backport:
    own = [patch.number for patch in series.patches]
    if len(set(own)) < len(own):
        raise InputError(f"{series.title}: several patches have the same number; give one version of each")
    if options.base is not None:
        series = replace(series, commits="")  # also commits are taken to the base that was named
    plain = replace(options, failing=False, claims=False, only=None, order=None, squash=(), suggest=False)
    levels = {rule.name: Level(rule.level) for rule in profile.rules}

    def report(part: Options) -> Report:
        return report_of(series, profile, part, progress, repository)

    # Its own order: each patch is brought to where the one before it led, as each is alone.
    whole = report(replace(plain, order=",".join(map(str, own))))
    parts = []
    for at, number in enumerate(own):
        if not at:
            parts.append(_part((number,), True, whole, 1, levels))
            continue
        progress(f"patch {number} alone")
        parts.append(_part((number,), True, report(replace(plain, only=str(number))), 1, levels))
    parts += [_part(tuple(own[:at]), False, whole, at, levels) for at in range(2, len(own) + 1)]
    return Backport(
        title=series.title,
        profile=whole.profile,
        profile_title=whole.profile_title,
        source=whole.source,
        follows=whole.follows,
        base=whole.base,
        base_reason=whole.base_reason,
        titles=tuple((patch.number, patch.title) for patch in series.patches),
        scenarios=tuple((scenario.id, scenario.title) for scenario in whole.scenarios),
        parts=tuple(parts),
        unknown=tuple(dict.fromkeys(_general(whole))),
        exit_status=_exit_status(parts, whole, options),
    )


def _part(
    numbers: tuple[int, ...], alone: bool, report: Report, stage: int, levels: Mapping[str, Level]
) -> Part:
    """What the patches do that make the stage at this place of a report."""
    if note := report.stages[stage].note:
        doubts = [f"{doubt.what}: {doubt.why}" for doubt in report.unknown if doubt.patch]
        return Part(numbers, alone, False, doubts[0] if doubts else note, ())
    affected = tuple(_affected(report.findings, stage, levels))
    untold = [one.rule for one in affected if one.effect is Effect.UNTOLD]
    why = f"{untold[0]}: its status could not be told" if untold else ""
    doubts = [
        f"{doubt.what}: {doubt.why}"
        for doubt in report.unknown
        if doubt.weight is Weight.INCOMPLETE and doubt.patch <= report.stages[stage].patch and alone
    ]
    return Part(numbers, alone, None if doubts or why else True, doubts[0] if doubts else why, affected)


def _affected(findings: Sequence[Finding], stage: int, levels: Mapping[str, Level]) -> Iterator[Affected]:
    for finding in findings:
        before, after = finding.status[0], finding.status[stage]
        if before == after == 0:
            continue
        effect = Effect.UNTOLD if before is None or after is None else _EFFECTS[before, after]
        level = levels[finding.rule]
        if finding.witness is None and level is Level.ERROR:
            level = Level.WARNING
        yield Affected(
            finding.rule,
            finding.violation,
            effect,
            level,
            finding.scenarios,
            finding.where,
            finding.way_out_words,
            finding.fingerprint,
            finding.suppressed,
        )


def _general(report: Report) -> Iterator[str]:
    """What leaves the answer on the series incomplete as a whole."""
    return (f"{doubt.what}: {doubt.why}" for doubt in report.unknown if doubt.weight is Weight.INCOMPLETE)


def _exit_status(parts: Sequence[Part], whole: Report, options: Options) -> int:
    if options.fail_on is not None:
        least = LEVELS.index(options.fail_on)
        for part in parts:
            for one in part.affected:
                broken = one.effect is Effect.BREAKS and one.suppressed is None
                if broken and LEVELS.index(one.level) >= least:
                    return 1
    doubtful = any(part.applies is not True for part in parts)
    return 3 if doubtful or any(doubt.weight is Weight.INCOMPLETE for doubt in whole.unknown) else 0
