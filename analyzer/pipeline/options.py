"""What a run of the pipeline is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from analyzer.lifecycle.explore import Bounds
from analyzer.model.report import Level


@dataclass(frozen=True, slots=True)
class Options:
    """`paths` as given: files, or commits of a repository; `profile` a name, a path or None (the one that
    is concerned); `scenarios` ids. `repo` is a folder in a repository, `base` a revision of it; with `search`
    the repository around the current folder is taken if there is none and it holds the base.

    With `failing`, each call that may fail gives a scenario of its own (not if some are named).

    With `cache`, what is read of a tree's files is remembered in the user's cache folder.

    `only`, `order` and `squash` take the series otherwise than it was sent (`analyzer.pipeline.what_if`).

    With `suggest`, other ways to take the series are analysed if a window stands open in it.

    With `claims`, what the mails of the series and of `thread` (files) say of it is checked.

    `previous` names the version of the series before this one, as `paths` do this one.

    `suppressions` is a file that is read in place of the base's; `today` is the day on which they hold.

    `fail_on` is the level from which on a finding gives exit status 1; None: never.
    """

    paths: tuple[str, ...]
    profile: str | None = None
    scenarios: tuple[str, ...] = ()
    fail_on: Level | None = Level.ERROR
    bounds: Bounds = field(default_factory=Bounds)
    repo: str | None = None
    base: str | None = None
    search: bool = True
    cache: bool = True
    failing: bool = True
    only: str | None = None
    order: str | None = None
    squash: tuple[str, ...] = ()
    suggest: bool = False
    claims: bool = True
    thread: tuple[str, ...] = ()
    suppressions: str | None = None
    previous: tuple[str, ...] = ()
    today: date = field(default_factory=date.today)
