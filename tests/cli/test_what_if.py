"""The options that take a series otherwise, and the command backport."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import BinaryIO

import pytest

from analyzer.cli import Request
from analyzer.cli.doors import Progress
from analyzer.model.report import Report
from analyzer.model.suggestion import Suggestion
from analyzer.model.what_if import WhatIf

from .sample import REPORT, call, doors


def asked(*argv: str) -> Request:
    """What the door behind the command line was asked for."""
    seen: list[Request] = []

    def analyse(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Report, ...]:
        seen.append(request)
        return (REPORT,)

    result = call(*argv, with_doors=replace(doors(), analyse=analyse))
    assert result.err == ""
    return seen[0]


def test_options_are_handed_on_as_typed() -> None:
    request = asked(
        "--only", "1-3", "a.patch", "--order=3,1,2", "--squash", "1+2", "--squash", "3+4", "--suggest",
        "--suppressions", "mine.toml", "--previous", "v1.mbox", "--previous", "more.mbox",
    )  # fmt: skip
    assert (request.paths, request.only, request.order) == (("a.patch",), "1-3", "3,1,2")
    assert (request.squash, request.suggest) == (("1+2", "3+4"), True)
    assert (request.suppressions, request.previous) == ("mine.toml", ("v1.mbox", "more.mbox"))


def test_without_them_a_series_is_taken_as_it_is() -> None:
    request = asked("a.patch")
    assert (request.only, request.order, request.squash, request.suggest) == (None, None, (), False)
    assert (request.suppressions, request.previous) == (None, ())


def test_the_previous_version_may_come_from_standard_input() -> None:
    def analyse(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Report, ...]:
        assert stdin is not None
        return (replace(REPORT, title=stdin.read().decode()),)

    opened = replace(doors(), analyse=analyse)
    assert "what came in" in call("a.patch", "--previous", "-", with_doors=opened, stdin=b"what came in").out


@pytest.mark.parametrize("option", ["--only", "--order", "--squash", "--suppressions", "--previous"])
def test_an_option_without_its_value_is_status_2(option: str) -> None:
    result = call("a.patch", option)
    assert (result.status, result.out) == (2, "")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("name", ["text", "mail", "markdown"])
def test_a_report_says_how_the_series_was_taken(name: str) -> None:
    taken = replace(REPORT, what_if=WhatIf(((1, 3), (2,)), "--squash 1+3"))
    said = call("--format", name, "a.patch", with_doors=doors(taken)).out
    assert "what if: --squash 1+3 (taken: patches 1+3, 2)" in " ".join(said.split())


def test_a_report_offers_what_closes_a_window() -> None:
    one = Suggestion(WhatIf(((1, 2),), "--squash 1+2"), True, checked=False)
    said = " ".join(call("a.patch", with_doors=doors(replace(REPORT, suggestions=(one,)))).out.split())
    assert "What would close the window" in said
    assert "--squash 1+2: no window stands open; it makes one commit of 1+2; it breaks no rule" in said


def test_backport_prints_the_matrix() -> None:
    result = call("backport", "a.patch")
    assert result.status == 3
    assert "patch 2 alone  no" in result.out
    assert "does not apply: patch 2, gate.c, hunk 1: it does not apply" in result.out
    assert "\x1b" not in result.out


def test_backport_for_machines() -> None:
    result = call("backport", "--format", "json", "a.patch")
    (matrix,) = json.loads(result.out)["matrices"]
    assert (matrix["parts"][0]["applies"], matrix["exit_status"], result.status) == (False, 3, 3)


def test_backport_of_what_concerns_nobody() -> None:
    assert call("backport", "aside.patch").out == "no series in the input concerns a profile\n"
    assert call("backport", "aside.patch").status == 0


@pytest.mark.parametrize(
    "argv", [("backport",), ("backport", "--format", "mail", "a.patch"), ("backport", "--only", "1")]
)
def test_bad_usage_of_backport_is_status_2(argv: tuple[str, ...]) -> None:
    result = call(*argv)
    assert (result.status, result.out) == (2, "")
    assert result.err.count("\n") == 1
