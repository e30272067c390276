"""Reads the arguments: which command, its operands, its options.

Input: the arguments. Output: `Arguments`, or `InputError` with one line. argparse checks the options;
operands are set apart before it, so that they may stand anywhere and ``--`` ends the options.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from analyzer.cli.grammar import ANALYSE, COMMANDS, PROGRAM, Command, Option, valued
from analyzer.model.level import Level
from analyzer.model.unknown import InputError


@dataclass(frozen=True, slots=True)
class Arguments:
    """`wanted` are the ``--format`` and ``--output`` options in the order in which they were given; `behind`
    are those of `words` that stood behind ``--``."""

    command: Command
    words: tuple[str, ...]
    wanted: tuple[tuple[str, str], ...] = ()
    scenarios: tuple[str, ...] = ()
    profile: str | None = None
    fail_on: Level | None = Level.ERROR
    color: str = "auto"
    repository: str = "."
    at: str = "HEAD"
    quiet: bool = False
    repo: str | None = None
    base: str | None = None
    search: bool = True
    behind: tuple[str, ...] = ()
    full: bool = False
    jobs: int = 1
    cache: bool = True
    only: str | None = None
    order: str | None = None
    squash: tuple[str, ...] = ()
    suggest: bool = False
    claims: bool = True
    thread: tuple[str, ...] = ()
    suppressions: str | None = None
    config: str | None = None
    once: bool = False
    resend: bool = False
    step_summary: bool = False
    report_url: str = ""
    previous: tuple[str, ...] = ()
    strict: bool = False
    beside: bool = False
    help: bool = False
    version: bool = False


def read(argv: Sequence[str]) -> Arguments:
    """The arguments as typed."""
    options, words, named, behind = _apart(argv)
    command = ANALYSE
    for candidate in COMMANDS:
        if named and candidate.name == words[0]:
            command, words = candidate, words[1:]
            break
    given = _parser(command).parse_args(options)
    level = getattr(given, "fail_on", None) or "error"
    return Arguments(
        command=command,
        words=tuple(words),
        wanted=tuple(given.wanted),
        scenarios=_scenarios(getattr(given, "scenario", None) or ()),
        profile=getattr(given, "profile", None),
        fail_on=None if level == "never" else Level(level),
        color=getattr(given, "color", None) or "auto",
        repository=getattr(given, "repo", None) or ".",
        at=getattr(given, "at", None) or "HEAD",
        quiet=bool(getattr(given, "quiet", False)),
        repo=getattr(given, "repo", None),
        base=getattr(given, "base", None),
        search=not getattr(given, "no_repo", False),
        behind=tuple(behind),
        full=bool(getattr(given, "full_history", False)),
        jobs=_count("--jobs", getattr(given, "jobs", None)),
        cache=not getattr(given, "no_cache", False),
        only=getattr(given, "only", None),
        order=getattr(given, "order", None),
        squash=tuple(getattr(given, "squash", None) or ()),
        suggest=bool(getattr(given, "suggest", False)),
        claims=_claims(given),
        thread=tuple(getattr(given, "thread", None) or ()),
        suppressions=getattr(given, "suppressions", None),
        config=getattr(given, "config", None),
        once=bool(getattr(given, "once", False)),
        resend=bool(getattr(given, "resend", False)),
        report_url=_url(getattr(given, "report_url", None)),
        step_summary=bool(getattr(given, "step_summary", False)),
        previous=tuple(getattr(given, "previous", None) or ()),
        strict=getattr(given, "incomplete", None) == "refuse",
        beside=bool(getattr(given, "beside", False)),
        help=bool(getattr(given, "help", False)),
        version=bool(getattr(given, "version", False)),
    )


def _scenarios(names: Sequence[str]) -> tuple[str, ...]:
    """Each once, as reports spell them."""
    if not names:
        return ()
    from analyzer.reports.lists import normalised  # reports are read only where one is wanted

    return tuple(dict.fromkeys(normalised(name) for name in names))


def _url(value: str | None) -> str:
    """An address as typed, "" for none."""
    if value and not (value.startswith(("https://", "http://")) and value.isascii() and value.isprintable()):
        raise InputError(f"--report-url {value}: say an address that begins with https:// or http://")
    return (value or "").replace(" ", "%20")


def _claims(given: argparse.Namespace) -> bool:
    """Whether claims are checked; asked for both ways, or not at all with a thread, is a contradiction."""
    wanted, refused = getattr(given, "check_claims", False), getattr(given, "no_check_claims", False)
    if refused and (wanted or getattr(given, "thread", None)):
        other = "--check-claims" if wanted else "--thread"
        raise InputError(f"{other} and --no-check-claims contradict each other: leave one out")
    return not refused


def help_text(command: Command) -> str:
    """What ``--help`` prints."""
    text = _parser(command).format_help()
    if command is not ANALYSE:
        return text
    rows = "".join(f"  {entry.name:<12}{entry.summary}\n" for entry in COMMANDS if entry.name)
    return f"{text}\nother commands ({PROGRAM} COMMAND --help tells more):\n{rows}"


def _count(flag: str, value: str | None) -> int:
    """A number from 1 on, 1 if none is given."""
    if value is None:
        return 1
    if not (value.isascii() and value.isdigit() and 0 < int(value[:9]) < 1000):
        raise InputError(f"{flag} {value}: say a number from 1 to 999")
    return int(value)


def _apart(argv: Sequence[str]) -> tuple[list[str], list[str], bool, list[str]]:
    """Options (a value joined to its flag by ``=``), operands, whether the first may name a command, and
    the operands behind ``--``."""
    takes_value = valued()
    options: list[str] = []
    words: list[str] = []
    behind: list[str] = []
    named = False
    rest = iter(argv)
    for argument in rest:
        if argument == "--":
            behind = list(rest)
            words += behind
        elif argument == "-" or not argument.startswith("-"):
            named = named or not words
            words.append(argument)
        elif argument in takes_value:
            value = next(rest, None)
            options.append(argument if value is None else f"{argument}={value}")
        else:
            options.append(argument)
    return options, words, named, behind


class _Parser(argparse.ArgumentParser):
    """argparse without its habit of printing and exiting."""

    def error(self, message: str) -> NoReturn:
        hint = f"{self.prog} --help"
        raise InputError(f"{message} (see {hint})")


class _Wanted(argparse.Action):
    """Keeps ``--format`` and ``--output`` in their order, which pairs them."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        namespace.wanted = [*namespace.wanted, (self.dest, values)]


def _parser(command: Command) -> _Parser:
    parser = _Parser(
        prog=f"{PROGRAM} {command.name}".strip(),
        usage=f"{f'{PROGRAM} {command.name}'.strip()} [OPTIONS] {command.words}",
        description=command.summary,
        epilog=_epilog(command),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    for option in command.options:
        _add(parser, option)
    parser.set_defaults(wanted=[])
    return parser


def _add(parser: _Parser, option: Option) -> None:
    if not option.value:
        parser.add_argument(*option.flags, action="store_true", help=option.summary)
        return
    choices = option.choices or None
    said = f"{option.summary}: {', '.join(option.choices)}" if choices else option.summary
    action: Any = "store"
    if option.flags[0] in ("--format", "--output"):
        action = _Wanted
    elif option.flags[0] in ("--scenario", "--squash", "--thread", "--previous"):
        action = "append"
    parser.add_argument(*option.flags, action=action, metavar=option.value, choices=choices, help=said)


def _epilog(command: Command) -> str:
    shown = "\n\n".join(f"  # {what}\n  {line}" for what, line in command.examples)
    teaching = f"{command.teaching}\n\n" if command.teaching else ""
    return f"{teaching}examples:\n{shown}"
