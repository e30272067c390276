"""Where the stages of a series come from: a repository that holds its base, else the built-in lifecycle.

Input: a series, a profile, options, a repository or None. Output: `Source`: snapshots and the words for
what they rest on. Nothing after this knows which it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from analyzer.model.profile import Profile
from analyzer.model.series import Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.what_if import WhatIf
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import Base, Repository, base_of
from analyzer.snapshots import built_in, taken, tree


@dataclass(frozen=True, slots=True)
class Source:
    """The stages of a series. `kind` is ``tree`` or ``built-in``; `follows` the commit or release."""

    snapshots: tuple[Snapshot, ...]
    kind: str
    follows: str
    base: Base | None = None


def source_of(
    series: Series,
    profile: Profile,
    options: Options,
    repository: Repository | None,
    what_if: WhatIf | None = None,
) -> Source:
    """The stages of `series`, or of what `what_if` makes of it; raises `InputError` when the base or the
    repository cannot be read."""
    base = None if repository is None else base_of(repository, series, options)
    if repository is None or base is None:
        return Source(built_in.lay(series, profile, what_if), "built-in", profile.follows)
    if what_if is None:
        snapshots = tree.lay(series, profile, repository.objects, base.commit)
    else:
        snapshots = taken.lay_otherwise(series, profile, repository.objects, base.commit, what_if)
    return Source(snapshots, "tree", f"commit {base.short}", base)


def concerned(series: Series, profile: Profile, repository: Repository | None) -> bool:
    """Whether the series is about the profile's domain; with a tree, also if it touches its files."""
    if built_in.concerned(series, profile):
        return True
    if repository is None:
        return False
    paths = {
        path for patch in series.patches for diff in patch.files for path in (diff.old_path, diff.new_path)
    }
    return any(
        fnmatchcase(path, glob) for path in paths if path.endswith(tree.SOURCES) for glob in profile.paths
    )
