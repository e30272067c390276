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
    from analyzer.snapshots.objects import Objects

FRAMEWORK = "pre-commit"  # the framework of that name, which hands a push on in its own words
_SUPPRESS = "or write down in .analyze-series.toml of what it is based on why it is lived with"


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
    remote, address = (*words, "", "")[:2]
    known = "--remotes" if remote == address else f"--remotes={remote}"
    return _updates(
        PUSH, asked, _text(stdin), known, environ, f"git push --no-verify pushes all the same; {_SUPPRESS}"
    )


def _receive(asked: Asked, words: Sequence[str], stdin: BinaryIO, environ: Mapping[str, str]) -> Told:
    return _updates(RECEIVE, asked, _text(stdin), "--all", environ, f"mend it, {_SUPPRESS}")


def _updates(hook: str, asked: Asked, text: str, known: str, environ: Mapping[str, str], advice: str) -> Told:
    from analyzer.hooks.install import CODE
    from analyzer.hooks.judge import judged, told
    from analyzer.hooks.ranges import pushed_lines, ranges, received_lines
    from analyzer.reports.style import Style
    from analyzer.snapshots.objects import Objects

    updates = (pushed_lines if hook == PUSH else received_lines)(text)
    repo = _repository(asked, environ)
    with Objects(Path(repo)) as objects:
        found = ranges(objects, updates, (known,), CODE)
    answers = []
    for one in found:
        what = ", ".join(one.refs)
        if one.why:
            answers.append(Told(err=f"analyze-series: {hook}: {what}: {one.why}\n"))
            continue
        result = judged((one.words,), repo, None, asked.settings, Style(asked.colour, asked.width))
        answers.append(
            told(hook, what, result, asked.settings, (f"all of it: analyze-series {one.words}", advice))
        )
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
}


def _repository(asked: Asked, environ: Mapping[str, str]) -> str:
    return environ.get("GIT_DIR") or asked.repo


def _text(stdin: BinaryIO) -> str:
    return stdin.read().decode("utf-8", "surrogateescape")


def _lines(lines: Sequence[str]) -> str:
    from analyzer.reports.escape import visible

    return "".join(f"{visible(line)}\n" for line in lines)
