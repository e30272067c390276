"""A mail's text taken apart: in-body header, message, notes, trailers, diffs.

Input: lines, quoted copies. Output: a `Body`. What stands above scissors is dropped; what stands
between ``---`` and the diff are notes, their diffstat is checked against the diff. Not modelled: the
notes' text, which is of no use to the analysis.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.intake.cut import Cut, cut
from analyzer.intake.lines import Line, clean, clean_block
from analyzer.intake.quotes import QuotedHunk, depth
from analyzer.model.series import FileChange, FileDiff, LineKind
from analyzer.model.unknown import Unknown, Weight

_SCISSORS = re.compile(r">8|8<|>%|%<")
_IN_BODY = re.compile(r"^(From|Subject|Date|Author|Description):\s*(.*)$")
_TRAILER = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60}):\s+(\S.*)$")
_SPECIAL = re.compile(
    r"^\s*(base-commit|prerequisite-patch-id|prerequisite-change-id|prerequisite-message-id|based-on|change-id)"
    r":\s*(\S.*)$",
    re.IGNORECASE,
)
_STAT = re.compile(
    r"^\s*(\d{1,6}) files? changed(?:, (\d{1,9}) insertions?\(\+\))?(?:, (\d{1,9}) deletions?\(-\))?\s*$"
)
_PRELUDE = re.compile(r"^(?:Index: .*|=+|diff -.*|Only in .*)$")


@dataclass(frozen=True, slots=True)
class Body:
    """A text taken apart. `author` and `subject` come from in-body header lines, "" without; `prose` is the
    message with each line's place."""

    author: str
    subject: str
    message: str
    trailers: tuple[tuple[str, str], ...]
    cut: Cut
    scissors: bool
    unknown: tuple[Unknown, ...] = ()
    prose: tuple[Line, ...] = ()


def read(
    lines: Sequence[Line],
    source: str,
    copies: Mapping[str, tuple[QuotedHunk, ...]],
    checked: bool = True,
    diff: Cut | None = None,
) -> Body:
    """Takes `lines` apart (`diff`: their cut, if it is known already)."""
    found = cut(lines, source, copies, checked) if diff is None else diff
    first = found.first if found.first >= 0 else len(lines)
    begin = 0
    for at in range(first):
        if _is_scissors(lines[at].text):
            begin = at + 1
    scissors = begin > 0
    author, subject, begin = _in_body(lines, begin, first)
    end = next((at for at in range(begin, first) if lines[at].text.rstrip() == "---"), first)
    prose = list(lines[begin:end])
    while prose and (not prose[-1].text.strip() or _PRELUDE.match(prose[-1].text.rstrip())):
        prose.pop()
    message = [line.text for line in prose]
    inside = {at for span in found.spans for at in range(*span)}
    loose = [line.text for at, line in enumerate(lines) if at >= begin and at not in inside]
    trailers = _trailers(message)
    trailers += [each for each in _special(loose) if each not in trailers]
    where = f"{source}:{lines[first].number}" if first < len(lines) else source
    unknown = _stat_check(lines[begin:first], found, where) if found.first >= 0 else ()
    return Body(
        author, subject, clean_block(message), tuple(trailers), found, scissors, unknown, tuple(prose)
    )


def _is_scissors(text: str) -> bool:
    """Git's rule, near enough: a mark, and mostly dashes, blanks and marks."""
    if not _SCISSORS.search(text) or depth(text):
        return False
    rest = re.sub(r">8|8<|>%|%<|[-\s]|cut here", "", text)
    return "-" in text and len(rest) * 3 <= len(text.strip())


def _in_body(lines: Sequence[Line], begin: int, stop: int) -> tuple[str, str, int]:
    at = begin
    while at < stop and not lines[at].text.strip():
        at += 1
    author, subject, seen = "", "", False
    while at < stop:
        match = _IN_BODY.match(lines[at].text)
        if not match:
            break
        seen = True
        name, value = match.group(1), match.group(2)
        if name in ("From", "Author") and not author:
            author = clean(value)
        elif name in ("Subject", "Description") and not subject:
            subject = value
            while at + 1 < stop and lines[at + 1].text[:1] in (" ", "\t") and lines[at + 1].text.strip():
                at += 1
                subject += " " + lines[at].text
        at += 1
    return author, clean(subject), at if seen else begin


def _trailers(message: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for text in reversed(message):
        match = _TRAILER.match(text)
        if match:
            found.append((match.group(1), clean(match.group(2))))
            continue
        blank = not text.strip()
        if (blank and found) or not (blank or text.startswith((" ", "\t", "["))):
            break
    return found[::-1]


def _special(texts: list[str]) -> list[tuple[str, str]]:
    """Lines that tie a series to others; they may stand anywhere in a mail, also below the diff."""
    found = (_SPECIAL.match(text) for text in texts)
    return [(match.group(1), clean(match.group(2))) for match in found if match]


def counted(files: Sequence[FileDiff]) -> tuple[int, int]:
    """Added and removed lines."""
    kinds = [line.kind for file in files for hunk in file.hunks for line in hunk.lines]
    return kinds.count(LineKind.ADDED), kinds.count(LineKind.REMOVED)


def _stat_check(lines: Sequence[Line], found: Cut, where: str) -> tuple[Unknown, ...]:
    stats = [match for match in (_STAT.match(line.text) for line in lines) if match]
    if not stats or found.unknown:
        return ()
    files = int(stats[-1].group(1))
    added, removed = int(stats[-1].group(2) or 0), int(stats[-1].group(3) or 0)
    if files != len(found.files):
        why = f"the diffstat promises {files} files, {len(found.files)} stand there"
        weight = Weight.INCOMPLETE if files > len(found.files) else Weight.ASSUMPTION
        return (Unknown("the diff", why, where, weight=weight),)
    if any(file.change is FileChange.BINARY for file in found.files):
        return ()
    have = counted(found.files)
    if have != (added, removed):
        why = f"the diffstat promises +{added} -{removed} lines, +{have[0]} -{have[1]} stand there"
        return (Unknown("the diff", why, where, weight=Weight.ASSUMPTION),)
    return ()
