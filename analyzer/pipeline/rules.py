"""The rules of profiles, explained, for the command of that name."""

from __future__ import annotations

import difflib

from analyzer import profiles
from analyzer.checks.examples import broken_words, kept_words
from analyzer.model.contract import letters
from analyzer.model.profile import Profile
from analyzer.model.rulebook import ExplainedRule, Rulebook
from analyzer.model.unknown import InputError


def explain_rules(rule: str | None, profile: str | None) -> tuple[Rulebook, ...]:
    """The rules of `profile`, or of every profile that is shipped; only those named `rule` if that is not
    None. Raises `InputError` if there is no such profile or no such rule."""
    loaded = [profiles.load(name) for name in ((profile,) if profile is not None else profiles.names())]
    books = [_book(one, rule) for one in loaded]
    if rule is not None and not any(book.rules for book in books):
        known = [entry.name for one in loaded for entry in one.rules]
        close = difflib.get_close_matches(rule, known, n=1)
        mend = f"did you mean {close[0]}?" if close else f"known are: {', '.join(known) or 'none'}"
        raise InputError(f"no rule {rule}; {mend}")
    return tuple(book for book in books if book.rules or profile is not None)


def _book(profile: Profile, wanted: str | None) -> Rulebook:
    explained = []
    for rule in profile.rules:
        if wanted in (None, rule.name):
            contract = profiles.parse_contract(rule.contract)
            reads = letters(contract).union(rule.reads)
            explained.append(
                ExplainedRule(
                    rule, tuple(sorted(reads)), kept_words(contract, reads), broken_words(contract, reads)
                )
            )
    return Rulebook(profile.name, profile.title, tuple(explained))
