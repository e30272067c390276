"""Hooks are put where git looks for them, and nothing of anybody else's is touched."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest

from tests.hooks.world import DOMAIN, PATCHES, World
from tests.repositories import commit, every_byte, git

FOREIGN = "#!/bin/sh\necho mine\n"


def hook(world: World, name: str = "pre-push") -> Path:
    return world.here / ".git" / "hooks" / name


def test_a_hook_comes_goes_and_is_told_of(pushing: World) -> None:
    before = every_byte(pushing.here)
    assert "pre-push: not installed" in pushing.hook("status").out
    assert pushing.install().out == f"{hook(pushing)}: installed\n"
    assert stat.S_IMODE(hook(pushing).stat().st_mode) & 0o500 == 0o500
    status = pushing.hook("status").out
    assert f"pre-push: installed, with --profile {DOMAIN / 'profile.toml'} ({hook(pushing)})" in status
    assert "pre-receive: not installed" in status
    assert pushing.hook("uninstall").out == f"{hook(pushing)}: removed\n"
    assert pushing.hook("uninstall").out == "no hook of analyze-series is there\n"
    assert every_byte(pushing.here) == before


def test_installing_twice_changes_nothing_and_other_settings_write_it_anew(pushing: World) -> None:
    pushing.install()
    before = every_byte(pushing.here)
    assert pushing.install().out == f"{hook(pushing)}: is there already\n"
    assert every_byte(pushing.here) == before
    assert pushing.install("--fail-on", "warning").out == f"{hook(pushing)}: written anew\n"
    assert "--fail-on warning" in pushing.hook("status", "pre-push").out


@pytest.mark.parametrize("kind", ["script", "link", "folder", "changed"])
def test_what_somebody_else_wrote_is_never_touched(pushing: World, kind: str) -> None:
    hook(pushing).parent.mkdir(exist_ok=True)
    if kind == "script":
        hook(pushing).write_text(FOREIGN)
    elif kind == "link":
        hook(pushing).symlink_to(pushing.folder / "nowhere")
    elif kind == "folder":
        hook(pushing).mkdir()
    else:
        pushing.install()
        hook(pushing).write_text(hook(pushing).read_text() + "echo mine\n")
    before = every_byte(pushing.here)
    done = pushing.hook("install")
    assert (done.status, done.err) == (1, "")
    assert "it is left alone" in done.out
    assert "analyze-series hook install --beside pre-push" in done.out
    assert "another hook is there" in pushing.hook("status").out
    pushing.hook("uninstall")
    assert "left alone" in pushing.hook("uninstall", "pre-push").out
    assert every_byte(pushing.here) == before


def test_a_hook_that_comes_while_ours_is_written_stays(
    pushing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tempfile.mkstemp

    def meanwhile(**options: str) -> tuple[int, str]:
        hook(pushing).write_text(FOREIGN)
        return made(**options)

    hook(pushing).parent.mkdir(exist_ok=True)
    monkeypatch.setattr(tempfile, "mkstemp", meanwhile)
    done = pushing.hook("install")
    assert done.status == 2 and "somebody has just put a hook there: look at it, and try again" in done.err
    assert [path.name for path in hook(pushing).parent.glob(".pre-push*")] == []
    assert hook(pushing).read_text() == FOREIGN


def test_another_hook_can_call_ours_as_the_program_says(pushing: World) -> None:
    done = pushing.install("--beside")
    said = [line.strip() for line in done.out.splitlines() if line.startswith("    ")]
    hook(pushing).write_text("\n".join(["#!/bin/sh", *said, 'echo mine: "$lines"', ""]))
    hook(pushing).chmod(0o755)
    assert "installed for another hook to call" in pushing.hook("status").out
    pushing.apply(*PATCHES)
    refused = pushing.push()
    assert "introduced by patch 2" in refused.err and "mine:" not in refused.out + refused.err
    passed = pushing.push("origin", "HEAD~2:refs/heads/topic")
    assert passed.status == 0 and "mine: " in passed.out + passed.err
    pushing.hook("uninstall")
    assert [path.name for path in hook(pushing).parent.iterdir() if "series" in path.name] == []


@pytest.mark.parametrize("named", ["hooks here", "FULL"])
def test_core_hooks_path_is_heeded(pushing: World, named: str) -> None:
    folder = pushing.here / "hooks here" if named != "FULL" else pushing.folder / "full"
    git(pushing.here, "config", "core.hooksPath", named if named != "FULL" else str(folder))
    (pushing.here / "sub").mkdir()
    done = pushing.install(cwd=pushing.here / "sub")
    assert str(folder / "pre-push") in done.out and "core.hooksPath" in done.out
    assert (folder / "pre-push").is_file() and not hook(pushing).exists()
    commit(pushing.here, {"other.c": "int other;\n"}, "code of no concern")
    assert pushing.push().status == 0
    assert pushing.starts_of_python() != []


def test_hooks_that_all_repositories_share_are_said_to_be_so(pushing: World) -> None:
    config = pushing.folder / "gitconfig"
    git(pushing.here, "config", "--file", str(config), "core.hooksPath", str(pushing.folder / "all"))
    done = pushing.run("analyze-series", "-m", "analyzer", "hook", "install", GIT_CONFIG_GLOBAL=str(config))
    assert "core.hooksPath of the global configuration" in done.out
    assert (pushing.folder / "all" / "pre-push").is_file()


def test_worktrees_and_bare_repositories(pushing: World) -> None:
    git(pushing.here, "worktree", "add", "-q", str(pushing.folder / "second"), "-b", "second")
    assert str(hook(pushing)) in pushing.install(cwd=pushing.folder / "second").out
    done = pushing.install("pre-receive", "pre-push", "--repo", pushing.there)
    assert done.out.count(f"{pushing.there / 'hooks'}/pre-") == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("install", "post-merge"), "no hook post-merge; known are: pre-push"),
        (("install", "--repo", "/"), "not inside a git repository"),
        (("install", "--profile", "two\nlines"), "rename it"),
        (("polish",), "say one of install, uninstall, status, run"),
        (("run",), "say one of pre-push"),
        (("run", "post-merge"), "say one of pre-push"),
    ],
)
def test_bad_input_is_one_line(pushing: World, words: tuple[str, ...], said: str) -> None:
    before = every_byte(pushing.here)
    done = pushing.hook(*words)
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1 and said in done.err
    assert every_byte(pushing.here) == before


def test_a_profile_that_is_not_there_is_refused_when_installing(pushing: World) -> None:
    done = pushing.hook("install", "--profile", "nowhere.toml")
    assert done.status == 2 and "nowhere" in done.err
    assert not hook(pushing).exists()
