"""Examples of a rule: words that keep it do, words that break it do not."""

from __future__ import annotations

import pytest

from analyzer import profiles
from analyzer.checks.contracts import judge
from analyzer.model.rulebook import ExplainedRule
from analyzer.model.unknown import InputError
from analyzer.pipeline.rules import explain_rules

EVERY = [
    pytest.param(entry, id=f"{book.profile}: {entry.rule.name}")
    for book in explain_rules(None, None)
    for entry in book.rules
]


@pytest.mark.parametrize("entry", EVERY)
def test_kept_words_keep_the_rule_and_broken_ones_break_it_as_said(entry: ExplainedRule) -> None:
    contract, reads = profiles.parse_contract(entry.rule.contract), frozenset(entry.reads)
    assert entry.kept and entry.broken
    assert [judge(contract, reads, word) for word in entry.kept] == [None] * len(entry.kept)
    for broken in entry.broken:
        found = judge(contract, reads, broken.letters)
        assert found is not None and (found.kind, found.nearest) == (broken.violation, broken.nearest)
        assert judge(contract, reads, broken.nearest) is None


def test_all_shipped_profiles_have_rules() -> None:
    assert [book.profile for book in explain_rules(None, None)] == list(profiles.names())


def test_a_rule_is_found_by_its_name_in_whichever_profile_has_it() -> None:
    (book,) = explain_rules("frozen-tasks-are-thawed", None)
    assert (book.profile, [entry.rule.name for entry in book.rules]) == (
        "linux-pm",
        ["frozen-tasks-are-thawed"],
    )


def test_a_misspelt_rule_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean frozen-tasks-are-thawed"):
        explain_rules("frozen-task-are-thawed", None)
