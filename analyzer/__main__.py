"""The program: real doors, real streams. What the command line does stands in `analyzer.cli`.

The pipeline is imported by the doors when a command needs it, so that ``--help`` stays quick.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO, TextIO

from analyzer.cli import Doors, Request, run
from analyzer.cli.doors import Hooked, Progress, Walked

if TYPE_CHECKING:
    from analyzer.model.backport import Backport
    from analyzer.model.history import History
    from analyzer.model.profile import Profile
    from analyzer.model.report import Report, StageInfo
    from analyzer.model.rulebook import Rulebook
    from analyzer.model.siblings import Siblings
    from analyzer.model.subscriber import Subscribed


def main() -> int:
    """Runs the program on `sys.argv` and returns its exit status."""
    # States make hardly any cycles, and so many objects that looking for cycles took a fifth of the time.
    gc.set_threshold(100_000, 50, 50)
    # A stream that the caller closed is None: it is read as empty and written to nowhere.
    stdin: BinaryIO = sys.stdin.buffer if sys.stdin else io.BytesIO()
    stdout, stderr = sys.stdout or io.StringIO(), sys.stderr or io.StringIO()
    for stream in (stdout, stderr):
        _never_fail_to_encode(stream)
    status = run(sys.argv[1:], _doors(), stdin, stdout, stderr)
    _leave_quietly()
    return status


def _analyse(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Report, ...]:
    from analyzer.pipeline.analyse import analyse
    from analyzer.pipeline.options import Options

    return analyse(Options(**asdict(request)), stdin=stdin, progress=progress)


def _flow(
    function: str, request: Request, *, stdin: BinaryIO | None, progress: Progress
) -> tuple[tuple[StageInfo, str], ...]:
    from analyzer.pipeline.flow import flow
    from analyzer.pipeline.options import Options

    return flow(function, Options(**asdict(request)), stdin=stdin, progress=progress)


def _list_profiles() -> Iterable[str]:
    from analyzer.pipeline import profiles

    return profiles.list_profiles()


def _load_profile(name: str) -> Profile:
    from analyzer.pipeline import profiles

    return profiles.load_profile(name)


def _check_profile(name: str, paths: tuple[str, ...]) -> Iterable[str]:
    from analyzer.pipeline import profiles

    return profiles.check_profile(name, paths)


def _subscribers(
    repository: str, revision: str, profile: str | None, *, cache: bool, progress: Progress
) -> tuple[Subscribed, ...]:
    from analyzer.pipeline.subscribers import list_subscribers

    return list_subscribers(repository, revision, profile, progress, cache=cache)


def _history(walked: Walked, *, progress: Progress) -> History:
    from analyzer.pipeline.history import HistoryOptions, history

    return history(HistoryOptions(**asdict(walked)), progress)


def _backport(request: Request, *, stdin: BinaryIO | None, progress: Progress) -> tuple[Backport, ...]:
    from analyzer.pipeline.backport import backport
    from analyzer.pipeline.options import Options

    return backport(Options(**asdict(request)), stdin=stdin, progress=progress)


def _rules(rule: str | None, profile: str | None) -> tuple[Rulebook, ...]:
    from analyzer.pipeline.rules import explain_rules

    return explain_rules(rule, profile)


def _hook(hooked: Hooked, *, stdin: BinaryIO, progress: Progress) -> tuple[int, str, str]:
    from analyzer.hooks import Asked, Settings, serve

    settings = Settings(hooked.profile, hooked.fail_on, hooked.suppressions, hooked.strict)
    told = serve(
        Asked(hooked.action, hooked.words, settings, hooked.repo, hooked.beside, hooked.colour, hooked.width),
        stdin,
        os.environ,
        progress,
    )
    return told.status, told.out, told.err


def _bot(
    config: str, *, once: bool, resend: bool, say: Callable[[str], None], warn: Callable[[str], None]
) -> int:
    from analyzer.bot import watch

    return watch(config, once=once, resend=resend, say=say, warn=warn)


def _siblings(mail: bytes, tracking: str, folder: str) -> Siblings:
    from analyzer.pipeline.siblings import siblings_of

    return siblings_of(mail, tracking, folder)


def _doors() -> Doors:
    return Doors(
        _analyse,
        _flow,
        _list_profiles,
        _load_profile,
        _check_profile,
        _subscribers,
        _history,
        _rules,
        _backport,
        _hook,
        _bot,
        _siblings,
    )


def _never_fail_to_encode(stream: TextIO) -> None:
    with contextlib.suppress(AttributeError):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]


def _leave_quietly() -> None:
    """The interpreter flushes at exit; into a closed pipe that would print a traceback."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
