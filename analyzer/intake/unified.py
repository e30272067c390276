"""The border to unidiff: the diff of one file, already cut and counted, becomes our own `Hunk`s.

Input: counted rows of each hunk. Output: `Hunk`s, or the reason why the library's reading differs
from the count. Not modelled: the file's names, which never reach the library (they mislead it).
"""

from __future__ import annotations

from dataclasses import dataclass

from unidiff.patch import PatchSet

from analyzer.model.series import Hunk, HunkLine, LineKind


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a hunk with its first column told apart; `bare` is a file's last line without line end."""

    kind: LineKind
    text: str
    number: int
    bare: bool = False


@dataclass(frozen=True, slots=True)
class RawHunk:
    """A hunk whose rows meet the counts of its ``@@`` line."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    rows: tuple[Row, ...]
    number: int


class Inconsistent(ValueError):
    """The library and the count do not agree."""


def hunks(raw: tuple[RawHunk, ...]) -> tuple[Hunk, ...]:
    """Parses the hunks of one file and rejects what does not add up."""
    if not raw:
        return ()
    lines = ["--- a/file\n", "+++ b/file\n"]
    for hunk in raw:
        lines.append(f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@\n")
        for row in hunk.rows:
            lines.append(f"{row.kind.value}{row.text}\n")
            if row.bare:
                lines.append("\\ No newline at end of file\n")
    try:
        parsed = PatchSet(lines)
    except Exception as error:  # whatever a foreign parser raises on strangers' text, it has not read it
        raise Inconsistent(str(error)) from error
    if len(parsed) != 1 or len(parsed[0]) != len(raw):
        raise Inconsistent("another number of hunks was read")
    return tuple(_converted(theirs, ours) for theirs, ours in zip(parsed[0], raw, strict=True))


def _converted(theirs: object, ours: RawHunk) -> Hunk:
    rows: list[tuple[str, str]] = [
        (line.line_type, line.value.removesuffix("\n"))
        for line in theirs  # type: ignore[attr-defined]
        if line.line_type != "\\"
    ]
    expected = [(row.kind.value, row.text) for row in ours.rows]
    if rows != expected:
        raise Inconsistent("other lines were read")
    return unchecked(ours)


def unchecked(raw: RawHunk) -> Hunk:
    """The hunk as counted, without asking the library (for a first look at very large input)."""
    return Hunk(
        raw.old_start,
        raw.old_count,
        raw.new_start,
        raw.new_count,
        raw.section,
        tuple(HunkLine(row.kind, row.text, row.number, row.bare) for row in raw.rows),
        raw.number,
    )
