"""Typed reading of TOML tables: every wrong key is noted with its line, and reading goes on.

Input is what `tomllib` made of a text plus its `Lines`; output are plain typed values and, in `Errors`,
all that was wrong. A field that cannot be read yields an empty value, so that one pass finds every
error. Not modelled: what a key means to the domain.
"""

from __future__ import annotations

import datetime
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping

from analyzer.model.profile import ANY_ARGUMENT
from analyzer.model.unknown import InputError
from analyzer.profiles.lines import Lines, Step, find_lines

IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_TOML_PLACE = re.compile(r"\(at line (\d+), column \d+\)")
_VALUE = re.compile(r"[A-Za-z_]\w*|-?[0-9]+", re.ASCII)
_AS_C_READS = {"true": "1", "false": "0", "NULL": "0"}


class Errors:
    """What is wrong with one profile, in any order."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: dict[tuple[int, str], None] = {}

    def add(self, line: int, what: str, mend: str) -> None:
        self._found[line, f"{self.path}:{line}: {what}; {mend}"] = None

    def __bool__(self) -> bool:
        return bool(self._found)

    def __str__(self) -> str:
        return "\n".join(text for _, text in sorted(self._found, key=lambda entry: entry[0]))


def nearest(word: str, known: Iterable[str]) -> str:
    """The mend for an unknown word: the nearest known one, else all of them."""
    choices = sorted(set(known))
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are: {', '.join(choices)}" if choices else "none is declared in this profile"


class Table:
    """One table. Each method reads one key; `done` notes the keys that nothing has read."""

    def __init__(
        self, content: Mapping[str, object], path: tuple[Step, ...], lines: Lines, errors: Errors
    ) -> None:
        self._content = content
        self._path = path
        self._lines = lines
        self._errors = errors
        self._known: list[str] = []

    @property
    def line(self) -> int:
        return self._lines.at(*self._path)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._content)

    def line_of(self, *steps: Step) -> int:
        return self._lines.at(*self._path, *steps)

    def wrong(self, steps: tuple[Step, ...], what: str, mend: str) -> None:
        """Note an error at a key of this table."""
        self._errors.add(self.line_of(*steps), what, mend)

    def has(self, key: str) -> bool:
        return key in self._content

    def done(self) -> None:
        for key in self._content:
            if key not in self._known:
                where = f" in {self._title()}" if self._path else ""
                self.wrong((key,), f"unknown key {key!r}{where}", nearest(key, self._known))

    def text(self, key: str, default: str | None = None) -> str:
        """A string; without a default it must be there and must not be empty."""
        found = self._take(key, required=default is None)
        if found is None:
            return default or ""
        if not isinstance(found, str):
            self._mistyped((key,), found, "a string", "put it in quotes")
            return ""
        if default is None and not found.strip():
            self.wrong((key,), f"{key!r} is empty", "give it a text")
        return found

    def identifier(self, key: str) -> str:
        """A C identifier that must be there."""
        found = self.text(key)
        return self.check_identifier((key,), found) if found.strip() else ""

    def identifiers(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        return tuple(
            self.check_identifier((key, at), name)
            for at, name in enumerate(self.names(key, required=required))
        )

    def check_identifier(self, steps: tuple[Step, ...], found: str) -> str:
        if IDENTIFIER.fullmatch(found):
            return found
        self.wrong(
            steps, f"{found!r} is not a C identifier", "write the bare name, without parentheses or blanks"
        )
        return ""

    def names(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """An array of strings, or one string."""
        found = self._take(key, required=required)
        if found is None:
            return ()
        if isinstance(found, str):
            found = [found]
        if not isinstance(found, list):
            self._mistyped((key,), found, "an array of strings", f"write {key} = [...]")
            return ()
        good: list[str] = []
        for at, entry in enumerate(found):
            if isinstance(entry, str) and entry.strip():
                good.append(entry)
            else:
                self._mistyped((key, at), entry, "a string with content", "put a name in quotes")
        if required and not found:
            self.wrong((key,), f"{key!r} is empty", "name at least one")
        return tuple(good)

    def index(self, key: str, default: int | None = None, *, none: bool = False) -> int:
        """An argument's 0-based number; -1 only where `none` says that it has a meaning."""
        found = self._take(key, required=default is None)
        if found is None:
            return default or 0
        if not isinstance(found, int) or isinstance(found, bool):
            self._mistyped((key,), found, "an integer", "write an argument's number, counted from 0")
            return 0
        if found < (-1 if none else 0):
            allowed = "arguments count from 0" + (", -1 means none" if none else "")
            self.wrong((key,), f"{key!r} is {found}", allowed)
        return found

    def number(self, key: str, default: int, least: int = 0) -> int:
        """An integer from `least` on."""
        found = self._take(key, required=False)
        if found is None:
            return default
        if not isinstance(found, int) or isinstance(found, bool):
            self._mistyped((key,), found, "an integer", "write a number, without quotes")
        elif found < least:
            self.wrong((key,), f"{key!r} is {found}", f"write a number from {least} on")
        else:
            return found
        return default

    def argument(self, key: str) -> int:
        """An argument's number that must be there, -1 for none, or "any" (`ANY_ARGUMENT`)."""
        if self._content.get(key) == "any":
            self._known.append(key)
            return ANY_ARGUMENT
        return self.index(key, none=True)

    def flag(self, key: str) -> bool:
        found = self._take(key, required=False)
        if found is None or isinstance(found, bool):
            return bool(found)
        self._mistyped((key,), found, "a truth value", "write true or false, without quotes")
        return False

    def date(self, key: str) -> datetime.date | None:
        """A day, or None."""
        found = self._take(key, required=False)
        if found is None or (isinstance(found, datetime.date) and not isinstance(found, datetime.datetime)):
            return found
        self._mistyped((key,), found, "a day", f"write {key} = 2030-12-31, without quotes")
        return None

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        found = self.text(key, default)
        if found not in choices:
            self.wrong(
                (key,), f"{key!r} is {found!r}", nearest(found, [choice for choice in choices if choice])
            )
            return default
        return found

    def value(self, key: str) -> str:
        """One value of a tracked variable; absent or "" is undecided."""
        found = self._take(key, required=False)
        return "" if found in (None, "") else self._one_value((key,), found)

    def value_map(
        self, key: str, known: Iterable[str], *, required: bool = False
    ) -> dict[str, tuple[str, ...]]:
        """Tracked name -> values, any one of which may hold."""
        read: dict[str, tuple[str, ...]] = {}
        for name, found in self._mapping(key, required=required).items():
            if name not in known:
                self.wrong((key, name), f"{name!r} is no tracked name", nearest(name, known))
            if not isinstance(found, list):
                read[name] = (self._one_value((key, name), found),)
            elif found:
                read[name] = tuple(self._one_value((key, name, at), entry) for at, entry in enumerate(found))
            else:
                self.wrong((key, name), f"{name!r} has no value", "give at least one")
        return read

    def text_map(self, key: str) -> dict[str, str]:
        read: dict[str, str] = {}
        for name, found in self._mapping(key).items():
            if isinstance(found, str) and found.strip():
                read[name] = found
            else:
                self._mistyped((key, name), found, "a string with content", "put it in quotes")
        return read

    def names_map(self, key: str) -> dict[str, tuple[str, ...]]:
        """Name -> strings; a single string may stand for an array of one."""
        below = self.table(key)
        return {name: below.names(name) for name in below.keys}

    def number_map(self, key: str) -> dict[str, int]:
        read: dict[str, int] = {}
        for name, found in self._mapping(key).items():
            if isinstance(found, int) and not isinstance(found, bool):
                read[name] = found
            else:
                self._mistyped((key, name), found, "an integer", "write its number")
        return read

    def table(self, key: str) -> Table:
        """A table below this one; empty when absent."""
        return Table(self._mapping(key), (*self._path, key), self._lines, self._errors)

    def tables(self, key: str) -> list[Table]:
        """The tables of ``[[key]]``."""
        found = self._take(key, required=False)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            header = ".".join(str(step) for step in (*self._path, key) if isinstance(step, str))
            self._mistyped((key,), found, "an array of tables", f"head each one with [[{header}]]")
            return []
        return [
            Table(entry, (*self._path, key, at), self._lines, self._errors) for at, entry in enumerate(found)
        ]

    def _take(self, key: str, *, required: bool) -> object:
        self._known.append(key)
        if key not in self._content and required:
            self._errors.add(self.line, f"{self._title()} lacks {key!r}", f"add {key} = ...")
        return self._content.get(key)

    def _mapping(self, key: str, *, required: bool = False) -> Mapping[str, object]:
        found = self._take(key, required=required)
        if isinstance(found, dict):
            return found
        if found is not None:
            self._mistyped((key,), found, "a table", f"write {key} = {{ name = ... }}")
        return {}

    def _one_value(self, steps: tuple[Step, ...], found: object) -> str:
        if isinstance(found, int):
            return str(int(found))
        if isinstance(found, str) and _VALUE.fullmatch(found):
            return _AS_C_READS.get(found, found)
        self._mistyped(steps, found, "a constant's name or an integer", "write the one value meant")
        return ""

    def _mistyped(self, steps: tuple[Step, ...], found: object, wanted: str, mend: str) -> None:
        name = next((step for step in reversed(steps) if isinstance(step, str)), "")
        self.wrong(steps, f"{name!r} is {_kind(found)}, not {wanted}", mend)

    def _title(self) -> str:
        header = ".".join(str(step) for step in self._path if isinstance(step, str))
        if not header:
            return "the profile"
        return f"[[{header}]]" if isinstance(self._path[-1], int) else f"[{header}]"


def parsed(text: str, path: str) -> tuple[Table, Errors]:
    """The top table of a TOML text, and where its errors go; raises `InputError` if it is no TOML."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        place = _TOML_PLACE.search(str(wrong))
        line = int(place[1]) if place else text.rstrip().count("\n") + 1
        what = _TOML_PLACE.sub("", str(wrong)).replace("(at end of document)", "").strip()
        raise InputError(
            f"{path}:{line}: not valid TOML: {what[:1].lower()}{what[1:]}; mend the line"
        ) from None
    except RecursionError:
        raise InputError(f"{path}:1: the tables are nested too deep; flatten them") from None
    errors = Errors(path)
    return Table(content, (), find_lines(text), errors), errors


def _kind(found: object) -> str:
    match found:
        case bool():
            return str(found).lower()
        case int() | float():
            return f"the number {found}"
        case str():
            return repr(found)
        case list():
            return "an array"
        case dict():
            return "a table"
        case _:
            return "a date"
