"""Operands that are no files: commits of the repository, read as a series.

Input: the operands, a repository or None. Output: which are files and which name commits, and the series of
the latter; `InputError` for what is neither. A file wins over a revision of the same name. Not modelled:
several ranges as one series.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from analyzer import intake
from analyzer.intake.lines import clean
from analyzer.model.series import Series
from analyzer.model.unknown import InputError
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import SHORT, Repository
from analyzer.snapshots import commits


def files_and_commits(
    paths: Sequence[str], repository: Repository | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The operands that are files, and those that are none and may name commits."""
    files = tuple(path for path in paths if path == "-" or _exists(path))
    others = tuple(path for path in paths if path not in files)
    if others and repository is None:
        raise InputError(
            f"{clean(others[0])}: there is no such file, and no repository in which it could name commits: "
            "check the path, or give --repo"
        )
    return files, others


def _exists(path: str) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:  # a name no system has
        return False


def commit_series(words: str, options: Options, repository: Repository) -> Series:
    """The commits that `words` name, as a series on what they begin on."""
    objects = repository.objects
    found = commits.named(objects, words, options.base)
    if found is None:
        raise InputError(
            f"{clean(words)}: there is no such file, and {clean(objects.name)} has no such commit or range: "
            "check the name"
        )
    notes = [
        f"commit {each[:SHORT]} is a merge: what it changes against its first parent is the patch"
        for each in found.merges
    ]
    return intake.series_of(commits.commits(objects, found.ids, ("*.c", "*.h")), words, found.base, notes)
