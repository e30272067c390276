"""Where the hooks of a repository lie.

Job: ask git, as git itself will look. Input: a folder. Output: a `Place`; `InputError` if it is in no
repository. Not modelled: `core.hooksPath` that is given to one command alone.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from analyzer.model.unknown import InputError
from analyzer.snapshots.plumbing import Git, environment


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` holds the hooks; `note` says who else's they are, or ""."""

    folder: Path
    note: str = ""


def place_of(directory: Path) -> Place:
    """The folder that git takes the hooks of the repository round `directory` from."""
    git = Git(directory)
    # Hooks run at the top of the work tree, else in the repository; a path in core.hooksPath begins there.
    top = _ask(directory, "rev-parse", "--show-toplevel") or str(git.folder)
    folder = Path(top) / _ask(Path(top), "rev-parse", "--git-path", "hooks")
    scope, _, named = _ask(Path(top), "config", "--show-scope", "--get", "core.hooksPath").partition("\t")
    if not named:
        return Place(folder)
    if scope in ("global", "system"):
        return Place(
            folder,
            f"core.hooksPath of the {scope} configuration puts the hooks of all repositories there: what is "
            "there runs in each of them",
        )
    return Place(folder, "core.hooksPath puts the hooks of this repository there")


def _ask(folder: Path, *arguments: str) -> str:
    """What git answers, "" if it has no answer."""
    done = subprocess.run(
        ("git", *arguments),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        return ""
    answer = done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
    if "\0" in answer:
        raise InputError(f"{folder}: git gives a name that no system has")
    return answer
