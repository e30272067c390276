"""What a handler's expressions are worth while one event is told.

Input: expressions of a summary, the event's value, what is known of the locals. Output: a `Number`, a
`Symbol` (a constant or a function), `EVENT` (the structure that shows the event, or its address), `MIXED`
(made from the event in a way that is not followed) or None: unknown, and the same for every event. Not
modelled: arithmetic, memory, the number behind a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from analyzer.model.summary import Binary, Expression, Field, Local, Number, Opaque, Symbol, Text, Unary


class Shown(Enum):
    """Values that have to do with the event."""

    EVENT = "the event's structure"
    MIXED = "made from the event"


EVENT = Shown.EVENT
MIXED = Shown.MIXED
Value: TypeAlias = Number | Symbol | Shown | None
Locals: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Sight:
    """How the event shows: `value` is its constant, `member` the member of `EVENT` that holds it.

    `objects` are names that are `EVENT`. `distinct` says whether a name is one of the constants that differ
    from each other and from `value`; `alias` gives the name that a macro stands for; `table` what a table of
    functions has for a constant.
    """

    value: Symbol
    member: str
    distinct: Callable[[str], bool]
    objects: frozenset[str]
    alias: Callable[[str], str]
    table: Callable[[str, str], Value]

    def tells(self, value: Value) -> bool:
        """Whether a value has to do with the event."""
        return isinstance(value, Shown) or value == self.value


def worth(expression: Expression, known: Locals, sight: Sight) -> Value:
    """See the module's docstring."""
    match expression:
        case Number():
            return expression
        case Symbol(name):
            return EVENT if name in sight.objects else Symbol(sight.alias(name))
        case Local(name):
            return known.get(name)
        case Field(base, name):
            if worth(base, known, sight) is EVENT:
                return sight.value if name == sight.member else None
            return None
        case Unary(op, operand):
            if op == "*" and isinstance(operand, Binary) and operand.op == "+":
                return _entry(operand, known, sight)
            return _unary(op, worth(operand, known, sight), sight)
        case Binary(op, left, right):
            return _binary(op, worth(left, known, sight), worth(right, known, sight), sight)
        case Opaque() | Text():
            return None


def truth(value: Value) -> bool | None:
    """Whether a value is true in C; None if it is not known."""
    if isinstance(value, Number):
        return value.value != 0
    return True if value is EVENT else None


def _entry(place: Binary, known: Locals, sight: Sight) -> Value:
    """An entry of a table, picked by the event."""
    picked = worth(place.right, known, sight)
    if not sight.tells(picked):
        return None
    if picked == sight.value and isinstance(place.left, Symbol):
        return sight.table(place.left.name, sight.value.name)
    return MIXED


def _unary(op: str, value: Value, sight: Sight) -> Value:
    if value is EVENT and op in ("*", "&"):
        return EVENT
    if isinstance(value, Symbol) and op in ("*", "&"):
        return value
    if op == "!":
        known = truth(value)
        if known is not None:
            return Number(int(not known))
    if isinstance(value, Number) and op == "-":
        return Number(-value.value)
    return MIXED if sight.tells(value) else None


def _binary(op: str, left: Value, right: Value, sight: Sight) -> Value:
    if op in ("==", "!="):
        same = _same(left, right, sight)
        if same is not None:
            return Number(int(same == (op == "==")))
    if isinstance(left, Number) and isinstance(right, Number):
        compared = {
            "<": left.value < right.value,
            ">": left.value > right.value,
            "<=": left.value <= right.value,
            ">=": left.value >= right.value,
        }
        if op in compared:
            return Number(int(compared[op]))
        bits = {"|": left.value | right.value, "&": left.value & right.value}  # sums would count for ever
        return Number(bits[op]) if op in bits else None
    return MIXED if sight.tells(left) or sight.tells(right) else None


def _same(left: Value, right: Value, sight: Sight) -> bool | None:
    if isinstance(left, Number) and isinstance(right, Number):
        return left.value == right.value
    if EVENT in (left, right) and Number(0) in (left, right):
        return False
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        if left == right:
            return True
        return False if sight.distinct(left.name) and sight.distinct(right.name) else None
    return None
