"""Snapshots of stages whose whole text is at hand.

Job: give each line its evidence and tie each stage to the one before it. Input: (title, files) per
stage, the base first. Output: one `Snapshot` a stage, numbered 0, 1, 2... Not modelled: where the
texts came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.snapshots.lines import continued_lines
from analyzer.snapshots.renames import renamed_names
from analyzer.snapshots.tokens import split_lines


def from_texts(
    stages: Sequence[tuple[str, Mapping[str, str]]], evidence: Evidence = Evidence.TREE
) -> tuple[Snapshot, ...]:
    """One snapshot a stage, in order; every line's evidence is `evidence`."""
    result: list[Snapshot] = []
    previous: Mapping[str, str] | None = None
    for number, (title, files) in enumerate(stages):
        renamed = {} if previous is None else renamed_names(previous, files)
        result.append(
            Snapshot(
                patch=number,
                title=title,
                files=MappingProxyType(dict(files)),
                lines=MappingProxyType(
                    {
                        path: tuple((evidence, path, line + 1) for line in range(len(split_lines(text))))
                        for path, text in files.items()
                    }
                ),
                moved=moved_lines(previous, files, renamed),
                renamed=MappingProxyType(renamed),
            )
        )
        previous = files
    return tuple(result)


def moved_lines(
    previous: Mapping[str, str] | None, files: Mapping[str, str], renamed: Mapping[str, str]
) -> Mapping[str, tuple[int, ...]]:
    """The line maps of all files that changed since `previous`; a new file continues nothing."""
    if previous is None:
        return MappingProxyType({})
    return MappingProxyType(
        {
            path: continued_lines(previous.get(path, ""), text, renamed)
            for path, text in files.items()
            if previous.get(path) != text
        }
    )
