"""Checks of single patches, for Patchwork and b4: a patch passes only if all about it could be told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
from hypothesis import given, settings

from analyzer.model.report import Report, StageInfo
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location, Unknown
from analyzer.model.what_if import Squashed
from analyzer.reports import join, render
from analyzer.reports.patch_checks import State, patch_checks, series_check

from .sample import ASIDE, CLEAN, FINDINGS, SAMPLE
from .test_safety import ANY, poisoned

OLD, WINDOW, NEW = FINDINGS
TOLD = replace(SAMPLE, unknown=(), scenarios=CLEAN.scenarios)
PATCHWORK: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["patch", "title", "check"],
        "additionalProperties": False,
        "properties": {
            "patch": {"type": "integer", "minimum": 0},
            "title": {"type": "string"},
            "check": {  # as the API of Patchwork takes it
                "type": "object",
                "required": ["state", "target_url", "context", "description"],
                "additionalProperties": False,
                "properties": {
                    "state": {"enum": ["success", "warning", "fail", "pending"]},
                    "target_url": {"type": ["string", "null"], "format": "uri", "minLength": 1},
                    "context": {"type": "string", "pattern": r"^[-a-zA-Z0-9_]{1,255}$"},
                    "description": {"type": "string"},
                },
            },
        },
    },
}


def states(report: Report) -> dict[int, State]:
    return {one.patch: one.state for one in patch_checks(report)}


def test_each_patch_answers_for_what_it_does() -> None:
    assert states(TOLD) == {1: State.PASS, 2: State.WARN, 3: State.FAIL}
    assert series_check(TOLD).state is State.FAIL


def test_a_patch_does_not_pass_where_something_could_not_be_told() -> None:
    doubtful = replace(TOLD, findings=(), unknown=(Unknown("hunk 1", "unread", "", 2),))
    assert states(doubtful) == {1: State.PASS, 2: State.WARN, 3: State.WARN}
    first, second, _ = patch_checks(doubtful)
    assert (first.line, first.told) == ("nothing found", True)
    assert second.line.startswith("incomplete: could not be told: hunk 1: unread")
    assert not second.told
    assert states(replace(doubtful, unknown=(Unknown("patch 4", "it is missing"),))) == dict.fromkeys(
        (1, 2, 3), State.WARN
    )


def test_what_was_there_and_what_is_suppressed_fails_nobody() -> None:
    entry = Suppression("", "f2", "boats wait", Location("x.toml", 3))
    report = replace(TOLD, findings=(OLD, replace(NEW, suppressed=entry)))
    assert set(states(report).values()) == {State.PASS}
    assert patch_checks(report)[2].line == "nothing found but 1 suppressed"


def test_the_line_is_short() -> None:
    long = replace(NEW, rule="r" * 5_000)
    assert len(patch_checks(replace(TOLD, findings=(long, long)))[2].line) < 350


def test_patches_that_became_one_commit_have_one_answer() -> None:
    squashed = Squashed((2, 3))
    stages = (StageInfo(0, "base"), StageInfo(1, "a"), StageInfo(squashed, "b"))
    report = replace(TOLD, stages=stages, findings=(replace(NEW, patch=squashed, status=(0, 0, 1)),))
    assert states(report) == {1: State.PASS, 2: State.FAIL, 3: State.FAIL}


def test_patchwork_gets_the_fields_of_its_api() -> None:
    for report in (SAMPLE, CLEAN, ASIDE, replace(SAMPLE, url="https://example.org/r/1")):
        jsonschema.validate(json.loads(render(report, "patchwork")), PATCHWORK)
    third = json.loads(render(replace(TOLD, url="https://example.org/r/1"), "patchwork"))[2]
    assert third["check"] == {
        "state": "fail",
        "target_url": "https://example.org/r/1",
        "context": "analyze-series",
        "description": "error: start-stop: missing (introduced by patch 3), at canal/gate.c:21",
    }


def test_b4_gets_one_entry_for_a_series() -> None:
    (entry,) = json.loads(render(SAMPLE, "b4-check"))
    assert (entry["tool"], entry["status"], entry["url"]) == ("analyze-series", "fail", "")
    details = json.loads(entry["details"])
    assert [one["status"] for one in details] == ["fail", "warn", "pass", "warn", "warn"]
    assert details[0]["description"].startswith("canal/gate.c:40: ERROR: start-stop: missing")


def test_a_series_that_is_not_concerned_passes_and_says_so() -> None:
    (entry,) = json.loads(render(ASIDE, "b4-check"))
    assert (entry["status"], entry["summary"].startswith("not concerned: ")) == ("pass", True)


def test_several_series_are_one_list() -> None:
    for name, count in (("patchwork", 6), ("b4-check", 2)):
        assert len(json.loads(join((render(SAMPLE, name), render(CLEAN, name)), name, 1))) == count


@settings(max_examples=20, deadline=None)
@given(ANY)
def test_any_text_keeps_to_the_forms(text: str) -> None:
    jsonschema.validate(json.loads(render(poisoned(text), "patchwork")), PATCHWORK)
    (entry,) = json.loads(render(poisoned(text), "b4-check"))
    assert all(set(one) == {"status", "description"} for one in json.loads(entry["details"]))
