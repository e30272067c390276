"""Where a function asks about tracked state, or about what a landmark changes.

Input: a lowered function, what to look for. Output: `Look`s, in source order. An address that is taken and a
place that is written are no looks, nor is what a silent call gets. Not modelled: copies of the state in other
structures; objects whose type no declaration in the function and no entry of the profile tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.model.profile import Profile
from analyzer.model.subscriber import Look
from analyzer.model.summary import (
    Assign,
    Binary,
    Branch,
    Call,
    ControlFlowSummary,
    Expression,
    Field,
    Local,
    Return,
    Span,
    Switch,
    Symbol,
    Unary,
)
from analyzer.model.unknown import Location


@dataclass(frozen=True, slots=True)
class Sought:
    """`calls`: predicate -> subject; `fields`: last member -> (type, whole path, subject); `objects`: names
    and calls that yield an object -> its type; `landmarks`: the subjects that are; `silent` takes a call's
    name."""

    calls: Mapping[str, str]
    fields: Mapping[str, tuple[tuple[str, str, str], ...]]
    objects: Mapping[str, str]
    landmarks: frozenset[str]
    silent: Callable[[str], bool]

    def may_look(self, words: frozenset[str]) -> bool:
        """Whether a function with these identifiers can hold a look."""
        if not words.isdisjoint(self.calls):
            return True
        for member, entries in self.fields.items():
            if member in words:
                types = {kind for kind, _, _ in entries}
                if not words.isdisjoint(types) or any(self.objects.get(word) in types for word in words):
                    return True
        return False


def sought(profile: Profile, subjects: frozenset[str], silent: Callable[[str], bool]) -> Sought:
    """What to look for so that a difference in `subjects` (tracked names and landmarks) is seen."""
    calls: dict[str, str] = {}
    fields: dict[str, list[tuple[str, str, str]]] = {}
    for variable in profile.tracked:
        if variable.name in subjects:
            calls.update(dict.fromkeys(variable.predicates, variable.name))
            for path in variable.fields:
                kind, _, rest = path.partition(".")
                fields.setdefault(rest.rpartition(".")[2], []).append((kind, rest, variable.name))
    for landmark in profile.landmarks:
        if landmark.name in subjects:
            calls.update(dict.fromkeys(landmark.seen_by, landmark.name))
    members = {last: tuple(entries) for last, entries in fields.items()}
    landmarks = frozenset(landmark.name for landmark in profile.landmarks)
    return Sought(calls, members, profile.objects, landmarks & subjects, silent)


def looks_in(function: ControlFlowSummary, wanted: Sought, blocks: frozenset[int] | None) -> tuple[Look, ...]:
    """The looks in some blocks of a function, or in all (None)."""
    types = _types(function, wanted)
    found: dict[Look, None] = {}

    def note(subject: str, text: str, span: Span) -> None:
        where = Location(function.path, span.line)
        found[Look(subject, text, function.name, where, (), subject in wanted.landmarks)] = None

    def read(expression: Expression, span: Span) -> None:
        for field in _fields(expression):
            for kind, path, subject in wanted.fields.get(field.name, ()):
                shown = _path(field, kind, path, types, wanted)
                if shown:
                    note(subject, shown, span)

    numbers = range(len(function.blocks)) if blocks is None else sorted(blocks)
    for number in numbers:
        block = function.blocks[number]
        for part in block.instructions:
            match part:
                case Call(callee=callee, arguments=arguments, span=span):
                    if isinstance(callee, Symbol):
                        if callee.name in wanted.calls:
                            note(wanted.calls[callee.name], f"{callee.name}()", span)
                        if wanted.silent(callee.name):
                            continue
                    for argument in arguments:
                        read(argument, span)
                case Assign(value=value, span=span):
                    read(value, span)
                case _:
                    pass
        match block.terminator:
            case Branch(condition=asked, span=span) | Switch(subject=asked, span=span):
                read(asked, span)
            case Return(value=asked, span=span) if asked is not None:
                read(asked, span)
            case _:
                pass
    return tuple(found)


def _types(function: ControlFlowSummary, wanted: Sought) -> dict[str, str]:
    """The locals that hold an object of a type that is sought."""
    known = {kind for entries in wanted.fields.values() for kind, _, _ in entries}
    types: dict[str, str] = {}
    for variable in (*function.parameters, *function.locals):
        for word in re.findall(r"\w+", variable.type):
            if word in known:
                types[variable.name] = word
    for block in function.blocks:
        for part in block.instructions:
            if isinstance(part, Call) and part.target is not None and isinstance(part.callee, Symbol):
                kind = wanted.objects.get(part.callee.name)
                if kind in known:
                    types.setdefault(part.target.name, kind)
    return types


def _fields(expression: Expression) -> Iterator[Field]:
    """The fields that an expression reads."""
    match expression:
        case Field(base, _):
            yield expression
            yield from _fields(base)
        case Unary("&", Field(base, _)):
            yield from _fields(base)
        case Unary(_, operand):
            yield from _fields(operand)
        case Binary(_, left, right):
            yield from _fields(left)
            yield from _fields(right)
        case _:
            pass


def _path(field: Field, kind: str, path: str, types: Mapping[str, str], wanted: Sought) -> str:
    """``s->a.b`` if the field is ``kind.a.b``, else ""."""
    base: Expression = field
    for member in reversed(path.split(".")):
        if not (isinstance(base, Field) and base.name == member):
            return ""
        base = base.base
    match base:
        case Local(name) if types.get(name) == kind:
            return f"{'' if name.startswith('%') else name}->{path}"
        case Symbol(name) if wanted.objects.get(name) == kind:
            return f"{name}->{path}"
        case _:
            return ""
