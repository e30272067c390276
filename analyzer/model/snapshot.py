"""The text of a stage, from whatever source it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from analyzer.model.unknown import Unknown


class Evidence(Enum):
    """What shows an event. The weakest of a path is what its order rests on."""

    DIFF = "in the diff"
    TREE = "in the tree"
    BUILT_IN = "built in"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One stage: files by path, and the evidence of their lines.

    `lines` maps a path to a sequence as long as the text has lines: the line's evidence and the
    place to show for it (a line of the diff, of the tree or of the built-in lifecycle); a file it lacks
    is in the tree as it stands.
    `moved` maps a path to a tuple: for each line of *this* text the 1-based line of the previous
    stage's text that it continues, or 0 for a new line; absent when the file did not change.
    `renamed` maps identifiers of this stage to the names of the previous one (a function or constant
    that the patch renames throughout).
    `origins` is there for files in which lines go on from *another* path: for each line the path and the
    1-based line of the previous stage's text, or ("", 0); `moved` has 0 where the path is another.
    `put` maps a path to the lines of this text that a patch of the series put in, by 1-based line with the
    number of the patch; `taken` to those that a patch after this stage takes out. Lines of context are in
    neither.
    `blobs` maps a path to an id of its content, as git would give it; empty when there is no repository.
    `analysed` is False when no text could be built for this stage; then `unknown` says why.
    """

    patch: int
    title: str
    files: Mapping[str, str]
    lines: Mapping[str, Sequence[tuple[Evidence, str, int]]]
    moved: Mapping[str, tuple[int, ...]]
    renamed: Mapping[str, str]
    analysed: bool = True
    concerned: bool = True
    unknown: tuple[Unknown, ...] = ()
    origins: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    blobs: Mapping[str, str] = field(default_factory=dict)
    put: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    taken: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def contents(self, path: str) -> str | None:
        """What tells the content of a file from any other: its id, else the text itself; None for no file."""
        return self.blobs.get(path) or self.files.get(path)
