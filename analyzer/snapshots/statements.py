"""C text cut into statements and structure, tolerant of halves.

Job: cut any text into `Unit`s: simple statements, heads (``if (...)``, ``else``, a function's head),
braces, labels and directives. Input: a model file, or one side of a hunk, which may begin and end in the
middle of a statement. Output: the units in order, the pairs of braces, the functions. Not modelled:
grammar. A unit is a run of tokens that reads as one statement; what it means is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from analyzer.snapshots.tokens import Token, tokenise

_GUARDS = frozenset({"if", "while", "for", "switch"})
_JUMPS = frozenset({"return", "goto", "break", "continue"})
_STARTS = _GUARDS | _JUMPS | {"else", "do", "case", "default"}
KEYWORDS = _STARTS | {"sizeof", "typeof", "_Alignof", "defined"}
FUNCTION = "\0function"


class UnitKind(Enum):
    """What a unit is for the structure of the text."""

    STATEMENT = "statement"
    HEAD = "head"  # governs the block or statement after it
    OPEN = "{"
    CLOSE = "}"
    LABEL = "label"
    DIRECTIVE = "directive"


@dataclass(frozen=True, slots=True)
class Unit:
    """A run of tokens. `function` is the name if this is the head of a function definition."""

    kind: UnitKind
    tokens: tuple[Token, ...]
    texts: tuple[str, ...]
    function: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two units the same statement; a function's head counts by its name alone."""
        return (FUNCTION, self.function) if self.function else self.texts

    @property
    def is_brace(self) -> bool:
        return self.kind in (UnitKind.OPEN, UnitKind.CLOSE)

    @property
    def jumps(self) -> bool:
        return self.texts[0] in _JUMPS

    @property
    def governs(self) -> bool:
        """A head whose body decides whether it matters; a function's own head is none."""
        return self.kind is UnitKind.HEAD and not self.function

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


@lru_cache(maxsize=256)
def cut(text: str) -> tuple[Unit, ...]:
    """The units of `text`."""
    tokens = tokenise(text)
    spans: list[tuple[UnitKind, int, int]] = []
    at = 0
    while at < len(tokens):
        kind, stop = _next(tokens, at)
        spans.append((kind, at, stop))
        at = stop
    units: list[Unit] = []
    for index, (kind, first, stop) in enumerate(spans):
        part = tokens[first:stop]
        texts = tuple(token.text for token in part)
        if index + 1 < len(spans):
            heads = kind is UnitKind.HEAD and spans[index + 1][0] is UnitKind.OPEN
        else:  # a hunk may end on a head whose brace it does not show
            heads = kind is UnitKind.STATEMENT and texts[-1] == ")"
        name = _function(texts) if heads else ""
        units.append(Unit(kind, part, texts, name))
    return tuple(units)


def _next(tokens: tuple[Token, ...], at: int) -> tuple[UnitKind, int]:
    token = tokens[at]
    text = token.text
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if token.is_directive:
        return UnitKind.DIRECTIVE, at + 1
    if text == "{":
        return UnitKind.OPEN, at + 1
    if text == "}":
        return UnitKind.CLOSE, at + 1
    if text in ("else", "do"):
        return UnitKind.HEAD, at + 1
    if text in _GUARDS:
        stop = _parenthesised(tokens, at + 1)
        if text == "while" and stop < len(tokens) and tokens[stop].text == ";":
            return UnitKind.STATEMENT, stop + 1
        return UnitKind.HEAD, stop
    if text == "case":
        return UnitKind.LABEL, _case(tokens, at)
    if token.is_word and following == ":":
        return UnitKind.LABEL, at + 2
    return _statement(tokens, at)


def _parenthesised(tokens: tuple[Token, ...], at: int) -> int:
    """The index after the parenthesis that opens at `at`; a brace or the end stops an unbalanced one."""
    depth = 0
    for index in range(at, len(tokens)):
        text = tokens[index].text
        if text == "(":
            depth += 1
        elif text == ")":
            depth -= 1
            if depth <= 0:
                return index + 1
        elif text == "}" or (text == "{" and tokens[index - 1].text not in "(,)="):
            return index
        if depth == 0:
            return index
    return len(tokens)


def _case(tokens: tuple[Token, ...], at: int) -> int:
    pending = 0
    for index in range(at, len(tokens)):
        text = tokens[index].text
        if text == "?":
            pending += 1
        elif text == ":":
            if not pending:
                return index + 1
            pending -= 1
        elif text in ("{", "}", ";"):
            return index
    return len(tokens)


def _statement(tokens: tuple[Token, ...], at: int) -> tuple[UnitKind, int]:
    depth = 0
    index = at
    while index < len(tokens):
        token = tokens[index]
        text = token.text
        if text in ("(", "["):
            depth += 1
        elif text in (")", "]"):
            depth = max(depth - 1, 0)
        elif text == ";":
            if depth == 0:
                return UnitKind.STATEMENT, index + 1
        elif text == "{":
            if depth == 0 and tokens[index - 1].text != "=":
                return UnitKind.HEAD, index
            index = _braced(tokens, index)
            continue
        elif index > at and depth == 0 and (text == "}" or text in _STARTS or token.is_directive):
            return UnitKind.STATEMENT, index
        index += 1
    return UnitKind.STATEMENT, len(tokens)


def _braced(tokens: tuple[Token, ...], at: int) -> int:
    depth = 0
    for index in range(at, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[index].text, 0)
        if depth == 0:
            return index + 1
    return len(tokens)


def _function(texts: tuple[str, ...]) -> str:
    """The name a head defines: a word before the first parenthesis, with a type before it."""
    if "(" not in texts or texts[0] in KEYWORDS or "=" in texts:
        return ""
    at = texts.index("(")
    if at < 2 or not (texts[at - 1][0].isalpha() or texts[at - 1][0] == "_"):
        return ""
    before = texts[at - 2]
    return texts[at - 1] if before == "*" or before[-1].isalnum() or before[-1] in "_)" else ""


def brace_pairs(units: tuple[Unit, ...]) -> dict[int, int]:
    """Index of a brace -> index of its partner, where both are among `units`."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
    for index, unit in enumerate(units):
        if unit.kind is UnitKind.OPEN:
            stack.append(index)
        elif unit.kind is UnitKind.CLOSE and stack:
            opened = stack.pop()
            pairs[opened], pairs[index] = index, opened
    return pairs


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole function: units `first` (its head) to `last` (its closing brace)."""

    name: str
    first: int
    last: int


@lru_cache(maxsize=64)
def definitions(units: tuple[Unit, ...]) -> tuple[Definition, ...]:
    """All functions whose head and closing brace are both among `units`."""
    pairs = brace_pairs(units)
    return tuple(
        Definition(unit.function, index, pairs[index + 1])
        for index, unit in enumerate(units)
        if unit.function and index + 1 in pairs
    )


def balanced(units: tuple[Unit, ...]) -> bool:
    """Whether every brace and ``#if`` has its partner and no function lies inside another."""
    arms = 0
    for unit in units:
        if unit.kind is UnitKind.DIRECTIVE:
            word = unit.texts[0].lstrip("# ")
            arms += word.startswith("if") - word.startswith("endif")
            if arms < 0:
                return False
    if arms or len(brace_pairs(units)) != sum(unit.is_brace for unit in units):
        return False
    found = definitions(units)
    return all(one.last < two.first for one, two in pairwise(found))
