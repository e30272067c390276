"""A rule's status along runs: what it was and will be at each stage for the runs that break it at one.

Input: how the groups of runs of each stage keep the rules, and which groups of neighbouring stages belong
together. Output: for each rule and kind of violation the status vectors that runs have, with the pairs of
groups that such runs go through. That two pairs share a group does not say that one run goes through both:
where runs come to a group with several pasts and leave it with several futures, which past has which future
is not known, and the statuses that differ are None. The status of runs that lockstep did not find at a
stage is that of their scenarios. Runs that break a rule in one way and then in another are not mended: the
first violation goes on, the second begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analyzer.model.group import Group, Pairs
from analyzer.model.verdict import Judged

Status = tuple[int | None, ...]
BySets = Callable[[int, str, str, frozenset[str]], int | None]
OTHERWISE = 2  # within this module: the rule is broken, in another way
Told = Callable[[int, str], bool]


@dataclass(frozen=True, slots=True)
class Course:
    """A rule, a kind of violation and a status over the stages that some runs have. `pairs` are, for each
    stage but the first, the pairs of groups that such runs go through to it; `groups` those in which they
    break the rule, by stage."""

    rule: str
    violation: str
    status: Status
    pairs: tuple[Pairs, ...]
    groups: tuple[frozenset[Group], ...]


def courses(
    stages: Sequence[Judged], steps: Sequence[Pairs], told: Told, by_sets: BySets
) -> tuple[Course, ...]:
    """All courses, by rule, violation and status.

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
        self._stages, self._steps, self._by_sets = stages, steps, by_sets
        self._own: list[dict[Group, int | None]] = []
        for number, stage in enumerate(stages):
            kept = 0 if told(number, rule) else None
            self._own.append(
                {
                    g: kept if not (kind := kinds.get(rule)) else 1 if kind == violation else OTHERWISE
                    for g, kinds in stage.verdicts.items()
                }
            )
        ahead = self._futures(lambda _, __, futures: futures)
        self._pasts = self._told(ahead)
        self._ahead = self._futures(lambda number, group, futures: self._known(number, group, futures))

    def courses(self) -> list[Course]:
        found: dict[Status, list[tuple[set[tuple[Group, Group]], set[Group]]]] = {}

        def at(status: Status, number: int) -> tuple[set[tuple[Group, Group]], set[Group]]:
            return found.setdefault(status, [(set(), set()) for _ in self._stages])[number]

        for number, own in enumerate(self._own):
            for group in own:
                for status in self._through(number, group):
                    if own[group] == 1:
                        at(status, number)[1].add(group)
        for number, pairs in enumerate(self._steps):
            for before, after in pairs:
                if before not in self._own[number] or after not in self._own[number + 1]:
                    continue
                for past in self._settled(number, before):
                    for future in self._known(number + 1, after, self._ahead[number + 1][after]):
                        if _then(past, future) in found:
                            at(_then(past, future), number + 1)[0].add((before, after))
        return [
            Course(
                self._rule,
                self._violation,
                status,
                tuple(frozenset(pairs) for pairs, _ in parts[1:]),
                tuple(frozenset(groups) for _, groups in parts),
            )
            for status, parts in sorted(found.items(), key=lambda item: _order(item[0]))
        ]

    def _through(self, number: int, group: Group) -> set[Status]:
        """The vectors of runs that end in a group."""
        pasts, futures = self._pasts[number][group], self._ahead[number][group]
        pairs = [(past, future) for past in pasts for future in self._known(number, group, futures)]
        pairs += [(past, future) for past in self._settled(number, group) for future in futures]
        return {_then(past, future[1:]) for past, future in pairs}

    def _told(self, ahead: list[dict[Group, set[Status]]]) -> list[dict[Group, set[Status]]]:
        """For each group what its runs may have come from, the group's own status last."""
        self._ahead = ahead
        pasts: list[dict[Group, set[Status]]] = [
            {group: {_then((), (status,))} for group, status in self._own[0].items()}
        ]
        self._pasts = pasts
        for number, pairs in enumerate(self._steps, 1):
            here: dict[Group, set[Status]] = {group: set() for group in self._own[number]}
            for before, after in pairs:
                if after in here and before in pasts[-1]:
                    here[after] |= {
                        _then(past, (self._own[number][after],)) for past in self._settled(number - 1, before)
                    }
            for group, found in here.items():
                if not found:
                    told = self._sets(range(number), number, group)
                    found.add(_then(told, (self._own[number][group],)))
            pasts.append(here)
        return pasts

    def _futures(
        self, settled: Callable[[int, Group, set[Status]], set[Status]]
    ) -> list[dict[Group, set[Status]]]:
        """For each group what its runs may become, the group's own status first."""
        last = len(self._stages) - 1
        ahead: list[dict[Group, set[Status]]] = [{} for _ in self._stages]
        ahead[last] = {group: {(status,)} for group, status in self._own[last].items()}
        for number in range(last - 1, -1, -1):
            here: dict[Group, set[Status]] = {group: set() for group in self._own[number]}
            for before, after in self._steps[number]:
                if before in here and after in ahead[number + 1]:
                    futures = settled(number + 1, after, ahead[number + 1][after])
                    here[before] |= {_from(self._own[number][before], future) for future in futures}
            for group, found in here.items():
                if not found:
                    told = self._sets(range(number + 1, last + 1), number, group)
                    found.add(_from(self._own[number][group], told))
            ahead[number] = here
        return ahead

    def _settled(self, number: int, group: Group) -> set[Status]:
        """The pasts of a group's runs that go on, one with None where it is not known which goes how."""
        pasts = self._pasts[number][group]
        return {_merged(pasts)} if len(pasts) > 1 and len(self._ahead[number][group]) > 1 else pasts

    def _known(self, number: int, group: Group, futures: set[Status]) -> set[Status]:
        """Likewise the futures of the runs that came to a group."""
        return {_merged(futures)} if len(futures) > 1 and len(self._pasts[number][group]) > 1 else futures

    def _sets(self, numbers: Iterable[int], number: int, group: Group) -> Status:
        scenarios = self._stages[number].scenarios[group]
        return tuple(self._by_sets(n, self._rule, self._violation, scenarios) for n in numbers)


def _merged(statuses: set[Status]) -> Status:
    """One status: None where they differ."""
    return tuple(values[0] if len(set(values)) == 1 else None for values in zip(*statuses, strict=True))


def _then(past: Status, future: Status) -> Status:
    """A past and what follows: `OTHERWISE` goes on as it was, and is no violation to begin with."""
    made = list(past)
    for value in future:
        made.append((made[-1] if made else 0) if value == OTHERWISE else value)
    return tuple(made)


def _from(own: int | None, future: Status) -> Status:
    """A future with one stage before it; what it begins with is settled by that stage, if it can be."""
    return (own, *future) if own == OTHERWISE else _then((own,), future)


def _order(status: Status) -> tuple[int, ...]:
    return tuple(-1 if value is None else value for value in status)
