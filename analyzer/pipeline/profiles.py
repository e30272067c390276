"""Profiles for the command line: which there are, one of them, and what one matches in files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from analyzer import cfront, profiles
from analyzer.model.profile import Profile
from analyzer.model.unknown import InputError


def list_profiles() -> tuple[str, ...]:
    """Names of the profiles that are shipped."""
    return profiles.names()


def load_profile(name: str) -> Profile:
    """The profile of that name or path; raises `InputError`."""
    return profiles.load(name)


def check_profile(name: str, paths: Iterable[str]) -> tuple[str, ...]:
    """One line for every name of the profile: how often the files (or its own lifecycle) have it. The
    last line counts the names that match nothing."""
    profile = profiles.load(name)
    given = _texts(paths)
    texts = given or {file.path: file.text for file in profile.model}
    lines = []
    matches = tuple(profiles.check(profile, texts, cfront.parse))
    for match in matches:
        found = f"{match.count} in {', '.join(str(p) for p in match.places[:3])}" if match.count else "never"
        lines.append(f"{match.at}: {match.role} {match.name}: {found}")
    never = sum(not match.count for match in matches)
    where = f"{len(texts)} files" if given else "the built-in lifecycle"
    lines.append(f"{never or 'none'} of {len(matches)} names match nothing in {where}")
    return tuple(lines)


def _texts(paths: Iterable[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name in paths:
        path = Path(name)
        files = sorted(path.rglob("*.[ch]")) if path.is_dir() else [path]
        top = _top(path)
        for file in files:
            try:
                texts[str(file.resolve().relative_to(top)) if top else str(file)] = file.read_text(
                    "utf-8", errors="replace"
                )
            except OSError as error:
                raise InputError(f"{file}: {error.strerror}; name a readable C file or folder") from None
        if not files:
            raise InputError(f"{path}: holds no C files; name a readable C file or folder")
    return texts


def _top(path: Path) -> Path | None:
    """The tree a folder lies in: profiles name files as seen from its top. None for a single file."""
    if not path.is_dir():
        return None
    folder = path.resolve()
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)
