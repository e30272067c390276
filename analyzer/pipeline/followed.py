"""The rules followed along runs: from stages and their lockstep to courses.

Input: the stages that could be analysed, what was compared of neighbours, and what the rules say of each
stage. Output: `Followed`, from which findings are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from analyzer import profiles
from analyzer.checks.judged import judged
from analyzer.lifecycle.automaton import TooMany
from analyzer.lifecycle.changes import Compared, Reading, alone
from analyzer.lifecycle.groups import groups
from analyzer.lifecycle.stages import Stage
from analyzer.model.group import Group, Pairs
from analyzer.model.profile import Profile
from analyzer.model.report import Change
from analyzer.model.verdict import Verdict
from analyzer.pipeline.options import Options
from analyzer.regress.findings import Followed, status_by_sets
from analyzer.regress.follow import courses


def followed(
    stages: Sequence[Stage | None],
    compared: Sequence[Compared],
    verdicts: Sequence[Verdict],
    profile: Profile,
    options: Options,
) -> Followed:
    """The courses of the runs of all stages that were analysed, which come before all that were not; none
    if the runs of a stage differ in too many ways."""
    done = [stage for stage in stages if stage is not None]
    steps = [one.pairs for one in compared if one.pairs is not None]
    try:
        told = [judged(s, groups(s, options.bounds), profile, profiles.parse_contract) for s in done]
    except TooMany:
        told = []
    if not told or len(steps) < len(compared):
        return Followed((), lambda *_: (), lambda *_: frozenset())

    def by_sets(number: int, rule: str, violation: str, scenarios: frozenset[str]) -> int | None:
        return status_by_sets(verdicts[number], rule, violation, scenarios)

    @cache
    def base() -> Reading | None:
        return alone(done[0], profile, options.bounds)

    def along(number: int, wanted: Pairs) -> Iterable[tuple[Change, Pairs]]:
        reading = compared[number - 1].reading if number else base()
        return () if reading is None else reading.along(wanted)

    def labels(number: int, group: Group) -> frozenset[str]:
        return told[number].scenarios[group]

    found = courses(told, steps, lambda number, rule: verdicts[number].told(rule), by_sets)
    return Followed(found, along, labels)
