"""One mail: header fields, text and attached patches, decoded, every line with its place in the input.

Input: a mail's bytes. Output: `Letter`s: the mail itself, then one for each attached patch or mail.
Quoted-printable, base64, RFC 2047, format=flowed and any charset are undone; line numbers stay those of
the input (of a base64 part, where the part begins). Not modelled: HTML, signatures, encryption.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.header import decode_header

from analyzer.intake.lines import Line, clean, decode, split, unify_ends

_FIELD = re.compile(r"^([!-9;-~]{1,80}):[ \t]*(.*)$", re.DOTALL)
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')
_ATTACHED = re.compile(r"\.(?:patch|diff|txt|eml|mbox)$", re.IGNORECASE)
_DEEPEST = 8
_LONGEST_FIELD = 4096  # of one line of a header


@dataclass(frozen=True, slots=True)
class Letter:
    """A decoded mail. `lines` is its text; `spellings` are other readings of it (format=flowed)."""

    sender: str
    subject: str
    message_id: str
    references: tuple[str, ...]
    lines: tuple[Line, ...]
    source: str
    line: int
    spellings: tuple[tuple[Line, ...], ...] = ()
    name: str = ""  # the attachment's file name
    html: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    fields: Mapping[str, str]
    rows: tuple[bytes, ...]
    first: int


@dataclass(slots=True)
class _Gathered:
    texts: list[tuple[tuple[Line, ...], bool, bool]]  # lines, flowed, delsp
    attached: list[tuple[str, tuple[Line, ...]]]
    mails: list[tuple[bytes, int]]
    html: bool = False


def letters(raw: bytes, source: str, line: int, depth: int = 0) -> tuple[Letter, ...]:
    """The mail in `raw`, which begins at `line` of `source`, then what is attached to it."""
    part = _part(tuple(raw.split(b"\n")), line)
    found = _Gathered([], [], [])
    _walk(part, found, depth)
    fields = part.fields
    sender = clean(decoded_words(fields.get("from", "")))
    subject = clean(decoded_words(fields.get("subject", "")))
    ids = _MESSAGE_ID.findall(fields.get("message-id", ""))
    message_id = clean(ids[0]) if ids else ""
    links = _MESSAGE_ID.findall(fields.get("references", "") + " " + fields.get("in-reply-to", ""))
    references = tuple(dict.fromkeys(clean(link) for link in links if link != message_id))
    spellings: list[tuple[Line, ...]] = []
    for number in range(3 if any(flowed for _, flowed, _ in found.texts) else 1):
        parts = [_flow(text, number, delsp) if flowed else text for text, flowed, delsp in found.texts]
        spellings.append(tuple(each for text in parts for each in text))
    main = Letter(sender, subject, message_id, references, spellings[0], source, line, tuple(spellings[1:]))
    attached: list[Letter] = []
    if len(found.attached) == 1 and not _is_mail(found.attached[0][1]) and not _has_diff(main.lines):
        lines = (*main.lines, *found.attached[0][1])
        return (replace(main, lines=lines, spellings=()),)
    for name, lines in found.attached:
        if _is_mail(lines) and depth < _DEEPEST:
            inner = "\n".join(each.text for each in lines if not each.text.startswith("From ")).encode()
            attached.extend(letters(inner, source, lines[0].number, depth + 1))
        else:
            attached.append(Letter(sender, subject, "", references, lines, source, lines[0].number, (), name))
    for inner, first in found.mails:
        attached.extend(letters(inner, source, first, depth + 1))
    if found.html and not main.lines and not attached:
        main = Letter(sender, subject, message_id, references, (), source, line, (), "", True)
    return (main, *attached)


def looks_like_header(raw: bytes) -> bool:
    """Whether a text begins with mail header fields, one of which only mails have."""
    rows = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n", 200)
    return _is_header(tuple(Line(row.decode("latin-1"), at + 1) for at, row in enumerate(rows[:200])))


def decoded_words(text: str) -> str:
    """Undoes RFC 2047; what cannot be decoded stays as it is."""
    if "=?" not in text:
        return text
    try:
        chunks = decode_header(text)
    except (MessageError, ValueError, IndexError, LookupError):
        return text
    return "".join(
        chunk if isinstance(chunk, str) else decode(chunk, charset or "") for chunk, charset in chunks
    )


def _is_mail(lines: tuple[Line, ...]) -> bool:
    return lines[0].text.startswith("From ") or _is_header(lines)


def _has_diff(lines: tuple[Line, ...]) -> bool:
    return any(line.text.startswith(("diff --git ", "@@ -")) for line in lines)


def _is_header(lines: tuple[Line, ...]) -> bool:
    names: set[str] = set()
    for line in lines:
        text = line.text.rstrip("\r")
        field = _FIELD.match(text)
        if field:
            names.add(field.group(1).lower())
        elif not (text.startswith((" ", "\t")) and names):
            break
    return bool(names & {"subject", "from", "message-id"}) and "index" not in names


def _part(rows: tuple[bytes, ...], first: int) -> _Part:
    fields: dict[str, str] = {}
    name = ""
    at = 0
    for at, row in enumerate(rows):  # noqa: B007 (the place where the header ends is what counts)
        text = decode(row[:_LONGEST_FIELD].rstrip(b"\r"))
        field = _FIELD.match(text)
        if field:
            name = field.group(1).lower()
            fields[name] = (
                f"{fields[name]} {field.group(2)}"
                if name in ("references",) and name in fields
                else (fields.get(name) or field.group(2))
            )
        elif text.startswith((" ", "\t")) and name and text.strip():
            fields[name] += " " + text.strip()
        elif not text.startswith((">From ", "From ")):
            break
    skip = at + 1 if at < len(rows) and not rows[at].strip() else at
    return _Part(fields, rows[skip:], first + skip)


def _parameters(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(";" + value.partition(";")[2]):
        found.setdefault(name.lower().rstrip("*"), quoted or bare)
    return found


def _walk(part: _Part, found: _Gathered, depth: int) -> None:
    kind = part.fields.get("content-type", "text/plain")
    media = kind.partition(";")[0].strip().lower() or "text/plain"
    parameters = _parameters(kind)
    boundary = parameters.get("boundary", "")
    if media.startswith("multipart/") and boundary and depth < _DEEPEST:
        for inner in _divided(part, boundary.encode("utf-8", "replace")):
            _walk(inner, found, depth + 1)
        return
    if media == "message/rfc822" and depth < _DEEPEST:
        found.mails.append((b"\n".join(part.rows), part.first))
        return
    disposition = part.fields.get("content-disposition", "")
    name = clean(decoded_words(_parameters(disposition).get("filename", "") or parameters.get("name", "")))
    attached = disposition.strip().lower().startswith("attachment")
    patch_like = media in ("text/x-patch", "text/x-diff") or bool(_ATTACHED.search(name))
    if media == "text/html":
        found.html = True
    elif patch_like and (name or attached or media != "text/plain"):
        text = _decoded(part, parameters.get("charset", ""))
        if text:
            found.attached.append((name, text))
    elif media.startswith("text/") and not attached:
        flowed = parameters.get("format", "").lower() == "flowed"
        delsp = parameters.get("delsp", "").lower() == "yes"
        found.texts.append((_decoded(part, parameters.get("charset", "")), flowed, delsp))


def _divided(part: _Part, boundary: bytes) -> list[_Part]:
    parts: list[_Part] = []
    start = -1
    for at, row in enumerate((*part.rows, b"--" + boundary + b"--")):
        if not row.startswith(b"--" + boundary):
            continue
        closing = row.rstrip() == b"--" + boundary + b"--"
        if not closing and row.rstrip() != b"--" + boundary:
            continue
        if start >= 0:
            parts.append(_part(part.rows[start:at], part.first + start))
        start = at + 1
        if closing:
            break
    return parts


def _decoded(part: _Part, charset: str) -> tuple[Line, ...]:
    encoding = part.fields.get("content-transfer-encoding", "").strip().lower()
    if encoding == "base64":
        packed = re.sub(rb"[^A-Za-z0-9+/]", b"", b"".join(part.rows))
        try:
            text = decode(base64.b64decode(packed + b"=" * (-len(packed) % 4)), charset)
        except (binascii.Error, ValueError):
            text = decode(b"\n".join(part.rows), charset)
        return tuple(Line(each.text, part.first) for each in split(text))
    rows = list(part.rows)
    while rows and not rows[-1]:
        rows.pop()
    if encoding != "quoted-printable":
        texts = decode(b"\n".join(rows), charset).split("\n")
        return tuple(Line(text, part.first + at) for at, text in enumerate(unify_ends(texts))) if rows else ()
    joined: list[tuple[bytes, int]] = []
    open_line = False
    for at, row in enumerate(rows):
        row = row.rstrip(b"\r \t")
        soft = row.endswith(b"=")
        piece = quopri.decodestring(row[:-1] if soft else row)
        if open_line:
            joined[-1] = (joined[-1][0] + piece, joined[-1][1])
        else:
            joined.append((piece, part.first + at))
        open_line = soft
    blob = decode(b"\n".join(piece for piece, _ in joined), charset)
    texts = unify_ends(blob.split("\n"))
    if len(texts) != len(joined):  # an encoded line feed: numbers are then those of the line before it
        at_most = joined[-1][1] if joined else part.first
        return tuple(Line(text, min(part.first + at, at_most)) for at, text in enumerate(texts))
    return tuple(Line(text, number) for text, (_, number) in zip(texts, joined, strict=True))


def _flow(lines: tuple[Line, ...], spelling: int, delsp: bool) -> tuple[Line, ...]:
    """format=flowed undone: 0 stuffing only, 1 stuffing and soft line breaks, 2 not at all.

    Mailers that send patches so differ in what they do; the reading whose hunks add up is taken.
    """
    if spelling == 2:
        return lines
    out: list[Line] = []
    soft = False
    for line in lines:
        text = line.text[1:] if line.text.startswith(" ") else line.text
        if soft and out:
            before = out[-1].text[:-1] if delsp else out[-1].text
            out[-1] = Line(before + text, out[-1].number)
        else:
            out.append(Line(text, line.number))
        soft = spelling == 1 and text.endswith(" ") and text != "-- "
    return tuple(out)
