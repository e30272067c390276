"""The command that b4 runs as a check: one mail in, what is to be said of that patch out.

Input: arguments, doors, streams, the variable ``B4_TRACKING_FILE``. Output: exit status, text to the
console. Not modelled: how the other patches are found (that is behind `Doors`).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from analyzer.cli.arguments import Arguments
from analyzer.cli.console import Console
from analyzer.cli.doors import Doors, Request
from analyzer.cli.grammar import PROGRAM
from analyzer.model.report import Level, Report
from analyzer.model.siblings import Siblings
from analyzer.model.unknown import InputError
from analyzer.reports.b4_check import description, entry, text
from analyzer.reports.escape import visible
from analyzer.reports.patch_checks import PatchCheck, State, patch_checks, series_check

MOST = 64 * 1024 * 1024  # bytes of a mail
TRACKING = "B4_TRACKING_FILE"
INCOMPLETE = 3


def b4_check(given: Arguments, doors: Doors, stdin: BinaryIO, console: Console) -> int:
    """Prints the check of the mail on standard input."""
    if given.words:
        raise InputError(
            f"b4-check: takes no operand; b4 hands over the mail (see {PROGRAM} b4-check --help)"
        )
    mail = stdin.read(MOST)
    found = doors.siblings(mail, console.environ.get(TRACKING, ""), given.repository)
    request = Request(
        (found.commits or "-",), given.profile, repo=given.repo, suppressions=given.suppressions
    )
    if found.commits:
        request = replace(request, repo=given.repository)
    try:
        reports = doors.analyse(request, stdin=io.BytesIO(found.mails), progress=lambda _: None)
    except InputError as wrong:
        if found.mails != mail:
            raise
        check = _untold(found, str(wrong))  # a cover letter without its patches is nobody's mistake
    else:
        check = _chosen(reports, found)
    if given.wanted and given.wanted[-1][1] == "terse":
        if not check.told and not check.remarks:
            console.say(f"-: WARNING: {visible(check.line)}\n")
        console.say(
            "".join(f"{description(one)}\n" for one in check.remarks if _matters(one.level, one.unknown))
        )
    else:
        console.say(text([entry(check, given.report_url)]))
    if check.state is State.FAIL:
        return 1
    return 0 if check.told else INCOMPLETE


def _matters(level: Level, unknown: object) -> bool:
    """b4 takes every line of a checker for a complaint."""
    return level is not Level.NOTE or unknown is not None


def _chosen(reports: Sequence[Report], found: Siblings) -> PatchCheck:
    """The check of the mail's own patch: the one of its title, at its number if there are several."""
    title = " ".join(found.title.split())
    for report in reversed(reports):
        if not found.number:
            return series_check(report)
        fitting = [one for one in patch_checks(report) if " ".join(one.title.split()) == title]
        exact = [one for one in fitting if one.patch == found.number]
        if exact or fitting:
            return (exact or fitting)[0]
        if not report.concerned:
            return replace(series_check(report), patch=found.number)
    return _untold(found, f"the patch is not among those that were found ({found.how})")


def _untold(found: Siblings, why: str) -> PatchCheck:
    return PatchCheck(found.number, found.title, State.WARN, f"incomplete: {why}", (), told=False)
