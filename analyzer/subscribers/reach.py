"""What a handler may ask about the state of things, through everything it calls.

Input: a handler's runs for one event, the tree's `Code`, what to look for. Output: `Reached`. In what gets
the event only the ways of that event count; what is called from there is taken whole, also through function
pointers that the handler's file or the caller's sets. A callee is looked for in its caller's file, in the
files whose headers that one includes, and where the domain lives. Not modelled: whether the way there is ever
taken; what a macro calls; a pointer that is set elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from analyzer.model.profile import Profile
from analyzer.model.subscriber import Look
from analyzer.model.summary import Call, ControlFlowSummary
from analyzer.subscribers.code import Code
from analyzer.subscribers.sights import Sought, looks_in

DEEPEST = 8  # calls, from the handler on
MOST = 600  # functions
_CALL = re.compile(r"(->|\.)?\s*\b([A-Za-z_]\w*)\s*\(", re.ASCII)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.MULTILINE)
_WORDS = frozenset(
    ("if", "for", "while", "switch", "return", "sizeof", "defined", "typeof", "case", "do", "else")
)
_OF_C = frozenset(("likely", "unlikely", "va_start", "va_end", "va_arg", "va_copy", "offsetof"))


@dataclass(frozen=True, slots=True)
class Reached:
    """`looks` in order of distance; `lost` are calls that could not be followed."""

    looks: tuple[Look, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Visit:
    path: str
    name: str
    way: tuple[str, ...]


class Reach:
    """Follows calls through one tree; what was found out about a function is kept."""

    def __init__(self, code: Code, profile: Profile, sought: Sought) -> None:
        self._code = code
        self._profile = profile
        self._sought = sought
        self._calls: dict[tuple[str, str], tuple[tuple[bool, str], ...]] = {}
        self._looks: dict[tuple[str, str], tuple[Look, ...]] = {}
        self._places: dict[tuple[str, str], str | None] = {}
        self._near: dict[str, Mapping[str, int]] = {}
        self._stems: Mapping[str, tuple[str, ...]] | None = None

    def of(self, handler: ControlFlowSummary, passed: Mapping[tuple[str, str], frozenset[int]]) -> Reached:
        """What the handler may look at; `passed` are the blocks of it and of what gets the event."""
        looks: dict[Look, None] = {}
        lost: dict[str, None] = {}
        seen: set[tuple[str, str]] = set(passed)
        pending: list[_Visit] = []
        for (path, name), blocks in passed.items():
            way = (handler.name,) if name == handler.name else (handler.name, name)
            for function in self._code.functions(path, name):
                found = looks_in(function, self._sought, blocks)
                looks.update((look, None) for look in _ways(found, way))
                calls = _called(_text(function, blocks))
                pending += self._visits(path, handler.path, calls, way, lost)
        for visit in pending:  # grows on the way: nearest first
            if (visit.path, visit.name) in seen:
                continue
            if len(visit.way) > DEEPEST or len(seen) >= MOST:
                lost[f"what {visit.name}() calls"] = None
                continue
            seen.add((visit.path, visit.name))
            looks.update((look, None) for look in _ways(self._looked(visit.path, visit.name), visit.way))
            pending += self._visits(
                visit.path, handler.path, self._all_calls(visit.path, visit.name), visit.way, lost
            )
        return Reached(tuple(looks), tuple(lost))

    def _visits(
        self,
        path: str,
        home: str,
        calls: Iterable[tuple[bool, str]],
        way: tuple[str, ...],
        lost: dict[str, None],
    ) -> list[_Visit]:
        found = []
        for through, name in calls:
            if through:
                targets = self._set_in(home, name) or self._set_in(path, name)
                if not targets:
                    lost[f"->{name}()"] = None
                for file, target in targets:
                    found.append(_Visit(file, target, (*way, f".{name} = {target}")))
            elif not self._ignored(name):
                place = self._defined(path, name)
                if place is None:
                    lost[f"{name}()"] = None
                else:
                    found.append(_Visit(place, name, (*way, name)))
        return found

    def _ignored(self, name: str) -> bool:
        """Calls that look at nothing: silent and blind ones, and macros by their name."""
        return (
            name.isupper()
            or name in _OF_C
            or name in self._profile.asserts
            or any(fnmatchcase(name, glob) for glob in (*self._profile.silent, *self._profile.blind))
        )

    def _set_in(self, path: str, field: str) -> list[tuple[str, str]]:
        """The functions a file puts into a field."""
        found: dict[tuple[str, str], None] = {}
        for pointer in self._code.index(path).pointers:
            if pointer.field.rpartition(".")[2] == field:
                place = self._defined(path, pointer.function)
                if place is not None:
                    found[place, pointer.function] = None
        return list(found)

    def _defined(self, path: str, name: str) -> str | None:
        """The file that defines what `name` means in the file `path`."""
        if self._code.defines(path, name):
            return path
        key = (path, name)
        if key not in self._places:
            near = self._neighbours(path)
            found = [other for other in self._code.sharing(name) if other in near]
            self._places[key] = min(found, key=near.__getitem__, default=None)
        return self._places[key]

    def _neighbours(self, path: str) -> Mapping[str, int]:
        """The files that a file's own headers are about, and those of the domain, by their rank."""
        if path not in self._near:
            if self._stems is None:
                self._stems = _by_stem(self._code.named(("*.c",)))
            stems = [
                name.rpartition("/")[2].rpartition(".")[0] for name in _INCLUDE.findall(self._code.text(path))
            ]
            headers = dict.fromkeys(other for stem in stems for other in self._stems.get(stem, ()))
            found = [*headers, *(p for p in self._code.home() if p.endswith(".c"))]
            self._code.load(found)
            self._near[path] = {other: rank for rank, other in enumerate(dict.fromkeys(found))}
        return self._near[path]

    def _looked(self, path: str, name: str) -> tuple[Look, ...]:
        key = (path, name)
        if key not in self._looks:
            entries = [e for e in self._code.index(path).functions if e.name == name]
            found: list[Look] = []
            if any(self._sought.may_look(entry.mentions) for entry in entries):
                for function in self._code.functions(path, name):
                    found += looks_in(function, self._sought, None)
            self._looks[key] = tuple(found)
        return self._looks[key]

    def _all_calls(self, path: str, name: str) -> tuple[tuple[bool, str], ...]:
        key = (path, name)
        if key not in self._calls:
            lines = self._code.plain_lines(path)
            entries = [e for e in self._code.index(path).functions if e.name == name]
            text = "\n".join(line for e in entries for line in lines[e.line - 1 : e.end_line])
            body = text.partition("{")[2]
            self._calls[key] = _called(body)
        return self._calls[key]


def _called(text: str) -> tuple[tuple[bool, str], ...]:
    """Calls in a text: whether through a field, and the name."""
    found = dict.fromkeys((bool(match[1]), match[2]) for match in _CALL.finditer(text))
    return tuple(call for call in found if call[1] not in _WORDS)


def _text(function: ControlFlowSummary, blocks: frozenset[int]) -> str:
    """The calls of some blocks of a function, as text."""
    parts = (part for number in sorted(blocks) for part in function.blocks[number].instructions)
    return "\n".join(part.text for part in parts if isinstance(part, Call))


def _ways(looks: Sequence[Look], way: tuple[str, ...]) -> list[Look]:
    return [replace(look, way=way) for look in looks]


def _by_stem(paths: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(path.rpartition("/")[2].rpartition(".")[0], []).append(path)
    return {stem: tuple(named) for stem, named in found.items()}
