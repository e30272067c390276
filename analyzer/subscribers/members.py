"""Functions that a text puts into a member of a structure: by assignment, or in an initialiser.

Input: text without comments and literals, and the member's name. Output: `Setter`s. Not modelled: which
structure a pointer means; the owner is the last name before the member.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"[A-Za-z_]\w*"
_OWNER = re.compile(rf"({_NAME})\s*(?:\[[^\[\]]*\]\s*)*=\s*(?:\([^(){{}}]*\)\s*)?$", re.ASCII)
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Setter:
    """``owner.member = function`` at a 1-based line; of an initialiser the innermost named structure."""

    owner: str
    function: str
    line: int


def setters(text: str, member: str) -> tuple[Setter, ...]:
    """All places where `text` puts a name into `member`."""
    if member not in text:
        return ()
    found = []
    put = re.compile(
        rf"(?P<base>{_NAME}|[\])])?\s*(?:\.|->)\s*{member}\s*=(?!=)\s*"
        rf"(?:\([^(){{}};]*\)\s*)?&?\s*(?P<function>{_NAME})\s*(?=[;,}}])",
        re.ASCII,
    )
    for match in put.finditer(text):
        base = match["base"]
        at = match.start("function")
        owner = (
            _array(text, match.start("base")) if base in ("]", ")") else base or _around(text, match.start())
        )
        if owner and match["function"] != "NULL":
            found.append(Setter(owner, match["function"], text.count("\n", 0, at) + 1))
    return tuple(found)


def _array(text: str, end: int) -> str:
    """The name before the brackets that close at `end`."""
    depth, at = 0, end
    while at >= 0:
        depth += (text[at] in ")]") - (text[at] in "([")
        if depth == 0:
            break
        at -= 1
    before = re.search(rf"({_NAME})\s*$", text[max(0, at - 200) : max(at, 0)], re.ASCII)
    if before:
        return before[1]
    inside = re.findall(_NAME, text[at + 1 : end], re.ASCII) if at >= 0 else []
    return inside[-1] if inside else ""


def _around(text: str, at: int) -> str:
    """The name that the initialiser round `at` is for."""
    depth = 0
    for _ in range(_DEEPEST):
        while at > 0:
            at -= 1
            letter = text[at]
            if letter == "}":
                depth += 1
            elif letter == "{":
                if depth == 0:
                    break
                depth -= 1
            elif letter == ";" and depth == 0:
                return ""
        else:
            return ""
        owner = _OWNER.search(text[max(0, at - 300) : at])
        if owner:
            return owner[1]
    return ""
