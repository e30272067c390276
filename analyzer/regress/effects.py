"""What a broken rule means for whoever acts on an event: lost, told again, told too much, or out of order.

Input: the broken sequence, the nearest word inside the rule, the letters that the rule reads. Output: for
each event that is affected an `Effect`, and for an order the letters that it stands on the other side of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from analyzer.model.effect import Effect
from analyzer.model.letters import Sequence
from analyzer.model.profile import LetterKind


@dataclass(frozen=True, slots=True)
class Affected:
    """An event, what happens to those who act on it, and for an order ``("after pump_on()",)``."""

    event: str
    effect: Effect
    beside: tuple[str, ...] = ()


def affected(bad: Sequence, nearest: tuple[str, ...], reads: Collection[str]) -> tuple[Affected, ...]:
    """The events on which the broken sequence differs from the nearest allowed word."""
    told = [letter for letter in bad.letters if letter.name in reads]
    word = [letter.name for letter in told]
    shown = {letter.name: letter.words for letter in told if letter.kind is LetterKind.LANDMARK}
    has, wants = Counter(word), Counter(nearest)
    found = []
    for event in sorted(set(word) | set(nearest)):
        if event in shown:
            continue
        if has[event] > wants[event]:
            found.append(Affected(event, Effect.AGAIN if wants[event] else Effect.EXTRA))
            continue
        beside = _beside(event, word, nearest, shown)
        if has[event] and beside:
            found.append(Affected(event, Effect.ORDER, beside))
        elif has[event] < wants[event]:
            found.append(Affected(event, Effect.LOSES))
    return tuple(found)


def _beside(event: str, word: list[str], nearest: tuple[str, ...], shown: dict[str, str]) -> tuple[str, ...]:
    """On the other side of what the event is told first."""
    if event not in word or event not in nearest:
        return ()
    was, now = set(nearest[: nearest.index(event)]), set(word[: word.index(event)])
    both = set(word) & set(nearest)
    late = [f"after {shown.get(name, name)}" for name in sorted((now - was) & both)]
    early = [f"before {shown.get(name, name)}" for name in sorted((was - now) & both)]
    return (*late, *early)
