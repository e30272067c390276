"""Find the calls that register handlers: which handler, where, for which modes.

Input: a tree's `Code` and the profile's registration calls. Output: `Registered`s, by place. A handler stands
at an argument, in a local, or in a member of a structure that the file sets or initialises. Functions and
macros that hand their own argument on are followed to their callers. Not modelled: a handler that is chosen
at run time through memory; a structure that another file sets; what a macro pastes together (``name##_x``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from analyzer.model.profile import Registration
from analyzer.model.summary import (
    Assign,
    Binary,
    Call,
    ControlFlowSummary,
    Expression,
    Field,
    Local,
    Number,
    Opaque,
    Symbol,
    Unary,
)
from analyzer.model.unknown import Location
from analyzer.subscribers.code import Code, function_at
from analyzer.subscribers.found import Adder, Registered
from analyzer.subscribers.members import setters
from analyzer.subscribers.source import roots

_ROUNDS = 5  # of wrappers that wrap wrappers
_UNCALLED = re.compile(r"\b[A-Za-z_]\w*\b(?!\s*\()", re.ASCII)


def registrations(code: Code, rules: Sequence[Registration]) -> tuple[Registered, ...]:
    """All registrations of the tree, by path and line."""
    fresh = [_adder(rule) for rule in rules]
    known = _Known()
    known.add(fresh)
    found: dict[tuple[str, int, str, str], Registered] = {}
    for _ in range(_ROUNDS):
        wrappers: list[Adder] = []
        for path, adder in _places(code, fresh):
            for result in _in_file(code, path, adder, known):
                if isinstance(result, Adder):
                    wrappers.append(result)
                else:
                    key = (result.where.path, result.where.line, result.handler, result.rule.call)
                    found.setdefault(key, result)
        fresh = known.add(wrappers)
        if not fresh:
            break
    # a wrapper that was found late is no subscriber's home
    return tuple(one for _, one in sorted(found.items()) if not known.has(one.within, one.where.path))


class _Known:
    """The calls that are known to register."""

    def __init__(self) -> None:
        self._names: set[tuple[str, str]] = set()

    def add(self, adders: Iterable[Adder]) -> list[Adder]:
        """Those of `adders` that were not known."""
        fresh = []
        for adder in adders:
            if (adder.call, adder.only) not in self._names:
                self._names.add((adder.call, adder.only))
                fresh.append(adder)
        return fresh

    def has(self, name: str, path: str) -> bool:
        """Whether the function or macro `name` of a file is one."""
        return not self._names.isdisjoint({(name, ""), (name, path)})


def _adder(rule: Registration) -> Adder:
    modes = (rule.mode,) if rule.mode else ()
    return Adder(rule.call, rule, rule.handler, rule.member, rule.mode_argument, modes)


def _places(code: Code, adders: Iterable[Adder]) -> Iterator[tuple[str, Adder]]:
    """The files that mention a registering call, each with the call."""
    listed = list(adders)
    everywhere = [adder for adder in listed if not adder.only]
    paths = code.find(roots(adder.call for adder in everywhere)) if everywhere else ()
    for adder in listed:
        for path in (adder.only,) if adder.only else paths:
            if adder.call in code.text(path):
                yield path, adder


def _in_file(code: Code, path: str, adder: Adder, known: _Known) -> Iterator[Registered | Adder]:
    yield from _macros(code, path, adder, known)
    names = [
        entry.name
        for entry in code.index(path).functions
        if adder.call in entry.words and not known.has(entry.name, path) and adder.call in entry.mentions
    ]
    code.lower(path, names)
    for name in dict.fromkeys(names):
        for function in code.functions(path, name):
            for block in function.blocks:
                for part in block.instructions:
                    if isinstance(part, Call) and part.callee == Symbol(adder.call):
                        yield from _call(code, function, part, adder)


def _macros(code: Code, path: str, adder: Adder, known: _Known) -> Iterator[Adder]:
    """Macros of a file that hand a parameter on to the call."""
    for entry in code.index(path).macros:
        if known.has(entry.name, path) or adder.call not in entry.mentions:
            continue
        name, body = entry.name, code.macro(path, entry.name)
        if body is None or not body[0]:
            continue
        parameters = [word.strip() for word in body[0].strip("()").split(",")]
        given = _arguments(body[1], adder.call)
        held = given[adder.handler].strip("&() \t") if adder.handler < len(given) else ""
        if held not in parameters:
            continue
        only = "" if path.endswith(".h") else path
        mode, modes, doubts = -1, adder.modes, adder.doubts
        if 0 <= adder.mode_argument < len(given):
            wanted = given[adder.mode_argument].strip()
            if wanted in parameters:
                mode = parameters.index(wanted)
            else:
                modes = _bare(wanted)
                doubts = () if modes else (f"the modes {wanted} are not constants",)
        yield Adder(name, adder.rule, parameters.index(held), adder.member, mode, modes, only, doubts)


def _arguments(text: str, call: str) -> list[str]:
    """The arguments of the first call of `call` in a text."""
    start = re.search(rf"\b{call}\s*\(", text)
    if start is None:
        return []
    found, depth, begin = [], 0, start.end()
    for at in range(start.end(), len(text)):
        letter = text[at]
        if letter in ",)" and depth == 0:
            found.append(text[begin:at])
            begin = at + 1
            if letter == ")":
                return found
        depth += (letter in "([{") - (letter in ")]}")
    return found


def _call(code: Code, function: ControlFlowSummary, call: Call, adder: Adder) -> Iterator[Registered | Adder]:
    where = Location(function.path, call.span.line)
    values = _Values(function)
    parameters = [variable.name for variable in function.parameters]
    modes, mode_parameter, doubts = _modes(code, function.path, call, adder, values, parameters)
    given = call.arguments[adder.handler] if adder.handler < len(call.arguments) else Opaque("")
    plain = given.operand if isinstance(given, Unary) and given.op == "&" else given
    if isinstance(plain, Local) and plain.name in parameters and not values.of(plain):
        yield Adder(
            function.name,
            adder.rule,
            parameters.index(plain.name),
            adder.member,
            mode_parameter,
            modes,
            function.path if function.static and not function.path.endswith(".h") else "",
            doubts,
        )
        return
    if mode_parameter >= 0:
        doubts += ("its modes are chosen by the callers",)
    one = Registered(adder.rule, "", where, function.name, modes, doubts)
    if adder.member:
        handlers = _held(code, function, plain, adder.member)
    else:
        handlers = _named(code, function.path, given, values)
    for handler in handlers:
        yield replace(one, handler=handler)
    if not handlers:
        text = call.text if len(call.text) <= 80 else call.text[:77] + "..."
        yield replace(one, doubts=(*doubts, f"no function is found that {text} registers"))


class _Values:
    """What is assigned to each local of a function, in any order."""

    def __init__(self, function: ControlFlowSummary) -> None:
        self._values: dict[str, list[Expression]] = {}
        self._calls: dict[str, Call] = {}
        for block in function.blocks:
            for part in block.instructions:
                if isinstance(part, Assign) and isinstance(part.target, Local):
                    self._values.setdefault(part.target.name, []).append(part.value)
                elif isinstance(part, Call) and part.target is not None:
                    self._calls[part.target.name] = part

    def of(self, local: Local) -> list[Expression]:
        return self._values.get(local.name, [])

    def call(self, local: Local) -> Call | None:
        return self._calls.get(local.name)


def _named(code: Code, path: str, given: Expression, values: _Values) -> tuple[str, ...]:
    """The functions that an argument may name."""
    found: dict[str, None] = {}
    pending, seen = [given], set()
    while pending:
        at = pending.pop()
        match at:
            case Symbol(name):
                found[name] = None
            case Unary("&" | "*", operand):
                pending.append(operand)
            case Local(name) if name not in seen:
                seen.add(name)
                pending.extend(values.of(at))
            case Field(_, name):
                pointers = code.index(path).pointers
                found.update((p.function, None) for p in pointers if p.field.rpartition(".")[2] == name)
            case _:
                pass
    return tuple(name for name in found if name not in ("NULL", ""))


def _held(code: Code, function: ControlFlowSummary, holder: Expression, member: str) -> tuple[str, ...]:
    """The functions that the file puts into `member` of the structure `holder`."""
    match holder:
        case (
            Field(_, name)
            | Symbol(name)
            | Local(name)
            | Binary("+", Field(_, name) | Symbol(name) | Local(name))
        ):
            name = name.partition("@")[0]
        case _:
            return ()
    every = [one for one in setters(code.plain(function.path), member) if one.owner == name]
    index = code.index(function.path)
    near = [one for one in every if function_at(index, one.line) == function.name]
    return tuple(dict.fromkeys(one.function for one in near or every))


def _modes(
    code: Code, path: str, call: Call, adder: Adder, values: _Values, parameters: Sequence[str]
) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """The modes a call names, or the parameter of its function that does, or why they could not be told."""
    first = adder.mode_argument
    if first < 0:
        return adder.modes, -1, adder.doubts
    given = call.arguments[first:] if adder.rule.mode_list else call.arguments[first : first + 1]
    if len(given) == 1:
        only = given[0]
        if only in (Number(-1), Unary("~", Number(0))):
            return (), -1, ()
        if isinstance(only, Local) and only.name in parameters and not values.of(only):
            return (), parameters.index(only.name), ()
    found: dict[str, None] = {}
    closed = bool(given)
    pending: list[Expression] = list(reversed(given))
    seen: set[str] = set()
    while pending:
        at = pending.pop()
        match at:
            case Symbol(name):
                found.update((mode, None) for mode in _expanded(code, path, name))
            case Local(name) if name not in seen:
                seen.add(name)
                made = values.call(at)
                sources = [*values.of(at), *(made.arguments if made is not None else ())]
                closed = closed and bool(sources) and name not in parameters
                pending.extend(reversed(sources))
            case Binary("|" | "<<", left, right):
                pending.extend((right, left))
            case Number() | Local():
                pass
            case _:
                closed = False
    if not closed or not found:
        return tuple(found), -1, ("its modes could not be told",)
    return tuple(found), -1, ()


def _expanded(code: Code, path: str, name: str) -> tuple[str, ...]:
    """A mode, or those that a macro of the same file stands for."""
    body = code.macro(path, name)
    if body is None or body[0]:
        return (name,)
    return _bare(body[1]) or (name,)


def _bare(text: str) -> tuple[str, ...]:
    """The identifiers of a text that are not called."""
    return tuple(dict.fromkeys(_UNCALLED.findall(text)))
