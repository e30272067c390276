"""Which runs a `Selection` picks, by the facts and tracked values at their end.

Facts are collected along a run. Once a fact rules a selection out, nothing else that only this selection
asks about matters: `Selections.reduce` drops it, so that more states are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from analyzer.lifecycle.values import Name, Unsure, Value, constant_of, key_of, outcomes
from analyzer.lifecycle.values import Test as ValueTest
from analyzer.model.profile import Outcome, Profile, Selection

OPPOSITE = {
    Outcome.ZERO: "nonzero",
    Outcome.NONZERO: "zero",
    Outcome.NEGATIVE: "not-negative",
    Outcome.NOT_NEGATIVE: "negative",
}


def may_be(value: Value, wanted: tuple[str, ...], constants: Mapping[str, int]) -> bool:
    """Whether a tracked value may be one of `wanted` (constants by name, or integers as text)."""
    for text in wanted:
        try:
            constant = constant_of(int(text, 0))
        except ValueError:
            constant = constant_of(constants.get(text, text))
        if isinstance(value, (int, Name)):
            if value == constant:
                return True
        elif isinstance(value, Unsure):
            if isinstance(constant, Name):
                if constant.name not in value.excluded:
                    return True
            elif True in outcomes(ValueTest(value, 0, key_of(constant))):
                return True
        else:
            return True
    return False


def may_become(
    variable: int, wanted: tuple[str, ...], happens: frozenset[str], constants: Mapping[str, int]
) -> bool:
    """Whether a write that may still happen can give a tracked variable one of the values `wanted`."""
    if f"write {variable} ?" in happens:
        return True
    return any(f"write {variable} {constants.get(value, value)}" in happens for value in wanted)


class _Ahead(NamedTuple):
    """What can still come about of a selection: each of its needs, anything that rules it out; and the final
    values that no write can bring about any more."""

    needs: tuple[bool, ...]
    refuted: bool
    settled: tuple[tuple[int, tuple[str, ...]], ...]


class Selections:
    """The selections of a profile's scenarios and rules, in that order, ready to be asked.

    In the facts of a state, ``not N`` says that selection N cannot pick the run any more, ``sure N`` that
    nothing but the end can keep it from picking it.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.all: tuple[Selection, ...] = (
            *(scenario.select for scenario in profile.scenarios),
            *(rule.select for rule in profile.rules),
        )
        self._index = {variable.name: number for number, variable in enumerate(profile.tracked)}
        self._needs = tuple(_needs(select) for select in self.all)
        self._rules_out = tuple(_rules_out(select) for select in self.all)
        self._finals = tuple(
            tuple((self._index[name], wanted) for name, wanted in select.final.items()) for select in self.all
        )
        self._dead = tuple(frozenset({f"not {number}"}) for number in range(len(self.all)))
        self._sure = tuple(frozenset({f"sure {number}"}) for number in range(len(self.all)))
        self._memo: dict[tuple[frozenset[str], frozenset[str], tuple[Value, ...]], frozenset[str]] = {}
        self._ahead: dict[frozenset[str], tuple[_Ahead, ...]] = {}
        self._fits: dict[tuple[Value, tuple[str, ...]], bool] = {}
        self._asked: dict[frozenset[str], frozenset[int]] = {}

    def reduce(self, facts: frozenset[str], happens: frozenset[str], tracked: list[Value]) -> frozenset[str]:
        """`facts` without those that no selection still asks about, given what may still happen."""
        key = (facts, happens, tuple(tracked))
        known = self._memo.get(key)
        if known is not None:
            return known
        ahead = self._ahead.get(happens)
        if ahead is None:
            ahead = self._ahead[happens] = tuple([self._look(n, happens) for n in range(len(self.all))])
        kept = {fact for fact in facts if fact.startswith("problem ") or fact == "stopped"}
        for number, coming in enumerate(ahead):
            kept |= self._status(number, facts, coming, tracked)
        result = self._memo[key] = frozenset(kept)
        return result

    def _look(self, number: int, happens: frozenset[str]) -> _Ahead:
        """What of one selection can still come about."""
        return _Ahead(
            tuple([any(self._may(fact, happens) for fact in facts) for facts in self._needs[number]]),
            any(self._may(fact, happens) for fact in self._rules_out[number]),
            tuple(
                [
                    (variable, wanted)
                    for variable, wanted in self._finals[number]
                    if not may_become(variable, wanted, happens, self.profile.constants)
                ]
            ),
        )

    def _status(
        self, number: int, facts: frozenset[str], coming: _Ahead, tracked: list[Value]
    ) -> frozenset[str]:
        dead, sure = self._dead[number], self._sure[number]
        if dead <= facts or not facts.isdisjoint(self._rules_out[number]):
            return dead
        for variable, wanted in coming.settled:
            if not self._fit(tracked[variable], wanted):
                return dead
        certain = sure <= facts
        met = True
        if not certain:
            for alternatives, possible in zip(self._needs[number], coming.needs, strict=True):
                if facts.isdisjoint(alternatives):
                    if not possible:
                        return dead
                    met = False
        if met and not coming.refuted:
            return sure
        asked: frozenset[str] = facts & frozenset[str]().union(*self._needs[number])
        return asked | (facts & sure)

    def _fit(self, value: Value, wanted: tuple[str, ...]) -> bool:
        key = (value, wanted)
        known = self._fits.get(key)
        if known is None:
            known = self._fits[key] = may_be(value, wanted, self.profile.constants)
        return known

    def _may(self, fact: str, happens: frozenset[str]) -> bool:
        """Whether a fact can still come about."""
        kind, _, rest = fact.partition(" ")
        if kind == "enter":
            return fact in happens
        if kind == "returned":
            return f"returned {rest.rpartition(' ')[0]}" in happens
        name, _, value = rest.partition(" ")
        return may_become(self._index[name], (value,), happens, self.profile.constants)

    def asked(self, facts: frozenset[str]) -> frozenset[int]:
        """Tracked variables whose final value some selection still asks about."""
        known = self._asked.get(facts)
        if known is None:
            known = self._asked[facts] = frozenset(
                variable
                for number, finals in enumerate(self._finals)
                if f"not {number}" not in facts
                for variable, _ in finals
            )
        return known

    def picks(self, number: int, facts: frozenset[str], tracked: tuple[Value, ...], end: str) -> bool:
        """Whether selection `number` picks the run that ends so; `facts` must have been reduced."""
        select = self.all[number]
        if select.ends and select.ends != end:
            return False
        if f"not {number}" in facts:
            return False
        if f"sure {number}" not in facts and not all(facts & needs for needs in self._needs[number]):
            return False
        return all(
            may_be(tracked[variable], wanted, self.profile.constants)
            for variable, wanted in self._finals[number]
        )


def _needs(select: Selection) -> tuple[frozenset[str], ...]:
    """What must have come about: of each set at least one fact."""
    needs = [frozenset({f"enter {name}"}) for name in select.through]
    needs += [frozenset({f"returned {watch.call} {watch.outcome.value}"}) for watch in select.returned]
    needs += [frozenset(f"value {name} {text}" for text in wanted) for name, wanted in select.passed.items()]
    return tuple(needs)


def _rules_out(select: Selection) -> frozenset[str]:
    facts = {f"enter {name}" for name in select.avoids}
    facts |= {f"returned {watch.call} {OPPOSITE[watch.outcome]}" for watch in select.assume}
    facts |= {f"value {name} {text}" for name, wanted in select.never.items() for text in wanted}
    return frozenset(facts)


class Exclusions:
    """Combinations of tracked values that cannot be."""

    def __init__(self, profile: Profile) -> None:
        index = {variable.name: number for number, variable in enumerate(profile.tracked)}
        self._constants = profile.constants
        self._memo: dict[tuple[tuple[Value, ...], frozenset[int]], frozenset[int]] = {}
        self._held: dict[tuple[Value, ...], bool] = {}
        self._all = tuple(
            tuple((index[name], wanted) for name, wanted in exclusion.values.items())
            for exclusion in profile.exclusions
        )

    def holds(self, tracked: list[Value]) -> bool:
        """Whether the values are such a combination for certain."""
        key = tuple(tracked)
        known = self._held.get(key)
        if known is None:
            known = self._held[key] = any(
                all(self._certain(tracked[number], wanted) for number, wanted in combination)
                for combination in self._all
            )
        return known

    def needed(self, tracked: list[Value], readable: frozenset[int]) -> frozenset[int]:
        """Variables whose values still decide what an undecided, readable one may become."""
        key = (tuple(tracked), readable)
        known = self._memo.get(key)
        if known is None:
            known = self._memo[key] = frozenset(self._needed(tracked, readable))
        return known

    def _needed(self, tracked: list[Value], readable: frozenset[int]) -> set[int]:
        needed: set[int] = set()
        for combination in self._all:
            if all(
                may_be(tracked[number], wanted, self._constants) for number, wanted in combination
            ) and any(
                number in readable and not self._certain(tracked[number], wanted)
                for number, wanted in combination
            ):
                needed.update(number for number, _ in combination)
        return needed

    def _certain(self, value: Value, wanted: tuple[str, ...]) -> bool:
        if isinstance(value, int):
            return str(value) in wanted or (value != 0 and "1" in wanted)
        if isinstance(value, Name):
            return value.name in wanted
        return outcomes(value) == frozenset({True}) and "1" in wanted
