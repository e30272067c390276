"""flow, profile, completion, help and version."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

import analyzer
from analyzer.cli.grammar import COMMANDS

from .sample import call


def test_flow_prints_equal_stages_once() -> None:
    assert call("flow", "fill", "a.patch").out == (
        "Before patch 2\n==============\n\nb0: return 0\n\nAfter patch 2\n=============\n\nb0: return 1\n"
    )


def test_profiles_are_listed_shown_and_checked() -> None:
    assert call("profile", "list").out == "canal  Canal lock\n"
    assert call("profile", "show", "canal").out == (
        "canal: Canal lock\nits built-in lifecycle follows canal 4.1\n\n"
        "Scenarios\n---------\n- failed-filling: The sluice refuses.\n- passage\n"
    )
    assert call("profile", "check", "my.toml", "src", "lib").out == "my.toml: 2 paths\n"


def test_subscribers_are_listed_with_their_places() -> None:
    result = call("subscribers", "--repo", "boats")
    assert (result.status, result.err) == (0, "")
    assert result.out == (
        "Canal lock: 2 registrations in boats at c0ffee\n\n"
        "buoy: gate_told\n  acts on:     START, STOP\n  modes:       MODE_DRY\n"
        "  registered:  buoy.c:7\n  defined:     gate.c:3\n\n"
        "ferry: gate_told\n  acts on:     START, STOP\n  modes:       MODE_DRY\n"
        "  registered:  ferry.c:7\n  defined:     gate.c:3\n"
    )


def test_a_handler_of_several_devices_is_one_row_of_the_table() -> None:
    assert call("subscribers", "--format", "org").out == (
        "|--------------+-----------+---------------|\n"
        "| device       | handler   | events needed |\n"
        "|--------------+-----------+---------------|\n"
        "| buoy / ferry | gate_told | START, STOP   |\n"
        "|--------------+-----------+---------------|\n"
    )


def test_what_could_not_be_told_of_a_subscriber_is_said_and_leaves_the_answer_incomplete() -> None:
    for form in ("text", "org", "json"):
        result = call("subscribers", "--at", "doubtful", "--format", form)
        assert result.status == 3
        assert "its definition was not found" in result.out
    table = call("subscribers", "--at", "doubtful", "--format", "org").out
    assert "| barge        | barge_told | (could not tell: STOP) |" in table


def test_subscribers_for_machines() -> None:
    (tree,) = json.loads(call("subscribers", "--at", "doubtful", "--format", "json").out)["trees"]
    assert (tree["profile"], tree["commit"]) == ("canal", "c0ffee")
    assert [one["events"] for one in tree["subscribers"]] == [["START", "STOP"], ["START", "STOP"], []]
    assert tree["subscribers"][0]["defined"]["where"] == "gate.c:3"
    assert tree["unknown"][0]["where"] == "barge.c:4"


def test_subscribers_takes_no_operand() -> None:
    result = call("subscribers", "boats")
    assert (result.status, result.out) == (2, "")
    assert "give the folder with --repo" in result.err


def test_a_history_is_told_with_what_was_asked() -> None:
    result = call("history", "--full-history", "--jobs", "3", "--no-cache", "v1..v2", "--", "a.c", "--b")
    assert result.status == 3
    assert "history of v1..v2 in ., over all parents" in result.out
    assert "c0ffee00c0ff: Paint" in result.out and "\x1b" not in result.out
    assert "  before: notify STOP\n  after:  notify STOP*\n" in result.out
    assert "stopped: True 3 False a.c --b" in result.out


def test_a_history_for_machines() -> None:
    told = json.loads(call("history", "--format", "json", "--repo", "tree").out)
    assert (told["schema"], told["range"], told["repository"]) == ("analyze-series-history/1", "HEAD", "tree")
    (entry,) = told["entries"]
    (scenario,) = entry["scenarios"]
    assert scenario["before"]["sequences"] == [["STOP@fill"]]


@pytest.mark.parametrize(
    "argv", [("--jobs", "0"), ("--jobs", "x"), ("a..b", "c..d"), ("--scenario", "nothing"), ("nowhere",)]
)
def test_bad_usage_of_history_is_status_2(argv: tuple[str, ...]) -> None:
    result = call("history", *argv)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)


def test_rules_are_explained_with_words_that_keep_and_break_them() -> None:
    told = call("rules", "shut-again")
    assert (told.status, told.err) == (0, "")
    assert told.out == (
        "canal: Canal lock\n\nshut-again (error)\n"
        "  contract:    START STOP\n  reads:       START, STOP; all else is left out\n"
        "  runs:        they enter fill()\n  why:         It \\x1b[2J floods.\n  documented:  canal.h\n"
        "  stated:      canal.toml:1\n  kept:        START STOP\n"
        "  broken:      START (missing; nearest: START STOP)\n"
    )


def test_rules_for_machines() -> None:
    (book,) = json.loads(call("rules", "--format", "json").out)["profiles"]
    (rule,) = book["rules"]
    assert (book["profile"], rule["rule"], rule["level"]) == ("canal", "shut-again", "error")
    assert rule["broken"] == [{"word": ["START"], "violation": "missing", "nearest": ["START", "STOP"]}]


@pytest.mark.parametrize("names", [("shut",), ("shut-again", "twice")])
def test_bad_usage_of_rules_is_status_2(names: tuple[str, ...]) -> None:
    result = call("rules", *names)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)


def test_the_version_is_the_packages() -> None:
    assert call("--version").out == f"analyze-series {analyzer.__version__}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name or "default")
def test_help_names_every_option_and_teaches_by_example(command: object) -> None:
    from analyzer.cli.grammar import Command

    assert isinstance(command, Command)
    text = call(*([command.name] if command.name else []), "--help").out
    assert text.startswith("usage: analyze-series")
    assert all(flag in text for option in command.options for flag in option.flags)
    assert all(example in text for _, example in command.examples)


def test_the_formats_that_the_help_names_are_those_there_are() -> None:
    from analyzer.cli.grammar import BOOKS, FORMATS, LISTINGS, STORIES
    from analyzer.reports import FORMATS as formats
    from analyzer.reports.history import HISTORIES
    from analyzer.reports.rules import BOOKS as books
    from analyzer.reports.subscribers import LISTINGS as listings

    assert (tuple(formats), tuple(HISTORIES), tuple(listings)) == (FORMATS, STORIES, LISTINGS)
    assert tuple(books) == BOOKS


@pytest.mark.parametrize("argument", ["--help", "--version", "completion bash"])
def test_light_commands_import_nothing_heavy(argument: str) -> None:
    code = (
        "import sys, analyzer.__main__ as m\n"
        f"sys.argv = ['analyze-series', *{argument.split()!r}]\n"
        "assert m.main() == 0\n"
        "heavy = {'tree_sitter', 'pygments', 'git', 'unidiff'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("argument", ["--help", "--version", "history --help"])
def test_help_reads_no_reports(argument: str) -> None:
    code = (
        "import sys, analyzer.__main__ as m\n"
        f"sys.argv = ['analyze-series', *{argument.split()!r}]\n"
        "assert m.main() == 0\n"
        "read = [n for n in sys.modules if n.startswith(('analyzer.reports', 'analyzer.model.report'))]\n"
        "assert not read, read\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_the_program_is_quiet_when_its_reader_goes_away() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "analyzer", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout and program.stderr
        program.stdout.close()
        assert (program.stderr.read(), program.wait()) == (b"", 141)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_option(shell: str) -> None:
    script = call("completion", shell).out
    flags = [f for c in COMMANDS for o in c.options for f in o.flags if f.startswith("--")]
    assert [f for f in flags if (f"-l {f[2:]}" if shell == "fish" else f) not in script] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_accepts_its_script(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = call("completion", shell).out
    checked = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def completed(*words: str) -> list[str]:
    """What bash offers for the last of `words`."""
    script = call("completion", "bash").out
    typed = " ".join(f"'{word}'" for word in words)
    script += f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _analyze_series\n"
    script += 'printf "%s\\n" "${COMPREPLY[@]}"\n'
    result = subprocess.run(["bash"], input=script, text=True, capture_output=True, check=True, cwd="/")
    return result.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_options_and_choices() -> None:
    assert completed("analyze-series", "fl") == ["flow"]
    assert completed("analyze-series", "--fo") == ["--format"]
    assert completed("analyze-series", "--format", "ma") == ["mail", "markdown"]
    assert completed("analyze-series", "profile", "sh") == ["show"]
    assert completed("analyze-series", "flow", "--sc") == []
    assert completed("analyze-series", "--output", "/et") == ["/etc"]
