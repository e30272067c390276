"""From breaches per stage to findings: what a breach's status over the stages says about the patches.

Input: a `Verdict` for each stage. A finding is one rule, one
kind of violation and one status vector; scenarios that share all three stand in one finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from analyzer.model.profile import Rule
from analyzer.model.report import Change, Finding, FindingKind, Level, Witness
from analyzer.model.unknown import Location
from analyzer.model.verdict import Breach, Verdict


def findings(
    stages: Sequence[Verdict], rules: Sequence[Rule], changes: Sequence[Change]
) -> tuple[Finding, ...]:
    """All findings, errors first."""
    by_rule = {rule.name: rule for rule in rules}
    vectors: dict[tuple[str, str, str], tuple[int | None, ...]] = {}
    for rule, scenario, violation in sorted(
        {(b.rule, b.scenario, b.violation) for stage in stages for b in stage.breaches}
    ):
        vectors[rule, scenario, violation] = tuple(
            _status(stage, rule, scenario, violation) for stage in stages
        )
    groups: dict[tuple[str, str, tuple[int | None, ...]], list[str]] = {}
    for (rule, scenario, violation), vector in vectors.items():
        groups.setdefault((rule, violation, vector), []).append(scenario)
    made = [
        _finding(by_rule[rule], violation, vector, scenarios, stages, changes)
        for (rule, violation, vector), scenarios in groups.items()
    ]
    order = (FindingKind.INTRODUCED, FindingKind.WINDOW, FindingKind.FIXED, FindingKind.PREEXISTING)
    made.sort(
        key=lambda f: (order.index(f.kind), f.level is not Level.ERROR, f.rule, f.violation, f.scenarios)
    )
    return tuple(made)


def _status(stage: Verdict, rule: str, scenario: str, violation: str) -> int | None:
    if any((b.rule, b.scenario, b.violation) == (rule, scenario, violation) for b in stage.breaches):
        return 1
    return 0 if stage.told(rule) else None


def classify(
    vector: tuple[int | None, ...], patches: Sequence[int]
) -> tuple[FindingKind, int | None, int | None]:
    """Kind, the patch it is put down to, and the patch that closes it, of a status vector.

    `patches` are the stages' patch numbers, the base's first. A stage that could not be told counts as
    the one before it; that the rule is unknown there is reported apart.
    """
    known: list[int] = []
    for status in vector:
        known.append(status if status is not None else (known[-1] if known else 0))
    first, last = known[0], known[-1]
    if first and last:
        return FindingKind.PREEXISTING, None, None
    if last:
        begun = max(n for n in range(1, len(known)) if known[n] and not known[n - 1])
        return FindingKind.INTRODUCED, patches[begun], None
    ended = max(n for n in range(1, len(known)) if known[n - 1] and not known[n])
    if first and ended == known.index(0):
        return FindingKind.FIXED, patches[ended], None
    begun = max(n for n in range(1, ended) if known[n] and not known[n - 1])
    return FindingKind.WINDOW, patches[begun], patches[ended]


def _finding(
    rule: Rule,
    violation: str,
    vector: tuple[int | None, ...],
    scenarios: list[str],
    stages: Sequence[Verdict],
    changes: Sequence[Change],
) -> Finding:
    kind, patch, closed_by = classify(vector, [stage.patch for stage in stages])
    bad_stage = _stage_of(kind, patch, vector, stages)
    bad = next(
        b
        for b in bad_stage.breaches
        if b.rule == rule.name and b.scenario in scenarios and b.violation == violation
    )
    good_at = [n for n, status in enumerate(vector) if status == 0]
    good = None
    if good_at:
        near = min(good_at, key=lambda n: abs(n - stages.index(bad_stage)))
        good = next(
            (s for name, scenario, s in stages[near].kept if name == rule.name and scenario == bad.scenario),
            None,
        )
    witness, where = _evidence(bad, bad_stage.patch, changes)
    level = Level(rule.level) if kind is FindingKind.INTRODUCED else Level.NOTE
    if kind is FindingKind.WINDOW and Level(rule.level) is not Level.NOTE:
        level = Level.WARNING
    if level is Level.ERROR and witness is None:
        level = Level.WARNING  # no path, no error
    identity = "\0".join((rule.name, violation, *scenarios, *bad.nearest))
    return Finding(
        rule.name,
        violation,
        level,
        kind,
        patch,
        closed_by,
        vector,
        tuple(sorted(scenarios)),
        rule.reason,
        rule.documented,
        bad.nearest,
        good,
        bad.sequence,
        witness,
        where,
        hashlib.sha256(identity.encode()).hexdigest()[:16],
    )


def _stage_of(
    kind: FindingKind, patch: int | None, vector: tuple[int | None, ...], stages: Sequence[Verdict]
) -> Verdict:
    if kind in (FindingKind.INTRODUCED, FindingKind.WINDOW):
        return next(stage for stage in stages if stage.patch == patch)
    return stages[vector.index(1)]


def _evidence(bad: Breach, patch: int, changes: Sequence[Change]) -> tuple[Witness | None, Location]:
    """The witness of the change that led to the bad sequence, and the place to show."""
    wanted = [one.label for one in bad.sequence.letters]
    for change in changes:
        if change.patch == patch and [one.label for one in change.after.letters] == wanted:
            where = change.way_out or (change.causes[0].where if change.causes else Location("", 0))
            if bad.scenario in change.scenarios:
                return change.witness_after, where
    if bad.sequence.letters:
        return None, bad.sequence.letters[-1].where
    return None, Location("", 0)
