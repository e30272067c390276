"""Does what ``analyze-series hook`` is asked for.

Input: `Asked`, standard input, the environment. Output: `Told`. Of what git runs a hook with, `GIT_DIR` names
the repository; an index, a work tree and the like do not reach the git that is asked for source.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from analyzer.hooks.asked import PASSED, Asked, Progress, Told
from analyzer.hooks.stub import PUSH, RECEIVE, SEND
from analyzer.model.unknown import InputError

if TYPE_CHECKING:  # git runs hooks often: what is not needed is not read
    from analyzer.hooks.ranges import Update
    from analyzer.snapshots.objects import Objects

FRAMEWORK = "pre-commit"  # the framework of that name, which hands a push on in its own words
_NO_VERIFY = ("git push --no-verify pushes all the same",)
_NO_VALIDATE = ("git send-email --no-validate sends all the same",)


@dataclass(frozen=True, slots=True)
class _Run:
    """A hook that git runs with `words`, on `stdin`, in `environ`."""

    asked: Asked
    words: tuple[str, ...]
    stdin: BinaryIO
    environ: Mapping[str, str]
    progress: Progress

    @property
    def repository(self) -> str:
        return self.environ.get("GIT_DIR") or self.asked.repo

    def lines(self) -> str:
        return self.stdin.read().decode("utf-8", "surrogateescape")


def serve(asked: Asked, stdin: BinaryIO, environ: Mapping[str, str], progress: Progress) -> Told:
    """`InputError` for what is asked in a wrong way, or is asked in no repository."""
    if asked.action != "run":
        return _place(asked)
    hook, *words = asked.words or ("",)
    run = _RUNS.get(hook)
    if run is None:
        raise InputError(f"hook run: say one of {', '.join(_RUNS)}, and what git gave that hook")
    return run(_Run(asked, tuple(words), stdin, environ, progress))


def _place(asked: Asked) -> Told:
    from analyzer.hooks import install

    if asked.action == "install":
        lines, whole = install.install(asked.repo, asked.words, asked.settings, beside=asked.beside)
        return Told(PASSED if whole else 1, _lines(lines))
    if asked.action == "uninstall":
        return Told(out=_lines(install.uninstall(asked.repo, asked.words)))
    return Told(out=_lines(install.status(asked.repo, asked.words)))


def _push(run: _Run) -> Told:
    from analyzer.hooks.ranges import pushed_lines

    remote, address = (*run.words, "", "")[:2]
    known = "--remotes" if remote == address else f"--remotes={remote}"
    return _updates(PUSH, run, pushed_lines(run.lines()), (known,), _NO_VERIFY)


def _receive(run: _Run) -> Told:
    from analyzer.hooks.ranges import received_lines

    return _updates(RECEIVE, run, received_lines(run.lines()), ("--all",), ())


def _framework(run: _Run) -> Told:
    from analyzer.hooks.ranges import Update

    old, new, remote, ref = (
        run.environ.get(f"PRE_COMMIT_{name}", "")
        for name in ("FROM_REF", "TO_REF", "REMOTE_NAME", "REMOTE_BRANCH")
    )
    if not old or not new:
        why = "no range (no push, or one from the first commit on): not looked at"
        return Told(err=f"analyze-series: {FRAMEWORK}: {why}\n")
    known = (f"--remotes={remote}",) if remote else ()
    return _updates(FRAMEWORK, run, (Update(ref or new, old, new),), known, _NO_VERIFY)


def _updates(
    hook: str, run: _Run, updates: Sequence[Update], known: Sequence[str], advice: Sequence[str]
) -> Told:
    from analyzer.hooks.install import CODE
    from analyzer.hooks.judge import judged, told
    from analyzer.hooks.ranges import ranges
    from analyzer.reports.style import Style
    from analyzer.snapshots.objects import Objects

    asked = run.asked
    with Objects(Path(run.repository)) as objects:
        found = ranges(objects, updates, known, CODE)
    profile = f"--profile {shlex.quote(asked.settings.profile)} " if asked.settings.profile else ""
    answers = []
    for one in found:
        what = ", ".join(one.refs)
        if one.why:
            answers.append(Told(err=_lines((f"analyze-series: {hook}: {what}: {one.why}",))))
            continue
        style = Style(asked.colour, asked.width)
        result = judged((one.words,), run.repository, None, asked.settings, style, run.progress)
        all_of_it = f"all of it: analyze-series {profile}{one.words}"
        answers.append(told(hook, what, result, asked.settings, (all_of_it, *advice)))
    return Told(max((a.status for a in answers), default=PASSED), err="".join(a.err for a in answers))


def _send(run: _Run) -> Told:
    from analyzer.hooks.mails import collected
    from analyzer.snapshots.objects import Objects

    if not run.words:
        raise InputError(f"hook run {SEND}: no file; let git run it")
    with (
        Objects(Path(run.repository)) as objects,
        collected(objects.git.folder, Path(run.words[0]), run.environ) as mails,
    ):
        return _judge_mails(run, objects, mails) if mails else Told()


def _judge_mails(run: _Run, objects: Objects, mails: Sequence[Path]) -> Told:
    from analyzer.hooks.base import base_of_mails, holds_patch
    from analyzer.hooks.judge import judged, told
    from analyzer.reports.style import Style

    if not any(holds_patch(mail) for mail in mails):
        return Told()
    asked = run.asked
    paths = tuple(map(str, mails))
    base = base_of_mails(objects, paths)
    repo = None if base is None else str(objects.git.folder)
    result = judged(paths, repo, base, asked.settings, Style(asked.colour, asked.width), run.progress)
    what = f"{len(mails)} mails" if len(mails) > 1 else mails[0].name
    return told(SEND, what, result, asked.settings, _NO_VALIDATE, lives=base is not None)


_RUNS: Mapping[str, Callable[[_Run], Told]] = {
    PUSH: _push,
    RECEIVE: _receive,
    SEND: _send,
    FRAMEWORK: _framework,
}


def _lines(lines: Sequence[str]) -> str:
    from analyzer.reports.escape import visible

    return "".join(f"{visible(line)}\n" for line in lines)
