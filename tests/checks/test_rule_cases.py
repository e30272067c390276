"""The cases of fixtures/cases/rules: a model, a series, its findings. A new case needs no Python."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from analyzer.model.report import Finding
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "rules"
NAMES = sorted(path.parent.name for path in CASES.glob("*/expected.toml"))


def as_told(finding: Finding) -> dict[str, Any]:
    """A finding in the words of expected.toml."""
    return {
        "rule": finding.rule,
        "violation": finding.violation,
        "kind": finding.kind.value,
        "level": finding.level.value,
        "patch": finding.patch,
        "closed_by": finding.closed_by,
        "status": list(finding.status),
        "scenarios": list(finding.scenarios),
        "nearest": list(finding.nearest),
    }


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    shutil.copytree(CASES / name, folder)
    if not (folder / "profile.toml").exists():
        shutil.copy(CASES / "base.toml", folder / "profile.toml")
    expected = tomllib.loads((CASES / name / "expected.toml").read_text())
    (report,) = analyse(Options((str(folder / "series.patch"),), profile=str(folder)))
    told = [as_told(finding) for finding in report.findings]
    wanted = [{"patch": None, "closed_by": None} | finding for finding in expected.get("finding", [])]
    for one, like in zip(told, wanted, strict=False):
        one.update({key: like.get(key) for key in ("scenarios", "nearest") if key not in like})
        like.update({key: None for key in ("scenarios", "nearest") if key not in like})
    assert told == wanted
    assert [unknown.what for unknown in report.unknown] == expected.get("unknown", [])
    assert report.exit_status == expected["exit_status"]


def test_every_kind_has_a_case_and_a_clean_neighbour() -> None:
    findings = [
        finding
        for name in NAMES
        for finding in tomllib.loads((CASES / name / "expected.toml").read_text()).get("finding", [])
    ]
    assert {one["kind"] for one in findings} == {"introduced", "window", "fixed", "preexisting"}
    assert {one["violation"] for one in findings} == {"duplicate", "missing", "extra", "out of order"}
    assert len([name for name in NAMES if name.startswith("clean-")]) >= 4
