"""The lines in front of a file's first hunk: git's extended header, or a plain ``---``/``+++`` pair.

Input: lines and an index. Output: a `Header`, or None when no diff begins there (prose that only looks
like one included). Not modelled: similarity percentages, modes other than that they changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.intake import paths
from analyzer.intake.lines import Line
from analyzer.intake.quotes import HUNK
from analyzer.model.series import FileChange

_INDEX = re.compile(r"^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: [0-7]{5,6})?\s*$")
_EXTENDED = re.compile(
    r"^(?:old mode |new mode |deleted file mode |new file mode |similarity index |dissimilarity index "
    r"|rename from |rename to |copy from |copy to |index [0-9a-f]{4,64}[.,])"
)
_BINARY = re.compile(r"^(?:Binary files .* differ|GIT binary patch)\s*$")


@dataclass(frozen=True, slots=True)
class Header:
    """What a file's header says, from `start` to before `end`. A new or deleted file has one name twice."""

    start: int
    end: int
    old_path: str
    new_path: str
    change: FileChange = FileChange.MODIFIED
    old_blob: str = ""
    new_blob: str = ""
    needs_hunks: bool = True
    combined: bool = False


def header_at(lines: Sequence[Line], at: int) -> Header | None:
    """The header that begins at index `at`, if one does."""
    text = lines[at].text
    if text.startswith("diff --git "):
        return _git(lines, at)
    if text.startswith(("diff --cc ", "diff --combined ")):
        follower = lines[at + 1].text if at + 1 < len(lines) else ""
        if follower.startswith("--- ") or _EXTENDED.match(follower):
            name = paths.unquote(text.split(" ", 2)[2].strip())
            return Header(at, at + 1, name, name, combined=True)
        return None
    if text.startswith("--- ") and _pair(lines, at):
        old, new = paths.named(text[4:]), paths.named(lines[at + 1].text[4:])
        old, new = paths.pair(old, new)
        change = _by_null(old, new, FileChange.MODIFIED)
        old, new = _both(old, new)
        return Header(at, at + 2, old, new, change)
    return None


def _pair(lines: Sequence[Line], at: int) -> bool:
    return (
        at + 2 < len(lines)
        and lines[at + 1].text.startswith("+++ ")
        and HUNK.match(lines[at + 2].text) is not None
    )


def _by_null(old: str, new: str, otherwise: FileChange) -> FileChange:
    if old == paths.NULL:
        return FileChange.ADDED
    return FileChange.DELETED if new == paths.NULL else otherwise


def _both(old: str, new: str) -> tuple[str, str]:
    return (new if old == paths.NULL else old), (old if new == paths.NULL else new)


def _git(lines: Sequence[Line], at: int) -> Header | None:
    old, new = paths.from_git_line(lines[at].text.rstrip("\r")[len("diff --git ") :])
    change, old_blob, new_blob = FileChange.MODIFIED, "", ""
    needs, plausible = True, False
    end = at + 1
    while end < len(lines):
        text = lines[end].text.rstrip("\r")
        index = _INDEX.match(text)
        if index:
            old_blob, new_blob = index.groups()
        elif text.startswith("new file mode "):
            change, needs = FileChange.ADDED, False
        elif text.startswith("deleted file mode "):
            change, needs = FileChange.DELETED, False
        elif text.startswith(("rename from ", "copy from ")):
            change = FileChange.RENAMED if text.startswith("rename") else FileChange.COPIED
            old, needs = paths.unquote(text.split(" ", 2)[2]), False
        elif text.startswith(("rename to ", "copy to ")):
            new = paths.unquote(text.split(" ", 2)[2])
        elif text.startswith(("old mode ", "new mode ")):
            needs = False
        elif not _EXTENDED.match(text):
            break
        plausible = True
        end += 1
    text = lines[end].text.rstrip("\r") if end < len(lines) else ""
    if _BINARY.match(text):
        old, new = _both(old, new)
        return Header(at, _past_binary(lines, end), old, new, FileChange.BINARY, old_blob, new_blob, False)
    if text.startswith("--- ") and end + 1 < len(lines) and lines[end + 1].text.startswith("+++ "):
        named = paths.pair(paths.named(text[4:]), paths.named(lines[end + 1].text[4:]))
        change = _by_null(*named, change)
        if change is FileChange.MODIFIED:
            old, new = named
        elif change in (FileChange.ADDED, FileChange.DELETED):
            old, new = _both(*named)
        return Header(at, end + 2, old, new, change, old_blob, new_blob)
    if not plausible and end < len(lines):
        return None
    if old_blob and set(new_blob) == {"0"} and change is FileChange.MODIFIED:
        change = FileChange.DELETED
    blobs_differ = bool(old_blob) and change in (FileChange.RENAMED, FileChange.COPIED)
    return Header(at, end, *_both(old, new), change, old_blob, new_blob, needs or blobs_differ)


def _past_binary(lines: Sequence[Line], at: int) -> int:
    if not lines[at].text.startswith("GIT"):
        return at + 1
    at += 1
    while at < len(lines) and re.match(r"^(?:literal \d+|delta \d+|[A-Za-z][!-~]+|)\r?$", lines[at].text):
        at += 1
    return at
