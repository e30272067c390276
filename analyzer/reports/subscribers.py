"""The subscribers of a tree, in the formats of the command of that name.

Input: `Subscribed`. Output: text. The org table has one row for each handler: registrations of the same
handler stand together, their devices joined. Not modelled: colour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from analyzer.model.subscriber import Subscribed, Subscriber
from analyzer.model.unknown import Unknown
from analyzer.reports import words
from analyzer.reports.escape import visible
from analyzer.reports.json_format import Json, subscriber_json, unknown_json
from analyzer.reports.layout import fold
from analyzer.reports.org import org_table

SCHEMA = "analyze-series-subscribers/1"
_MAIL = 76


def org(found: tuple[Subscribed, ...], width: int) -> str:
    """The table that people write on the list, and what could not be told below it."""
    blocks = []
    for one in found:
        lines = org_table([words.SUBSCRIBER_HEADS, *rows(one.subscribers)])
        doubts = [line for text in _doubts(one) for line in fold(visible(text), min(width, _MAIL), "- ")]
        blocks.append("\n".join([*lines, *(["", "Could not be told:", *doubts] if doubts else [])]) + "\n")
    return "\n".join(blocks)


def text(found: tuple[Subscribed, ...], width: int) -> str:
    """Each registration with its place, its modes and what its handler acts on."""
    blocks = []
    for one in found:
        count = len(one.subscribers)
        counted = f"{count} registration{'s' * (count != 1)}"
        head = f"{one.profile_title}: {counted} in {one.repository} at {one.commit}"
        lines = fold(visible(head), width)
        for entry in one.subscribers:
            lines += ["", *fold(visible(f"{entry.device}: {entry.handler}"), width)]
            for name, said in _lines(entry):
                lines += fold(visible(said), width, f"  {name + ':':<12} ")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def json_text(found: tuple[Subscribed, ...], _width: int) -> str:
    """One object, described in docs/json.md."""
    trees: list[Json] = [
        {
            "profile": one.profile,
            "profile_title": one.profile_title,
            "repository": one.repository,
            "commit": one.commit,
            "subscribers": [subscriber_json(entry) for entry in one.subscribers],
            "unknown": [unknown_json(doubt) for doubt in doubts_of(one)],
        }
        for one in found
    ]
    written = json.dumps({"schema": SCHEMA, "trees": trees}, indent=2)
    return written.replace("\x7f", "\\u007f") + "\n"


LISTINGS: Mapping[str, Callable[[tuple[Subscribed, ...], int], str]] = MappingProxyType(
    {"text": text, "org": org, "json": json_text}
)


def rows(subscribers: Iterable[Subscriber]) -> list[tuple[str, str, str]]:
    """Device, handler and events of each handler that is another function or acts on other events."""
    devices: dict[tuple[str, str, str], dict[str, None]] = {}
    for entry in subscribers:
        key = (str(entry.defined or entry.where), entry.handler, events_words(entry))
        devices.setdefault(key, {})[entry.device] = None
    return [(" / ".join(named), handler, events) for (_, handler, events), named in devices.items()]


def events_words(entry: Subscriber) -> str:
    """``START, STOP (could not tell: PAUSE)``."""
    known = ", ".join(entry.events) or ("" if entry.perhaps else "none")
    doubt = f"(could not tell: {', '.join(entry.perhaps)})" if entry.perhaps else ""
    return f"{known} {doubt}".strip()


def doubts_of(one: Subscribed) -> tuple[Unknown, ...]:
    """What could not be told, each once."""
    return tuple(dict.fromkeys(doubt for entry in one.subscribers for doubt in entry.unknown))


def _doubts(one: Subscribed) -> list[str]:
    return [words.unknown_words(doubt) for doubt in doubts_of(one)]


def _lines(entry: Subscriber) -> list[tuple[str, str]]:
    told = not any("modes" in doubt.why for doubt in entry.unknown)
    lines = [
        ("acts on", events_words(entry)),
        ("modes", ", ".join(entry.modes) or ("all" if told else "could not tell")),
        ("registered", str(entry.where)),
    ]
    if entry.defined:
        lines.append(("defined", str(entry.defined)))
    return lines + [("doubt", f"{doubt.why} ({doubt.where})") for doubt in entry.unknown]
