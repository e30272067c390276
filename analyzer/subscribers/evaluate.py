"""Run a handler abstractly while one event is told, and note what it does.

Input: a lowered handler, how the event shows, which calls do nothing. Output: `Told`: the effects on any way
through it. An effect is a call, a write to memory that is not the function's own, or a result that is not
zero. Branches on what is not known go both ways; what gets the event is followed into its definition, also
through function pointers that the file sets. Not modelled: arithmetic, aliases, what a call does that gets
nothing of the event (that it is made is the effect).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.model.summary import (
    Assign,
    Binary,
    Branch,
    Call,
    ControlFlowSummary,
    Expression,
    Field,
    Goto,
    Instruction,
    Local,
    Number,
    Problem,
    Return,
    Span,
    Switch,
    Symbol,
    Unary,
)
from analyzer.model.unknown import Location
from analyzer.subscribers.values import EVENT, MIXED, Sight, Value, truth, worth

DEEPEST = 8  # calls that get the event, inside each other
MOST = 5_000  # blocks passed for one event, in all functions
_MANY = 4  # results of one call that are kept apart


@dataclass(frozen=True, slots=True)
class Effect:
    """Something a handler does. A `plain` one may be a mere look: a call whose result is used."""

    where: Location
    text: str
    plain: bool


@dataclass(slots=True)
class Told:
    """What happens while one event is told. `perhaps`: it could not be told whether the event leads there.

    `passed` are the blocks on the way, by file and function; `results` what the function returns.
    """

    certain: set[Effect] = field(default_factory=set)
    perhaps: set[Effect] = field(default_factory=set)
    doubts: dict[str, Location] = field(default_factory=dict)
    passed: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    results: frozenset[Value] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a run needs to know.

    `definition` takes a name, the file it is used in and whether the whole tree may be searched, `pointers` a
    file and a field's name; `silent` and `asserts` take a call's name; `answers` is the result of a call that
    asks for the event, or None; `quiet` are results that count as nothing.
    """

    definition: Callable[[str, str, bool], ControlFlowSummary | None]
    pointers: Callable[[str, str], tuple[str, ...]]
    silent: Callable[[str], bool]
    asserts: Callable[[str], bool]
    answers: Callable[[str], Value]
    quiet: frozenset[str]


def tell(handler: ControlFlowSummary, parameter: int, reading: Reading, sight: Sight) -> Told:
    """Run `handler`, whose parameter number `parameter` shows the event."""
    run = _Run(reading, sight)
    shown: Value = EVENT if sight.member else sight.value
    bound = {handler.parameters[parameter].name: shown}
    for value, where, sure in run.function(handler, bound, certain=True, depth=0):
        if not (value == Number(0) or (isinstance(value, Symbol) and value.name in reading.quiet)):
            run.note(Effect(where, f"returns {_shown(value)}", False), sure)
    return run.told


def answer(function: ControlFlowSummary, bound: Mapping[str, Value], reading: Reading, sight: Sight) -> Told:
    """Run a function that asks about something, with what its parameters are."""
    run = _Run(reading, sight)
    returned = run.function(function, bound, certain=True, depth=0)
    run.told.results = frozenset(value for value, _, _ in returned)
    return run.told


_Known = tuple[tuple[str, Value], ...]
_Result = tuple[Value, Location, bool]


@dataclass(frozen=True, slots=True)
class _At:
    block: int
    instruction: int
    known: _Known
    certain: bool


class _Run:
    def __init__(self, reading: Reading, sight: Sight) -> None:
        self._reading = reading
        self._sight = sight
        self._done: dict[tuple[str, str, _Known, bool], tuple[_Result, ...]] = {}
        self._passed = 0
        self.told = Told()

    def note(self, effect: Effect, certain: bool) -> None:
        (self.told.certain if certain else self.told.perhaps).add(effect)

    def doubt(self, why: str, where: Location) -> None:
        self.told.doubts.setdefault(why, where)

    def function(
        self, function: ControlFlowSummary, bound: Mapping[str, Value], certain: bool, depth: int
    ) -> tuple[_Result, ...]:
        """All results of a function whose parameters are `bound`: value, place, whether it is certain."""
        start = Location(function.path, function.span.line)
        if function.problems:
            line = function.problems[0].span.line
            self.doubt(f"{function.name}() holds text that was not understood", Location(function.path, line))
            certain = False
        known = _kept(bound)
        key = (function.path, function.name, known, certain)
        if key in self._done:
            return self._done[key]
        self._done[key] = ((None, start, certain),)  # a call of itself
        results: dict[_Result, None] = {}
        pending = [_At(0, 0, known, certain)]
        seen = set(pending)
        body = _Body(function)
        while pending:
            at = pending.pop()
            self._passed += 1
            if self._passed > MOST:
                self.doubt(f"{function.name}() has too many ways through it", start)
                break
            ways, returned = self._block(body, at, depth)
            results.update(dict.fromkeys(returned))
            for way in ways:
                if way not in seen:
                    seen.add(way)
                    pending.append(way)
        self._done[key] = tuple(results)
        return self._done[key]

    def _block(self, body: _Body, at: _At, depth: int) -> tuple[list[_At], list[_Result]]:
        """From a place to the end of its block, or to a call whose result has to be told apart."""
        block = body.function.blocks[at.block]
        self.told.passed.setdefault((body.function.path, body.function.name), set()).add(at.block)
        known = dict(at.known)
        for number in range(at.instruction, len(block.instructions)):
            part = block.instructions[number]
            if isinstance(part, Call):
                results = self._call(body, part, known, at.certain, depth)
                if results is None:
                    return [], []
                for argument in part.arguments:
                    _forget(argument, known)
                if part.target is None:
                    continue
                if len(results) > 1:
                    name = part.target.name
                    return [
                        _At(at.block, number + 1, _kept({**known, name: value}), at.certain)
                        for value in results
                    ], []
                known[part.target.name] = results[0]
            else:
                self._step(body, part, known, at.certain)
        return self._end(body, block.terminator, known, at.certain)

    def _step(self, body: _Body, part: Instruction, known: dict[str, Value], certain: bool) -> None:
        if isinstance(part, Assign):
            value = worth(part.value, known, self._sight)
            if isinstance(part.target, Local):
                known[part.target.name] = value
            elif not body.own(part.target):
                written = f"{_place(part.target)} = {_shown(value)}"
                self.note(Effect(body.place(part.span), written, False), certain)
        elif isinstance(part, Problem):
            self.doubt(f"{body.function.name}() holds text that was not understood", body.place(part.span))

    def _end(
        self, body: _Body, terminator: object, known: dict[str, Value], certain: bool
    ) -> tuple[list[_At], list[_Result]]:
        after = _kept(known)
        match terminator:
            case Goto(target):
                return [_At(target, 0, after, certain)], []
            case Branch(condition, then, otherwise, span, text):
                value = worth(condition, known, self._sight)
                held = truth(value)
                if held is not None:
                    return [_At(then if held else otherwise, 0, after, certain)], []
                if self._sight.tells(value):
                    self.doubt(f"the condition {text} is not followed", body.place(span))
                    certain = False
                return [_At(then, 0, after, certain), _At(otherwise, 0, after, certain)], []
            case Switch():
                return self._switch(body, terminator, known, certain), []
            case Return(value, span):
                result = Number(0) if value is None else worth(value, known, self._sight)
                return [], [(result, body.place(span), certain)]
            case _:
                return [], []

    def _switch(self, body: _Body, switch: Switch, known: dict[str, Value], certain: bool) -> list[_At]:
        after = _kept(known)
        subject = worth(switch.subject, known, self._sight)
        labels = [(worth(label, {}, self._sight), target) for label, target in switch.cases]
        if not (isinstance(subject, Number) or self._sight.tells(subject)) or subject is EVENT:
            targets = {target for _, target in labels} | {switch.default}
            return [_At(target, 0, after, certain) for target in sorted(targets)]
        exact = [target for label, target in labels if label is not None and label == subject]
        if exact and subject is not MIXED:
            return [_At(exact[0], 0, after, certain)]
        open_labels = [
            target for label, target in labels if subject is MIXED or not self._differs(label, subject)
        ]
        if open_labels:
            self.doubt(f"the cases of switch ({switch.text}) are not followed", body.place(switch.span))
            certain = False
        targets = {*open_labels, switch.default}
        return [_At(target, 0, after, certain) for target in sorted(targets)]

    def _differs(self, label: Value, subject: Value) -> bool:
        if isinstance(label, Number) and isinstance(subject, Number):
            return label != subject
        return (
            isinstance(label, Symbol)
            and isinstance(subject, Symbol)
            and self._sight.distinct(label.name)
            and self._sight.distinct(subject.name)
        )

    # --- calls --------------------------------------------------------------------------------

    def _call(
        self, body: _Body, call: Call, known: dict[str, Value], certain: bool, depth: int
    ) -> tuple[Value, ...] | None:
        """The values a call may have; None if the run ends there."""
        given = [worth(argument, known, self._sight) for argument in call.arguments]
        names, pointer = self._callees(body, call, known)
        where = body.place(call.span)
        if len(names) == 1 and not pointer:
            name = names[0]
            if self._reading.asserts(name):
                return None if given and truth(given[0]) is False else (None,)
            answer = self._reading.answers(name)
            if answer is not None:
                return (answer,)
            if self._reading.silent(name):
                return (Number(0) if given and all(value == Number(0) for value in given) else None,)
        shown = any(self._sight.tells(value) for value in given)
        what = f"{_place(call.callee)}({', '.join(_shown(value) for value in given)})"
        if not shown:
            if pointer and names == ():
                fixed = worth(call.callee, known, self._sight)
                if fixed == Number(0):
                    return None
                if fixed is MIXED:
                    self.doubt(f"the function that {_place(call.callee)}() calls depends on the event", where)
                    certain = False
            self.note(
                Effect(where, what if not names else f"{names[0]} {what}", call.target is not None), certain
            )
            return (None,)
        return self._told(body, call, names, given, certain, depth, what)

    def _callees(self, body: _Body, call: Call, known: dict[str, Value]) -> tuple[tuple[str, ...], bool]:
        """The functions a call may mean, and whether it is through a pointer."""
        if isinstance(call.callee, Symbol):
            return (call.callee.name,), False
        value = worth(call.callee, known, self._sight)
        if isinstance(value, Symbol) and value != self._sight.value:
            return (value.name,), True
        if isinstance(call.callee, Field):
            return self._reading.pointers(body.function.path, call.callee.name), True
        return (), True

    def _told(
        self,
        body: _Body,
        call: Call,
        names: Sequence[str],
        given: Sequence[Value],
        certain: bool,
        depth: int,
        what: str,
    ) -> tuple[Value, ...]:
        """A call that gets something of the event: into its definition."""
        where = body.place(call.span)
        results: dict[Value, None] = {}
        looks = call.target is not None and EVENT not in given  # such as the event's name for a message
        unread = [] if names else [_place(call.callee)]
        for name in names:
            near = body.function.path
            found = self._reading.definition(name, near, not looks) if depth < DEEPEST else None
            if found is None:
                unread.append(name)
                continue
            bound = {p.name: value for p, value in zip(found.parameters, given, strict=False)}
            for value, _, _ in self.function(found, bound, certain, depth + 1):
                results[value] = None
        if unread and looks:
            results[MIXED] = None
        elif unread:
            self.doubt(f"{unread[0]}() gets the event, and what it does could not be read", where)
            self.note(Effect(where, what, False), False)
            results[None] = None
        return tuple(results) if 0 < len(results) <= _MANY else (None,)


class _Body:
    """A function with the types of its locals."""

    def __init__(self, function: ControlFlowSummary) -> None:
        self.function = function
        self._types = {variable.name: variable.type for variable in function.locals}
        self._parameters = {variable.name: variable.type for variable in function.parameters}

    def place(self, span: Span) -> Location:
        return Location(self.function.path, span.line)

    def own(self, target: Expression) -> bool:
        """Whether a write stays in the function's own variables."""
        while True:
            match target:
                case Field(base, _):
                    target = base
                case Unary("*", Binary("+", base, _)):
                    target = base
                case Unary("*" | "&", operand) if isinstance(operand, Local):
                    return False
                case Unary(_, operand):
                    target = operand
                case Local(name):
                    kind = self._types.get(name)
                    if kind is None:
                        kind = self._parameters.get(name, "*").replace("[]", "*")
                    return "*" not in kind
                case _:
                    return False


def _forget(argument: Expression, known: dict[str, Value]) -> None:
    """A call may write to a local whose address it gets."""
    if isinstance(argument, Unary) and argument.op == "&" and isinstance(argument.operand, Local):
        name = argument.operand.name
        if known.get(name) is not EVENT:
            known.pop(name, None)


def _kept(known: Mapping[str, Value]) -> _Known:
    return tuple(sorted(((n, v) for n, v in known.items() if v is not None), key=lambda pair: pair[0]))


def _place(expression: Expression) -> str:
    """A place or a function in words that are the same on every run."""
    match expression:
        case Local(name) | Symbol(name):
            return name
        case Field(base, name):
            return f"{_place(base)}->{name}"
        case Unary(op, operand):
            return f"{op}{_place(operand)}"
        case Binary(op, left, _):
            return f"{_place(left)}{op}.."
        case _:
            return "?"


def _shown(value: Value) -> str:
    if isinstance(value, Number):
        return str(value.value)
    return value.name if isinstance(value, Symbol) else "?" if value is None else "event"
