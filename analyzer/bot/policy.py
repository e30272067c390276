"""What a bot may do: where it reads and writes, whom it may answer, when, and how often.

Plain frozen values; `analyzer.bot.configuration` makes them of a file. Globs are those of `fnmatch`, without
regard to case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path

from analyzer.model.level import Level


class SourceKind(Enum):
    """In what form mails arrive."""

    MAILDIR = "maildir"
    MBOX = "mbox"
    PUBLIC_INBOX = "public-inbox"


class Speak(Enum):
    """When a series is answered."""

    FINDINGS = "findings"  # it introduces something, or opens a window
    CHANGES = "changes"  # it changes what is told, too
    ALWAYS = "always"  # whenever it concerns the profile


class Tls(Enum):
    """How a mail server is talked to."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """A place where mails arrive."""

    kind: SourceKind
    path: Path

    @property
    def name(self) -> str:
        """What the state calls it."""
        return f"{self.kind.value}:{self.path}"


@dataclass(frozen=True, slots=True)
class ReplyPolicy:
    """Who is answered, and how. `own` is the bot's address; `allow`, `deny` are globs of authors' addresses;
    `cc` addresses that get every reply; `lists` the ids of lists whose mails may be marked as bulk; `archive`
    the address under which a mail is found by its Message-ID, or ""."""

    own: str
    own_name: str
    allow: tuple[str, ...]
    deny: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    maintainers: Path | None = None
    roles: tuple[str, ...] = ("M",)
    most_cc: int = 10
    speak: Speak = Speak.FINDINGS
    level: Level = Level.WARNING
    mails_per_hour: int = 10
    replies_per_thread: int = 4
    archive: str = ""
    lists: tuple[str, ...] = ()

    def may_answer(self, address: str) -> bool:
        """Whether the author with this address may be answered."""
        return (
            bool(address)
            and address != self.own
            and matches(address, self.allow)
            and not matches(address, self.deny)
        )


@dataclass(frozen=True, slots=True)
class SeriesPolicy:
    """How long a series is waited for: `wait` seconds for missing patches, `cover` seconds for a cover letter
    that the patches refer to. Series older than `most_age` seconds (0: any age) or of more than
    `most_patches` are left aside, mails of more than `largest` bytes too."""

    wait: float = 2 * 3600.0
    cover: float = 600.0
    most_age: float = 14 * 86400.0
    most_patches: int = 200
    largest: int = 8_000_000


@dataclass(frozen=True, slots=True)
class AnalysisPolicy:
    """What a series is analysed on, and within which bounds: `seconds` and `megabytes` of one analysis, and
    how often it is tried again."""

    profile: str | None = None
    repo: str | None = None
    base: str | None = None
    seconds: int = 600
    megabytes: int = 4096
    attempts: int = 3
    claims: bool = True
    suppressions: str | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """What is not answered: globs of authors' addresses, Message-IDs of threads, globs of titles."""

    authors: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Embargo:
    """Series that are not spoken of up to and with the day `until` (None: for ever): those whose author,
    title or a touched path one of the globs matches."""

    reason: str
    authors: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. `password` is a file whose first line is the password."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: Path | None = None
    attempts: int = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """All that a configuration says; `pause` is the seconds between two looks at the sources."""

    state: Path
    outbox: Path
    sources: tuple[WatchedSource, ...]
    reply: ReplyPolicy
    series: SeriesPolicy
    analysis: AnalysisPolicy
    mute: Mute
    embargoes: tuple[Embargo, ...] = ()
    smtp: Smtp | None = None
    pause: float = 30.0


def matches(text: str, globs: tuple[str, ...]) -> bool:
    """Whether one of the globs matches the whole text."""
    lowered = text.lower()
    return any(fnmatchcase(lowered, glob.lower()) for glob in globs)
