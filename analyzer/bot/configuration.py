"""Reads a bot's configuration, a TOML file.

Input: the path of the file. Output: a `Policy`, or an `InputError` with one line for each error, each with
file, line and mend. The form is described in ``docs/bot.md``; relative paths begin at the file's folder. Not
modelled: whether the addresses exist.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analyzer.bot.addresses import address_of, name_of
from analyzer.bot.policy import (
    AnalysisPolicy,
    Embargo,
    Mute,
    Policy,
    ReplyPolicy,
    SeriesPolicy,
    Smtp,
    SourceKind,
    Speak,
    Tls,
    WatchedSource,
)
from analyzer.model.level import Level
from analyzer.model.unknown import InputError
from analyzer.profiles.tables import Table, parsed
from analyzer.profiles.text import read_text

_LARGEST = 1_000_000
_ROLES = ("M", "R", "L")
_PORTS = {Tls.STARTTLS: 587, Tls.TLS: 465, Tls.NONE: 25}


def read_policy(name: str) -> Policy:
    """The policy in the file called `name`."""
    path = Path(name)
    top, errors = parsed(read_text(path, str(path), "a configuration", _LARGEST), name)
    folder = path.parent.absolute()
    own = top.table("bot")
    state, outbox = folder / own.text("state"), folder / own.text("outbox")
    pause = own.number("pause_seconds", 30, 1)
    own.done()
    policy = Policy(
        state,
        outbox,
        _sources(top, folder),
        _reply(top.table("reply"), folder),
        _series(top.table("series")),
        _analysis(top.table("analysis"), folder),
        _mute(top.table("mute")),
        tuple(_embargo(table) for table in top.tables("embargo")),
        _smtp(top.table("smtp"), folder) if top.has("smtp") else None,
        float(pause),
    )
    top.done()
    if errors:
        raise InputError(str(errors))
    return policy


def _sources(top: Table, folder: Path) -> tuple[WatchedSource, ...]:
    found = []
    for table in top.tables("source"):
        kind = table.one_of("kind", tuple(kind.value for kind in SourceKind), SourceKind.MAILDIR.value)
        found.append(WatchedSource(SourceKind(kind), folder / table.text("path")))
        table.done()
    if not found:
        top.wrong(("source",), "no source of mails", "add [[source]] with kind = ... and path = ...")
    return tuple(found)


def _reply(table: Table, folder: Path) -> ReplyPolicy:
    written = table.text("from")
    own = address_of(written)
    if written.strip() and not own:
        table.wrong(("from",), f"'from' is {written!r}", "write it as Name <name@example.org>")
    file = table.text("maintainers", "")
    roles = table.names("roles") or ("M",)
    for at, role in enumerate(roles):
        if role not in _ROLES:
            table.wrong(("roles", at), f"unknown role {role!r}", f"known are: {', '.join(_ROLES)}")
    archive = table.text("archive", "")
    if archive and not archive.startswith(("https://", "http://")):
        table.wrong(
            ("archive",), f"'archive' is {archive!r}", "write a web address that begins with https://"
        )
    levels = tuple(level.value for level in Level)
    found = ReplyPolicy(
        own=own,
        own_name=name_of(written),
        allow=table.names("allow", required=True),
        deny=table.names("deny"),
        cc=_each(table, "cc", address_of, "an address"),
        maintainers=folder / file if file else None,
        roles=roles,
        most_cc=table.number("most_cc", 10),
        speak=Speak(table.one_of("speak", tuple(one.value for one in Speak), Speak.FINDINGS.value)),
        level=Level(table.one_of("level", levels, Level.WARNING.value)),
        mails_per_hour=table.number("mails_per_hour", 10, 1),
        replies_per_thread=table.number("replies_per_thread", 4, 1),
        archive=archive.rstrip("/"),
        lists=tuple(name.strip("<> ").lower() for name in table.names("lists")),
    )
    table.done()
    return found


def _each(table: Table, key: str, read: Callable[[str], str], wanted: str) -> tuple[str, ...]:
    found = []
    for at, written in enumerate(table.names(key)):
        good = read(written)
        if good:
            found.append(good)
        else:
            table.wrong((key, at), f"{written!r} is not {wanted}", "write it as name@example.org")
    return tuple(found)


def _series(table: Table) -> SeriesPolicy:
    found = SeriesPolicy(
        wait=60.0 * table.number("wait_minutes", 120),
        cover=60.0 * table.number("cover_minutes", 10),
        most_age=86400.0 * table.number("max_age_days", 14),
        most_patches=table.number("most_patches", 200, 1),
        largest=1_000_000 * table.number("largest_megabytes", 8, 1),
    )
    table.done()
    return found


def _analysis(table: Table, folder: Path) -> AnalysisPolicy:
    profile, repo = table.text("profile", ""), table.text("repo", "")
    suppressions = table.text("suppressions", "")
    # A profile is a name, unless it is written as a path.
    named = str(folder / profile) if "/" in profile else profile
    found = AnalysisPolicy(
        profile=named or None,
        repo=str(folder / repo) if repo else None,
        base=table.text("base", "") or None,
        seconds=table.number("seconds", 600, 1),
        megabytes=table.number("megabytes", 4096, 256),
        attempts=table.number("attempts", 3, 1),
        claims=not table.flag("leave_claims_alone"),
        suppressions=str(folder / suppressions) if suppressions else None,
    )
    table.done()
    return found


def _mute(table: Table) -> Mute:
    threads = tuple(name.strip("<> ") for name in table.names("threads"))
    found = Mute(table.names("authors"), threads, table.names("titles"))
    table.done()
    return found


def _embargo(table: Table) -> Embargo:
    authors, titles, paths = table.names("authors"), table.names("titles"), table.names("paths")
    if not (authors or titles or paths):
        table.wrong((), "[[embargo]] names nothing", "add authors, titles or paths")
    found = Embargo(table.text("reason"), authors, titles, paths, table.date("until"))
    table.done()
    return found


def _smtp(table: Table, folder: Path) -> Smtp:
    tls = Tls(table.one_of("tls", tuple(one.value for one in Tls), Tls.STARTTLS.value))
    user, password = table.text("user", ""), table.text("password_file", "")
    if bool(user) != bool(password):
        table.wrong((), "[smtp] has one of 'user' and 'password_file'", "give both, or neither")
    found = Smtp(
        host=table.text("host"),
        port=table.number("port", _PORTS[tls], 1),
        tls=tls,
        user=user,
        password=folder / password if password else None,
        attempts=table.number("attempts", 5, 1),
    )
    table.done()
    return found
