"""Writes a reply as a mail: header fields made here of checked parts, the text below.

Input: addresses and Message-IDs that `analyzer.bot.addresses` let through, a subject and a text of any kind.
Output: the mail's bytes, ASCII, lines ended by a line feed. Nothing of a stranger's reaches a header but
through `address_of`, `identifier` or RFC 2047. Not modelled: attachments.
"""

from __future__ import annotations

import email
import quopri
from collections.abc import Sequence
from email.charset import QP, Charset
from email.header import Header
from email.policy import compat32
from email.utils import formataddr, formatdate

import analyzer
from analyzer.bot.addresses import address_of, identifier
from analyzer.intake.lines import clean

MOST_LINKS = 30  # Message-IDs in References
_LONGEST_SUBJECT = 200
_UTF_8 = Charset("utf-8")
_UTF_8.header_encoding = QP  # said here, as other programs in the process may have changed the default
_FIELDS = (
    "From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Analyze-Series", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
)  # fmt: skip


def written(
    *,
    sender: tuple[str, str],
    to: str,
    cc: Sequence[str],
    subject: str,
    message_id: str,
    answers: str,
    references: Sequence[str],
    text: str,
    now: float,
) -> bytes:
    """The mail. `answers` is the Message-ID that it replies to, `references` those to which that refers."""
    links = [link for link in references if link != answers]
    if len(links) >= MOST_LINKS:
        links = [links[0], *links[-(MOST_LINKS - 2) :]]
    ascii_text = text.isascii()
    values = {
        "From": formataddr(sender),
        "To": _address(to),
        "Cc": ",\n ".join(map(_address, cc)),
        "Subject": _subject(subject),
        "Date": formatdate(now),
        "Message-ID": _link(message_id),
        "In-Reply-To": _link(answers),
        "References": "\n ".join(map(_link, [*links, answers])),
        "Auto-Submitted": "auto-generated",
        "X-Analyze-Series": analyzer.__version__,
        "MIME-Version": "1.0",
        "Content-Type": f"text/plain; charset={'us-ascii' if ascii_text else 'utf-8'}",
        "Content-Transfer-Encoding": "7bit" if ascii_text else "quoted-printable",
    }
    rows = [f"{name}: {values[name]}\n" for name in _FIELDS if values[name]]
    head = "".join(rows).encode("ascii")
    content = text.encode("utf-8")
    mail = head + b"\n" + (content if ascii_text else quopri.encodestring(content))
    if [name for name, _ in email.message_from_bytes(mail, policy=compat32).items()] != [
        name for name in _FIELDS if values[name]
    ]:
        raise ValueError("the reply's header is not what it was made of")
    return mail


def _subject(text: str) -> str:
    """``Re: ...``; what looks as if it were encoded is spelled so that no reader decodes it."""
    said = clean(text).replace("=?", "= ?")
    said = said if said.lower().startswith("re:") else f"Re: {said}"
    return Header(said[:_LONGEST_SUBJECT], "us-ascii" if said.isascii() else _UTF_8, 74, "Subject").encode()


def _address(address: str) -> str:
    if address_of(address) != address:
        raise ValueError("not an address")
    return address


def _link(message_id: str) -> str:
    if not identifier(message_id):
        raise ValueError("not a Message-ID")
    return f"<{message_id}>"
