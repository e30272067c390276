"""What a subject line says: number, total, version, and whether it is a patch, a cover or a reply.

Input: a decoded subject, a file name. Output: a `Subject`. The forms read are ``[PATCH v3 02/25]``,
``[PATCH for-10.2 v3 2/9]``, ``[PATCHv3 1/8]``, ``[PATCH 1/2 v4]``, ``[PATCH v6,19/24]``, ``[RFC PATCH
RESEND]``, list tags before them and reply prefixes of many languages. Not modelled: numbers written
outside brackets, but for ``PATCH 1/3:`` at the start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.intake.lines import clean

_BRACKET = re.compile(r"\s*\[([^\[\]]*)\]\s*")
# Words mail programs of the world put before a subject: Re, Aw (de), Sv (sv, da, no), Vs (fi), Odp (pl), ...
_REPLY = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|vá|odp|ynt|yanıt|rif|ref|res|resp|rv|bls|atb|回复|答复|回覆|返信|답장|回|ответ"
    r"|отв|תגובה|رد|απ|σχετ)(?:\s*[\[(]?\d+[\])]?)?\s*[:：]\s*",
    re.IGNORECASE,
)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|vb|vl|rv|doorst|enc|i|转发|轉寄)\s*[:：]\s*", re.IGNORECASE)
_BARE = re.compile(r"\s*((?:rfc\s+)?patch(?:\s+v\d+)?\s+\d+\s*/\s*\d+)\s*[:\-]\s*", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.-])0*(\d{1,5})\s*(?:/|\bof\b)\s*0*(\d{1,5})(?![\w.-])", re.IGNORECASE)
_VERSION = re.compile(r"(?:\b|(?<=patch)|(?<=rfc))v\.?\s*(\d{1,4})(?:\.\d+)?\b", re.IGNORECASE)
_PATCH = re.compile(r"patch|rfc|rft", re.IGNORECASE)
_PULL = re.compile(r"\bpull\b", re.IGNORECASE)
_FILE = re.compile(r"(?:v(\d{1,4})[-_])?(0\d{1,5}|\d{1,3})[-_.]")


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject taken apart; `number` and `total` are -1 and 0 when it has none, `version` 0 when unsaid."""

    title: str
    number: int = -1
    total: int = 0
    version: int = 0
    tagged: bool = False
    reply: bool = False
    pull: bool = False
    resend: bool = False

    @property
    def cover(self) -> bool:
        """Number 0 of a numbered series."""
        return self.number == 0 and not self.reply


def parse(text: str) -> Subject:
    """Takes a subject apart; never fails, whatever it holds."""
    rest = clean(text)[:2000]
    tags: list[str] = []
    reply = False
    while True:
        # Behind the patch's own tag "ref:" or "vs:" is a subsystem, not a reply.
        prefix = None if any(_PATCH.search(tag) for tag in tags) else _REPLY.match(rest)
        if prefix:
            reply = True
            rest = rest[prefix.end() :]
            continue
        forward = _FORWARD.match(rest)
        bracket = _BRACKET.match(rest)
        if forward and _BRACKET.match(rest[forward.end() :]):
            rest = rest[forward.end() :]
        elif bracket:
            tags.append(bracket.group(1))
            rest = rest[bracket.end() :]
        else:
            break
    bare = _BARE.match(rest)
    if bare:
        tags.append(bare.group(1))
        rest = rest[bare.end() :]
    number, total, version = -1, 0, 0
    for tag in tags:
        counted = _NUMBER.search(tag)
        if counted and (number < 0):
            number, total = int(counted.group(1)), int(counted.group(2))
        said = _VERSION.search(tag)
        if said and not version:
            version = int(said.group(1))
    joined = " ".join(tags)
    return Subject(
        title=rest.strip() or clean(text),
        number=number,
        total=total,
        version=version,
        tagged=bool(_PATCH.search(joined)),
        reply=reply,
        pull=bool(_PULL.search(joined)),
        resend="resend" in joined.lower(),
    )


def from_file_name(name: str) -> tuple[int, int]:
    """Number and version of names such as ``v2-0003-title.patch``: (-1, 0) when there are none."""
    match = _FILE.match(name)
    return (int(match.group(2)), int(match.group(1) or 0)) if match else (-1, 0)
