"""The report as diagnostics for reviewdog, in one object (``rdjson``) or one a line (``rdjsonl``).

Input: a `Report`. Output: JSON in ASCII. reviewdog puts messages into comments, which forges render as
Markdown: what would become markup, a mention or a link there is taken out of force. Not modelled: suggested
edits, and columns.
"""

from __future__ import annotations

import json
import re
from typing import Any

from analyzer.model.report import Level, Report
from analyzer.reports.escape import visible
from analyzer.reports.remarks import Remark, remarks

NAME = "analyze-series"
_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO"}
# Underscores and stars inside of words are left alone by forges; the rest would begin something.
_MARKUP = re.compile(r"[\\`*\[\]<~]|(?<!\w)_|_(?!\w)")
_MOST = 4_000  # characters of a message: reviewdog reads no line of 64 KiB, and no forge takes such a comment
_JOINER = "\u200b"  # parts a mention, a reference or an address without being seen

Json = dict[str, Any]


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """One object."""
    return _object([_diagnostic(one) for one in remarks(report, scenarios)])


def render_lines(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """A line for each diagnostic; nothing for none."""
    found = [{**_diagnostic(one), "source": {"name": NAME}} for one in remarks(report, scenarios)]
    return "".join(f"{_dumped(one, None)}\n" for one in found)


def join(texts: tuple[str, ...], _exit_status: int) -> str:
    """Several series in one input: one object."""
    return _object([one for text in texts for one in json.loads(text)["diagnostics"]])


def comment(text: str) -> str:
    """`text` for a forge's comment, and for a log: no markup, HTML, mention or link comes out of it."""
    plain = _MARKUP.sub(lambda match: "\\" + match.group(), visible(text))
    plain = re.sub(r"([@#])(?=\w)", rf"\1{_JOINER}", plain).replace("://", f":{_JOINER}//")
    return re.sub(r"(?i)\b(www)\.", rf"\1{_JOINER}.", plain)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[:_MOST]} (cut here; other formats have all of it)"


def _object(diagnostics: list[Json]) -> str:
    return _dumped({"source": {"name": NAME}, "diagnostics": diagnostics}, 2) + "\n"


def _dumped(value: Json, indent: int | None) -> str:
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def _diagnostic(one: Remark) -> Json:
    location: Json = {"path": visible(one.where.path)}
    if one.where.line:
        location["range"] = {"start": {"line": one.where.line}}
    diagnostic: Json = {"message": comment(_cut(one.text)), "severity": _SEVERITIES[one.level]}
    if one.where.path:
        diagnostic["location"] = location
    return {**diagnostic, "code": {"value": visible(one.rule)}}
