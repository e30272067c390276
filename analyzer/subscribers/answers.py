"""Whether a look finds the same under two values of a tracked variable.

Input: a `Look` at a tracked variable, the values it may have. Output: what the function that looks returns
and does under them, or None where that could not be told. Not modelled: a variable that is not one member of
a structure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from analyzer.model.profile import Profile, Tracked
from analyzer.model.subscriber import Look
from analyzer.model.summary import Number, Symbol
from analyzer.subscribers.code import Code
from analyzer.subscribers.evaluate import Reading, answer
from analyzer.subscribers.values import EVENT, Sight, Value

_OTHER = "any other value"


@dataclass(frozen=True, slots=True)
class Answer:
    """The numbers a function may return, and what it may do."""

    numbers: frozenset[int]
    effects: frozenset[str]


def answers(
    code: Code, profile: Profile, variable: Tracked, look: Look, values: Iterable[str]
) -> Answer | None:
    """What `look.function` answers under `values`; None: could not be told."""
    numbers: set[int] = set()
    effects: set[str] = set()
    for value in values:
        told = _one(code, profile, variable, look, value)
        if told is None:
            return None
        numbers |= told.numbers
        effects |= told.effects
    return Answer(frozenset(numbers), frozenset(effects))


def _one(code: Code, profile: Profile, variable: Tracked, look: Look, value: str) -> Answer | None:
    paths = [path.split(".") for path in variable.fields]
    if any(len(path) != 2 for path in paths) or not value.startswith(profile.distinct):
        return None
    kinds = {path[0] for path in paths}
    members = {path[1] for path in paths}
    functions = code.functions(look.where.path, look.function)
    if len(members) != 1 or len(functions) != 1:
        return None
    function = functions[0]
    objects = frozenset(name for name, kind in profile.objects.items() if kind in kinds)

    def result(call: str) -> Value:
        return EVENT if call in objects else None

    reading = Reading(
        lambda name, near, far: code.definition(name, near, search=False),
        lambda path, field: (),
        lambda name: any(fnmatchcase(name, glob) for glob in profile.silent),
        lambda name: name in profile.asserts,
        result,
        frozenset(),
    )
    sight = Sight(
        Symbol(value),
        next(iter(members)),
        lambda name: name.startswith(profile.distinct),
        objects,
        lambda name: name,
        lambda table, constant: None,
    )
    bound: dict[str, Value] = {
        parameter.name: EVENT for parameter in function.parameters if kinds & set(parameter.type.split())
    }
    told = answer(function, bound, reading, sight)
    if told.doubts or not all(isinstance(found, Number) for found in told.results):
        return None
    numbers = frozenset(found.value for found in told.results if isinstance(found, Number))
    return Answer(numbers, frozenset(effect.text for effect in told.certain))
