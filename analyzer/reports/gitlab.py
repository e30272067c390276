"""The report for GitLab's Code Quality: a list of issues in the form of Code Climate.

Input: a `Report`. Output: JSON in ASCII. GitLab compares the list of a merge request with that of its
target, so what the series mends is not in it: it counts as resolved when it is in the other. What Code
Climate asks for beyond what GitLab reads is there as well, so that other readers of that form take it. Not
modelled: places but the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from itertools import count
from typing import Any

from analyzer.model.report import FindingKind, Level, Report
from analyzer.reports.escape import visible
from analyzer.reports.remarks import Remark, remarks

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "minor", Level.NOTE: "info"}
_NOWHERE = "."  # GitLab wants a path

Json = dict[str, Any]


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """One list."""
    found = [
        one
        for one in remarks(report, scenarios)
        if one.finding is None or one.finding.kind is not FindingKind.FIXED
    ]
    return _text(map(_issue, found))


def join(texts: tuple[str, ...], _exit_status: int) -> str:
    """Several series in one input: one list."""
    return _text(issue for text in texts for issue in json.loads(text))


def _text(issues: Iterable[Json]) -> str:
    """The list; of issues with the same fingerprint GitLab would show one only, so each gets its own."""
    seen: set[str] = set()
    written = []
    for issue in issues:
        name = issue["fingerprint"]
        own = next(o for n in count(1) if (o := name if n == 1 else f"{name}-{n}") not in seen)
        seen.add(own)
        written.append({**issue, "fingerprint": own})
    return json.dumps(written, indent=2).replace("\x7f", "\\u007f") + "\n"


def _issue(one: Remark) -> Json:
    return {
        "type": "issue",
        "categories": ["Bug Risk"],
        "description": visible(one.text),
        "check_name": visible(one.rule),
        "fingerprint": visible(one.fingerprint) or _digest(one.text),
        "severity": _SEVERITIES[one.level],
        "location": {
            "path": visible(one.where.path) or _NOWHERE,
            "lines": {"begin": max(one.where.line, 1)},
        },
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
