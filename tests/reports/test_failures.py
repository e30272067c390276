"""Where a run goes if a call on its way fails: a few lines each, after what people named."""

from __future__ import annotations

import json
from dataclasses import replace

from analyzer.model.report import FAILING, Report, ScenarioSequences
from analyzer.reports import render
from analyzer.reports.failures import HEADING, failures

from .sample import NASTY, PLAIN, SAMPLE, SECOND, THIRD, stages

OWN = ScenarioSequences(
    f"{FAILING}sluice-1",
    "sluice_open() fails at canal/gate.c:33",
    "The first thing to fail.",
    stages((SECOND,), (SECOND,), (SECOND,), (SECOND, THIRD)),
    generated=True,
)
LIKE = ScenarioSequences(
    f"{FAILING}pump-2", "pump_on() fails at canal/gate.c:88", "", stages(*[(PLAIN,)] * 4), generated=True
)
REPORT = replace(SAMPLE, scenarios=(*SAMPLE.scenarios, OWN, LIKE))


def test_each_has_a_line_for_each_group_of_stages_or_the_scenario_that_reads_the_same() -> None:
    first, second = failures(REPORT)
    assert first.title == "sluice_open() fails at canal/gate.c:33"
    before, after = first.lines
    assert before.startswith("Before patch 3: pump_on(), notify STOP (during close_gate)")
    assert after.startswith("After patch 3: ") and "; or: " in after
    assert second.lines == ("as: passage",)


def test_they_stand_after_the_named_ones_in_the_formats_for_people() -> None:
    for name in ("text", "markdown"):
        told = render(REPORT, name)
        assert told.index(HEADING) > told.rindex("failed filling", 0, told.index(HEADING))
        assert "canal/gate.c:33" in told and HEADING not in render(SAMPLE, name)


def test_named_scenarios_and_mails_go_without() -> None:
    assert "sluice_open" not in render(REPORT, "text", scenarios=("failed-filling",))
    assert "sluice_open" not in render(REPORT, "mail")


def test_programs_get_them_as_scenarios() -> None:
    told = json.loads(render(REPORT, "json"))
    found = [one["id"] for one in told["scenarios"] if one["generated"]]
    assert found[-2:] == [OWN.id, LIKE.id]


def test_nothing_in_a_name_escapes() -> None:
    nasty: Report = replace(REPORT, scenarios=(replace(OWN, title=NASTY),))
    for name in ("text", "markdown"):
        assert "\x1b[31m" not in render(nasty, name)
        assert "\u202e" not in render(nasty, name)
