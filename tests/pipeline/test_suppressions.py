"""Suppressions come from the base commit or a named file, and show in every format."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from analyzer import profiles
from analyzer.model.report import Report
from analyzer.model.suppression import Standing
from analyzer.model.unknown import InputError
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.reports import FORMATS, render
from tests.repositories import commit, every_byte, git, repository, write

DOMAIN = Path(__file__).resolve().parents[2] / "fixtures" / "second-domain"
SERIES = tuple(sorted(map(str, (DOMAIN / "series").glob("*.patch"))))
FILE = ".analyze-series.toml"
ENTRY = """[[suppress]]
rule = "abort-before-radio"
reason = "the radio waits *anyway*"
"""
STALE = """
[[suppress]]
rule = "success-is-told"
reason = "it was so once"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The built-in lifecycle as a tree of its own, so that the series applies."""
    folder = repository(tmp_path / "tree")
    commit(folder, {model.path: model.text for model in profiles.load(str(DOMAIN)).model})
    return folder


def run(tree: Path | None, *paths: str, **options: object) -> Report:
    (report,) = analyse(
        Options(
            paths or SERIES,
            profile=str(DOMAIN),
            repo=None if tree is None else str(tree),
            search=False,
            cache=False,
            **options,  # type: ignore[arg-type]
        )
    )
    return report


def reasons(report: Report) -> set[str]:
    return {finding.suppressed.reason for finding in report.findings if finding.suppressed}


def test_without_a_file_nothing_is_suppressed(tree: Path) -> None:
    report = run(tree)
    assert (report.source, report.exit_status, reasons(report), report.suppressions) == ("tree", 1, set(), ())


def test_the_base_has_a_say(tree: Path) -> None:
    commit(tree, {FILE: ENTRY})
    before = every_byte(tree)
    report = run(tree)
    assert reasons(report) == {"the radio waits *anyway*"}
    assert report.exit_status == 0
    (outcome,) = report.suppressions
    base = git(tree, "rev-parse", "HEAD")[:12]
    assert (outcome.standing, str(outcome.suppression.where)) == (Standing.APPLIED, f"{base}:{FILE}:1")
    assert every_byte(tree) == before


def test_the_work_tree_has_none(tree: Path) -> None:
    write(tree, {FILE: ENTRY})
    assert run(tree).exit_status == 1
    git(tree, "add", FILE)
    assert run(tree).exit_status == 1


def test_the_patches_under_review_have_none(tree: Path) -> None:
    git(tree, "tag", "start")
    git(tree, "am", "-q", *(path for path in SERIES if "cover" not in path))
    commit(tree, {FILE: ENTRY})
    report = run(tree, "start..HEAD")
    assert (report.exit_status, reasons(report)) == (1, set())
    assert any(note.startswith(f"the series changes {FILE}") for note in report.notes) is False
    folder = tree.parent / "patches"
    git(tree, "format-patch", "-q", "-o", str(folder), "start")
    git(tree, "checkout", "-q", "start")
    report = run(tree, *sorted(map(str, folder.iterdir())))
    assert (report.exit_status, reasons(report)) == (1, set())
    assert any(note.startswith(f"the series changes {FILE}") for note in report.notes)


def test_a_named_file_is_read_in_place_of_the_base_s(tree: Path, tmp_path: Path) -> None:
    commit(tree, {FILE: ENTRY})
    mine = tmp_path / "mine.toml"
    mine.write_text(STALE)
    report = run(tree, suppressions=str(mine))
    assert reasons(report) == set()
    assert [(o.standing, str(o.suppression.where)) for o in report.suppressions] == [
        (Standing.STALE, f"{mine}:2")
    ]


def test_without_a_repository_a_named_file_counts(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(ENTRY)
    assert run(None).exit_status == 1
    report = run(None, suppressions=str(mine))
    assert (report.source, report.exit_status) == ("built-in", 0)


def test_an_entry_holds_to_the_end_of_its_last_day(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(f"{ENTRY}until = 2027-03-31\n")
    assert run(None, suppressions=str(mine), today=date(2027, 3, 31)).exit_status == 0
    late = run(None, suppressions=str(mine), today=date(2027, 4, 1))
    assert (late.exit_status, [o.standing for o in late.suppressions]) == (1, [Standing.EXPIRED])


def test_an_entry_for_another_profile_is_left_aside(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(f'{ENTRY}profile = "other"\n')
    report = run(None, suppressions=str(mine))
    assert (report.exit_status, report.suppressions) == (1, ())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[[suppress]]\nrule = 'a'\n", ":1: [[suppress]] lacks 'reason'"),
        (b"\xff\xfe", ": not UTF-8 text"),
        (b"x" * 1_000_001, ": too large"),
    ],
)
def test_a_bad_file_is_told_before_anything_is_analysed(tree: Path, content: bytes, why: str) -> None:
    commit(tree, {FILE: content})
    with pytest.raises(InputError) as raised:
        run(tree)
    assert f":{FILE}{why}" in str(raised.value)


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_hides_that_a_finding_is_suppressed(name: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(ENTRY)
    said = render(run(None, suppressions=str(mine)), name, width=300)
    if name in ("mermaid", "dot"):  # a drawing of events shows no finding
        assert "abort-before-radio" not in said
    elif name == "gitlab":  # it has no place for one; what is suppressed weighs no more than information
        assert {one["severity"] for one in json.loads(said)} <= {"info", "minor"}
    else:
        assert "suppressed" in said or '"suppressions"' in said


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match=r"nowhere.toml: cannot be read"):
        run(None, suppressions="nowhere.toml")


@pytest.mark.parametrize("name", ["text", "mail", "markdown", "json"])
def test_every_format_shows_what_is_suppressed_expired_and_stale(name: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        f"{ENTRY}{STALE}\n{ENTRY.replace('abort-before-radio', 'cancel-is-told')}until = 2020-01-01\n"
    )
    report = run(None, suppressions=str(mine))
    said = " ".join(render(report, name, width=300).split())
    assert "suppressed" in said
    if name == "json":
        schema = json.loads(resources.files("analyzer.reports").joinpath("report.schema.json").read_text())
        jsonschema.validate(json.loads(said), schema)
        assert '"standing": "stale"' in said
        assert '"standing": "expired"' in said
        return
    waits = r"the radio waits \*anyway\*" if name == "markdown" else "the radio waits *anyway*"
    assert waits in said
    assert "stale, no finding is as it says" in said
    assert "expired on 2020" in said
