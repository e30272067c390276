"""Rewrite C so that a plain grammar can parse it, without moving a character.

Input: text and the code base's `Dialect`. Output: `Normalised`: `code` to parse (ASCII only, so that byte
and character offsets agree), `clean` to quote from (the text without comments and directives), and by
position what the code stands for: block and loop macros, conditions of ``#if``. Both are as long as the
text and have their line ends where the text has them. Not modelled: macro expansion.

Patterns of the dialect are globs over names. An attribute that is followed by an argument list loses it
too. ``name(T)`` in `auto_types` means that the declared type is T itself, a bare ``name`` that it is T *.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.cfront.conditionals import Conditionals, complete_label
from analyzer.cfront.lexer import KEYWORDS, STORAGE, TYPE_WORDS, Canvas, Kind, Token, tokens_of
from analyzer.cfront.names import ALWAYS_ATTRIBUTES, defined_name, matches
from analyzer.cfront.plain import ALIGNMENT, as_it_stands
from analyzer.model.summary import Dialect

_BRACKETS = frozenset("()[]{}")
_NOT_ASCII = re.compile(r"[^\x01-\x7f]")


@dataclass(frozen=True, slots=True)
class Macro:
    """A block or loop macro that `code` shows as ``while`` or ``if``."""

    name: str
    loop: bool
    empty: bool  # no arguments: the condition in `code` is made up


@dataclass(frozen=True, slots=True)
class Normalised:
    code: str
    clean: str
    macros: Mapping[int, Macro]
    conditions: Mapping[int, str]
    lost: Mapping[int, str]  # offset of an #if of which one arm had to be left out -> its text
    labels: frozenset[int]  # names of labels that `code` shows as expression statements
    above: int = 0  # lines of the file before this piece of it


def normalise(text: str, dialect: Dialect, above: int = 0) -> Normalised:
    """See the module's docstring."""
    found = as_it_stands(text, dialect)
    if found is not None:
        return Normalised(*found, {}, {}, {}, frozenset(), above)
    return rewritten(text, dialect, above)


def rewritten(text: str, dialect: Dialect, above: int = 0) -> Normalised:
    """The long way, right for any text."""
    plain = _NOT_ASCII.sub("_", text)
    code, clean = Canvas(plain), Canvas(text)
    tokens, blank = tokens_of(plain)
    for start, end in blank:
        code.blank(start, end)
        clean.blank(start, end)
    conditionals = Conditionals(code, clean)
    rewriter = _Rewriter(conditionals.live(tokens), code, dialect)
    rewriter.run()
    labels = frozenset(conditionals.labels | rewriter.labels)
    return Normalised(
        code.text(),
        clean.text(),
        rewriter.macros,
        conditionals.conditions,
        conditionals.lost,
        labels,
        above,
    )


class _Rewriter:
    """The passes over the live tokens of one file."""

    def __init__(self, tokens: list[Token], code: Canvas, dialect: Dialect) -> None:
        self._tokens = tokens
        self._code = code
        self._dialect = dialect
        self._bare_types = tuple(p.partition("(")[0] for p in dialect.auto_types if p.endswith("(T)"))
        self._pointer_types = tuple(p.partition("(")[0] for p in dialect.auto_types if not p.endswith("(T)"))
        self._close: dict[int, int] = {}
        self._depth: list[int] = []
        self._members: set[int] = set()
        self.macros: dict[int, Macro] = {}
        self.labels: set[int] = set()

    def run(self) -> None:
        self._match_brackets()
        if self._erase_attributes():
            self._match_brackets()
        for index, token in enumerate(self._tokens):
            if token.kind is Kind.WORD:
                self._word(index, token)
            elif token.text == "..." and self._in_case(index):
                self._code.write(token.start, " | ")
            elif token.text == ":" and self._text(index + 1) == "}":
                self.labels |= complete_label(self._tokens[max(0, index - 2) : index + 1], self._code)
            elif token.text == "*" and self._text(index - 1) == "goto":
                self._computed_goto(index)

    def _match_brackets(self) -> None:
        """Pair the brackets, by token index, and note how many braces are open at each token."""
        self._close, self._members = {}, set()
        depth: list[int] = []
        opened: list[tuple[str, int, bool]] = []  # bracket, index, whether members stand in it
        braces = 0
        seen = 0
        for index, token in enumerate(self._tokens):
            text = token.text
            if text not in _BRACKETS:
                continue
            depth.extend([braces] * (index + 1 - seen))
            if opened and opened[-1][2]:
                self._members.update(range(seen, index + 1))
            seen = index + 1
            if text in "([{":
                record = text == "{" and any(
                    self._text(at) in ("struct", "union") for at in (index - 1, index - 2)
                )
                opened.append((text, index, record))
                braces += text == "{"
            else:
                if opened and opened[-1][0] + text in ("()", "[]", "{}"):
                    self._close[opened.pop()[1]] = index
                if text == "}":
                    braces = max(0, braces - 1)
        if opened and opened[-1][2]:
            self._members.update(range(seen, len(self._tokens)))
        depth.extend([braces] * (len(self._tokens) - seen))
        self._depth = depth

    def _text(self, index: int) -> str:
        return self._tokens[index].text if 0 <= index < len(self._tokens) else ""

    def _argument_end(self, index: int) -> int | None:
        """The index of the bracket that closes the argument list after the word at `index`."""
        return self._close.get(index + 1) if self._text(index + 1) == "(" else None

    def _erase_attributes(self) -> bool:
        """Whether there were any."""
        patterns = ALWAYS_ATTRIBUTES + self._dialect.attributes
        found = {token.text for token in self._tokens if token.kind is Kind.WORD}
        found = {word for word in found if matches(word, patterns)}
        if not found:
            return False
        kept: list[Token] = []
        index = 0
        while index < len(self._tokens):
            token = self._tokens[index]
            if token.text not in found:
                kept.append(token)
                index += 1
                continue
            end = self._argument_end(index)
            last = index if end is None or self._text(index + 2) == "*" else end
            self._code.blank(token.start, self._tokens[last].end)
            index = last + 1
        self._tokens = kept
        return True

    def _word(self, index: int, token: Token) -> None:
        end = self._argument_end(index)
        if end is not None and token.text == "offsetof":
            self._member_path(index + 2, end)
        if end is not None and token.text in ALIGNMENT:
            self._plain_type(index + 2, end)
        if end is None or token.text in KEYWORDS:
            return
        if (
            self._definer(index, token, end)
            or self._beside_string(index, end)
            or self._declaring_macro(index, token, end)
        ):
            return
        if self._auto_type(index, token, end) or self._block_macro(index, token, end):
            return
        if self._type_macro(index, token, end) or self._outer_macro(index, token, end):
            return
        if self._depth[index]:
            self._type_arguments(index + 2, end)

    def _auto_type(self, index: int, token: Token, end: int) -> bool:
        pointer = matches(token.text, self._pointer_types)
        if not pointer and not matches(token.text, self._bare_types):
            return False
        self._code.blank(token.start, self._tokens[index + 1].end)
        self._code.write(self._tokens[end].start, "*" if pointer else " ")
        return True

    def _block_macro(self, index: int, token: Token, end: int) -> bool:
        loop = matches(token.text, self._dialect.loop_macros)
        if not loop and not (matches(token.text, self._dialect.block_macros) and self._text(end + 1) == "{"):
            return False
        before, after = self._text(index - 1), self._text(end + 1)
        if not self._depth[index] or before not in (";", "{", "}", ")", ":", "else", "do"):
            return False
        if after != "{" and not (after and self._tokens[end + 1].kind is Kind.WORD):
            return False
        empty = end == index + 2
        keyword = "while" if len(token.text) >= (6 if empty else 5) else "if"
        if len(token.text) < len(keyword) + empty:
            return False
        if empty:
            self._code.blank(token.start, self._tokens[end].end)
            self._code.write(token.start, keyword + "(1)")
        else:
            self._code.blank(token.start, token.end)
            self._code.write(token.start, keyword)
            self._type_arguments(index + 2, end)
        self.macros[token.start] = Macro(token.text, loop, empty)
        return True

    def _definer(self, index: int, token: Token, end: int) -> bool:
        """``DEFINE2(name, type, a, type, b) {`` becomes ``int name(type a, type b) {``."""
        if self._depth[index] or self._text(end + 1) != "{" or end < index + 3:
            return False
        first = self._tokens[index + 2]
        name = defined_name(token.text, first.text, self._dialect) if first.plain_word else ""
        if not name or not self._code.fits(token.start, first.end, f"int {name}"):
            return False
        commas = []
        at = index + 3
        while at < end:
            if self._text(at) == ",":
                commas.append(at)
            at = self._close.get(at, at) + 1
        opening = self._tokens[commas[0]].start if commas else first.end
        if not commas and not self._code.fits(token.start, first.end, f"int {name}("):
            return False
        self._code.blank(token.start, first.end)
        self._code.write(token.start, f"int {name}" + ("" if commas else "("))
        if commas:
            self._code.write(opening, "(")
        for comma in commas[1::2]:  # between a type and its parameter
            self._code.blank(self._tokens[comma].start, self._tokens[comma].end)
        return True

    def _starts_declaration(self, index: int) -> bool:
        return self._text(index - 1) in ("", ";", "{", "}") or self._text(index - 1) in STORAGE

    def _type_macro(self, index: int, token: Token, end: int) -> bool:
        """``HEAD(, T) name;``: the macro's name stands for the type, its arguments go."""
        if not self._starts_declaration(index) or token.text in TYPE_WORDS:
            return False
        name = end + 1
        while self._text(name) == "*":
            name += 1
        if name >= len(self._tokens) or not self._tokens[name].plain_word:
            return False
        name_start = self._tokens[name].start
        if self._text(name + 1) not in (";", "=", ",", "["):
            return False
        if (
            self._depth[index]
            and index not in self._members
            and self._code.broken(self._tokens[end].end, name_start)
        ):
            return False  # rather a call that lacks its semicolon
        self._code.blank(self._tokens[index + 1].start, self._tokens[end].end)
        return True

    def _member_path(self, first: int, end: int) -> None:
        """``offsetof(T, a.b[n])``: only the first member stays."""
        index = first
        while index < end and self._text(index) != ",":
            index = self._close.get(index, index) + 1
        if index + 2 < end:
            self._code.blank(self._tokens[index + 2].start, self._tokens[end].start)

    def _plain_type(self, first: int, end: int) -> None:
        """The operand of an alignment operator: any type will do, its value is opaque."""
        start, stop = self._tokens[first].start, self._tokens[end].start
        if self._code.fits(start, stop, "int"):
            self._code.blank(start, stop)
            self._code.write(start, "int")

    def _beside_string(self, index: int, end: int) -> bool:
        """A macro that yields a string literal, between others: its arguments go."""
        beside = (index - 1, end + 1)
        if not any(0 <= at < len(self._tokens) and self._tokens[at].kind is Kind.QUOTED for at in beside):
            return False
        self._code.blank(self._tokens[index + 1].start, self._tokens[end].end)
        return True

    def _declaring_macro(self, index: int, token: Token, end: int) -> bool:
        """``DECLARE(x);`` among members, ``static const DEFINE(x);`` between definitions: it goes."""
        if self._text(end + 1) != ";" or token.text in TYPE_WORDS:
            return False
        first = index
        while self._text(first - 1) in STORAGE:
            first -= 1
        if self._text(first - 1) not in ("", ";", "{", "}"):
            return False
        if index not in self._members and self._depth[index]:
            return False
        self._code.blank(self._tokens[first].start, self._tokens[end + 1].end)
        return True

    def _outer_macro(self, index: int, token: Token, end: int) -> bool:
        """A macro call between definitions, without a semicolon: it goes."""
        if self._depth[index] or self._text(index - 1) not in ("", ";", "}", ")"):
            return False
        if end + 1 < len(self._tokens) and self._tokens[end + 1].kind is not Kind.WORD:
            return False
        self._code.blank(token.start, self._tokens[end].end)
        return True

    def _type_arguments(self, first: int, end: int) -> None:
        """Arguments that are types (``struct T``, ``char *``) become plain names."""
        start, index = first, first
        while index <= end:
            if index == end or self._text(index) == ",":
                self._type_argument(start, index)
                start = index + 1
            index = self._close.get(index, index) + 1

    def _type_argument(self, start: int, end: int) -> None:
        if end - start > 8 or start >= end or self._tokens[start].kind is not Kind.WORD:
            return
        part = self._tokens[start:end]
        words = [token for token in part if token.kind is Kind.WORD]
        stars = part[len(words) :]
        if not words or any(token.text != "*" for token in stars) or part[: len(words)] != words:
            return
        if any(token.text in KEYWORDS for token in words):
            return
        if not stars and not any(token.text in TYPE_WORDS for token in words):
            return
        named = [token for token in words if token.plain_word]
        kept = named[-1] if named else words[0]
        self._code.blank(part[0].start, part[-1].end)
        self._code.write(kept.start, kept.text if named else "T" + "_" * (len(kept.text) - 1))

    def _computed_goto(self, index: int) -> None:
        """``goto *p->x;``: one name stays, the star is what tells in the text as written."""
        end = index
        while self._text(end) not in (";", "{", "}", ""):
            end += 1
        if end < len(self._tokens) and end > index + 1:
            start = self._tokens[index].start
            self._code.blank(start, self._tokens[end].start)
            self._code.write(start, "_")

    def _in_case(self, index: int) -> bool:
        """Whether ``...`` stands between ``case`` and its colon."""
        for back in range(index - 1, max(-1, index - 12), -1):
            text = self._text(back)
            if text == "case":
                return True
            if text in (";", "{", "}", ":"):
                return False
        return False
