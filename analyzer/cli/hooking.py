"""The command for git's hooks. Apart from the others: a hook starts it often, and it needs little.

Input: arguments, doors, streams. Output: exit status, text to the console. Not modelled: what a hook does.
"""

from __future__ import annotations

from typing import BinaryIO

from analyzer.cli.arguments import Arguments
from analyzer.cli.console import Console, Progress
from analyzer.cli.doors import Doors, Hooked
from analyzer.cli.grammar import HOOK_ACTIONS, PROGRAM
from analyzer.model.unknown import InputError


def hook(given: Arguments, doors: Doors, stdin: BinaryIO, console: Console) -> int:
    """Installs hooks, takes them away, says which are there, or is what they run."""
    action, *words = given.words or ("",)
    if action not in HOOK_ACTIONS:
        raise InputError(f"hook: say one of {', '.join(HOOK_ACTIONS)} (see {PROGRAM} hook --help)")
    progress = Progress(console.stderr, console.stderr.isatty(), console.width())
    asked = Hooked(
        action,
        tuple(words),
        given.repository,
        given.beside,
        given.profile,
        given.fail_on,
        given.suppressions,
        given.strict,
        console.colour_of(given.color, console.stderr),
        console.width(),
    )
    try:
        status, out, err = doors.hook(asked, stdin=stdin, progress=progress)
    finally:
        progress.clear()
    console.say(out)
    console.warn(err)
    return status
