"""The program on a repository, as processes: nothing runs, nothing is written, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.sample import call
from tests.cli.test_end_to_end import DOMAIN, PROFILE, SERIES, start
from tests.cli.test_end_to_end import call as run
from tests.repositories import commit, every_byte, git, make_hostile, repository

PATCHES = SERIES[1:3]
SOURCE = {f"fwup/{path.name}": path.read_text() for path in (DOMAIN / "lifecycle").iterdir()}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "tree")
    commit(folder, {"README": "words\n"}, "before")
    commit(folder, SOURCE, "the source")
    return folder


def test_nothing_of_a_hostile_repository_runs_and_no_byte_changes(tree: Path) -> None:
    git(tree, "am", "-q", *map(str, PATCHES))
    git(tree, "branch", "topic")
    git(tree, "reset", "-q", "--hard", "HEAD~2")
    seen = make_hostile(tree)
    os.utime(tree / "fwup" / "update.c")
    before = every_byte(tree)
    for words in (PATCHES, ["topic"], ["HEAD..topic"]):
        done = run(*PROFILE, "--repo", tree, *words)
        assert (done.status, done.err) == (1, "")
        assert "on the source tree" in done.out
    assert run(*PROFILE, *PATCHES, cwd=tree).status == 1
    done = run("history", *PROFILE, "--repo", tree, "--no-cache", "topic")
    assert (done.status, done.err) == (0, "")
    assert "tell listeners of every failed update" in done.out
    assert every_byte(tree) == before
    assert not seen.exists()


def test_patches_on_a_repository_do_not_pay_for_what_commits_need(tree: Path) -> None:
    code = (
        "import sys, analyzer.__main__ as m\n"
        f"sys.argv = ['analyze-series', *{[*map(str, PROFILE), '--repo', str(tree), *map(str, PATCHES)]!r}]\n"
        "assert m.main() == 1\n"
        "assert 'git' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, cwd=tree.parent)


@pytest.mark.parametrize("pause", [0.05, 0.15, 0.3, 0.45, 0.6])
def test_a_killed_run_leaves_every_byte(tree: Path, pause: float) -> None:
    before = every_byte(tree)
    process = start(*PROFILE, "--repo", tree, *PATCHES)
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert every_byte(tree) == before


def test_a_wrong_base_is_status_3_and_names_file_and_hunk(tree: Path) -> None:
    commit(tree, {"fwup/update.c": "int nothing;\n"}, "wrong")
    before = every_byte(tree)
    err = run(*PROFILE, "--repo", tree, *PATCHES).incomplete()
    assert "patch 1, fwup/update.c, hunk 1" in err
    assert every_byte(tree) == before


def test_the_stages_before_a_patch_that_does_not_apply_are_judged(tree: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "0002-damaged.patch"
    damaged.write_text(PATCHES[1].read_text().replace("radio_parked", "radio_stopped"))
    done = run(*PROFILE, "--repo", tree, PATCHES[0], damaged)
    assert done.status == 1  # what patch 1 breaks comes before what could not be told
    assert "patch 2, fwup/update.c, hunk 1" in " ".join(done.out.split())
    assert "introduced by patch 1" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--repo", "nowhere"), "nowhere: is no folder"),
        (("--repo", "TREE", "--base", "nowhere"), "no commit 'nowhere'"),
        (("--repo", "TREE", "--base", "--upload-pack=x"), "no commit '--upload-pack=x'"),
        (("--repo", "TREE", "--no-repo"), "contradict"),
    ],
)
def test_bad_input_is_one_line(tree: Path, arguments: tuple[str, ...], said: str) -> None:
    words = [str(tree) if word == "TREE" else word for word in arguments]
    assert said in run(*PROFILE, *words, *PATCHES).refused()


def test_operands_that_are_neither_file_nor_commit_are_one_line(tree: Path) -> None:
    assert "no such commit or range" in run(*PROFILE, "--repo", tree, "nowhere..HEAD").refused()
    assert "there is no commit in it" in run(*PROFILE, "--repo", tree, "HEAD..HEAD").refused()
    assert "--repo" in run(*PROFILE, "nowhere..HEAD", cwd=tree.parent).refused()


def test_a_repository_is_left_aside_on_demand(tree: Path) -> None:
    done = run(*PROFILE, "--no-repo", *PATCHES, cwd=tree)
    assert "patches alone" in done.out


def test_repo_and_no_repo_contradict_each_other() -> None:
    assert "contradict" in call("--repo", ".", "--no-repo", "a.patch").err
