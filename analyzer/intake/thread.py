"""Text without mail headers: a plain diff, ``git log -p``, or a discussion saved from a web page.

Input: the lines of such a text. Output: `Letter`s, the boundaries guessed by what archives and mail
programs write: a header block, an archive's heading, "X wrote:", a git signature with more text behind
it, ``commit`` lines. Not modelled: mails that follow each other with nothing at all in between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from analyzer.intake.lines import Line, clean
from analyzer.intake.mail import Letter
from analyzer.intake.quotes import depth, unquoted

_WROTE = (
    r"(?:wrote|writes|a écrit|schrieb|escribió|ha scritto|escreveu|schreef|skrev|napisał(?:\(a\))?|kirjoitti"
    r"|пишет|написал(?:\(а\))?|写道|さんは書きました)"
)
_ATTRIBUTION = re.compile(
    r"^(?P<head>(?:On|Le|Am|El|Il|Em|Op|Den|Dnia|W dniu|В|于|\* ).{5,250}?|[^<>:]{1,80}<[^<>@\s]+@[^<>\s]+>)"
    rf" ?{_WROTE}(?: [^:>]{{1,80}})? ?[:：](?P<rest>\s*>.*|\s*)$",
    re.DOTALL,
)
_ADDRESS = re.compile(r"<[^<>\s]+@[^<>\s]+>\s*$")
_FIELD = re.compile(
    r"^(From|Subject|To|Cc|CC|Date|Sent|Message-ID|Message-Id|In-Reply-To|References|List-Id): ?(.*)$"
)
_ARCHIVED = re.compile(r"^From: (.*?) @ \d{4}-\d\d-\d\d[ T]\d\d:\d\d.*$")
_VERSION_LINE = re.compile(r"^\d+\.\d+(?:\.[\w.-]+)*(?: \(.*\))?\s*$")
_COMMIT = re.compile(r"^commit ([0-9a-f]{7,64})(?: .*)?$")
_TRANSPORT = re.compile(r"^(?:Received|Message-ID|MIME-Version|Content-Type):", re.IGNORECASE)
_PERMALINK = re.compile(r"^\^ permalink ")


@dataclass(frozen=True, slots=True)
class _Begin:
    """Where a mail begins: its first line, its first line of text, what the boundary says of it."""

    at: int
    text: int
    sender: str = ""
    subject: str = ""
    reply: bool = False
    commit: bool = False
    quotes: str = ""  # whom its attribution names
    inline: bool = False  # the attribution stands on the same line as the text
    date: str = ""


def letters(lines: Sequence[Line], source: str) -> tuple[Letter, ...]:
    """The mails of a text, in order; a text without boundaries is one letter."""
    begins = _begins(lines)
    if not begins or begins[0].at > 0:
        begins.insert(0, _Begin(0, 0))
    ends = [begin.at for begin in begins[1:]] + [len(lines)]
    made: list[Letter] = []
    for begin, end in zip(begins, ends, strict=True):
        rows = [line for line in lines[begin.text : end] if not _PERMALINK.match(line.text)]
        subject = begin.subject
        if begin.commit:
            rows = [Line(line.text.removeprefix("    "), line.number) for line in rows]
            subject = next((clean(line.text) for line in rows if line.text.strip()), "")
            rows = _without_title(rows, subject)
        if begin.reply and not subject:
            subject = "Re:"
        headless = not subject and (begin.text == 0 or not any(line.text.strip() for line in rows))
        if headless and len(begins) > 1 and not any("@@" in line.text for line in rows):
            continue  # what a page says above the first mail
        number = lines[begin.at].number if begin.at < len(lines) else 1
        made.append(Letter(begin.sender, subject, "", (), tuple(rows), source, number))
    commits = [begin for begin in begins if begin.commit]
    if len(commits) > 1 and _newest_first(commits):
        made.reverse()
    return _with_authors(made, begins) if len(made) == len(begins) else tuple(made)


def _without_title(rows: list[Line], title: str) -> list[Line]:
    for at, line in enumerate(rows):
        if line.text.strip():
            return rows[at + 1 :] if clean(line.text) == title else rows
    return rows


def _newest_first(commits: list[_Begin]) -> bool:
    """``git log`` lists the newest first; with ``--reverse`` the dates tell."""
    try:
        first, last = (
            datetime.strptime(each.date, "%a %b %d %H:%M:%S %Y %z") for each in (commits[0], commits[-1])
        )
    except ValueError:
        return True
    return first >= last


def _begins(lines: Sequence[Line]) -> list[_Begin]:
    begins: list[_Begin] = []
    at = 0
    while at < len(lines):
        begin = _begin(lines, at)
        if begin is not None:
            begins.append(begin)
            at = max(begin.text, at + 1)
        else:
            at += 1
    # Where mails bring headers, "X wrote:" and signatures stand inside them.
    hard = next((each.at for each in begins if each.subject or each.commit), len(lines))
    return [each for each in begins if each.at < hard or each.subject or each.commit]


def _begin(lines: Sequence[Line], at: int) -> _Begin | None:
    text = lines[at].text
    if not text or text[0] in " \t+>":
        return None
    if text.startswith("commit "):
        return _commit(lines, at)
    if text.startswith("* "):
        for ahead in range(at + 1, min(at + 60, len(lines))):
            found = _ARCHIVED.match(lines[ahead].text)
            if found:
                return _Begin(at, _blank_after(lines, ahead), clean(found.group(1)), clean(text[2:]))
    if _FIELD.match(text) and (at == 0 or not lines[at - 1].text.strip() or _signed(lines, at)):
        block = _header_block(lines, at)
        if block is not None:
            return block
    attribution = _attribution(lines, at)
    if attribution is not None:
        return attribution
    if at > 1 and _signed(lines, at) and text.strip():
        return _Begin(at, at)
    return None


def _signed(lines: Sequence[Line], at: int) -> bool:
    """Whether git's signature stands right before."""
    before = at - 1
    while before > 0 and not lines[before].text.strip():
        before -= 1
    return (
        before > 0
        and _VERSION_LINE.match(lines[before].text) is not None
        and lines[before - 1].text.rstrip() == "--"
    )


def _commit(lines: Sequence[Line], at: int) -> _Begin | None:
    if not _COMMIT.match(lines[at].text):
        return None
    author, date, ahead = "", "", at + 1
    while ahead < len(lines) and lines[ahead].text.strip():
        name, _, value = lines[ahead].text.partition(":")
        author = clean(value) if name == "Author" else author
        date = value.strip() if name in ("Date", "AuthorDate") else date
        ahead += 1
    return _Begin(at, ahead, author, commit=True, date=date) if author else None


def _blank_after(lines: Sequence[Line], at: int) -> int:
    while at < len(lines) and lines[at].text.strip():
        at += 1
    return at


def _header_block(lines: Sequence[Line], at: int) -> _Begin | None:
    fields: dict[str, str] = {}
    name = ""
    ahead = at
    while ahead < len(lines) and lines[ahead].text.strip() and ahead - at < 60:
        match = _FIELD.match(lines[ahead].text)
        if match:
            name = match.group(1).lower()
            fields.setdefault(name, match.group(2))
        elif lines[ahead].text.startswith((" ", "\t")) and name:
            fields[name] += " " + lines[ahead].text.strip()
        else:
            break
        ahead += 1
    if "subject" not in fields or not fields.keys() & {"date", "sent", "message-id", "to"}:
        return None
    return _Begin(at, ahead, clean(fields.get("from", "")), clean(fields["subject"]))


def _attribution(lines: Sequence[Line], at: int) -> _Begin | None:
    """An attribution ("X wrote:") on one line or two, with a quote behind it, also on the same line."""
    for count in (1, 2):
        if at + count > len(lines) or (count == 2 and depth(lines[at + 1].text)):
            return None
        joined = " ".join(line.text.rstrip() for line in lines[at : at + count])
        if "@" not in joined and "wrote" not in joined and not re.search(_WROTE, joined[:400]):
            continue
        if count == 2 and _ATTRIBUTION.match(lines[at + 1].text[:4000]):
            return None
        match = _ATTRIBUTION.match(joined[:4000])
        if not match:
            continue
        inline = bool(match.group("rest").strip())
        quoted = at + count
        while quoted < len(lines) and not lines[quoted].text.strip():
            quoted += 1
        if inline or (quoted < len(lines) and depth(lines[quoted].text)):
            whom = _name(match.group("head"))
            return _Begin(at, at if inline else at + count, reply=True, quotes=whom, inline=inline)
    return None


def _name(head: str) -> str:
    """The person in "On Fri, Jan 23, 2026 at 09:59:35AM -0300, Ada Example <ada@example.org>"."""
    address = _ADDRESS.search(head)
    before = head[: address.start()] if address else head
    name = re.split(r"[,:]|\d+", before)[-1]
    return clean(f"{name} {address.group() if address else ''}")


def is_saved(lines: Sequence[Line]) -> bool:
    """Whether a text that begins as a mail is several, saved one after the other."""
    found = 0
    for at, line in enumerate(lines):
        if _FIELD.match(line.text) and (at == 0 or not lines[at - 1].text.strip()):
            block = _header_block(lines, at)
            found += block is not None
            if at == 0 and any(_TRANSPORT.match(each.text) for each in lines[: block.text if block else 0]):
                return False
    return found > 1


def _with_authors(made: list[Letter], begins: list[_Begin]) -> tuple[Letter, ...]:
    """A mail's author is whom the next mail quotes, if it does quote this one's own words."""
    out = list(made)
    for at in range(len(made) - 1):
        if out[at].sender or not begins[at + 1].quotes:
            continue
        own = " ".join(" ".join(line.text for line in made[at].lines).split())
        quoted = [unquoted(line.text).strip() for line in made[at + 1].lines if depth(line.text) == 1]
        if begins[at + 1].inline:
            quoted = re.split(r" (?:> ?)+", made[at + 1].lines[0].text)[1:]
        words = [" ".join(text.split())[:24] for text in quoted if len(text.strip()) > 20]
        if any(text in own for text in words):
            out[at] = replace(out[at], sender=begins[at + 1].quotes)
    return tuple(out)
