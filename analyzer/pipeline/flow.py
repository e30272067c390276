"""The control-flow summary of a function at each stage, printed.

Its lines are those of the built-in lifecycle with the patches laid over it, and its heading says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from analyzer import cfront
from analyzer.model.report import StageInfo
from analyzer.model.series import Series
from analyzer.pipeline.analyse import load_profiles, read_series
from analyzer.pipeline.options import Options
from analyzer.snapshots import built_in


def flow(
    function: str,
    options: Options,
    *,
    stdin: BinaryIO | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[tuple[StageInfo, str], ...]:
    """Each stage with the summary of `function` as understood there; () when no stage has it."""
    loaded = load_profiles(options)
    series = read_series(options, loaded, stdin, progress) if options.paths else (Series("", 1, ()),)
    for profile in loaded:
        for one in series:
            printed = []
            for snapshot in built_in.lay(one, profile):
                texts = [
                    cfront.show(replace(summary, path=f"built-in model of {path}"))
                    for path, text in snapshot.files.items()
                    for summary in cfront.parse(path, text, profile.dialect).functions
                    if summary.name == function
                ]
                printed.append((StageInfo(snapshot.patch, snapshot.title), "\n".join(texts)))
            if any(text for _, text in printed):
                return tuple(printed)
    return ()
