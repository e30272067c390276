"""The report as checks for Patchwork: for each patch the fields of its API, beside the patch's number.

Input: a `Report`. Output: JSON in ASCII. Patchwork has no state for what could not be told: such a patch
gets a warning that says so, never a success. Not modelled: which patch of a server it is.
"""

from __future__ import annotations

import json
from typing import Any

from analyzer.model.report import Report
from analyzer.reports.escape import visible
from analyzer.reports.patch_checks import PatchCheck, State, patch_checks

CONTEXT = "analyze-series"
_STATES = {State.PASS: "success", State.WARN: "warning", State.FAIL: "fail"}


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """One list."""
    return _text([_check(report, one) for one in patch_checks(report, scenarios)])


def join(texts: tuple[str, ...], _exit_status: int) -> str:
    """Several series in one input: one list."""
    return _text([one for text in texts for one in json.loads(text)])


def _text(checks: list[dict[str, Any]]) -> str:
    return json.dumps(checks, indent=2).replace("\x7f", "\\u007f") + "\n"


def _check(report: Report, one: PatchCheck) -> dict[str, Any]:
    return {
        "patch": one.patch,
        "title": visible(one.title),
        "check": {
            "state": _STATES[one.state],
            "target_url": report.url or None,
            "context": CONTEXT,
            "description": visible(one.line),
        },
    }
