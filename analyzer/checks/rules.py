"""Every rule of a profile, on the runs of every scenario, at one stage.

Input: a stage and its profile. Output: a `Verdict`. The runs that a rule's condition selects are taken
scenario by scenario, so that two courses of events with the same sequence are not mistaken for each other.
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.checks.contracts import violation
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.sequences import OTHER, listed, others, picked
from analyzer.lifecycle.stages import Stage
from analyzer.model.contract import Contract, letters
from analyzer.model.letters import Sequence
from analyzer.model.profile import Profile, Rule
from analyzer.model.unknown import Unknown
from analyzer.model.verdict import Breach, Verdict


def check(stage: Stage, profile: Profile, parse: Callable[[str], Contract], bounds: Bounds) -> Verdict:
    """Evaluate all rules of `profile` at `stage`; `parse` reads a contract's text."""
    groups = [(s.id, picked(stage, n)) for n, s in enumerate(profile.scenarios)]
    groups.append((OTHER, others(stage, profile)))
    breaches: list[Breach] = []
    kept: list[tuple[str, str, Sequence]] = []
    unknown: dict[tuple[str, str], Unknown] = {}
    for number, rule in enumerate(profile.rules):
        contract = parse(rule.contract)
        selected = picked(stage, len(profile.scenarios) + number)
        for scenario, ends in groups:
            result = listed(stage, ends & selected, "", profile, bounds)
            for doubt in result.unknown:
                unknown.setdefault((rule.name, str(doubt)), doubt)
            for sequence in result.sequences:
                found = _breach(rule, contract, scenario, sequence)
                if found is None:
                    kept.append((rule.name, scenario, sequence))
                else:
                    breaches.append(found)
    doubts = tuple((rule, doubt) for (rule, _), doubt in unknown.items())
    return Verdict(stage.snapshot.patch, tuple(breaches), tuple(kept), doubts)


def _breach(rule: Rule, contract: Contract, scenario: str, sequence: Sequence) -> Breach | None:
    reads = letters(contract).union(rule.reads)
    found = violation(contract, reads, sequence)
    if found is None:
        return None
    return Breach(rule.name, scenario, found.kind, found.nearest, sequence)
