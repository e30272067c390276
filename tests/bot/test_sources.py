"""Where mails arrive: a maildir, an mbox that grows, a public-inbox archive. All are only read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.bot import archive, maildir, spool
from analyzer.bot.archive import epochs
from analyzer.model.unknown import InputError
from tests.bot.mails import Box, box, chatter, series
from tests.repositories import IDENTITY, every_byte, git, make_hostile, repository

TARGET = "<fw-1-2@radio.example>"
SMALL = 1_000_000


def envelope(raw: bytes) -> bytes:
    return b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + raw.replace(b"\nFrom ", b"\n>From ") + b"\n"


def targets(made: Box) -> list[str]:
    return [str(draft["In-Reply-To"]) for draft in made.drafts]


# A maildir


def test_a_maildir_is_only_read(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(series() + chatter(5, 1))
    before = every_byte(tmp_path / "mails")
    made.look()
    assert every_byte(tmp_path / "mails") == before and targets(made) == [TARGET]


def test_a_mail_that_is_moved_and_flagged_is_not_read_again(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "cur").mkdir()
    (tmp_path / "new" / "1.host").write_bytes(b"Subject: a\n\nb\n")
    (first,) = maildir.arrivals(tmp_path, set(), SMALL)
    (tmp_path / "new" / "1.host").rename(tmp_path / "cur" / "1.host:2,S")
    assert list(maildir.arrivals(tmp_path, {first.name}, SMALL)) == []


def test_links_pipes_and_large_files_are_left_aside(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "link").symlink_to("/etc/passwd")
    subprocess.run(["mkfifo", str(tmp_path / "new" / "pipe")], check=True)
    (tmp_path / "new" / "large").write_bytes(b"x" * 101)
    found = {arrival.name: arrival for arrival in maildir.arrivals(tmp_path, set(), 100)}
    assert {name: arrival.raw for name, arrival in found.items()} == {
        "link": None,
        "pipe": None,
        "large": None,
    }
    assert found["large"].why == "is larger than 100 bytes"


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no maildir: name a folder"):
        list(maildir.arrivals(tmp_path, set(), SMALL))


# An mbox


def mbox_box(folder: Path) -> Box:
    return box(folder, source='kind = "mbox"\npath = "spool"')


def test_an_mbox_is_read_as_it_grows(tmp_path: Path) -> None:
    made = mbox_box(tmp_path)
    made.look()  # a spool that is not there yet is empty
    cover, first, second = series()
    with (tmp_path / "spool").open("ab") as stream:
        for raw in [*chatter(3, 1), second, cover]:
            stream.write(envelope(raw))
    made.look()
    assert targets(made) == []
    with (tmp_path / "spool").open("ab") as stream:
        for raw in [first, *chatter(2, 2)]:
            stream.write(envelope(raw))
    made.look()
    made.look()
    assert targets(made) == [TARGET]


@pytest.mark.parametrize("written", [20, 100])
def test_a_mail_that_was_half_delivered_is_read_whole_later(tmp_path: Path, written: int) -> None:
    made = mbox_box(tmp_path)
    cover, first, second = (envelope(raw) for raw in series())
    (tmp_path / "spool").write_bytes(first + cover + second[:written])
    made.look(judging=lambda task: pytest.fail("a half mail was judged"))
    (tmp_path / "spool").write_bytes(first + cover + second)
    made.look()
    assert targets(made) == [TARGET]


def arrived(path: Path, place: str) -> tuple[list[bytes], str]:
    found = list(spool.arrivals(path, place, SMALL))
    return [(one.raw or b"").split(b"\n")[0] for one in found], found[-1].place if found else place


def test_only_what_is_new_is_read_and_all_of_it_if_the_file_is_another_one(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    one, two, three = (envelope(b"Subject: %d\n\ntext\n" % at) for at in (1, 2, 3))
    path.write_bytes(one + two)
    told, place = arrived(path, "")
    assert told == [b"Subject: 1", b"Subject: 2"]
    assert arrived(path, place) == ([], place)
    path.write_bytes(one + two + three)
    told, place = arrived(path, place)
    assert told == [b"Subject: 3"]
    path.write_bytes(three)
    assert arrived(path, place)[0] == [b"Subject: 3"]
    path.write_bytes(b"")
    assert arrived(path, place)[0] == []


def test_the_last_mail_is_read_again_if_it_has_grown(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    path.write_bytes(envelope(b"Subject: 1\n\na\n") + envelope(b"Subject: 2\n\nb\n"))
    _, place = arrived(path, "")
    with path.open("ab") as stream:
        stream.write(b"more\n")
    (again,) = spool.arrivals(path, place, SMALL)
    assert again.grown and again.raw == b"Subject: 2\n\nb\n\nmore\n"
    assert arrived(path, again.place)[0] == []


def test_a_spool_that_somebody_writes_is_left_for_the_next_look(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    path.write_bytes(envelope(b"Subject: 1\n\na\n"))
    program = (
        "import fcntl,sys; f=open(sys.argv[1],'r+b'); fcntl.lockf(f,fcntl.LOCK_EX); print('x',flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert list(spool.arrivals(path, "", SMALL)) == []
        writer.communicate(b"")
    assert len(list(spool.arrivals(path, "", SMALL))) == 1


# A public-inbox archive


def add(epoch: Path, *mails: bytes, name: str = "m") -> None:
    """Adds mails as public-inbox does: each a commit with the one file `m`."""
    if not (epoch / "HEAD").exists():
        repository(epoch, "--bare")
    for raw in mails:
        blob = git(epoch, "hash-object", "-w", "--stdin", feed=raw)
        tree = git(epoch, "mktree", feed=f"100644 blob {blob}\t{name}\n")
        old = git(epoch, "rev-parse", "--verify", "-q", "refs/heads/main", check=False)
        parent = ("-p", old) if old else ()
        made = git(epoch, "commit-tree", tree, *parent, feed="a mail")
        git(epoch, "update-ref", "refs/heads/main", made)


def archive_box(folder: Path) -> Box:
    return box(folder, source='kind = "public-inbox"\npath = "list"')


def test_an_archive_is_read_from_where_the_last_look_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_AT_ONCE", 2)
    made = archive_box(tmp_path)
    epoch = tmp_path / "list" / "git" / "0.git"
    cover, first, second = series()
    add(epoch, *chatter(3, 1), second, cover)
    made.look()
    assert targets(made) == []
    add(epoch, first)
    add(epoch, cover, name="d")  # a mail is taken out
    before = every_byte(tmp_path / "list")
    made.look()
    made.look()
    assert targets(made) == [TARGET]
    assert every_byte(tmp_path / "list") == before


def test_a_series_may_lie_in_two_epochs(tmp_path: Path) -> None:
    made = archive_box(tmp_path)
    cover, first, second = series()
    add(tmp_path / "list" / "git" / "9.git", cover, first)
    add(tmp_path / "list" / "git" / "10.git", second)
    assert list(epochs(tmp_path / "list")) == ["9", "10"]
    made.look()
    assert targets(made) == [TARGET]


def test_an_archive_whose_history_was_rewritten_is_read_anew(tmp_path: Path) -> None:
    made = archive_box(tmp_path)
    epoch = tmp_path / "list"
    cover, first, second = series()
    add(epoch, cover, first)
    made.look()
    shutil.rmtree(epoch)
    add(epoch, first, second)
    made.look()
    assert targets(made) == [TARGET]


def test_a_large_mail_and_an_empty_archive(tmp_path: Path) -> None:
    repository(tmp_path / "e", "--bare")
    assert list(archive.arrivals(tmp_path / "e", "", SMALL, 0)) == []
    add(tmp_path / "e", b"Subject: a\n\n" + b"x" * 2000, b"Subject: b\n\nc\n")
    large, small = archive.arrivals(tmp_path / "e", "", 1000, 0)
    assert large.raw is None and large.why == "is larger than 1000 bytes"
    assert small.raw == b"Subject: b\n\nc\n"


def test_no_program_of_an_archive_runs(tmp_path: Path) -> None:
    folder = repository(tmp_path / "list")
    add(folder / ".git", *series())
    seen = make_hostile(folder)
    made = archive_box(tmp_path)
    made.look()
    assert targets(made) == [TARGET] and not seen.exists()


def test_no_archive_at_all_is_said(tmp_path: Path) -> None:
    made = archive_box(tmp_path)
    assert "is no folder: name a public-inbox archive" in made.look()
    (tmp_path / "list").mkdir()
    assert "not inside a git repository" in made.look()


def test_what_public_inbox_itself_delivers(tmp_path: Path) -> None:
    if not (shutil.which("public-inbox-init") and shutil.which("public-inbox-mda")):
        pytest.skip("public-inbox is not installed")
    home, made = tmp_path / "home", archive_box(tmp_path)
    (home / ".public-inbox").mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ = {**kept, **IDENTITY, "HOME": str(home), "PI_CONFIG": str(home / ".public-inbox" / "config")}
    environ["ORIGINAL_RECIPIENT"] = "fwup@lists.example"
    environ["PI_EMERGENCY"] = str(home / "emergency")
    words = [
        "public-inbox-init",
        "-V2",
        "-L",
        "basic",
        "fwup",
        str(tmp_path / "list"),
        "http://x",
        "fwup@lists.example",
    ]
    subprocess.run(words, env=environ, check=True, capture_output=True)
    with (home / ".public-inbox" / "config").open("a") as config:
        config.write("[publicinboxmda]\n\tspamcheck = none\n")
    for raw in [*chatter(1, 3), *series()]:
        plain = raw.replace(b"Precedence: list\n", b"").replace(b"List-Id: <fwup.lists.example>\n", b"")
        subprocess.run(
            ["public-inbox-mda", "--no-precheck"], env=environ, input=plain, check=True, capture_output=True
        )
    made.look()
    assert targets(made) == [TARGET]


def test_a_mail_that_comes_from_two_sources_counts_once(tmp_path: Path) -> None:
    made = box(tmp_path, source='kind = "maildir"\npath = "mails"\n[[source]]\nkind = "mbox"\npath = "spool"')
    made.put(series())
    (tmp_path / "spool").write_bytes(b"".join(map(envelope, series())))
    made.look()
    assert targets(made) == [TARGET]
