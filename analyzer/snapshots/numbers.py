"""Line numbers followed from stage to stage.

Job: say which number a line of a tree's file has some patches earlier or later. Input: the patches'
hunks. Output: a number. Exact for a line outside the hunks between; not modelled: a line inside one (a
hunk that shows it gives its number itself) and patches that are missing.
"""

from __future__ import annotations

from analyzer.model.series import Hunk, Patch


def hunks_of(patch: Patch, path: str) -> tuple[Hunk, ...]:
    """The patch's hunks of a file, by either name."""
    return tuple(h for diff in patch.files if path in (diff.old_path, diff.new_path) for h in diff.hunks)


def line_before(hunks: tuple[Hunk, ...], line: int) -> int:
    """The number before the patch of what is line `line` after it."""
    shift = 0
    for hunk in hunks:
        if line >= hunk.new_start + hunk.new_count:
            shift = hunk.new_start + hunk.new_count - hunk.old_start - hunk.old_count
    return max(line - shift, 1)


def line_after(hunks: tuple[Hunk, ...], line: int) -> int:
    """The number after the patch of what is line `line` before it."""
    shift = 0
    for hunk in hunks:
        if line >= hunk.old_start + hunk.old_count:
            shift = hunk.new_start + hunk.new_count - hunk.old_start - hunk.old_count
    return max(line + shift, 1)
