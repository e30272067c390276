"""From the tables of a profile to its records.

Input is the TOML text of one profile and the folder it stands in (for the built-in lifecycle's files);
output is a `Profile`, or an `InputError` with every error that reading and cross-checking found. The form
is described in ``docs/profile-language.md``. Not modelled: whether any tree holds what is named.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path, PurePosixPath

from analyzer.model.profile import (
    Called,
    CourseStep,
    Deferral,
    Entry,
    EventCall,
    Exclusion,
    Handler,
    Interference,
    Landmark,
    Lock,
    ModelFile,
    Outcome,
    Phase,
    Profile,
    Registration,
    Rule,
    Scenario,
    StateEvent,
    ThreadCall,
    Tracked,
    Veto,
    Writer,
)
from analyzer.model.summary import Dialect
from analyzer.model.unknown import InputError, Location
from analyzer.profiles.selections import Sets
from analyzer.profiles.tables import Table, parsed
from analyzer.profiles.validate import validate

_LEVELS = ("error", "warning", "note")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_STEP = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:(\*)|=\s*(\S+))?\s*", re.ASCII)


def build(text: str, folder: Path, path: str, shown: str) -> Profile:
    """Read one profile. `path` is its file in errors and as `source`, `shown` its folder in locations."""
    top, errors = parsed(text, path)
    profile = _Builder(top, folder, path, shown).profile()
    top.done()
    validate(profile, top)
    if errors:
        raise InputError(str(errors))
    return profile


class _Builder:
    def __init__(self, top: Table, folder: Path, path: str, shown: str) -> None:
        self._top = top
        self._folder = folder
        self._path = path
        self._shown = shown
        self._file_shown = str(PurePosixPath(shown) / PurePosixPath(Path(path).name))

    def profile(self) -> Profile:
        top = self._top
        tracked = tuple(self._tracked(table) for table in top.tables("tracked"))
        names = [variable.name for variable in tracked if variable.name]
        sets = Sets(top.table("sets"), names)
        exclusions = tuple(self._exclusion(table, names) for table in top.tables("exclusion"))
        return Profile(
            name=top.text("name", self._folder.resolve().name),
            title=top.text("title"),
            follows=top.text("follows"),
            source=self._path,
            dialect=self._dialect(top.table("dialect")),
            model=tuple(self._file(table) for table in top.tables("file")),
            inert=top.names("inert"),
            asserts=top.names("asserts"),
            distinct=top.names("distinct"),
            constants=top.number_map("constants"),
            events=tuple(self._event(table, names) for table in top.tables("event")),
            landmarks=tuple(self._landmark(table) for table in top.tables("landmark")),
            tracked=tracked,
            exclusions=exclusions,
            objects=top.text_map("objects"),
            deferrals=tuple(_deferral(table) for table in top.tables("defer")),
            threads=tuple(_thread(table) for table in top.tables("thread")),
            joins=top.identifiers("joins"),
            waits=top.identifiers("waits"),
            locks=tuple(_lock(table) for table in top.tables("lock")),
            entries=tuple(
                entry for table in top.tables("entry") for entry in self._entries(table, names, exclusions)
            ),
            interference=tuple(self._interference(table, names) for table in top.tables("interference")),
            phases=tuple(_phase(table) for table in top.tables("phase")),
            scenarios=tuple(self._scenario(table, sets) for table in top.tables("scenario")),
            rules=tuple(self._rule(table, sets) for table in top.tables("rule")),
            registrations=tuple(_registration(table) for table in top.tables("register")),
            paths=top.names("paths"),
            handlers=tuple(self._handler(table, names) for table in top.tables("handler")),
            same=self._same(top),
            refutes=top.identifiers("refutes"),
            leaves=top.identifiers("leaves"),
            results=top.number_map("results"),
            components=top.text_map("components"),
            silent=top.names("silent"),
            blind=top.names("blind"),
            mode=top.text("mode", ""),
            called=_called(top.table("called")),
        )

    def _at(self, table: Table) -> Location:
        return Location(self._file_shown, table.line)

    def _dialect(self, table: Table) -> Dialect:
        read = Dialect(
            attributes=table.names("attributes"),
            auto_types=table.names("auto_types"),
            block_macros=table.names("block_macros"),
            loop_macros=table.names("loop_macros"),
            noreturn=table.names("noreturn"),
            guards=table.names("guards"),
            definers=table.names("definers"),
        )
        table.done()
        return read

    def _file(self, table: Table) -> ModelFile:
        path = table.text("path")
        file = table.text("file")
        if path and (path.startswith("/") or ".." in path.split("/")):
            table.wrong(("path",), f"{path!r} leaves the tree", "write it relative to the tree's root")
        text = self._read(table, file) if file else ""
        table.done()
        return ModelFile(path, str(PurePosixPath(self._shown) / file), text)

    def _read(self, table: Table, file: str) -> str:
        """The text of a file in the profile's folder; nothing outside is opened."""
        try:
            place = (self._folder / file).resolve()
            if not place.is_relative_to(self._folder.resolve()):
                table.wrong(("file",), f"{file!r} leaves the profile's folder", "put the file into it")
                return ""
            return place.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            table.wrong(("file",), f"{file!r} is not UTF-8 text", "save it as UTF-8")
        except (OSError, ValueError):
            table.wrong(
                ("file",), f"{file!r} cannot be read", "write the name of a file in the profile's folder"
            )
        return ""

    def _event(self, table: Table, names: list[str]) -> EventCall:
        read = EventCall(
            call=table.identifier("call"),
            argument=table.argument("argument"),
            prefix=table.text("prefix", ""),
            names=table.text_map("names"),
            words=table.text("words", "notify {}"),
            at=self._at(table),
            chain=table.identifier("chain") if table.has("chain") else "",
            undo=table.index("undo", -1, none=True),
            veto=Veto(table.one_of("veto", tuple(veto.value for veto in Veto), "")),
            refused=Outcome(
                table.one_of("refused", tuple(one.value for one in Outcome), Outcome.NONZERO.value)
            ),
            states=tuple(_state_event(entry, names) for entry in table.tables("state")),
            object=table.index("object", -1, none=True),
            shows=table.text("shows", ""),
        )
        table.done()
        return read

    def _handler(self, table: Table, names: list[str]) -> Handler:
        read = Handler(
            function=table.identifier("function"),
            events=table.names("events"),
            when=table.value_map("when", names),
            at=self._at(table),
        )
        table.done()
        return read

    def _same(self, top: Table) -> dict[str, str]:
        """Other trees' names by themselves; the table has them by the profile's name."""
        table = top.table("same")
        same: dict[str, str] = {}
        for name in table.keys:
            table.check_identifier((name,), name)
            for other in table.identifiers(name, required=True):
                if same.setdefault(other, name) != name or other == name:
                    mend = "name each once, below the one name that the profile uses"
                    table.wrong((name,), f"{other!r} is another name of two things", mend)
        return same

    def _landmark(self, table: Table) -> Landmark:
        call = table.identifier("call") if table.has("call") else table.text("call", "")
        label = table.text("label", "")
        name = table.text("name")
        words = table.text("words", f"{call}()" if call else name)
        seen_by = table.identifiers("seen_by")
        table.done()
        return Landmark(name, call, label, words, self._at(table), seen_by)

    def _tracked(self, table: Table) -> Tracked:
        read = Tracked(
            name=table.text("name"),
            fields=table.names("fields"),
            predicates=table.identifiers("predicates"),
            writers=tuple(_writer(entry) for entry in table.tables("write")),
            initial=table.value("initial"),
            context=table.flag("context"),
            at=self._at(table),
            absent=table.value("absent"),
        )
        table.done()
        return read

    def _exclusion(self, table: Table, names: list[str]) -> Exclusion:
        read = Exclusion(table.value_map("values", names, required=True), table.text("why"), self._at(table))
        table.done()
        return read

    def _entries(
        self, table: Table, names: list[str], exclusions: tuple[Exclusion, ...]
    ) -> tuple[Entry, ...]:
        """An entry for each combination of the values given, but those that cannot be."""
        function = table.identifier("function")
        holds = table.names("holds")
        values = table.value_map("state", names)
        optional = table.flag("optional")
        course = _course(table)
        table.done()
        states = [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]
        possible = [
            state
            for state in states
            if not any(
                all(state.get(name) in wanted for name, wanted in exclusion.values.items())
                for exclusion in exclusions
            )
        ]
        if not possible:
            table.wrong(("state",), "an [[exclusion]] forbids each of these states", "give one that can be")
        return tuple(Entry(function, holds, state, self._at(table), optional, course) for state in possible)

    def _interference(self, table: Table, names: list[str]) -> Interference:
        read = Interference(
            function=table.identifier("function"),
            holds=table.names("holds"),
            when=table.value_map("when", names),
            at=self._at(table),
            during=table.identifier("during") if table.has("during") else "",
        )
        table.done()
        return read

    def _scenario(self, table: Table, sets: Sets) -> Scenario:
        name = table.text("id")
        if name and not _ID.fullmatch(name):
            table.wrong(("id",), f"{name!r} is no id", "use lower case, digits and single '-'")
        read = Scenario(
            id=name,
            title=table.text("title", name.replace("-", " ")),
            summary=table.text("summary", ""),
            select=sets.select(table),
            shown_from=table.text("shown_from", ""),
            at=self._at(table),
            success=table.flag("success"),
        )
        table.done()
        return read

    def _rule(self, table: Table, sets: Sets) -> Rule:
        read = Rule(
            name=table.text("name"),
            contract=table.text("contract"),
            reads=table.names("reads"),
            select=sets.select(table),
            level=table.one_of("level", _LEVELS, "error"),
            reason=table.text("reason"),
            documented=table.text("documented", ""),
            at=self._at(table),
        )
        table.done()
        return read


def _course(table: Table) -> tuple[CourseStep, ...]:
    """``f``, ``f*`` and ``f = zero``."""
    outcomes = {outcome.value: outcome for outcome in Outcome}
    steps = []
    for at, text in enumerate(table.names("course")):
        found = _STEP.fullmatch(text)
        if found is None or (found[3] and found[3] not in outcomes):
            mend = "write 'function', 'function*' or 'function = zero'"
            table.wrong(("course", at), f"{text!r} is no step of a course", mend)
            continue
        steps.append(CourseStep(found[1], bool(found[2]), outcomes.get(found[3])))
    return tuple(steps)


def _state_event(table: Table, names: list[str]) -> StateEvent:
    read = StateEvent(
        name=table.text("name"),
        predicate=table.identifier("predicate") if table.has("predicate") else "",
        when=table.value_map("when", names),
    )
    table.done()
    return read


def _writer(table: Table) -> Writer:
    read = Writer(
        call=table.identifier("call"),
        target=table.index("target", -1, none=True),
        expect=table.index("expect", -1, none=True),
        value=table.index("value", -1 if table.has("writes") else None, none=True),
        constant=table.value("writes") if table.has("writes") else "",
    )
    table.done()
    return read


def _deferral(table: Table) -> Deferral:
    read = Deferral(
        call=table.identifier("call"),
        function=table.index("function"),
        argument=table.index("argument", -1, none=True),
        holds=table.names("holds"),
    )
    table.done()
    return read


def _thread(table: Table) -> ThreadCall:
    read = ThreadCall(
        call=table.identifier("call"),
        function=table.index("function"),
        argument=table.index("argument", -1, none=True),
    )
    table.done()
    return read


def _lock(table: Table) -> Lock:
    read = Lock(table.text("name"), table.identifiers("acquire", required=True), table.identifiers("release"))
    table.done()
    return read


def _called(table: Table) -> Called:
    read = Called(table.names_map("letters"), table.names_map("scenarios"), table.names_map("places"))
    table.done()
    return read


def _phase(table: Table) -> Phase:
    read = Phase(table.identifier("function"), table.text("words"))
    table.done()
    return read


def _registration(table: Table) -> Registration:
    read = Registration(
        call=table.identifier("call"),
        handler=table.index("handler"),
        mode_argument=table.index("mode_argument", -1, none=True),
        mode=table.text("mode", ""),
        member=table.identifier("member") if table.has("member") else table.text("member", ""),
        mode_list=table.flag("mode_list"),
        event=table.index("event", -1, none=True),
        event_member=table.text("event_member", ""),
        means=table.names_map("means"),
        quiet=table.names("quiet"),
    )
    table.done()
    return read
