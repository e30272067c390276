"""Say what a C file holds without parsing it: definitions, what they mention, functions put into fields.

Input: path, text, dialect. Output: a `FileIndex`; never an exception, whatever the text. Everything is
judged by the shape of the text, so the index may name too much (a field that holds no function) and is
meant for choosing what to lower. Not modelled: types, scopes, macro expansion; a positional initialiser
is read where the same text declares its struct.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from analyzer.cfront.extents import Chunk, Extent, Outline
from analyzer.cfront.pieces import outlined
from analyzer.model.summary import Dialect, FileIndex, FunctionEntry, MacroEntry, Pointer, Problem, Span

_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"?|\'(?:\\.|[^\'\\])*\'?|//.*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_MACRO = re.compile(r"\s*([A-Za-z_]\w*)(\([^)]*\))?(.*)", re.DOTALL | re.ASCII)
_ALIAS = re.compile(r"[\s(]*([A-Za-z_]\w*)[\s)]*\Z", re.ASCII)
_ONE_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\(([^()]*)\)[\s;]*\Z", re.ASCII)
_ONE_WORD = re.compile(r"\w+\Z", re.ASCII)
_CALL = re.compile(r"[A-Za-z_]\w*\s*\(", re.ASCII)
# x->field = name;  also several fields, and the address of the name
_STORE = re.compile(
    r"(?:->|\.)\s*([A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)\s*=(?!=)\s*&?\s*([A-Za-z_]\w*)\s*(?=[;,}])",
    re.ASCII,
)
# a field that is assigned, in all its forms
_ASSIGNED = re.compile(
    r"(?:->|\.)\s*([A-Za-z_]\w*)\s*(?:(?:[-+|&^*/%]|<<|>>)?=(?!=)|\+\+|--)"
    r"|(?:\+\+|--)\s*\(?\s*[A-Za-z_][\w.>\-]*(?:->|\.)\s*([A-Za-z_]\w*)",
    re.ASCII,
)
_FREE = re.compile(r"(?<![.>\w])[A-Za-z_]\w*", re.ASCII)  # words that are no fields
_INITIALISER = re.compile(r"=\s*(?:\([^(){}]*\)\s*)?\{")
_PIECE = re.compile(r"[A-Za-z_]\w*|[{}()\[\],.=]|[^\s\w]|\d\w*", re.ASCII)
_RECORD = re.compile(r"\bstruct\s+([A-Za-z_]\w*)\s*\{|\}\s*([A-Za-z_]\w*)\s*;", re.ASCII)
_TYPE = re.compile(r"([A-Za-z_]\w*)\s*[*\s]*[A-Za-z_]\w*\s*(?:\[[^\]]*\]\s*)*\Z", re.ASCII)
_MEMBER = re.compile(r"\(\s*\*\s*([A-Za-z_]\w*)|([A-Za-z_]\w*)\s*(?:\[[^\]]*\]|:\s*\w+)?\s*\Z", re.ASCII)
_PARAMETERS = re.compile(r"\)\s*\((?:[^()]|\([^()]*\))*\)")
_DEEPEST = 40  # braces of an initialiser


def index(path: str, text: str, dialect: Dialect) -> FileIndex:
    """See the module's docstring."""
    found = outlined(text, dialect)
    functions: list[FunctionEntry] = []
    pointers: list[Pointer] = []
    records = _Records(found)
    for chunk in found.chunks:
        for extent in chunk.functions:
            functions.append(_entry(extent, found))
            pointers.extend(_stores(extent, found))
        if not chunk.functions:
            pointers.extend(_initialised(chunk, found, records))
    macros, aliases = _macros(found)
    problems = tuple(
        Problem("a bracket, block or conditional that belongs to nothing", Span(line, 1, line))
        for line in map(found.line, found.stray)
    )
    return FileIndex(path, tuple(functions), tuple(pointers), macros, aliases, problems)


def _entry(extent: Extent, found: Outline) -> FunctionEntry:
    words = dict.fromkeys(_WORD.findall(found.plain, extent.start, extent.end))
    for directive in found.directives_in(extent.start, extent.end):
        if directive.name == "define":
            words.update(dict.fromkeys(_WORD.findall(_QUOTED.sub(" ", directive.rest))))
    assigned = _ASSIGNED.findall(found.plain, extent.body, extent.end)
    words.update(dict.fromkeys("=" + (field or other) for field, other in assigned))
    head = found.plain[extent.start : extent.body]
    modifiers = _WORD.findall(head.partition("(")[0])
    return FunctionEntry(
        extent.name,
        "static" in modifiers,
        any(word in modifiers for word in ("inline", "__inline", "__inline__")),
        found.line(extent.start),
        found.line(extent.end - 1),
        " ".join(words),
    )


# --- functions in fields ------------------------------------------------------------------------


def _stores(extent: Extent, found: Outline) -> Iterator[Pointer]:
    """Assignments to fields of names that the function uses in no other way: no variables of its own."""
    stores = [
        (match[1], match[2], match.start(2))
        for match in _STORE.finditer(found.plain, extent.body, extent.end)
        if not match[2].isupper()
    ]
    if not stores:
        return
    free = Counter(_FREE.findall(found.plain, extent.start, extent.end))
    stored = Counter(name for _, name, _ in stores)
    for path, name, offset in stores:
        if name not in ("true", "false") and free[name] == stored[name]:
            yield Pointer("".join(path.split()), name, found.line(offset), extent.name)


def _initialised(chunk: Chunk, found: Outline, records: _Records) -> Iterator[Pointer]:
    """Functions in an initialiser outside of functions."""
    match = _INITIALISER.search(found.plain, chunk.start, chunk.end)
    if match is None:
        return
    head = found.plain[chunk.start : match.start()]
    kind = _TYPE.search(head.rstrip())
    members = records.members(kind[1]) if kind is not None else ()
    array = head.rstrip().endswith("]")
    yield from _Initialiser(found, match.end(), chunk.end, members, array=array).run()


class _Records:
    """The members of the structs that one text declares, in order, read where they are asked for."""

    def __init__(self, found: Outline) -> None:
        self._found = found
        self._places: dict[str, Chunk] | None = None
        self._members: dict[str, tuple[str, ...]] = {}

    def members(self, name: str) -> tuple[str, ...]:
        if name not in self._members:
            self._members[name] = self._read(name)
        return self._members[name]

    def _read(self, name: str) -> tuple[str, ...]:
        chunk = self._chunks().get(name)
        if chunk is None:
            return ()
        body = self._found.plain[chunk.start : chunk.end].partition("{")[2].rpartition("}")[0]
        if "{" in body or "\x01" in body:  # nested or conditional members: positions are not plain
            return ()
        names = []
        for part in body.split(";"):
            for declarator in _PARAMETERS.sub(")", part).split(","):
                match = _MEMBER.search(declarator.strip())
                if match is not None:
                    names.append(match[1] or match[2])
        return tuple(names)

    def _chunks(self) -> Mapping[str, Chunk]:
        if self._places is None:
            self._places = {}
            for chunk in self._found.chunks:
                if not chunk.functions:
                    for match in _RECORD.finditer(self._found.plain, chunk.start, chunk.end):
                        self._places.setdefault(match[1] or match[2], chunk)
        return self._places


class _Initialiser:
    """A braced initialiser as tokens: which name stands at which field."""

    def __init__(
        self, found: Outline, start: int, end: int, members: tuple[str, ...], *, array: bool
    ) -> None:
        self._found = found
        self._pieces = _PIECE.finditer(found.plain, start, end)
        self._members = members
        self._array = array

    def run(self) -> Iterator[Pointer]:
        path: list[str] = []  # the fields of the braces that are open
        counts = [0]  # how many items each of them has had
        item: list[tuple[str, int]] = []
        parens = 0
        for match in self._pieces:
            text = match.group()
            if parens or text == "(":
                parens += (text == "(") - (text == ")")
                item.append((text, match.start()))
            elif text == "{":
                if len(path) >= _DEEPEST:
                    return
                path.append(self._field(item, counts[-1], len(path)))
                counts.append(0)
                item = []
            elif text == "," or text == "}":
                yield from self._item(path, item, counts[-1])
                counts[-1] += 1
                item = []
                if text == "}":
                    if not path:
                        return
                    path.pop()
                    counts.pop()
            else:
                item.append((text, match.start()))

    def _field(self, item: list[tuple[str, int]], position: int, depth: int) -> str:
        """The field that an item designates, or the one at its position; "" for an element of an array."""
        words = [text for text, _ in item]
        if "=" in words:
            return ".".join(word for dot, word in pairwise(words[: words.index("=")]) if dot == ".")
        if depth == int(self._array) and position < len(self._members):
            return self._members[position]
        return ""

    def _item(self, path: list[str], item: list[tuple[str, int]], position: int) -> Iterator[Pointer]:
        words = [text for text, _ in item]
        value = item[words.index("=") + 1 :] if "=" in words else item
        while value and value[0][0] == "&":
            value = value[1:]
        if len(value) > 2 and value[0][0] == "(" and value[-2][0] == ")":  # behind a cast
            value = value[-1:]
        if len(value) != 1 or not value[0][0].isidentifier() or value[0][0].isupper():
            return
        name, offset = value[0]
        field = ".".join(part for part in (*path, self._field(item, position, len(path))) if part)
        if field and name not in ("true", "false"):
            yield Pointer(field, name, self._found.line(offset))


# --- macros -------------------------------------------------------------------------------------


def _one_call(parameters: str | None, body: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """See `MacroEntry`."""
    match = _ONE_CALL.match(body)
    if parameters is None or match is None:
        return (), ()
    names, arguments = _listed(parameters.strip()[1:-1]), _listed(match[2])
    if names is None or arguments is None:
        return (), ()
    return names, (match[1], *arguments)


def _listed(text: str) -> tuple[str, ...] | None:
    """Single words parted by commas; None if there is anything else."""
    words = tuple(word.strip() for word in text.split(",")) if text.strip() else ()
    return words if all(_ONE_WORD.match(word) for word in words) else None


def _macros(found: Outline) -> tuple[tuple[MacroEntry, ...], tuple[tuple[str, str], ...]]:
    macros: list[MacroEntry] = []
    aliases: list[tuple[str, str]] = []
    for directive in found.directives:
        if directive.name != "define":
            continue
        match = _MACRO.match(directive.rest)
        if match is None or not match[3].strip():
            continue
        name, parameters, body = match[1], match[2], match[3]
        if parameters is None:
            alias = _ALIAS.match(body)
            if alias is not None:
                aliases.append((name, alias[1]))
                continue
        body = _QUOTED.sub(" ", body)
        if _CALL.search(body):
            words = dict.fromkeys(_WORD.findall(body))
            for parameter in _WORD.findall(parameters or ""):
                words.pop(parameter, None)
            line = found.line(directive.start)
            macros.append(MacroEntry(name, " ".join(words), line, *_one_call(parameters, body)))
    return tuple(macros), tuple(aliases)
