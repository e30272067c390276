"""Where series come from: files, directories, maildirs, standard input, opened one mail at a time.

Input: paths as the user gave them. Output: `Source`s in an order that does not depend on the order of
the paths, and the `Letter`s of each. Not modelled: compressed files (their mend is named), IMAP, URLs.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, BinaryIO, cast

from analyzer.intake import mail, mbox, thread
from analyzer.intake.lines import clean, decode, split
from analyzer.intake.mail import Letter
from analyzer.model.unknown import InputError

LARGE = 8 * 1024 * 1024
_LONGEST_TEXT = 32 * 1024 * 1024
_SUFFIXES = (".patch", ".diff", ".eml", ".mbox", ".mboxrd", ".mbx")
_PACKED = {
    b"\x1f\x8b": "gunzip",
    b"BZh": "bunzip2",
    b"\xfd7zXZ": "unxz",
    b"\x28\xb5\x2f\xfd": "unzstd",
    b"PK\x03\x04": "unzip",
}


class Shape(Enum):
    """What a source is, by its first bytes."""

    MBOX = "mbox"
    MAIL = "mail"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. `loose` files each hold a patch of one series; an mbox or maildir may hold many."""

    label: str
    shape: Shape
    size: int
    loose: bool
    path: Path | None
    spool: IO[bytes] | None = None

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        if self.path is None:
            return "standard input"
        return re.sub(r"\.(?:patch|diff|txt|eml|mbox|mboxrd)$", "", self.path.name) or self.path.name


def sources(paths: Sequence[str], stdin: BinaryIO | None) -> tuple[Source, ...]:
    """All that is to be read, sorted by file name; raises `InputError` for what cannot be."""
    if not paths:
        raise InputError("no input: give patch files, an mbox, a maildir, or - for standard input")
    found: list[Source] = []
    for text in sorted(set(paths) - {"-"}, key=_natural):
        path = Path(text)
        try:
            if path.is_dir():
                found.extend(_directory(path, text))
            else:
                found.append(_file(path, text, loose=True))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable name"
            raise InputError(f"{clean(text)}: cannot be read ({reason.lower()}): check the path") from None
    if "-" in paths:
        found.append(_standard_input(stdin))
    return tuple(found)


def letters(source: Source) -> Iterator[Letter]:
    """The mails of a source, one at a time."""
    for raw in raw_mails(source):
        yield from decoded(source, raw)


def raw_mails(source: Source) -> Iterator[mbox.RawMail]:
    """The undecoded mails of a source; a text is one."""
    stream: IO[bytes]
    if source.spool is not None:
        source.spool.seek(0)
        stream = source.spool
        yield from _raw(source, stream)
    elif source.path is not None:
        try:
            with source.path.open("rb") as stream:
                yield from _raw(source, stream)
        except OSError as error:
            raise InputError(f"{source.label}: cannot be read ({error.strerror}): check the path") from None


def decoded(source: Source, raw: mbox.RawMail) -> tuple[Letter, ...]:
    """The letters of one raw mail."""
    if source.shape is Shape.TEXT:
        return thread.letters(split(decode(raw.raw)), source.label)
    if source.shape is Shape.MAIL and raw.raw.count(b"\nSubject:") + raw.raw.startswith(b"Subject:") > 1:
        lines = split(decode(raw.raw), raw.line)
        if thread.is_saved(lines):
            return thread.letters(lines, source.label)
    return mail.letters(raw.raw, source.label, raw.line)


def _raw(source: Source, stream: IO[bytes]) -> Iterator[mbox.RawMail]:
    if source.shape is Shape.MBOX:
        yield from mbox.mails(cast(BinaryIO, stream), rd=source.label.endswith(".mboxrd"))
    else:
        raw = stream.read().removeprefix(b"\xef\xbb\xbf")
        bare = raw.lstrip(b"\r\n") if source.shape is Shape.MAIL else raw
        yield mbox.RawMail(bare, 1 + raw[: len(raw) - len(bare)].count(b"\n"))


def _natural(text: str) -> tuple[list[tuple[int, int, str]], str]:
    name = text.rstrip("/").rpartition("/")[2]
    pieces = re.findall(r"\d{1,18}|\D+|\d+", name)
    return [
        (0, int(each), "") if each.isascii() and each.isdigit() else (1, 0, each) for each in pieces
    ], text


def _directory(path: Path, label: str) -> list[Source]:
    if any((path / each).is_dir() for each in ("cur", "new")):
        kept = [each for sub in ("cur", "new") if (path / sub).is_dir() for each in (path / sub).iterdir()]
        kept = sorted((each for each in kept if each.is_file()), key=lambda each: _natural(str(each)))
        kept = [each for each in kept if each.stat().st_size]
        if not kept:
            raise InputError(f"{label}: the maildir holds no mails: name one that does, or give patch files")
        return [_file(each, str(each), loose=False) for each in kept]
    kept = [each for each in path.iterdir() if each.is_file() and each.suffix in _SUFFIXES]
    kept.sort(key=lambda each: _natural(each.name))
    listed = path / "series"
    if listed.is_file():  # quilt's own order
        names = [row.split()[0] for row in decode(listed.read_bytes()).splitlines() if row.split()]
        kept = [path / name for name in names if not name.startswith("#") and ".." not in Path(name).parts]
    if not kept:
        raise InputError(
            f"{label}: the directory holds no mails: name one with *.patch files, a maildir or an mbox"
        )
    return [_file(each, str(each), loose=True) for each in kept]


def _file(path: Path, label: str, loose: bool) -> Source:
    if not path.exists():
        raise InputError(f"{clean(label)}: there is no such file: check the path")
    if not path.is_file():
        with path.open("rb") as stream:  # a pipe, such as the shell's <(...)
            return _spooled(cast(BinaryIO, stream), clean(label))
    size = path.stat().st_size
    with path.open("rb") as stream:
        shape = _shape(stream.read(1 << 16), clean(label), size)
    one = shape is not Shape.MBOX or path.suffix in (".patch", ".diff", ".eml")
    return Source(clean(label), shape, size, loose and one, path)


def _standard_input(stdin: BinaryIO | None) -> Source:
    if stdin is None:
        raise InputError("standard input: nothing is connected to it: pipe a patch in")
    return _spooled(stdin, "standard input")


def _spooled(stream: BinaryIO, label: str) -> Source:
    spool = tempfile.SpooledTemporaryFile(max_size=LARGE)  # noqa: SIM115 (lives as long as its source)
    shutil.copyfileobj(stream, spool)
    size = spool.tell()
    spool.seek(0)
    shape = _shape(spool.read(1 << 16), label, size)
    return Source(label, shape, size, shape is not Shape.MBOX, None, cast(IO[bytes], spool))


def _shape(head: bytes, label: str, size: int) -> Shape:
    if not head.strip():
        raise InputError(f"{label}: the file is empty: give a patch, an mbox or a saved thread")
    for magic, tool in _PACKED.items():
        if head.startswith(magic):
            raise InputError(f"{label}: the file is compressed: unpack it with {tool} first")
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if mbox.is_envelope(first.split(b"\n", 1)[0]):
        return Shape.MBOX
    if size > _LONGEST_TEXT:
        raise InputError(f"{label}: {size >> 20} MB are too much for one patch: an mbox may be of any size")
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{label}: the file is binary: give a patch, an mbox or a saved thread as text")
    return Shape.MAIL if mail.looks_like_header(first) else Shape.TEXT
