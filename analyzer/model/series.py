"""A series as intake hands it on: mails that belong together, their patches, files and hunks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.model.unknown import Unknown


class LineKind(Enum):
    """The role of a line in a hunk; the value is the diff's first column."""

    CONTEXT = " "
    ADDED = "+"
    REMOVED = "-"


@dataclass(frozen=True, slots=True)
class HunkLine:
    """One line of a hunk without its first column and line end. `source` is its 1-based line in the input;
    `bare` marks a file's last line that has no line end."""

    kind: LineKind
    text: str
    source: int = 0
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk; starts and counts as in its ``@@`` line, `section` the text after the second ``@@``."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    lines: tuple[HunkLine, ...]
    source: int = 0  # 1-based line of the @@ line in the input


class FileChange(Enum):
    """What a file diff does to the file as a whole."""

    MODIFIED = "modified"
    ADDED = "added"
    DELETED = "deleted"
    RENAMED = "renamed"
    COPIED = "copied"
    MODE = "mode"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class FileDiff:
    """The diff of one file. Paths are relative, without a/ and b/, never absolute, never with ``..``."""

    old_path: str
    new_path: str
    change: FileChange
    hunks: tuple[Hunk, ...]
    old_blob: str = ""  # abbreviated ids from the index line, or ""
    new_blob: str = ""
    repaired: bool = False  # placed by tokens, not by exact text


@dataclass(frozen=True, slots=True)
class Repair:
    """One mend of damaged input: what was done, and where (``file:line``)."""

    what: str
    where: str
    patch: int = 0


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch. `number` is its own number in the series (1-based), `total` what the subject claims or 0;
    `places` are the 1-based places of the message's lines in `source`, () where they are not known."""

    number: int
    total: int
    version: int
    title: str
    author: str
    message: str
    files: tuple[FileDiff, ...]
    message_id: str = ""
    source: str = ""  # the file it came from
    line: int = 0  # 1-based line there at which its mail or diff begins
    trailers: tuple[tuple[str, str], ...] = ()
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that carries no patch of its own: a cover letter or a discussion. `places` are the 1-based
    places of the lines of `text` in `source`."""

    author: str
    subject: str
    text: str
    source: str = ""
    line: int = 0
    cover: bool = False
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Patches in order. `missing` are the numbers the subjects promise and the input lacks.

    `notes` are plain sentences on duplicates, mixes and what was left aside; `unknown` is what
    could not be read although it might be part of the series.
    """

    title: str
    version: int
    patches: tuple[Patch, ...]
    missing: tuple[int, ...] = ()
    replies: tuple[Reply, ...] = ()
    base_commit: str = ""
    notes: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    commits: str = ""  # the words that named them, if the patches are commits; `base_commit` is before them
