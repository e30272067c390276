"""Suppressions applied to findings.

Input: findings, suppressions, the day, and whether all findings are known. Output: the findings, each with
the suppression that holds for it, and what became of each suppression. Not modelled: where suppressions come
from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from analyzer.model.report import Finding
from analyzer.model.suppression import Outcome, Standing, Suppression


def suppress(
    findings: Sequence[Finding],
    suppressions: Sequence[Suppression],
    today: date,
    rules: Collection[str],
    complete: bool,
) -> tuple[tuple[Finding, ...], tuple[Outcome, ...]]:
    """The findings, with `suppressed` set, and one outcome for each suppression. `rules` are those that the
    profile has; with `complete` a suppression that matches nothing is stale."""
    matched = [[finding for finding in findings if _matches(entry, finding)] for entry in suppressions]
    outcomes = tuple(
        _outcome(entry, len(found), today, rules, complete)
        for entry, found in zip(suppressions, matched, strict=True)
    )
    result: list[Finding] = []
    for finding in findings:
        holding = (
            outcome.suppression
            for outcome, found in zip(outcomes, matched, strict=True)
            if outcome.standing is Standing.APPLIED and finding in found
        )
        result.append(replace(finding, suppressed=next(holding, None)))
    return tuple(result), outcomes


def _matches(entry: Suppression, finding: Finding) -> bool:
    return (
        entry.rule in ("", finding.rule)
        and entry.fingerprint in ("", finding.fingerprint)
        and entry.violation in ("", finding.violation)
        and (not entry.scenarios or set(finding.scenarios) <= set(entry.scenarios))
        and (not entry.way_out or fnmatchcase(finding.way_out_words, entry.way_out))
        and (not entry.path or fnmatchcase(finding.where.path, entry.path))
    )


def _outcome(entry: Suppression, found: int, today: date, rules: Collection[str], complete: bool) -> Outcome:
    if entry.until is not None and today > entry.until:
        return Outcome(entry, Standing.EXPIRED, found)
    if found:
        return Outcome(entry, Standing.APPLIED, found)
    if entry.rule and entry.rule not in rules:
        return Outcome(entry, Standing.STALE, 0, f"the profile has no rule {entry.rule}")
    return Outcome(entry, Standing.STALE if complete else Standing.UNTOLD, 0)
