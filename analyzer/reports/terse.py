"""The report in single lines, as checkpatch and compilers write them: ``file:line: LEVEL: text``.

Input: a `Report`. Output: a line for each remark and one with their number. A colon or blank in a file's name
is spelled out, so that the first colons of a line are its frame. Not modelled: columns, and what has no line.
"""

from __future__ import annotations

from analyzer.model.report import Level, Report
from analyzer.model.unknown import Location
from analyzer.reports import words
from analyzer.reports.escape import visible
from analyzer.reports.remarks import remarks, tally_words

_LEVELS = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "NOTE"}


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """The lines. Ends in one newline."""
    found = remarks(report, scenarios)
    lines = [f"{place(one.where)}: {_LEVELS[one.level]}: {visible(one.text).lstrip()}" for one in found]
    if not report.concerned:
        lines = [f"-: NOTE: {visible(line)}" for line in words.not_concerned(report)]
    return "\n".join([*lines, f"total: {tally_words(found)}"]) + "\n"


def place(where: Location) -> str:
    """``file:line`` with no other colon and no blank; ``-`` for no file."""
    path = visible(where.path).replace(":", "\\x3a").replace(" ", "\\x20") or "-"
    return f"{path}:{where.line}" if where.line else path
