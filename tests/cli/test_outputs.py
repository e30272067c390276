"""Which format goes where, and that a file is written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.cli.outputs import Target, paired, write_all
from analyzer.model.unknown import InputError

from .sample import call


@pytest.mark.parametrize(
    ("argv", "targets"),
    [
        ("", [("text", None)]),
        ("format=mail", [("mail", None)]),
        ("format=mail format=json output=j", [("mail", None), ("json", "j")]),
        ("format=mail output=m format=json output=j", [("mail", "m"), ("json", "j")]),
        ("output=m format=mail format=json output=j", [("mail", "m"), ("json", "j")]),
        ("format=json output=-", [("json", None)]),
        ("output=r.json", [("json", "r.json")]),
        ("output=r.md output=r.log", [("markdown", "r.md"), ("text", "r.log")]),
    ],
)
def test_an_output_belongs_to_the_format_before_it(argv: str, targets: list[tuple[str, str | None]]) -> None:
    wanted = tuple((part.split("=")[0], part.split("=")[1]) for part in argv.split())
    assert paired(wanted) == tuple(Target(*target) for target in targets)


@pytest.mark.parametrize("argv", ["format=text format=mail", "format=text output=a format=mail output=./a"])
def test_two_formats_do_not_share_an_output(argv: str) -> None:
    with pytest.raises(InputError, match="two formats"):
        paired(tuple((part.split("=")[0], part.split("=")[1]) for part in argv.split()))


def test_reports_go_to_their_files_and_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    result = call("a", "--format", "mail", "--format", "json", "--output", str(path))
    assert result.out.startswith("For a failed filling")
    assert json.loads(path.read_text())["title"] == "Close the gate"
    assert list(tmp_path.iterdir()) == [path]


def test_no_escape_reaches_a_file(tmp_path: Path) -> None:
    call("a", "--color", "always", "--format", "text", "--output", str(tmp_path / "r.txt"))
    assert "\x1b" not in (tmp_path / "r.txt").read_text()


def test_a_missing_folder_keeps_everything_unwritten(tmp_path: Path) -> None:
    good, bad = tmp_path / "r.json", tmp_path / "none" / "r.md"
    result = call(
        "a", "--output", str(good), "--format", "json", "--format", "markdown", "--output", str(bad)
    )
    assert (result.status, result.out, list(tmp_path.iterdir())) == (2, "", [])
    assert result.err.count("\n") == 1


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder" in call("a", "--output", str(tmp_path)).err


def test_a_failing_write_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    old = tmp_path / "a.txt"
    old.write_text("old")
    with pytest.raises(InputError):
        write_all(((str(old), "new"), (str(tmp_path / "gone" / "b.txt"), "new")))
    assert (old.read_text(), list(tmp_path.iterdir())) == ("old", [old])


def test_modes_and_links_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_all(((str(link), "new"),))
    assert (link.is_symlink(), real.read_text(), real.stat().st_mode & 0o777) == (True, "new", 0o640)


def test_devices_are_written_to() -> None:
    write_all((("/dev/null", "x"),))


def test_the_summary_of_a_step_is_added_to(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("# earlier\n")
    result = call("a", "--step-summary", environ={"GITHUB_STEP_SUMMARY": str(path)})
    assert result.status == 0
    assert path.read_text().startswith("# earlier\n# Close the gate\n")


def test_a_summary_outside_of_a_workflow_is_refused(tmp_path: Path) -> None:
    result = call("a", "--step-summary")
    assert (result.status, result.out) == (2, "")
    assert "GITHUB_STEP_SUMMARY is not set" in result.err


def test_a_complaint_is_no_command_to_the_runner_of_github() -> None:
    wrong = "##[set-output name=status]0"
    assert wrong in call("a", "--report-url", wrong).err
    said = call("a", "--report-url", wrong, environ={"GITHUB_ACTIONS": "true"}).err
    assert "##[" not in said and said.startswith("analyze-series: ")
