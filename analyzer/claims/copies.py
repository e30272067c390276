"""Recognises a diff in a discussion as a copy of one of a series' patches.

Input: the diff of a mail, a series' patches. Output: the patch's number, or 0. A copy adds and removes the
same lines in the same files; places, context, white space and blank lines may differ, since mail and
archives damage them. Not modelled: an earlier version of a patch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from analyzer.model.series import FileDiff, LineKind, Patch


def copy_of(files: Sequence[FileDiff], patches: Iterable[Patch]) -> int:
    """The number of the patch that `files` are a copy of, 0 if of none or of several."""
    wanted = _content(files)
    if not wanted:
        return 0
    found = [patch.number for patch in patches if _content(patch.files) == wanted]
    return found[0] if len(found) == 1 else 0


def _content(files: Sequence[FileDiff]) -> Counter[tuple[str, LineKind, str]]:
    return Counter(
        (file.new_path, line.kind, text)
        for file in files
        for hunk in file.hunks
        for line in hunk.lines
        if line.kind is not LineKind.CONTEXT and (text := "".join(line.text.split()))
    )
