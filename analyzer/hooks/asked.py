"""What a hook is asked to do, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analyzer.model.level import Level

Progress = Callable[[str], None]
PASSED = 0
# Python ends with 1 when it cannot start the program: what cannot be judged must not read like a refusal.
REFUSED = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """How a hook judges: `profile` and `suppressions` as for an analysis; findings from the level `fail_on`
    on (None: never) are refused, what could not be told as well if `strict`."""

    profile: str | None = None
    fail_on: Level | None = Level.ERROR
    suppressions: str | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """`action` is one of install, uninstall, status, run; `words` its operands: names of hooks, or one name
    and what git gave that hook. `repo` is a folder in a repository; with `beside` the hook goes into a file
    of its own, for another hook to call. `colour` and `width` are those of the terminal."""

    action: str
    words: tuple[str, ...]
    settings: Settings
    repo: str = "."
    beside: bool = False
    colour: bool = False
    width: int = 80


@dataclass(frozen=True, slots=True)
class Told:
    """What goes to standard output and standard error, and the exit status."""

    status: int = PASSED
    out: str = ""
    err: str = ""
