"""Runs one command and turns what happens into an exit status.

Input: arguments, `Doors`, streams. Output: 0, 1, 2, 3, 130 on an interrupt, or 141 when the reader of
the output went away. Bad input is one line on standard error; anything else unexpected is a bug and
keeps its traceback.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import BinaryIO, TextIO

import analyzer
from analyzer.cli import arguments
from analyzer.cli.console import Console
from analyzer.cli.doors import Doors
from analyzer.cli.grammar import (
    ANALYSE,
    B4_CHECK,
    BACKPORT,
    BOT,
    COMPLETION,
    FLOW,
    HISTORY,
    HOOK,
    PROGRAM,
    RULES,
    SUBSCRIBERS,
)
from analyzer.model.unknown import InputError

INTERRUPTED = 130
CLOSED_PIPE = 141
BAD_INPUT = 2


def run(
    argv: Sequence[str],
    doors: Doors,
    stdin: BinaryIO,
    stdout: TextIO,
    stderr: TextIO,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Does what `argv` (without the program's name) asks for and returns the exit status."""
    console = Console(stdout, stderr, os.environ if environ is None else environ)
    try:
        return _dispatch(arguments.read(argv), doors, stdin, console)
    except InputError as error:
        console.complain(str(error))
        return BAD_INPUT
    except BrokenPipeError:
        return CLOSED_PIPE
    except KeyboardInterrupt:
        console.complain("interrupted")
        return INTERRUPTED
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        console.complain(f"{named}{error.strerror or error}")
        return BAD_INPUT


def _dispatch(given: arguments.Arguments, doors: Doors, stdin: BinaryIO, console: Console) -> int:
    if given.help:
        console.say(arguments.help_text(given.command))
        return 0
    if given.version:
        console.say(f"{PROGRAM} {analyzer.__version__}\n")
        return 0
    if given.command is HOOK:
        from analyzer.cli.hooking import hook

        return hook(given, doors, stdin, console)
    from analyzer.cli import commands  # and with them all that reports are made of

    if given.command is ANALYSE:
        return commands.analyse(given, doors, stdin, console)
    if given.command is B4_CHECK:
        from analyzer.cli.b4 import b4_check

        return b4_check(given, doors, stdin, console)
    if given.command is BACKPORT:
        return commands.backport(given, doors, stdin, console)
    if given.command is FLOW:
        return commands.flow(given, doors, stdin, console)
    if given.command is BOT:
        return commands.bot(given, doors, console)
    if given.command is HISTORY:
        return commands.history(given, doors, console)
    if given.command is SUBSCRIBERS:
        return commands.subscribers(given, doors, console)
    if given.command is RULES:
        return commands.rules(given, doors, console)
    if given.command is COMPLETION:
        return commands.completion(given, console)
    return commands.profile(given, doors, console)
