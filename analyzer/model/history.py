"""What the history of a repository says: which commit changed which scenario's sequences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario at a commit. `labels` are its sequences as machines see them, `words` the same for people,
    one string a letter; `unknown` says in sentences why there may be others."""

    labels: tuple[tuple[str, ...], ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Runs of a scenario that went `before` and now go `after`, by their labels, and what that is."""

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """A scenario before and after a commit. `moves` are told of runs compared on the same decisions."""

    id: str
    title: str
    generated: bool
    before: Told
    after: Told
    moves: tuple[Move, ...] = ()

    @property
    def certain(self) -> bool:
        return not self.before.unknown and not self.after.unknown

    @property
    def changed(self) -> bool:
        """Whether the commit certainly changes the sequences, or which runs take them."""
        return self.certain and (set(self.before.labels) != set(self.after.labels) or bool(self.moves))


@dataclass(frozen=True, slots=True)
class Judged:
    """A commit compared with one of its parents. `unread` says why nothing can be told of the commit
    itself, `unread_before` why nothing can be told of its parent; "" if there is no such trouble. `begins`:
    the parent has none of the profile's files; `apart`: the commit changes too much to follow runs through
    it, and the lists of both trees were made each by itself; `doubts` are sentences on what could not be
    compared."""

    commit: str
    parent: str
    scenarios: tuple[ScenarioStep, ...]
    unread: str = ""
    unread_before: str = ""
    begins: bool = False
    apart: bool = False
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A commit of the history that changes something, or begins it (`first`); `apart` as in `Judged`."""

    commit: str
    author: str
    title: str
    merge: bool
    first: bool
    scenarios: tuple[ScenarioStep, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """A walk, its entries oldest first.

    Of `commits` commits `touching` touch the profile's files, and `judged` of those were compared before the
    walk ended at a commit of which nothing could be told: `stopped` says which one and why ("" if it came to
    the beginning). `doubts` are (commit, sentence) on scenarios of which something could not be told.
    """

    profile: str
    profile_title: str
    repository: str
    words: str
    full: bool
    commits: int
    touching: int
    judged: int
    entries: tuple[HistoryEntry, ...]
    stopped: str
    doubts: tuple[tuple[str, str], ...]
    exit_status: int
