"""Example words of a contract: the shortest that keep it, and neighbours of these that break it.

Input: a contract and the letters it reads. Output: words. A neighbour is one edit away: a letter left out,
told twice, told too much, or two letters swapped. Not modelled: which examples people would choose.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from analyzer.checks.contracts import KINDS, derive, judge, nullable
from analyzer.model.contract import Contract
from analyzer.model.rulebook import BrokenWord, Letters

MOST_KEPT = 4
LONGEST = 6
_LOOKED_AT = 5_000  # words begun; a contract with many letters has very many


def kept_words(contract: Contract, reads: frozenset[str]) -> tuple[Letters, ...]:
    """The shortest words that keep the contract, at most `MOST_KEPT`; the contract's own order of letters
    plays no part."""
    alphabet = sorted(reads)
    found: list[Letters] = []
    waiting: deque[tuple[Letters, Contract]] = deque([((), contract)])
    for _ in range(_LOOKED_AT):
        if not waiting or len(found) == MOST_KEPT:
            break
        word, left = waiting.popleft()
        if nullable(left):
            found.append(word)
        if len(word) < LONGEST:
            for letter in alphabet:
                rest = derive(left, letter)
                if rest is not None:
                    waiting.append(((*word, letter), rest))
    return tuple(found)


def broken_words(contract: Contract, reads: frozenset[str]) -> tuple[BrokenWord, ...]:
    """One word for each kind of violation that one edit of a kept word gives, in the order of `KINDS`."""
    found: dict[str, BrokenWord] = {}
    for word in kept_words(contract, reads):
        for neighbour in _neighbours(word, sorted(reads)):
            wrong = judge(contract, reads, neighbour)
            if wrong is not None and wrong.kind not in found:
                found[wrong.kind] = BrokenWord(neighbour, wrong.kind, wrong.nearest)
    return tuple(found[kind] for kind in KINDS if kind in found)


def _neighbours(word: Letters, alphabet: list[str]) -> Iterator[Letters]:
    for at in reversed(range(len(word))):
        yield word[:at] + word[at + 1 :]
    for at in reversed(range(len(word))):
        yield word[: at + 1] + word[at:]
    for at in range(len(word) - 1):
        yield (*word[:at], word[at + 1], word[at], *word[at + 2 :])
    for letter in alphabet:
        yield (*word, letter)
        yield (letter, *word)
