"""Which events a handler acts on.

Input: a `Registered`, the tree's `Code`, the profile. Output: `Acts`. The handler is run once for each value
of the event and once for a value that no code names. It acts on an event if it does anything then; a call
whose result is used and that is made the same way whatever the event is counts as a look. Not modelled: what
another thread does because of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from analyzer.model.profile import Profile, Registration
from analyzer.model.summary import ControlFlowSummary, Number, Symbol
from analyzer.model.unknown import Location, Unknown
from analyzer.subscribers.code import Code
from analyzer.subscribers.evaluate import Reading, Told, tell
from analyzer.subscribers.found import Registered
from analyzer.subscribers.values import Sight, Value

_OTHER = "any other event"


@dataclass(frozen=True, slots=True)
class Acts:
    """`events` by short name, in the profile's order; `perhaps`: it could not be told, and `doubts` say why.
    `defined` is where the handler is, or None; `passed` are, by event, the blocks of functions on the way."""

    events: tuple[str, ...]
    perhaps: tuple[str, ...] = ()
    doubts: tuple[Unknown, ...] = ()
    defined: Location | None = None
    handler: ControlFlowSummary | None = None
    passed: Mapping[str, Mapping[tuple[str, str], frozenset[int]]] = field(default_factory=dict)


def acts(code: Code, registered: Registered, profile: Profile) -> Acts:
    """See the module's docstring."""
    rule = registered.rule
    values = _values(rule, profile)
    every = tuple(dict.fromkeys(values.values()))
    handler = code.definition(registered.handler, registered.where.path) if registered.handler else None
    if handler is None:
        why = "its definition was not found" if registered.handler else "".join(registered.doubts[-1:])
        return Acts((), every, (Unknown(f"handler {registered.handler or '?'}", why, str(registered.where)),))
    place = Location(handler.path, handler.span.line)
    if not 0 <= rule.event < len(handler.parameters):
        why = "nothing says which of its parameters shows the event"
        return Acts((), every, (Unknown(f"handler {handler.name}", why, str(place)),), place)
    watch = _Watch(code, profile, rule, handler)
    runs = {value: watch.run(value, name) for value, name in values.items()}
    for constant in sorted(watch.named - set(runs)):
        short = _short(constant, profile)
        if short:
            values[constant] = short
            runs[constant] = watch.run(constant, short)
    runs[_OTHER] = watch.run(_OTHER, "")
    looks = set.intersection(*({e for e in told.certain if e.plain} for told in runs.values()))
    certain: dict[str, None] = {}
    perhaps: dict[str, None] = {}
    doubts: dict[tuple[str, Location], None] = {}
    for value, name in values.items():
        told = runs[value]
        if told.certain - looks:
            certain[name] = None
        elif told.perhaps - looks or told.doubts:
            perhaps[name] = None
    unsure = tuple(name for name in perhaps if name not in certain)
    for value, name in values.items():
        if name in unsure:
            doubts.update(dict.fromkeys(runs[value].doubts.items()))
    reasons = tuple(Unknown(f"handler {handler.name}", why, str(where)) for why, where in doubts)
    passed: dict[str, dict[tuple[str, str], frozenset[int]]] = {}
    for value, name in values.items():
        for function, blocks in runs[value].passed.items():
            there = passed.setdefault(name, {})
            there[function] = there.get(function, frozenset()) | blocks
    return Acts(tuple(certain), unsure, reasons, place, handler, passed)


def _values(rule: Registration, profile: Profile) -> dict[str, str]:
    """What the event's constant may be -> the event."""
    if not rule.means:
        found = {constant: name for event in profile.events for constant, name in event.names.items()}
        return {constant or f"{name} without a constant": name for constant, name in found.items()}
    values: dict[str, str] = {}
    for name, signs in rule.means.items():
        constants = [sign for sign in signs if sign.startswith(profile.distinct)]
        values.update(dict.fromkeys(constants, name) or {f"what means {name}": name})
    return values


def _short(constant: str, profile: Profile) -> str:
    for event in profile.events:
        if event.prefix and constant.startswith(event.prefix):
            return constant.removeprefix(event.prefix)
    return ""


class _Watch:
    """Runs one handler for one event after the other."""

    def __init__(self, code: Code, profile: Profile, rule: Registration, handler: ControlFlowSummary) -> None:
        self._code = code
        self._rule = rule
        self._handler = handler
        self._profile = profile
        self._constants = set(_values(rule, profile))
        self._prefixes = tuple(e.prefix for e in profile.events if e.prefix) + profile.distinct
        self._locks = {call for lock in profile.locks for call in (*lock.acquire, *lock.release)}
        self._signs = frozenset(sign for signs in rule.means.values() for sign in signs)
        self._known: dict[str, bool] = {}
        self.named: set[str] = set()

    def run(self, value: str, event: str) -> Told:
        true = self._rule.means.get(event, ())

        def answers(call: str) -> Value:
            return Number(int(call in true)) if call in self._signs else None

        reading = Reading(
            self._code.definition,
            self._pointers,
            self._silent,
            lambda name: name in self._profile.asserts,
            answers,
            frozenset(self._rule.quiet),
        )
        sight = Sight(
            Symbol(value), self._rule.event_member, self._distinct, frozenset(), self._alias, self._table
        )
        return tell(self._handler, self._rule.event, reading, sight)

    def _silent(self, name: str) -> bool:
        if name not in self._known:
            globs = self._profile.silent
            self._known[name] = name in self._locks or any(fnmatchcase(name, glob) for glob in globs)
        return self._known[name]

    def _distinct(self, name: str) -> bool:
        known = name in self._constants or name == _OTHER
        if not known and name.startswith(self._prefixes):
            self.named.add(name)
            return True
        return known

    def _alias(self, name: str) -> str:
        if name in self._constants:
            return name
        body = self._code.macro(self._handler.path, name)
        if body is None or body[0]:
            return name
        plain = body[1].strip().strip("()").strip()
        return plain if plain in self._constants else name

    def _table(self, name: str, constant: str) -> Value:
        """The function that a table has for a constant; 0 if its initialiser names others only."""
        text = self._code.plain(self._handler.path)
        found = re.search(rf"\b{re.escape(name)}\s*\[[^\]]*\][^=;{{]*=\s*\{{([^{{}}]*)\}}", text)
        entries = re.findall(r"\[\s*([A-Za-z_]\w*)\s*\]\s*=\s*&?\s*([A-Za-z_]\w*)", found[1]) if found else []
        if not entries:
            return None
        return next((Symbol(function) for key, function in entries if key == constant), Number(0))

    def _pointers(self, path: str, field: str) -> tuple[str, ...]:
        pointers = self._code.index(path).pointers
        return tuple(dict.fromkeys(p.function for p in pointers if p.field.rpartition(".")[2] == field))
