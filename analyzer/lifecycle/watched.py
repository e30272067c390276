"""What the selections of a profile ask about calls and values, gathered once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.lifecycle.values import NEGATIVE, ZERO, Name, Test, Value
from analyzer.model.profile import Outcome, Profile, Selection, Watch

WATCHED = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*$")


@dataclass(frozen=True, slots=True)
class Watched:
    """What the selections of a profile ask about calls and values, gathered once."""

    entered: frozenset[str]
    returned: Mapping[str, tuple[tuple[str, tuple[str, ...] | None, int], ...]]
    values: Mapping[str, frozenset[str]]
    marks: frozenset[str]

    @staticmethod
    def of(profile: Profile) -> Watched:
        selections: list[Selection] = [scenario.select for scenario in profile.scenarios]
        selections += [rule.select for rule in profile.rules]
        entered: set[str] = set()
        returned: dict[str, set[tuple[str, tuple[str, ...] | None, int]]] = {}
        values: dict[str, set[str]] = {}
        for select in selections:
            entered.update(select.through, select.avoids)
            for watch in (*select.returned, *select.assume):
                name, arguments = split_call(watch.call)
                returned.setdefault(name, set()).add((watch.call, arguments, sign_classes(watch)))
            for wanted in (select.passed, select.never):
                for variable, constants in wanted.items():
                    values.setdefault(variable, set()).update(constants)
        return Watched(
            frozenset(entered),
            {name: tuple(sorted(entries, key=repr)) for name, entries in returned.items()},
            {name: frozenset(constants) for name, constants in values.items()},
            frozenset(s.shown_from for s in profile.scenarios if s.shown_from),
        )


def split_call(text: str) -> tuple[str, tuple[str, ...] | None]:
    """``f(A, B)`` -> ("f", ("A", "B")); ``f`` -> ("f", None)."""
    found = WATCHED.match(text)
    if found is None:
        return text, None
    arguments = found.group(2)
    return found.group(1), None if arguments is None else tuple(a.strip() for a in arguments.split(","))


def sign_classes(watch: Watch) -> int:
    """0 when the watch splits at zero, 1 when it splits at negative."""
    return 0 if watch.outcome in (Outcome.ZERO, Outcome.NONZERO) else 1


def outcome_of(value: Value, split: int) -> str:
    """The class of a returned value: split 0 at zero, 1 at negative; "" when it may be both."""
    if isinstance(value, Test):
        return "not-negative" if split else ""
    if isinstance(value, Name):
        return "not-negative" if split else "nonzero"
    if isinstance(value, int):
        if split:
            return "negative" if value < 0 else "not-negative"
        return "zero" if value == 0 else "nonzero"
    bit = NEGATIVE if split else ZERO
    if value.signs == bit:
        return "negative" if split else "zero"
    if not value.signs & bit:
        return "not-negative" if split else "nonzero"
    return ""
