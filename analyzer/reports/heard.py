"""Words for who is hit by a change, and what a handler can see of it.

Input: `Hit`s. Output: name and text of each line, foreign text as it is. Not modelled: escaping and folding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.model.subscriber import Hit, Look, Seen

SHOWN = 3  # of the calls that were not followed


def lines(hits: Iterable[Hit]) -> list[tuple[str, str]]:
    """``("hits", "STOP: barge (barge_told), ferry (ferry_told)")`` and what they see of it."""
    every = list(dict.fromkeys(hits))
    found: list[tuple[str, str]] = []
    for event in dict.fromkeys(hit.event for hit in every):
        told = list(dict.fromkeys(who(hit) for hit in every if hit.event == event and hit.certain))
        perhaps = list(dict.fromkeys(who(hit) for hit in every if hit.event == event and not hit.certain))
        if told:
            found.append(("hits", f"{event}: {', '.join(told)}"))
        if perhaps:
            found.append(("perhaps", f"{event}: {', '.join(perhaps)} (could not be told)"))
    found += [("sees it", line) for line in sights(every)]
    return found + [("unknown", line) for line in not_followed(every)]


def sights(hits: Iterable[Hit]) -> list[str]:
    """What each sees of the difference, where."""
    seen: dict[tuple[str, Look], Seen] = {}
    for hit in hits:
        for one in hit.seen:
            key = (who(hit), one.look)
            seen[key] = _together(seen[key], one) if key in seen else one
    return [f"{named}: {seen_words(one)}" for (named, _), one in seen.items()]


def not_followed(hits: Iterable[Hit]) -> list[str]:
    """Of whom it could not be told what they see, and why."""
    lost: dict[str, dict[str, None]] = {}
    for hit in hits:
        if hit.lost:
            lost.setdefault(who(hit), {}).update(dict.fromkeys(hit.lost))
    return [f"{named}: {_lost(list(calls))}" for named, calls in lost.items()]


def who(hit: Hit) -> str:
    """``barge (barge_told)``."""
    return f"{hit.device} ({hit.handler})"


def seen_words(seen: Seen) -> str:
    """What is asked, where, by which way, and how the answer changes."""
    look = seen.look
    asks = f"asks {look.text}" if look.text.endswith("()") else f"reads {look.text}"
    place = f"{look.function}() {asks} ({look.where})"
    through = f", through {', '.join(_step(step) for step in look.way[1:])}" if len(look.way) > 1 else ""
    return f"{place}{through}; {_difference(seen)}"


def _together(first: Seen, second: Seen) -> Seen:
    """One look with the values of two."""

    def both(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({*left, *right}))

    told = bool(first.answers and second.answers)
    return Seen(
        first.look,
        both(first.before, second.before),
        both(first.after, second.after),
        both(first.answered, second.answered) if told else (),
        both(first.answers, second.answers) if told else (),
    )


def _difference(seen: Seen) -> str:
    if seen.look.landmark:
        was, now = _side(seen.before), _side(seen.after)
        return f"{seen.look.subject} came {was} the event, and comes {now} it"
    values = f"{seen.look.subject} was {_either(seen.before)} and is {_either(seen.after)}"
    if seen.answers:
        return f"{values}: it answered {_either(seen.answered)} and answers {_either(seen.answers)}"
    return values


def _side(told: Sequence[str]) -> str:
    return "before" if told == ("1",) else "after"


def _either(values: Sequence[str]) -> str:
    return " or ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else "".join(values)


def _step(step: str) -> str:
    return step if "=" in step else f"{step}()"


def _lost(calls: Sequence[str]) -> str:
    more = f" and {len(calls) - SHOWN} more" if len(calls) > SHOWN else ""
    return f"whether what it calls sees it could not be told of {', '.join(calls[:SHOWN])}{more}"
