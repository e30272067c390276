"""What makes two findings the same one: a fingerprint without lines, paths or patch numbers.

Input: findings. Output: the same ones with their fingerprints. It is made of the rule, the kind of violation,
the words of the way out and the letters' names that the finding shows; where that fits several, also of
their scenarios.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from analyzer.model.report import Finding


def with_fingerprints(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each finding with its fingerprint."""
    short = [_digest(_own(finding)) for finding in found]
    count = Counter(short)
    longer = [
        _digest((*_own(finding), *finding.scenarios)) if count[mark] > 1 else mark
        for finding, mark in zip(found, short, strict=True)
    ]
    seen: Counter[str] = Counter()
    made = []
    for finding, mark in zip(found, longer, strict=True):
        seen[mark] += 1
        # Still alike in all of that: only their status over the stages tells them apart.
        told = mark if seen[mark] == 1 else _digest((mark, str(finding.status)))
        made.append(replace(finding, fingerprint=told))
    return tuple(made)


def _own(finding: Finding) -> tuple[str, ...]:
    word = " ".join(letter.name for letter in finding.bad.letters)
    return (finding.rule, finding.violation, finding.way_out_words, word)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
