"""One patch of a series, picked onto other files than those it was made for.

Job: what `git cherry-pick` does with a commit. Input: the files before and after the patch at its own place
in the series, and the files to bring it to. Output: the files with it, or the file and hunk that conflicts.
A file that has another name there is found by its lines. Not modelled: modes, links and binary files, which
are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.model.series import FileChange, FileDiff, LineKind, Patch
from analyzer.model.unknown import Unknown
from analyzer.snapshots.changes import path_of
from analyzer.snapshots.merge import Conflict, Text, merged

Texts = Mapping[str, Text | None]  # by path; None: there is no such file

_HALF = 0.5  # of its lines a file has to share with another to be the same, as git has it


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a patch cannot be picked: its diff, its hunk (1-based; 0: the diff as a whole), the reason."""

    diff: FileDiff
    hunk: int
    why: str


def pick(patch: Patch, before: Texts, after: Texts, onto: Texts) -> Texts | Clash:
    """`onto` with what `patch` made of `before`, which was `after`."""
    files = dict(onto)
    done: set[str] = set()
    for diff in patch.files:
        path = path_of(diff)
        if diff.change in (FileChange.BINARY, FileChange.MODE) or path in done:
            continue
        done.add(path)
        clash = _pick_file(diff, before, after, onto, files)
        if clash is not None:
            return clash
    return files


def refusal(patch: Patch, clash: Clash, onto: str) -> Unknown:
    """That a patch does not apply, with its file and hunk."""
    hunk = f", hunk {clash.hunk}" if clash.hunk else ""
    line = clash.diff.hunks[clash.hunk - 1].source if clash.hunk else patch.line
    return Unknown(
        what=f"patch {patch.number}, {path_of(clash.diff)}{hunk}",
        why=f"it does not apply to {onto}: {clash.why}",
        where=f"{patch.source}:{line}" if patch.source and line else patch.source,
        patch=patch.number,
    )


def _pick_file(
    diff: FileDiff, before: Texts, after: Texts, onto: Texts, files: dict[str, Text | None]
) -> Clash | None:
    base, theirs = before.get(diff.old_path), after.get(diff.new_path)
    if diff.change is FileChange.ADDED:
        there = onto.get(diff.new_path)
        if there is not None and there != theirs:
            return Clash(diff, 0, "it adds a file that is there already")
        files[diff.new_path] = theirs
        return None
    home = _home(diff.old_path, base, onto)
    ours = onto.get(home)
    if diff.change is FileChange.DELETED:
        if ours is not None and base is not None and ours.lines != base.lines:
            return Clash(diff, 0, "it deletes the file, which is another there")
        files[home] = None
        return None
    if base is None or theirs is None:
        return None  # a link, or a file that is no text
    if ours is None:
        return Clash(diff, 0, "the file is not there")
    if diff.change is FileChange.RENAMED and home != diff.old_path:
        return Clash(diff, 0, f"the file has another name there, {home}")
    made = merged(base, ours, theirs)
    if isinstance(made, Conflict):
        return Clash(diff, _hunk_at(diff, made), "what it changes was changed there as well")
    target = diff.new_path if diff.change is FileChange.COPIED or home == diff.old_path else home
    if target != home and onto.get(target) is not None:
        return Clash(diff, 0, f"there is a file {target} already")
    if diff.change is FileChange.RENAMED:
        files[home] = None
    files[target] = made
    return None


def _home(path: str, base: Text | None, onto: Texts) -> str:
    """The path that a file has among `onto`."""
    if onto.get(path) is not None or base is None:
        return path
    wanted = set(base.identities)
    shared = {
        other: len(wanted.intersection(text.identities))
        for other, text in onto.items()
        if text is not None and text.identities
    }
    best = max(shared, key=lambda other: (shared[other], other), default=path)
    return best if shared.get(best, 0) > _HALF * len(wanted) else path


def _hunk_at(diff: FileDiff, conflict: Conflict) -> int:
    """The hunk whose changed lines are nearest to a conflict in the file after the patch."""
    best, least = 0, 0
    for number, hunk in enumerate(diff.hunks, 1):
        line = max(hunk.new_start - 1, 0)
        for each in hunk.lines:
            if each.kind is not LineKind.CONTEXT:
                away = max(conflict.start - line, line - conflict.stop, 0)
                if not best or away < least:
                    best, least = number, away
            if each.kind is not LineKind.REMOVED:
                line += 1
    return best
