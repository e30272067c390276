"""A series on a repository: which commit is its base and why, and the same answer as on the texts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from analyzer.model.report import Report
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import InputError
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.flow import flow
from analyzer.pipeline.options import Options
from analyzer.reports import render
from tests.repositories import commit, every_byte, git, repository

DOMAIN = Path(__file__).resolve().parents[2] / "fixtures" / "second-domain"
PATCHES = tuple(str(path) for path in sorted((DOMAIN / "series").glob("000[12]*.patch")))
SOURCE = {f"fwup/{path.name}": path.read_text() for path in (DOMAIN / "lifecycle").iterdir()}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = repository(tmp_path / "tree")
    commit(folder, {"README": "words\n"}, "before")
    commit(folder, SOURCE, "the source")
    return folder


def run(*paths: str, **options: object) -> Report:
    (report,) = analyse(Options(paths or PATCHES, profile=str(DOMAIN), **options))  # type: ignore[arg-type]
    return report


def told(report: Report) -> list[tuple[str, int, list[list[str]]]]:
    return [
        (scenario.id, row.patch, [[letter.label for letter in s.letters] for s in row.sequences])
        for scenario in report.scenarios
        for row in scenario.stages
    ]


def patches_without_index(tmp_path: Path, base: str = "") -> tuple[str, ...]:
    found = []
    for path in PATCHES:
        text = re.sub(r"^index .*\n", "", Path(path).read_text(), flags=re.MULTILINE)
        found.append(tmp_path / Path(path).name)
        found[-1].write_text(text + (f"\nbase-commit: {base}\n" if base else ""))
    return tuple(map(str, found))


def test_the_answer_on_a_tree_is_that_of_its_text(tree: Path) -> None:
    report = run(repo=str(tree))
    alone = run(search=False)
    assert told(report) == told(alone)
    assert [(f.rule, f.kind, f.status) for f in report.findings] == [
        (f.rule, f.kind, f.status) for f in alone.findings
    ]
    assert (report.source, alone.source) == ("tree", "built-in")
    assert report.base == git(tree, "rev-parse", "HEAD")
    assert alone.base == alone.base_reason == ""
    assert report.follows == f"commit {report.base[:12]}"


def test_places_are_lines_of_the_tree_at_their_stage(tree: Path) -> None:
    report = run(repo=str(tree))
    git(tree, "am", "-q", *PATCHES)
    texts = {number: git(tree, "show", f"HEAD~{2 - number}:fwup/update.c").split("\n") for number in range(3)}
    shown = 0
    for scenario in report.scenarios:
        for row in scenario.stages:
            for letter in (one for sequence in row.sequences for one in sequence.letters):
                if letter.where.path == "fwup/update.c":
                    call = "fwup_tell" if letter.kind.value == "event" else letter.name
                    assert call in texts[row.patch][letter.where.line - 1]
                    shown += letter.evidence is Evidence.DIFF
    assert shown


def test_head_is_the_base_when_its_files_are_those_of_the_index_lines(tree: Path) -> None:
    assert "index lines" in run(repo=str(tree)).base_reason
    assert "although" not in run(repo=str(tree)).base_reason


def test_the_base_that_the_patches_name_comes_before_head(tree: Path, tmp_path: Path) -> None:
    base = git(tree, "rev-parse", "HEAD")
    commit(tree, {"fwup/update.c": "int nothing;\n"}, "later")
    report = run(*patches_without_index(tmp_path, base), repo=str(tree))
    assert report.base == base
    assert "name it" in report.base_reason
    assert report.exit_status == 1


def test_the_base_that_is_given_comes_first(tree: Path, tmp_path: Path) -> None:
    base = git(tree, "rev-parse", "HEAD")
    later = commit(tree, {"README": "more\n"}, "later")
    report = run(*patches_without_index(tmp_path, base), repo=str(tree), base="main")
    assert (report.base, report.base_reason) == (later, "main, given as base")
    with pytest.raises(InputError, match="'nowhere'"):
        run(repo=str(tree), base="nowhere")


def test_head_all_the_same_says_why(tree: Path, tmp_path: Path) -> None:
    report = run(*patches_without_index(tmp_path), repo=str(tree))
    assert report.base_reason == "HEAD, as the patches do not tell their base"
    absent = "1" * 40
    report = run(*patches_without_index(tmp_path, absent), repo=str(tree))
    assert report.base_reason.endswith(f"; the base they name, {absent[:12]}, is not in the repository")
    commit(tree, {"fwup/update.c": SOURCE["fwup/update.c"] + "\n"}, "later")
    assert "although it has another fwup/update.c" in run(repo=str(tree)).base_reason


def test_every_format_says_which_base_and_why(tree: Path) -> None:
    report = run(repo=str(tree))
    for name in ("text", "mail", "markdown"):
        said = " ".join(render(report, name).split())
        assert report.base[:12] in said
        assert "index lines" in said
    assert json.loads(render(report, "json"))["base"] == {"commit": report.base, "reason": report.base_reason}
    assert json.loads(render(run(search=False), "json"))["base"] is None


def test_commits_stand_in_place_of_patches(tree: Path) -> None:
    git(tree, "am", "-q", *PATCHES)
    expected = told(run(search=False))
    report = run("HEAD~2..HEAD", repo=str(tree))
    assert told(report) == expected
    assert report.base == git(tree, "rev-parse", "HEAD~2")
    assert [stage.title for stage in report.stages][1:] == [
        git(tree, "log", "-1", "--format=%s", f"HEAD~{back}") for back in (1, 0)
    ]
    assert "HEAD~2..HEAD begins on" in report.base_reason


def test_a_file_comes_before_a_branch_of_its_name(
    tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git(tree, "branch", "topic")
    monkeypatch.chdir(tmp_path)
    Path("topic").write_text(Path(PATCHES[0]).read_text())
    assert run("topic", repo=str(tree)).stages[1].title.startswith("fwup: treat")


def test_what_is_neither_file_nor_commit_says_both(tree: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.*no such file.*no such commit or range"):
        run("nowhere", repo=str(tree))
    with pytest.raises(InputError, match=r"nowhere.*no such file.*--repo"):
        run("nowhere", search=False)


def test_the_repository_around_is_taken_if_it_holds_the_base(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree / "fwup")
    report = run()
    assert report.source == "tree"
    assert "--no-repo" in report.base_reason
    assert run(search=False).source == "built-in"
    bare = patches_without_index(tmp_path)
    assert run(*bare).source == "built-in"
    assert run(*patches_without_index(tmp_path, git(tree, "rev-parse", "HEAD"))).source == "tree"
    commit(tree, {"fwup/update.c": "int other;\n"}, "later")
    assert run().source == "built-in"
    assert run(base="HEAD~1").source == "tree"


def test_a_repository_around_that_cannot_be_read_is_left_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "broken")
    assert run().source == "built-in"
    with pytest.raises(InputError):
        run(repo=".")


def test_a_patch_that_does_not_apply_ends_the_answer_there(tree: Path, tmp_path: Path) -> None:
    text = SOURCE["fwup/update.c"].replace("radio_resume(u);", "radio_resume(u, 1);")
    commit(tree, {"fwup/update.c": text}, "wrong")
    before = every_byte(tree)
    report = run(repo=str(tree))
    assert every_byte(tree) == before
    assert report.exit_status == 3
    assert any(re.fullmatch(r"patch 1, fwup/update\.c, hunk 1", one.what) for one in report.unknown)
    base = [row for scenario in report.scenarios for row in scenario.stages if row.patch == 0]
    assert any(row.sequences for row in base)
    assert not any(row.unknown for row in base)
    assert [bool(stage.note) for stage in report.stages] == [False, True, True]


def test_a_function_can_be_shown_on_a_tree(tree: Path) -> None:
    shown = flow("fwup_settle", Options(PATCHES, profile=str(DOMAIN), repo=str(tree)))
    assert [stage.patch for stage, _ in shown] == [0, 1, 2]
    assert "built-in" not in shown[0][1]
    (only,) = flow("fwup_settle", Options((), profile=str(DOMAIN), repo=str(tree)))
    assert only[1] == shown[0][1]
