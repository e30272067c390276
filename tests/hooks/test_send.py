"""Mails that git hands to the hook one at a time: all are looked at together, before the first is sent."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from analyzer.hooks.base import base_of_mails
from analyzer.snapshots.objects import Objects
from tests.hooks.world import COVER, DOMAIN, PATCHES, ROOT, Done, World
from tests.repositories import commit, every_byte, git

MAILS = (COVER, *PATCHES)
SEND = ("git", "send-email", "--dry-run", "--quiet", "--from=a@b.example", "--to=list@b.example",
        "--confirm=never", "--suppress-cc=all")  # fmt: skip


ON_THE_TREE = "rests on:  the source tree"


def kept(world: World) -> list[str]:
    folder = world.here / ".git" / "analyze-series"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []


def asked(
    world: World, mails: Sequence[Path], *, counted: bool = True, more: Sequence[str] = ()
) -> list[Done]:
    """What the hook answers to each mail, until it refuses; asked by one process group, as git does."""
    words = ["--profile", str(DOMAIN / "profile.toml"), *more]
    lines = []
    for number, mail in enumerate(mails, 1):
        count = (
            f"GIT_SENDEMAIL_FILE_COUNTER={number} GIT_SENDEMAIL_FILE_TOTAL={len(mails)}" if counted else ""
        )
        lines.append(f'{count} "$@" "{mail}"; echo "status $?" >&2')
    script = "\n".join(lines)
    program = (sys.executable, "-m", "analyzer", "hook", "run", "sendemail-validate", *words, "--")
    done = subprocess.run(
        ["sh", "-c", script, "sh", *program],
        cwd=world.here,
        env={**world.environment(), "PYTHONPATH": str(ROOT), "GIT_DIR": str(world.here / ".git")},
        capture_output=True,
        text=True,
        process_group=0,
        timeout=110,
    )
    texts = done.stderr.split("status ")
    statuses = [int(text.split("\n", 1)[0]) for text in texts[1:]]
    said = [texts[0], *(text.split("\n", 1)[1] for text in texts[1:-1])]
    return [Done(status, "", text) for status, text in zip(statuses, said, strict=True)]


@pytest.mark.parametrize("counted", [True, False], ids=["counted by git", "counted by their subjects"])
def test_a_series_is_looked_at_when_its_last_mail_is_there(pushing: World, counted: bool) -> None:
    before = every_byte(pushing.here)
    answers = asked(pushing, MAILS, counted=counted)
    assert [answer.status for answer in answers] == [0, 0, 10]
    assert [answer.err for answer in answers[:2]] == ["", ""]
    assert "sendemail-validate: 3 mails: refused" in answers[2].err
    assert "error: abort-before-radio: out of order (introduced by patch 2)" in answers[2].err
    assert "--no-validate" in answers[2].err
    assert every_byte(pushing.here) == before


def test_the_base_is_found_wherever_people_send_from(pushing: World, tmp_path: Path) -> None:
    base = pushing.head()
    git(pushing.here, "checkout", "-q", "-b", "topic", "--track", "origin/main")
    pushing.apply(*PATCHES)
    out = tmp_path / "out"
    made = git(pushing.here, "format-patch", "-o", str(out), "main").splitlines()
    git(pushing.here, "config", "format.useAutoBase", "true")
    named = git(pushing.here, "format-patch", "-o", str(tmp_path / "named"), "main").splitlines()

    def found(mails: list[str]) -> str | None:
        with Objects(pushing.here) as objects:
            return base_of_mails(objects, mails)

    assert found(made) == base  # on a branch that has them
    commit(pushing.here, {"README": "more\n"}, "more")
    assert found(made) == base  # and more
    git(pushing.here, "branch", "--unset-upstream")
    assert found(made) is None
    assert found(named) == base
    git(pushing.here, "checkout", "-q", "main")
    assert found(made) == base
    *_, last = asked(pushing, list(map(Path, made)))
    assert ON_THE_TREE in last.err


def test_patches_of_another_base_are_looked_at_alone(pushing: World) -> None:
    commit(pushing.here, {"fwup/update.c": "/* moved on */\n"}, "moved on")
    *_, last = asked(pushing, PATCHES)
    assert last.status == 10
    assert "the built-in lifecycle" in last.err


def test_a_letter_without_a_patch_passes_in_silence(pushing: World, tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("From: a@b.example\nSubject: A question\n\nWhy?\n")
    assert asked(pushing, [letter]) == [Done(0, "", "")]
    assert kept(pushing) == []


def test_what_is_kept_is_private_and_an_interrupted_sending_is_forgotten(pushing: World) -> None:
    assert [answer.status for answer in asked(pushing, MAILS[:2], counted=False)] == [0, 0]
    folder = pushing.here / ".git" / "analyze-series"
    (group,) = (folder / "send").iterdir()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (group, *group.iterdir())} == {0o700}
    assert [path.name for path in sorted(group.iterdir())] == ["0-2", "1-2"]
    # Its group is gone; what it left does not count, and goes.
    *_, last = asked(pushing, MAILS)
    assert "introduced by patch 2" in last.err
    assert kept(pushing) == []


def test_a_group_that_begins_again_begins_anew(pushing: World) -> None:
    answers = asked(pushing, (MAILS[0], MAILS[1], *MAILS), counted=False)
    assert [answer.status for answer in answers] == [0, 0, 0, 0, 10]
    assert "3 mails" in answers[-1].err


def test_mails_that_were_not_seen_are_said(pushing: World) -> None:
    script = pushing.run(
        sys.executable, "-m", "analyzer", "hook", "run", "sendemail-validate", PATCHES[1],
        GIT_SENDEMAIL_FILE_COUNTER="2", GIT_SENDEMAIL_FILE_TOTAL="2",
    )  # fmt: skip
    assert script.status == 2  # which the hook takes for what could not be judged
    assert "of 2 mails only 1 were seen" in script.err
    assert kept(pushing) == []


def test_git_send_email_is_stopped_and_goes_on_as_it_should(pushing: World) -> None:
    if not (Path(git(ROOT, "--exec-path")) / "git-send-email").exists():
        pytest.skip("git send-email is not installed (Debian: git-email)")
    pushing.install("sendemail-validate")
    mails = [str(mail) for mail in MAILS]
    done = pushing.run(*SEND, *mails)
    assert done.status != 0 and "introduced by patch 2" in done.err and "no patches were sent" in done.err
    assert kept(pushing) == []
    assert pushing.run(*SEND, "--no-validate", *mails).status == 0
    done = pushing.run(*SEND, *mails[:2])
    assert done.status == 0, done
    # From a branch that has them, as git makes the mails.
    pushing.apply(*PATCHES)
    done = pushing.run(*SEND, "-2")
    assert "introduced by patch 2" in done.err and ON_THE_TREE in done.err
