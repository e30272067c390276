"""Where the keys of a TOML text stand: ``("event", 0, "names", "EV_OPEN")`` -> 12.

Input is a text that `tomllib` has accepted, so the scanner need not judge it; output is a `Lines` tree.
It exists because `tomllib` tells no line numbers. Keys of tables, dotted keys, inline tables and the
elements of arrays get a line each. Not modelled: values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Step = str | int

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


@dataclass(slots=True)
class _Node:
    line: int
    children: dict[Step, _Node] = field(default_factory=dict)
    tables: bool = False  # an array of tables: headers lead into its last element


class Lines:
    """The places of all keys of one text."""

    def __init__(self, root: _Node) -> None:
        self._root = root

    def at(self, *path: Step) -> int:
        """The line of `path`, or of the longest part of it that stands in the text."""
        node = self._root
        for step in path:
            if step not in node.children:
                break
            node = node.children[step]
        return node.line


def find_lines(text: str) -> Lines:
    """Scan a valid TOML text."""
    return Lines(_Scanner(text.replace("\r\n", "\n")).document())


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def document(self) -> _Node:
        root = _Node(1)
        table = root
        while self._skip_blank():
            if self._peek() == "[":
                table = self._header(root)
            else:
                self._pair(table)
        return root

    def _header(self, root: _Node) -> _Node:
        line = self._line
        array = self._text.startswith("[[", self._at)
        self._move(2 if array else 1)
        path = self._key()
        self._skip_blank()
        self._move(2 if array else 1)
        table = self._descend(root, path[:-1], line)
        last = table.children.setdefault(path[-1], _Node(line))
        if not array:
            last.line = line
            return last
        last.tables = True
        element = _Node(line)
        last.children[len(last.children)] = element
        return element

    def _descend(self, node: _Node, path: tuple[str, ...], line: int) -> _Node:
        for step in path:
            node = node.children.setdefault(step, _Node(line))
            if node.tables:
                node = node.children[len(node.children) - 1]
        return node

    def _pair(self, table: _Node) -> None:
        line = self._line
        path = self._key()
        node = self._descend(table, path[:-1], line)
        own = node.children.setdefault(path[-1], _Node(line))
        self._skip_blank()
        self._move(1)  # the equals sign
        self._skip_blank()
        self._value(own)

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip_blank()
            if self._peek() in "\"'":
                parts.append(self._string())
            else:
                found = _BARE.match(self._text, self._at)
                if found is None:  # tomllib would have refused the text
                    raise ValueError(f"line {self._line}: no key")
                parts.append(found[0])
                self._move(len(found[0]))
            self._skip_blank()
            if self._peek() != ".":
                return tuple(parts)
            self._move(1)

    def _value(self, own: _Node) -> None:
        match self._peek():
            case "[":
                self._move(1)
                index = 0
                while self._skip_blank() and self._peek() != "]":
                    own.children[index] = element = _Node(self._line)
                    self._value(element)
                    index += 1
                    if self._skip_blank() and self._peek() == ",":
                        self._move(1)
                self._move(1)
            case "{":
                self._move(1)
                while self._skip_blank() and self._peek() != "}":
                    self._pair(own)
                    if self._skip_blank() and self._peek() == ",":
                        self._move(1)
                self._move(1)
            case '"' | "'":
                self._string()
            case _:
                found = _SCALAR.match(self._text, self._at)
                self._move(len(found[0]) if found else 1)

    def _string(self) -> str:
        quote = self._peek()
        mark = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        start = at = self._at + len(mark)
        while not self._text.startswith(mark, at) and at < len(self._text):
            at += 2 if quote == '"' and self._text[at] == "\\" else 1
        end = at + len(mark)
        while len(mark) == 3 and end < len(self._text) and self._text[end] == quote:
            end += 1  # up to two quotes may stand before the closing three
        self._move(end - self._at)
        inner = self._text[start:at]
        return _ESCAPE.sub(_unescape, inner) if quote == '"' else inner

    def _skip_blank(self) -> bool:
        """Go to the next character that counts; False at the end."""
        while self._at < len(self._text):
            if self._text[self._at] == "#":
                end = self._text.find("\n", self._at)
                self._move((end if end >= 0 else len(self._text)) - self._at)
            elif self._text[self._at].isspace():
                self._move(1)
            else:
                return True
        return False

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _move(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count


def _unescape(found: re.Match[str]) -> str:
    number = found[1] or found[2]
    return chr(int(number, 16)) if number else _SHORT.get(found[3], found[3])
