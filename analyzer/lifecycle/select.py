"""Which runs a `Selection` picks, by the facts and tracked values at their end.

Facts are collected along a run. Once a fact rules a selection out, nothing else that only this selection
asks about matters: `Selections.reduce` drops it, so that more states are equal.
"""

from __future__ import annotations

from collections.abc import Mapping

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


class Selections:
    """The selections of a profile's scenarios and rules, in that order, ready to be asked."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.all: tuple[Selection, ...] = (
            *(scenario.select for scenario in profile.scenarios),
            *(rule.select for rule in profile.rules),
        )
        self._index = {variable.name: number for number, variable in enumerate(profile.tracked)}
        self._needs = tuple(_needs(select) for select in self.all)
        self._rules_out = tuple(_rules_out(select) for select in self.all)
        self._memo: dict[frozenset[str], frozenset[str]] = {}
        finals = {name for select in self.all for name in select.final}
        self.finals = frozenset(self._index[name] for name in finals)

    def reduce(self, facts: frozenset[str]) -> frozenset[str]:
        """`facts` without those that no selection still asks about."""
        known = self._memo.get(facts)
        if known is not None:
            return known
        kept = {fact for fact in facts if fact.startswith("problem ") or fact == "stopped"}
        for number, needs in enumerate(self._needs):
            dead = f"not {number}"
            if dead in facts or facts & self._rules_out[number]:
                kept.add(dead)
            else:
                kept |= facts & needs
        result = self._memo[facts] = frozenset(kept)
        return result

    def picks(self, number: int, facts: frozenset[str], tracked: tuple[Value, ...], end: str) -> bool:
        """Whether selection `number` picks the run that ends so; `facts` must have been reduced."""
        select = self.all[number]
        if select.ends and select.ends != end:
            return False
        if f"not {number}" in facts:
            return False
        if any(f"enter {name}" not in facts for name in select.through):
            return False
        if any(f"returned {watch.call} {watch.outcome.value}" not in facts for watch in select.returned):
            return False
        for name, wanted in select.final.items():
            if not may_be(tracked[self._index[name]], wanted, self.profile.constants):
                return False
        return all(
            any(f"value {name} {text}" in facts for text in wanted) for name, wanted in select.passed.items()
        )


def _needs(select: Selection) -> frozenset[str]:
    needs = {f"enter {name}" for name in select.through}
    needs |= {f"returned {watch.call} {watch.outcome.value}" for watch in select.returned}
    needs |= {f"value {name} {text}" for name, wanted in select.passed.items() for text in wanted}
    return frozenset(needs)


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
        self._all = tuple(
            tuple((index[name], wanted) for name, wanted in exclusion.values.items())
            for exclusion in profile.exclusions
        )

    def holds(self, tracked: list[Value]) -> bool:
        """Whether the values are such a combination for certain."""
        return any(
            all(self._certain(tracked[number], wanted) for number, wanted in combination)
            for combination in self._all
        )

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
