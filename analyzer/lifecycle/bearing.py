"""Whether a patch can bear on what the engine executes, told without executing anything.

Input: the stages before and after it. Output: False if every function that may matter is the same at both,
and so is all that stands outside of functions; True if not, or if it cannot be told so cheaply. Not
modelled: which of the functions that may matter do.
"""

from __future__ import annotations

import re

from analyzer.lifecycle.reuse import same_code
from analyzer.lifecycle.scope import Indexed, Reader, Scope, indexed
from analyzer.lifecycle.watched import Watched
from analyzer.model.profile import Profile
from analyzer.model.snapshot import Snapshot
from analyzer.model.summary import ControlFlowSummary
from analyzer.snapshots.tokens import tokenise

_SAFE = re.compile(r"[^*/\\\"]*[;{}]\s*\Z")
_Functions = dict[tuple[str, str], list[ControlFlowSummary]]


def may_bear(before: Snapshot, after: Snapshot, profile: Profile, reader: Reader) -> bool:
    """Whether what `after` executes may be other than what `before` does."""
    if after.renamed or not (before.analysed and after.analysed):
        return True
    changed = [
        path
        for path in dict.fromkeys((*before.files, *after.files))
        if (path in before.files) != (path in after.files) or _differs(before, after, path)
    ]
    if all(_same_tokens(before.files.get(path, ""), after.files.get(path, "")) for path in changed):
        return False
    old, new = indexed(before, reader), indexed(after, reader)
    if any(_outside(old, path) != _outside(new, path) for path in changed):
        return True
    was, now = _wanted(old, profile, reader), _wanted(new, profile, reader)
    return was.keys() != now.keys() or not all(same_code(tuple(was[key]), tuple(now[key])) for key in was)


def _differs(before: Snapshot, after: Snapshot, path: str) -> bool:
    if path in before.blobs and path in after.blobs:
        return before.blobs[path] != after.blobs[path]
    return before.files[path] != after.files[path]


def _same_tokens(one: str, other: str) -> bool:
    """Whether two texts say the same, whatever their layout and their comments."""
    old, new = one.split("\n"), other.split("\n")
    head, most = 0, min(len(old), len(new))
    while head < most and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    # From the last line before the change that ends a statement or a block, outside of any comment.
    while head and not _SAFE.match(old[head - 1]):
        head -= 1
    parts = ["\n".join(lines[head : len(lines) - tail]) for lines in (old, new)]
    if any(0 <= part.find("*/") < (part + "/*").find("/*") for part in parts):
        return False  # it begins in the middle of a comment, or seems to
    was, now = ([token.text for token in tokenise(part)] for part in parts)
    return was == now


def _outside(stage: Indexed, path: str) -> list[str]:
    """What a file says outside of functions."""
    lines = stage.snapshot.files.get(path, "").split("\n")
    for index in stage.indexes:
        if index.path == path:
            for entry in index.functions:
                lines[entry.line - 1 : entry.end_line] = [""] * (entry.end_line - entry.line + 1)
    return [token.text for token in tokenise("\n".join(lines))]


def _wanted(stage: Indexed, profile: Profile, reader: Reader) -> _Functions:
    """All functions that may matter, by path and name."""
    scope = Scope(stage, profile, Watched.of(profile), lambda name: profile.same.get(name, name), frozenset())
    found: _Functions = {}
    for file in scope.read(reader):
        for function in file.functions:
            found.setdefault((file.path, function.name), []).append(function)
    return found
