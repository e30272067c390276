"""What a bot remembers, in one SQLite file: mails, what became of them, replies and where they are.

Every change is one transaction that is on the disk when it is over, so that the bot may be killed at any
instant. Only one bot works with a state at a time. Not modelled: states of another version of the layout.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analyzer.bot.letterbox import Part, Sight
from analyzer.intake.posts import Heading
from analyzer.intake.subject import Subject
from analyzer.model.unknown import InputError

_LAYOUT = 2
_TABLES = """
CREATE TABLE cursor (source TEXT PRIMARY KEY, place TEXT NOT NULL);
CREATE TABLE seen (source TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID;
CREATE TABLE mail (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, sender TEXT NOT NULL, part TEXT NOT NULL,
    root TEXT NOT NULL,
    links TEXT NOT NULL, subject TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL,
    numbered INTEGER NOT NULL, patches INTEGER NOT NULL, paths TEXT NOT NULL, dated REAL NOT NULL,
    arrived REAL NOT NULL, raw BLOB, outcome TEXT NOT NULL DEFAULT '', reply TEXT NOT NULL DEFAULT ''
);
CREATE INDEX mail_by_root ON mail (root, id);
CREATE INDEX mail_by_sender ON mail (sender, id);
CREATE INDEX mail_by_reply ON mail (reply, id);
CREATE INDEX mail_open ON mail (outcome, part);
CREATE TABLE attempt (
    series TEXT PRIMARY KEY, begun INTEGER NOT NULL, failed INTEGER NOT NULL, due REAL NOT NULL,
    why TEXT NOT NULL
);
CREATE TABLE reply (
    message_id TEXT PRIMARY KEY, file TEXT NOT NULL, answers TEXT NOT NULL, root TEXT NOT NULL,
    recipients TEXT NOT NULL, eml BLOB NOT NULL, draft TEXT NOT NULL, drafted REAL NOT NULL DEFAULT 0,
    sending TEXT NOT NULL, sendings INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0,
    given REAL NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT ''
);
CREATE TABLE mute (address TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE wish (message_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail that may belong to a series. `outcome` says what became of it, "" while it waits; `reply` is the
    Message-ID of the reply to its series, or ""."""

    id: int
    message_id: str
    heading: Heading
    part: Part
    patches: int
    paths: tuple[str, ...]
    dated: float
    arrived: float
    outcome: str
    reply: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """How often the analysis of a series was begun and failed, and when it is due again."""

    begun: int = 0
    failed: int = 0
    due: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply. `draft` is ``composed``, ``staged``, ``delivered``, or ``withheld`` if it is not wanted any
    more; `sending` ``no``, ``due``, ``sending``, ``sent``, ``interrupted``, ``refused`` or ``withheld``."""

    message_id: str
    file: str
    answers: str
    root: str
    recipients: tuple[str, ...]
    eml: bytes
    draft: str = "composed"
    sending: str = "no"
    sendings: int = 0


class State:
    """The open state; `close` gives it back."""

    def __init__(self, path: Path) -> None:
        self._lock = _locked(path)
        try:
            self._database = sqlite3.connect(path, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._lay_out(path)
        except sqlite3.DatabaseError as wrong:
            os.close(self._lock)
            raise InputError(f"{path}: is no state of a bot ({wrong}): name another file") from None
        except BaseException:
            os.close(self._lock)
            raise

    def _lay_out(self, path: Path) -> None:
        (layout,) = self._database.execute("PRAGMA user_version").fetchone()
        if layout == 0:
            with self.change():
                for statement in _TABLES.split(";"):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {_LAYOUT}")
        elif layout != _LAYOUT:
            raise InputError(f"{path}: is the state of another version of the bot: name another file")

    def close(self) -> None:
        self._database.close()
        os.close(self._lock)

    @contextmanager
    def change(self) -> Iterator[None]:
        """All that is done within is done, or nothing of it."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    # Reading the sources

    def cursor(self, source: str) -> str:
        """How far a source was read, in its own words; "" for not at all."""
        row = self._database.execute("SELECT place FROM cursor WHERE source = ?", (source,)).fetchone()
        return str(row[0]) if row else ""

    def set_cursor(self, source: str, place: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (source, place))

    def seen(self, source: str) -> set[str]:
        """The names of the mails of a source that were read."""
        rows = self._database.execute("SELECT name FROM seen WHERE source = ?", (source,))
        return {name for (name,) in rows}

    def set_seen(self, source: str, name: str) -> None:
        self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (source, name))

    def forget_seen(self, source: str, names: Iterable[str]) -> None:
        """Those that the source does not hold any more."""
        self._database.executemany(
            "DELETE FROM seen WHERE source = ? AND name = ?", ((source, n) for n in names)
        )

    # Mails

    def keep(self, sight: Sight, raw: bytes, now: float, *, grown: bool = False) -> bool:
        """Keeps a mail; False if one with its Message-ID is there. One that has `grown` since it was read
        takes the place of what was there, while nothing has become of it."""
        if grown:
            self._database.execute(
                "DELETE FROM mail WHERE message_id = ? AND outcome = ''", (sight.message_id,)
            )
        subject = sight.subject
        done = self._database.execute(
            "INSERT OR IGNORE INTO mail (message_id, sender, part, root, links, subject, number, version,"
            " numbered, patches, paths, dated, arrived, raw)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sight.message_id,
                sight.sender,
                sight.part.value,
                sight.references[0] if sight.references else sight.message_id,
                json.dumps(sight.references),
                json.dumps(
                    (subject.title, subject.number, subject.total, subject.version, subject.tagged,
                     subject.reply, subject.pull, subject.resend)
                ),
                sight.number,
                sight.version,
                sight.numbered,
                sight.patches,
                json.dumps(sight.paths),
                sight.dated,
                now,
                raw,
            ),
        )  # fmt: skip
        return done.rowcount == 1

    def newest(self) -> int:
        """The number of the mail that was kept last."""
        (number,) = self._database.execute("SELECT max(id) FROM mail").fetchone()
        return int(number or 0)

    def waiting(self) -> tuple[str, ...]:
        """The senders of patches that nothing has become of yet, those that wait longest first."""
        rows = self._database.execute(
            "SELECT sender FROM mail WHERE outcome = '' AND part = 'patch' GROUP BY sender ORDER BY min(id)"
        )
        return tuple(str(sender) for (sender,) in rows)

    def of_sender(self, sender: str, most: int) -> tuple[Kept, ...]:
        """The newest patches and covers of a sender, the oldest of them first."""
        return self._newest_where("sender = ?", sender, most)

    def of_thread(self, root: str, most: int) -> tuple[Kept, ...]:
        """The newest patches and covers whose thread begins with this mail, the oldest of them first."""
        return self._newest_where("root = ?", root, most)

    def _newest_where(self, condition: str, value: str, most: int) -> tuple[Kept, ...]:
        rows = self._database.execute(
            "SELECT id, message_id, sender, part, links, subject, number, version, numbered, patches, paths,"
            f" dated, arrived, outcome, reply FROM mail WHERE {condition} ORDER BY id DESC LIMIT ?",
            (value, most),
        )
        return tuple(_kept(row) for row in reversed(rows.fetchall()))

    def of_reply(self, message_id: str) -> tuple[Kept, ...]:
        """The mails that a reply is about, as far as they are kept."""
        return self._newest_where("reply = ?", message_id, -1)

    def raw(self, number: int) -> bytes:
        """A mail as it came."""
        (raw,) = self._database.execute("SELECT raw FROM mail WHERE id = ?", (number,)).fetchone()
        return bytes(raw or b"")

    def settle_before(self, sender: str, number: int, outcome: str) -> int:
        """Notes what became of a sender's mails before one of them that still wait; how many they are."""
        done = self._database.execute(
            "UPDATE mail SET outcome = ? WHERE sender = ? AND id < ? AND outcome = ''",
            (outcome, sender, number),
        )
        return done.rowcount

    def settle(self, numbers: Iterable[int], outcome: str, reply: str = "") -> None:
        """Notes what became of mails."""
        self._database.executemany(
            "UPDATE mail SET outcome = ?, reply = ? WHERE id = ?",
            ((outcome, reply, number) for number in numbers),
        )

    def forget(self, before: float, texts_before: float) -> None:
        """Drops mails that came before and of which something has become; their texts earlier."""
        self._database.execute("DELETE FROM mail WHERE arrived < ? AND outcome != ''", (before,))
        self._database.execute(
            "UPDATE mail SET raw = NULL WHERE arrived < ? AND outcome != '' AND raw IS NOT NULL",
            (texts_before,),
        )

    # Attempts

    def attempt(self, series: str) -> Attempt:
        row = self._database.execute(
            "SELECT begun, failed, due, why FROM attempt WHERE series = ?", (series,)
        ).fetchone()
        return Attempt(*row) if row else Attempt()

    def set_attempt(self, series: str, attempt: Attempt) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO attempt VALUES (?, ?, ?, ?, ?)",
            (series, attempt.begun, attempt.failed, attempt.due, attempt.why),
        )

    def drop_attempt(self, series: str) -> None:
        self._database.execute("DELETE FROM attempt WHERE series = ?", (series,))

    # Replies

    def compose(self, reply: Reply) -> None:
        """Keeps a reply, unless one with its Message-ID is there."""
        self._database.execute(
            "INSERT OR IGNORE INTO reply (message_id, file, answers, root, recipients, eml, draft, sending)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (reply.message_id, reply.file, reply.answers, reply.root, json.dumps(reply.recipients), reply.eml,
             reply.draft, reply.sending),
        )  # fmt: skip

    def replies(self, column: str, *values: str) -> tuple[Reply, ...]:
        """The replies whose `draft` or `sending` is one of the values, in the order of their making."""
        assert column in ("draft", "sending")
        marks = ", ".join("?" for _ in values)
        rows = self._database.execute(
            "SELECT message_id, file, answers, root, recipients, eml, draft, sending, sendings FROM reply"
            f" WHERE {column} IN ({marks}) ORDER BY rowid",
            values,
        )
        return tuple(_reply(row) for row in rows.fetchall())

    def is_own(self, message_id: str) -> bool:
        """Whether a reply of the bot has this Message-ID."""
        found = self._database.execute("SELECT 1 FROM reply WHERE message_id = ?", (message_id,)).fetchone()
        return found is not None

    def in_thread(self, root: str) -> int:
        """How many replies were made in a thread."""
        (count,) = self._database.execute(
            "SELECT count(*) FROM reply WHERE root = ? AND draft != 'withheld'", (root,)
        ).fetchone()
        return int(count)

    def drafted_since(self, since: float) -> int:
        """How many replies went into the outbox since then."""
        row = self._database.execute("SELECT count(*) FROM reply WHERE drafted > ?", (since,)).fetchone()
        return int(row[0])

    def given_since(self, since: float) -> int:
        """How many replies were given to a mail server since then."""
        row = self._database.execute("SELECT count(*) FROM reply WHERE given > ?", (since,)).fetchone()
        return int(row[0])

    def withhold(self, message_id: str, why: str) -> None:
        """Notes that a reply which is not in the outbox yet will not come there."""
        self._database.execute(
            "UPDATE reply SET draft = 'withheld', sending = 'no', why = ? WHERE message_id = ?",
            (why, message_id),
        )

    def set_draft(self, message_id: str, draft: str, now: float) -> None:
        """Notes how far a reply is on its way into the outbox."""
        self._database.execute(
            "UPDATE reply SET draft = ?, drafted = ? WHERE message_id = ?", (draft, now, message_id)
        )

    def set_sending(
        self, message_id: str, sending: str, *, more: int = 0, due: float = 0, why: str = ""
    ) -> None:
        """Notes how far a reply is on its way to the mail server."""
        self._database.execute(
            "UPDATE reply SET sending = ?, sendings = sendings + ?, due = ?, why = ? WHERE message_id = ?",
            (sending, more, due, why, message_id),
        )

    def set_given(self, message_id: str, now: float) -> None:
        """Notes, just before it is done, that a reply's text is given to the mail server."""
        self._database.execute(
            "UPDATE reply SET sending = 'sending', given = ?, why = '' WHERE message_id = ?",
            (now, message_id),
        )

    def to_send(self, now: float) -> tuple[Reply, ...]:
        """The delivered replies whose sending is due."""
        rows = self._database.execute(
            "SELECT message_id, file, answers, root, recipients, eml, draft, sending, sendings FROM reply"
            " WHERE draft = 'delivered' AND sending = 'due' AND due <= ? ORDER BY rowid",
            (now,),
        )
        return tuple(_reply(row) for row in rows.fetchall())

    # Who does not want replies

    def heed(self, message_id: str, address: str, wanted: bool) -> bool:
        """Does what somebody asks in a mail; False if that mail was heeded before, from wherever it comes."""
        done = self._database.execute("INSERT OR IGNORE INTO wish VALUES (?)", (message_id,))
        if message_id and done.rowcount != 1:
            return False
        if wanted:
            self._database.execute("INSERT OR IGNORE INTO mute VALUES (?)", (address,))
        else:
            self._database.execute("DELETE FROM mute WHERE address = ?", (address,))
        return True

    def is_mute(self, address: str) -> bool:
        row = self._database.execute("SELECT 1 FROM mute WHERE address = ?", (address,)).fetchone()
        return row is not None


def _locked(path: Path) -> int:
    """The descriptor of a lock that ends with its owner."""
    beside = path.with_name(f"{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as wrong:
        raise InputError(
            f"{path}: cannot be written ({wrong.strerror}): name a file in a folder of yours"
        ) from None
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        raise InputError(f"{path}: another bot works with this state: stop it first") from None
    return number


def _kept(row: Sequence[object]) -> Kept:
    (number, message_id, sender, part, links, subject, count, version, numbered, patches, paths, dated,
     arrived, outcome, reply) = row  # fmt: skip
    heading = Heading(
        str(sender), str(message_id), tuple(json.loads(str(links))), Subject(*json.loads(str(subject))),
        int(str(count)), int(str(version)), False, bool(numbered),
    )  # fmt: skip
    return Kept(
        int(str(number)), str(message_id), heading, Part(part), int(str(patches)),
        tuple(json.loads(str(paths))), float(str(dated)), float(str(arrived)), str(outcome), str(reply),
    )  # fmt: skip


def _reply(row: Sequence[object]) -> Reply:
    message_id, file, answers, root, recipients, eml, draft, sending, sendings = row
    assert isinstance(eml, bytes)
    return Reply(
        str(message_id), str(file), str(answers), str(root), tuple(json.loads(str(recipients))), eml,
        str(draft), str(sending), int(str(sendings)),
    )  # fmt: skip
