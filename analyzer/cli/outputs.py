"""Where reports go: pairs formats with outputs, and writes files whole or not at all.

Input: the ``--format``/``--output`` options in order. Output: `Target`s; later, files. An output belongs
to the format before it, or to the next one when none is waiting; an output that no format wants is
written as its suffix says. Not modelled: several writers of one file at a time.
"""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from analyzer.model.unknown import InputError
from analyzer.reports import FORMATS


@dataclass(frozen=True, slots=True)
class Target:
    """A format and the file it goes to; None is standard output."""

    format: str
    path: str | None = None


def paired(wanted: tuple[tuple[str, str], ...]) -> tuple[Target, ...]:
    """The targets; plain text on standard output when nothing was asked for."""
    targets: list[Target] = []
    waiting: str | None = None  # an output that stands before its format
    lone: list[str] = []
    for kind, value in wanted:
        if kind == "format":
            targets.append(Target(value, waiting))
            waiting = None
        elif targets and targets[-1].path is None:
            targets[-1] = Target(targets[-1].format, value)
        else:
            lone += [waiting] if waiting is not None else []
            waiting = value
    lone += [waiting] if waiting is not None else []
    targets += [Target(_format_of(path), path) for path in lone]
    plain = tuple(Target(t.format, None if t.path == "-" else t.path) for t in targets or [Target("text")])
    _refuse_clashes(plain)
    return plain


def check_folders(targets: tuple[Target, ...]) -> None:
    """Refuses before the work what could not be written after it."""
    for target in targets:
        if target.path is None:
            continue
        path = Path(target.path)
        if path.is_dir():
            raise InputError(f"--output {target.path}: is a folder; name a file in it")
        if not path.parent.is_dir():
            raise InputError(f"--output {target.path}: there is no folder {path.parent}; make it first")


def write_all(texts: tuple[tuple[str, str], ...]) -> None:
    """Writes (path, text) pairs: every text goes to a file beside its target first, and only when all
    of them are on disk do they take their names."""
    ready: list[tuple[str, Path]] = []
    named = ""
    try:
        for path, text in texts:
            named = path
            target = Path(os.path.realpath(path))
            if target.exists() and not target.is_file():
                target.write_text(text, encoding="utf-8", errors="backslashreplace")  # a device or a pipe
            else:
                ready.append((_written_beside(target, text), target))
        while ready:
            temporary, target = ready[0]
            named = str(target)
            Path(temporary).replace(target)
            ready.pop(0)
    except OSError as error:
        raise InputError(f"--output: cannot write {named}: {error.strerror}") from error
    finally:
        for temporary, _ in ready:
            Path(temporary).unlink(missing_ok=True)


def room_in(path: str, most: int) -> int:
    """How many bytes may still be added to a file that may have `most`."""
    try:
        return max(most - Path(path).stat().st_size, 0)
    except OSError:
        return most


def add_to(path: str, text: str) -> None:
    """Adds a text at the end of a file that others add to as well."""
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise InputError(f"--step-summary: cannot write {path}: {error.strerror}") from error


def _written_beside(target: Path, text: str) -> str:
    number, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(number)
        Path(name).chmod(_mode(target))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name


def _mode(target: Path) -> int:
    """The mode the file has, or what a new file would get."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _format_of(path: str) -> str:
    suffix = Path(path).suffix.lower()
    return next((entry.name for entry in FORMATS.values() if suffix in entry.suffixes), "text")


def _refuse_clashes(targets: tuple[Target, ...]) -> None:
    seen: set[str] = set()
    for target in targets:
        name = "" if target.path is None else os.path.realpath(target.path)
        if name in seen:
            where = target.path or "standard output"
            raise InputError(f"--output: two formats go to {where}; give each its own --output")
        seen.add(name)
