"""The formats of reviewdog, GitHub and GitLab: their framing holds, and they say no more than the report."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model.report import FindingKind, Report
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location, Unknown
from analyzer.reports import join, render
from analyzer.reports.github import data, summary, value
from analyzer.reports.rdjson import comment

from . import from_npm
from .sample import ASIDE, CLEAN, FINDINGS, NASTY, SAMPLE
from .schemas import CODE_QUALITY, DIAGNOSTIC, DIAGNOSTICS, published
from .test_safety import ANY, poisoned

OLD, WINDOW, NEW = FINDINGS
SUPPRESSED = replace(
    SAMPLE, findings=(replace(NEW, suppressed=Suppression("", "f2", "boats wait", Location("x.toml", 3))),)
)
REPORTS = [SAMPLE, CLEAN, ASIDE, SUPPRESSED]
COMMAND = [
    "::error file=a",
    "##[error]x",
    "::stop-commands::x",
    "%0A::error::",
    "a,line=1::b",
    "::set-output::",
]
HOSTILE = ANY | st.sampled_from(COMMAND)


# --- reviewdog ----------------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS)
def test_rdjson_keeps_to_the_form_of_reviewdog(report: Report) -> None:
    jsonschema.validate(json.loads(render(report, "rdjson")), DIAGNOSTICS)
    for line in render(report, "rdjsonl").splitlines():
        jsonschema.validate(json.loads(line), DIAGNOSTIC)


@pytest.mark.slow
def test_a_validator_of_reviewdogs_format_reads_it() -> None:
    reports = [*REPORTS, *(poisoned(text) for text in (*COMMAND, "x\ud800\x1b", "閘門"))]
    texts = [render(report, "rdjson") for report in reports]
    texts += [line for report in reports for line in render(report, "rdjsonl").splitlines()]
    assert from_npm.rdformat(texts) == [[] for _ in texts]
    wrong = json.loads(texts[0])
    wrong["diagnostics"][0]["severity"] = "FATAL"
    del wrong["diagnostics"][1]["message"]
    assert [len(found) for found in from_npm.rdformat([json.dumps(wrong)])] != [0]


def test_rdjson_keeps_to_the_published_schema() -> None:
    whole, one = published("reviewdog/DiagnosticResult.json"), published("reviewdog/Diagnostic.json")
    for report in REPORTS:
        jsonschema.validate(json.loads(render(report, "rdjson")), whole, cls=jsonschema.Draft4Validator)
        for line in render(report, "rdjsonl").splitlines():
            jsonschema.validate(json.loads(line), one, cls=jsonschema.Draft4Validator)


def test_both_forms_for_reviewdog_hold_the_same() -> None:
    whole = json.loads(render(SAMPLE, "rdjson"))
    lines = [json.loads(line) for line in render(SAMPLE, "rdjsonl").splitlines()]
    assert [{**one, "source": whole["source"]} for one in whole["diagnostics"]] == lines


def test_a_diagnostic_stands_on_the_changed_line_with_its_weight() -> None:
    said = [
        (one["severity"], one["location"]["range"]["start"]["line"], one["code"]["value"])
        for one in json.loads(render(SAMPLE, "rdjson"))["diagnostics"]
    ]
    assert said == [
        ("ERROR", 40, "start-stop"),
        ("WARNING", 50, "stop-before-pump"),
        ("INFO", 95, "start-stop"),
        ("INFO", 40, "could-not-tell"),
        ("INFO", 40, "could-not-tell"),
    ]


def test_several_series_are_one_object() -> None:
    one = render(SAMPLE, "rdjson")
    both = json.loads(join((one, one), "rdjson", 1))
    jsonschema.validate(both, DIAGNOSTICS)
    assert len(both["diagnostics"]) == 2 * len(json.loads(one)["diagnostics"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@all", "@\u200ball"),
        ("see #12", "see #\u200b12"),
        ("https://x", "https:\u200b//x"),
        ("www.x.org", "www\u200b.x.org"),
        ("<img src=x>", "\\<img src=x>"),
        ("![a](b)", "!\\[a\\](b)"),
        ("*errp: yes", "\\*errp: yes"),
        ("gate_up(s)", "gate_up(s)"),
        ("_x_", "\\_x\\_"),
        ("`rm`", "\\`rm\\`"),
    ],
)
def test_a_comment_pings_nobody_and_draws_nothing(text: str, said: str) -> None:
    assert comment(text) == said


@settings(max_examples=25, deadline=None)
@given(HOSTILE)
def test_any_text_keeps_to_the_form_of_reviewdog(text: str) -> None:
    whole = json.loads(render(poisoned(text), "rdjson"))
    jsonschema.validate(whole, DIAGNOSTICS)
    for one in whole["diagnostics"]:
        assert not re.search(r"(?<!\\)(\\\\)*[`*<\[]|[@#]\w|://", one["message"])
    lines = render(poisoned(text), "rdjsonl").split("\n")
    assert len(lines) == len(whole["diagnostics"]) + 1


def test_a_line_is_one_that_reviewdog_reads_to_its_end() -> None:
    for text in ("\\" * 100_000, "\U0001f600" * 100_000, "\u202e" * 100_000, "@" * 100_000):
        long = replace(SAMPLE, findings=(replace(NEW, reason=text),), unknown=())
        line, *_ = render(long, "rdjsonl").splitlines()
        assert len(line) < 64 * 1024
        assert json.loads(line)["message"].endswith(" (cut here; other formats have all of it)")


# --- GitLab -------------------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS)
def test_code_quality_keeps_to_the_form_of_gitlab(report: Report) -> None:
    jsonschema.validate(json.loads(render(report, "gitlab")), CODE_QUALITY)


@pytest.mark.slow
def test_a_reader_of_code_climate_reads_each_issue(tmp_path: Path) -> None:
    weights = {"critical": "ERROR", "minor": "WARN", "info": "INFO"}
    every = tuple(render(report, "gitlab") for report in (*REPORTS, poisoned("a%b,c:d")))
    text = join(every, "gitlab", 1)
    assert set(from_npm.code_climate(text, tmp_path)) == {
        (
            weights[one["severity"]],
            one["location"]["path"],
            one["location"]["lines"]["begin"],
            one["check_name"],
            one["description"],
        )
        for one in json.loads(text)
    }
    assert from_npm.code_climate(every[REPORTS.index(ASIDE)], tmp_path) == []


def test_code_quality_keeps_to_the_published_schema() -> None:
    schema = published("gitlab/codeclimate.json")
    for report in REPORTS:
        for issue in json.loads(render(report, "gitlab")):
            jsonschema.validate(issue, schema)


def test_what_a_series_mends_is_no_issue_and_what_is_open_is_one() -> None:
    mended = replace(SAMPLE, findings=(replace(WINDOW, kind=FindingKind.FIXED), NEW))
    said = [(one["check_name"], one["severity"]) for one in json.loads(render(mended, "gitlab"))]
    assert said == [("start-stop", "critical"), ("could-not-tell", "info"), ("could-not-tell", "info")]


def test_a_suppressed_issue_is_for_information_and_says_why() -> None:
    first = json.loads(render(SUPPRESSED, "gitlab"))[0]
    assert (first["severity"], "suppressed: boats wait (x.toml:3)" in first["description"]) == ("info", True)


def test_no_two_issues_have_the_same_fingerprint() -> None:
    one = render(replace(SAMPLE, findings=(NEW, NEW)), "gitlab")
    issues = json.loads(join((one, one), "gitlab", 1))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


@settings(max_examples=25, deadline=None)
@given(HOSTILE)
def test_any_text_keeps_to_the_form_of_gitlab(text: str) -> None:
    jsonschema.validate(json.loads(render(poisoned(text), "gitlab")), CODE_QUALITY)


# --- GitHub -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    message: str


def unescaped(text: str, pairs: dict[str, str]) -> str:
    return re.sub("|".join(pairs), lambda match: pairs[match.group()], text) if pairs else text


def runner(text: str) -> tuple[list[Command], list[str]]:
    """What GitHub's runner makes of a step's output: the commands it carries out, and the log."""
    line_ends = {"%0D": "\r", "%0A": "\n", "%25": "%"}
    commands: list[Command] = []
    log: list[str] = []
    stopped = ""
    for line in re.split(r"\r\n|\n|\r", text):
        if stopped:
            if line.strip() == f"::{stopped}::":
                stopped = ""
            else:
                log.append(line)
            continue
        match = re.fullmatch(r"::([^ :]+)(?: (.*?))?::(.*)", line.strip(), re.DOTALL)
        if match is None or match[1] not in {"error", "warning", "notice", "stop-commands"}:
            assert not line.strip().startswith("::") and "##[" not in line, line
            log.append(line)
        elif match[1] == "stop-commands":
            stopped = match[3]
        else:
            pairs = (part.partition("=") for part in (match[2] or "").split(","))
            known = {name: unescaped(said, {**line_ends, "%3A": ":", "%2C": ","}) for name, _, said in pairs}
            commands.append(Command(match[1], known, unescaped(match[3], line_ends)))
    assert not stopped
    return commands, log


def test_annotations_stand_on_changed_lines() -> None:
    commands, log = runner(render(SAMPLE, "github"))
    assert [(one.name, one.properties["file"], one.properties["line"]) for one in commands] == [
        ("error", "canal/gate.c", "40"),
        ("warning", "canal/gate.c", "50"),
        ("notice", "canal/gate.c", "40"),
        ("notice", "canal/gate.c", "40"),
        ("notice", "canal/gate.c", "95"),
    ]
    assert log[-2] == "total: 1 error, 1 warning, 1 note; incomplete: 2 could not be told"


def test_of_too_many_the_gravest_are_shown_and_the_rest_counted() -> None:
    doubts = tuple(Unknown(f"hunk {n}", "unread") for n in range(3))
    many = replace(SAMPLE, findings=(*[NEW] * 12, *[OLD] * 12), unknown=doubts, scenarios=())
    commands, _ = runner(render(many, "github"))
    assert [one.name for one in commands] == ["error"] * 10 + ["notice"] * 10
    assert all("could not be told" in one.message for one in commands[10:13])
    assert commands[-1].message.startswith("8 more are in the log: 12 errors, 0 warnings, 12 notes")


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_no_text_becomes_a_command_of_its_own(text: str) -> None:
    commands, _ = runner(render(poisoned(text), "github"))
    assert len(commands) == 3
    assert all(set(one.properties) <= {"file", "line", "title"} for one in commands)


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])))
def test_the_runner_reads_back_what_was_escaped(text: str) -> None:
    (one,), _ = runner(f"::error file={value(text)},line=3::{data(text)}")
    assert one == Command(
        "error", {"file": text, "line": "3"}, text.rstrip() if not text.strip() else one.message
    )
    assert one.message.strip() == text.strip()


def test_a_log_that_holds_the_token_of_another_is_still_off() -> None:
    token = re.search(r"stop-commands::(\w+)", render(SAMPLE, "github"))
    assert token
    report: Any = replace(SAMPLE, findings=(replace(NEW, reason=f"::{token[1]}::"),))
    commands, log = runner(render(report, "github"))
    assert all(one.name != token[1] for one in commands)
    assert log[-2].startswith("total:")


def test_a_summary_is_cut_between_blocks_and_says_so() -> None:
    text = render(SAMPLE, "markdown")
    assert summary(text) == text
    cut = summary(text, 2_000)
    assert len(cut.encode()) <= 2_000
    assert cut.endswith("**The rest of the report does not fit here.** Other formats have all of it.\n")
    assert set(cut.split("\n\n")[:-1]) <= set(text.split("\n\n"))
    assert NASTY not in cut
