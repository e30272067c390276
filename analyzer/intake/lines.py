"""Text as numbered lines: from bytes of any charset to `Line`s that know where in the input they stand.

Input: bytes, a declared charset. Output: `Line`s without line ends; one-line and block texts free of
control characters. Not modelled: text direction, combining characters, and lone ``\\r`` as a line end.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

REPLACEMENT = "�"
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_STRUCTURE = ("diff --git ", "--- ", "+++ ", "@@ -")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the input: its text, and its 1-based number in the file it came from."""

    text: str
    number: int


def decode(raw: bytes, charset: str = "") -> str:
    """Bytes as text: by byte-order mark, by the declared charset, as UTF-8, and at last as Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
    for name in (charset, "utf-8"):
        if not name:
            continue
        try:
            text = raw.decode(name)
        except (LookupError, ValueError):
            continue
        if isinstance(text, str):
            return text
    return raw.decode("cp1252", "replace") if b"\x00" not in raw else raw.decode("latin-1")


def split(text: str, first: int = 1) -> tuple[Line, ...]:
    """The lines of `text`, numbered from `first`; only a line feed ends a line."""
    texts = text.split("\n")
    if texts and texts[-1] == "":
        texts.pop()
    return tuple(Line(each, first + at) for at, each in enumerate(unify_ends(texts)))


def unify_ends(texts: list[str]) -> list[str]:
    """Takes the ``\\r`` off where it came from transport; a file that has CRLF itself keeps it.

    A diff of a CRLF file has bare line ends on its header lines, transport puts the ``\\r`` on all.
    """
    structure = [text for text in texts if text.startswith(_STRUCTURE)] or [text for text in texts if text]
    if structure and all(text.endswith("\r") for text in structure):
        return [text.removesuffix("\r") for text in texts]
    return texts


def clean(text: str) -> str:
    """`text` on one line, white space folded, control and bidirectional characters replaced."""
    return " ".join(_visible(text.replace("\t", " ").replace("\r\n", " ").replace("\n", " ")).split())


def clean_block(lines: Iterable[str]) -> str:
    """Lines joined, control characters but tabs replaced, blank lines at both ends dropped."""
    return "\n".join(_visible(line.removesuffix("\r")).rstrip() for line in lines).strip("\n")


def trimmed(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without those at both ends that `clean_block` drops: its text has a line for each."""
    kept = [at for at, line in enumerate(lines) if clean_block([line.text])]
    return tuple(lines[kept[0] : kept[-1] + 1]) if kept else ()


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        REPLACEMENT
        if char != "\t" and (unicodedata.category(char) in ("Cc", "Cs") or char in _BIDI)
        else char
        for char in text
    )
