"""The command's part of the pipeline: the subscribers of a commit of a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.model.unknown import InputError
from analyzer.pipeline.subscribers import list_subscribers
from analyzer.reports.subscribers import LISTINGS
from tests.repositories import commit, every_byte, git, make_hostile, repository, write

PROFILE = """
title = "Bus"
follows = "bus 1"
[[event]]
call = "bus_tell"
argument = 1
names = { BUS_UP = "UP", BUS_DOWN = "DOWN" }
[[register]]
call = "bus_add"
handler = 1
event = 1
event_member = "type"
"""
FAN = """\
static int fan_told(N *n, BusEvent *e) { if (e->type == %s) { fan(n); } return 0; }
void fan_init(N *n) { bus_add(n, fan_told); }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "profile.toml").write_text(PROFILE, encoding="utf-8")
    commit(repository(tmp_path / "tree"), {"dev/fan.c": FAN % "BUS_UP", "notes.md": "bus_add(n, nobody)"})
    return tmp_path


def events(
    folder: Path, revision: str = "HEAD", name: str = "tree", cache: bool = False
) -> list[tuple[str, ...]]:
    (found,) = list_subscribers(str(folder / name), revision, str(folder), cache=cache)
    return [one.events for one in found.subscribers]


def test_the_commit_that_is_asked_for_counts(folder: Path) -> None:
    commit(folder / "tree", {"dev/fan.c": FAN % "BUS_DOWN"})
    assert events(folder) == [("DOWN",)]
    assert events(folder, "HEAD~1") == [("UP",)]
    (found,) = list_subscribers(str(folder / "tree" / "dev"), "main~1", str(folder))
    assert found.commit == git(folder / "tree", "rev-parse", "main~1")


def test_what_is_not_committed_does_not_count(folder: Path) -> None:
    write(folder / "tree", {"dev/fan.c": FAN % "BUS_DOWN", "dev/new.c": FAN % "BUS_DOWN"})
    git(folder / "tree", "add", "dev/new.c")
    assert events(folder) == [("UP",)]
    (folder / "tree" / "dev" / "fan.c").unlink()
    assert events(folder) == [("UP",)]


def test_a_bare_repository_will_do(folder: Path) -> None:
    git(folder, "clone", "-q", "--bare", "tree", "bare")
    assert events(folder, name="bare") == [("UP",)]


def test_what_is_remembered_gives_the_same_answer(folder: Path) -> None:
    assert events(folder, cache=True) == events(folder, cache=True) == [("UP",)]
    commit(folder / "tree", {"dev/fan.c": FAN % "BUS_DOWN"})
    assert events(folder, cache=True) == [("DOWN",)]
    assert (folder / "cache").is_dir()


def test_without_the_cache_nothing_is_kept(folder: Path) -> None:
    assert events(folder) == [("UP",)]
    assert not (folder / "cache").exists()


def test_the_repository_stays_as_it_was(folder: Path) -> None:
    seen = make_hostile(folder / "tree")
    before = every_byte(folder / "tree")
    assert events(folder) == [("UP",)]
    assert every_byte(folder / "tree") == before
    assert not seen.exists()


@pytest.mark.parametrize(
    ("repo", "revision", "why"),
    [
        ("nowhere", "HEAD", "is no folder"),
        (".", "HEAD", "is not inside a git repository"),
        ("tree", "no-such-tag", "no commit 'no-such-tag' is there"),
        ("tree", "HEAD:notes.md", "no commit"),
        ("tree", "-n", "no commit"),
    ],
)
def test_input_that_cannot_be_read_is_refused_in_one_line(
    folder: Path, repo: str, revision: str, why: str
) -> None:
    with pytest.raises(InputError) as raised:
        list_subscribers(str(folder / repo), revision, str(folder))
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_tree_without_a_registration_is_said_to_have_none(folder: Path) -> None:
    commit(folder / "tree", {"dev/fan.c": "int fan;\n"})
    with pytest.raises(InputError, match="HEAD has no registration that"):
        events(folder)
    with pytest.raises(InputError, match="linux-pm or qemu-migration"):
        list_subscribers(str(folder / "tree"), "HEAD", None)


def test_a_profile_without_registrations_is_refused(folder: Path) -> None:
    (folder / "profile.toml").write_text(PROFILE.partition("[[register]]")[0], encoding="utf-8")
    with pytest.raises(InputError, match=r"has no \[\[register\]\]"):
        events(folder)


def test_names_from_strangers_cannot_act_on_a_terminal(folder: Path) -> None:
    commit(folder / "tree", {"dev/fan.c": None, "dev/\x1b[2J|<b>.c": FAN % "BUS_UP"})
    found = list_subscribers(str(folder / "tree"), "HEAD", str(folder))
    for listing in LISTINGS.values():
        assert "\x1b" not in listing(found, 80)
    rows = LISTINGS["org"](found, 80).splitlines()
    assert all(row.count("|") == rows[1].count("|") for row in rows if row.startswith("| "))
