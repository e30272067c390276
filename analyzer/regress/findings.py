"""From broken rules to findings: what a status over the stages says about the patches.

Input: what the rules say of each stage, the courses of runs that break them, and what a patch does to the
runs of some pairs of groups. A finding is one rule, one kind of violation, one status vector and one way
out; its causes stand inside. What no course accounts for is found in the sets of sequences alone: there,
scenarios that share rule, kind and vector stand in one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from analyzer.model.group import Group, Pairs
from analyzer.model.letters import Sequence as Letters
from analyzer.model.profile import Rule
from analyzer.model.report import Change, Finding, FindingKind, Level
from analyzer.model.unknown import Location
from analyzer.model.verdict import Breach, Verdict
from analyzer.regress.follow import Course, Status
from analyzer.regress.identity import with_fingerprints

Along = Callable[[int, Pairs], Iterable[tuple[Change, Pairs]]]
PutDown: TypeAlias = tuple[FindingKind, int | None, int | None]  # the kind, its patch, the one that closes it
ORDER = (FindingKind.INTRODUCED, FindingKind.WINDOW, FindingKind.FIXED, FindingKind.PREEXISTING)


@dataclass(frozen=True, slots=True)
class Followed:
    """The courses of runs. `along` tells of the patch that makes stage number n what it does to runs of some
    pairs, a change for each way out; of the base it tells what leads to them, as a change that changes
    nothing. `labels` are the scenarios of a group at a stage."""

    courses: tuple[Course, ...]
    along: Along
    labels: Callable[[int, Group], frozenset[str]]


def findings(
    stages: Sequence[Verdict],
    rules: Sequence[Rule],
    changes: Sequence[Change],
    followed: Followed | None = None,
) -> tuple[Finding, ...]:
    """All findings, errors first."""
    made = _Found(stages, rules, changes)
    told: set[tuple[int, str, str, str]] = set()  # stage, rule, scenario, violation
    if followed is not None:
        for course in followed.courses:
            for number, groups in enumerate(course.groups):
                for scenario in (name for group in groups for name in followed.labels(number, group)):
                    told.add((number, course.rule, scenario, course.violation))
        for course in sorted(followed.courses, key=lambda course: not course.certain):
            # What comes back is not fixed: the course in which it does says that it was there before.
            if course.begun or not course.again:
                made.along(course, followed)
    made.by_sets(told)
    found = sorted(
        made.found,
        key=lambda f: (
            ORDER.index(f.kind),
            f.level is not Level.ERROR,
            f.rule,
            f.violation,
            len(f.witness.steps) if f.witness else 0,  # what is quickly followed comes first
            f.scenarios,
            f.way_out_words,
        ),
    )
    return with_fingerprints(found)


def status_by_sets(stage: Verdict, rule: str, violation: str, scenarios: Iterable[str]) -> int | None:
    """1 if a run of one of the scenarios breaks the rule so, else 0; None if that could not be told."""
    wanted = frozenset(scenarios)
    if any(b.rule == rule and b.violation == violation and b.scenario in wanted for b in stage.breaches):
        return 1
    return 0 if stage.told(rule) else None


def classify(status: Status, patches: Sequence[int]) -> PutDown:
    """Kind, the patch it is put down to, and the patch that closes it, of a status vector.

    `patches` are the stages' patch numbers, the base's first. A stage that could not be told counts as the
    one before it, and the first ones as the first that could: nothing is put down to a patch on the strength
    of what is not known. Broken before the series and after it is preexisting, whatever lies between.
    """
    first_told = next((value for value in status if value is not None), 0)
    known: list[int] = []
    for value in status:
        known.append(value if value is not None else (known[-1] if known else first_told))
    first, last = known[0], known[-1]
    if first and last:
        return FindingKind.PREEXISTING, None, None
    if last:
        return FindingKind.INTRODUCED, patches[_turn(known, 1)], None
    ended = _turn(known, 0)
    if first and ended == known.index(0):
        return FindingKind.FIXED, patches[ended], None
    begun = _turn(known[:ended], 1)
    return FindingKind.WINDOW, patches[begun], patches[ended]


def _turn(known: Sequence[int], to: int) -> int:
    """The last stage at which the status became `to`."""
    return max(n for n in range(1, len(known)) if known[n] == to and known[n - 1] != to)


class _Found:
    """Collects findings of one series."""

    def __init__(self, stages: Sequence[Verdict], rules: Sequence[Rule], changes: Sequence[Change]) -> None:
        self._stages = stages
        self._rules = {rule.name: rule for rule in rules}
        self._changes = changes
        self._patches = [stage.patch for stage in stages]
        self.found: list[Finding] = []
        self._said: set[tuple[str, str, int | None, str]] = set()

    # --- along runs -------------------------------------------------------------------------

    def along(self, course: Course, followed: Followed) -> None:
        """The findings of a course: one for each way out of the patch it is put down to."""
        status = course.status + (None,) * (len(self._stages) - len(course.status))
        kind, patch, closed_by = self._kind(course)
        number = None if patch is None else self._patches.index(patch)
        turned: Pairs = frozenset()
        if number is not None and number <= len(course.pairs):
            broken = course.groups[number], course.groups[number - 1]
            turned = frozenset(
                (before, after)
                for before, after in course.pairs[number - 1]
                if (after in broken[0]) != (before in broken[1])
            )
        elif kind is FindingKind.PREEXISTING:
            number, turned = 0, frozenset((group, group) for group in course.groups[0])
        made: list[tuple[str, set[str], Change | None]] = []
        if number is not None and turned:
            fixed = kind is FindingKind.FIXED
            for told, pairs in followed.along(number, turned):
                at = number - 1 if fixed else number
                names = {
                    name
                    for before, after in pairs
                    for name in followed.labels(at, before if fixed else after)
                }
                made.append((told.way_out_words, names, told))
        if not made:
            at = next(n for n, groups in enumerate(course.groups) if groups)
            names = {name for group in course.groups[at] for name in followed.labels(at, group)}
            made.append(("", names, None))
        for out, names, change in made:
            # What is known for certain of a way out is said once.
            key = (course.rule, course.violation, patch, out)
            if course.certain or key not in self._said:
                self._said.add(key)
                put_down = (kind, patch, closed_by)
                self._add(course.rule, course.violation, status, names, change, put_down, course.certain)

    def _kind(self, course: Course) -> PutDown:
        """What a course says about the patches."""
        closed_by = None if course.ended is None else self._patches[course.ended]
        if course.before and closed_by is None:
            return FindingKind.PREEXISTING, None, None
        if not course.begun:
            return FindingKind.FIXED, closed_by, None
        kind = FindingKind.INTRODUCED if closed_by is None else FindingKind.WINDOW
        return kind, self._patches[course.begun], closed_by

    # --- by sets ----------------------------------------------------------------------------

    def by_sets(self, told: set[tuple[int, str, str, str]]) -> None:
        """The findings of breaches that are not `told` already, by rule, kind and vector."""
        left = {
            (b.rule, b.scenario, b.violation)
            for number, stage in enumerate(self._stages)
            for b in stage.breaches
            if (number, b.rule, b.scenario, b.violation) not in told
        }
        groups: dict[tuple[str, str, Status], set[str]] = {}
        for rule, scenario, violation in sorted(left):
            status = tuple(status_by_sets(stage, rule, violation, (scenario,)) for stage in self._stages)
            groups.setdefault((rule, violation, status), set()).add(scenario)
        for (rule, violation, status), scenarios in groups.items():
            self._add(rule, violation, status, scenarios, None, classify(status, self._patches))

    # --- one finding ------------------------------------------------------------------------

    def _add(
        self,
        name: str,
        violation: str,
        status: Status,
        scenarios: Iterable[str],
        change: Change | None,
        put_down: PutDown,
        certain: bool = True,
    ) -> None:
        rule = self._rules[name]
        names = tuple(sorted(scenarios))
        kind, patch, closed_by = put_down
        turned = 0 if patch is None else self._patches.index(patch)
        later = range(turned, len(status))
        shown = self._breach(
            reversed(range(turned)) if kind is FindingKind.FIXED else later,
            name,
            violation,
            names,
            change,
            kind,
        )
        if shown is None:
            return
        bad_at, breach = shown
        if change is None:
            change = self._change(breach, patch, kind)
        fixed = kind is FindingKind.FIXED
        bad, good = breach.sequence, self._good(status, bad_at, breach)
        witness = None
        if change is not None:
            sides = ((change.before, change.witness_before), (change.after, change.witness_after))
            bad, witness = sides[not fixed]
            good = None if kind is FindingKind.PREEXISTING else sides[fixed][0]
        level = Level(rule.level) if kind is FindingKind.INTRODUCED else Level.NOTE
        if kind is FindingKind.WINDOW and Level(rule.level) is not Level.NOTE:
            level = Level.WARNING
        if level is Level.ERROR and (witness is None or not certain):
            level = Level.WARNING  # no path, no error
        self.found.append(
            Finding(
                rule=name,
                violation=violation,
                level=level,
                kind=kind,
                patch=patch,
                closed_by=closed_by,
                status=status,
                scenarios=names,
                reason=rule.reason,
                documented=rule.documented,
                nearest=breach.nearest,
                good=good,
                bad=bad,
                witness=witness,
                where=_place(change, bad),
                fingerprint="",
                change=change,
            )
        )

    def _breach(
        self,
        stages: Iterable[int],
        rule: str,
        violation: str,
        scenarios: tuple[str, ...],
        change: Change | None,
        kind: FindingKind,
    ) -> tuple[int, Breach] | None:
        """The first of the stages at which the rule is broken so, and the breach to show: the one of the
        change's own word if the sets list it."""
        side = None if change is None else change.before if kind is FindingKind.FIXED else change.after
        wanted = [one.label for one in side.letters] if side else []
        for number in stages:
            fitting = [
                b
                for b in self._stages[number].breaches
                if b.rule == rule and b.violation == violation and b.scenario in scenarios
            ]
            if fitting:
                own = (b for b in fitting if [one.label for one in b.sequence.letters] == wanted)
                return number, next(own, fitting[0])
        return None

    def _good(self, status: Status, bad_at: int, breach: Breach) -> Letters | None:
        """A sequence of the scenario that keeps the rule at the nearest stage at which it is kept."""
        kept_at = [n for n, value in enumerate(status) if value == 0]
        if not kept_at:
            return None
        near = min(kept_at, key=lambda n: abs(n - bad_at))
        return next(
            (
                s
                for rule, name, s in self._stages[near].kept
                if (rule, name) == (breach.rule, breach.scenario)
            ),
            None,
        )

    def _change(self, breach: Breach, patch: int | None, kind: FindingKind) -> Change | None:
        """The change of the patch that leads to, or away from, the breach's own sequence."""
        wanted = [one.label for one in breach.sequence.letters]
        for change in self._changes:
            side = change.before if kind is FindingKind.FIXED else change.after
            same = [one.label for one in side.letters] == wanted and breach.scenario in change.scenarios
            if change.patch == patch and same:
                return change
        return None


def _place(change: Change | None, bad: Letters) -> Location:
    """The place to show."""
    if change is not None:
        return change.way_out or (change.causes[0].where if change.causes else Location("", 0))
    return bad.letters[-1].where if bad.letters else Location("", 0)
