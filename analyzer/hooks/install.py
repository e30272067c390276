"""Puts hooks into a repository, takes them away, and says which are there.

Input: a folder, names of hooks, settings. Output: lines to print. A file that is no stub as it was written is
never touched, whatever it is. Not modelled: who else writes hooks at the same moment, but for that nothing of
theirs is overwritten.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from analyzer import profiles
from analyzer.hooks.asked import Settings
from analyzer.hooks.place import Place, place_of
from analyzer.hooks.stub import HOOKS, PUSH, SEND, Stub, known_stub, stub_text
from analyzer.model.unknown import InputError
from analyzer.snapshots.tree import SOURCES

CODE = tuple(f"*{suffix}" for suffix in SOURCES)  # git's globs for what is analysed at all
_LARGEST = 100_000  # bytes; no stub is near it
PREFIX = "analyze-series-"  # of a hook that another hook calls


class Owner(Enum):
    """Whose a file is."""

    NOBODY = "nobody"
    OURS = "ours"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Found:
    """What lies where a hook would."""

    path: Path
    owner: Owner
    text: str = ""
    stub: Stub | None = None


def install(repo: str, names: Sequence[str], settings: Settings, *, beside: bool) -> tuple[list[str], bool]:
    """Lines to print, and whether all hooks that were named (pre-push if none was) are in place."""
    names = _checked(names) or (PUSH,)
    options = _options(settings)
    place = place_of(Path(repo))
    lines, whole = [], True
    for hook in names:
        text = stub_text(hook, sys.executable, options, CODE, strict=settings.strict)
        found = _look(place.folder / (f"{PREFIX}{hook}" if beside else hook))
        if found.owner is Owner.OTHERS:
            whole = False
            lines += _how_to_chain(found.path, hook)
            continue
        if found.text == text:
            lines.append(f"{found.path}: is there already")
        else:
            _write(found, text)
            lines.append(f"{found.path}: {'written anew' if found.owner is Owner.OURS else 'installed'}")
        if beside:
            lines += [f"  in the hook {hook}, where it may still refuse:", *_call(found.path, hook)]
    if place.note:
        lines.append(f"note: {place.note}")
    return lines, whole


def uninstall(repo: str, names: Sequence[str]) -> list[str]:
    """Takes away the hooks that were named, or all; lines to print."""
    lines = []
    for hook in _checked(names) or HOOKS:
        for found in _both(place_of(Path(repo)), hook):
            if found.owner is Owner.OURS:
                found.path.unlink(missing_ok=True)
                lines.append(f"{found.path}: removed")
            elif found.owner is Owner.OTHERS and names:
                lines.append(
                    f"{found.path}: left alone, as analyze-series did not write it or it was changed since"
                )
    return lines or ["no hook of analyze-series is there"]


def status(repo: str, names: Sequence[str]) -> list[str]:
    """Which hooks are there; lines to print."""
    place = place_of(Path(repo))
    lines = []
    for hook in _checked(names) or HOOKS:
        own, other = _both(place, hook)
        said = {
            Owner.NOBODY: "not installed",
            Owner.OURS: f"installed{_said(own.stub)}",
            Owner.OTHERS: "another hook is there, which is not of analyze-series or was changed since",
        }[own.owner]
        lines.append(f"{hook}: {said} ({own.path})")
        if other.owner is Owner.OURS:
            lines.append(f"{hook}: installed for another hook to call{_said(other.stub)} ({other.path})")
    if place.note:
        lines.append(f"note: {place.note}")
    return lines


def _said(stub: Stub | None) -> str:
    if stub is None:
        return ""
    said = f", with {stub.options}" if stub.options else ""
    if not os.access(stub.python, os.X_OK):
        said += f"; {stub.python}, which it starts, is gone: run analyze-series hook install again"
    return said


def _checked(names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in HOOKS:
            raise InputError(f"hook: no hook {name}; known are: {', '.join(HOOKS)}")
    return tuple(dict.fromkeys(names))


def _options(settings: Settings) -> tuple[str, ...]:
    """The words that make ``hook run`` judge by these settings. Files are named in full: a hook may run
    anywhere."""
    for word in filter(None, (settings.profile, settings.suppressions, sys.executable, str(Path.cwd()))):
        if not word.isprintable():
            raise InputError(f"hook install: {word!r} has letters that no line of a hook can hold; rename it")
    words = []
    if settings.profile is not None:
        profiles.load(settings.profile)  # better refused now than at a push
        words += ["--profile", _in_full(settings.profile)]
    level = settings.fail_on.value if settings.fail_on else "never"
    words += ["--fail-on", level] if level != "error" else []
    if settings.suppressions is not None:
        words += ["--suppressions", str(Path(settings.suppressions).absolute())]
    words += ["--incomplete", "refuse"] if settings.strict else []
    return tuple(words)


def _in_full(profile: str) -> str:
    return str(Path(profile).absolute()) if Path(profile).exists() else profile


def _both(place: Place, hook: str) -> tuple[Found, Found]:
    return _look(place.folder / hook), _look(place.folder / f"{PREFIX}{hook}")


def _look(path: Path) -> Found:
    if not os.path.lexists(path):
        return Found(path, Owner.NOBODY)
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        return Found(path, Owner.OTHERS)
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    stub = known_stub(text)
    return Found(path, Owner.OTHERS if stub is None else Owner.OURS, text, stub)


def _write(found: Found, text: str) -> None:
    """Whole or not at all, and in place of nothing but what was found."""
    folder = found.path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{found.path.name}.", dir=folder)
    except OSError as wrong:
        raise InputError(f"{folder}: cannot be written to ({wrong.strerror}); check core.hooksPath") from None
    try:
        with os.fdopen(number, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o777 & ~mask)
        if found.owner is Owner.OURS:
            Path(name).replace(found.path)
        else:
            os.link(name, found.path)  # fails if something has come there
    except FileExistsError:
        raise InputError(
            f"{found.path}: somebody has just put a hook there: look at it, and try again"
        ) from None
    finally:
        Path(name).unlink(missing_ok=True)


def _how_to_chain(path: Path, hook: str) -> list[str]:
    return [
        f"{path}: a hook is there that is not of analyze-series or was changed since; it is left alone",
        f"  To have both: analyze-series hook install --beside {hook}",
        f"  writes {path.with_name(PREFIX + hook)}, and says how that hook can call it.",
    ]


def _call(path: Path, hook: str) -> list[str]:
    """Lines for a hook in shell. Standard input can be read once."""
    if hook == SEND:
        return [f'    "$(dirname "$0")/{path.name}" "$@" || exit 1']
    return [
        "    lines=$(cat) # both hooks need them",
        f'    printf \'%s\\n\' "$lines" | "$(dirname "$0")/{path.name}" "$@" || exit 1',
    ]
