"""The program as its user meets it: real processes, real files, bad input of every kind.

Each case says what comes out on both streams and the exit status, and that no traceback is among it.
The second domain's profile keeps the runs short.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "fixtures" / "second-domain"
PROFILE = ("--profile", str(DOMAIN / "profile.toml"))
SERIES = sorted((DOMAIN / "series").glob("*.patch"))
FIRST, SECOND = (path.read_text() for path in SERIES[1:3])
PROGRAM = (sys.executable, "-m", "analyzer")
HEAD = "From: Ines Falk <ines@radio.example>\nSubject: [PATCH] fwup: one step\n\nWhy.\n---\n"


@dataclass(frozen=True)
class Done:
    """How a process ended."""

    status: int
    out: str
    err: str

    def refused(self) -> str:
        """The one line on standard error; nothing on standard output, exit status 2."""
        assert (self.status, self.out) == (2, ""), self
        assert self.err.count("\n") == 1 and self.err.startswith("analyze-series: "), self.err
        return self.err

    def incomplete(self) -> str:
        """The one line on standard error beside a report that says the same; exit status 3."""
        assert self.status == 3, self
        assert self.err.startswith("analyze-series: incomplete: ") and self.err.count("\n") == 1, self.err
        assert self.err[len("analyze-series: incomplete: ") :].split(":")[0] in self.out
        return self.err


def start(*arguments: object, cwd: Path = ROOT) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def call(*arguments: object, cwd: Path = ROOT) -> Done:
    process = start(*arguments, cwd=cwd)
    out, err = process.communicate(timeout=110)
    assert "Traceback" not in out + err, err
    return Done(process.returncode, out, err)


def saved(folder: Path, text: str | bytes, name: str = "one.patch") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def added(lines: Iterable[str], after: str = "") -> str:
    """A patch that adds `lines` to the modelled file behind the line `after`."""
    body = [*([f" {after}"] if after else []), *(f"+{line}" for line in lines)]
    context = 1 if after else 0
    counts = f"-{30 if after else 0},{context} +30,{len(body)}"
    return (
        f"{HEAD}\ndiff --git a/fwup/update.c b/fwup/update.c\n"
        f"--- a/fwup/update.c\n+++ b/fwup/update.c\n@@ {counts} @@\n"
        + "\n".join([*body, "-- ", "2.45.0", ""])
    )


# --- what cannot be read: one line, 2 -------------------------------------------------------------


def test_no_files() -> None:
    assert "no files" in call().refused()


def test_a_missing_file(tmp_path: Path) -> None:
    assert "absent.patch: there is no such file" in call(tmp_path / "absent.patch").refused()


def test_an_empty_file(tmp_path: Path) -> None:
    assert "one.patch: the file is empty" in call(saved(tmp_path, "")).refused()


def test_a_directory_without_mails(tmp_path: Path) -> None:
    assert "holds no mails" in call(tmp_path).refused()


def test_a_binary_file(tmp_path: Path) -> None:
    assert "is binary" in call(saved(tmp_path, bytes(range(256)) * 64)).refused()


def test_a_mail_without_a_diff(tmp_path: Path) -> None:
    mail = "From: Ines Falk <ines@radio.example>\nSubject: A question\n\nDoes it work?\n"
    assert "one.eml" in call(saved(tmp_path, mail, "one.eml")).refused()


def test_an_unknown_profile() -> None:
    assert "no-such-profile" in call("--profile", "no-such-profile", *SERIES).refused()


def test_a_profile_with_a_wrong_key(tmp_path: Path) -> None:
    text = (DOMAIN / "profile.toml").read_text().replace("[[entry]]", "[[entry]]\ncolour = 'red'", 1)
    line = text[: text.index("colour")].count("\n") + 1
    profile = saved(tmp_path, text, "profile.toml")
    said = call("--profile", profile, *SERIES).refused()
    assert f"profile.toml:{line}:" in said and "colour" in said


def test_an_unknown_scenario_names_the_known_ones() -> None:
    said = call(*PROFILE, "--scenario", "verify failures", *SERIES).refused()
    assert "verify-failure" in said and "start-refused" in said


def test_an_unknown_format_names_the_known_ones() -> None:
    assert "'mail'" in call("--format", "telegram", *SERIES).refused()


def test_output_into_a_missing_folder(tmp_path: Path) -> None:
    said = call(*PROFILE, "--output", tmp_path / "absent" / "report.json", *SERIES).refused()
    assert "there is no folder" in said


# --- damaged input: an answer that says what it lacks, 3 ------------------------------------------


def test_a_diff_cut_in_the_middle_is_named(tmp_path: Path) -> None:
    cut = FIRST[: FIRST.index("+            fwup_tell")]
    said = call(*PROFILE, saved(tmp_path, cut)).incomplete()
    assert "one.patch:18" in said and "cut off" in said


def test_a_hunk_whose_counts_do_not_add_up_is_named(tmp_path: Path) -> None:
    wrong = FIRST.replace("@@ -30,9 +30,11 @@", "@@ -30,19 +30,21 @@")
    assert wrong != FIRST
    said = call(*PROFILE, saved(tmp_path, wrong)).incomplete()
    assert "one.patch:18" in said and "do not add up" in said


def test_a_hunk_that_the_built_in_lifecycle_does_not_model_is_unknown(tmp_path: Path) -> None:
    patch = added(["    fwup_tell(NOTE_ABORTED, u);"], "    completely_other_call(u);")
    assert "--repo" in call(*PROFILE, saved(tmp_path, patch)).incomplete()


def test_quiet_leaves_standard_error_to_errors(tmp_path: Path) -> None:
    done = call(*PROFILE, "--quiet", saved(tmp_path, FIRST[: FIRST.index("+            fwup_tell")]))
    assert (done.status, done.err) == (3, "") and "cut off" in done.out


# --- what does not concern any profile: one line, 0 -----------------------------------------------


def test_a_patch_that_concerns_no_profile_is_one_line(tmp_path: Path) -> None:
    patch = FIRST.replace("fwup/update.c", "doc/readme.txt").replace("fwup", "other").replace("UPD_", "X_")
    patch = patch.replace("NOTE_ABORTED", "X").replace("radio_", "tube_")
    for arguments in ((), PROFILE):
        done = call(*arguments, saved(tmp_path, patch))
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith("not concerned") and done.out.count("\n") == 1


# --- size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("deep", [500, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_function_nested_many_braces_deep_ends_in_an_answer(tmp_path: Path, deep: int) -> None:
    lines = ["void fwup_deep(Updater *u)", "{", *["if (u->x) {"] * deep, "fwup_tell(NOTE_ABORTED, u);"]
    done = call(*PROFILE, saved(tmp_path, added([*lines, *["}"] * deep, "}"])))
    assert done.status in (0, 3), done.err
    assert done.err.count("\n") <= 1


def mbox(path: Path, megabytes: int, *series: str) -> None:
    """A list's archive: mails of other people, with the series among them."""
    foreign = FIRST.replace("fwup", "other").replace("UPD_", "X_").replace("NOTE_", "Y_")
    foreign = foreign.replace("radio", "tube").replace("Updater", "Other")
    filler = "\n".join(["a line of talk that goes on and on, as talk on lists does"] * 80)
    with path.open("w", encoding="utf-8") as stream:
        for part in range(2):
            written = 0
            while written < megabytes * 500_000:
                written += stream.write(
                    f"From list@x Mon Sep 17 00:00:00 2001\nMessage-Id: <{part}.{written}@x>\n"
                    f"From: A <a@x.example>\nSubject: [PATCH] other: number {part} {written}\n\n"
                    f"{filler}\n---\n"
                    f"{foreign[foreign.index('diff --git') :]}\n"
                )
            if part == 0:
                stream.write("".join(series))


@pytest.mark.slow
def test_a_lists_mbox_of_100_mb_is_searched_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "list.mbox"
    mbox(path, 100, FIRST, SECOND)
    assert path.stat().st_size > 95_000_000
    out, status, peak = measured(*PROFILE, "--format", "mail", "--scenario", "verify failure", path)
    assert status in (0, 1) and "After patch 2" in out
    assert peak < 400_000_000


@pytest.mark.slow
def test_a_lists_mbox_without_a_series_of_the_domain_is_one_line(tmp_path: Path) -> None:
    mbox(tmp_path / "list.mbox", 10)
    done = call(*PROFILE, tmp_path / "list.mbox")
    assert (done.status, done.err, done.out.count("\n")) == (0, "", 1) and "list.mbox" in done.out


def measured(*arguments: object) -> tuple[str, int, int]:
    """Standard output, exit status and the peak of resident memory in bytes."""
    process = start(*arguments)
    assert process.stdout and process.stderr
    drained: list[str] = []
    reader = threading.Thread(target=lambda: drained.append(process.stderr.read()))  # type: ignore[union-attr]
    reader.start()
    out = process.stdout.read()
    _, state, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(state)
    reader.join()
    process.stdout.close()
    process.stderr.close()
    assert "Traceback" not in drained[0]
    return out, process.returncode, usage.ru_maxrss * 1024


# --- the terminal, the pipe, the keyboard ---------------------------------------------------------


def test_a_closed_pipe_ends_quietly() -> None:
    command = f"{' '.join(PROGRAM)} {' '.join(PROFILE)} --format json {DOMAIN}/series/*.patch | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}; echo $? >&2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.stdout == "{\n"
    assert done.stderr.strip() in ("141", "1"), done.stderr  # 1: all of it fitted into the pipe


def opened_by_reader(pipe: Path, process: subprocess.Popen[str]) -> int:
    """The writing end of `pipe`, once the program waits at the other one; never blocks for good."""
    for _ in range(600):
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert process.poll() is None, "the program ended before it read"
            time.sleep(0.05)
    raise AssertionError("the program never opened its input")


def test_control_c_ends_in_one_line_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    os.mkfifo(tmp_path / "slow")
    process = start("--output", target, tmp_path / "slow")
    with os.fdopen(opened_by_reader(tmp_path / "slow", process), "w") as stream:
        stream.write(HEAD)
        stream.flush()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "analyze-series: interrupted\n")
    assert not target.exists() and [path.name for path in tmp_path.iterdir()] == ["slow"]


@pytest.mark.parametrize("form", ["text", "mail", "markdown", "json"])
def test_terminal_escapes_of_a_patch_do_not_reach_the_terminal(tmp_path: Path, form: str) -> None:
    title = "\x1b]0;taken\x07\x1b[2J\x9b31m"
    patch = saved(tmp_path, FIRST.replace("fwup: treat", f"fwup: {title}treat", 1))
    done = call(*PROFILE, "--format", form, patch)
    assert done.status in (0, 1, 3), done.err
    for raw in "\x1b\x07\x9b":
        assert raw not in done.out and raw not in done.err


def test_terminal_escapes_in_a_file_name_do_not_reach_the_terminal() -> None:
    said = call("\x1b[2Jabsent.patch").refused()
    assert "\x1b" not in said


# --- the small commands ---------------------------------------------------------------------------


def test_flow_shows_a_function_before_and_after() -> None:
    done = call("flow", "fwup_settle", *PROFILE, *SERIES)
    assert done.status == 0 and "Before patch 1" in done.out and "After patch 2" in done.out
    assert "built-in model of fwup/update.c" in done.out
    assert "no function fwup_nothing" in call("flow", "fwup_nothing", *PROFILE, *SERIES).refused()


def test_profile_check_counts_the_names_that_match_nothing() -> None:
    done = call("profile", "check", DOMAIN)
    assert done.status == 0 and done.out.endswith("names match nothing in the built-in lifecycle\n")
    assert "holds no C files" in call("profile", "check", DOMAIN, DOMAIN / "series").refused()


def test_the_files_may_come_in_any_order() -> None:
    first, second = (call(*PROFILE, "--format", "json", *files) for files in (SERIES, SERIES[::-1]))
    assert first == second and first.status == 1


def test_without_one_patch_the_answer_names_it() -> None:
    done = call(*PROFILE, "--format", "mail", SERIES[2])
    assert "patch 1" in done.out and done.status in (1, 3)
