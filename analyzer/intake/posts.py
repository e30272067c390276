"""What a decoded mail is to a series: a patch, its cover letter, a reply, a pull request.

Input: a `Letter`, quoted copies. Output: a `Post`, and of it the model's `Patch` or `Reply`. A mail is a
patch by its diff, not by its subject; a reply is none, unless it cuts a patch off with scissors. Not
modelled: patches in the text of pull requests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePath

from analyzer.intake import body as bodies
from analyzer.intake.body import Body
from analyzer.intake.cut import cut
from analyzer.intake.lines import Line, clean, clean_block, trimmed
from analyzer.intake.mail import Letter
from analyzer.intake.quotes import HUNK, QuotedHunk, depth, unquoted
from analyzer.intake.subject import Subject, from_file_name, parse
from analyzer.model.series import Patch, Repair, Reply

_NBSP = "\u00a0"
_TITLE_FIELD = re.compile(r"^(?:Subject|Description|Title): *(\S.*)$")


class Kind(Enum):
    """A mail's part in a series."""

    PATCH = "patch"
    COVER = "cover"
    REPLY = "reply"
    PULL = "pull"


@dataclass(frozen=True, slots=True)
class Post:
    """A mail, what it is, and its text taken apart."""

    letter: Letter
    subject: Subject
    kind: Kind
    body: Body
    repairs: tuple[Repair, ...] = ()
    aside: bool = False  # a diff stands in it that is not taken


@dataclass(frozen=True, slots=True)
class Heading:
    """What grouping needs of a post, and no more: a list's whole mbox has one of these a patch."""

    sender: str
    message_id: str
    references: tuple[str, ...]
    subject: Subject
    number: int  # of the subject, else of the file name, else -1
    version: int
    loose: bool
    numbered: bool  # by its subject


def post(
    letter: Letter, copies: Mapping[str, tuple[QuotedHunk, ...]], subject: str = "", checked: bool = True
) -> Post:
    """Tells what a letter is. `subject` is taken if the mail has none."""
    lines, repairs = _without_nbsp(letter.lines, letter.source)
    best = cut(lines, letter.source, copies, checked)
    for spelling in letter.spellings:
        other = cut(spelling, letter.source, copies, checked)
        if (len(other.unknown), len(other.repairs)) < (len(best.unknown), len(best.repairs)):
            lines, best = spelling, other
    parts = bodies.read(lines, letter.source, copies, checked, best)
    outer = parse(letter.subject or subject)
    has_diff = best.first >= 0
    if outer.pull:
        return Post(letter, outer, Kind.PULL, parts, aside=has_diff)
    if outer.reply:
        inner = parse(parts.subject)
        if not (has_diff and parts.scissors and parts.subject):
            return Post(letter, outer, Kind.REPLY, parts, aside=has_diff)
        return Post(letter, inner, Kind.PATCH, parts, repairs)
    if has_diff and not outer.cover:
        if parts.subject:
            title = parse(parts.subject)
            outer = title if not letter.subject else replace(outer, title=title.title)
        return Post(letter, outer, Kind.PATCH, parts, repairs)
    return Post(letter, outer, Kind.COVER if outer.cover else Kind.REPLY, parts, aside=has_diff)


def _without_nbsp(lines: tuple[Line, ...], source: str) -> tuple[tuple[Line, ...], tuple[Repair, ...]]:
    """Mailers turn blanks into no-break spaces; where a diff's first columns are such, all are undone."""
    hit = next((line for line in lines if line.text.startswith(_NBSP) or _broken_header(line.text)), None)
    if hit is None or not any("@@" in line.text for line in lines):
        return lines, ()
    mended = tuple(Line(line.text.replace(_NBSP, " "), line.number) for line in lines)
    return mended, (Repair("no-break spaces are turned back into blanks", f"{source}:{hit.number}"),)


def _broken_header(text: str) -> bool:
    return _NBSP in text and text.startswith(("@@", "--- ", "+++ ", "diff"))


def heading(made: Post, loose: bool, name: str) -> Heading:
    """The heading of a post that came from a file called `name`."""
    letter, subject = made.letter, made.subject
    number, version = subject.number, subject.version
    numbered = number > 0 or (number == 0 and made.kind is Kind.COVER)
    if not numbered:
        number = -1
        if loose:
            number, said = from_file_name(PurePath(letter.name or name).name)
            number, version = number or -1, version or said
    address = re.search(r"<([^<>]+)>", letter.sender)
    sender = (address.group(1) if address else letter.sender).lower()
    return Heading(
        sender, letter.message_id, letter.references, subject, number, version or 1, loose, numbered
    )


def patch(made: Post, number: int, version: int, stem: str) -> Patch:
    """The model's patch; without any title it is named after its file."""
    letter, parts = made.letter, made.body
    prose = parts.prose
    title = "" if made.subject.reply else made.subject.title
    if not title:
        prose = trimmed(prose)
        field = _TITLE_FIELD.match(clean_block([prose[0].text])) if prose else None
        title = clean(field.group(1)) if field else clean(re.sub(r"^(?:v\d+-)?\d{1,5}[-_]", "", stem))
        prose = prose[1:] if field else prose
    prose = trimmed(prose)
    signed = next((value for name, value in parts.trailers if name.lower() == "signed-off-by"), "")
    return Patch(
        number=number,
        total=made.subject.total,
        version=version,
        title=title,
        author=parts.author or letter.sender or signed,
        message=clean_block(line.text for line in prose),
        files=parts.cut.files,
        message_id=letter.message_id,
        source=letter.source,
        line=letter.line,
        trailers=parts.trailers,
        places=tuple(line.number for line in prose),
    )


def reply(made: Post) -> Reply:
    """The model's reply."""
    letter = made.letter
    lines = trimmed(letter.lines)
    return Reply(
        author=letter.sender,
        subject="" if letter.subject == "Re:" else letter.subject,
        text=clean_block(line.text for line in lines),
        source=letter.source,
        line=letter.line,
        cover=made.kind is Kind.COVER,
        places=tuple(line.number for line in lines),
    )


def quoted_diff(letter: Letter) -> int:
    """The line at which a letter quotes a diff, or 0."""
    for line in letter.lines:
        if depth(line.text) and HUNK.match(unquoted(line.text)):
            return line.number
    return 0
