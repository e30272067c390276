"""Which functions of a stage have to be read: by the names they mention, before anything is parsed.

Input: the indexes of a stage's files and a profile. Output: the file summaries of what may matter, and the
names of everything that is defined. A function may matter if it can be reached from where runs begin, and
itself may reach an event, a landmark, a write to tracked state, a lock or a watched call; or if it is
short and may be a predicate that one of those asks; or if the series touches it. Names decide, so too much
is read rather than too little.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from analyzer.lifecycle.actions import uncalled
from analyzer.lifecycle.parts import callee_name, stands_in
from analyzer.lifecycle.watched import Watched
from analyzer.model.profile import Profile
from analyzer.model.snapshot import Snapshot
from analyzer.model.summary import (
    Call,
    ControlFlowSummary,
    FileIndex,
    FileSummary,
    FunctionEntry,
    Local,
    Symbol,
    Unary,
)

LONGEST_PREDICATE = 60  # lines


class Reader(Protocol):
    """What reads C files for the engine (`cfront.Store`)."""

    def index(self, path: str, contents: str, text: Callable[[], str]) -> FileIndex: ...

    def lower(
        self, path: str, contents: str, text: Callable[[], str], wanted: Collection[str]
    ) -> FileSummary: ...


@dataclass(frozen=True, slots=True)
class Indexed:
    """A stage's files as far as their indexes go."""

    snapshot: Snapshot
    indexes: tuple[FileIndex, ...]

    def definitions(self) -> Mapping[str, list[tuple[str, int, int]]]:
        """By path: the name and the first and last line of each function."""
        return {index.path: [(f.name, f.line, f.end_line) for f in index.functions] for index in self.indexes}


def indexed(snapshot: Snapshot, reader: Reader) -> Indexed:
    """The indexes of all files of a stage; definitions that may be stubs come last."""
    paths = sorted(snapshot.files, key=stands_in)
    found = [reader.index(path, snapshot.contents(path) or "", _text(snapshot, path)) for path in paths]
    return Indexed(snapshot, tuple(found))


def _text(snapshot: Snapshot, path: str) -> Callable[[], str]:
    return lambda: snapshot.files[path]


class Scope:
    """Chooses what to read of one stage."""

    def __init__(
        self,
        stage: Indexed,
        profile: Profile,
        watched: Watched,
        canonical: Callable[[str], str],
        touched: frozenset[str],
    ) -> None:
        self._snapshot = stage.snapshot
        self._indexes = stage.indexes
        self._profile = profile
        self._canonical = canonical
        self._touched = touched
        self._local: dict[tuple[str, str], FunctionEntry] = {}
        self._global: dict[str, tuple[str, FunctionEntry]] = {}
        for index in stage.indexes:
            for entry in index.functions:
                self._local.setdefault((index.path, entry.name), entry)
                if not entry.static or index.path.endswith(".h"):
                    self._global.setdefault(entry.name, (index.path, entry))
        self.defined = frozenset(name for _, name in self._local)
        self.pointers = self._fields()
        self._words: dict[tuple[str, str], frozenset[str]] = {}
        self._seeds = self._seed_words(watched)
        self._macros = {macro.name: macro.mentions for index in stage.indexes for macro in index.macros} | {
            name: frozenset({other}) for index in stage.indexes for name, other in index.aliases
        }

    def read(self, reader: Reader) -> list[FileSummary]:
        """The summaries of all functions that may matter."""
        reached = self._reached()
        wanted = self._acting(reached)
        wanted |= {key for key in reached if self._canonical(key[1]) in self._touched}
        lowered: dict[str, dict[str, ControlFlowSummary]] = {}
        fresh = wanted
        while fresh:
            found = list(self._lower(fresh, reader))
            for summary in found:
                lowered.setdefault(summary.path, {}).setdefault(summary.name, summary)
            fresh = {key for summary in found for key in self._asked(summary)} - wanted
            wanted |= fresh
        return [
            FileSummary(
                index.path,
                tuple(sorted(lowered[index.path].values(), key=lambda f: (f.span.line, f.span.column))),
                index.problems,
            )
            for index in self._indexes
            if index.path in lowered
        ]

    def _lower(self, keys: Iterable[tuple[str, str]], reader: Reader) -> Iterable[ControlFlowSummary]:
        by_path: dict[str, list[str]] = {}
        for path, name in sorted(keys):
            by_path.setdefault(path, []).append(name)
        for path, names in by_path.items():
            contents = self._snapshot.contents(path) or ""
            yield from reader.lower(path, contents, _text(self._snapshot, path), names).functions

    # --- names ------------------------------------------------------------------------------

    def _resolve(self, path: str, name: str) -> tuple[str, str] | None:
        if (path, name) in self._local:
            return (path, name)
        found = self._global.get(name)
        return None if found is None else (found[0], name)

    def _mentions(self, key: tuple[str, str]) -> frozenset[str]:
        """The words of a function, and of the macros it mentions."""
        found = self._words.get(key)
        if found is None:
            found = self._local[key].mentions
            work = [word for word in found if word in self._macros]
            seen = set(work)
            while work:
                inner = self._macros[work.pop()]
                found |= inner
                fresh = [word for word in inner if word in self._macros and word not in seen]
                seen.update(fresh)
                work.extend(fresh)
            self._words[key] = found
        return found

    def _callees(self, key: tuple[str, str]) -> set[tuple[str, str]]:
        words = self._mentions(key)
        found = {self._resolve(key[0], word) for word in words if word in self.defined}
        for field in words & self.pointers.keys():
            found.update(self.pointers[field])
        return {one for one in found if one is not None and one != key}

    def _fields(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """By field: the functions that some initialiser or assignment puts into it."""
        found: dict[str, dict[tuple[str, str], None]] = {}
        for index in self._indexes:
            for pointer in index.pointers:
                key = self._resolve(index.path, pointer.function)
                if key is not None:
                    found.setdefault(pointer.field.rpartition(".")[2], {})[key] = None
        return {field: tuple(sorted(keys)) for field, keys in found.items()}

    # --- what may matter --------------------------------------------------------------------

    def _seed_words(self, watched: Watched) -> frozenset[str]:
        """The words that make a function matter, by their base names."""
        profile = self._profile
        words = {event.call for event in profile.events}
        words |= {mark.call for mark in profile.landmarks if mark.call}
        words |= {writer.call for variable in profile.tracked for writer in variable.writers}
        if profile.results:
            # What is queued may be in an object, and the call need not name it.
            words |= {deferral.call for deferral in profile.deferrals}
        for variable in profile.tracked:
            for field in variable.fields:
                words.add("=" + field.rpartition(".")[2] if "." in field else field)
        for lock in profile.locks:
            words |= {*lock.acquire, *lock.release}
        words |= watched.entered | watched.marks | set(watched.returned)
        return frozenset(words)

    def _begins(self) -> set[str]:
        profile = self._profile
        names = {call for entry in profile.entries for call in entry.calls}
        names |= {entry.function for entry in profile.entries}
        return names | uncalled(profile)

    def _named(self, names: Collection[str]) -> set[tuple[str, str]]:
        """The definitions of base names."""
        return {key for key in self._local if self._canonical(key[1]) in names}

    def _reached(self) -> set[tuple[str, str]]:
        """What can be reached from where runs begin, by names mentioned."""
        seen = self._named(self._begins())
        work = list(seen)
        while work:
            fresh = self._callees(work.pop()) - seen
            seen |= fresh
            work.extend(fresh)
        return seen

    def _acting(self, reached: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Of those, what may reach an effect."""
        marked = {mark.label.partition(":")[0] for mark in self._profile.landmarks if mark.label}
        begins = self._begins() | marked
        callers: dict[tuple[str, str], list[tuple[str, str]]] = {}
        seen: set[tuple[str, str]] = set()
        for key in reached:
            for callee in self._callees(key):
                callers.setdefault(callee, []).append(key)
            named = self._canonical(key[1])
            if named in begins or named in self._seeds or self._is_seed(key):
                seen.add(key)
        work = list(seen)
        while work:
            for caller in callers.get(work.pop(), ()):
                if caller not in seen:
                    seen.add(caller)
                    work.append(caller)
        return seen

    def _is_seed(self, key: tuple[str, str]) -> bool:
        words = self._mentions(key)
        if not words.isdisjoint(self._seeds):
            return True
        return any(self._canonical(word) in self._seeds for word in words)

    def _asked(self, summary: ControlFlowSummary) -> set[tuple[str, str]]:
        """Functions whose results a function uses: they may be predicates on what is tracked."""
        found: set[tuple[str, str]] = set()
        for block in summary.blocks:
            for instruction in block.instructions:
                if isinstance(instruction, Call) and _answers(instruction):
                    if not isinstance(instruction.callee, (Symbol, Local)):
                        continue
                    key = self._resolve(summary.path, callee_name(instruction))
                    if key is None:
                        continue
                    entry = self._local[key]
                    if entry.end_line - entry.line < LONGEST_PREDICATE:
                        found.add(key)
        return found


def _answers(call: Call) -> bool:
    """Whether a call says something to the function that makes it: by its result, or through a pointer."""
    return call.target is not None or any(
        isinstance(one, Unary) and one.op == "&" and isinstance(one.operand, Local) for one in call.arguments
    )
