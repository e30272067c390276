"""Reads the text of a contract: ``OPEN (DONE | FAIL)*`` becomes a `Contract`.

Input is a rule's text, output the tree of `analyzer.model.contract`. The grammar, from weakest to
strongest::

    choice = chain { "|" chain }
    chain  = repeat { repeat }
    repeat = atom [ "*" | "+" | "?" ]
    atom   = letter | "(" choice ")" | "(" ")"

Not modelled: whether a letter exists in the profile (`analyzer.profiles.validate` asks that).
"""

from __future__ import annotations

import re

from analyzer.model.contract import Chain, Choice, Contract, Empty, Name, Repeat

_TOKEN = re.compile(r"\s*(?:(?P<letter>[A-Za-z_][A-Za-z0-9_.:-]*)|(?P<mark>[()|*+?]))")
_DEEPEST = 100


class ContractError(ValueError):
    """The text is no contract; the message says what is wrong and at which column."""


def parse_contract(text: str) -> Contract:
    """Read a contract; raise `ContractError` if the text is none."""
    reader = _Reader(text)
    contract = reader.choice(0)
    reader.expect_end()
    return contract


class _Reader:
    """Recursive descent over the tokens of one contract."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[int, str]] = []
        self._next = 0
        self._length = len(text.rstrip())
        position = 0
        while position < self._length:
            found = _TOKEN.match(text, position)
            if found is None:
                column = position + len(text[position:]) - len(text[position:].lstrip())
                raise ContractError(f"{text[column]!r} at column {column + 1} has no meaning in a contract")
            self._tokens.append((found.start(found.lastgroup or 0), found[found.lastgroup or 0]))
            position = found.end()

    def choice(self, depth: int) -> Contract:
        if depth > _DEEPEST:
            raise ContractError(f"it is nested more than {_DEEPEST} deep")
        parts = [self._chain(depth)]
        while self._peek() == "|":
            self._next += 1
            parts.append(self._chain(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def expect_end(self) -> None:
        if self._next < len(self._tokens):
            raise ContractError(f"{self._here()} closes nothing")

    def _chain(self, depth: int) -> Contract:
        parts = [self._repeat(depth)]
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeat(depth))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def _repeat(self, depth: int) -> Contract:
        part = self._atom(depth)
        mark = self._peek()
        if mark and mark in "*+?":
            self._next += 1
            part = Repeat(part, least=int(mark == "+"), many=mark != "?")
            if self._peek() and self._peek() in "*+?":
                raise ContractError(f"{self._here()} repeats what is repeated already")
        return part

    def _atom(self, depth: int) -> Contract:
        token = self._peek()
        if token == "(":
            self._next += 1
            if self._peek() == ")":
                self._next += 1
                return Empty()
            inner = self.choice(depth + 1)
            if self._peek() != ")":
                raise ContractError(f"{self._here()} where ')' is missing")
            self._next += 1
            return inner
        if not token or token in ")|*+?":
            raise ContractError(f"{self._here()} where a letter or '(' is missing")
        self._next += 1
        return Name(token)

    def _peek(self) -> str:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def _here(self) -> str:
        if self._next >= len(self._tokens):
            return "the end"
        column, token = self._tokens[self._next]
        return f"{token!r} at column {column + 1}"
