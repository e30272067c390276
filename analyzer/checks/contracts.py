"""Whether a sequence keeps a contract, and if not, the nearest word that does.

A contract is matched by Brzozowski derivatives (J. ACM 11(4), 1964): what is left of it after each letter.
A letter that may repeat stands for one or more: every derivative it can lead to is followed. A blocked run
keeps a contract when it can still be completed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from analyzer.model.contract import Chain, Choice, Contract, Empty, Name, Repeat
from analyzer.model.letters import Sequence


@dataclass(frozen=True, slots=True)
class Violation:
    """How a word breaks a contract: duplicate, missing, extra or out of order, and the nearest word."""

    kind: str
    nearest: tuple[str, ...]


KINDS = ("duplicate", "missing", "extra", "out of order")


def nullable(contract: Contract) -> bool:
    """Whether the empty word keeps the contract."""
    match contract:
        case Empty():
            return True
        case Name():
            return False
        case Chain(parts):
            return all(nullable(part) for part in parts)
        case Choice(options):
            return any(nullable(option) for option in options)
        case Repeat(_, least, _):
            return least == 0 or nullable(contract.part)
    raise AssertionError(contract)


def derive(contract: Contract, letter: str) -> Contract | None:
    """What is left of the contract after `letter`; None when nothing can follow."""
    match contract:
        case Empty():
            return None
        case Name(name):
            return Empty() if name == letter else None
        case Choice(options):
            return _either(derive(option, letter) for option in options)
        case Chain(parts):
            found: list[Contract | None] = []
            for number, part in enumerate(parts):
                found.append(_then(derive(part, letter), parts[number + 1 :]))
                if not nullable(part):
                    break
            return _either(found)
        case Repeat(part, _, many):
            return _then(derive(part, letter), (Repeat(part, 0, True),) if many else ())
    raise AssertionError(contract)


def _then(first: Contract | None, rest: tuple[Contract, ...]) -> Contract | None:
    if first is None:
        return None
    begun = first.parts if isinstance(first, Chain) else (first,)
    parts = [part for part in (*begun, *rest) if not isinstance(part, Empty)]
    if not parts:
        return Empty()
    return parts[0] if len(parts) == 1 else Chain(tuple(parts))


def _either(found: Iterable[Contract | None]) -> Contract | None:
    options: list[Contract] = []
    for one in found:
        for option in one.parts if isinstance(one, Choice) else (one,):
            if option is not None and option not in options:
                options.append(option)
    if not options:
        return None
    return options[0] if len(options) == 1 else Choice(tuple(options))


def violation(contract: Contract, reads: frozenset[str], sequence: Sequence) -> Violation | None:
    """How `sequence` breaks `contract`, of which only the letters in `reads` count; None if it does not."""
    letters = [(one.name, one.repeats) for one in sequence.letters if one.name in reads]
    states: set[Contract | None] = {contract}
    for name, repeats in letters:
        states = {None if state is None else derive(state, name) for state in states}
        grown = True
        while repeats and grown:
            more = {None if state is None else derive(state, name) for state in states}
            grown = not more <= states
            states |= more
    kept = all(state is not None and (sequence.blocked or nullable(state)) for state in states)
    if kept:
        return None
    word = tuple(name for name, repeats in letters for name in ((name, name) if repeats else (name,)))
    return _nearest(contract, reads, word)


def judge(contract: Contract, reads: frozenset[str], word: tuple[str, ...]) -> Violation | None:
    """How a plain word of letters in `reads` breaks `contract`; None if it does not."""
    left = _after(contract, word)
    return None if left is not None and nullable(left) else _nearest(contract, reads, word)


def unfinished(contract: Contract, word: tuple[str, ...]) -> bool:
    """Whether `word` can still be completed to one that keeps `contract`."""
    return _after(contract, word) is not None


def _after(contract: Contract, word: tuple[str, ...]) -> Contract | None:
    left: Contract | None = contract
    for letter in word:
        left = None if left is None else derive(left, letter)
    return left


def _nearest(contract: Contract, reads: frozenset[str], word: tuple[str, ...]) -> Violation:
    """Uniform-cost search over edits (drop, put in, swap neighbours) for the nearest word that keeps it."""
    queue: list[tuple[int, int, int, tuple[str, ...], Contract]] = [(0, 0, 0, (), contract)]
    best: tuple[int, tuple[str, ...]] | None = None
    found: list[tuple[str, ...]] = []
    seen: set[tuple[int, Contract, tuple[str, ...]]] = set()
    ticket = 0
    alphabet = sorted(reads)
    while queue:
        cost, _, done, made, left = heappop(queue)
        if best is not None and cost > best[0]:
            break
        if (done, left, made) in seen or cost > len(word) + 6:
            continue
        seen.add((done, left, made))
        if done == len(word) and nullable(left):
            best = best or (cost, made)
            found.append(made)
            continue
        steps: list[tuple[int, int, tuple[str, ...], Contract | None]] = []
        if done < len(word):
            steps.append((0, done + 1, (*made, word[done]), derive(left, word[done])))
            steps.append((1, done + 1, made, left))
        if done + 1 < len(word) and word[done] != word[done + 1]:
            first = derive(left, word[done + 1])
            both = derive(first, word[done]) if first is not None else None
            steps.append((1, done + 2, (*made, word[done + 1], word[done]), both))
        steps += [(1, done, (*made, letter), derive(left, letter)) for letter in alphabet]
        for price, position, text, rest in steps:
            if rest is not None:
                ticket += 1
                heappush(queue, (cost + price, ticket, position, text, rest))
    ranked = sorted((KINDS.index(_kind(word, near)), near) for near in found)
    if not ranked:
        return Violation("extra", ())
    return Violation(KINDS[ranked[0][0]], ranked[0][1])


def _kind(word: tuple[str, ...], near: tuple[str, ...]) -> str:
    has, wants = Counter(word), Counter(near)
    surplus, lack = has - wants, wants - has
    if surplus and any(wants[name] for name in surplus):
        return "duplicate"
    if lack:
        return "missing"
    return "extra" if surplus else "out of order"
