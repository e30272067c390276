"""Does what ``analyze-series hook`` is asked for.

Input: `Asked`, standard input, the environment. Output: `Told`. Of what git runs a hook with, `GIT_DIR` names
the repository; an index, a work tree and the like do not reach the git that is asked for source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from analyzer.hooks.asked import PASSED, Asked, Told
from analyzer.hooks.stub import PUSH, RECEIVE, SEND
from analyzer.model.unknown import InputError

if TYPE_CHECKING:  # git runs hooks often: what is not needed is not read
    from analyzer.hooks.ranges import Update
    from analyzer.snapshots.objects import Objects

FRAMEWORK = "pre-commit"  # the framework of that name, which hands a push on in its own words
_SUPPRESS = "or say why it is lived with, in .analyze-series.toml of the commit that it is based on"
_NO_VERIFY = f"git push --no-verify pushes all the same; {_SUPPRESS}"


def serve(asked: Asked, stdin: BinaryIO, environ: Mapping[str, str]) -> Told:
    """`InputError` for what is asked in a wrong way, or is asked in no repository."""
    if asked.action != "run":
        return _place(asked)
    hook, *words = asked.words or ("",)
    run = _RUNS.get(hook)
    if run is None:
        raise InputError(f"hook run: say one of {', '.join(_RUNS)}, and what git gave that hook")
    return run(asked, words, stdin, environ)


def _place(asked: Asked) -> Told:
    from analyzer.hooks import install

    if asked.action == "install":
        lines, whole = install.install(asked.repo, asked.words, asked.settings, beside=asked.beside)
        return Told(PASSED if whole else 1, _lines(lines))
    if asked.action == "uninstall":
        return Told(out=_lines(install.uninstall(asked.repo, asked.words)))
    return Told(out=_lines(install.status(asked.repo, asked.words)))


def _push(asked: Asked, words: Sequence[str], stdin: BinaryIO, environ: Mapping[str, str]) -> Told:
    from analyzer.hooks.ranges import pushed_lines

    remote, address = (*words, "", "")[:2]
    known = "--remotes" if remote == address else f"--remotes={remote}"
    return _updates(PUSH, asked, pushed_lines(_text(stdin)), (known,), environ, _NO_VERIFY)


def _receive(asked: Asked, words: Sequence[str], stdin: BinaryIO, environ: Mapping[str, str]) -> Told:
    from analyzer.hooks.ranges import received_lines

    advice = f"mend it, {_SUPPRESS}"
    return _updates(RECEIVE, asked, received_lines(_text(stdin)), ("--all",), environ, advice)


def _framework(asked: Asked, words: Sequence[str], stdin: BinaryIO, environ: Mapping[str, str]) -> Told:
    from analyzer.hooks.ranges import Update

    old, new = environ.get("PRE_COMMIT_FROM_REF", ""), environ.get("PRE_COMMIT_TO_REF", "")
    if not old or not new:
        return Told(
            err=f"analyze-series: {FRAMEWORK}: no range (no push, or one from the first commit on): "
            "not looked at\n"
        )
    remote = environ.get("PRE_COMMIT_REMOTE_NAME", "")
    known = (f"--remotes={remote}",) if remote else ()
    update = Update(environ.get("PRE_COMMIT_REMOTE_BRANCH") or new, old, new)
    return _updates(FRAMEWORK, asked, (update,), known, environ, _NO_VERIFY)


def _updates(
    hook: str,
    asked: Asked,
    updates: Sequence[Update],
    known: Sequence[str],
    environ: Mapping[str, str],
    advice: str,
) -> Told:
    from analyzer.hooks.install import CODE
    from analyzer.hooks.judge import judged, told
    from analyzer.hooks.ranges import ranges
    from analyzer.reports.style import Style
    from analyzer.snapshots.objects import Objects

    repo = _repository(asked, environ)
    with Objects(Path(repo)) as objects:
        found = ranges(objects, updates, known, CODE)
    answers = []
    for one in found:
        what = ", ".join(one.refs)
        if one.why:
            answers.append(Told(err=_lines((f"analyze-series: {hook}: {what}: {one.why}",))))
            continue
        result = judged((one.words,), repo, None, asked.settings, Style(asked.colour, asked.width))
        all_of_it = f"all of it: analyze-series {one.words}"
        answers.append(told(hook, what, result, asked.settings, (all_of_it, advice)))
    return Told(max((a.status for a in answers), default=PASSED), err="".join(a.err for a in answers))


def _send(asked: Asked, words: Sequence[str], stdin: BinaryIO, environ: Mapping[str, str]) -> Told:
    from analyzer.hooks.mails import collected
    from analyzer.snapshots.objects import Objects

    if not words:
        raise InputError(f"hook run {SEND}: no file; let git run it")
    with (
        Objects(Path(_repository(asked, environ))) as objects,
        collected(objects.git.folder, Path(words[0]), environ) as mails,
    ):
        return _judge_mails(asked, objects, mails) if mails else Told()


def _judge_mails(asked: Asked, objects: Objects, mails: Sequence[Path]) -> Told:
    from analyzer.hooks.base import base_of_mails, holds_patch
    from analyzer.hooks.judge import judged, told
    from analyzer.reports.style import Style

    if not any(holds_patch(mail) for mail in mails):
        return Told()
    paths = tuple(map(str, mails))
    base = base_of_mails(objects, paths)
    repo = None if base is None else str(objects.git.folder)
    result = judged(paths, repo, base, asked.settings, Style(asked.colour, asked.width))
    what = f"{len(mails)} mails" if len(mails) > 1 else mails[0].name
    advice = f"git send-email --no-validate sends all the same; {_SUPPRESS}"
    return told(SEND, what, result, asked.settings, (advice,))


_RUNS: Mapping[str, Callable[[Asked, Sequence[str], BinaryIO, Mapping[str, str]], Told]] = {
    PUSH: _push,
    RECEIVE: _receive,
    SEND: _send,
    FRAMEWORK: _framework,
}


def _repository(asked: Asked, environ: Mapping[str, str]) -> str:
    return environ.get("GIT_DIR") or asked.repo


def _text(stdin: BinaryIO) -> str:
    return stdin.read().decode("utf-8", "surrogateescape")


def _lines(lines: Sequence[str]) -> str:
    from analyzer.reports.escape import visible

    return "".join(f"{visible(line)}\n" for line in lines)
