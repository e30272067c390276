"""The report as workflow commands for GitHub Actions: annotations beside changed lines.

Input: a `Report`. Output: first a line a remark for the log, between commands that switch commands off, so
that nothing in it is one; then an annotation for each of the gravest remarks. GitHub shows ten of a kind a
step; how many are left out is said. Not modelled: groups, masks, columns.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from analyzer.model.report import Level, Report
from analyzer.reports import terse
from analyzer.reports.escape import visible
from analyzer.reports.remarks import Remark, remarks, tally_words

MOST = 10  # annotations of a kind in a step
SUMMARY_BYTES = 1 << 20  # of a step's summary
_LEVELS = (Level.ERROR, Level.WARNING, Level.NOTE)
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """The log and the commands. Ends in one newline."""
    log = terse.render(report, scenarios)
    # Nothing in the log can hold the digest of the log.
    token = hashlib.sha256(log.encode("utf-8", "surrogatepass")).hexdigest()
    found = sorted(
        remarks(report, scenarios), key=lambda one: (_LEVELS.index(one.level), one.unknown is None)
    )
    shown: Counter[Level] = Counter()
    commands = []
    for one in found:
        # The last notice is kept for the number of those left out.
        if shown[one.level] < MOST - (one.level is Level.NOTE):
            shown[one.level] += 1
            commands.append(_annotation(one))
    if len(found) > len(commands):
        said = f"{len(found) - len(commands)} more are in the log: {tally_words(found)}"
        commands.append(f"::notice title=analyze-series::{data(said)}")
    return "\n".join([f"::stop-commands::{token}", log.rstrip("\n"), f"::{token}::", *commands]) + "\n"


def summary(text: str, room: int = SUMMARY_BYTES) -> str:
    """A Markdown report, cut between two of its blocks if it would not fit into `room` bytes."""
    if len(text.encode("utf-8", "replace")) <= room:
        return text
    notice = "**The rest of the report does not fit here.** Other formats have all of it.\n"
    left = room - len(notice)
    kept = []
    for block in text.split("\n\n"):
        left -= len(block.encode("utf-8", "replace")) + 2
        if left < 0:
            break
        kept.append(block)
    return "\n\n".join([*kept, notice])


def data(text: str) -> str:
    """`text` for the message of a command."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def value(text: str) -> str:
    """`text` for a property of a command."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


def _annotation(one: Remark) -> str:
    where = [f"file={value(one.where.path)}"] if one.where.path else []
    where += [f"line={one.where.line}"] if one.where.path and one.where.line else []
    properties = ",".join([*where, f"title={value(one.rule)}"])
    return f"::{_COMMANDS[one.level]} {properties}::{data(one.text)}"
