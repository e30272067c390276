"""Mails that git hands over one at a time, kept until the last of them is there.

Job: collect what ``git send-email`` is about to send. Input: a file, its number and how many there are.
Output: all files once the last is there. They are kept in the repository's own folder, in one that only its
owner may enter and that is named after the process group which sends: two that send at the same time do not
mix, and what one that was interrupted left there is known by its group being gone. Not modelled: two at the
same time from one script.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from analyzer.model.unknown import InputError

FOLDER = Path("analyze-series", "send")  # below the repository's own folder
_KEPT = re.compile(r"(\d+)-(\d+)\Z")
_LARGEST = 64 * 1024 * 1024  # bytes of one mail


@dataclass(frozen=True, slots=True)
class Place:
    """The `number` of a mail among `total`; the first has 1, or 0 if it is a cover letter that is counted by
    its subject."""

    number: int
    total: int


def place_of_mail(mail: bytes, environ: Mapping[str, str]) -> Place:
    """As git counts, from 2.41 on; else as the subject says. A mail that says nothing stands alone."""
    counted = [environ.get(f"GIT_SENDEMAIL_FILE_{name}", "") for name in ("COUNTER", "TOTAL")]
    if all(word.isascii() and word.isdigit() and len(word) < 7 for word in counted):
        number, total = map(int, counted)
        return Place(number, max(total, number))
    from analyzer.intake.mail import decoded_words  # not needed where git counts
    from analyzer.intake.subject import parse

    subject = parse(decoded_words(_subject(mail)))
    if subject.number < 0 or subject.number > subject.total or not subject.total:
        return Place(1, 1)
    return Place(subject.number, subject.total)


def _subject(mail: bytes) -> str:
    """The subject's line with those that continue it."""
    found: list[str] = []
    for raw in mail[:100_000].splitlines():
        line = raw.decode("utf-8", "replace")
        if found and line[:1] in (" ", "\t"):
            found.append(line.strip())
        elif found or not line:
            break
        elif line.lower().startswith("subject:"):
            found.append(line[8:].strip())
    return " ".join(found)


@contextmanager
def collected(git_folder: Path, file: Path, environ: Mapping[str, str]) -> Iterator[tuple[Path, ...]]:
    """All mails if `file` is the last of them, which are then forgotten; nothing before. Raises `InputError`
    if some of them were not seen."""
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(f"{file}: too large for a mail")
        mail = file.read_bytes()
    except OSError as wrong:
        raise InputError(f"{file}: cannot be read ({wrong.strerror})") from None
    at = place_of_mail(mail, environ)
    root = git_folder / FOLDER
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_the_dead(root)
    own = root / str(os.getpgrp())
    seen = _seen(own)
    if seen and (at.total != seen[-1].total or at.number <= seen[-1].number):
        shutil.rmtree(own)  # the group sends once more
        seen = []
    _keep(own, at, file.name, mail)
    if at.number < at.total:
        yield ()
        return
    try:
        counted = "GIT_SENDEMAIL_FILE_TOTAL" in environ
        if counted and [place.number for place in (*seen, at)] != list(range(1, at.total + 1)):
            raise InputError(f"of {at.total} mails only {len(seen) + 1} were seen; send all of them again")
        yield tuple(next(_folder(own, place).iterdir()) for place in (*seen, at))
    finally:
        shutil.rmtree(own, ignore_errors=True)
        for folder in (root, root.parent):
            with suppress(OSError):  # somebody else's mails are there
                folder.rmdir()


def _folder(own: Path, at: Place) -> Path:
    return own / f"{at.number}-{at.total}"


def _seen(own: Path) -> list[Place]:
    """What is there as a whole, by number."""
    if not own.is_dir():
        return []
    found = filter(None, (_KEPT.match(path.name) for path in own.iterdir()))
    return sorted((Place(int(name[1]), int(name[2])) for name in found), key=lambda at: at.number)


def _keep(own: Path, at: Place, name: str, mail: bytes) -> None:
    """Whole or not at all."""
    own.mkdir(mode=0o700, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".", dir=own))
    (part / name).write_bytes(mail)
    part.replace(_folder(own, at))


def _forget_the_dead(root: Path) -> None:
    for folder in root.iterdir():
        if folder.name.isdigit() and not _lives(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
