"""Every rule of a profile, on the groups of runs of one stage.

Input: a stage, its groups, the profile. Output: how each rule that picks a group is kept or broken by its
word. Not modelled: a letter that repeats more than twice (`analyzer.checks.rules` follows those).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analyzer.checks.contracts import judge, unfinished
from analyzer.lifecycle.sequences import OTHER
from analyzer.lifecycle.stages import Stage
from analyzer.model.contract import Contract, letters
from analyzer.model.group import Group
from analyzer.model.profile import Profile
from analyzer.model.verdict import Judged

KEPT = ""


def judged(
    stage: Stage, groups: Iterable[Group], profile: Profile, parse: Callable[[str], Contract]
) -> Judged:
    """What the rules say of each group; `parse` reads a contract's text."""
    contracts = [(rule.name, parse(rule.contract), frozenset(rule.reads)) for rule in profile.rules]
    picks = stage.machine.selections.picks
    count = len(profile.scenarios)
    verdicts: dict[Group, dict[str, str]] = {}
    scenarios: dict[Group, frozenset[str]] = {}
    known: dict[tuple[str, tuple[str, ...], bool], str] = {}
    for group in groups:
        node = stage.graph.nodes[group.end]
        if node.end is None:
            continue
        end = node.end.kind
        claimed = (s.id for n, s in enumerate(profile.scenarios) if picks(n, node.facts, node.tracked, end))
        scenarios[group] = frozenset(claimed) or frozenset({OTHER})
        told = verdicts[group] = {}
        for number, (name, contract, more) in enumerate(contracts):
            if not picks(count + number, node.facts, node.tracked, end):
                continue
            reads = letters(contract) | more
            word = tuple(letter for letter, _ in group.word if letter in reads)
            key = (name, word, end == "blocked")
            if key not in known:
                known[key] = _kind(contract, reads, word, blocked=end == "blocked")
            told[name] = known[key]
    return Judged(verdicts, scenarios)


def _kind(contract: Contract, reads: frozenset[str], word: tuple[str, ...], *, blocked: bool) -> str:
    if blocked and unfinished(contract, word):
        return KEPT
    found = judge(contract, reads, word)
    return KEPT if found is None else found.kind
