"""The lines that a report shows are those of the stage, and git agrees on who added and who removed them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.model.report import Report
from analyzer.model.snapshot import Evidence
from analyzer.model.witness import Step
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from tests.repositories import commit, git, repository

REDUCED = Path(__file__).resolve().parents[2] / "fixtures" / "qemu-reduced"
SERIES = tuple(sorted(map(str, (REDUCED / "series").glob("*.patch"))))
FILE = "migration/migration.c"
# The changed lines that its runs pass through: the patch that adds the line, the one that takes it out.
CHANGED = {
    "migration_call_notifiers(ms, MIG_EVENT_PRECOPY_DONE, NULL);": {(0, 2)},
    "migration_call_notifiers(ms, MIG_EVENT_PRECOPY_FAILED, NULL);": {(0, 2)},
    "type = migration_has_failed(s) ? MIG_EVENT_PRECOPY_FAILED :": {(0, 3)},
    "migration_call_notifiers(s, type, NULL);": {(0, 3)},
    "if (!migration_has_failed(s)) {": {(3, 0)},
    "migration_call_notifiers(s, MIG_EVENT_PRECOPY_DONE, NULL);": {(3, 0)},
    "migration_call_notifiers(s, MIG_EVENT_PRECOPY_FAILED, NULL);": {(3, 0)},
}


def steps(report: Report) -> Iterator[tuple[int, Step]]:
    for finding in report.findings:
        for witness in (finding.witness, finding.witness_good):
            yield from ((witness.patch, step) for step in (witness.steps if witness else ()))
    for change in report.changes:
        for witness in (change.witness_before, change.witness_after):
            yield from ((witness.patch, step) for step in witness.steps)


def changed(report: Report) -> dict[str, set[tuple[int, int]]]:
    """The changed lines among the steps, and which patches changed them."""
    found: dict[str, set[tuple[int, int]]] = {}
    for stage, step in steps(report):
        line = report.source_line(stage, step.where)
        if line.put or line.taken:
            found.setdefault(line.text.strip(), set()).add((line.put, line.taken))
    return found


def test_from_patches_alone_changed_lines_are_told_apart_from_context() -> None:
    (report,) = analyse(Options(SERIES, search=False, cache=False))
    assert report.source == "built-in"
    assert changed(report) == CHANGED
    for stage, step in steps(report):
        line = report.source_line(stage, step.where)
        assert step.evidence is Evidence.DIFF or not (line.put or line.taken)
    context = {
        report.source_line(stage, step.where).text.strip()
        for stage, step in steps(report)
        if step.evidence is Evidence.DIFF
    }
    assert context - set(CHANGED)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lifecycle in C as a repository, with the series on top."""
    folder = repository(tmp_path_factory.mktemp("places") / "tree")
    shutil.copytree(REDUCED / "tree", folder, dirs_exist_ok=True)
    commit(folder, {FILE: "/* above all */\n\n" + (folder / FILE).read_text()})
    git(folder, "am", "-q", *SERIES)
    return folder


def blamed(tree: Path, *words: str) -> list[str]:
    """For each line of the file the commit that git names."""
    said = git(tree, "blame", "--porcelain", *words, "--", FILE)
    return re.findall(r"^([0-9a-f]{40}) \d+ \d+", said, re.MULTILINE)


@pytest.mark.parametrize("given", ["commits", "patches"])
def test_on_a_tree_git_blames_the_same_patches(tree: Path, given: str) -> None:
    commits = git(tree, "rev-list", "--reverse", "HEAD").split()
    base, *own = commits[-len(SERIES) - 1 :]
    if given == "commits":
        options = Options((f"{base}..HEAD",), repo=str(tree), cache=False)
    else:
        options = Options(SERIES, repo=str(tree), base=base, search=False, cache=False)
    (report,) = analyse(options)
    assert report.source == "tree"
    added, last = {}, {}
    for stage, name in enumerate([base, *own]):
        added[stage] = [own.index(one) + 1 if one in own else 0 for one in blamed(tree, name)]
        lived = blamed(tree, "--reverse", f"{name}..HEAD") if name != own[-1] else [name] * len(added[stage])
        last[stage] = [([base, *own].index(one) + 1) % (len(own) + 1) for one in lived]
    asked = 0
    for stage, step in steps(report):
        if step.where.path != FILE:
            continue
        line = report.source_line(stage, step.where)
        text = git(tree, "show", f"{[base, *own][stage]}:{FILE}").split("\n")
        assert line.text == text[step.where.line - 1]
        assert (line.put, line.taken) == (
            added[stage][step.where.line - 1],
            last[stage][step.where.line - 1],
        )
        asked += 1
    assert asked > 100
    assert changed(report) == CHANGED
