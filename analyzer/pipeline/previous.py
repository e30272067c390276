"""The version of a series before the one at hand, read and analysed as any series is.

Input: the words that name it, in any form that a series comes in. Output: its report, or why there is none.
Not modelled: finding it by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analyzer.model.profile import Profile
from analyzer.model.series import Series
from analyzer.model.unknown import InputError
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import Repository
from analyzer.pipeline.source import concerned

Read = Callable[[Options], tuple[Series, ...]]


def previous_series(
    options: Options, profile: Profile, repository: Repository | None, read: Read
) -> Series | None:
    """The one series that the words name and that concerns the profile; None if none does."""
    found = read(replace(options, paths=options.previous))
    fitting = [series for series in found if concerned(series, profile, repository)]
    if len(fitting) > 1:
        named = ", ".join(_name(series) for series in fitting)
        raise InputError(
            f"--previous {' '.join(options.previous)}: several series ({named}); name one of them"
        )
    return fitting[0] if fitting else None


def plainly(options: Options) -> Options:
    """How a previous version is analysed: as it was sent, without what only this version is asked."""
    return replace(
        options, only=None, order=None, squash=(), suggest=False, claims=False, failing=False, thread=(),
        previous=(), scenarios=(),
    )  # fmt: skip


def _name(series: Series) -> str:
    return f"{series.title!r} v{series.version}"
