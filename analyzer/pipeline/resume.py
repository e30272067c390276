"""What earlier walks over a history found out, kept so that a walk can be ended at any time.

Job: keep one JSON value for each key in a file of the user's cache. Input: what the answers depend on, keys,
values. Output: the values. Each is one line, written at once and checked when it is read; a line that is
damaged is as if it had never been written. Where the folder cannot be written, nothing is kept. Not
modelled: removing what nobody asks for any more (delete the folder).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import analyzer

_MARK = "\t"


@cache
def program() -> str:
    """Changes whenever the program does, be it by an update or by an edit."""
    top = Path(analyzer.__file__).parent
    states = [(str(path.relative_to(top)), path.stat()) for path in sorted(top.rglob("*.py"))]
    told = [f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in states]
    return "\n".join([analyzer.__version__, *told])


class Kept:
    """The values of one file; None in place of a folder keeps nothing."""

    def __init__(self, folder: Path | None, depends_on: Iterable[str]) -> None:
        name = hashlib.sha256("\0".join((program(), *depends_on)).encode("utf-8", "surrogatepass"))
        self._path = None if folder is None else folder / f"{name.hexdigest()[:32]}.jsonl"
        self._values: dict[str, Any] = {}
        self._whole = True
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._read(self._path.read_text("utf-8", "replace"))

    def _read(self, text: str) -> None:
        self._whole = not text or text.endswith("\n")
        for line in text.split("\n"):
            digest, mark, body = line.partition(_MARK)
            if not mark or digest != _digest(body):
                continue
            with contextlib.suppress(ValueError):
                key, value = json.loads(body)
                self._values[key] = value

    def get(self, key: str) -> Any:
        """The value, or None."""
        return self._values.get(key)

    def put(self, key: str, value: Any) -> None:
        """Keeps a value that JSON can hold."""
        self._values[key] = value
        if self._path is None:
            return
        body = json.dumps([key, value])
        line = f"{'' if self._whole else chr(10)}{_digest(body)}{_MARK}{body}\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # One write to the end of the file: processes that share it do not tear each other's lines.
            number = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(number, line.encode())
            finally:
                os.close(number)
            self._whole = True
        except OSError:
            self._path = None


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:16]
