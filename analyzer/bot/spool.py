"""New mails of an mbox to which a delivery program appends.

Input: the file, how far it was read. Output: `Arrival`s. The last mail is looked at again each time: who
writes without a lock may not have been at its end. If the file was emptied or is another one, it is read from
its beginning; mails that came before are known by their Message-ID. Not modelled: file systems without locks.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from analyzer.bot.arrival import Arrival
from analyzer.intake import mbox


class _Places:
    """A stream that knows where the line before the last one began, and whether it is at its end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.last = self.before = stream.tell()
        self.ended = False

    def readline(self, size: int) -> bytes:
        self.before, self.last = self.last, self._stream.tell()
        line = self._stream.readline(size)
        self.ended = not line
        return line


def arrivals(path: Path, place: str, largest: int) -> Iterator[Arrival]:
    """The mails behind `place`. A spool that is not there is empty: readers remove it."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    with os.fdopen(number, "rb") as stream:
        try:
            fcntl.lockf(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return  # somebody delivers: the next look finds it
        start, known = _begin(stream, place)
        stream.seek(start)
        places = _Places(stream)
        for mail in mbox.mails(cast(BinaryIO, places), rd=path.suffix == ".mboxrd"):
            # The line that ends a mail is the first one of the next mail's header, behind its envelope.
            following = start if places.ended else places.before
            digest = hashlib.sha256(mail.raw).hexdigest()
            if digest != known:
                label = f"{path}, from byte {start} on"
                mark = json.dumps((following, digest if places.ended else ""))
                if mail.cut or len(mail.raw) > largest:
                    yield Arrival(label, None, f"is larger than {largest} bytes", place=mark)
                else:
                    yield Arrival(label, mail.raw, place=mark, grown=bool(known))
            start, known = following, ""


def _begin(stream: BinaryIO, place: str) -> tuple[int, str]:
    """Where the last mail that was read begins, and its digest; the file's beginning if it is another one."""
    if place:
        start, known = json.loads(place)
        stream.seek(start)
        if stream.read(5) == b"From ":
            return int(start), str(known)
    return 0, ""
