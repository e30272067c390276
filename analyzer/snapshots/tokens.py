"""C text cut into tokens, tolerant of any input.

Job: give every token its text, its place and its line, with comments and white space dropped, so that
texts compare by tokens alone. Input: any text, also half a function whose first lines lie inside a
comment. Output: `Token`s in order. A preprocessor directive is one token (its white space folded).
Not modelled: trigraphs, macros, line continuation outside directives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|\\\r?\n)
  | (?P<comment>/\*.*?(?:\*/|\Z)|//[^\n]*)
  | (?P<string>(?:\b(?:L|u8|u|U))?"(?:[^"\\\n]|\\.)*(?:"|(?=\n)|\Z))
  | (?P<char>'(?:[^'\\\n]|\\.)*(?:'|(?=\n)|\Z))
  | (?P<word>[^\W\d]\w*)
  | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<mark>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\.\.\.|[-+*/%&|^]=|\#\#)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVE = re.compile(r"[ \t]*#(?:[^\n\\/]|\\\r?\n|\\.|/(?![*/])|/\*.*?\*/)*", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `line` is 1-based, `start` and `end` are offsets in the text."""

    text: str
    line: int
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return _WORD.match(self.text) is not None

    @property
    def is_directive(self) -> bool:
        return self.text.startswith("#") and self.text != "##"


@lru_cache(maxsize=64)
def tokenise(text: str) -> tuple[Token, ...]:
    """All tokens of `text`; a ``*/`` without its ``/*`` ends a comment that began before the text."""
    tokens: list[Token] = []
    line = 1
    start = _inside_comment(text)
    line += text.count("\n", 0, start)
    position = start
    while position < len(text):
        if position == 0 or text[position - 1] == "\n":
            directive = _DIRECTIVE.match(text, position)
            if directive is not None:
                folded = " ".join(_COMMENT.sub(" ", directive.group()).replace("\\\n", " ").split())
                tokens.append(Token(folded, line, position, directive.end()))
                line += directive.group().count("\n")
                position = directive.end()
                continue
        match = _TOKEN.match(text, position)
        assert match is not None  # the last alternative takes any character
        piece = match.group()
        if match.lastgroup == "space":
            # A line's leading blanks are left to the directive's pattern.
            newline = piece.rfind("\n")
            taken = newline + 1 if newline >= 0 and newline + 1 < len(piece) else len(piece)
            if position == 0 or text[position - 1] == "\n":
                taken = len(piece) if newline < 0 else newline + 1
            line += piece.count("\n", 0, taken)
            position += taken
            continue
        if match.lastgroup != "comment":
            tokens.append(Token(piece, line, position, match.end()))
        line += piece.count("\n")
        position = match.end()
    return tuple(tokens)


def _inside_comment(text: str) -> int:
    """How many leading characters belong to a comment that was opened before the text."""
    close = text.find("*/")
    if close < 0:
        return 0
    opened = text.find("/*")
    if 0 <= opened < close:
        return 0
    return close + 2


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends; only a line feed ends a line."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def line_keys(text: str) -> list[tuple[str, ...]]:
    """For each line of `text` the texts of the tokens that begin there."""
    keys: list[list[str]] = [[] for _ in split_lines(text)]
    for token in tokenise(text):
        keys[token.line - 1].append(token.text)
    return [tuple(key) for key in keys]
