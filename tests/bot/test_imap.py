"""Mails that come by IMAP: the maildir that a server keeps, and one that a program brings an account into."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.bot import maildir
from tests.bot.imap import Account, bring, ok, program, serving
from tests.bot.mails import Box, box, chatter, series
from tests.repositories import every_byte

TARGET = "<fw-1-2@radio.example>"


@pytest.fixture(scope="module")
def running() -> Iterator[Account]:
    if program("dovecot") is None:
        pytest.skip("no IMAP server is installed (Debian: dovecot-imapd)")
    with serving() as made:
        yield made


@pytest.fixture
def account(running: Account, request: pytest.FixtureRequest) -> Account:
    """An empty account."""
    return replace(running, mails=running.mails.with_name(request.node.name))


def shuffled(mails: list[bytes], seed: int) -> list[bytes]:
    random.Random(seed).shuffle(mails)
    return mails


def looked(made: Box, watched: Path) -> str:
    """One look, which changes no byte of what is watched."""
    before = every_byte(watched)
    said = made.look()
    assert every_byte(watched) == before
    assert "left aside" not in said and "dovecot" not in said and "mbsync" not in said
    return said


def answered(made: Box) -> list[str]:
    return [str(draft["In-Reply-To"]) for draft in made.drafts]


def test_the_maildir_that_a_server_keeps(tmp_path: Path, account: Account) -> None:
    """The server moves mails from new to cur, flags, copies and removes them while the bot looks."""
    made = box(tmp_path, source=f'path = "{account.mails}"')
    cover, first, second = series()
    account.put(shuffled([*chatter(6, 1), cover, second], 2))
    looked(made, account.mails)
    account.put([first], flags=r"(\Seen)")
    # Another version, in a folder below, which is not watched.
    account.put(series(version=2), folder="Sent")
    with account.talk() as talking:
        ok(talking.select("INBOX"))
        ok(talking.store("1:4", "+FLAGS", r"(\Seen \Flagged)"))
        ok(talking.copy("1:3", "Sent"))
        assert not list((account.mails / "new").iterdir())
        looked(made, account.mails)
        assert answered(made) == [TARGET]
        ok(talking.store("1:*", "+FLAGS", r"(\Answered)"))
        ok(talking.store("5:6", "+FLAGS", r"(\Deleted)"))
        ok(talking.expunge())
    account.put(chatter(2, 3))
    assert "fw-" not in looked(made, account.mails)
    assert answered(made) == [TARGET]
    names = {path.name.partition(".")[0] for path in account.mails.iterdir()}
    assert {"dovecot-uidlist", "dovecot", "cur", "new", "tmp"} <= names


def test_a_mail_that_is_renamed_while_the_maildir_is_read_is_read_once(account: Account) -> None:
    mails = chatter(6, 4)
    account.put(mails)
    reading = maildir.arrivals(account.mails, set(), 1_000_000)
    found = [next(reading)]
    with account.talk() as talking:
        ok(talking.select("INBOX"))
        ok(talking.store("1:*", "+FLAGS", r"(\Seen)"))
    found += reading
    assert len(found) == 1  # the others had gone from where they were
    found += maildir.arrivals(account.mails, {one.name for one in found}, 1_000_000)
    assert sorted((one.raw or b"").replace(b"\r\n", b"\n") for one in found) == sorted(mails)


def test_a_maildir_that_an_account_is_brought_into(tmp_path: Path, account: Account) -> None:
    if program("mbsync") is None:
        pytest.skip("mbsync is not installed (Debian: isync)")
    local = tmp_path / "local"
    made = box(tmp_path, source='path = "local/INBOX"')
    cover, first, second = series()
    account.put(shuffled([*chatter(6, 5), first, second], 6))
    account.put(series(version=2), folder="Sent")
    bring(account, local)
    looked(made, local)
    assert answered(made) == []
    with account.talk() as talking:
        ok(talking.select("INBOX"))
        ok(talking.store("1:*", "+FLAGS", r"(\Seen)"))
    account.put([cover])
    bring(account, local)
    assert any(path.name.endswith(":2,S") for path in (local / "INBOX" / "cur").iterdir())
    looked(made, local)
    assert answered(made) == [TARGET]
    bring(account, local)
    assert looked(made, local) == "" and answered(made) == [TARGET]
    assert (local / "INBOX" / ".mbsyncstate").exists() and (local / "Sent" / "new").is_dir()
