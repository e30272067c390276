"""What the bot needs to know of a mail: who sent it, what it is to a series, and whether a robot wrote it.

Input: a mail's bytes. Output: a `Sight`. The mail itself is read by `analyzer.intake`; here are only the
header fields by which robots are told. Not modelled: patches in forwarded mails, which are not for review.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

from analyzer.bot.addresses import address_of, identifier
from analyzer.intake import mail, posts
from analyzer.intake.lines import clean, decode
from analyzer.intake.posts import Heading, Kind, Post
from analyzer.intake.subject import Subject

MOST_HEADER = 256 * 1024  # bytes; a longer one is no mail from a person
MORE = "..."  # in place of the paths that are too many, or too long for any file
_MOST_PATHS = 1000
_LONGEST_PATH = 4096
_MOST_LINKS = 50
_LONGEST_TITLE = 300
_FIELD = re.compile(r"^([!-9;-~]{1,80}):[ \t]*(.*)$", re.DOTALL)
_ROBOTS = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|auto-?reply|listserv|majordomo|mailman"
    r"|owner-.*|.*-(?:bounces|request|owner|admin|noreply))(?:\+.*)?@.*",
    re.IGNORECASE,
)
_MARKS = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-response-suppress",
    "x-analyze-series",
    "x-failed-recipients",
    "robot-id",
)
_MUTE = re.compile(r"^([\"'`]?)analyze-series: *(mute|unmute)\1\.?$", re.IGNORECASE)


class Part(Enum):
    """What a mail is to the bot."""

    PATCH = "patch"
    COVER = "cover"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sight:
    """A mail as the bot keeps it.

    `robot` says by what a robot is told, or "". `patches` is how many patches the mail holds: more than one
    make a series of their own. `paths` are what they touch, `MORE` at the end if not all are listed. `dated`
    is what the mail says of its date, in seconds since 1970, or 0. `wish` is ``mute`` or ``unmute`` if its
    sender asks for that.
    """

    sender: str
    message_id: str
    references: tuple[str, ...]
    subject: Subject
    part: Part
    number: int
    version: int
    numbered: bool
    patches: int
    paths: tuple[str, ...]
    robot: str
    dated: float
    wish: str = ""

    @property
    def heading(self) -> Heading:
        """As grouping wants it."""
        return Heading(
            self.sender,
            self.message_id,
            self.references,
            self.subject,
            self.number,
            self.version,
            False,
            self.numbered,
        )


def sight(raw: bytes, own: str, lists: tuple[str, ...]) -> Sight:
    """What the mail `raw` is; `own` is the bot's address, `lists` the ids of lists whose mails are read."""
    fields = _fields(raw)
    robot = _robot(fields, own, lists)
    dated = _dated(fields.get("date", ""))
    sender = address_of(fields.get("from", ""))
    if robot:
        return _other(sender, fields, robot, dated)
    first, *attached = mail.letters(raw, "mail", 1)
    made = posts.post(first, {}, checked=False)
    # A forwarded mail has a Message-ID of its own, an attached file has not.
    files = [posts.post(each, {}, checked=False) for each in attached if each.name and not each.message_id]
    patches = [one for one in (made, *files) if one.kind is Kind.PATCH]
    outer = made if made.kind is Kind.PATCH or not patches else patches[0]
    head = posts.heading(outer, False, "")
    part = Part.PATCH if patches else Part.COVER if made.kind is Kind.COVER else Part.OTHER
    paths = dict.fromkeys(
        path
        for one in patches
        for diff in one.body.cut.files
        for path in (diff.old_path, diff.new_path)
        if path
    )
    return Sight(
        sender,
        identifier(first.message_id),
        _links(first.references),
        _short(head.subject),
        part,
        head.number,
        head.version,
        head.numbered,
        len(patches),
        _listed(tuple(paths)),
        "",
        dated,
        _wish(made),
    )


def _listed(paths: tuple[str, ...]) -> tuple[str, ...]:
    good = [path for path in paths[:_MOST_PATHS] if len(path) <= _LONGEST_PATH]
    return tuple(good if len(good) == len(paths) else [*good, MORE])


def _links(references: tuple[str, ...]) -> tuple[str, ...]:
    """The first mail of the thread and the last ones before this."""
    good = [link for link in references if identifier(link)]
    return tuple(good if len(good) <= _MOST_LINKS else [good[0], *good[1 - _MOST_LINKS :]])


def _short(subject: Subject) -> Subject:
    return Subject(
        subject.title[:_LONGEST_TITLE],
        subject.number,
        subject.total,
        subject.version,
        subject.tagged,
        subject.reply,
        subject.pull,
        subject.resend,
    )


def _other(sender: str, fields: Mapping[str, str], robot: str, dated: float) -> Sight:
    named = identifier(fields.get("message-id", "").strip().strip("<>"))
    return Sight(sender, named, (), Subject(""), Part.OTHER, -1, 1, False, 0, (), robot, dated)


def header_of(raw: bytes) -> bytes:
    """The header of a mail."""
    end = min((at for at in (raw.find(b"\n\n"), raw.find(b"\n\r\n")) if at >= 0), default=len(raw))
    return raw[:end]


def _fields(raw: bytes) -> Mapping[str, str]:
    """Lower-case name -> value, unfolded, the first of each name."""
    rows: dict[str, list[str]] = {}
    current: list[str] | None = None
    for row in header_of(raw)[:MOST_HEADER].split(b"\n"):
        text = decode(row.rstrip(b"\r"))
        field = _FIELD.match(text)
        if field:
            name = field.group(1).lower()
            current = [field.group(2)]
            rows.setdefault(name, current)
        elif text.startswith((" ", "\t")) and current is not None:
            current.append(text.strip())
    return {name: " ".join(values) for name, values in rows.items()}


def _robot(fields: Mapping[str, str], own: str, lists: tuple[str, ...]) -> str:
    """By what one sees that no person sent the mail, or ""."""
    sender = address_of(fields.get("from", ""))
    if sender == own:
        return "it is the bot's own"
    automatic = fields.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if automatic not in ("no", ""):
        return "Auto-Submitted"
    for mark in _MARKS:
        if mark in fields:
            return mark
    if fields.get("return-path", "").strip() == "<>":
        return "an empty Return-Path"
    if _ROBOTS.fullmatch(sender):
        return "its sender's address"
    if fields.get("content-type", "").strip().lower().startswith("multipart/report"):
        return "a delivery report"
    known = list_id(fields) in lists
    precedence = fields.get("precedence", "").strip().lower()
    if precedence in ("bulk", "junk", "auto_reply") and not (known and precedence == "bulk"):
        return f"Precedence: {precedence}"
    # Lists to which people post say how; newsletters only say how to be rid of them.
    posting = any(name in fields for name in ("list-post", "list-subscribe"))
    if "list-unsubscribe" in fields and not (known or posting):
        return "List-Unsubscribe of a newsletter"
    return ""


def list_id(fields: Mapping[str, str]) -> str:
    """The id of the list that a mail came over, or ""."""
    found = re.findall(r"<([^<>\s]{1,250})>", fields.get("list-id", "")[:2000])
    return clean(found[-1]).lower() if found else fields.get("list-id", "").strip().lower()[:250]


def _dated(text: str) -> float:
    try:
        return parsedate_to_datetime(clean(text)[:100]).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0


def _wish(made: Post) -> str:
    """What the sender asks of the bot, on a line of its own that is neither quoted nor part of a diff."""
    end = made.body.cut.first
    for line in made.letter.lines[: 2000 if end < 0 else min(end, 2000)]:
        found = _MUTE.match(line.text.strip()) if len(line.text) < 100 else None
        if found:
            return found.group(2).lower()
    return ""
