"""A history, in the formats of the command of that name.

Input: a `History`. Output: text. Not modelled: colour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from analyzer.model.history import History, HistoryEntry, ScenarioStep, Told
from analyzer.reports.escape import visible
from analyzer.reports.json_format import Json
from analyzer.reports.layout import fold
from analyzer.reports.lists import NO_RUN, normalised

SCHEMA = "analyze-series-history/1"
_SHORT = 12


def text(found: History, width: int, scenarios: Sequence[str] = ()) -> str:
    """Each commit that changes something, the oldest first, with the lists before and after it."""
    way = "over all parents" if found.full else "along the first parents"
    head = f"{found.profile_title}: history of {found.words} in {found.repository}, {way}"
    counted = f"{found.commits} commits, {found.touching} touch its files, {found.judged} of them compared"
    blocks = [[*fold(visible(head), width), *fold(counted, width)]]
    for entry in found.entries:
        lines = _entry(entry, width, scenarios)
        if lines:
            blocks.append(lines)
    if not any(_picked(entry, scenarios) for entry in found.entries if not entry.first):
        blocks.append([f"no commit changes {'a sequence of these' if scenarios else 'a sequence'}"])
    doubts = [line for said in _doubts(found) for line in fold(visible(said), width, "- ")]
    if doubts:
        blocks.append(["Could not be told:", *doubts])
    if found.stopped:
        blocks.append(fold(visible(f"stopped: {found.stopped}"), width))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def json_text(found: History, _width: int, scenarios: Sequence[str] = ()) -> str:
    """One object, described in docs/json.md."""
    entries: list[Json] = [
        {
            "commit": entry.commit,
            "author": entry.author,
            "title": entry.title,
            "merge": entry.merge,
            "first": entry.first,
            "apart": entry.apart,
            "scenarios": [_scenario_json(one, entry.first) for one in _picked(entry, scenarios)],
        }
        for entry in found.entries
    ]
    value: dict[str, Json] = {
        "schema": SCHEMA,
        "profile": found.profile,
        "profile_title": found.profile_title,
        "repository": found.repository,
        "range": found.words,
        "walk": "full" if found.full else "first-parent",
        "commits": found.commits,
        "touching": found.touching,
        "compared": found.judged,
        "entries": entries,
        "stopped": found.stopped,
        "unknown": [{"commit": commit, "why": why} for commit, why in found.doubts],
        "exit_status": found.exit_status,
    }
    return json.dumps(value, indent=2).replace("\x7f", "\\u007f") + "\n"


HISTORIES: Mapping[str, Callable[[History, int, Sequence[str]], str]] = MappingProxyType(
    {"text": text, "json": json_text}
)


def _picked(entry: HistoryEntry, scenarios: Sequence[str]) -> tuple[ScenarioStep, ...]:
    """The scenarios to show: those that change, at the beginning all."""
    return tuple(
        one
        for one in entry.scenarios
        if (entry.first or one.changed)
        and (not scenarios or {normalised(one.id), normalised(one.title)} & set(scenarios))
    )


def _entry(entry: HistoryEntry, width: int, scenarios: Sequence[str]) -> list[str]:
    picked = _picked(entry, scenarios)
    if not picked:
        return []
    merge = ", a merge" if entry.merge else ""
    head = fold(visible(f"{entry.commit[:_SHORT]}{merge}: {entry.title}"), width)
    lines = [*head, "-" * max(map(len, head)), *fold(visible(entry.author), width)]
    if entry.apart and not entry.first:
        said = "it changes so much that the lists of both trees were made by themselves and compared"
        lines += fold(f"({said})", width)
    if entry.first:
        lines += ["", "what was there first:"]
    groups: dict[object, list[ScenarioStep]] = {}
    for one in picked:
        # Outcomes that no scenario claims are as many as can be: only that they change is said.
        told = one.generated or (entry.first, one.before.words, one.after.words, one.moves)
        groups.setdefault(told, []).append(one)
    for same in groups.values():
        title = ", ".join(one.title for one in same)
        if same[0].generated:
            lines += [] if entry.first else ["", *fold(visible(f"{title}: they change"), width)]
            continue
        lines += ["", *fold(visible(f"{title}:"), width)]
        lines += _steps(same[0], entry.first, width)
    return lines


def _steps(one: ScenarioStep, first: bool, width: int) -> list[str]:
    if first:
        return _list(one.after, "  ", width)
    if set(one.before.labels) == set(one.after.labels):
        lines = _list(one.after, "  as before: ", width)
        for move in one.moves:
            said = f"{move.kind}: {', '.join(move.before)} -> {', '.join(move.after)}"
            lines += fold(visible(said), width, "  - ", "    ")
        return lines
    return [*_list(one.before, "  before: ", width), *_list(one.after, "  after:  ", width)]


def _list(told: Told, first: str, width: int) -> list[str]:
    lines: list[str] = []
    begin = first
    for run in told.words or ((NO_RUN,),):
        lines += fold(visible(", ".join(run)), width, begin, " " * len(first) + "  ")
        begin = " " * (len(first) - 4) + "or: " if len(first) > 4 else first
    for why in told.unknown:
        lines += fold(visible(f"(could not tell: {why})"), width, " " * len(first))
    return lines


def _doubts(found: History) -> Iterable[str]:
    """Each sentence once, with the commits it is said of."""
    said: dict[str, list[str]] = {}
    for commit, why in found.doubts:
        said.setdefault(why, []).append(commit[:_SHORT])
    for why, commits in said.items():
        more = f" and {len(commits) - 1} more" if len(commits) > 1 else ""
        yield f"{why} (commit {commits[0]}{more})"


def _scenario_json(one: ScenarioStep, first: bool) -> Json:
    return {
        "id": one.id,
        "title": one.title,
        "generated": one.generated,
        "before": None if first else _told_json(one.before),
        "after": _told_json(one.after),
        "moves": [
            {"kind": move.kind, "before": list(move.before), "after": list(move.after)} for move in one.moves
        ],
    }


def _told_json(told: Told) -> Json:
    return {
        "sequences": [list(labels) for labels in told.labels],
        "words": [list(words) for words in told.words],
        "unknown": list(told.unknown),
    }
