"""Index and lower files on demand, and remember both: within a run, and on disk for the next one.

Input: a dialect, and for each file its path, the id of its contents (any text that names them, such as a
git blob id) and a way to get the text, which is not called when the answer is known. Output: `FileIndex`es
and `FileSummary`s, the same as `index` and `lower` give. What is on disk is keyed by the contents, the
path, the dialect, and the front end that made it; a store without a folder remembers within the run only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import astuple
from functools import cache
from hashlib import blake2b, sha1
from pathlib import Path
from typing import TYPE_CHECKING

import analyzer
from analyzer.cfront.codec import (
    Unreadable,
    decode_index,
    decode_summaries,
    encode_index,
    encode_summaries,
)
from analyzer.cfront.entries import index
from analyzer.cfront.parse import lower
from analyzer.model.summary import ControlFlowSummary, Dialect, FileIndex, FileSummary

if TYPE_CHECKING:
    from analyzer.cfront.rows import Rows

_PENDING = 8_000_000  # bytes of rows to hold before they are written


def contents_id(text: str) -> str:
    """The id that git gives a file with this text."""
    raw = text.encode("utf-8", "surrogateescape")
    return sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


@cache
def _front_end() -> str:
    """Changes whenever the front end does, be it by an update or by an edit."""
    found = [analyzer.__version__]
    for folder in (Path(__file__).parent, Path(__file__).parents[1] / "model"):
        try:
            for module in sorted(folder.glob("*.py")):
                state = module.stat()
                found.append(f"{module.name} {state.st_size} {state.st_mtime_ns}")
        except OSError:
            continue
    return "\n".join(found)


def _rows(folder: Path) -> Rows:
    from analyzer.cfront.rows import Rows  # SQLite takes its time to load: only where it is used

    return Rows(folder)


class Store:
    """What is known of the files of one code base. Close it at the end to keep what is new."""

    def __init__(self, dialect: Dialect, folder: Path | None = None) -> None:
        self._dialect = dialect
        self._rows = _rows(folder) if folder is not None else None
        self._seed = blake2b(
            repr((_front_end(), astuple(dialect))).encode("utf-8", "surrogatepass"), digest_size=32
        ).digest()
        self._indexes: dict[tuple[str, str], FileIndex] = {}
        self._lowered: dict[tuple[str, str], dict[str, tuple[ControlFlowSummary, ...]]] = {}
        self._pending: dict[bytes, bytes] = {}
        self._size = 0

    @property
    def mended(self) -> int:
        """How many rows or files of the cache were damaged and made anew."""
        return self._rows.mended if self._rows is not None else 0

    def load(self, files: Iterable[tuple[str, str]]) -> None:
        """Read the indexes of many files, (path, contents id), from disk at once."""
        if self._rows is None:
            return
        wanted = {self._key("index", *one): one for one in files if one not in self._indexes}
        bad = []
        for key, body in self._rows.read(wanted).items():
            try:
                self._indexes[wanted[key]] = decode_index(wanted[key][0], body)
            except Unreadable:
                bad.append(key)
        if bad:
            self._rows.drop(bad)

    def index(self, path: str, contents: str, text: Callable[[], str]) -> FileIndex:
        """The index of one file."""
        file = (path, contents)
        if file not in self._indexes:
            self.load((file,))
        found = self._indexes.get(file)
        if found is None:
            found = self._indexes[file] = index(path, text(), self._dialect)
            self._keep(self._key("index", path, contents), encode_index(found))
        return found

    def lower(
        self, path: str, contents: str, text: Callable[[], str], wanted: Collection[str]
    ) -> FileSummary:
        """The functions of one file that have a wanted name, in source order."""
        known = self._lowered.setdefault((path, contents), {})
        missing = [name for name in wanted if name not in known]
        if missing:
            self._fetch(path, contents, missing, known)
            missing = [name for name in missing if name not in known]
        if missing:
            found = lower(path, text(), self._dialect, missing).functions
            for name in missing:
                known[name] = tuple(one for one in found if one.name == name)
                self._keep(self._key("summary", path, contents, name), encode_summaries(known[name]))
        functions = [one for name in wanted for one in known[name]]
        functions.sort(key=lambda one: (one.span.line, one.span.column))
        return FileSummary(path, tuple(functions))

    def fetch(self, wanted: Iterable[tuple[str, str, str]]) -> None:
        """Read the summaries of many functions, (path, contents id, name), from disk at once."""
        if self._rows is None:
            return
        keys = {self._key("summary", *one): one for one in wanted}
        bad = []
        for key, body in self._rows.read(keys).items():
            path, contents, name = keys[key]
            try:
                found = decode_summaries(path, body)
            except Unreadable:
                bad.append(key)
            else:
                self._lowered.setdefault((path, contents), {})[name] = found
        if bad:
            self._rows.drop(bad)

    def close(self) -> None:
        """Write what is new. The store can still be asked; it no longer reads or writes the disk."""
        self._flush()
        if self._rows is not None:
            self._rows.close()
            self._rows = None

    # --- the disk -------------------------------------------------------------------------------

    def _fetch(
        self, path: str, contents: str, names: Sequence[str], known: dict[str, tuple[ControlFlowSummary, ...]]
    ) -> None:
        self.fetch((path, contents, name) for name in names)
        known.update(self._lowered.get((path, contents), {}))

    def _key(self, *parts: str) -> bytes:
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return blake2b(text, key=self._seed, digest_size=16).digest()

    def _keep(self, key: bytes, body: bytes) -> None:
        if self._rows is None or not self._rows.usable:
            return
        self._pending[key] = body
        self._size += len(body)
        if self._size > _PENDING:
            self._flush()

    def _flush(self) -> None:
        if self._rows is not None and self._pending:
            self._rows.write(self._pending)
        self._pending = {}
        self._size = 0
