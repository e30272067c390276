"""Which lines of a stage the series puts in, and which it takes out later.

Job: tell so from the identities that lines keep from stage to stage. Input: for each stage its number and the
identities of its files' lines. Output: for each stage and file the lines that a patch put in and those that a
later one takes out. A line that only goes on elsewhere is neither. Not modelled: lines
of files that are copied, whose identities are not theirs alone; of them nothing is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

Lines = Mapping[int, int]  # 1-based line -> number of the patch


@dataclass(frozen=True, slots=True)
class Edits:
    """Of one stage, by path: the lines that some patch up to it put in, and those that one after it takes
    out."""

    put: Mapping[str, Lines]
    taken: Mapping[str, Lines]


def _every(_identity: int) -> bool:
    return True


def edits(
    stages: Sequence[tuple[int, Mapping[str, Sequence[int]]]],
    added: Callable[[int], bool] = _every,
    removed: Callable[[int], bool] = _every,
) -> list[Edits]:
    """The edits of each stage; the first one is what the series begins on. Of the identities that come and
    go, only those count that are `added` and `removed`."""
    every = [Counter(one for own in files.values() for one in own) for _, files in stages]
    shared = {identity for present in every for identity, count in present.items() if count > 1}
    came: dict[int, int] = {}
    put: list[Mapping[str, Lines]] = []
    for at, (number, files) in enumerate(stages):
        fresh = every[at].keys() - every[at - 1].keys() if at else set()
        came.update((one, number) for one in fresh - shared if added(one))
        put.append(_by_path(files, came))
    went: dict[int, int] = {}
    taken: list[Mapping[str, Lines]] = []
    for at in range(len(stages) - 1, -1, -1):
        if at + 1 < len(stages):
            gone = every[at].keys() - every[at + 1].keys()
            went.update((one, stages[at + 1][0]) for one in gone - shared if removed(one))
        taken.append(_by_path(stages[at][1], went))
    return [Edits(*both) for both in zip(put, reversed(taken), strict=True)]


def _by_path(files: Mapping[str, Sequence[int]], numbers: Mapping[int, int]) -> Mapping[str, Lines]:
    if not numbers:
        return MappingProxyType({})
    found = {
        path: MappingProxyType(
            {line: numbers[identity] for line, identity in enumerate(own, 1) if identity in numbers}
        )
        for path, own in files.items()
    }
    return MappingProxyType({path: lines for path, lines in found.items() if lines})
