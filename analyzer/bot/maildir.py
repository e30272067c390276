"""New mails of a maildir.

Input: its folder, the names that were read. Output: `Arrival`s. A mail is known by its file's name without
the flags, so that a reader may move it from ``new`` to ``cur`` and flag it. Links and pipes are no mails.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Set
from pathlib import Path

from analyzer.bot.arrival import Arrival
from analyzer.model.unknown import InputError

FOLDERS = ("new", "cur")


def listing(folder: Path) -> dict[str, Path]:
    """Name without flags -> file, in the order of the names."""
    if not any((folder / each).is_dir() for each in FOLDERS):
        raise InputError(f"{folder}: is no maildir: name a folder that holds new and cur")
    found = {}
    for each in FOLDERS:
        if (folder / each).is_dir():
            for entry in os.scandir(folder / each):
                if not entry.name.startswith("."):
                    found[entry.name.partition(":")[0]] = Path(entry.path)
    return dict(sorted(found.items()))


def arrivals(folder: Path, seen: Set[str], largest: int) -> Iterator[Arrival]:
    """The mails whose names are not among `seen`."""
    for name, path in listing(folder).items():
        if name in seen:
            continue
        try:
            number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # it was moved or flagged just now: it is found again
        except OSError as wrong:
            yield Arrival(str(path), None, f"cannot be read ({wrong.strerror})", name)
            continue
        with os.fdopen(number, "rb") as stream:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                yield Arrival(str(path), None, "is no file", name)
                continue
            raw = stream.read(largest + 1)
        if len(raw) > largest:
            yield Arrival(str(path), None, f"is larger than {largest} bytes", name)
        else:
            yield Arrival(str(path), raw, name=name)
