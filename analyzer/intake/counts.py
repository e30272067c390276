"""Whether a hunk that meets its counts ends where it should, and if not, what is wrong with it.

Input: the lines and where a hunk was read to end. Output: a reason, or "". Git itself trusts the counts
alone; here a line of the hunk left over, or the mail's signature counted in, is told. Not modelled:
counts that are wrong in a way that meets the text all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from analyzer.intake.headers import header_at
from analyzer.intake.lines import Line
from analyzer.intake.quotes import HUNK
from analyzer.intake.repair import Fit, Mend
from analyzer.model.series import LineKind

_VERSION = re.compile(r"^\d+\.\d+[\w.-]*(?: \(.*\))?\s*$")
_SIGNATURE = re.compile(r"^--(?: ?|-.*)$")
_FURNITURE = re.compile(r"^(?:Index:|=+\s*$|diff |Only in |From |commit |Binary |GIT |[A-Za-z-]+: |[*_#])")


def excess(lines: Sequence[Line], at: int, damaged: bool) -> str:
    """Whether a line behind a full hunk still looks like one of it; then the counts are wrong."""
    if at >= len(lines):
        return ""
    text = lines[at].text
    if text[:1] in ("+", "-") and not _SIGNATURE.match(text):
        pair = at + 1 < len(lines) and text.startswith("--- ") and lines[at + 1].text.startswith("+++ ")
        if not pair:
            return "its counts do not add up: lines of the hunk are left over"
    if not damaged and text[:1] == " " and text.strip():
        return "its counts do not add up: lines of the hunk are left over"
    return ""


def swallowed(lines: Sequence[Line], read: Fit) -> str:
    """Whether the mail's signature was counted as a removed line: then lines before it are lost."""
    last = read.rows[-1] if read.rows else None
    if last is None or last.kind is not LineKind.REMOVED or last.text.strip() != "-" or len(last.text) > 2:
        return ""
    if read.end < len(lines) and _VERSION.match(lines[read.end].text):
        return "its counts do not add up: only with the mail's signature as a removed line are they met"
    return ""


def with_tail(lines: Sequence[Line], read: Fit) -> Fit:
    """Joins the rest of a wrapped last line, which no count shows: unmarked lines before the next thing."""
    at = read.end
    while at < len(lines) and at - read.end < 4 and _loose(lines[at].text):
        at += 1
    follows = at < len(lines) and (
        HUNK.match(lines[at].text) is not None
        or header_at(lines, at) is not None
        or (_SIGNATURE.match(lines[at].text) is not None and at + 1 < len(lines) and _version(lines[at + 1]))
    )
    if at == read.end or not follows or not read.rows:
        return read
    last = read.rows[-1]
    joined = " ".join([last.text.rstrip(), *(line.text.strip() for line in lines[read.end : at])])
    mend = Mend("a wrapped line is joined to the one before it", lines[read.end].number)
    rows = (*read.rows[:-1], replace(last, text=joined))
    return Fit(rows, at, (*read.mends, mend))


def _loose(text: str) -> bool:
    return bool(text.strip()) and text[0] not in " +-\\@>" and not _FURNITURE.match(text)


def _version(line: Line) -> bool:
    return _VERSION.match(line.text) is not None


def shortage(lines: Sequence[Line], start: int, stop: int, old: int, new: int) -> str:
    have_old = have_new = 0
    for line in lines[start:stop]:
        column = line.text[:1]
        if _SIGNATURE.match(line.text):
            stop = start
            break
        have_old += column != "+"
        have_new += column != "-"
    cut_off = " and the text ends: the diff is cut off" if stop >= len(lines) and have_old <= old else ""
    return (
        f"its counts do not add up: {old} old and {new} new lines are promised, "
        f"{min(have_old, 10**6)} and {min(have_new, 10**6)} stand there{cut_off}"
    )
