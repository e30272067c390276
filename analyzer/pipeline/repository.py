"""Which repository and which commit of it a series rests on, and why.

Job: open the repository that was asked for, or find the one around the current folder; choose the base.
Input: options, a series. Output: the repository, or None; the base with its reason. Not modelled: the
history, which is not searched for a commit that would fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analyzer.model.series import FileChange, Series
from analyzer.model.unknown import InputError
from analyzer.pipeline.options import Options
from analyzer.snapshots.objects import Objects

SHORT = 12
_ABSENT = re.compile(r"0*\Z")


@dataclass(frozen=True, slots=True)
class Base:
    """The full id of a commit, and why it is the base."""

    commit: str
    reason: str

    @property
    def short(self) -> str:
        return self.commit[:SHORT]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, and whether it was `asked` for by name."""

    objects: Objects
    asked: bool


@contextmanager
def opened(options: Options) -> Iterator[Repository | None]:
    """The repository that the options name, else the one around the current folder, else None. Raises
    `InputError` if one is named and cannot be read."""
    repository = _open(options)
    try:
        yield repository
    finally:
        if repository is not None:
            repository.objects.close()


def _open(options: Options) -> Repository | None:
    if options.repo is not None:
        return Repository(Objects(Path(options.repo)), True)
    here = Path.cwd()
    around = any((folder / ".git").exists() or _is_bare(folder) for folder in (here, *here.parents))
    if options.base is None and not (options.search and around):
        return None
    try:
        return Repository(Objects(here), options.base is not None)
    except InputError:
        if options.base is not None:
            raise
        return None


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def base_of(repository: Repository, series: Series, options: Options) -> Base | None:
    """The base of a series; None if nobody asked for this repository and it does not hold the base."""
    objects = repository.objects
    if series.commits:
        return Base(series.base_commit, f"what {series.commits} begins on")
    if options.base is not None:
        return Base(objects.commit(options.base), f"{options.base}, given as base")
    found = "" if repository.asked else " (--no-repo leaves the repository around this folder aside)"
    lacking = ""
    if series.base_commit:
        commit = objects.found(series.base_commit)
        if commit is not None:
            return Base(commit, f"the patches name it as their base{found}")
        lacking = f"; the base they name, {series.base_commit[:SHORT]}, is not in the repository"
    head = objects.commit("HEAD") if repository.asked else objects.found("HEAD")
    if head is None:
        return None
    wanted = index_lines(series)
    listing = objects.listing(head, (), wanted.keys())
    other = [path for path, blob in wanted.items() if not listing.get(path, "").startswith(blob)]
    if wanted and not other:
        return Base(head, f"HEAD, which has the files that the patches' index lines name{lacking}{found}")
    if not repository.asked:
        return None
    if other:
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        why = f"HEAD, although it has another {other[0]}{more} than the patches' index lines name"
    else:
        why = "HEAD, as the patches do not tell their base"
    return Base(head, f"{why}{lacking}")


def index_lines(series: Series) -> Mapping[str, str]:
    """Path -> abbreviated blob id of each file as the series meets it first."""
    found: dict[str, str] = {}
    made: set[str] = set()
    for patch in series.patches:
        for diff in patch.files:
            told = diff.change is not FileChange.ADDED and not _ABSENT.match(diff.old_blob)
            if told and diff.old_path not in made:
                found.setdefault(diff.old_path, diff.old_blob)
        made.update(path for diff in patch.files for path in (diff.old_path, diff.new_path))
    return found
