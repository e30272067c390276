"""The report as a check for b4: what its review interface shows beside a patch or a series.

Input: a `Report`. Output: JSON in ASCII, a list with one entry: ``tool``, ``status``, ``summary``, ``url``,
and ``details`` as b4 writes those of its own checks. Not modelled: which patch was asked about; `entry`
takes its check.
"""

from __future__ import annotations

import json
from typing import Any

from analyzer.model.report import Level, Report
from analyzer.reports.escape import visible
from analyzer.reports.patch_checks import PatchCheck, series_check
from analyzer.reports.remarks import Remark
from analyzer.reports.terse import place

TOOL = "analyze-series"


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """The check of the whole series."""
    return text([entry(series_check(report, scenarios), report.url)])


def join(texts: tuple[str, ...], _exit_status: int) -> str:
    """Several series in one input: one list."""
    return text([one for said in texts for one in json.loads(said)])


def text(entries: list[dict[str, Any]]) -> str:
    """What b4 reads."""
    return json.dumps(entries, indent=2).replace("\x7f", "\\u007f") + "\n"


def entry(check: PatchCheck, url: str) -> dict[str, Any]:
    """A check as b4 takes it."""
    details = [{"status": _status(one), "description": description(one)} for one in check.remarks]
    return {
        "tool": TOOL,
        "status": check.state.value,
        "summary": visible(check.line),
        "url": url,
        "details": json.dumps(details) if details else "",
    }


def _status(one: Remark) -> str:
    if one.unknown is not None:
        return "warn"
    return {Level.ERROR: "fail", Level.WARNING: "warn", Level.NOTE: "pass"}[one.level]


def description(one: Remark) -> str:
    """A line as checkpatch writes it; what could not be told is a warning there."""
    level = "WARNING" if one.unknown is not None else one.level.value.upper()
    return f"{place(one.where)}: {level}: {visible(one.text)}"
