"""The commands, one function each: arguments in, exit status out, text to the console.

Not modelled: how anything is analysed (that is behind `Doors`) or laid out (`analyzer.reports`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from analyzer.cli.arguments import Arguments
from analyzer.cli.completion import script
from analyzer.cli.console import Console, Progress
from analyzer.cli.doors import Doors, Request, Walked
from analyzer.cli.grammar import PROFILE_ACTIONS, PROGRAM, SHELLS
from analyzer.cli.outputs import add_to, check_folders, paired, room_in, write_all
from analyzer.cli.showing import flow_text, profile_text
from analyzer.model.report import Report
from analyzer.model.unknown import InputError
from analyzer.reports import join, render
from analyzer.reports.backport import MATRICES
from analyzer.reports.escape import visible
from analyzer.reports.github import SUMMARY_BYTES, summary
from analyzer.reports.history import HISTORIES
from analyzer.reports.lists import normalised
from analyzer.reports.rules import BOOKS
from analyzer.reports.subscribers import LISTINGS, doubts_of
from analyzer.reports.words import incomplete, unknown_words

FILE_WIDTH = 80
INCOMPLETE = 3
_STATUS_ORDER = (2, 1, INCOMPLETE)


def analyse(given: Arguments, doors: Doors, stdin: BinaryIO, console: Console) -> int:
    """The default command: reports on all series in the input."""
    if not given.words:
        raise InputError(
            f"no files; name patches, mails or commits, or - for standard input (see {PROGRAM} --help)"
        )
    targets = paired(given.wanted)
    check_folders(targets)
    summary_file = _summary_file(given, console)
    progress = _progress(given, console)
    try:
        reports = doors.analyse(
            _request(given),
            stdin=_stdin((*given.words, *given.thread, *given.previous), stdin),
            progress=progress,
        )
    finally:
        progress.clear()
    if not reports:
        raise InputError(f"{', '.join(given.words)}: no patch series found; name files that hold patches")
    reports = tuple(replace(report, url=given.report_url) for report in reports)
    concerned = [report for report in reports if report.concerned]
    if given.scenarios and concerned:
        found = [(scenario.id, scenario.title) for report in concerned for scenario in report.scenarios]
        _refuse_unknown(given.scenarios, found)
    status = overall(reports)

    def written(name: str, *, colour: bool, width: int) -> str:
        texts = tuple(render(r, name, colour=colour, width=width, scenarios=given.scenarios) for r in reports)
        return join(texts, name, status)

    write_all(
        tuple(
            (t.path, written(t.format, colour=False, width=FILE_WIDTH)) for t in targets if t.path is not None
        )
    )
    if summary_file is not None:
        text = written("markdown", colour=False, width=FILE_WIDTH)
        add_to(summary_file, summary(text, room_in(summary_file, SUMMARY_BYTES)))
    for target in targets:
        if target.path is None:
            console.say(written(target.format, colour=console.colour(given.color), width=console.width()))
    if status == INCOMPLETE and not given.quiet:
        console.complain(_incomplete(reports))
    return status


def _summary_file(given: Arguments, console: Console) -> str | None:
    """The file that GitHub names for the summary of a step, if it was asked for."""
    if not given.step_summary:
        return None
    path = console.environ.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        raise InputError(
            "--step-summary: GITHUB_STEP_SUMMARY is not set; it is for a step of a GitHub workflow"
        )
    return path


def _incomplete(reports: Iterable[Report]) -> str:
    """What exit status 3 is about, in one line."""
    doubts = [unknown_words(doubt) for report in reports for doubt in incomplete(report)]
    if not doubts:
        return "incomplete: the report says what could not be told"
    rest = f"; and {len(doubts) - 1} more in the report" if len(doubts) > 1 else ""
    return f"incomplete: {doubts[0]}{rest}"


def overall(reports: Iterable[Report]) -> int:
    """The status of several reports: the first of 2, 1, 3 that one of them has, else 0."""
    statuses = {report.exit_status for report in reports}
    return next((status for status in _STATUS_ORDER if status in statuses), 0)


def backport(given: Arguments, doors: Doors, stdin: BinaryIO, console: Console) -> int:
    """Prints which parts of a series apply on the base, and which rules they break there."""
    _expect(bool(given.words), "backport: no files; name patches, mails or commits")
    progress = _progress(given, console)
    try:
        found = doors.backport(_request(given), stdin=_stdin(given.words, stdin), progress=progress)
    finally:
        progress.clear()
    matrix = given.wanted[-1][1] if given.wanted else "text"
    console.say(MATRICES[matrix](found, console.width()))
    statuses = {one.exit_status for one in found}
    return next((status for status in _STATUS_ORDER if status in statuses), 0)


def flow(given: Arguments, doors: Doors, stdin: BinaryIO, console: Console) -> int:
    """Prints a function's control-flow summaries."""
    if not given.words:
        raise InputError(f"flow: no function; say which one (see {PROGRAM} flow --help)")
    function, *paths = given.words
    progress = _progress(given, console)
    try:
        found = doors.flow(
            function, _request(given, tuple(paths)), stdin=_stdin(paths, stdin), progress=progress
        )
    finally:
        progress.clear()
    if not found:
        raise InputError(f"flow: no function {function}; check its name, or name the patches that add it")
    console.say(flow_text(found, colour=console.colour(given.color)))
    return 0


def history(given: Arguments, doors: Doors, console: Console) -> int:
    """Prints which commit changed which scenario's sequence."""
    before = given.words[: len(given.words) - len(given.behind)]
    _expect(len(before) <= 1, "history: takes one range; paths stand behind --")
    story = given.wanted[-1][1] if given.wanted else "text"
    words = before[0] if before else "HEAD"
    progress = _progress(given, console)
    try:
        found = doors.history(
            Walked(given.repository, words, given.behind, given.profile, given.full, given.jobs, given.cache),
            progress=progress,
        )
    finally:
        progress.clear()
    if given.scenarios and found.entries:
        _refuse_unknown(given.scenarios, [(s.id, s.title) for e in found.entries for s in e.scenarios])
    console.say(HISTORIES[story](found, console.width(), given.scenarios))
    return found.exit_status


def subscribers(given: Arguments, doors: Doors, console: Console) -> int:
    """Prints who registers for the events of a tree, and what each handler acts on."""
    _expect(not given.words, "subscribers: takes no operand; give the folder with --repo")
    listing = given.wanted[-1][1] if given.wanted else "text"
    progress = _progress(given, console)
    try:
        found = doors.subscribers(
            given.repository, given.at, given.profile, cache=given.cache, progress=progress
        )
    finally:
        progress.clear()
    console.say(LISTINGS[listing](found, console.width()))
    return INCOMPLETE if any(doubts_of(one) for one in found) else 0


def rules(given: Arguments, doors: Doors, console: Console) -> int:
    """Prints the rules of the profiles, or the one that is named."""
    _expect(len(given.words) <= 1, "rules: takes one name at most")
    found = doors.rules(given.words[0] if given.words else None, given.profile)
    console.say(BOOKS[given.wanted[-1][1] if given.wanted else "text"](found, console.width()))
    return 0


def profile(given: Arguments, doors: Doors, console: Console) -> int:
    """Lists, shows or checks profiles."""
    action, *words = given.words or ("",)
    if action not in PROFILE_ACTIONS:
        raise InputError(f"profile: say one of {', '.join(PROFILE_ACTIONS)} (see {PROGRAM} profile --help)")
    if action == "list":
        _expect(not words, "profile list: takes no operand")
        known = [doors.load_profile(name) for name in doors.list_profiles()]
        width = max((len(entry.name) for entry in known), default=0)
        lines = [f"{entry.name:<{width}}  {entry.title}" for entry in known]
    elif action == "show":
        _expect(len(words) == 1, "profile show: name one profile")
        console.say(profile_text(doors.load_profile(words[0]), console.width()))
        return 0
    else:
        _expect(bool(words), "profile check: name a profile or its file")
        lines = list(doors.check_profile(words[0], tuple(words[1:])))
    console.say("".join(f"{visible(line)}\n" for line in lines))
    return 0


def bot(given: Arguments, doors: Doors, console: Console) -> int:
    """Watches where mails arrive; what it does is told on standard error, for a log."""
    _expect(not given.words, "bot: takes no operand; give the configuration with --config")
    if given.config is None:
        raise InputError("bot: no configuration; name it with --config (docs/bot.md describes it)")

    def say(what: str) -> None:
        if not given.quiet:
            console.complain(f"bot: {what}")

    def warn(what: str) -> None:
        console.complain(f"bot: {what}")

    return doors.bot(given.config, once=given.once, resend=given.resend, say=say, warn=warn)


def completion(given: Arguments, console: Console) -> int:
    """Prints the completion script of a shell."""
    _expect(len(given.words) == 1 and given.words[0] in SHELLS, f"completion: say one of {', '.join(SHELLS)}")
    console.say(script(given.words[0]))
    return 0


def _request(given: Arguments, paths: tuple[str, ...] | None = None) -> Request:
    if given.repo is not None and not given.search:
        raise InputError("--repo and --no-repo contradict each other: leave one out")
    if "-" in given.thread and "-" in (given.words if paths is None else paths):
        raise InputError("--thread -: standard input holds the series; name a file for one of them")
    return Request(
        given.words if paths is None else paths,
        given.profile,
        given.scenarios,
        given.fail_on,
        given.repo,
        given.base,
        given.search,
        given.cache,
        given.only,
        given.order,
        given.squash,
        given.suggest,
        given.claims,
        given.thread,
        given.suppressions,
        given.previous,
    )


def _progress(given: Arguments, console: Console) -> Progress:
    return Progress(console.stderr, not given.quiet and console.stderr.isatty(), console.width())


def _stdin(paths: Iterable[str], stdin: BinaryIO) -> BinaryIO | None:
    return stdin if "-" in paths else None


def _expect(holds: bool, message: str) -> None:
    if not holds:
        raise InputError(f"{message} (see {PROGRAM} --help)")


def _refuse_unknown(names: Iterable[str], known: Iterable[tuple[str, str]]) -> None:
    """Refuses a scenario that is not among `known` (id, title); the nearest names come first."""
    ids = list(dict.fromkeys(name for name, _ in known))
    accepted = {normalised(part) for pair in known for part in pair}
    for name in names:
        if name not in accepted:
            near = difflib.get_close_matches(name, ids, n=len(ids) or 1, cutoff=0.5)
            rest = [other for other in ids if other not in near]
            raise InputError(f"no scenario {name}; known are: {', '.join(near + rest) or 'none'}")
