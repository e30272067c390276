"""From files to reports: intake, snapshots, engine, rules, findings, exit status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from typing import BinaryIO

from analyzer import cfront, intake, profiles
from analyzer.checks.rules import check
from analyzer.lifecycle.changes import Compared, compare
from analyzer.lifecycle.generated import generated
from analyzer.lifecycle.sequences import OTHER, listed, others, read
from analyzer.lifecycle.stages import Stage, bind
from analyzer.model.claim import Passage
from analyzer.model.letters import Sequence as Letters
from analyzer.model.profile import Profile
from analyzer.model.report import (
    Change,
    Finding,
    FindingKind,
    Level,
    Report,
    ScenarioSequences,
    StageInfo,
    StageSequences,
)
from analyzer.model.series import Patch, Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.spot import Spots
from analyzer.model.subscriber import Subscriber
from analyzer.model.unknown import InputError, Unknown, Weight
from analyzer.model.verdict import Verdict
from analyzer.model.versions import Versions
from analyzer.model.what_if import WhatIf
from analyzer.pipeline.claims import passages_about, stated, with_claims
from analyzer.pipeline.commits import commit_series, files_and_commits
from analyzer.pipeline.followed import followed
from analyzer.pipeline.listeners import heard
from analyzer.pipeline.options import Options
from analyzer.pipeline.origin import origin_of
from analyzer.pipeline.places import source_lines
from analyzer.pipeline.previous import plainly, previous_series
from analyzer.pipeline.repository import Repository, opened
from analyzer.pipeline.source import Source, concerned, source_of
from analyzer.pipeline.spots import spots_of
from analyzer.pipeline.suggest import at_hand, suggested
from analyzer.pipeline.suppressions import read_suppressions, suppressed
from analyzer.pipeline.what_if import asked, otherwise
from analyzer.regress.findings import findings
from analyzer.regress.versions import between
from analyzer.snapshots import built_in

LEVELS = (Level.NOTE, Level.WARNING, Level.ERROR)


def analyse(
    options: Options, *, stdin: BinaryIO | None = None, progress: Callable[[str], None] = lambda _: None
) -> tuple[Report, ...]:
    """One report for each series of the input that concerns a profile; one all the same if none does."""
    loaded = load_profiles(options)
    with opened(options) as repository:
        series = read_series(options, loaded, stdin, progress, repository)
        thread = intake.read_thread(options.thread, stdin) if options.thread and options.claims else ()
        reports = []
        for one in series:
            profile = next((p for p in loaded if concerned(one, p, repository)), None)
            if profile is not None:
                said = passages_about(one, series, thread) if options.claims else ()
                report = report_of(one, profile, options, progress, repository, said)
                if options.previous:
                    report = _against_previous(report, profile, options, stdin, progress, repository)
                reports.append(report)
    if not reports:
        # A search of large input hands on nothing when no patch in it is wanted.
        aside = series[0] if series else Series(f"all patches in {', '.join(options.paths)}", 1, ())
        reports.append(_not_concerned(aside, loaded[0]))
    return tuple(reports)


def _against_previous(
    report: Report,
    profile: Profile,
    options: Options,
    stdin: BinaryIO | None,
    progress: Callable[[str], None],
    repository: Repository | None,
) -> Report:
    """The report with what differs from the previous version. Where that could not be told, the answer is
    incomplete."""

    def read(asked: Options) -> tuple[Series, ...]:
        return read_series(asked, [profile], stdin, progress, repository)

    series = previous_series(options, profile, repository, read)
    if series is None:
        why = f"no series in {', '.join(options.previous)} concerns the profile"
        versions = Versions("", 0, 0, "", untold=(why,))
    else:
        progress("the previous version")
        before = report_of(series, profile, plainly(options), progress, repository)
        versions = between(before, report, series.version)
    doubts = tuple(Unknown("the previous version", why) for why in versions.untold)
    unknown = (*report.unknown, *doubts)
    status = _exit_status(report.findings, unknown, options)
    return replace(report, versions=versions, unknown=unknown, exit_status=status)


def load_profiles(options: Options) -> list[Profile]:
    """The profile asked for, or all that are shipped."""
    if options.profile is not None:
        return [profiles.load(options.profile)]
    return [profiles.load(name) for name in profiles.names()]


def read_series(
    options: Options,
    loaded: Sequence[Profile],
    stdin: BinaryIO | None,
    progress: Callable[[str], None],
    repository: Repository | None = None,
) -> tuple[Series, ...]:
    """The series of the input; large input is searched for those that concern a profile. What is no file
    may name commits of the repository."""

    def wanted(patch: Patch) -> bool:
        alone = Series(patch.title, patch.version, (patch,))
        return any(built_in.concerned(alone, profile) for profile in loaded)

    files, named = files_and_commits(options.paths, repository)
    found = tuple(commit_series(words, options, repository) for words in named if repository is not None)
    if named and not files:
        return found
    return (*intake.read(files, stdin=stdin, wanted=wanted, progress=progress), *found)


def report_of(
    series: Series,
    profile: Profile,
    options: Options,
    progress: Callable[[str], None],
    repository: Repository | None = None,
    passages: Sequence[Passage] = (),
) -> Report:
    """The report on one series; on the tree if `repository` holds its base. What `passages` claim is
    checked."""
    known = {scenario.id for scenario in profile.scenarios} | {OTHER}
    for name in options.scenarios:
        if name not in known:
            raise InputError(
                f"unknown scenario {name!r}; {profile.name} has: {', '.join(sorted(known - {OTHER}))}"
            )
    what_if = asked(series, options)
    source = source_of(series, profile, options, repository, what_if)
    own = [patch.number for patch in series.patches]
    entries = read_suppressions(options, repository, source.base)
    # The built-in lifecycle is read faster than remembered.
    remember = options.cache and source.kind == "tree"
    with closing(cfront.Store(profile.dialect, cfront.cache_folder() if remember else None)) as store:

        def taken(other: WhatIf) -> Report:
            """The report on the series taken otherwise, without what no suggestion needs."""
            progress(f"what if {other.words}")
            laid = source_of(series, profile, options, repository, other)
            slight = replace(options, failing=False)
            report = _report(otherwise(series, other), profile, slight, lambda _: None, None, laid, store)
            return replace(report, what_if=other)

        # What people say is about the series as they sent it.
        said = passages if what_if is None else ()
        taken_series = otherwise(series, what_if)
        report = _report(taken_series, profile, options, progress, repository, source, store, said)
        report = replace(report, what_if=what_if)
        if what_if is not None and source.kind != "tree":
            report = replace(report, spots=Spots())  # the patches' line numbers are those of another series
        report = suppressed(report, series, profile, entries, options.today)
        found = suggested(own, report, taken) if options.suggest else at_hand(own, report)
    status = _exit_status(report.findings, report.unknown, options)
    return replace(report, suggestions=found, exit_status=status)


def _report(
    series: Series,
    profile: Profile,
    options: Options,
    progress: Callable[[str], None],
    repository: Repository | None,
    source: Source,
    store: cfront.Store,
    passages: Sequence[Passage] = (),
) -> Report:
    snapshots = certain(source.snapshots, series)
    report = _executed(series, snapshots, profile, options, progress, source, store)
    found = report.findings
    claimed = stated(passages, series, profile, report)
    every: tuple[Subscriber, ...] | None = None
    if repository is not None and source.base is not None:
        progress("looking for who is hit")
        objects, base = repository.objects, source.base.commit
        try:
            told = heard(
                report.changes, found, snapshots, series, profile, objects, base, store,
                always=claimed.on_subscribers,
            )  # fmt: skip
        except InputError as wrong:  # a partial clone may lack what lies outside of the domain
            report = replace(report, notes=(*report.notes, f"who is hit could not be told: {wrong}"))
        else:
            report = replace(
                report, changes=told.changes, findings=told.findings, subscribers=told.subscribers
            )
            every = told.every
    report = with_claims(report, claimed, every)
    return replace(
        report,
        source_lines=source_lines(report, snapshots),
        rules=profile.rules,
        repository=origin_of(repository.objects) if repository is not None and source.base else "",
        spots=spots_of(found, series, snapshots, tree=source.kind == "tree"),
    )


def _executed(
    series: Series,
    snapshots: Sequence[Snapshot],
    profile: Profile,
    options: Options,
    progress: Callable[[str], None],
    source: Source,
    store: cfront.Store,
) -> Report:
    """What executing the stages tells. Their graphs, which are most of the memory, go with the return."""
    stages = bind(snapshots, profile, store, options.bounds, progress)
    compared = compare_all(stages, profile, options, progress)
    changes = tuple(change for result in compared for change in result.changes)
    scenarios = scenarios_of(stages, snapshots, profile, options)
    verdicts = [
        Verdict(snapshot.patch, analysed=False)
        if stage is None
        else check(stage, profile, profiles.parse_contract, options.bounds)
        for stage, snapshot in zip(stages, snapshots, strict=True)
    ]
    found = findings(verdicts, profile.rules, changes, followed(stages, compared, verdicts, profile, options))
    unknown = _unknown(series, snapshots, scenarios, compared, verdicts)
    unknown += unexplained(scenarios, changes)
    return Report(
        profile=profile.name,
        profile_title=profile.title,
        source=source.kind,
        follows=source.follows,
        title=series.title,
        stages=tuple(StageInfo(s.patch, s.title, "" if s.analysed else _reason(s)) for s in snapshots),
        scenarios=scenarios,
        changes=changes,
        findings=found,
        subscribers=(),
        repairs=series.repairs,
        notes=series.notes,
        assumptions=_assumptions(stages, unknown),
        unknown=unknown,
        exit_status=_exit_status(found, unknown, options),
        source_lines={},
        base=source.base.commit if source.base else "",
        base_reason=source.base.reason if source.base else "",
    )


def certain(snapshots: Sequence[Snapshot], series: Series) -> tuple[Snapshot, ...]:
    """The snapshots, those from the first doubt on marked as not analysed.

    A stage whose patch could not be read or placed in full is not the stage the series makes, nor is any
    later one: what the rest of its patches does there would be a wrong claim. A patch that is missing as a
    whole is no such doubt: the answer is then that of the patches given.
    """
    doubts: tuple[Unknown, ...] = ()
    result = []
    for snapshot in snapshots:
        own = (*snapshot.unknown, *(one for one in series.unknown if one.patch == snapshot.patch))
        doubts += tuple(one for one in own if one.weight is Weight.INCOMPLETE)
        result.append(replace(snapshot, analysed=False, unknown=doubts) if doubts else snapshot)
    return tuple(result)


def _not_concerned(series: Series, profile: Profile) -> Report:
    stages = (StageInfo(0, "base"), *(StageInfo(patch.number, patch.title) for patch in series.patches))
    return Report(
        profile.name, profile.title, "built-in", profile.follows, series.title, stages, (), (), (), (),
        series.repairs, series.notes, (), series.unknown, 3 if series.unknown else 0, {}, concerned=False,
    )  # fmt: skip


def _reason(snapshot: Snapshot) -> str:
    return snapshot.unknown[0].why if snapshot.unknown else "not analysed"


def compare_all(
    stages: Sequence[Stage | None], profile: Profile, options: Options, progress: Callable[[str], None]
) -> list[Compared]:
    """What each stage that could be analysed changed in the one before it."""
    results = []
    before: Stage | None = None
    for stage in stages:
        if stage is None:
            continue
        if before is not None:
            number = stage.snapshot.patch
            progress(f"patch {number}: comparing")
            results.append(compare(before, stage, profile, options.bounds, progress))
        before = stage
    return results


def scenarios_of(
    stages: Sequence[Stage | None], snapshots: Sequence[Snapshot], profile: Profile, options: Options
) -> tuple[ScenarioSequences, ...]:
    result = []
    for number, scenario in enumerate(profile.scenarios):
        rows = tuple(
            _missing(snapshot)
            if stage is None
            else read(stage, number, scenario.shown_from, profile, options.bounds)
            for stage, snapshot in zip(stages, snapshots, strict=True)
        )
        result.append(ScenarioSequences(scenario.id, scenario.title, scenario.summary, rows))
    rows = tuple(
        _missing(snapshot)
        if stage is None
        else listed(stage, others(stage, profile), "", profile, options.bounds)
        for stage, snapshot in zip(stages, snapshots, strict=True)
    )
    if options.failing and not options.scenarios:
        result += generated(stages, [_missing(snapshot) for snapshot in snapshots], profile)
    summary = "Runs that no scenario of the profile claims."
    result.append(ScenarioSequences(OTHER, "other outcomes", summary, rows, generated=True))
    return tuple(result)


def unexplained(scenarios: Sequence[ScenarioSequences], changes: Sequence[Change]) -> tuple[Unknown, ...]:
    """Sequences that a scenario gains with a patch although no change of that patch leads to them.

    Lockstep compares runs on the same decisions; what only another order of tasks brings shows in the sets
    alone.
    """
    found = []
    for scenario in scenarios:
        if scenario.failing:
            continue  # its runs are among those of the others
        for before, after in pairwise(scenario.stages):
            if before.unknown or after.unknown:
                continue
            led_to = {_labels(c.after) for c in changes if c.patch == after.patch}
            new = {_labels(s) for s in after.sequences} - {_labels(s) for s in before.sequences}
            for labels in sorted(new - led_to):
                text = ", ".join(labels) or "(nothing)"
                why = f"the sequence {text} is new, on decisions that could not be matched with those before"
                found.append(Unknown(f"scenario {scenario.id}", why, patch=after.patch))
    return tuple(found)


def _labels(sequence: Letters) -> tuple[str, ...]:
    """The labels, a repeated one once: how often it comes is not compared here."""
    labels: list[str] = []
    for one in sequence.letters:
        if not labels or labels[-1] != one.label:
            labels.append(one.label)
    return tuple(labels)


def _missing(snapshot: Snapshot) -> StageSequences:
    unknown = snapshot.unknown or (Unknown("the stage", "not analysed", patch=snapshot.patch),)
    return StageSequences(snapshot.patch, (), unknown)


def _unknown(
    series: Series,
    snapshots: Sequence[Snapshot],
    scenarios: Sequence[ScenarioSequences],
    compared: Sequence[Compared],
    verdicts: Sequence[Verdict],
) -> tuple[Unknown, ...]:
    found: dict[tuple[str, str, str], Unknown] = {}
    every: list[Unknown] = list(series.unknown)
    for number in series.missing:
        every.append(
            Unknown(
                f"patch {number}", "it is missing from the input: the answer is that of the patches given"
            )
        )
    for snapshot in snapshots:
        every.extend(snapshot.unknown)
    for result in compared:
        every.extend(result.unknown)
    for scenario in scenarios:
        for row in scenario.stages:
            every.extend(row.unknown)
    for verdict in verdicts:
        every.extend(doubt for _, doubt in verdict.unknown)
    for unknown in every:
        found.setdefault((unknown.what, unknown.why, unknown.where), unknown)
    return tuple(found.values())


def _assumptions(stages: Sequence[Stage | None], unknown: Sequence[Unknown]) -> tuple[str, ...]:
    found = {text for stage in stages if stage is not None for text in stage.machine.program.assumptions}
    found |= {f"{one.what}: {one.why}" for one in unknown if one.weight is Weight.ASSUMPTION}
    return tuple(sorted(found))


def counted(found: Sequence[Finding], fail_on: Level | None) -> tuple[Finding, ...]:
    """The findings that give exit status 1: what the series breaks, from a level on, unless suppressed."""
    if fail_on is None:
        return ()
    least = LEVELS.index(fail_on)
    return tuple(
        finding
        for finding in found
        if finding.kind in (FindingKind.INTRODUCED, FindingKind.WINDOW)
        and finding.suppressed is None
        and LEVELS.index(finding.level) >= least
    )


def _exit_status(found: Sequence[Finding], unknown: Sequence[Unknown], options: Options) -> int:
    if counted(found, options.fail_on):
        return 1
    if any(one.weight is Weight.INCOMPLETE for one in unknown):
        return 3
    return 0
