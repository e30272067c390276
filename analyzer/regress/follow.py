"""A rule's status followed along runs: since which stage the same runs break it, and until which.

Input: how the groups of runs of each stage keep the rules, and which groups of neighbouring stages belong
together. Output: courses. That two pairs share a group does not say that one run goes through both: where
runs come to a group with several pasts and leave it with several futures, which past has which future is not
known, and then a course says since when, and not until when. The status of runs that lockstep did not find at
a stage is that of their scenarios. Runs that break a rule in one way and then in another are not mended: the
first violation goes on, the second begins. Not modelled: how runs of one course differ outside of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from analyzer.model.group import Group, Pairs
from analyzer.model.verdict import Judged

Status: TypeAlias = tuple[int | None, ...]
BySets: TypeAlias = Callable[[int, str, str, frozenset[str]], int | None]
Told: TypeAlias = Callable[[int, str], bool]
OTHERWISE = 2  # within this module: the rule is broken, in another way
UNSURE = -1  # within this module: which of several is not known


class Span(NamedTuple):
    """Since which stage some runs break a rule (0: they did at the base) and at which they do so no more,
    None if never; with their status at the base. `UNSURE` where that is not known."""

    base: int | None
    begun: int
    ended: int | None


@dataclass(frozen=True, slots=True)
class Course:
    """A rule, a kind of violation, and when some runs break it.

    `status` is theirs over the stages, None where it could not be told or they differ. `pairs` are, for each
    stage but the first, the pairs of groups that they go through to it; `groups` those in which they break
    the rule, by stage. `begun` and `ended` are numbers of stages, as in `Span`; `before` says that they broke
    it at the base, `again` that they do so again in the end, which another course tells. Not `certain`: it is
    not known until when, or what was at the base.
    """

    rule: str
    violation: str
    status: Status
    pairs: tuple[Pairs, ...]
    groups: tuple[frozenset[Group], ...]
    begun: int
    ended: int | None
    before: bool = False
    again: bool = False
    certain: bool = True


def courses(
    stages: Sequence[Judged], steps: Sequence[Pairs], told: Told, by_sets: BySets
) -> tuple[Course, ...]:
    """All courses, by rule, violation and span.

    `told` says whether all is known of a rule at the stage of that number; `by_sets` gives the status there
    of a rule and violation, over all runs of some scenarios: 1, 0, or None if that could not be told.
    """
    broken = sorted(
        {
            (rule, kind)
            for stage in stages
            for kinds in stage.verdicts.values()
            for rule, kind in kinds.items()
            if kind
        }
    )
    found: list[Course] = []
    for rule, violation in broken:
        found += _Followed(stages, steps, told, by_sets, rule, violation).courses()
    return tuple(found)


class _Past(NamedTuple):
    """What a run was: its status at the base, its status now, and since when it is broken (-1: it is not, or
    not known). None as long as nothing was told."""

    base: int | None
    now: int | None
    begun: int


_Pasts: TypeAlias = set[_Past]
_Futures: TypeAlias = set[int | None]  # at which stage a run is broken no more; None: never
_At: TypeAlias = tuple[Group, int | None]  # a group and a status with which runs are in it


class _Followed:
    """One rule and one kind of violation."""

    def __init__(
        self,
        stages: Sequence[Judged],
        steps: Sequence[Pairs],
        told: Told,
        by_sets: BySets,
        rule: str,
        violation: str,
    ) -> None:
        self._rule, self._violation = rule, violation
        self._stages, self._by_sets = stages, by_sets
        self._last = len(stages) - 1
        self._own: list[dict[Group, int | None]] = []
        for number, stage in enumerate(stages):
            kept = 0 if told(number, rule) else None
            self._own.append(
                {
                    g: kept if not (kind := kinds.get(rule)) else 1 if kind == violation else OTHERWISE
                    for g, kinds in stage.verdicts.items()
                }
            )
        self._after: list[dict[Group, list[Group]]] = [{} for _ in stages]
        self._before: list[dict[Group, list[Group]]] = [{} for _ in stages]
        for number, pairs in enumerate(steps):
            for before, after in sorted(pairs):
                if before in self._own[number] and after in self._own[number + 1]:
                    self._after[number].setdefault(before, []).append(after)
                    self._before[number + 1].setdefault(after, []).append(before)
        self._only = self._only_ways_on()
        self._pasts: list[dict[Group, _Pasts]] = []
        for number in range(len(stages)):
            self._pasts.append(self._come(number))
        self._ahead = self._futures()

    def courses(self) -> list[Course]:
        spans: set[Span] = set()
        for number, own in enumerate(self._own):
            for group, value in own.items():
                if value == 1:
                    spans |= self._spans(number, group)
        return [self._course(span) for span in sorted(spans, key=_order)]

    def _spans(self, number: int, group: Group) -> set[Span]:
        """When the runs that break the rule in this group do so, as far as it is known since when."""
        pasts, futures = self._pasts[number][group], self._ahead[number][group]
        if len(pasts) > 1 and len(futures) > 1:
            futures = {_common(futures)}
        return {
            Span(past.base, past.begun, ended) for past in pasts for ended in futures if past.begun != UNSURE
        }

    # --- what came before, and what comes -------------------------------------------------

    def _come(self, number: int) -> dict[Group, _Pasts]:
        """For each group of a stage what its runs were."""
        found: dict[Group, _Pasts] = {}
        for group, own in self._own[number].items():
            pasts: _Pasts = set()
            for before in self._before[number].get(group, ()):
                ways = self._pasts[number - 1][before]
                if len(ways) > 1 and any(self._only[number - 1][before, now] is None for now in _nows(ways)):
                    ways = {_one_past(ways)}
                pasts |= {_step(past, own, number) for past in ways}
            if not pasts:
                past = _Past(None, None, UNSURE)
                for earlier in range(number):
                    past = _step(past, self._sets(earlier, number, group), earlier)
                pasts.add(_step(past, own, number))
            found[group] = pasts
        return found

    def _only_ways_on(self) -> list[dict[_At, Status | None]]:
        """For each group and status those that all of its runs have from there on; None if they differ."""
        only: list[dict[_At, Status | None]] = [{} for _ in self._stages]
        for number in range(self._last, -1, -1):
            for group in self._own[number]:
                for now in (0, 1):
                    ways: set[Status | None] = set()
                    for after in self._after[number].get(group, ()) if number < self._last else ():
                        then = _next(now, self._own[number + 1][after]) or 0
                        rest = only[number + 1][after, then]
                        ways.add(None if rest is None else (then, *rest))
                    if not ways:
                        ways.add(self._told_of(number, group, now))
                    only[number][group, now] = ways.pop() if len(ways) == 1 else None
        return only

    def _told_of(self, number: int, group: Group, now: int) -> Status:
        """The statuses from a stage on of runs that lockstep found no more after it."""
        statuses: list[int] = [now]
        for later in range(number + 1, self._last + 1):
            statuses.append(_next(statuses[-1], self._sets(later, number, group)) or 0)
        return tuple(statuses[1:])

    def _futures(self) -> list[dict[Group, _Futures]]:
        """For each group at which stage its runs are broken no more, if they are broken there."""
        ahead: list[dict[Group, _Futures]] = [{} for _ in self._stages]
        for number in range(self._last, -1, -1):
            for group in self._own[number]:
                ahead[number][group] = self._end(number, group, ahead)
        return ahead

    def _end(self, number: int, group: Group, ahead: Sequence[Mapping[Group, _Futures]]) -> _Futures:
        if number == self._last:
            return {None}
        found: _Futures = set()
        for after in self._after[number].get(group, ()):
            if not _next(1, self._own[number + 1][after]):
                found.add(number + 1)
                continue
            futures = ahead[number + 1][after]
            several = len(self._pasts[number + 1][after]) > 1 and len(futures) > 1
            found |= {_common(futures)} if several else futures
        if not found:
            told = self._told_of(number, group, 1)
            found.add(next((number + 1 + n for n, then in enumerate(told) if not then), None))
        return found

    def _sets(self, number: int, home: int, group: Group) -> int | None:
        """The status at a stage of runs that are known at stage `home` alone."""
        return self._by_sets(number, self._rule, self._violation, self._stages[home].scenarios[group])

    # --- one course -------------------------------------------------------------------------

    def _course(self, span: Span) -> Course:
        alive = self._alive(span)
        status: list[int | None] = []
        for number, here in enumerate(alive):
            told = {None if self._own[number][group] is None else now for group, now in here}
            told |= self._unfound(number, alive)
            status.append(told.pop() if len(told) == 1 else None)
        ended = self._last + 1 if span.ended in (None, UNSURE) else span.ended
        assert ended is not None
        within = range(span.begun, ended)
        groups = tuple(
            frozenset(g for g, now in here if now == 1 and self._own[number][g] == 1)
            if number in within
            else frozenset()
            for number, here in enumerate(alive)
        )
        pairs = tuple(
            frozenset(
                (before, after)
                for before, was in alive[number]
                for after in self._after[number].get(before, ())
                if (after, _next(was, self._own[number + 1][after])) in alive[number + 1]
            )
            for number in range(self._last)
        )
        return Course(
            self._rule,
            self._violation,
            tuple(status),
            pairs,
            groups,
            span.begun,
            None if span.ended == UNSURE else span.ended,
            span.base == 1,
            span.ended is not None and status[-1] == 1,
            UNSURE not in (span.base, span.ended),
        )

    def _alive(self, span: Span) -> list[set[_At]]:
        """The groups, with a status, that runs of this span can be in at each stage."""
        alive: list[set[_At]] = []
        for number, own in enumerate(self._own):
            here: set[_At] = set()
            for group, value in own.items():
                came = [
                    _next(was, value)
                    for before in self._before[number].get(group, ())
                    for at, was in (alive[-1] if alive else ())
                    if at == before
                ]
                if not self._before[number].get(group) and (told := self._fitting(span, number, group)):
                    came = [_next(told[-1], value)]
                here |= {(group, now) for now in came if self._fits(span, number, now)}
            alive.append(here)
        for number in range(self._last - 1, -1, -1):
            alive[number] = {
                (group, now)
                for group, now in alive[number]
                if (not self._after[number].get(group) and self._going_on(span, number, group, now))
                or any(
                    (after, _next(now, self._own[number + 1][after])) in alive[number + 1]
                    for after in self._after[number].get(group, ())
                )
            }
        return alive

    def _fitting(self, span: Span, number: int, group: Group) -> list[int | None]:
        """The statuses of runs before the first stage at which lockstep found them, behind that of a run that
        has not begun; none if they are not of this span."""
        told: list[int | None] = [None]
        for earlier in range(number):
            told.append(_next(told[-1], self._sets(earlier, number, group)))
            if not self._fits(span, earlier, told[-1]):
                return []
        return told

    def _going_on(self, span: Span, number: int, group: Group, now: int | None) -> bool:
        """Whether runs that lockstep found no more after this stage are of this span."""
        for later in range(number + 1, self._last + 1):
            now = _next(now, self._sets(later, number, group))
            if not self._fits(span, later, now):
                return False
        return True

    def _fits(self, span: Span, number: int, now: int | None) -> bool:
        """Whether runs of this span can have a status at a stage."""
        if now is None:
            return True
        if number == 0 and span.base in (0, 1) and now != span.base:
            return False
        if number == span.begun - 1 or number == span.ended:
            return now == 0
        if span.ended == UNSURE:
            return number != span.begun or now == 1
        return not span.begun <= number < (self._last + 1 if span.ended is None else span.ended) or now == 1

    def _unfound(self, number: int, alive: Sequence[set[_At]]) -> set[int | None]:
        """The statuses at a stage of runs that lockstep found at another stage only."""
        found: set[int | None] = set()
        for home, here in enumerate(alive):
            for group, _ in here:
                edges = self._before if home > number else self._after
                ends = not edges[home].get(group)
                if home != number and ends:
                    found.add(self._sets(number, home, group))
        return found


def _nows(pasts: _Pasts) -> set[int]:
    """The statuses that runs may have."""
    return {now for past in pasts for now in ((0, 1) if past.now == UNSURE else (past.now or 0,))}


def _next(was: int | None, own: int | None) -> int | None:
    """The status of runs that had one and come to a group of another; None as long as nothing was told."""
    if own == OTHERWISE:
        return 1 if was == 1 else 0
    return was if own is None else own


def _step(past: _Past, own: int | None, number: int) -> _Past:
    """A past and one stage more."""
    if own is None or (own == OTHERWISE and past.now in (1, UNSURE)):
        return past
    value = 0 if own == OTHERWISE else own
    base = value if past.base is None else past.base
    if not value:
        return _Past(base, 0, UNSURE)
    if past.now is None:
        return _Past(base, 1, 0)
    begun = number if past.now == 0 else past.begun if past.now == 1 else UNSURE
    return _Past(base, 1, begun)


def _one_past(pasts: _Pasts) -> _Past:
    base, now = _common(past.base for past in pasts), _common(past.now for past in pasts)
    begun = {past.begun for past in pasts}
    return _Past(base, now, begun.pop() if len(begun) == 1 else UNSURE)


def _common(values: Iterable[int | None]) -> int | None:
    """The one value of all, `UNSURE` if they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else UNSURE


def _order(span: Span) -> tuple[int, ...]:
    return tuple(-2 if value is None else value for value in span)
