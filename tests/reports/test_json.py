"""The JSON report keeps to its schema, and the schema to its page."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analyzer.model.report import Report
from analyzer.reports import join, render

from .sample import ASIDE, CLEAN, SAMPLE

PAGE = Path(__file__).parents[2] / "docs" / "json.md"


@pytest.fixture(scope="module")
def schema() -> Any:
    shipped: Any = json.loads(resources.files("analyzer.reports").joinpath("report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(shipped)
    return shipped


@pytest.mark.parametrize("report", [SAMPLE, CLEAN, ASIDE], ids=["sample", "clean", "not concerned"])
def test_reports_keep_to_the_schema(report: Report, schema: Any) -> None:
    jsonschema.validate(json.loads(render(report, "json")), schema)


def test_several_series_keep_to_the_schema(schema: Any) -> None:
    both = json.loads(join((render(SAMPLE, "json"), render(CLEAN, "json")), "json", 1))
    jsonschema.validate(both, schema)
    assert [entry["title"] for entry in both["reports"]] == [SAMPLE.title, CLEAN.title]
    assert both["exit_status"] == 1


def test_the_schema_refuses_what_lacks_a_field(schema: Any) -> None:
    broken = json.loads(render(SAMPLE, "json"))
    del broken["scenarios"][0]["stages"][0]["sequences"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_every_field_is_in_the_schema_and_on_the_page(schema: Any) -> None:
    names = {name for part in schema["$defs"].values() for name in part.get("properties", {})}
    assert names >= set(json.loads(render(SAMPLE, "json")))
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in sorted(names) if f"`{name}`" not in page and f'"{name}"' not in page] == []


def test_sequences_are_labels_and_letters_stand_beside_them() -> None:
    stage = json.loads(render(SAMPLE, "json"))["scenarios"][0]["stages"][0]
    assert stage["sequences"] == [["START@open_gate", "STOP@fill", "pump_on@settle", "STOP@close_gate"]]
    (letters,) = stage["letters"]
    assert [f"{x['name']}@{x['function']}" for x in letters] == stage["sequences"][0]
    assert (letters[1]["evidence"], letters[1]["where"], letters[1]["line"]) == (
        "in the diff",
        "canal/gate.c:42",
        42,
    )
    assert letters[1]["context"] == {
        "state": {"gate": "OPEN", "level": "?"},
        "task": "keeper",
        "locks": ["big lock"],
    }


def test_assumptions_are_not_among_what_leaves_the_answer_incomplete() -> None:
    said = json.loads(render(SAMPLE, "json"))
    assert {entry["weight"] for entry in said["unknown"]} == {"incomplete"}
    assert "pointer s->next: taken to be apart from s" in said["assumptions"]


def test_named_scenarios_restrict_the_list() -> None:
    said = json.loads(render(SAMPLE, "json", scenarios=("passage",)))
    assert [entry["id"] for entry in said["scenarios"]] == ["passage"]
