"""Merges neighbouring stages that read the same and gives the groups their headings.

Input: the patches' own numbers (0 for the base) and one comparable key a stage. Output: groups in order.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

UNCHANGED = "At every stage"
NO_CHANGE = "At every stage (no patch changes it)"


@dataclass(frozen=True, slots=True)
class Group:
    """Stages that read the same: `members` are indices into the stages, `heading` what stands above."""

    members: tuple[int, ...]
    heading: str


def merged(patches: Sequence[int], keys: Sequence[Hashable]) -> tuple[Group, ...]:
    """Groups of neighbours with equal keys. The first is *Before* the patch that ends it, the others
    *After* the patch that begins them; a single group is `UNCHANGED`."""
    runs: list[list[int]] = []
    for index, key in enumerate(keys):
        if runs and keys[runs[-1][-1]] == key:
            runs[-1].append(index)
        else:
            runs.append([index])
    if len(runs) < 2:
        return tuple(Group(tuple(run), UNCHANGED) for run in runs)
    first = Group(tuple(runs[0]), f"Before patch {patches[runs[1][0]]}")
    return (first, *(Group(tuple(run), f"After patch {patches[run[0]]}") for run in runs[1:]))
