"""Where mails arrive: a maildir, an mbox spool, a public-inbox repository. All are only read.

Input: a source, how far it was read. Output: `Arrival`s in order. A mail that is too large comes without its
text. Not modelled: mails that are removed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from analyzer.bot import archive, maildir, spool
from analyzer.bot.arrival import Arrival
from analyzer.bot.policy import SourceKind, WatchedSource
from analyzer.model.unknown import InputError


def arrivals(
    source: WatchedSource, place: str, seen: Set[str], largest: int, since: float
) -> Iterator[Arrival]:
    """The mails that are new in a source; raises `InputError` if it cannot be read. Of an archive that was
    never read, those from `since` on."""
    try:
        if source.kind is SourceKind.MAILDIR:
            yield from maildir.arrivals(source.path, seen, largest)
        elif source.kind is SourceKind.MBOX:
            yield from spool.arrivals(source.path, place, largest)
        else:
            yield from archive.arrivals(source.path, place, largest, since)
    except OSError as wrong:
        raise InputError(f"{source.path}: cannot be read ({wrong.strerror}): check the path") from None
