"""A domain whose listeners look at the state, may refuse, and take part: what its series does, read off by
hand. Its first patch goes over from the state to constants, and changes nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from analyzer.model.report import Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options

DOMAIN = Path(__file__).resolve().parents[2] / "fixtures" / "chain-domain"
EXPECTED = tomllib.loads((DOMAIN / "expected.toml").read_text())


@pytest.fixture(scope="module")
def report() -> Report:
    paths = tuple(str(path) for path in sorted(DOMAIN.glob(EXPECTED["input"])))
    (report,) = analyse(Options(paths, profile=str(DOMAIN)))
    return report


@pytest.mark.parametrize("expected", EXPECTED["scenario"], ids=lambda row: row["id"])
def test_scenarios(report: Report, expected: dict[str, Any]) -> None:
    (found,) = [scenario for scenario in report.scenarios if scenario.id == expected["id"]]
    told = {str(s.patch): [[one.label for one in q.letters] for q in s.sequences] for s in found.stages}
    assert told == expected["stages"]
    assert not any(stage.unknown for stage in found.stages)


def test_changes(report: Report) -> None:
    told = [
        {
            "patch": one.patch,
            "kind": one.kind.value,
            "events": list(one.events),
            "scenarios": list(one.scenarios),
        }
        for one in report.changes
    ]
    assert told == EXPECTED["change"]


def test_findings(report: Report) -> None:
    told = [
        {
            "rule": one.rule,
            "kind": one.kind.value,
            "patch": one.patch,
            "status": list(one.status),
            "scenarios": list(one.scenarios),
        }
        for one in report.findings
    ]
    assert told == EXPECTED["finding"]


def test_what_may_fail(report: Report) -> None:
    found = {one.title.partition(" at ")[0]: one for one in report.scenarios if one.failing}
    assert found.keys() == {"a handler refuses PREPARE", "latch_release() fails"}
    stuck = found["latch_release() fails"]
    assert [[[one.name for one in s.letters] for s in stage.sequences] for stage in stuck.stages] == [
        [["PREPARE", "STUCK"]],
        [["PREPARE", "STUCK"]],
        [["PREPARE"]],
    ]


def test_nothing_is_unknown(report: Report) -> None:
    assert (report.unknown, report.exit_status) == ((), 1)
