"""The pre-commit framework runs the hook of this checkout as it would that of a release."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from tests.hooks.world import DOMAIN, PATCHES, ROOT, World
from tests.repositories import commit, git, repository

REDUCED = ROOT / "fixtures" / "qemu-reduced"


def as_framework(world: World, **environ: str) -> tuple[int, str]:
    done = world.run(
        sys.executable, "-m", "analyzer", "hook", "run", "pre-commit",
        "--profile", DOMAIN / "profile.toml", PYTHONPATH=str(ROOT), **environ,
    )  # fmt: skip
    assert done.out == ""
    return done.status, done.err


def test_what_the_framework_hands_on_is_judged_as_a_push(pushing: World) -> None:
    base = pushing.head()
    pushing.apply(*PATCHES)
    status, err = as_framework(
        pushing,
        PRE_COMMIT_FROM_REF=base,
        PRE_COMMIT_TO_REF=pushing.head(),
        PRE_COMMIT_REMOTE_NAME="origin",
        PRE_COMMIT_REMOTE_BRANCH="refs/heads/main",
    )
    assert (status, "introduced by patch 2" in err) == (10, True)
    assert "pre-commit: refs/heads/main: refused" in err
    status, err = as_framework(pushing, PRE_COMMIT_FROM_REF="main~2", PRE_COMMIT_TO_REF="main~2")
    assert (status, err) == (0, "")


def test_without_a_range_nothing_is_looked_at_and_that_is_said(pushing: World) -> None:
    status, err = as_framework(pushing)
    assert (status, err.count("\n")) == (0, 1)
    assert "not looked at" in err


@pytest.mark.slow
def test_pre_commit_try_repo(tmp_path: Path) -> None:
    if importlib.util.find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed (pip install -e .[dev])")
    if not (ROOT / ".git").exists():
        pytest.skip("this checkout is no repository, which pre-commit needs")
    tree = repository(tmp_path / "tree")
    world = World(tmp_path, tree, tree)
    files = {
        str(path.relative_to(REDUCED / "tree")): path.read_bytes()
        for path in (REDUCED / "tree").rglob("*")
        if path.is_file()
    }
    commit(tree, files, "the source")
    git(tree, "am", "-q", *map(str, sorted((REDUCED / "series").glob("*.patch"))))
    tool = (
        sys.executable,
        "-m",
        "pre_commit",
        "try-repo",
        ROOT,
        "analyze-series",
        "--hook-stage",
        "pre-push",
    )
    own = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "HOME": str(Path.home()), "PYTHONPATH": ""}
    own |= {name: os.environ[name] for name in ("XDG_CACHE_HOME",) if name in os.environ}
    done = world.run(*tool, "--from-ref", "main~3", "--to-ref", "main", **own)
    if "An unexpected error has occurred" in done.out and "pip" in done.out:
        pytest.skip("pre-commit could not install this checkout: " + done.out.strip().splitlines()[-1])
    assert done.status == 1, done
    assert "introduced by patch 3" in done.out
    assert "exit code: 10" in done.out
