"""Splits an mbox into its mails, one at a time, so that a list's whole archive needs little memory.

Input: an open binary file. Output: `RawMail`s with the line they begin at. A ``From `` line splits only
if it is an envelope (sender, weekday, date) and a header field follows. In mboxrd one ``>`` is taken off
``>From `` lines. Not modelled: Content-Length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_ENVELOPE = re.compile(
    rb"^From (?:\S+|\S.{0,200}?)\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:\w{3} +\d{1,2}|\d{1,2} +\w{3})"
    rb" +(?:\d{1,2}:\d\d(?::\d\d)?.*\d{4}|\d{4}.*)\s*$"
)
_FIELD = re.compile(rb"^(?:[!-9;-~]{1,80}:|>From )")
_ESCAPED = re.compile(rb"^>+From ")
_LONGEST = 32 * 1024 * 1024  # a mail longer than this is cut: no patch is, and memory stays bounded


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail's bytes, its envelope line left out; `line` is the 1-based line of its first header."""

    raw: bytes
    line: int
    cut: bool = False


def is_envelope(line: bytes) -> bool:
    """Whether the line is an mbox envelope."""
    return line.startswith(b"From ") and _ENVELOPE.match(line) is not None


def mails(stream: BinaryIO, rd: bool) -> Iterator[RawMail]:
    """All mails of an mbox, `rd` for mboxrd."""
    kept: list[bytes] = []
    size, start, cut = 0, 1, False
    pending = b""  # an envelope line whose next line is not yet seen
    number = 0
    previous_blank = True
    while True:
        line = stream.readline(1 << 20)
        if pending:
            if _FIELD.match(line):
                if any(each.strip() for each in kept):
                    yield RawMail(b"".join(kept), start, cut)
                kept, size, start, cut = [], 0, number + 1, False
                rd = rd or b"mboxrd@z" in pending
            else:
                kept.append(pending)
            pending = b""
        if not line:
            break
        if (
            line.startswith(b"From ")
            and (previous_blank or not kept or _git_made(line))
            and is_envelope(line)
        ):
            pending = line
        elif size < _LONGEST:
            kept.append(line[1:] if rd and _ESCAPED.match(line) else line)
            size += len(line)
        else:
            cut = True
        previous_blank = not line.strip()
        number += line.endswith(b"\n")
    if any(each.strip() for each in kept):
        yield RawMail(b"".join(kept), start, cut)


def _git_made(line: bytes) -> bool:
    return re.match(rb"^From [0-9a-f]{40,64} ", line) is not None
