"""The parts of a tree that matter to its subscribers, read when they are asked for.

Input: a `Source`, a `Store` that reads C, globs of the files the domain lives in. Output: texts, indexes,
lowered functions and where a name is defined. A file is read, indexed and lowered once. Not modelled: which
files a build takes, what a header brings in; of several definitions of one name, that of a stub comes last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from analyzer.cfront.store import Store, contents_id
from analyzer.model.summary import ControlFlowSummary, FileIndex, FunctionEntry
from analyzer.subscribers.source import Source

_BLANK = re.compile(r"[^\n]")
_QUIET = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_DEFINE = r"^[ \t]*#[ \t]*define[ \t]+{}(\([^)\n]*\))?[ \t]+((?:[^\n\\]|\\\n|\\.)*)"
_NAMED = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)", re.MULTILINE | re.ASCII)
_HEAD = re.compile(r"^[A-Za-z_][\w \t*]*?\b([A-Za-z_]\w*)[ \t]*\(", re.MULTILINE | re.ASCII)
_STUB = re.compile(r"(^|[/_-])stubs?([/_.-]|$)")


class Code:
    """`searches` counts how often the whole tree was searched; past `limit` it is not searched any more."""

    def __init__(self, source: Source, store: Store, home: Sequence[str] = (), limit: int = 8) -> None:
        self._source = source
        self._store = store
        self._ids: dict[str, str] = {}
        self._home = home
        self._at_home: tuple[str, ...] | None = None
        self._texts: dict[str, str] = {}
        self._absent: set[str] = set()
        self._plain: dict[str, str] = {}
        self._heads: dict[str, frozenset[str]] = {}
        self._by_head: dict[str, list[str]] = {}
        self._headed = 0  # files whose heads are in it
        self._macros: dict[str, frozenset[str]] = {}
        self._lines: dict[str, Sequence[str]] = {}
        self._indexes: dict[str, FileIndex] = {}
        self._named: dict[str, Mapping[str, list[FunctionEntry]]] = {}
        self._lowered: dict[tuple[str, str], tuple[ControlFlowSummary, ...]] = {}
        self._found: dict[str, tuple[str, ...]] = {}
        self._limit = limit
        self.searches = 0

    @property
    def loaded(self) -> tuple[str, ...]:
        """The files that were read so far."""
        return tuple(self._texts)

    def find(self, words: Sequence[str]) -> tuple[str, ...]:
        """The files whose text holds one of `words`; they are loaded. () once the limit is reached."""
        if self.searches >= self._limit:
            return ()
        self.searches += 1
        paths = self._source.find(words)
        self.load(paths)
        return paths

    def load(self, paths: Iterable[str]) -> None:
        wanted = [path for path in paths if path not in self._texts and path not in self._absent]
        if wanted:
            texts = self._source.read(wanted)
            self._texts.update((path, texts[path]) for path in wanted if path in texts)
            self._absent.update(path for path in wanted if path not in texts)

    def text(self, path: str) -> str:
        """The text of a file, "" if it is not there."""
        self.load((path,))
        return self._texts.get(path, "")

    def plain(self, path: str) -> str:
        """The text with comments and literals blanked, as long as it was."""
        if path not in self._plain:
            self._plain[path] = _QUIET.sub(lambda found: _BLANK.sub(" ", found[0]), self.text(path))
        return self._plain[path]

    def index(self, path: str) -> FileIndex:
        if path not in self._indexes:
            self._indexes[path] = self._store.index(path, self._contents(path), lambda: self.text(path))
        return self._indexes[path]

    def lower(self, path: str, names: Iterable[str]) -> None:
        """Lower several functions of a file in one pass."""
        wanted = {name for name in names if (path, name) not in self._lowered}
        if not wanted:
            return
        summary = self._store.lower(path, self._contents(path), lambda: self.text(path), wanted)
        for name in wanted:
            self._lowered[path, name] = tuple(f for f in summary.functions if f.name == name)

    def _contents(self, path: str) -> str:
        if path not in self._ids:
            self._ids[path] = contents_id(self.text(path))
        return self._ids[path]

    def functions(self, path: str, name: str) -> tuple[ControlFlowSummary, ...]:
        """The definitions of a function in a file: several where arms of a conditional have one each."""
        self.lower(path, (name,))
        return self._lowered[path, name]

    def definition(self, name: str, near: str, search: bool = True) -> ControlFlowSummary | None:
        """The definition that a use of `name` in the file `near` means, or None if it is not found.

        Without `search` only the files that were read, and `near`, are looked at.
        """
        own = self.functions(near, name) if self.defines(near, name) else ()
        if own:
            return own[0]
        for path in self._elsewhere(name) if search else self._definers(name, self._texts):
            if path != near and (found := self._public(path, name)):
                return found
        return None

    def _public(self, path: str, name: str) -> ControlFlowSummary | None:
        shared = [
            e for e in self.index(path).functions if e.name == name and (not e.static or path[-2:] == ".h")
        ]
        return next(iter(self.functions(path, name)), None) if shared else None

    def defines(self, path: str, name: str, shared: bool = False) -> bool:
        """Whether a file defines the function `name`; with `shared`, one that other files may call.

        Of others' files only what stands at the left margin is seen.
        """
        if name not in (self._heads_of(path) if shared else self.text(path)):
            return False
        entries = self._entries(path).get(name, ())
        return any(not (shared and entry.static) or path.endswith(".h") for entry in entries)

    def sharing(self, name: str) -> tuple[str, ...]:
        """The files read so far that may define a function of this name that others call."""
        for path in list(self._texts)[self._headed :]:
            for head in self._heads_of(path):
                self._by_head.setdefault(head, []).append(path)
        self._headed = len(self._texts)
        return tuple(path for path in self._by_head.get(name, ()) if self.defines(path, name, shared=True))

    def _heads_of(self, path: str) -> frozenset[str]:
        """The names that may be those of definitions, by what begins at the left margin."""
        if path not in self._heads:
            self._heads[path] = frozenset(_HEAD.findall(self.text(path)))
        return self._heads[path]

    def _entries(self, path: str) -> Mapping[str, list[FunctionEntry]]:
        if path not in self._named:
            named: dict[str, list[FunctionEntry]] = {}
            for entry in self.index(path).functions:
                named.setdefault(entry.name, []).append(entry)
            self._named[path] = named
        return self._named[path]

    def named(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """The paths that fit one of the globs."""
        return self._source.named(patterns)

    def home(self) -> tuple[str, ...]:
        """The files the domain lives in; they are loaded."""
        if self._at_home is None:
            self._at_home = tuple(p for p in self._source.named(self._home) if p.endswith((".c", ".h")))
            self.load(self._at_home)
        return self._at_home

    def plain_lines(self, path: str) -> Sequence[str]:
        """The lines of `plain`."""
        if path not in self._lines:
            self._lines[path] = self.plain(path).split("\n")
        return self._lines[path]

    def _elsewhere(self, name: str) -> tuple[str, ...]:
        """The files that define a name: those read, else the domain's, else all."""
        if name not in self._found:
            paths = self._definers(name, self._texts)
            if not paths:
                paths = self._definers(name, self.home())
            if not paths:
                paths = self._definers(name, self.find((name,)))
            self._found[name] = paths
        return self._found[name]

    def _definers(self, name: str, paths: Iterable[str]) -> tuple[str, ...]:
        found = [path for path in paths if self.defines(path, name, shared=True)]
        return tuple(sorted(found, key=lambda path: (_STUB.search(path) is not None, path)))

    def macro(self, path: str, name: str) -> tuple[str, str] | None:
        """Parameters in parentheses ("" for none) and body of a macro of this file."""
        if path not in self._macros:
            self._macros[path] = frozenset(_NAMED.findall(self.text(path)))
        if name not in self._macros[path]:
            return None
        found = re.search(_DEFINE.format(re.escape(name)), self.plain(path), re.MULTILINE)
        return (found[1] or "", found[2].replace("\\\n", "  ")) if found else None


def function_at(index: FileIndex, line: int) -> str:
    """The name of the function that a line lies in, or ""."""
    return next((f.name for f in index.functions if f.line <= line <= f.end_line), "")
