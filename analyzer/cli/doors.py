"""What the command line needs from below, as one value of functions.

`analyzer.__main__` builds the real one; tests build their own. Not modelled: how the functions work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from analyzer.model.level import Level

if TYPE_CHECKING:  # what only names types is not read: --help has to be quick
    from analyzer.model.backport import Backport
    from analyzer.model.history import History
    from analyzer.model.profile import Profile
    from analyzer.model.report import Report, StageInfo
    from analyzer.model.rulebook import Rulebook
    from analyzer.model.siblings import Siblings
    from analyzer.model.subscriber import Subscribed

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to analyse. `paths` as typed (``-`` is standard input; or commits), `scenarios` as ids, `fail_on`
    None for never. `repo` and `base` as typed; `search` the current folder's repository without them. With
    `cache` what is read of a tree is remembered. `only`, `order` and `squash` as typed; `suggest` other ways
    to take a series that has a window; `suppressions` a file to read in place of the base's;
    `previous` the version before, named as `paths`. With `claims`
    what the mails say is checked, also those of the files `thread`."""

    paths: tuple[str, ...]
    profile: str | None = None
    scenarios: tuple[str, ...] = ()
    fail_on: Level | None = Level.ERROR
    repo: str | None = None
    base: str | None = None
    search: bool = True
    cache: bool = True
    only: str | None = None
    order: str | None = None
    squash: tuple[str, ...] = ()
    suggest: bool = False
    claims: bool = True
    thread: tuple[str, ...] = ()
    suppressions: str | None = None
    previous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walked:
    """Which history to walk: a folder in a repository, the words for a range, git's own globs; over all
    parents if `full`, with `jobs` processes; `keep` what is found for another time."""

    repo: str
    words: str
    paths: tuple[str, ...] = ()
    profile: str | None = None
    full: bool = False
    jobs: int = 1
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Hooked:
    """What to do about git's hooks: install, uninstall, status or run; `words` are names of hooks, or one
    name and what git gave that hook. The rest is how a hook judges, and how wide its terminal is."""

    action: str
    words: tuple[str, ...]
    repo: str = "."
    beside: bool = False
    profile: str | None = None
    fail_on: Level | None = Level.ERROR
    suppressions: str | None = None
    strict: bool = False
    colour: bool = False
    width: int = 80


class Hook(Protocol):
    """Exit status, and the text for standard output and for standard error."""

    def __call__(self, hooked: Hooked, *, stdin: BinaryIO, progress: Progress) -> tuple[int, str, str]: ...


class Analyse(Protocol):
    """All series in the input, each with its report."""

    def __call__(
        self, request: Request, *, stdin: BinaryIO | None, progress: Progress
    ) -> tuple[Report, ...]: ...


class Parts(Protocol):
    """What parts of each series of the input do on the base."""

    def __call__(
        self, request: Request, *, stdin: BinaryIO | None, progress: Progress
    ) -> tuple[Backport, ...]: ...


class Flow(Protocol):
    """A function's printed control-flow summary at every stage."""

    def __call__(
        self, function: str, request: Request, *, stdin: BinaryIO | None, progress: Progress
    ) -> tuple[tuple[StageInfo, str], ...]: ...


class Subscribers(Protocol):
    """The subscribers of a commit, one entry for each profile that finds some."""

    def __call__(
        self, repository: str, revision: str, profile: str | None, *, cache: bool, progress: Progress
    ) -> tuple[Subscribed, ...]: ...


class Walk(Protocol):
    """The history of a repository."""

    def __call__(self, walked: Walked, *, progress: Progress) -> History: ...


class Bot(Protocol):
    """Goes round, for ever or `once`; the exit status. `say` is told what was done, `warn` what not."""

    def __call__(
        self,
        config: str,
        *,
        once: bool,
        resend: bool,
        say: Callable[[str], None],
        warn: Callable[[str], None],
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """The functions below. `check_profile` takes a profile and paths of a tree and gives lines; `rules` the
    name of a rule (None: all) and of a profile (None: those that are shipped); `siblings` a mail, b4's
    tracking file or "", and a folder."""

    analyse: Analyse
    flow: Flow
    list_profiles: Callable[[], Iterable[str]]
    load_profile: Callable[[str], Profile]
    check_profile: Callable[[str, tuple[str, ...]], Iterable[str]]
    subscribers: Subscribers
    history: Walk
    rules: Callable[[str | None, str | None], tuple[Rulebook, ...]]
    backport: Parts
    hook: Hook
    bot: Bot
    siblings: Callable[[bytes, str, str], Siblings]
