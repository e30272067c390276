"""Cuts the diffs out of a text: finds where each begins, counts its hunks, and names what is damaged.

Input: the lines of one mail or file, quoted copies of hunks. Output: a `Cut`: whole `FileDiff`s only,
repairs, and an `Unknown` for each file that could not be read in full. A ``---``/``+++`` pair is a diff
only with an ``@@`` line behind it; a ``diff --git`` line only with what git writes behind it. Not
modelled: context diffs, ed scripts, the contents of binary diffs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.intake import unified
from analyzer.intake.counts import excess, shortage, swallowed, with_tail
from analyzer.intake.headers import Header, header_at
from analyzer.intake.lines import Line, clean
from analyzer.intake.paths import refusal
from analyzer.intake.quotes import HUNK, QuotedHunk, identity
from analyzer.intake.repair import LIMIT, Mend, Style, fit, strict
from analyzer.model.series import FileChange, FileDiff, Repair
from analyzer.model.unknown import Unknown

_MANY_LOST = 5
_NOTHING: Mapping[str, tuple[QuotedHunk, ...]] = {}


@dataclass(frozen=True, slots=True)
class Cut:
    """What a text's diffs gave; their lines run from index `first` (-1: none) to before `end`."""

    files: tuple[FileDiff, ...] = ()
    first: int = -1
    end: int = 0
    repairs: tuple[Repair, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Tally:
    """What is gathered while the text is walked through."""

    files: list[FileDiff] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)


def cut(
    lines: Sequence[Line],
    source: str,
    copies: Mapping[str, tuple[QuotedHunk, ...]] = _NOTHING,
    checked: bool = True,
) -> Cut:
    """Reads every diff in `lines`. With `checked` false, unidiff is not asked (a first look only)."""
    tally = _Tally()
    at = 0
    style: Style | None = None
    while at < len(lines):
        header = header_at(lines, at)
        if header is None:
            at += 1
            continue
        if style is None:
            style = _style(lines, at)
        end = _file(lines, header, source, copies, style, checked, tally)
        tally.spans.append((at, end))
        at = max(end, at + 1)
    first = tally.spans[0][0] if tally.spans else -1
    return Cut(
        tuple(tally.files),
        first,
        tally.spans[-1][1] if tally.spans else 0,
        tuple(tally.repairs),
        tuple(tally.unknown),
        tuple(tally.spans),
    )


def _style(lines: Sequence[Line], at: int) -> Style:
    """Looks at all lines behind ``@@`` lines: did the text lose its blanks?"""
    inside, blank, indented = False, False, False
    left = 0
    for index in range(at, len(lines)):
        text = lines[index].text
        match = HUNK.match(text)
        if match:
            inside, left = True, max(_count(match.group(2)), _count(match.group(4)))
        elif inside and left > 0:
            left -= 1
            indented = indented or (text.startswith(" ") and bool(text.strip()))
            blank = blank or not text.strip()
    return Style(stripped=not indented, blanks_dropped=not indented and not blank)


def _count(text: str | None) -> int:
    return 1 if text is None else int(text)


def _file(
    lines: Sequence[Line],
    header: Header,
    source: str,
    copies: Mapping[str, tuple[QuotedHunk, ...]],
    style: Style,
    checked: bool,
    tally: _Tally,
) -> int:
    """Reads the diff of one file; gives the index behind it."""
    where = f"{source}:{lines[header.start].number}"
    name = clean(header.new_path or header.old_path)
    problems: list[Unknown] = []
    if header.combined:
        why = "it is a combined diff (of a merge), which shows no single change: give one against one parent"
        tally.unknown.append(Unknown(f"the diff of {name}", why, where))
        return _next_header(lines, header.end)
    for path in dict.fromkeys((header.old_path, header.new_path)):
        refused = refusal(path)
        if refused:
            problems.append(Unknown("the diff of a file", refused, where))
    raw: list[unified.RawHunk] = []
    mends: list[Mend] = []
    at = header.end
    while at < len(lines) and lines[at].text.startswith("@@ "):
        match = HUNK.match(lines[at].text)
        numbers = f"hunk {len(raw) + len(problems) + 1} ({clean(identity(lines[at].text))[:60]})"
        here = f"{source}:{lines[at].number}"
        if match is None:
            problems.append(Unknown(f"{numbers} of {name}", "its @@ line is damaged", here))
            at = _next_hunk(lines, at + 1)
            continue
        old, new = _count(match.group(2)), _count(match.group(4))
        read = strict(lines, at + 1, old, new)
        why = "" if read is None else excess(lines, read.end, False) or swallowed(lines, read)
        if read is None or why:
            stop = _next_hunk(lines, at + 1)
            if read is None:
                why = shortage(lines, at + 1, stop, old, new)
            mended = None
            if read is None or style.stripped:  # else every line is whole: it is the counts that are wrong
                shown = copies.get(identity(lines[at].text), ())
                # A text with many lost hunks is lost: no long search for each of the rest.
                limit = LIMIT if len(problems) + len(tally.unknown) < _MANY_LOST else LIMIT // 20
                mended = fit(lines, at + 1, stop, old, new, style, shown, limit)
            if mended is not None and not (excess(lines, mended.end, True) or swallowed(lines, mended)):
                read, why = mended, ""
        if read is None or why:
            problems.append(Unknown(f"{numbers} of {name}", why, here))
            at = _next_hunk(lines, at + 1)
            continue
        read = with_tail(lines, read)
        starts = int(match.group(1)), int(match.group(3))
        section = match.group(5).strip("\r")
        raw.append(unified.RawHunk(starts[0], old, starts[1], new, section, read.rows, lines[at].number))
        mends.extend(read.mends)
        at = read.end
    if not raw and not problems and header.needs_hunks:
        problems.append(Unknown(f"the diff of {name}", "it is cut off before its first hunk", where))
    if mends and at < len(lines) and lines[at].text == "--":
        mends.append(Mend("the '--' behind the last hunk is a signature by the counts", lines[at].number))
    if not problems:
        try:
            parsed = unified.hunks(tuple(raw)) if checked else tuple(unified.unchecked(each) for each in raw)
            change = header.change if raw or header.change is not FileChange.MODIFIED else FileChange.MODE
            tally.files.append(
                FileDiff(
                    header.old_path,
                    header.new_path,
                    change,
                    parsed,
                    header.old_blob,
                    header.new_blob,
                    bool(mends),
                )
            )
            tally.repairs.extend(Repair(f"{name}: {mend.what}", f"{source}:{mend.number}") for mend in mends)
        except unified.Inconsistent as error:
            problems.append(Unknown(f"the diff of {name}", f"two readings of it differ: {error}", where))
    tally.unknown.extend(problems)
    return at


def _next_hunk(lines: Sequence[Line], at: int) -> int:
    while at < len(lines) and not HUNK.match(lines[at].text) and header_at(lines, at) is None:
        at += 1
    return at


def _next_header(lines: Sequence[Line], at: int) -> int:
    while at < len(lines) and header_at(lines, at) is None:
        at += 1
    return at
