"""The outbox, a maildir: each reply goes into it once, whenever the bot is killed.

A reply is written into `tmp` and is on the disk before the state calls it staged; then it is renamed into
`new`, which is one step; then the state calls it delivered. Found staged after a crash, it was renamed if it
is not in `tmp` any more, even if somebody has taken it out of `new` since. Not modelled: somebody who empties
`tmp` in between.
"""

from __future__ import annotations

import os
from pathlib import Path

from analyzer.bot.state import Reply, State
from analyzer.model.unknown import InputError


class Outbox:
    """A maildir to write to; it is made if it is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            for each in ("tmp", "new", "cur"):
                (folder / each).mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise InputError(
                f"{folder}: cannot be made an outbox ({wrong.strerror}): name another folder"
            ) from None

    def deliver(self, reply: Reply, state: State, now: float) -> Path:
        """Puts a reply that is composed or staged into the outbox; the file's path."""
        waiting, there = self._folder / "tmp" / reply.file, self._folder / "new" / reply.file
        if reply.draft == "composed":
            self._write(waiting, reply.eml)
            with state.change():
                state.set_draft(reply.message_id, "staged", now)
        if waiting.exists():
            waiting.rename(there)
            _sync(there.parent)
            _sync(waiting.parent)
        with state.change():
            state.set_draft(reply.message_id, "delivered", now)
        return there

    def _write(self, path: Path, content: bytes) -> None:
        with path.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _sync(path.parent)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
