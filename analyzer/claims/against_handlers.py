"""Holds a table of handlers against the subscribers of the tree, row by row.

Input: a `TableStatement`, the subscribers or why they are not known. Output: a `Judgement` with a point for
each row, and the handlers that the table misses. Devices are words of people: they choose among
registrations of one handler, and are not judged. Not modelled: modes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.claims.judgement import Judgement
from analyzer.claims.stages import worst
from analyzer.claims.stated import TableRow, TableStatement
from analyzer.model.claim import ClaimVerdict, Point
from analyzer.model.subscriber import Subscriber

UNNAMED = "?"  # the handler of a registration that could not be read


def judged(
    statement: TableStatement, subscribers: Sequence[Subscriber] | None, reason: str = ""
) -> Judgement:
    """The verdict on a table; without `subscribers`, `reason` says why."""
    count = len(statement.rows)
    meaning = f"{count} row{'s' if count > 1 else ''} with all handlers and the events they act on"
    if subscribers is None:
        return Judgement(ClaimVerdict.UNTOLD, meaning, reason)
    points = tuple(_row(row, handler, subscribers) for row in statement.rows for handler in row.handlers)
    named = {handler for row in statement.rows for handler in row.handlers}
    missing = [one for one in subscribers if one.handler not in named and one.handler != UNNAMED]
    misses = tuple(dict.fromkeys(_missed(one) for one in missing))
    verdicts = [point.verdict for point in points]
    if misses:
        verdicts.append(ClaimVerdict.INCOMPLETE)
    verdict = worst(verdicts)
    told = [point for point in points if point.verdict is verdict]
    if verdict is ClaimVerdict.CONFIRMED:
        why = "each row is so, and no other handler is registered"
    elif verdict is ClaimVerdict.INCOMPLETE and misses:
        right = sum(point.verdict is ClaimVerdict.CONFIRMED for point in points)
        many = f"{len(misses)} more handlers are" if len(misses) > 1 else "another handler is"
        why = f"{right} of {len(points)} rows are so; {many} registered"
    else:
        why = f"{told[0].subject}: {told[0].text}"
    return Judgement(verdict, meaning, why, points, misses)


def _row(row: TableRow, handler: str, subscribers: Sequence[Subscriber]) -> Point:
    device = f"{row.device}: " if row.device else ""
    subject = f"{device}{handler}: {', '.join(row.events) or 'none'}"
    if row.strange:
        text = f"the events are not understood: {row.strange}"
        return Point(subject, ClaimVerdict.UNTOLD, text)
    known = [one for one in subscribers if one.handler == handler]
    if not known:
        unnamed = [one for one in subscribers if one.handler == UNNAMED]
        if unnamed:
            text = f"no registration names it; the handler registered at {unnamed[0].where} could not be read"
            return Point(subject, ClaimVerdict.UNTOLD, text)
        return Point(subject, ClaimVerdict.CONTRADICTED, "nobody registers it")
    chosen = [one for one in known if one.device.lower() in _words(row.device)] or known
    points = [_one(row, subject, one) for one in chosen]
    verdict = worst(point.verdict for point in points)
    first = next(point for point in points if point.verdict is verdict)
    others = [str(one.where) for one in chosen if one.where != first.where]
    text = first.text + (f", also at {', '.join(others)}" if others else "")
    return Point(subject, verdict, text, where=first.where)


def _one(row: TableRow, subject: str, one: Subscriber) -> Point:
    said, does = set(row.events), set(one.events)
    perhaps = set(one.perhaps)
    acts = f"acts on {', '.join(one.events) or 'no event'}"
    place = f"registered at {one.where}"
    if said - does - perhaps:
        wrong = ", ".join(event for event in row.events if event in said - does - perhaps)
        text = f"it does not act on {wrong}; it {acts}, {place}"
        return Point(subject, ClaimVerdict.CONTRADICTED, text, where=one.where)
    if does - said:
        more = ", ".join(event for event in one.events if event not in said)
        return Point(subject, ClaimVerdict.INCOMPLETE, f"it acts on {more} too, {place}", where=one.where)
    if perhaps:
        text = f"it could not be told whether it acts on {', '.join(one.perhaps)}, {place}"
        return Point(subject, ClaimVerdict.UNTOLD, text, where=one.where)
    return Point(subject, ClaimVerdict.CONFIRMED, f"it {acts}, {place}", where=one.where)


def _words(device: str) -> frozenset[str]:
    """The devices of a cell such as ``a_b / a_c``."""
    return frozenset(re.split(r"[\s/,&]+", device.lower()))


def _missed(one: Subscriber) -> str:
    events = ", ".join(one.events) or "no event"
    perhaps = f", perhaps {', '.join(one.perhaps)}" if one.perhaps else ""
    return f"{one.device}: {one.handler} ({events}{perhaps}; {one.where})"
