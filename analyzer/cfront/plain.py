"""Tell whether a function can be parsed as it stands, as most can: then nothing needs to be rewritten.

Input: the text of a piece and the dialect. Output: what the normaliser would give, where that is the text
without its comments; None wherever a rule of the normaliser might apply. `normalise.rewritten` has the
rules; each has its sign here, and too wide a sign costs time, not truth.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from string import ascii_letters, digits

from analyzer.cfront.lexer import KEYWORDS, TYPE_WORDS
from analyzer.cfront.names import ALWAYS_ATTRIBUTES
from analyzer.model.summary import Dialect

ALIGNMENT = ("_Alignof", "alignof", "__alignof__", "__alignof", "_alignof")

_HIDDEN = re.compile(
    r"""/\*.*?(?:\*/|\Z)|//(?:\\\r?\n|[^\n])*|"(?:\\\r?\n|\\.|[^"\\\n])*"?|'(?:\\\r?\n|\\.|[^'\\\n])*'?""",
    re.DOTALL,
)
_NOT_END = re.compile(r"[^\r\n]")
_NOT_ASCII = re.compile(r"[^\x01-\x7f]")
_WORDS = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_HEAD = re.compile(r"[\w\s*]*\w\s*\([^(){}]*\)\s*\{", re.ASCII)
_TYPES = "|".join(sorted(TYPE_WORDS))
# The signs of rules, one expression each: alone, each finds its first characters fast.
_SIGNS = tuple(
    re.compile(sign, re.ASCII)
    for sign in (
        r":\s*\}",  # a label without a statement
        r"goto\s*\*",
        r"(?:struct|union)\b[^;(){}]*\{",  # members
        r"[\"']\s*[A-Za-z_]\w*\s*\(",  # a macro between strings
        rf",\s*(?:(?:{_TYPES})\b|\w[\w\s]*\*[\s*]*[,)])",  # types as arguments
    )
)
_TYPE_FIRST = re.compile(rf"\(\s*(?:(?:{_TYPES})\b|\w[\w\s]*\*[\s*]*[,)])", re.ASCII)
_BESIDE = re.compile(r"\)[\s*]*[A-Za-z_\"']", re.ASCII)
_LETTERS = ascii_letters + digits + "_"
_LONGEST = 200  # characters of a name and the blanks behind it


@lru_cache(maxsize=16)
def _is_special(dialect: Dialect) -> Callable[[str], bool]:
    """Whether a word has a meaning for the normaliser, remembered for each word."""
    types = tuple(pattern.partition("(")[0] for pattern in dialect.auto_types)
    patterns = (
        *ALWAYS_ATTRIBUTES, *ALIGNMENT, "offsetof", *dialect.attributes, *types, *dialect.block_macros,
        *dialect.loop_macros, *(pattern.partition("(")[0] for pattern in dialect.definers),
    )  # fmt: skip

    @lru_cache(maxsize=65536)
    def special(word: str) -> bool:
        return any(fnmatchcase(word, pattern) for pattern in patterns)

    return special


def as_it_stands(text: str, dialect: Dialect) -> tuple[str, str] | None:
    """Code to parse and text to quote from, both as long as `text`; or None."""
    plain = _HIDDEN.sub(_covered, text)
    head = _HEAD.match(plain)
    if head is None or "#" in plain or "\\" in plain or "..." in plain:
        return None
    if any(sign.search(plain, head.end() - 1) for sign in _SIGNS):
        return None
    if any(map(_is_special(dialect), set(_WORDS.findall(plain)))):
        return None
    if plain.count("(") != plain.count(")"):
        return None
    for match in _TYPE_FIRST.finditer(plain, head.end()):
        if _calls(plain, match.start()):
            return None
    for match in _BESIDE.finditer(plain, head.end()):
        opening = _opening(plain, match.start())
        if opening < 0 or _calls(plain, opening):  # a macro of some kind
            return None
    clean = _HIDDEN.sub(_uncommented, text) if "/*" in text or "//" in text else text
    return (clean if clean.isascii() and "\0" not in clean else _NOT_ASCII.sub("_", clean)), clean


def _calls(plain: str, opening: int) -> bool:
    """Whether a bracket opens the arguments of a name that is no keyword."""
    before = plain[max(0, opening - _LONGEST) : opening].rstrip()
    word = before[len(before.rstrip(_LETTERS)) :]
    return not before or (word not in KEYWORDS and not word[:1].isdigit() and bool(word))


def _opening(plain: str, closing: int) -> int:
    """The bracket that the one at `closing` closes; -1 if there is none."""
    depth, at = 1, closing
    while depth:
        before = plain.rfind("(", 0, at)
        if before < 0:
            return -1
        depth += plain.count(")", before, at) - 1
        at = before
    return at


def _covered(match: re.Match[str]) -> str:
    found = match.group()
    blanks = _blanks(found)
    if found[0] == "/" or len(found) < 2:
        return blanks
    return f"{found[0]}{blanks[2:]}{found[0]}" if "\n" not in found else "#"


def _uncommented(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] != "/":
        return found
    return _blanks(found)


def _blanks(found: str) -> str:
    """As many blanks; line ends stay."""
    return _NOT_END.sub(" ", found) if "\n" in found or "\r" in found else " " * len(found)
