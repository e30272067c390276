"""A server that looks at a push before it takes it; the objects are in quarantine then."""

from __future__ import annotations

from tests.hooks.world import PATCHES, SUPPRESSIONS, World
from tests.repositories import commit, every_byte, git


def test_a_push_with_a_regression_is_not_taken_and_leaves_no_byte(pushing: World) -> None:
    pushing.install("pre-receive", "--repo", pushing.there)
    before = every_byte(pushing.there)
    pushing.apply(*PATCHES)
    done = pushing.push("--no-verify", "origin", "main", "main:topic")
    assert done.status == 1
    assert "remote: analyze-series: pre-receive: refs/heads/main, refs/heads/topic: refused" in done.err
    assert "error: abort-before-radio: out of order (introduced by patch 2)" in done.err
    assert "radio_resume()  [fwup/update.c:37" in done.err
    assert every_byte(pushing.there) == before


def test_a_suppression_that_is_there_lets_it_be_taken(pushing: World) -> None:
    pushing.install("pre-receive", "--fail-on", "warning", "--repo", pushing.there)
    commit(pushing.here, {".analyze-series.toml": SUPPRESSIONS}, "live with it")
    assert pushing.push().status == 0
    assert pushing.starts_of_python() == []
    pushing.apply(PATCHES[0])
    assert pushing.push().status == 0
    assert pushing.there_has() == pushing.head()


def test_the_first_push_and_deletions_are_taken(pushing: World) -> None:
    git(pushing.folder, "init", "-q", "--bare", "empty.git")
    pushing.install("pre-receive", "--repo", pushing.folder / "empty.git")
    pushing.apply(*PATCHES)
    done = pushing.push(str(pushing.folder / "empty.git"), "main", "main:topic")
    assert done.status == 0
    assert "nothing that it begins on is known to be there" in done.err
    assert pushing.push(str(pushing.folder / "empty.git"), ":topic").status == 0
