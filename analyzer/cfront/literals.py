"""Values of C literals. Input: the literal as written. Output: `Number`, `Opaque` or the string's text."""

from __future__ import annotations

import re

from analyzer.model.summary import Expression, Number, Opaque

_INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)[uUlLzZ]*")
_ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11, "\\": 92, "'": 39, '"': 34}
_PIECE = re.compile(r'(?:u8|[uUL])?"((?:\\.|[^"\\])*)"?', re.DOTALL)


def integer(written: str) -> Expression:
    """An integer constant of any base and suffix; floating constants are opaque."""
    sign = -1 if written.startswith("-") else 1  # the grammar takes the sign into the literal
    match = _INTEGER.fullmatch(written.lstrip("+- ").replace("'", ""))
    if match is None or len(match[1]) > 80:
        return Opaque(written)
    digits = match[1]
    octal = len(digits) > 1 and digits.isdigit() and digits.startswith("0")
    try:
        return Number(sign * int(digits, 8 if octal else 10 if digits.isdigit() else 0))
    except ValueError:
        return Opaque(written)


def character(written: str) -> Expression:
    """A character constant of one character or one escape."""
    body = written.partition("'")[2].removesuffix("'")
    if len(body) == 1:
        return Number(ord(body))
    if len(body) == 2 and body[0] == "\\" and body[1] in _ESCAPES:
        return Number(_ESCAPES[body[1]])
    if re.fullmatch(r"\\x[0-9a-fA-F]{1,4}", body):
        return Number(int(body[2:], 16))
    if re.fullmatch(r"\\[0-7]{1,3}", body):
        return Number(int(body[1:], 8))
    return Opaque(written)


def string(written: str) -> str:
    """String literals that follow one another, without quotes; escapes and macros between stay as written."""
    return _PIECE.sub(lambda match: match[1], written)
