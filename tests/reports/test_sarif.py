"""SARIF keeps to the schema of OASIS, a reader reads it, and it says no more than the report."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from sarif_kit.validate import validation_errors

from analyzer.model.profile import Rule, Selection
from analyzer.model.report import FindingKind, Report
from analyzer.model.snapshot import Evidence
from analyzer.model.spot import Spots
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location
from analyzer.model.witness import Step, StepKind, Witness
from analyzer.reports import join, render, sarif, sarif_flows
from analyzer.reports.sarif import message, uri

from .sample import ASIDE, CHANGES, CLEAN, FINDINGS, NASTY, SAMPLE
from .test_safety import ANY, poisoned

OLD, WINDOW, NEW = FINDINGS
RULE = Rule("start-stop", "START STOP", (), Selection(), "error", "Boats wait.", "canal/README", Location(""))


def run(report: Report, **more: Any) -> dict[str, Any]:
    log = json.loads(render(report, "sarif", **more))
    assert validation_errors(log) == []
    (only,) = log["runs"]
    found: dict[str, Any] = only
    return found


def result(report: Report, fingerprint: str) -> dict[str, Any]:
    (found,) = [
        one for one in run(report)["results"] if one["partialFingerprints"]["analyzeSeries/v1"] == fingerprint
    ]
    chosen: dict[str, Any] = found
    return chosen


def with_finding(**more: Any) -> Report:
    return replace(SAMPLE, findings=(replace(WINDOW, **more),))


def test_it_keeps_to_the_schema_of_oasis() -> None:
    for report in (SAMPLE, CLEAN, ASIDE):
        run(report)


def test_a_reader_reads_it(tmp_path: Any) -> None:
    from sarif import loader

    path = tmp_path / "out.sarif"
    path.write_text(render(SAMPLE, "sarif"), encoding="utf-8")
    read = loader.load_sarif_files(str(path))
    records = [(one["Severity"], one["Code"], one["Location"], one["Line"]) for one in read.get_records()]
    assert ("error", "start-stop", "canal/gate.c", 40) in records
    assert ("warning", "stop-before-pump", "canal/gate.c", 50) in records


def test_a_result_stands_on_a_changed_line_and_relates_to_the_real_place() -> None:
    found = result(SAMPLE, "f1")
    (where,) = found["locations"]
    assert where["physicalLocation"]["region"] == {"startLine": 50}
    related = found["relatedLocations"]
    assert related[0]["physicalLocation"]["region"] == {"startLine": 48}
    assert related[0]["message"]["text"].startswith("it happens at ")
    assert any("acts on STOP" in one["message"]["text"] for one in related)


def test_the_baseline_state_is_the_kind() -> None:
    states = {
        "new": with_finding(),
        "absent": with_finding(kind=FindingKind.FIXED, status=(1, 1, 1, 0)),
        "unchanged": with_finding(kind=FindingKind.PREEXISTING, status=(1, 1, 1, 1)),
        "updated": with_finding(kind=FindingKind.PREEXISTING, status=(1, 0, 0, 1)),
    }
    assert {name: result(report, "f1")["baselineState"] for name, report in states.items()} == {
        name: name for name in states
    }


def test_an_end_that_could_not_be_told_has_no_baseline_state() -> None:
    assert "baselineState" not in result(with_finding(status=(None, 0, 1, 0)), "f1")
    assert "baselineState" not in result(with_finding(status=(0, 0, 1, None)), "f1")


def test_what_could_not_be_told_is_open() -> None:
    found = [one for one in run(SAMPLE)["results"] if one["kind"] == "open"]
    assert {(one["ruleId"], one["level"]) for one in found} == {("could-not-tell", "none")}
    assert len(found) == 2
    assert run(SAMPLE)["properties"]["incomplete"] is True


def test_a_suppression_carries_its_justification() -> None:
    entry = Suppression("", "f1", "boats wait", Location("accepted.toml", 3))
    found = result(with_finding(suppressed=entry), "f1")
    (one,) = found["suppressions"]
    assert (one["kind"], one["status"]) == ("external", "accepted")
    assert one["justification"] == "boats wait (accepted.toml:3)"
    assert (found["level"], found["properties"]["levelOfRule"]) == ("note", "warning")


def test_the_flow_after_the_patch_comes_before_the_one_before_it() -> None:
    after, before = result(SAMPLE, "f1")["codeFlows"]
    assert after["message"]["text"].startswith("after patch 2 this run breaks the rule")
    assert before["message"]["text"].startswith("after patch 1 this run keeps the rule")
    after, before = result(with_finding(kind=FindingKind.FIXED, witness=CHANGES[0].witness_before), "f1")[
        "codeFlows"
    ]
    assert after["message"]["text"].startswith("after patch 2 this run keeps the rule")
    assert before["message"]["text"].startswith("after patch 1 this run breaks the rule")


def step(kind: StepKind, text: str, line: int = 1) -> Step:
    where = Location("canal/gate.c", line) if line else Location("")
    return Step(kind, where, "fill", text, Evidence.TREE)


def flow(*steps: Step) -> dict[str, Any]:
    found: dict[str, Any] = result(with_finding(witness=Witness(2, steps), change=None), "f1")["codeFlows"][0]
    return found


def test_each_task_has_a_thread_flow_and_the_order_is_over_all() -> None:
    drawn = flow(
        step(StepKind.ENTER, "fill() is called"),
        step(StepKind.TASK, "thread pump() is started"),
        step(StepKind.BRANCH, "s->up: no"),
        step(StepKind.TASK, "pump goes on", 0),
        step(StepKind.LETTER, "notify STOP"),
        step(StepKind.TASK, "the main task runs the deferred drain()", 0),
        step(StepKind.DECISION, "wet(s): yes"),
        step(StepKind.END, "fill() returns"),
    )
    names = [thread["message"]["text"] for thread in drawn["threadFlows"]]
    assert names == ["the first task", "pump", "the main task"]
    orders = [[one["executionOrder"] for one in thread["locations"]] for thread in drawn["threadFlows"]]
    assert orders == [[1, 2, 3], [4, 5], [6, 7, 8]]
    kinds = [one["kinds"] for thread in drawn["threadFlows"] for one in thread["locations"]]
    assert kinds == [
        ["call", "function"],
        ["implicit"],
        ["branch", "false"],
        ["implicit"],
        ["call"],
        ["implicit"],
        ["branch", "true"],
        ["exit"],
    ]


def test_a_path_that_is_too_long_says_what_is_cut(monkeypatch: Any) -> None:
    monkeypatch.setattr(sarif_flows, "MOST_LOCATIONS", 4)
    drawn = flow(
        *(step(StepKind.BRANCH, f"b{n}: yes") for n in range(5)),
        *(step(StepKind.LETTER, f"notify {n}") for n in range(6)),
    )
    (thread,) = drawn["threadFlows"]
    assert [one["executionOrder"] for one in thread["locations"]] == [6, 7, 10, 11]
    assert drawn["message"]["text"].endswith("; 7 of 11 steps are left out")


def test_too_many_results_are_cut_and_that_is_said(monkeypatch: Any) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    only = run(SAMPLE)
    assert [one["level"] for one in only["results"]] == ["error", "warning"]
    (notice, *_) = only["invocations"][0]["toolExecutionNotifications"]
    assert (notice["level"], notice["message"]["text"]) == ("warning", "3 of 5 results are left out")


def test_too_many_places_are_cut_and_that_is_said(monkeypatch: Any) -> None:
    monkeypatch.setattr(sarif, "MOST_RELATED", 1)
    found = result(SAMPLE, "f1")
    assert len(found["relatedLocations"]) == 1
    assert found["properties"]["cut"] == ["3 related places are left out"]


def test_results_of_one_rule_at_one_line_stay_apart_on_github() -> None:
    twin = replace(NEW, fingerprint="f3")
    spots = Spots({**SAMPLE.spots.findings, "f3": SAMPLE.spots.findings["f2"]}, {})
    report = replace(SAMPLE, findings=(NEW, twin, WINDOW), spots=spots)
    theirs = [one["partialFingerprints"].get("primaryLocationLineHash") for one in run(report)["results"]]
    assert theirs[:3] == ["51b:2/f2", "51b:2/f3", "9ae3:1"]


def test_rules_have_help_even_if_nothing_breaks_them() -> None:
    only = run(replace(CLEAN, rules=(RULE,)))
    first = only["tool"]["driver"]["rules"][0]
    assert first["id"] == "start-stop"
    assert first["help"]["text"].splitlines()[:3] == ["Boats wait.", "", "contract: START STOP"]
    assert first["defaultConfiguration"] == {"level": "error"}


def test_the_base_is_named_where_the_repository_has_an_origin() -> None:
    tied = run(replace(SAMPLE, repository="https://example.org/canal.git", base="a" * 40))
    (one,) = tied["versionControlProvenance"]
    assert (one["repositoryUri"], one["revisionId"]) == ("https://example.org/canal.git", "a" * 40)
    assert "versionControlProvenance" not in run(SAMPLE)


def test_several_series_are_one_run() -> None:
    both = json.loads(join((render(SAMPLE, "sarif"), render(CLEAN, "sarif")), "sarif", 1))
    assert validation_errors(both) == []
    (only,) = both["runs"]
    rules = [rule["id"] for rule in only["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in only["results"])
    assert [one["title"] for one in only["properties"]["series"]] == [SAMPLE.title, CLEAN.title]


def test_a_named_scenario_restricts_the_results() -> None:
    only = run(SAMPLE, scenarios=("failed-filling",))
    assert [one["ruleId"] for one in only["results"]] == ["stop-before-pump", "could-not-tell"]


@settings(max_examples=40, deadline=None)
@given(ANY)
def test_no_text_makes_a_link_or_an_argument(text: str) -> None:
    said = message(text + "](" + text + NASTY)["text"]
    assert not re.search(r"(?<!\\)\]\(", said)
    assert not re.search(r"[{}]", said.replace("{{", "").replace("}}", ""))


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_a_path_is_a_reference(text: str) -> None:
    assert re.fullmatch(r"(file:///)?(?!/)([\w.~/-]|%[0-9A-F]{2})+", uri(text), re.ASCII)


def test_every_result_has_a_place() -> None:
    nowhere = replace(SAMPLE, spots=Spots(), findings=(replace(NEW, where=Location("")),))
    for report in (SAMPLE, nowhere):
        assert all(one["locations"] for one in run(report)["results"])
    first = next(one for one in run(SAMPLE)["results"] if one["kind"] == "open")
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "canal/gate.c"
    assert uri("/srv/a b.patch") == "file:///srv/a%20b.patch"


@settings(max_examples=20, deadline=None)
@given(ANY)
def test_any_text_keeps_to_the_schema(text: str) -> None:
    run(poisoned(text))
