"""The check that b4 runs: of the mail's own patch, and of nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import BinaryIO

import pytest

from analyzer.cli import Request
from analyzer.cli.doors import Progress
from analyzer.model.report import Report, StageInfo
from analyzer.model.unknown import InputError
from tests.reports.sample import CLEAN, SAMPLE

from .sample import call, doors

TOLD = replace(SAMPLE, unknown=(), scenarios=CLEAN.scenarios)
TITLES = {stage.patch: stage.title for stage in TOLD.stages}


def mail(number: int, title: str | None = None) -> bytes:
    return f"{number} {TITLES[number] if title is None else title}".encode()


@pytest.mark.parametrize(("number", "said", "status"), [(1, "pass", 0), (2, "warn", 0), (3, "fail", 1)])
def test_a_patch_is_judged_by_what_it_does(number: int, said: str, status: int) -> None:
    result = call("b4-check", with_doors=doors(TOLD), stdin=mail(number))
    (entry,) = json.loads(result.out)
    assert (entry["status"], result.status, result.err) == (said, status, "")


def test_a_cover_letter_stands_for_the_series() -> None:
    (entry,) = json.loads(call("b4-check", with_doors=doors(TOLD), stdin=mail(0, "a cover")).out)
    assert entry["status"] == "fail"


def test_what_could_not_be_told_is_a_warning_and_status_3() -> None:
    result = call("b4-check", with_doors=doors(replace(SAMPLE, findings=())), stdin=mail(3))
    (entry,) = json.loads(result.out)
    assert (entry["status"], result.status) == ("warn", 3)


def test_a_patch_that_was_not_found_does_not_pass() -> None:
    result = call("b4-check", with_doors=doors(TOLD), stdin=mail(3, "another title"))
    (entry,) = json.loads(result.out)
    assert (entry["status"], result.status) == ("warn", 3)
    assert entry["summary"].startswith("incomplete: the patch is not among those that were found")


def test_a_cover_letter_without_its_patches_is_a_warning() -> None:
    def analyse(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Report, ...]:
        raise InputError("standard input: this is a mail without a diff")

    lost = replace(doors(TOLD), analyse=analyse)
    result = call("b4-check", with_doors=lost, stdin=mail(0, "a cover"))
    (entry,) = json.loads(result.out)
    assert (entry["status"], result.status, result.err) == ("warn", 3, "")
    assert entry["summary"] == "incomplete: standard input: this is a mail without a diff"
    lines = call("b4-check", "--format", "terse", with_doors=lost, stdin=mail(0, "a cover")).out
    assert lines == "-: WARNING: incomplete: standard input: this is a mail without a diff\n"


def test_of_two_patches_with_one_title_the_number_decides() -> None:
    same = tuple(StageInfo(stage.patch, "Fix it") for stage in TOLD.stages)
    report = replace(TOLD, stages=same)
    (entry,) = json.loads(call("b4-check", with_doors=doors(report), stdin=mail(3, "Fix it")).out)
    assert entry["status"] == "fail"


def test_terse_lines_are_complaints_only() -> None:
    lines = call("b4-check", "--format", "terse", with_doors=doors(TOLD), stdin=mail(3)).out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("canal/gate.c:40: ERROR: start-stop: missing")
    result = call("b4-check", "--format", "terse", with_doors=doors(TOLD), stdin=mail(1))
    assert (result.out, result.err, result.status) == ("", "", 0)


def test_commits_are_read_from_the_repository_and_mails_from_standard_input() -> None:
    asked: list[tuple[tuple[str, ...], str | None, bytes]] = []

    def analyse(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Report, ...]:
        asked.append((request.paths, request.repo, stdin.read() if stdin else b""))
        return (TOLD,)

    watched = replace(doors(TOLD), analyse=analyse)
    call("b4-check", with_doors=watched, stdin=mail(1))
    call("b4-check", with_doors=watched, stdin=mail(1), environ={"B4_TRACKING_FILE": "a..b"})
    call(
        "b4-check", "--repo", "tree", with_doors=watched, stdin=mail(1), environ={"B4_TRACKING_FILE": "a..b"}
    )
    assert asked[0] == (("-",), None, mail(1))
    assert [one[:2] for one in asked[1:]] == [(("a..b",), "."), (("a..b",), "tree")]


def test_the_address_of_the_report_is_handed_on() -> None:
    result = call("b4-check", "--report-url", "https://example.org/1", with_doors=doors(TOLD), stdin=mail(1))
    assert json.loads(result.out)[0]["url"] == "https://example.org/1"
    refused = call("b4-check", "--report-url", "javascript:x", with_doors=doors(TOLD), stdin=mail(1))
    assert (refused.status, "begins with https://" in refused.err) == (2, True)


def test_an_operand_is_refused() -> None:
    assert call("b4-check", "0001.patch", stdin=mail(1)).status == 2
