"""The rules of profiles, in the formats of the command of that name.

Input: `Rulebook`s. Output: text. Not modelled: colour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from analyzer.model.rulebook import ExplainedRule, Letters, Rulebook
from analyzer.reports.escape import visible
from analyzer.reports.json_format import Json
from analyzer.reports.layout import fold
from analyzer.reports.selection import selection_words

SCHEMA = "analyze-series-rules/1"
NOTHING = "(nothing)"


def text(found: tuple[Rulebook, ...], width: int) -> str:
    """Each rule with its contract, the runs it is about, its reason and examples."""
    blocks = []
    for book in found:
        blocks.append("\n".join(fold(visible(f"{book.profile}: {book.profile_title}"), width)))
        for entry in book.rules:
            lines = fold(visible(f"{entry.rule.name} ({entry.rule.level})"), width)
            for name, said in _lines(entry):
                lines += fold(visible(said), width, f"  {name + ':' if name else '':<12} ")
            blocks.append("\n".join(lines))
        if not book.rules:
            blocks.append("(no rule)")
    return "\n\n".join(blocks) + "\n"


def json_text(found: tuple[Rulebook, ...], _width: int) -> str:
    """One object, described in docs/json.md."""
    books: list[Json] = [
        {
            "profile": book.profile,
            "profile_title": book.profile_title,
            "rules": [_rule(entry) for entry in book.rules],
        }
        for book in found
    ]
    written = json.dumps({"schema": SCHEMA, "profiles": books}, indent=2)
    return written.replace("\x7f", "\\u007f") + "\n"


BOOKS: Mapping[str, Callable[[tuple[Rulebook, ...], int], str]] = MappingProxyType(
    {"text": text, "json": json_text}
)


def word(letters: Letters) -> str:
    """``SETUP DONE``."""
    return " ".join(letters) or NOTHING


def _lines(entry: ExplainedRule) -> Iterable[tuple[str, str]]:
    rule = entry.rule
    yield "contract", rule.contract
    yield "reads", f"{', '.join(entry.reads)}; all else is left out"
    yield "runs", "; ".join(selection_words(rule.select)) or "all"
    yield "why", rule.reason
    if rule.documented:
        yield "documented", rule.documented
    yield "stated", str(rule.at)
    for number, letters in enumerate(entry.kept):
        yield ("" if number else "kept"), word(letters)
    for number, broken in enumerate(entry.broken):
        said = f"{word(broken.letters)} ({broken.violation}; nearest: {word(broken.nearest)})"
        yield ("" if number else "broken"), said


def _rule(entry: ExplainedRule) -> Json:
    rule = entry.rule
    return {
        "rule": rule.name,
        "level": rule.level,
        "contract": rule.contract,
        "reads": list(entry.reads),
        "runs": list(selection_words(rule.select)),
        "reason": rule.reason,
        "documented": rule.documented,
        "where": str(rule.at),
        "file": rule.at.path,
        "line": rule.at.line,
        "kept": [list(letters) for letters in entry.kept],
        "broken": [
            {"word": list(one.letters), "violation": one.violation, "nearest": list(one.nearest)}
            for one in entry.broken
        ],
    }
