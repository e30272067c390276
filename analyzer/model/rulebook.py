"""Rules as people ask about them: each with words that keep it and words that break it. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.model.profile import Rule

Letters = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokenWord:
    """A word outside a contract: how it breaks it (duplicate, missing, extra, out of order), and the
    nearest word inside."""

    letters: Letters
    violation: str
    nearest: Letters


@dataclass(frozen=True, slots=True)
class ExplainedRule:
    """A rule with examples. `reads` are the letters that count, all others are erased; `kept` are the
    shortest words inside, `broken` one word outside for each kind of violation that there is."""

    rule: Rule
    reads: Letters
    kept: tuple[Letters, ...]
    broken: tuple[BrokenWord, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one profile."""

    profile: str
    profile_title: str
    rules: tuple[ExplainedRule, ...]
