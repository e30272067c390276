"""Intake: mails, mboxes and files become `Series`, whatever state the text is in.

Input: paths (files, maildirs, directories of patches, ``-``). Output: `Series`, the newest version of
each first; `InputError` when there is nothing that could be read. What was mended is in
`Series.repairs`, what was left aside in `Series.notes`, what could not be read in `Series.unknown`. Not
modelled: compressed files, HTML mail. Commits, which a repository gives, become a series by `series_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

from analyzer.intake.commits import series_of
from analyzer.intake.passages import passages_of, read_thread
from analyzer.intake.reading import read_sources
from analyzer.intake.sources import sources
from analyzer.model.series import Patch, Series

__all__ = ["passages_of", "read", "read_thread", "series_of"]


def read(
    paths: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    wanted: Callable[[Patch], bool] | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Series, ...]:
    """Reads everything at `paths`; the order in which they are given does not matter.

    Of input over 8 MB only the series are kept in which some patch is `wanted`; if none is, the
    result is empty. `progress` is told now and then how far a large input is read.
    """
    return read_sources(sources(paths, stdin), wanted, progress)
