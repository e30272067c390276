"""Mail addresses and Message-IDs that strangers wrote: taken only where they are plainly one.

Input: the text of a header field. Output: ASCII without blanks and control characters that may stand in a
header, or "". Not modelled: quoted local parts, comments, internationalised addresses.
"""

from __future__ import annotations

import re

from analyzer.intake.lines import clean

_ATOM = r"[A-Za-z0-9#%&'+=_~-]+"  # of what the standard allows, what people have
_PLAIN = rf"(?!-){_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9](?:[A-Za-z0-9.-]{{0,250}}[A-Za-z0-9])?"
_BARE = re.compile(_PLAIN)
_ANGLED = re.compile(rf"<({_PLAIN})>")
_IDENTIFIER = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@\[\]:-]{1,250}")
_LONGEST = 254
_LONGEST_FIELD = 2000


def address_of(text: str) -> str:
    """The one address in ``Name <address>`` or ``address``, in lower case; "" if it is not plain."""
    text = text.strip()[:_LONGEST_FIELD]
    angled = _ANGLED.findall(text)
    found = angled[-1] if angled and text.endswith(">") else text if _BARE.fullmatch(text) else ""
    return found.lower() if len(found) <= _LONGEST else ""


def name_of(text: str) -> str:
    """The name before an address in angles, or ""."""
    return clean(text.partition("<")[0]).strip('" ') if "<" in text else ""


def identifier(text: str) -> str:
    """A Message-ID without its angles if it may stand in a header, else ""."""
    return text if _IDENTIFIER.fullmatch(text) else ""
