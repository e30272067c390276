"""Cut C text into tokens, so that the normaliser can look at it without a grammar.

Input: the text with every character outside ASCII already replaced by one inside. Output: the tokens in
order, comments and blanks left out, and the places of the comments. Not modelled: trigraphs, raw strings,
a directive that does not begin its line.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

KEYWORDS = frozenset(
    (
        "if",
        "else",
        "while",
        "for",
        "do",
        "switch",
        "case",
        "default",
        "return",
        "goto",
        "break",
        "continue",
        "sizeof",
        "typeof",
        "__typeof__",
        "__typeof",
        "_Alignof",
        "alignof",
        "_Generic",
        "offsetof",
        "asm",
        "__asm__",
        "__asm",
        "_Static_assert",
        "static_assert",
    )
)
TYPE_WORDS = frozenset(
    (
        "void",
        "char",
        "short",
        "int",
        "long",
        "float",
        "double",
        "signed",
        "unsigned",
        "_Bool",
        "bool",
        "struct",
        "union",
        "enum",
        "const",
        "volatile",
    )
)
STORAGE = frozenset(
    (
        "static",
        "extern",
        "typedef",
        "const",
        "volatile",
        "register",
        "inline",
        "auto",
    )
)


class Kind(Enum):
    WORD = "word"
    NUMBER = "number"
    QUOTED = "quoted"
    DIRECTIVE = "directive"
    PUNCTUATION = "punctuation"


class Token(NamedTuple):
    """One token and the half-open range of characters it takes."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def plain_word(self) -> bool:
        """An identifier that is neither a statement keyword nor a type word."""
        return self.kind is Kind.WORD and self.text not in KEYWORDS and self.text not in TYPE_WORDS


_PATTERN = re.compile(
    r"""
    ([A-Za-z_][A-Za-z_0-9]*)
  | ( /\*.*?(?:\*/|\Z) | //(?:\\\r?\n|[^\n])* | \\(?=\r?\n) )
  | ( ^[ \t]*\#(?:\\\r?\n|/\*.*?(?:\*/|\Z)|"(?:\\[^\n]|[^"\\\n])*"|[^\n])* )
  | ( "(?:\\\r?\n|\\.|[^"\\\n])*"? | '(?:\\\r?\n|\\.|[^'\\\n])*'? )
  | ( \.?[0-9](?:[eEpP][+-]|[A-Za-z_0-9.])* )
  | ( \.\.\.|->|[^\s] )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_KINDS = (None, Kind.WORD, None, Kind.DIRECTIVE, Kind.QUOTED, Kind.NUMBER, Kind.PUNCTUATION)


def tokens_of(text: str) -> tuple[list[Token], list[tuple[int, int]]]:
    """The tokens of `text`, and the ranges of comments and joined line ends, which are to be blanked."""
    found: list[Token] = []
    blank: list[tuple[int, int]] = []
    append = found.append
    for match in _PATTERN.finditer(text):
        kind = _KINDS[match.lastindex or 0]
        start, end = match.span()
        if kind is None:
            blank.append((start, end))
        else:
            append(Token(kind, match.group(), start, end))
    return found, blank


class Canvas:
    """Text that can be overwritten in place: its length and its line ends never change."""

    def __init__(self, text: str) -> None:
        self._cells = list(text)

    def blank(self, start: int, end: int) -> None:
        """Overwrite a range with blanks; line ends stay."""
        self._cells[start:end] = [cell if cell in "\r\n" else " " for cell in self._cells[start:end]]

    def write(self, start: int, text: str) -> None:
        """Overwrite what stands at `start` with `text`, which holds no line end."""
        self._cells[start : start + len(text)] = text

    def fits(self, start: int, end: int, text: str) -> bool:
        """Whether `text` can stand in the range without touching a line end."""
        return len(text) <= end - start and "\n" not in self._cells[start : start + len(text)]

    def broken(self, start: int, end: int) -> bool:
        """Whether a line ends in the range."""
        return "\n" in self._cells[start:end]

    def text(self) -> str:
        return "".join(self._cells)
