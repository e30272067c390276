"""Small edits of C texts by anchors that are looked for in the text: each fails loudly when it finds none.

A tree is a mapping from path to text; an edit makes a new one. Strings and comments are skipped where
brackets are matched; macros that hide brackets are not understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Tree = Mapping[str, str]
Edit = Callable[[Tree], Tree]
Change = Callable[[str], str]

_BRACKETS = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])+'|[(){}]", re.DOTALL)


class NoAnchor(Exception):
    """What an edit looked for is not there, or not as often as it has to be."""


def chain(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(tree: Tree) -> Tree:
        for one in edits:
            tree = one(tree)
        return tree

    return edit


def in_function(path: str, name: str, change: Change) -> Edit:
    """Change the text of a function's definition, from its first line to its closing bracket."""

    def edit(tree: Tree) -> Tree:
        text = tree[path]
        start, end = definition(text, name)
        after = change(text[start:end])
        if after == text[start:end]:
            raise NoAnchor(f"{name}: nothing changes")
        return {**tree, path: text[:start] + after + text[end:]}

    return edit


def in_file(path: str, change: Change) -> Edit:
    """Change the text of a file."""

    def edit(tree: Tree) -> Tree:
        after = change(tree[path])
        if after == tree[path]:
            raise NoAnchor(f"{path}: nothing changes")
        return {**tree, path: after}

    return edit


def everywhere(names: Mapping[str, str]) -> Edit:
    """Rename whole words in all files; a new name must not be there yet."""
    word = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")

    def edit(tree: Tree) -> Tree:
        for new in names.values():
            if any(re.search(rf"\b{new}\b", text) for text in tree.values()):
                raise NoAnchor(f"{new} is a name already")
        after = {path: word.sub(lambda m: names[m[1]], text) for path, text in tree.items()}
        if after == tree:
            raise NoAnchor(f"none of {', '.join(names)}")
        return after

    return edit


def swap(old: str, new: str, times: int = 1) -> Change:
    """Put `new` in place of `old`, which has to be there exactly so often."""

    def change(text: str) -> str:
        if text.count(old) != times:
            raise NoAnchor(f"{old!r} is there {text.count(old)} times, not {times}")
        return text.replace(old, new)

    return change


def both(*changes: Change) -> Change:
    """One change of a text after the other."""

    def change(text: str) -> str:
        for one in changes:
            text = one(text)
        return text

    return change


def before(anchor: str, new: str) -> Change:
    """Put lines before the one line that holds `anchor`."""
    return lambda text: text[: line_of(text, anchor)[0]] + new + text[line_of(text, anchor)[0] :]


def after(anchor: str, new: str) -> Change:
    """Put lines after the statement that begins on the one line that holds `anchor`."""
    return lambda text: text[: statement(text, anchor)[1]] + new + text[statement(text, anchor)[1] :]


def without(anchor: str) -> Change:
    """Drop the statement that begins on the one line that holds `anchor`."""
    return instead(anchor, lambda _: "")


def instead(anchor: str, new: Change) -> Change:
    """Put something in place of the statement (with its indentation and newline) that begins there."""

    def change(text: str) -> str:
        start, end = statement(text, anchor)
        return text[:start] + new(text[start:end]) + text[end:]

    return change


def line_of(text: str, anchor: str) -> tuple[int, int]:
    """Where the one line that holds `anchor` begins, and where the anchor does."""
    if text.count(anchor) != 1:
        raise NoAnchor(f"{anchor!r} is there {text.count(anchor)} times")
    at = text.index(anchor)
    return text.rfind("\n", 0, at) + 1, at


def statement(text: str, anchor: str) -> tuple[int, int]:
    """The lines of the simple statement, or of the `if` with its arms, that begins on the anchor's line."""
    start, at = line_of(text, anchor)
    if re.match(r"\s*(if|while|for|switch)\b", text[start:]):
        at = closing(text, text.index("(", start))
        at = _arm(text, at)
        while text[start:].lstrip().startswith("if") and (other := re.compile(r"\s*else\b").match(text, at)):
            nested = re.compile(r"\s*if\s*").match(text, other.end())
            at = _arm(text, closing(text, nested.end())) if nested else _arm(text, other.end())
    else:
        depth = 0
        for found in re.compile(_BRACKETS.pattern + "|;", re.DOTALL).finditer(text, at):
            depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(found[0], 0)
            if found[0] == ";" and depth <= 0:
                at = found.end()
                break
    return start, text.index("\n", at) + 1


def _arm(text: str, at: int) -> int:
    found = re.compile(r"\s*").match(text, at)
    assert found is not None
    if not text.startswith("{", found.end()):
        raise NoAnchor(f"no block after {text[max(at - 40, 0) : at]!r}")
    return closing(text, found.end())


def closing(text: str, at: int) -> int:
    """The place after the bracket that closes the one at `at`."""
    depth = 0
    for found in _BRACKETS.finditer(text, at):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(found[0], 0)
        if depth == 0 and found[0] in ")}":
            return found.end()
    raise NoAnchor("a bracket is not closed")


def definition(text: str, name: str) -> tuple[int, int]:
    """Where the definition of a function begins and ends."""
    for found in re.finditer(rf"^[a-z][^\n;{{}}()]*\b{name}\(", text, re.MULTILINE):
        at = closing(text, found.end() - 1)
        if re.match(r"\s*\{", text[at:]):
            return found.start(), text.index("\n", closing(text, text.index("{", at))) + 1
    raise NoAnchor(f"no function {name}")


@dataclass(frozen=True)
class Branch:
    """An `if` with braces: its indentation, its condition, what its arms hold (lines); None: no `else`."""

    indent: str
    condition: str
    then: str
    otherwise: str | None


def branch(lines: str) -> Branch:
    """The parts of the `if` that `lines` are."""
    start = lines.index("(")
    end = closing(lines, start)
    opening = lines.index("{", end)
    close = closing(lines, opening)
    indent = lines[: len(lines) - len(lines.lstrip())]
    otherwise = None
    if found := re.compile(r"\s*else\s*\{").match(lines, close):
        otherwise = _inside(lines, found.end() - 1)
    return Branch(indent, lines[start + 1 : end - 1], _inside(lines, opening), otherwise)


def block(lines: str) -> str:
    """What is between the first curly brackets of some lines."""
    return _inside(lines, lines.index("{"))


def _inside(text: str, opening: int) -> str:
    inside = text[text.index("\n", opening) + 1 : closing(text, opening) - 1]
    return inside[: inside.rfind("\n") + 1]


def body(text: str) -> str:
    """The lines of a function's body."""
    return _inside(text, text.index("{", closing(text, text.index("("))))


def labelled(text: str, label: str) -> str:
    """The lines from after a label up to the end of the function's body."""
    lines = body(text)
    if lines.count(f"\n{label}:\n") != 1:
        raise NoAnchor(f"no label {label}")
    return lines.split(f"\n{label}:\n")[1]
