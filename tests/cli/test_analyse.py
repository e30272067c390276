"""What a user meets on the command line: arguments, output, exit status."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import BinaryIO

import pytest

from analyzer.cli import Request, console
from analyzer.cli.doors import Progress
from analyzer.model.report import Level, Report
from analyzer.model.unknown import InputError

from .sample import ASIDE, REPORT, Terminal, call, doors


def one_line(err: str) -> bool:
    return err.startswith("analyze-series: ") and err.count("\n") == 1 and err.endswith("\n")


class Spy:
    """An `analyse` that keeps what it was asked."""

    def __init__(self) -> None:
        self.request: Request | None = None
        self.stdin: bytes | None = None

    def __call__(self, request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Report, ...]:
        self.request, self.stdin = request, stdin.read() if stdin else None
        return (REPORT,)


def asked(*argv: str, stdin: bytes = b"") -> Spy:
    spy = Spy()
    assert call(*argv, with_doors=replace(doors(), analyse=spy), stdin=stdin).status == 0
    return spy


def test_files_and_options_may_stand_in_any_order() -> None:
    for argv in (
        ("b.patch", "a.patch", "--scenario", "failed filling", "--fail-on=never", "--profile", "canal"),
        ("--profile=canal", "--fail-on", "never", "b.patch", "--scenario", "Failed  Filling", "a.patch"),
        ("--profile=canal", "--fail-on", "never", "--scenario", "failed-filling", "--", "b.patch", "a.patch"),
    ):
        assert asked(*argv).request == Request(("b.patch", "a.patch"), "canal", ("failed-filling",), None)


def test_findings_fail_from_error_on_by_default() -> None:
    request = asked("a.patch").request
    assert request is not None and request.fail_on is Level.ERROR


def test_a_dash_reads_standard_input() -> None:
    assert asked("-", stdin=b"mail").stdin == b"mail"
    assert asked("a.patch", stdin=b"mail").stdin is None


@pytest.mark.parametrize("argv", [("./flow",), ("--", "flow"), ("a.patch", "flow")])
def test_a_file_named_like_a_command_can_be_reached(argv: tuple[str, ...]) -> None:
    request = asked(*argv).request
    assert request is not None and request.paths == tuple(word for word in argv if word != "--")


def test_options_may_stand_before_a_command() -> None:
    assert call("--color", "never", "profile", "list").out == "canal  Canal lock\n"


@pytest.mark.parametrize(
    ("statuses", "status"), [((0,), 0), ((0, 3), 3), ((3, 1), 1), ((1, 2, 3), 2), ((0, 0), 0)]
)
def test_the_gravest_status_of_all_series_holds(statuses: tuple[int, ...], status: int) -> None:
    reports = [replace(REPORT, exit_status=value) for value in statuses]
    assert call("a.patch", with_doors=doors(*reports)).status == status


def test_a_series_that_concerns_no_profile_is_one_line() -> None:
    result = call("a.patch", with_doors=doors(ASIDE))
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("not concerned: ") and "\\x1b[2J" in result.out
    assert call("a.patch", "--scenario", "passage", with_doors=doors(ASIDE)).status == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ((), "no files"),
        (("--bogus", "a"), "--bogus"),
        (("--form", "json", "a"), "--form"),
        (("a", "--format"), "--format"),
        (("a", "--format", "xml"), "xml"),
        (("a", "--fail-on", "\x1b[2J"), "\\x1b[2J"),
        (("a", "--format", "text", "--format", "json"), "standard output"),
        (("a", "--output", "no/such/r.txt"), "no folder no/such"),
        (("a", "--scenario", "pasage"), "no scenario pasage; known are: passage, failed-filling"),
        (("a", "--scenario", "zzz"), "known are: failed-filling, passage"),
        (("profile", "show", "nope"), "no profile nope"),
        (("flow",), "no function"),
        (("flow", "drain"), "no function drain"),
        (("profile",), "list, show, check"),
        (("profile", "show"), "name one profile"),
        (("profile", "check"), "name a profile"),
        (("completion", "csh"), "bash, zsh, fish"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(argv: tuple[str, ...], said: str) -> None:
    result = call(*argv)
    assert (result.status, result.out) == (2, "")
    assert one_line(result.err) and said in result.err


def raising(error: BaseException) -> int:
    def analyse(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Report, ...]:
        raise error

    result = call("a.patch", with_doors=replace(doors(), analyse=analyse))
    assert (result.out, one_line(result.err)) == ("", True)
    assert "\x1b" not in result.err
    return result.status


def test_bad_input_is_one_line_and_status_2() -> None:
    assert raising(InputError("a\nb\x1b[2J.patch:3: cut in the middle")) == 2
    assert raising(FileNotFoundError(2, "No such file or directory", "a.patch")) == 2


def test_an_interrupt_is_status_130() -> None:
    assert raising(KeyboardInterrupt()) == 130


def test_input_without_any_series_is_refused() -> None:
    result = call("a.patch", with_doors=doors())
    assert result.status == 2 and one_line(result.err)


class Closed(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def test_a_closed_pipe_is_quiet() -> None:
    result = call("a.patch", stdout=Closed())
    assert (result.status, result.err) == (141, "")


def test_several_series_in_json_are_one_object() -> None:
    said = json.loads(call("a", "--format", "json", with_doors=doors(REPORT, REPORT)).out)
    assert len(said["reports"]) == 2


@pytest.mark.parametrize(
    ("environ", "choice", "terminal", "coloured"),
    [
        ({}, "auto", True, True),
        ({}, "auto", False, False),
        ({"NO_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": ""}, "auto", True, True),
        ({"FORCE_COLOR": "1"}, "auto", False, True),
        ({"FORCE_COLOR": "0"}, "auto", False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "always", False, True),
        ({"FORCE_COLOR": "1"}, "never", True, False),
        ({"TERM": "dumb"}, "auto", True, False),
    ],
)
def test_colour_is_for_those_who_want_it(
    environ: dict[str, str], choice: str, terminal: bool, coloured: bool
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    result = call("a", "--color", choice, environ=environ, stdout=stream)
    assert ("\x1b[" in result.out) is coloured


def test_columns_sets_the_width() -> None:
    lines = call("a", environ={"COLUMNS": "30"}).out.splitlines()
    assert max(map(len, lines)) <= 30


def test_progress_shows_only_on_a_terminal_and_only_when_work_is_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert call("a", stderr=Terminal()).err == ""
    monkeypatch.setattr(console, "PATIENCE", 0.0)
    assert call("a", stderr=Terminal()).err == "\r\x1b[Kreading\r\x1b[K"
    assert call("a", "--quiet", stderr=Terminal()).err == ""
    assert call("a").err == ""


def test_a_thread_may_be_given_several_times_and_claims_be_left_alone() -> None:
    request = asked("a.patch", "--thread", "one.mbox", "--thread=two.txt").request
    assert request is not None
    assert (request.claims, request.thread) == (True, ("one.mbox", "two.txt"))
    for flags, wanted in (((), True), (("--check-claims",), True), (("--no-check-claims",), False)):
        request = asked("a.patch", *flags).request
        assert request is not None
        assert (request.claims, request.thread) == (wanted, ())


def test_a_thread_may_come_from_standard_input() -> None:
    assert asked("a.patch", "--thread", "-", stdin=b"> I see.").stdin == b"> I see."


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--check-claims", "--no-check-claims"), "--check-claims and --no-check-claims contradict"),
        (("--thread", "x", "--no-check-claims"), "--thread and --no-check-claims contradict each other"),
        (("--thread", "-", "-"), "--thread -: standard input holds the series; name a file"),
    ],
)
def test_what_cannot_be_meant_of_claims_is_refused(argv: tuple[str, ...], said: str) -> None:
    done = call("a.patch", *argv)
    assert done.status == 2
    assert one_line(done.err)
    assert said in done.err
