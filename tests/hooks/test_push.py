"""Real pushes between real repositories, with the hook that is asked before."""

from __future__ import annotations

import sys

import pytest

from analyzer.hooks import Settings, judge
from analyzer.model.level import Level
from analyzer.reports.style import Style
from tests.hooks.world import DOMAIN, LOST, PATCHES, SUPPRESSIONS, World
from tests.repositories import commit, git, write


def test_a_regression_is_refused_and_its_witness_is_shown(pushing: World) -> None:
    pushing.install()
    before = pushing.there_has()
    pushing.apply(*PATCHES)
    done = pushing.push()
    assert done.status == 1
    assert "analyze-series: pre-push: refs/heads/main: refused" in done.err
    assert "error: abort-before-radio: out of order (introduced by patch 2)" in done.err
    for step in ("slot_verify(u) < 0: yes  [fwup/update.c:", "+  ", "radio_resume()  [fwup/update.c:37"):
        assert step in done.err
    assert "git push --no-verify" in done.err
    assert f"analyze-series --profile {DOMAIN / 'profile.toml'} {before}..{pushing.head()}\n" in done.err
    assert "failure-is-told" not in done.err  # a warning stops nothing
    assert pushing.there_has() == before


def test_no_verify_lets_it_through(pushing: World) -> None:
    pushing.install()
    pushing.apply(*PATCHES)
    assert pushing.push("--no-verify", "origin", "main").status == 0
    assert pushing.there_has() == pushing.head()


def test_a_suppression_with_a_reason_lets_it_through_from_the_next_push_on(pushing: World) -> None:
    pushing.install()
    commit(pushing.here, {".analyze-series.toml": SUPPRESSIONS}, "live with it")
    told = pushing.head()
    pushing.apply(PATCHES[0])
    # The commits that are pushed have no say in how they are judged.
    assert LOST in pushing.push().err
    assert pushing.push("origin", f"{told}:main").status == 0
    done = pushing.push()
    assert (done.status, "analyze-series" in done.err) == (0, False)
    assert pushing.there_has() == pushing.head()


def test_what_is_advised_to_live_with_a_finding_works(pushing: World) -> None:
    pushing.install("--fail-on", "warning")
    pushing.apply(*PATCHES)
    refused = pushing.push().err
    told, _, entries = refused.partition(
        "to live with it, put this, with your reason, into .analyze-series.toml"
    )
    assert LOST in told and told.count("[[suppress]]") == 0
    lines = [line.strip() for line in entries.splitlines() if line.startswith("    ")]
    assert lines.count("[[suppress]]") == 2  # one for each rule
    git(pushing.here, "reset", "-q", "--hard", "HEAD~2")
    commit(pushing.here, {".analyze-series.toml": "\n".join(lines).replace("...", "known")}, "live with it")
    assert pushing.push().status == 0
    pushing.apply(*PATCHES)
    assert (pushing.push().status, pushing.there_has()) == (0, pushing.head())


def test_many_findings_do_not_flood_the_terminal(pushing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gravest with its path, the others with a line each."""
    monkeypatch.setattr(judge, "MOST_IN_FULL", 1)
    base = pushing.head()
    pushing.apply(*PATCHES)
    settings = Settings(str(DOMAIN / "profile.toml"), Level.WARNING)
    style, quiet = Style(False, 100), lambda _: None
    found = judge.judged((f"{base}..main",), str(pushing.here), None, settings, style, quiet)
    assert found.stops.count("path, -") == 1 == found.stops.count("error: abort-before-radio")
    *_, rest = found.stops.split("\n\n")
    assert rest.startswith(f"warning: {LOST} (a window: opened by patch 1") and "path" not in rest
    assert found.rules == ("abort-before-radio", "failure-is-told")


def test_a_push_without_code_starts_no_python_and_asks_git_twice(pushing: World) -> None:
    pushing.install()
    commit(pushing.here, {"README": "more words\n", "docs/c.txt": "*.c\n"}, "words")
    git(pushing.here, "tag", "-a", "-m", "a tag", "v1")
    git(pushing.here, "branch", "other")
    trace = pushing.folder / "trace"
    done = pushing.push("origin", "main", "other", "v1", GIT_TRACE2_EVENT=str(trace))
    assert done.status == 0
    assert (pushing.there_has(), pushing.there_has("other")) == (pushing.head(),) * 2
    assert pushing.starts_of_python() == []
    assert pushing.asked_of_git(trace) == ["rev-list", "diff-tree"]


def test_a_push_with_code_starts_it(pushing: World) -> None:
    pushing.install()
    commit(pushing.here, {"fwup/fwup.h": "/* more */\n", "README": "more\n"}, "words on code")
    pushing.push()
    assert any("-m analyzer hook run pre-push" in start for start in pushing.starts_of_python())


def test_a_new_branch_is_compared_with_what_the_remote_has(pushing: World) -> None:
    pushing.install()
    pushing.apply(PATCHES[0])
    pushing.push("--no-verify", "origin", "main")
    pushing.apply(PATCHES[1])
    address = str(pushing.there)  # which no remote has as its name
    done = pushing.push(address, "HEAD:refs/heads/topic")
    # On top of what is there, the second patch is the first of its series.
    assert "error: abort-before-radio: out of order (introduced by patch 1)" in done.err
    assert pushing.there_has("topic") == ""
    # Nothing new to tell of commits that are there.
    assert pushing.push(address, "HEAD~1:refs/heads/topic").status == 0
    assert not any(LOST in line for line in done.err.splitlines())


def test_deletions_pass(pushing: World) -> None:
    git(pushing.here, "push", "-q", "origin", "main:topic")
    pushing.install()
    assert pushing.push("origin", ":topic").status == 0
    assert pushing.starts_of_python() == []


def test_the_first_push_to_an_empty_remote_passes_and_says_why(pushing: World) -> None:
    git(pushing.folder, "init", "-q", "--bare", "empty.git")
    git(pushing.here, "remote", "add", "empty", str(pushing.folder / "empty.git"))
    pushing.install()
    pushing.apply(*PATCHES)
    done = pushing.push("empty", "main")
    assert done.status == 0
    assert "refs/heads/main: nothing that it begins on is known to be there: not looked at" in done.err


def test_only_the_refs_that_break_something_are_named(pushing: World) -> None:
    pushing.install()
    git(pushing.here, "branch", "fine")
    pushing.apply(*PATCHES)
    done = pushing.push("origin", "main:one", "main:two", "fine")
    assert "refs/heads/one, refs/heads/two: refused" in done.err
    assert done.err.count("error: abort-before-radio") == 1
    assert "fine: refused" not in done.err


def test_what_cannot_be_told_passes_with_a_word_unless_asked_otherwise(pushing: World) -> None:
    pushing.install()
    base = pushing.head()
    text = (pushing.here / "fwup/update.c").read_text()
    commit(pushing.here, {"fwup/update.c": text + "\nstatic int broken(void) { fwup_tell( } }\n"}, "broken")
    pushing.install("--incomplete", "refuse")
    done = pushing.push()
    refused = done.status
    pushing.install()
    passed = pushing.push()
    assert (refused, passed.status) == (1, 0), done.err
    assert "could not tell" in done.err and "could not tell" in passed.err
    assert pushing.there_has() != base


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("/nowhere/python", "the program is gone (/nowhere/python): run analyze-series hook install again"),
        ("/bin/false", "it could not be judged (status 1)"),  # as Python ends that has no such module
    ],
)
@pytest.mark.parametrize("strict", [False, True], ids=["pass", "refuse"])
def test_a_program_that_does_not_start_lets_pass_with_a_word_unless_asked_otherwise(
    pushing: World, python: str, said: str, strict: bool
) -> None:
    pushing.install(*(("--incomplete", "refuse") if strict else ()))
    hook = pushing.here / ".git" / "hooks" / "pre-push"
    hook.write_text(hook.read_text().replace(f"python={sys.executable}", f"python={python}"))
    (pushing.folder / "shims" / "analyze-series").unlink()
    pushing.apply(*PATCHES)
    done = pushing.push()
    assert done.status == (1 if strict else 0)
    outcome = "refused (--incomplete refuse)" if strict else "let through"
    assert f"analyze-series: pre-push: {said}; {outcome}\n" in done.err


def test_what_git_gives_other_hooks_is_not_taken_for_the_repository_s(pushing: World) -> None:
    pushing.install()
    pushing.apply(*PATCHES)
    second = pushing.folder / "second"
    git(pushing.here, "worktree", "add", "-q", str(second), "HEAD", "-b", "second")
    write(second, {"README": "changed\n"})
    given = {"GIT_INDEX_FILE": str(pushing.folder / "nowhere"), "GIT_LITERAL_PATHSPECS": "1"}
    done = pushing.run("git", "push", "origin", "second", cwd=second, **given)
    assert "introduced by patch 2" in done.err
    folder = pushing.here / ".git"
    done = pushing.run("git", f"--git-dir={folder}", "push", "origin", "second", cwd=pushing.folder)
    assert "introduced by patch 2" in done.err
