"""Cut a C file into its outermost pieces without a grammar, so that single functions can be read alone.

Input: text and the code base's `Dialect`. Output: `Outline`: `plain` (the text without comments, contents
of literals and directives, as long as the text), and `Chunk`s in source order. A chunk begins and ends
where no bracket is open and no declaration is under way; a conditional group lies in one chunk, or each of
its arms is whole chunks. Pieces of text between chunks hold nothing but blanks and directives.
Functions are named by the shape of their head; where the shape deceives, the parser has the last word.
Not modelled: old-style definitions (a parameter declaration between head and body), macro expansion.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache

from analyzer.cfront.names import ALWAYS_ATTRIBUTES, defined_name
from analyzer.model.summary import Dialect

# Every alternative begins with a plain character: the search then skips to these without trying each place.
_OPAQUE = re.compile(
    r"""
    /\*.*?(?:\*/|\Z) | //(?:\\\r?\n|[^\n])*
  | \#(?:\\\r?\n|/\*.*?(?:\*/|\Z)|"(?:\\[^\n]|[^"\\\n])*"|[^\n])*
  | "(?:\\\r?\n|\\.|[^"\\\n])*"? | '(?:\\\r?\n|\\.|[^'\\\n])*'?
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(r"#[ \t]*([a-z_]*)(.*)", re.DOTALL)
_OUTSIDE = re.compile(r"[{}()\[\];=\x01]")
_INSIDE = re.compile(r"[{}\x01]")
_NOT_END = re.compile(r"[^\r\n]")
_BLANKS = re.compile(r"[ \t\r\n\x01]*")
_LAST_WORD = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_TOGETHER = 20_000  # characters of declarations in one chunk
_LONGEST_WORD = 200
_MOST_STRAY = 1000
_CONDITIONAL = frozenset(("if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else", "endif"))
_LINKAGE = re.compile(r"extern\s*\"\s*\"\s*\Z")
_RECORD = re.compile(r"\b(?:struct|union|enum)\b(?:\s+\w+)?\s*(?::\s*\w+\s*)?\Z")
_MARKED_RECORD = re.compile(r"\b(?:struct|union|enum)\s+\w+\s*\([^{}]*\)\s*\w*\s*\Z")
_RETURNED = re.compile(r"\*\s*([A-Za-z_]\w*)\s*\(")


@dataclass(frozen=True, slots=True)
class Extent:
    """A function definition by its shape: offsets of its head's first character, its body's ``{`` and
    the place after its body."""

    name: str
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Directive:
    """A preprocessor line: its name, the rest of it, and the offsets it takes."""

    name: str
    rest: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Text from `start` to `end`, with the definitions in it.

    `clear` says that its shape leaves no doubt which definitions it holds.
    """

    start: int
    end: int
    functions: tuple[Extent, ...]
    clear: bool


@dataclass(slots=True)
class Outline:
    plain: str
    directives: tuple[Directive, ...]
    chunks: tuple[Chunk, ...]
    stray: tuple[int, ...]  # offsets of brackets, blocks and conditionals that belong to nothing
    _counted: tuple[int, int] = (0, 1)  # an offset and its line

    def line(self, offset: int) -> int:
        """The 1-based line of an offset; cheap when asked in ascending order."""
        before, line = self._counted
        if offset < before:
            before, line = 0, 1
        line += self.plain.count("\n", before, offset)
        self._counted = (offset, line)
        return line

    def directives_in(self, start: int, end: int) -> tuple[Directive, ...]:
        """The directives of a range, in order."""
        first = bisect_left(self.directives, start, key=_start_of)
        return self.directives[first : bisect_left(self.directives, end, key=_start_of)]


def _start_of(directive: Directive) -> int:
    return directive.start


def outline(text: str, dialect: Dialect) -> Outline:
    """See the module's docstring."""
    plain, directives = _plain(text)
    cutter = _Cutter(plain, directives, dialect)
    cutter.run()
    return Outline(plain, tuple(directives), tuple(cutter.chunks), tuple(cutter.stray[:_MOST_STRAY]))


@lru_cache(maxsize=64)
def _attributes(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in (*ALWAYS_ATTRIBUTES, *patterns)))


def _plain(text: str) -> tuple[str, list[Directive]]:
    """The text with nothing in it that could deceive; conditionals keep a mark at their ``#``."""
    directives: list[Directive] = []

    def cover(match: re.Match[str]) -> str:
        found = match.group()
        first = found[0]
        if first == "#":
            named = _NAMED.match(found)
            name, rest = (named[1], named[2]) if named else ("", "")
            directives.append(Directive(name, rest, match.start(), match.end()))
            blanks = _NOT_END.sub(" ", found) if "\n" in found else " " * len(found)
            return "\x01" + blanks[1:] if name in _CONDITIONAL else blanks
        blanks = _NOT_END.sub(" ", found) if "\n" in found else " " * len(found)
        return blanks if first == "/" else f"{first}{blanks[2:]}{first}" if len(found) > 1 else " "

    if "\x01" in text:
        text = text.replace("\x01", " ")
    return _OPAQUE.sub(cover, text), directives


@dataclass(frozen=True, slots=True)
class _State:
    """What is open at a place."""

    start: int  # where the running chunk began
    head: int  # where the running declaration began
    braces: int
    parens: int
    assigned: bool  # an = stands in the running declaration
    body: int  # the offset of the running definition's {, -1 outside of a body


@dataclass(slots=True)
class _Arm:
    directive: Directive
    state: _State | None = None  # at its end
    low: bool = False  # it closed a bracket from outside
    filled: bool = False
    chunks: list[Chunk] = field(default_factory=list)
    functions: list[Extent] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    state: _State
    between: bool  # no declaration is under way where it begins
    whole: bool  # nor where its arms end
    chunks: int
    functions: int
    arms: list[_Arm]


class _Cutter:
    """One pass over the plain text of one file."""

    def __init__(self, plain: str, directives: list[Directive], dialect: Dialect) -> None:
        self._plain = plain
        self._conditionals = iter([d for d in directives if d.name in _CONDITIONAL])
        self._dialect = dialect
        self._attributes = _attributes(dialect.attributes)
        self._start = self._head = 0
        self._braces = self._parens = self._linkage = 0
        self._assigned = False
        self._body = -1
        self._groups: list[_Group] = []
        self._functions: list[Extent] = []  # of the running chunk
        self.chunks: list[Chunk] = []
        self.stray: list[int] = []

    def run(self) -> None:
        plain = self._plain
        outside, inside = _OUTSIDE.search, _INSIDE.search
        at = 0
        while True:
            match = inside(plain, at) if self._braces else outside(plain, at)
            if match is None:
                break
            place = match.start()
            at = place + 1
            letter = plain[place]
            if letter == "{":
                if self._braces:
                    self._braces += 1
                else:
                    self._open(place)
            elif letter == "}":
                self._close(place)
            elif letter == "\x01":
                self._conditional(next(self._conditionals))
            elif letter in "([":
                self._parens += 1
            elif letter in ")]":
                self._parens = max(0, self._parens - 1)
            elif not self._parens:
                if letter == ";":
                    self._cut(at)
                else:
                    self._assigned = True
        if self._braces or self._parens:
            self.stray.append(self._body if self._body >= 0 else self._head)
        if self._body >= 0:
            self._define(len(plain))
        for group in reversed(self._groups):  # without an end: what its arms hold is in doubt
            self.stray.append(group.arms[0].directive.start)
            before = [one for arm in group.arms for chunk in arm.chunks for one in chunk.functions]
            before += [one for arm in group.arms for one in arm.functions]
            before += [one for chunk in self.chunks[group.chunks :] for one in chunk.functions]
            del self.chunks[group.chunks :]
            self._functions[:0] = before
            self._start = group.state.start
        self._groups.clear()
        self._cut(len(plain))

    # --- pieces ---------------------------------------------------------------------------------

    def _blank(self, start: int, end: int) -> bool:
        return not self._plain[start:end].strip(" \t\r\n\f\v\x01")

    def _cut(self, end: int, *, drop: bool = False) -> None:
        """A declaration ends here, and with it the chunk, unless a group is open that began within one."""
        self._head = end
        self._parens = 0
        self._assigned = False
        if self._groups and not self._groups[-1].whole:
            return
        if self._functions or not (drop or self._blank(self._start, end)):
            text = self._plain[self._start : end]
            start = self._start + len(text) - len(text.lstrip())
            self._add(Chunk(start, end, tuple(self._functions), self._clear(start, text)))
        self._functions = []
        self._start = end

    def _clear(self, start: int, text: str) -> bool:
        if self.stray and self.stray[-1] >= start:
            return False
        return len(self._functions) == 1 or (not self._functions and "{" not in text)

    def _add(self, chunk: Chunk) -> None:
        """Declarations without braces that follow one another are one chunk: files may have very many."""
        last = self.chunks[-1] if self.chunks else None
        if (
            last is not None
            and last.end == self._start
            and not (last.functions or chunk.functions)
            and last.clear == chunk.clear
            and chunk.end - last.start < _TOGETHER
            and "{" not in self._plain[self._start : chunk.end]
            and "{" not in self._plain[last.start : last.end]
        ):
            self.chunks[-1] = Chunk(last.start, chunk.end, (), chunk.clear)
        else:
            self.chunks.append(chunk)

    def _open(self, place: int) -> None:
        head = self._plain[self._head : place]
        if not self._assigned and not self._parens:
            if _LINKAGE.search(head):
                self._linkage += 1
                self._cut(place + 1, drop=True)
                return
            if ")" in head and not _is_record(head):
                self._body = place
            elif not head.strip():
                self.stray.append(place)
        self._braces = 1

    def _close(self, place: int) -> None:
        if self._groups and self._braces <= self._groups[-1].state.braces:
            self._groups[-1].arms[-1].low = True
        if not self._braces:
            if self._linkage:
                self._linkage -= 1
                self._cut(place + 1, drop=True)
            else:
                self.stray.append(place)
                self._cut(place + 1)
            return
        self._braces -= 1
        if self._braces:
            return
        if self._body >= 0:
            self._define(place + 1)
            self._cut(place + 1)
        elif self._plain[self._head : place].lstrip(" \t\r\n\f\v\x01").startswith("{"):
            self._cut(place + 1)  # a block without a head

    def _define(self, end: int) -> None:
        head = self._plain[self._head : self._body]
        name, before = function_name(head, self._attributes, self._dialect)
        if self._dialect.definers:
            macro = re.search(rf"\b{name}\s*\(\s*([A-Za-z_]\w*)", head, re.ASCII) if name else None
            if macro is not None:
                name = defined_name(name, macro[1], self._dialect) or name
        self._functions.append(Extent(name, self._head + before, self._body, end))
        self._body = -1

    # --- conditional groups ---------------------------------------------------------------------

    def _state(self) -> _State:
        return _State(self._start, self._head, self._braces, self._parens, self._assigned, self._body)

    def _restore(self, state: _State) -> None:
        self._start, self._head, self._braces = state.start, state.head, state.braces
        self._parens, self._assigned, self._body = state.parens, state.assigned, state.body

    def _between(self, place: int) -> bool:
        return not self._braces and self._blank(self._head, place)

    def _conditional(self, directive: Directive) -> None:
        groups = self._groups
        if directive.name.startswith("if"):
            between = self._between(directive.start)
            whole = between and (not groups or groups[-1].whole)
            counts = len(self.chunks), len(self._functions)
            groups.append(_Group(self._state(), between, whole, *counts, [_Arm(directive)]))
        elif groups:
            self._end_arm(groups[-1], directive)
            if directive.name == "endif":
                self._settle(groups.pop(), directive)
            else:
                self._restore(groups[-1].state)
                groups[-1].arms.append(_Arm(directive))
                if groups[-1].between:
                    self._start = self._head = directive.end
        if self._between(directive.end):
            self._cut(directive.end, drop=not self._functions)

    def _end_arm(self, group: _Group, directive: Directive) -> None:
        arm = group.arms[-1]
        arm.state = self._state()
        arm.filled = not self._blank(arm.directive.end, directive.start)
        arm.chunks = self.chunks[group.chunks :]
        arm.functions = self._functions[group.functions :]
        del self.chunks[group.chunks :]
        del self._functions[group.functions :]
        group.whole = group.whole and self._between(directive.start)

    def _settle(self, group: _Group, end: Directive) -> None:
        """Go on behind the arm that stays, or behind all of them."""
        arms = group.arms
        literal = arms[0].directive.rest.strip() if arms[0].directive.name == "if" else ""
        if literal not in ("0", "1"):
            literal = ""
        if group.whole:
            stay = arms if not literal else arms[self._chosen(group, literal) :][:1]
            for arm in stay:
                self.chunks.extend(arm.chunks)
            self._restore(group.state)
            self._start = self._head = end.end
            return
        found = arms[self._chosen(group, literal) :][:1]
        self._restore(group.state)
        for arm in found:
            for chunk in arm.chunks:
                self._functions.extend(chunk.functions)
            self._functions.extend(arm.functions)
            if arm.state is not None:
                self._restore(arm.state)
            if self._groups and not self._even(arm, group):
                self._groups[-1].arms[-1].low = True
        self._start = group.state.start

    def _even(self, arm: _Arm, group: _Group) -> bool:
        state, before = arm.state, group.state
        same = state is not None and (state.braces, state.parens) == (before.braces, before.parens)
        return same and not arm.low

    def _chosen(self, group: _Group, literal: str) -> int:
        """The arm that the front end keeps of a group of which it keeps one."""
        if literal == "1":
            return 0
        if literal == "0" and len(group.arms) <= 2:
            return 1
        first = 1 if literal else 0
        filled = [index for index in range(first, len(group.arms)) if group.arms[index].filled]
        even = [index for index in filled if self._even(group.arms[index], group)]
        return (even or filled or [0])[0]


def _is_record(head: str) -> bool:
    """Whether a brace after `head` opens the body of a struct, union or enum."""
    if _RECORD.search(head):
        return True
    found = _MARKED_RECORD.search(head)
    return found is not None and head.count("(", 0, found.start()) == head.count(")", 0, found.start())


def function_name(head: str, attributes: re.Pattern[str], dialect: Dialect) -> tuple[str, int]:
    """The name a definition's head gives, "" if it shows none, and where the definition begins in it."""
    groups: list[tuple[str, int, int, int]] = []  # word before (), its offset, the (, after the )
    depth, opened = 0, 0
    for match in re.finditer(r"[()]", head):
        if match.group() == "(":
            if not depth:
                opened = match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                before = head[max(0, opened - _LONGEST_WORD) : opened]
                word = before.rstrip()
                named = _LAST_WORD.search(word)
                start = opened - len(before) + named.start() if named else opened
                groups.append((named[0] if named else "", start, opened, match.end()))
    while len(groups) > 1 and groups[-1][0]:
        last, start, _, _ = groups[-1]
        if not attributes.fullmatch(last):
            adjoining = _end_of_blanks(head, groups[-2][3]) >= start and not attributes.fullmatch(
                groups[-2][0]
            )
            behind = adjoining and (last.isupper() or last.startswith("__"))
            if not behind or defined_name(last, last, dialect):
                break
        groups.pop()
    begin = _end_of_blanks(head, 0)
    if not groups:
        return "", begin
    for word, start, _, after in groups[:-1]:
        if start == begin and word:  # a macro call between definitions
            begin = _end_of_blanks(head, after)
    last, _, _, _ = groups[-1]
    inner = None
    if not last and len(groups) > 1:
        inner = _RETURNED.search(head, groups[-2][2], groups[-2][3])
    if inner is not None:
        return inner[1], begin
    return last or (groups[-2][0] if len(groups) > 1 else ""), begin  # HELPER(name)(int a) is HELPER's


def _end_of_blanks(head: str, start: int) -> int:
    found = _BLANKS.match(head, start)
    return found.end() if found is not None else start
