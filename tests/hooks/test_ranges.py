"""Which commits a push brings, told without analysing them; and that the hook's shell agrees."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from analyzer.hooks.install import CODE
from analyzer.hooks.ranges import Pushed, Update, pushed_lines, ranges, received_lines
from analyzer.model.unknown import InputError
from analyzer.snapshots.objects import Objects
from tests.hooks.world import World
from tests.repositories import commit, git

NONE, ONE, TWO = "0" * 40, "1" * 40, "2" * 64


@dataclass(frozen=True)
class Brought:
    """What Python finds, and whether the shell started it."""

    found: tuple[Pushed, ...]
    started: bool


def brought(world: World, ref: str, old: str = "") -> Brought:
    """What a push of `ref` over `old` brings to `origin`, which knows what it knows."""
    new = git(world.here, "rev-parse", ref)
    with Objects(world.here) as objects:
        found = ranges(objects, (Update("refs/heads/x", old, new),), ("--remotes=origin",), CODE)
    hook = world.here / ".git" / "hooks" / "pre-push"
    python = next(line for line in hook.read_text().splitlines() if line.startswith("python="))
    seen = world.folder / "asked"
    seen.unlink(missing_ok=True)
    stand_in = world.folder / "stand-in"
    stand_in.write_text(f'#!/bin/sh\ncat >> "{seen}"\n')
    stand_in.chmod(0o755)
    asking = world.folder / "asking"
    asking.write_text(hook.read_text().replace(python, f"python={stand_in}"))
    line = f"a name {new} refs/heads/x {old or NONE}"
    done = world.run("sh", "-c", f'echo "{line}" | sh {asking} origin there')
    assert (done.status, done.out, done.err) == (0, "", "")
    return Brought(found, seen.exists() and seen.read_text() == f"{line}\n")


def words(world: World, first: str, last: str) -> tuple[Pushed, ...]:
    ids = (git(world.here, "rev-parse", each) for each in (first, last))
    return (Pushed(("refs/heads/x",), "..".join(ids)),)


@pytest.fixture
def hooked(pushing: World) -> World:
    pushing.install()
    return pushing


def code(world: World, name: str, branch: str = "") -> str:
    if branch:
        git(world.here, "checkout", "-q", "-B", branch)
    return commit(world.here, {f"{name}.c": f"int {name};\n"}, name)


def test_a_branch_that_goes_on(hooked: World) -> None:
    old = hooked.head()
    code(hooked, "one")
    commit(hooked.here, {"README": "more\n"}, "words")
    assert brought(hooked, "main", old) == Brought(words(hooked, old, "main"), True)


def test_words_alone(hooked: World) -> None:
    old = hooked.head()
    commit(hooked.here, {"README": "more\n", "x.cc": "", "c": "", "x.c/README": ""}, "words")
    assert brought(hooked, "main", old) == brought(hooked, "main") == Brought((), False)


def test_code_that_comes_and_goes(hooked: World) -> None:
    old = hooked.head()
    code(hooked, "one")
    git(hooked.here, "rm", "-q", "one.c")
    git(hooked.here, "commit", "-q", "-m", "gone")
    assert brought(hooked, "main", old) == Brought(words(hooked, old, "main"), True)


def test_a_merge_is_what_it_changes_in_its_first_parent(hooked: World) -> None:
    old = hooked.head()
    code(hooked, "one", "topic")
    git(hooked.here, "checkout", "-q", "main")
    commit(hooked.here, {"README": "more\n"}, "words")
    git(hooked.here, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    assert brought(hooked, "main", old) == Brought(words(hooked, old, "main"), True)
    assert brought(hooked, "main") == Brought(words(hooked, old, "main"), True)


def test_a_merge_of_what_began_earlier_is_looked_at_from_where_the_branch_was(hooked: World) -> None:
    old = hooked.head()
    git(hooked.here, "checkout", "-q", "-b", "topic", "main~1")
    code(hooked, "one")
    git(hooked.here, "checkout", "-q", "main")
    git(hooked.here, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    assert brought(hooked, "main", old) == Brought(words(hooked, old, "main"), True)


def test_a_branch_that_takes_in_what_the_remote_has(hooked: World) -> None:
    code(hooked, "one", "topic")
    git(hooked.here, "push", "-q", "--no-verify", "origin", "topic")
    git(hooked.here, "branch", "other", "topic")
    git(hooked.here, "checkout", "-q", "main")
    old = hooked.head()
    git(hooked.here, "merge", "-q", "--ff-only", "topic")
    # The branch gets code that the remote has elsewhere; a new branch on it brings nothing.
    assert brought(hooked, "main", old) == Brought(words(hooked, old, "topic"), True)
    assert brought(hooked, "other") == Brought((), False)


def test_a_branch_that_was_written_anew(hooked: World) -> None:
    base = hooked.head()
    old = code(hooked, "one", "topic")
    git(hooked.here, "push", "-q", "--no-verify", "origin", "topic")
    git(hooked.here, "checkout", "-q", "main")
    code(hooked, "other")
    git(hooked.here, "push", "-q", "--no-verify", "origin", "main")
    git(hooked.here, "checkout", "-q", "-B", "topic", "main")
    code(hooked, "two")
    assert brought(hooked, "topic", old) == Brought(words(hooked, "main", "topic"), True)
    assert brought(hooked, "topic", ONE) == Brought(words(hooked, "main", "topic"), True)  # unknown here
    assert brought(hooked, base, old).found == ()


def test_tags(hooked: World) -> None:
    old = hooked.head()
    code(hooked, "one")
    git(hooked.here, "tag", "-a", "-m", "a tag", "v1")
    assert brought(hooked, "v1") == Brought(words(hooked, old, "main"), True)
    blob = git(hooked.here, "hash-object", "-w", "--stdin", feed="no commit\n")
    git(hooked.here, "tag", "-a", "-m", "of a file", "v2", blob)
    assert brought(hooked, "v2").found == ()


def test_what_begins_on_nothing(hooked: World) -> None:
    git(hooked.here, "checkout", "-q", "--orphan", "alone")
    (found,) = brought(hooked, code(hooked, "one")).found
    assert (found.words, found.refs) == ("", ("refs/heads/x",))
    assert "begins on" in found.why


def test_lines_are_read_as_git_writes_them() -> None:
    assert pushed_lines(f"a b {ONE} refs/heads/x {NONE}\n(delete) {NONE} refs/heads/y {TWO}\n") == (
        Update("refs/heads/x", "", ONE),
        Update("refs/heads/y", TWO, ""),
    )
    assert received_lines(f"{NONE} {ONE} refs/heads/x\n") == (Update("refs/heads/x", "", ONE),)
    assert pushed_lines("") == received_lines("") == ()


@pytest.mark.parametrize(
    "line", ["x", f"main {ONE} refs/heads/x", f"main --all refs/heads/x {ONE}", "a b c d"]
)
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(InputError, match="no line that git gives a hook"):
        pushed_lines(line)
