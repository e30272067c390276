"""Preprocessor conditionals: which arms to keep, so that what is left can be parsed.

Input: the tokens with their directives. Output: the live tokens without directives; the canvases are
edited in place. A group whose arms are all whole statements (or whole definitions) is *kept*: its
directives become ``#if 1``, ``#elif 1``, ``#else``, ``#endif``, and the real conditions are remembered by
position. Arms of an initialiser or an enum list are *merged*: the directives go, all arms stay. Any other
group, such as one that splits an ``else if``, is *cut*: one arm stays. Not modelled: the truth of a
condition (but a literal 0 or 1), and what the arms that were cut would have done.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.cfront.lexer import Canvas, Kind, Token

_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(?P<name>[a-z_]*)(?P<rest>.*)", re.DOTALL)
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = frozenset(")]}")


@dataclass(frozen=True, slots=True)
class _Bracket:
    """An open bracket and what is in it: ``block``, ``list`` (initialiser, enum), ``struct`` or ``paren``."""

    kind: str
    outer: _Bracket | None
    before: str  # the text of the token before it


@dataclass(slots=True)
class _Arm:
    directive: Token
    first: int  # index of its first token in the output
    end: int = 0  # index after its last one
    balanced: bool = True
    inside: _Bracket | None = None  # what is open where the arm ends


@dataclass(slots=True)
class _Group:
    first: int
    inside: _Bracket | None
    arms: list[_Arm]
    low: bool = False  # the running arm has closed a bracket from outside


def _name(directive: Token) -> tuple[str, str]:
    match = _DIRECTIVE.match(directive.text)
    return (match["name"], match["rest"].strip()) if match else ("", "")


def _folded(text: str) -> str:
    text = re.sub(r"/\*.*?(?:\*/|\Z)|//[^\n]*", " ", text, flags=re.DOTALL).replace("\\\n", " ")
    text = text.replace("\\\r\n", " ")
    return re.sub(r"#\s+", "#", " ".join(text.split()))


class Conditionals:
    """One pass over the tokens of one file."""

    def __init__(self, code: Canvas, clean: Canvas) -> None:
        self._code = code
        self._clean = clean
        self._out: list[Token] = []
        self._groups: list[_Group] = []
        self._inside: _Bracket | None = None
        self.conditions: dict[int, str] = {}  # offset of a kept directive's # -> its text, folded
        self.lost: dict[int, str] = {}  # offset of a cut group in a body -> its text: code was left out
        self.labels: set[int] = set()  # offsets of labels that `code` shows as statements

    def live(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens that are left, without directives."""
        following = _following(tokens)
        for index, token in enumerate(tokens):
            if token.kind is not Kind.DIRECTIVE:
                self._track(token)
                self._out.append(token)
                continue
            name, _ = _name(token)
            if name in ("if", "ifdef", "ifndef"):
                arm = _Arm(token, len(self._out))
                self._groups.append(_Group(len(self._out), self._inside, [arm]))
            elif name.startswith("el") and self._groups:
                group = self._groups[-1]
                self._close_arm(group)
                self._inside = group.inside
                group.arms.append(_Arm(token, len(self._out)))
            elif name == "endif" and self._groups:
                group = self._groups.pop()
                self._close_arm(group)
                self._settle(group, token, following[index])
            else:
                self._wipe(token)
        for group in self._groups:  # no #endif: every arm stays, the directives go
            for arm in group.arms:
                self._wipe(arm.directive)
        return self._out

    def _track(self, token: Token) -> None:
        if token.kind is not Kind.PUNCTUATION:
            return
        if token.text in _OPEN:
            before = self._out[-1].text if self._out else ""
            kind = self._brace_kind() if token.text == "{" else "paren"
            self._inside = _Bracket(kind, self._inside, before)
        elif token.text in _CLOSE:
            if self._groups and self._inside is self._groups[-1].inside:
                self._groups[-1].low = True
            if self._inside is not None:
                self._inside = self._inside.outer

    def _brace_kind(self) -> str:
        """What a brace that opens here holds, judged by the tokens before it."""
        out = self._out
        last = out[-1].text if out else ""
        if last in ("=", ",", "[", "return") or (
            last == "{" and self._inside and self._inside.kind == "list"
        ):
            return "list"
        if last == ")":
            depth, index = 0, len(out) - 1
            while index >= 0:
                if out[index].text == ")":
                    depth += 1
                elif out[index].text == "(":
                    depth -= 1
                    if depth == 0:
                        break
                index -= 1
            before = out[index - 1] if index > 0 else None
            if before is None or (before.kind is Kind.WORD and before.text != "return") or before.text == ")":
                return "block"
            return "list"
        words = [token.text for token in out[-3:] if token.kind is Kind.WORD]
        if "enum" in words and last not in (";", "}", "{"):
            return "list"
        if ("struct" in words or "union" in words) and last not in (";", "}", "{"):
            return "struct"
        return "block"

    def _close_arm(self, group: _Group) -> None:
        arm = group.arms[-1]
        arm.end = len(self._out)
        arm.inside = self._inside
        arm.balanced = not group.low and self._inside is group.inside
        group.low = False

    def _settle(self, group: _Group, end: Token, follows: str) -> None:
        arms = group.arms
        word, condition = _name(arms[0].directive)
        literal = word == "if" and _folded(condition) in ("0", "1")
        before = self._out[group.first - 1].text if group.first else ""
        if literal and _folded(condition) == "1":
            self._cut(group, end, 0)
        elif literal and len(arms) <= 2:
            self._cut(group, end, 1)
        elif not literal and self._whole(group, before, follows):
            self._inside = group.inside
            self._keep(group, end)
        elif group.inside is not None and group.inside.kind in ("list", "struct") and self._items(arms):
            self._inside = group.inside
            for arm in arms:
                self._wipe(arm.directive)
            self._wipe(end)
        else:
            first = 1 if literal else 0
            filled = [index for index in range(first, len(arms)) if arms[index].end > arms[index].first]
            even = [index for index in filled if arms[index].balanced]
            if len(filled) > 1 and group.inside is not None:
                token = arms[0].directive
                self.lost[token.start + token.text.index("#")] = _folded(token.text)
            self._cut(group, end, (even or filled or [0])[0])

    def _keep(self, group: _Group, end: Token) -> None:
        for end_of_code in (group.first, *(arm.end for arm in group.arms)):
            self.labels |= complete_label(self._out[max(0, end_of_code - 3) : end_of_code], self._code)
        for position, arm in enumerate(group.arms):
            token = arm.directive
            name, _ = _name(token)
            hash_at = token.start + token.text.index("#")
            self.conditions[hash_at] = _folded(token.text)
            self._wipe(token)
            short = "#else" if name == "else" else "#elif 1" if position else "#if 1"
            if self._code.fits(hash_at, token.end, short):
                self._code.write(hash_at, short)
        hash_at = end.start + end.text.index("#")
        self._wipe(end)
        self._code.write(hash_at, "#endif")

    def _cut(self, group: _Group, end: Token, chosen: int) -> None:
        """Leave arm `chosen` only (none if there is no such arm)."""
        bounds = [arm.directive for arm in group.arms] + [end]
        for index in range(len(group.arms)):
            self._wipe(bounds[index])
            if index != chosen:
                self._code.blank(bounds[index].end, bounds[index + 1].start)
                self._clean.blank(bounds[index].end, bounds[index + 1].start)
        self._wipe(end)
        self._inside = group.inside
        if chosen >= len(group.arms):
            del self._out[group.first :]
        else:
            del self._out[group.arms[chosen].end :]
            del self._out[group.first : group.arms[chosen].first]
            self._inside = group.arms[chosen].inside
            if self._groups and not group.arms[chosen].balanced:
                self._groups[-1].low = True

    def _whole(self, group: _Group, before: str, follows: str) -> bool:
        """Whether every arm is a run of whole statements or definitions, where statements may stand."""
        outside = group.inside is None
        if not outside and group.inside is not None and group.inside.kind not in ("block", "struct"):
            return False
        if before not in ("", ";", "{", "}", ":") and not (outside and before == ")"):
            return False
        for arm in group.arms:
            if not arm.balanced:
                return False
            if arm.first == arm.end:
                continue
            first, last = self._out[arm.first].text, self._out[arm.end - 1].text
            if first in ("else", "{") or follows == "else":
                return False
            if outside and follows == "{":
                return False
            if last not in (";", "}", ":") and not (outside and last == ")"):
                return False
        return True

    def _items(self, arms: list[_Arm]) -> bool:
        """Whether the arms are items of a list that may simply follow one another."""
        filled = [arm for arm in arms if arm.end > arm.first]
        return all(arm.balanced and self._out[arm.end - 1].text in (",", ";") for arm in filled)

    def _wipe(self, token: Token) -> None:
        self._code.blank(token.start, token.end)
        self._clean.blank(token.start, token.end)


def complete_label(tokens: Sequence[Token], code: Canvas) -> set[int]:
    """A label that ends `tokens` has no statement: ``out:`` becomes ``out;``. The offset of its name."""
    if len(tokens) < 2 or tokens[-1].text != ":" or not tokens[-2].plain_word:
        return set()
    if len(tokens) > 2 and tokens[-3].text not in (";", "{", "}", ":"):
        return set()
    code.write(tokens[-1].start, ";")
    return {tokens[-2].start}


def _following(tokens: Sequence[Token]) -> list[str]:
    """For each token the text of the next one that is no directive."""
    found = [""] * len(tokens)
    text = ""
    for index in range(len(tokens) - 1, -1, -1):
        found[index] = text
        if tokens[index].kind is not Kind.DIRECTIVE:
            text = tokens[index].text
    return found
