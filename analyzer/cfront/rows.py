"""Rows of bytes on disk, by key: a cache that may be shared, killed or deleted at any time.

Input: a folder. `Rows.read` and `Rows.write` never raise: what cannot be read is absent, what cannot be
written is not kept. A row that does not carry its own checksum, and a file that is no database, are counted
in `mended` and removed. A folder that cannot be written, a full disk or another process that holds the file
for long only mean that nothing is kept. Not modelled: file systems without locks.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

_NAME = "front-end-1.sqlite3"
_DAY = 86_400
_AT_ONCE = 500  # keys in one query; SQLite takes 999 at least
_CHECK = 8  # bytes
_PATIENCE = 0.25  # seconds to wait for another process


class Rows:
    """The rows of one folder. `limit` bounds the bytes on disk: the rows not used for longest go first."""

    def __init__(self, folder: Path, limit: int = 256_000_000) -> None:
        self._path = folder / _NAME
        self._limit = limit
        self._used: set[bytes] = set()  # rows read that were last marked as used before today
        self.mended = 0
        self._database: sqlite3.Connection | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open()
        except (OSError, sqlite3.OperationalError):
            self._give_up()
        except sqlite3.DatabaseError:
            self._begin_anew()

    @property
    def usable(self) -> bool:
        return self._database is not None

    def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The bodies of those keys that are there and whole."""
        found: dict[bytes, bytes] = {}
        wanted = list(keys)
        bad: list[bytes] = []
        today = _today()
        for first in range(0, len(wanted), _AT_ONCE):
            part = wanted[first : first + _AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, used, body FROM entry WHERE key IN ({marks})"
            for key, used, body in self._ask(query, part):
                if isinstance(key, bytes) and isinstance(body, bytes) and body[:_CHECK] == _check(key, body):
                    found[key] = body[_CHECK:]
                    if used != today:
                        self._used.add(key)
                elif isinstance(key, bytes):
                    bad.append(key)
        if bad:
            self.drop(bad)
        return found

    def drop(self, keys: Iterable[bytes]) -> None:
        """Remove rows that turned out to be of no use; they count as mended."""
        gone = [(key,) for key in keys]
        self.mended += len(gone)
        self._do(lambda database: database.executemany("DELETE FROM entry WHERE key = ?", gone))

    def write(self, rows: Mapping[bytes, bytes]) -> None:
        """Keep rows, all of them or none."""
        today = _today()
        values = [(key, today, _check(key, b" " * _CHECK + body) + body) for key, body in rows.items()]

        def add(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", values)
            self._evict(database)

        self._do(add)

    def close(self) -> None:
        """Mark what was read as used, and let go of the file."""
        if self._used:
            marks = [(_today(), key) for key in self._used]

            def mark(database: sqlite3.Connection) -> None:
                with database:
                    database.executemany("UPDATE entry SET used = ? WHERE key = ?", marks)

            self._used = set()
            self._do(mark)
        self._give_up()

    # --- the file -------------------------------------------------------------------------------

    def _open(self) -> None:
        database = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level="IMMEDIATE")
        self._database = database
        database.text_factory = bytes  # damage may turn a body into text that is none
        # The file may be lost with the machine, not with the program: that is enough for a cache.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute(
            "CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, used INTEGER, body BLOB) WITHOUT ROWID"
        )
        database.commit()

    def _ask(self, query: str, values: list[bytes]) -> list[tuple[object, object, object]]:
        if self._database is None:
            return []
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            self._give_up()
        except sqlite3.DatabaseError:
            self._begin_anew()
        return []

    def _do(self, work: Callable[[sqlite3.Connection], object]) -> None:
        if self._database is None:
            return
        try:
            work(self._database)
            self._database.commit()
        except sqlite3.OperationalError:  # held by another process, read-only, no room
            with suppress(sqlite3.Error):
                self._database.rollback()
        except sqlite3.DatabaseError:
            self._begin_anew()

    def _evict(self, database: sqlite3.Connection) -> None:
        (size,) = database.execute(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        ).fetchone()
        if size <= self._limit:
            return
        (kept,) = database.execute("SELECT total(length(body)) FROM entry").fetchone()
        surplus = kept - self._limit // 2
        gone = []
        for key, length in database.execute("SELECT key, length(body) FROM entry ORDER BY used"):
            if surplus <= 0:
                break
            surplus -= length
            gone.append((key,))
        with database:
            database.executemany("DELETE FROM entry WHERE key = ?", gone)
        database.execute("VACUUM")

    def _begin_anew(self) -> None:
        """The file is no database any more: replace it, once."""
        self.mended += 1
        self._give_up()
        try:
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(_NAME + ending).unlink(missing_ok=True)
            if self.mended == 1:
                self._open()
        except (OSError, sqlite3.Error):
            self._give_up()

    def _give_up(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
        self._database = None


def _today() -> int:
    return int(time.time()) // _DAY


def _check(key: bytes, body: bytes) -> bytes:
    """The checksum of a body that has room for one in front; the key belongs to it."""
    return blake2b(memoryview(body)[_CHECK:], key=key[:64], digest_size=_CHECK).digest()
