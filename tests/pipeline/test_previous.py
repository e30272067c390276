"""`--previous`: both versions read and analysed, and what differs said in every format."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from analyzer import profiles
from analyzer.model.report import Report
from analyzer.model.unknown import InputError
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.reports import render
from tests.pipeline.test_what_if import MEETING
from tests.repositories import commit, git, repository

DOMAIN = Path(__file__).resolve().parents[2] / "fixtures" / "second-domain"
COVER, FIRST, SECOND = sorted(map(str, (DOMAIN / "series").glob("*.patch")))


@pytest.fixture
def first(tmp_path: Path) -> str:
    """A version that had the first patch alone."""
    path = tmp_path / "first.patch"
    path.write_text(Path(FIRST).read_text().replace("[PATCH 1/2]", "[PATCH]"))
    return str(path)


def run(*paths: str, previous: tuple[str, ...], **options: object) -> Report:
    (report,) = analyse(
        Options(
            paths,
            profile=str(DOMAIN),
            search=False,
            cache=False,
            previous=previous,
            **options,  # type: ignore[arg-type]
        )
    )
    return report


def fates(report: Report) -> set[tuple[str, str, str]]:
    assert report.versions is not None
    return {(one.fate.value, one.rule, one.violation) for one in report.versions.moved}


def test_without_a_previous_version_there_is_nothing_to_say() -> None:
    assert run(FIRST, SECOND, previous=()).versions is None


def test_what_a_second_patch_fixes_and_brings(first: str) -> None:
    report = run(FIRST, SECOND, previous=(first,))
    assert fates(report) == {
        ("brought", "abort-before-radio", "out of order"),
        ("still there", "failure-is-told", "missing"),  # between the two patches
    }
    assert report.versions is not None
    assert report.versions.compared == (1,)
    assert {one.patch for one in report.versions.differing} == {0}


def test_and_the_other_way_round(first: str) -> None:
    report = run(first, previous=(FIRST, SECOND))
    assert fates(report) == {
        ("fixed", "abort-before-radio", "out of order"),
        ("still there", "failure-is-told", "missing"),
    }


def test_a_version_against_itself() -> None:
    report = run(FIRST, SECOND, previous=(SECOND, COVER, FIRST))
    assert {fate for fate, _, _ in fates(report)} == {"still there"}
    assert report.versions is not None
    assert report.versions.differing == ()


def test_the_version_at_hand_may_be_taken_otherwise() -> None:
    report = run(FIRST, SECOND, previous=(FIRST, SECOND), squash=("1+2",))
    assert ("fixed", "failure-is-told", "missing") in fates(report)


def test_a_previous_version_that_does_not_apply_is_said(tmp_path: Path) -> None:
    tree = repository(tmp_path / "tree")
    commit(tree, {model.path: model.text for model in profiles.load(str(DOMAIN)).model})
    strange = tmp_path / "v1.patch"
    strange.write_text(MEETING.format(number="34,9", word="STRANGE", other="DONE"))
    report = run(FIRST, SECOND, previous=(str(strange),), repo=str(tree), fail_on=None)
    assert report.versions is not None
    (why,) = report.versions.untold
    assert "it does not apply" in why
    assert [doubt.what for doubt in report.unknown] == ["the previous version"]
    assert report.exit_status == 3


def test_commits_may_be_the_previous_version(tmp_path: Path, first: str) -> None:
    tree = repository(tmp_path / "tree")
    commit(tree, {model.path: model.text for model in profiles.load(str(DOMAIN)).model})
    git(tree, "checkout", "-q", "-b", "v1")
    git(tree, "am", "-q", FIRST)
    git(tree, "checkout", "-q", "main")
    report = run(FIRST, SECOND, previous=("main..v1",), repo=str(tree))
    assert fates(report) == fates(run(FIRST, SECOND, previous=(first,)))


def test_what_concerns_no_profile_is_no_previous_version(tmp_path: Path) -> None:
    other = tmp_path / "other.diff"
    other.write_text("--- a/x.txt\n+++ b/x.txt\n@@ -1 +1 @@\n-a\n+b\n")
    report = run(FIRST, SECOND, previous=(str(other),), fail_on=None)
    assert report.exit_status == 3
    assert any("concerns the profile" in doubt.why for doubt in report.unknown)


def test_a_previous_version_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError, match="nowhere"):
        run(FIRST, SECOND, previous=("nowhere.mbox",))


@pytest.mark.parametrize("name", ["text", "mail", "markdown", "html", "json"])
def test_every_format_says_it(name: str, first: str) -> None:
    said = " ".join(render(run(FIRST, SECOND, previous=(first,)), name, width=400).split())
    if name == "json":
        schema = json.loads(resources.files("analyzer.reports").joinpath("report.schema.json").read_text())
        jsonschema.validate(json.loads(said), schema)
        assert '"fate": "brought"' in said
        return
    if name == "html":
        said = re.sub(r"<[^>]*>", "", said)
    assert "Against the previous version" in said
    assert "brought: abort-before-radio: out of order" in said
    assert "still there: failure-is-told: missing" in said
    assert "at the end, " in said
