"""The control-flow summary of a function at each stage, printed.

Its lines are those of the tree, or of the built-in lifecycle with the patches laid over it; its heading
says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from analyzer import cfront
from analyzer.model.profile import Profile
from analyzer.model.report import StageInfo
from analyzer.model.series import Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.summary import ControlFlowSummary
from analyzer.pipeline.analyse import load_profiles, read_series
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import opened
from analyzer.pipeline.source import source_of


def flow(
    function: str,
    options: Options,
    *,
    stdin: BinaryIO | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[tuple[StageInfo, str], ...]:
    """Each stage with the summary of `function` as understood there; () when no stage has it."""
    loaded = load_profiles(options)
    with opened(options) as repository:
        nothing = (Series("", 1, ()),)
        series = read_series(options, loaded, stdin, progress, repository) if options.paths else nothing
        for profile in loaded:
            for one in series:
                source = source_of(one, profile, options, repository)
                own = "built-in model of " if source.kind == "built-in" else ""
                printed = []
                for snapshot in source.snapshots:
                    found = _summaries(function, snapshot, profile)
                    texts = [cfront.show(replace(summary, path=f"{own}{path}")) for path, summary in found]
                    printed.append((StageInfo(snapshot.patch, snapshot.title), "\n".join(texts)))
                if any(text for _, text in printed):
                    return tuple(printed)
    return ()


def _summaries(
    function: str, snapshot: Snapshot, profile: Profile
) -> Iterator[tuple[str, ControlFlowSummary]]:
    for path, text in snapshot.files.items():
        if function in text:  # a tree has thousands of files that do not name it
            for summary in cfront.parse(path, text, profile.dialect).functions:
                if summary.name == function:
                    yield path, summary
