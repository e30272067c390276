"""Profiles: finding, reading and checking what a domain calls its events, state and scenarios.

Input is a shipped profile's name, or the path of a ``profile.toml`` or of its folder; output is a
`Profile`. The form is described in ``docs/profile-language.md``.
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path

from analyzer.model.profile import Profile
from analyzer.model.unknown import InputError
from analyzer.profiles.build import build
from analyzer.profiles.contract import ContractError, parse_contract
from analyzer.profiles.match import Match, check
from analyzer.profiles.suppressions import read_suppressions
from analyzer.profiles.text import read_text

__all__ = [
    "ContractError",
    "Match",
    "check",
    "load",
    "names",
    "parse_contract",
    "read_suppressions",
    "registering",
]

_FILE = "profile.toml"
_SHIPPED = Path(__file__).parent
_LARGEST = 4_000_000


def names() -> tuple[str, ...]:
    """The profiles that are shipped, in order of name."""
    return tuple(sorted(path.parent.name for path in _SHIPPED.glob(f"*/{_FILE}")))


def load(name_or_path: str) -> Profile:
    """Read and validate a shipped profile by name, or any profile by path.

    Raises `InputError` with one line for each error.
    """
    path, shown = _place(name_or_path)
    return build(_text(path), path.parent, str(path), shown)


def registering(name_or_path: str) -> tuple[str, ...]:
    """The calls that register handlers in a profile, before the rest of it is read.

    Of a profile with errors there may be none, and `load` tells the errors.
    """
    try:
        entries = tomllib.loads(_text(_place(name_or_path)[0])).get("register", [])
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    found = (
        [entry.get("call") for entry in entries if isinstance(entry, dict)]
        if isinstance(entries, list)
        else []
    )
    return tuple(call for call in found if isinstance(call, str) and call)


def _place(name_or_path: str) -> tuple[Path, str]:
    """A profile's file, and how its folder is shown."""
    if name_or_path in names():
        return _SHIPPED / name_or_path / _FILE, name_or_path
    path = Path(name_or_path)
    try:
        if path.is_dir():
            path = path / _FILE
        found = path.is_file()
    except OSError:  # too long for a file's name
        found = False
    if not found:
        raise InputError(_not_found(name_or_path))
    return path, str(path.parent)


def _text(path: Path) -> str:
    return read_text(path, str(path), "a profile", _LARGEST, mend="give a profile.toml", it="the profile")


def _not_found(wanted: str) -> str:
    shipped = names()
    close = difflib.get_close_matches(wanted, shipped, n=1)
    mend = f"did you mean {close[0]!r}?" if close else f"shipped are: {', '.join(shipped) or 'none'}"
    return f"{wanted}: no such profile; {mend}, or give the path of a profile.toml"
