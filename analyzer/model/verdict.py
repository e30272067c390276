"""What the rules say of one stage: plain values between the checks and the findings made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.model.group import Group
from analyzer.model.letters import Sequence
from analyzer.model.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Breach:
    """A sequence of a scenario's runs that breaks a rule, and the nearest word that would not."""

    rule: str
    scenario: str
    violation: str  # duplicate, missing, extra, out of order
    nearest: tuple[str, ...]
    sequence: Sequence


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stage's breaches, the sequences that kept each rule, and what could not be told of which rule.

    `kept` holds rule, scenario and sequence. A stage that was not `analysed` has nothing else to say.
    """

    patch: int
    breaches: tuple[Breach, ...] = ()
    kept: tuple[tuple[str, str, Sequence], ...] = ()
    unknown: tuple[tuple[str, Unknown], ...] = ()
    analysed: bool = True

    def told(self, rule: str) -> bool:
        """Whether it is known at this stage if `rule` is kept."""
        return self.analysed and all(name != rule for name, _ in self.unknown)


@dataclass(frozen=True, slots=True)
class Judged:
    """A stage's groups of runs: the rules that pick each, with the kind of violation or "" where it keeps the
    rule; and the scenarios that claim it."""

    verdicts: Mapping[Group, Mapping[str, str]]
    scenarios: Mapping[Group, frozenset[str]]
