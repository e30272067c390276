"""Words for what a finding means to the handlers that act on its events.

Input: the `Hit`s of a finding. Output: name and text of each line, foreign text as it is. Not modelled:
escaping and folding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.model.effect import Effect
from analyzer.model.subscriber import Hit
from analyzer.reports.heard import not_followed, sights, who

_NAMES = {Effect.LOSES: "loses", Effect.AGAIN: "again", Effect.EXTRA: "extra", Effect.ORDER: "order"}


def lines(hits: Iterable[Hit], *, short: bool = False) -> list[tuple[str, str]]:
    """``("loses", "STOP: barge (barge_told), ferry (ferry_told)")``; for an order, which of them can observe
    it. With `short` only who it is."""
    every = list(dict.fromkeys(hits))
    found: list[tuple[str, str]] = []
    for key in dict.fromkeys((hit.effect, hit.event, hit.beside) for hit in every):
        effect, event, beside = key
        if effect is None:
            continue
        those = [hit for hit in every if (hit.effect, hit.event, hit.beside) == key]
        told, perhaps = [h for h in those if h.certain], [h for h in those if not h.certain]
        where = f" {' and '.join(beside)}" if beside else ""
        if told:
            found.append((_NAMES[effect], f"{event}{where}: {_names(told)}"))
        if perhaps:
            found.append(
                ("perhaps", f"{event}{where}: {_names(perhaps)} (whether they act on it could not be told)")
            )
        if not short:
            found += _order(those) if effect is Effect.ORDER else _heard(told)
    return found


def _order(hits: Sequence[Hit]) -> list[tuple[str, str]]:
    """Which of them can observe the order, and how; which cannot; of which it could not be told."""
    found = [("sees it", line) for line in sights(hits)]
    if blind := [hit for hit in hits if hit.observes is False]:
        found.append(("cannot", f"observe it: {_names(blind)}"))
    if not any(hit.compared for hit in hits):
        found.append(("unknown", "who can observe it: these runs never tell it in order"))
        return found
    return found + [("unknown", line) for line in not_followed(hits)]


def _heard(hits: Sequence[Hit]) -> list[tuple[str, str]]:
    """Which of them acted on another event of the same run."""
    by: dict[tuple[str, ...], list[Hit]] = {}
    for hit in hits:
        if hit.heard:
            by.setdefault(hit.heard, []).append(hit)
    return [
        ("acted on", f"{', '.join(heard)} in the same run: {_names(those)}") for heard, those in by.items()
    ]


def _names(hits: Sequence[Hit]) -> str:
    return ", ".join(dict.fromkeys(who(hit) for hit in hits))
