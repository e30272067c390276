"""What a profile's names match in a given text, and which never match.

Input is a `Profile`, file texts by path and the front end's parse function (passed in, because the front
end is a neighbour on the same floor); output is one `Match` for every name, in the profile's order. Not
modelled: whether a match means what the profile thinks it means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from analyzer.model.profile import Profile
from analyzer.model.summary import Dialect, FileSummary
from analyzer.model.unknown import Location
from analyzer.profiles.index import Index, Places
from analyzer.profiles.lines import Step, find_lines
from analyzer.profiles.tables import IDENTIFIER, Errors, Table

_SHOWN = 3

Parse = Callable[[str, str, Dialect], FileSummary]


@dataclass(frozen=True, slots=True)
class Match:
    """A name of the profile: its part there, where the profile has it, how often and where the text has it.

    `places` holds the first few of the `count` places.
    """

    role: str
    name: str
    at: Location
    count: int
    places: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class _Sought:
    role: str
    name: str
    line: int
    among: Places
    glob: bool = False


def check(profile: Profile, files: Mapping[str, str], parse: Parse) -> tuple[Match, ...]:
    """Compare every name of `profile` with `files`. `parse` takes a path, a text and a dialect."""
    text = Path(profile.source).read_bytes().decode("utf-8-sig")
    top = Table(tomllib.loads(text), (), find_lines(text), Errors(profile.source))
    index = Index(files, (parse(path, content, profile.dialect) for path, content in files.items()))
    return tuple(_match(sought, profile.source) for sought in _all_sought(top, index))


def _match(sought: _Sought, source: str) -> Match:
    if sought.glob:
        pattern = re.compile(translate(sought.name))
        found = [place for name, places in sought.among.items() if pattern.match(name) for place in places]
    else:
        found = list(sought.among.get(sought.name, ()))
    found.sort(key=lambda place: (place.path, place.line))
    return Match(
        sought.role,
        sought.name,
        Location(source, sought.line),
        len(found),
        tuple(dict.fromkeys(found))[:_SHOWN],
    )


def _all_sought(top: Table, index: Index) -> Iterator[_Sought]:
    """Every name of the profile with the kind of thing it names."""
    yield from _list(top, "paths", "path", index.files, glob=True)
    yield from _list(top, "inert", "inert call", index.calls, glob=True)
    yield from _list(top, "silent", "silent call", index.calls, glob=True)
    yield from _list(top, "blind", "blind call", index.calls, glob=True)
    yield from _list(top, "asserts", "assertion", index.words)
    yield from _list(top, "refutes", "assertion", index.words)
    for prefix in top.names("distinct"):
        yield _Sought("distinct prefix", f"{prefix}*", top.line_of("distinct"), index.symbols, glob=True)
    yield from _list(top, "leaves", "call that may not return", index.calls)
    yield from _list(top, "joins", "join", index.calls)
    yield from _list(top, "waits", "wait", index.calls)
    for key in top.table("constants").keys:
        yield _Sought("constant", key, top.line_of("constants", key), index.symbols)
    objects = {**index.calls, **index.symbols}
    for key, kind in top.text_map("objects").items():
        yield _Sought("object", key, top.line_of("objects", key), objects)
        yield _Sought("type", kind, top.line_of("objects", key), index.words)
    dialect = top.table("dialect")
    for key in ("attributes", "auto_types", "block_macros", "loop_macros", "noreturn", "guards"):
        yield from _list(dialect, key, key.replace("_", " "), index.words, glob=True)
    for table in top.tables("file"):
        yield from _one(table, "path", "file", index.files)
    for name in top.table("same").keys:
        for at, other in enumerate(top.table("same").names(name)):
            line = top.table("same").line_of(name, at)
            yield _Sought(f"other name of {name}", other, line, index.words)
    for call in top.number_map("results"):
        yield _Sought("call that returns its argument", call, top.line_of("results", call), index.calls)
    yield from _events(top, index)
    yield from _state(top, index)
    yield from _tasks(top, index)
    for table in top.tables("phase"):
        yield from _one(table, "function", "phase", index.functions)
    for table in top.tables("register"):
        yield from _one(table, "call", "registration", index.calls)
        for name, values in table.names_map("means").items():
            for at, value in enumerate(values):
                line = table.line_of("means", name, at)
                yield _Sought("sign of an event", value, line, {**index.symbols, **index.calls})
    yield from _selections(top, index)


def _events(top: Table, index: Index) -> Iterator[_Sought]:
    for table in top.tables("event"):
        yield from _one(table, "call", "event call", index.calls)
        yield from _one(table, "chain", "chain", index.words)
        for state in table.tables("state"):
            yield from _one(state, "predicate", "predicate of an event", index.functions)
            yield from _value_map(state, "when", index)
        for constant in table.text_map("names"):
            if constant:
                yield _Sought("event constant", constant, table.line_of("names", constant), index.symbols)
        if prefix := table.text("prefix", ""):
            yield _Sought("event prefix", f"{prefix}*", table.line_of("prefix"), index.symbols, glob=True)
    for table in top.tables("landmark"):
        yield from _one(table, "call", "landmark", index.calls)
        yield from _one(table, "label", "landmark", index.labels)
        yield from _list(table, "seen_by", "sight of a landmark", index.calls)


def _state(top: Table, index: Index) -> Iterator[_Sought]:
    for table in top.tables("tracked"):
        for at, path in enumerate(table.names("fields")):
            kind, _, field = path.partition(".")
            # the front end knows no types: the field's name counts, if the type is named at all
            found = index.fields.get(field, []) if field else index.symbols.get(kind, [])
            among = {path: found} if kind in index.words else {}
            yield _Sought("field", path, table.line_of("fields", at), among)
        yield from _list(table, "predicates", "predicate", index.calls)
        yield from _values(table, ("initial",), (table.value("initial"),), index)
        if (absent := table.value("absent")) != "any":
            yield from _values(table, ("absent",), (absent,), index)
        for writer in table.tables("write"):
            yield from _one(writer, "call", "writer", index.calls)
    for table in top.tables("exclusion"):
        yield from _value_map(table, "values", index)


def _tasks(top: Table, index: Index) -> Iterator[_Sought]:
    for table in top.tables("defer"):
        yield from _one(table, "call", "deferral", index.calls)
    for table in top.tables("thread"):
        yield from _one(table, "call", "thread", index.calls)
    for table in top.tables("lock"):
        yield from _list(table, "acquire", "lock", index.calls)
        yield from _list(table, "release", "unlock", index.calls)
    for table in top.tables("entry"):
        if table.has("course"):
            for at, step in enumerate(table.names("course")):
                call = IDENTIFIER.match(step.strip())
                if call is not None:
                    yield _Sought("entry", call[0], table.line_of("course", at), index.functions)
        else:
            yield from _one(table, "function", "entry", index.functions)
        yield from _value_map(table, "state", index)
    for table in top.tables("handler"):
        yield from _one(table, "function", "handler", index.functions)
        yield from _value_map(table, "when", index)
    for table in top.tables("interference"):
        yield from _one(table, "function", "interference", index.functions)
        yield from _one(table, "during", "interference", index.functions)
        yield from _value_map(table, "when", index)


def _selections(top: Table, index: Index) -> Iterator[_Sought]:
    sets = top.table("sets")
    for name in sets.keys:
        yield from _selection(sets.table(name), index)
    for table in top.tables("scenario"):
        yield from _one(table, "shown_from", "shown from", index.functions)
        yield from _selection(table.table("select"), index)
    for table in top.tables("rule"):
        yield from _selection(table.table("select"), index)


def _selection(table: Table, index: Index) -> Iterator[_Sought]:
    yield from _list(table, "through", "function", index.functions)
    yield from _list(table, "avoids", "function", index.functions)
    for key in ("returned", "assume"):
        for at, watch in enumerate(table.names(key)):
            call, *constants = IDENTIFIER.findall(watch.rpartition("=")[0])
            line = table.line_of(key, at)
            yield _Sought("watched call", call, line, index.calls)
            for constant in constants:
                yield _Sought("constant", constant, line, index.symbols)
    for key in ("final", "passed", "never"):
        yield from _value_map(table, key, index)


def _one(table: Table, key: str, role: str, among: Places) -> Iterator[_Sought]:
    if name := table.text(key, ""):
        yield _Sought(role, name, table.line_of(key), among)


def _list(table: Table, key: str, role: str, among: Places, *, glob: bool = False) -> Iterator[_Sought]:
    for at, name in enumerate(table.names(key)):
        yield _Sought(role, name, table.line_of(key, at), among, glob)


def _value_map(table: Table, key: str, index: Index) -> Iterator[_Sought]:
    for name, values in table.value_map(key, table.table(key).keys).items():
        yield from _values(table, (key, name), values, index)


def _values(
    table: Table, steps: tuple[Step, ...], values: tuple[str, ...], index: Index
) -> Iterator[_Sought]:
    """The constants among values; numbers name nothing."""
    for value in values:
        if IDENTIFIER.fullmatch(value):
            yield _Sought("constant", value, table.line_of(*steps), index.symbols)
