"""A stage bound to a profile: what each call means, which functions matter, where unknown values arise.

Input: a `Snapshot`, its `FileSummary`s and a `Profile`. Output: a `Program` that the machine executes.
Not modelled: calls through pointers whose target no local holds (unknown, listed as an assumption).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TypeAlias

from analyzer.lifecycle.liveness import live_locals, successors
from analyzer.lifecycle.prune import prune
from analyzer.lifecycle.wording import calls_by_result, worded
from analyzer.model.profile import (
    Deferral,
    EventCall,
    Landmark,
    Outcome,
    Profile,
    Selection,
    ThreadCall,
    Tracked,
    Watch,
    Writer,
)
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.model.summary import (
    Assign,
    Binary,
    Block,
    Branch,
    Call,
    ControlFlowSummary,
    Enter,
    Expression,
    Field,
    FileSummary,
    Goto,
    Instruction,
    Label,
    Leave,
    Local,
    Number,
    Problem,
    Return,
    Span,
    Switch,
    Symbol,
    Terminator,
    Unary,
)
from analyzer.model.unknown import Location


@dataclass(frozen=True, slots=True)
class Notify:
    event: EventCall


@dataclass(frozen=True, slots=True)
class Pass:
    landmark: Landmark


@dataclass(frozen=True, slots=True)
class Write:
    writer: Writer
    variable: int | None  # None: the variable whose address the argument is


@dataclass(frozen=True, slots=True)
class Read:
    variable: int


@dataclass(frozen=True, slots=True)
class Defer:
    deferral: Deferral


@dataclass(frozen=True, slots=True)
class Start:
    thread: ThreadCall


@dataclass(frozen=True, slots=True)
class Acquire:
    lock: str


@dataclass(frozen=True, slots=True)
class Release:
    lock: str


@dataclass(frozen=True, slots=True)
class Join:
    pass


@dataclass(frozen=True, slots=True)
class Wait:
    pass


@dataclass(frozen=True, slots=True)
class Assume:
    pass


@dataclass(frozen=True, slots=True)
class Inline:
    function: str


@dataclass(frozen=True, slots=True)
class Ignore:
    """A call whose result is unknown and that changes nothing tracked."""


Action: TypeAlias = (
    Notify | Pass | Write | Read | Defer | Start | Acquire | Release | Join | Wait | Assume | Inline | Ignore
)
Place: TypeAlias = tuple[str, int, int, str]  # path, line, column, what

TYPE_WORDS = re.compile(r"[A-Za-z_]\w*")
WATCHED = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*$")


def field_path(expression: Expression) -> tuple[Expression, str]:
    """The base of a chain of fields and the chain as ``a.b``; ``&`` and ``*`` on the way are dropped."""
    names: list[str] = []
    while True:
        if isinstance(expression, Field):
            names.append(expression.name)
            expression = expression.base
        elif isinstance(expression, Unary) and expression.op in "&*":
            expression = expression.operand
        else:
            return expression, ".".join(reversed(names))


def fields_in(expression: Expression) -> Iterator[Field]:
    """The outermost field chains that `expression` reads."""
    if isinstance(expression, Field):
        yield expression
    elif isinstance(expression, Unary):
        yield from fields_in(expression.operand)
    elif isinstance(expression, Binary):
        yield from fields_in(expression.left)
        yield from fields_in(expression.right)


def symbols_in(expression: Expression) -> Iterator[str]:
    """Every symbol that `expression` mentions."""
    if isinstance(expression, Symbol):
        yield expression.name
    elif isinstance(expression, Field):
        yield from symbols_in(expression.base)
    elif isinstance(expression, Unary):
        yield from symbols_in(expression.operand)
    elif isinstance(expression, Binary):
        yield from symbols_in(expression.left)
        yield from symbols_in(expression.right)


def callee_name(call: Call) -> str:
    """The direct callee, the last field of an indirect one, or ""."""
    if isinstance(call.callee, (Symbol, Local)):
        return call.callee.name
    if isinstance(call.callee, Field):
        return call.callee.name
    return ""


def parts_of(block: Block) -> Iterator[tuple[Instruction | Terminator, tuple[Expression, ...]]]:
    """Each instruction of a block, and last its terminator, with the expressions it evaluates."""
    for instruction in block.instructions:
        if isinstance(instruction, Call):
            yield instruction, (instruction.callee, *instruction.arguments)
        elif isinstance(instruction, Assign):
            stored = () if isinstance(instruction.target, Local) else (instruction.target,)
            yield instruction, (instruction.value, *stored)
        else:
            yield instruction, ()
    end = block.terminator
    if isinstance(end, Branch):
        yield end, (end.condition,)
    elif isinstance(end, Switch):
        yield end, (end.subject,)
    elif isinstance(end, Return) and end.value is not None:
        yield end, (end.value,)
    else:
        yield end, ()


def expressions_of(block: Block) -> Iterator[tuple[Span, Expression]]:
    """Every expression a block evaluates, with the span of what it belongs to."""
    for part, expressions in parts_of(block):
        for expression in expressions:
            assert not isinstance(part, Goto)
            yield part.span, expression


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


class Program:
    """One stage, ready to be executed. Everything but the caches is fixed when built."""

    def __init__(
        self,
        snapshot: Snapshot,
        files: Iterable[FileSummary],
        profile: Profile,
        renamed: Mapping[str, str],
        watched: Watched,
    ) -> None:
        self.snapshot = snapshot
        self.profile = profile
        self.watched = watched
        self._renamed = renamed
        self.functions: dict[str, ControlFlowSummary] = {}
        self._local: dict[tuple[str, str], ControlFlowSummary] = {}
        self.problems: list[Problem] = []  # text outside functions that could not be read
        self.unread: list[str] = []  # the files it stands in
        for file in files:
            self.problems.extend(file.problems)
            self.unread.extend(file.path for _ in file.problems)
            for function in file.functions:
                known = self.functions.get(function.name)
                if known is not None and known.path != function.path:
                    # Another file's static function of the same name: it gets a name no C text can hold.
                    key = f"{function.name}@{function.path}"
                    self._local[function.path, function.name] = replace(function, name=key)
                    self.functions[key] = self._local[function.path, function.name]
                elif known is None:
                    self.functions[function.name] = function
                    self._local[function.path, function.name] = function
        self.by_canonical = {self.canonical(name): name for name in reversed(self.functions)}
        self.fields = {path: i for i, v in enumerate(profile.tracked) for path in v.fields}
        self._live: dict[str, tuple[tuple[frozenset[str], ...], ...]] = {}
        self._actions: dict[tuple[str, str], Action] = {}
        self._types: dict[str, dict[str, str]] = {}
        self._calls = self._bind_profile(profile)
        self.labels = {mark.label: mark for mark in profile.landmarks if mark.label}
        self.sites: Mapping[Place, str] = {}
        self.assumptions: set[str] = set()
        self._ahead: dict[str, list[list[frozenset[str]]]] | None = None
        self.relevant = self._slice()
        self._quiet: set[str] = self._find_quiet()
        self._pruned: dict[str, ControlFlowSummary] = {}
        self._results: dict[str, dict[str, str]] = {}
        self.common: frozenset[str] = frozenset(self.by_canonical)

    # --- names ------------------------------------------------------------------------------

    def canonical(self, name: str) -> str:
        """The base stage's name for an identifier of this stage."""
        name = name.partition("@")[0]
        return self._renamed.get(name, name)

    def resolve(self, path: str, name: str) -> str:
        """The key in `functions` of what `name` means in the file `path`; `name` itself when unknown."""
        found = self._local.get((path, name))
        return name if found is None else found.name

    def live(self, function: str, block: int, index: int) -> frozenset[str]:
        """Locals that may be read from there on."""
        table = self._live.get(function)
        if table is None:
            table = self._live[function] = live_locals(self.code(function), self._reads_arguments)
        return table[block][index]

    def place(self, path: str, line: int) -> tuple[Evidence, Location]:
        """Evidence of a line and the place to show for it."""
        lines = self.snapshot.lines.get(path)
        if lines and 0 < line <= len(lines):
            evidence, shown, number = lines[line - 1]
            return evidence, Location(shown, number)
        return Evidence.TREE, Location(path, line)

    def site(self, function: ControlFlowSummary, span: Span, what: str) -> str:
        """The identity, over all stages, of the place where an unknown value arises."""
        place = (function.path, span.line, span.column, what)
        return self.sites.get(place) or f"{what}#{self.snapshot.patch}:{span.line}:{span.column}"

    # --- tracked variables ------------------------------------------------------------------

    def types(self, function: str) -> dict[str, str]:
        """Type of each local, as the first identifier of its declaration that is no qualifier."""
        known = self._types.get(function)
        if known is None:
            summary = self.functions[function]
            known = {}
            for variable in (*summary.parameters, *summary.locals):
                words = [w for w in TYPE_WORDS.findall(variable.type) if w not in QUALIFIERS]
                known[variable.name] = words[0] if words else ""
            for block in summary.blocks:
                for instruction in block.instructions:
                    if isinstance(instruction, Call) and instruction.target is not None:
                        kind = self.profile.objects.get(self.canonical(callee_name(instruction)))
                        if kind:
                            known.setdefault(instruction.target.name, kind)
            self._types[function] = known
        return known

    def path_of(self, function: str, expression: Expression) -> str:
        """``Type.field`` for a field of a typed object, else ``?.field`` or the symbol, else ""."""
        base, chain = field_path(expression)
        if isinstance(base, Local):
            kind = self.types(function).get(base.name, "")
        elif isinstance(base, Symbol):
            kind = self.profile.objects.get(self.canonical(base.name), "")
            if not chain:
                return self.canonical(base.name)
        else:
            kind = ""
        return f"{kind or '?'}.{chain}" if chain else ""

    def variable_of(self, function: str, expression: Expression) -> int | None:
        """The tracked variable that an lvalue (or its address) denotes."""
        return self.fields.get(self.path_of(function, expression))

    # --- what calls mean --------------------------------------------------------------------

    def _bind_profile(self, profile: Profile) -> dict[str, Action]:
        calls: dict[str, Action] = {}
        for name in profile.asserts:
            calls[name] = Assume()
        for name in profile.waits:
            calls[name] = Wait()
        for name in profile.joins:
            calls[name] = Join()
        for lock in profile.locks:
            calls.update({name: Acquire(lock.name) for name in lock.acquire})
            calls.update({name: Release(lock.name) for name in lock.release})
        for thread in profile.threads:
            calls[thread.call] = Start(thread)
        for deferral in profile.deferrals:
            calls[deferral.call] = Defer(deferral)
        for number, variable in enumerate(profile.tracked):
            for name in variable.predicates:
                calls[name] = Read(number)
            for writer in variable.writers:
                # One call may write any variable whose address it gets: then the argument decides.
                several = writer.target >= 0
                calls[writer.call] = Write(writer, None if several else number)
        for landmark in profile.landmarks:
            if landmark.call:
                calls[landmark.call] = Pass(landmark)
        for event in profile.events:
            calls[event.call] = Notify(event)
        return calls

    def definitions(self) -> Mapping[tuple[str, str], ControlFlowSummary]:
        """All definitions by path and name."""
        return self._local

    def code(self, function: str) -> ControlFlowSummary:
        """What the machine executes of a function: without what has no effect (`prune`)."""
        found = self._pruned.get(function)
        if found is None:
            summary = self.functions[function]
            self._note_pointers(summary)
            found = prune(summary, lambda i: self._matters(summary, i), self._reads_arguments)
            self._pruned[function] = found
        return found

    def _note_pointers(self, summary: ControlFlowSummary) -> None:
        for block in summary.blocks:
            for instruction in block.instructions:
                if isinstance(instruction, Call) and not isinstance(instruction.callee, (Symbol, Local)):
                    where = self.place(summary.path, instruction.span.line)[1]
                    self.assumptions.add(
                        f"a call through a pointer is taken to change nothing tracked: "
                        f"{instruction.text} at {where}"
                    )

    def _reads_arguments(self, call: Call) -> bool:
        name = callee_name(call)
        if isinstance(call.callee, Local):
            return True
        canonical = self.canonical(name)
        if canonical in self.watched.returned:
            return True
        known = self._calls.get(canonical)
        return (
            known is not None
            or name in self.relevant
            or any(key.startswith(f"{name}@") for key in self.relevant)
        )

    def _matters(self, summary: ControlFlowSummary, instruction: Instruction) -> bool:
        """Whether an instruction does more than write locals."""
        if isinstance(instruction, Call):
            name = callee_name(instruction)
            if isinstance(instruction.callee, Local):
                return True
            canonical = self.canonical(name)
            if canonical in self.watched.entered or canonical in self.watched.returned:
                return True
            action = self.action(summary.path, name)
            if isinstance(action, Inline):
                return action.function not in self._quiet
            return not isinstance(action, (Ignore, Read))
        if isinstance(instruction, Assign):
            return not isinstance(instruction.target, Local) and (
                isinstance(instruction.target, Unary)
                or self.variable_of(summary.name, instruction.target) is not None
            )
        if isinstance(instruction, (Enter, Leave)):
            return isinstance(self.action(summary.path, instruction.macro), (Acquire, Release))
        if isinstance(instruction, Label):
            return f"{self.canonical(summary.name)}:{instruction.name}" in self.labels
        return True

    def _find_quiet(self) -> set[str]:
        """Relevant functions that only compute a result, from whatever they read."""
        self._quiet = set(self.relevant) - {
            name for name in self.relevant if self.canonical(name) in self.watched.marks
        }
        shrinking = True
        while shrinking:
            shrinking = False
            for name in sorted(self._quiet):
                summary = self.functions[name]
                if summary.problems or any(
                    self._matters(summary, instruction)
                    for block in summary.blocks
                    for instruction in block.instructions
                ):
                    self._quiet.discard(name)
                    shrinking = True
        return self._quiet

    def asks(self, function: str, expression: Expression) -> str:
        """What a condition of `function` asks, in the words of the source."""
        calls = self._results.get(function)
        if calls is None:
            calls = self._results[function] = calls_by_result(self.functions[function])
        return worded(expression, calls)

    def lookup(self, path: str, name: str) -> ControlFlowSummary | None:
        """The definition a call in `path` reaches: one in the same file first."""
        return self._local.get((path, name)) or self.functions.get(name)

    def action(self, path: str, name: str) -> Action:
        """What a call of `name` in `path` does."""
        key = (path, name)
        found = self._actions.get(key)
        if found is None:
            found = self._calls.get(self.canonical(name))
            if found is None:
                summary = self.lookup(path, name)
                inline = summary is not None and summary.name in self.relevant
                found = Inline(summary.name) if inline and summary is not None else Ignore()
            self._actions[key] = found
        return found

    def inert(self, name: str) -> bool:
        """Whether the profile says that a call changes nothing tracked."""
        return any(fnmatchcase(self.canonical(name), pattern) for pattern in self.profile.inert)

    # --- the relevance slice ----------------------------------------------------------------

    def _slice(self) -> frozenset[str]:
        """Functions that can reach an event, a landmark, tracked state, a task or a watched call."""
        watched = self.watched.entered | self.watched.marks | set(self.watched.returned)
        callers: dict[str, set[str]] = {}
        relevant: list[str] = []
        for name, summary in self.functions.items():
            matters = self.canonical(name) in watched
            for block in summary.blocks:
                for instruction in block.instructions:
                    if isinstance(instruction, Call):
                        callee = callee_name(instruction)
                        callers.setdefault(self.resolve(summary.path, callee), set()).add(name)
                        canonical = self.canonical(callee)
                        matters |= canonical in watched
                        action = self._calls.get(canonical)
                        matters |= action is not None and not isinstance(action, (Assume, Wait))
                    elif isinstance(instruction, Label):
                        matters |= f"{self.canonical(name)}:{instruction.name}" in self.labels
                    elif isinstance(instruction, (Enter, Leave)):
                        matters |= isinstance(self._calls.get(instruction.macro), (Acquire, Release))
                if not matters:
                    for _, expression in expressions_of(block):
                        for field in fields_in(expression):
                            matters |= self.variable_of(name, field) is not None
            if matters:
                relevant.append(name)
        seen = set(relevant)
        while relevant:
            for caller in callers.get(relevant.pop(), ()):
                if caller not in seen:
                    seen.add(caller)
                    relevant.append(caller)
        return frozenset(seen | self._pure())

    def _pure(self) -> set[str]:
        """Functions that only compute from what they are given: they may test tracked state for others."""
        pure = {
            name
            for name, summary in self.functions.items()
            if summary.returns.strip() != "void" and not summary.problems
        }
        shrinking = True
        while shrinking:
            shrinking = False
            for name in sorted(pure):
                for block in self.functions[name].blocks:
                    if not all(
                        isinstance(instruction, (Call, Assign))
                        and self._stays_pure(self.functions[name], instruction, pure)
                        for instruction in block.instructions
                    ):
                        pure.discard(name)
                        shrinking = True
                        break
        return pure

    def _stays_pure(self, summary: ControlFlowSummary, instruction: Call | Assign, pure: set[str]) -> bool:
        if isinstance(instruction, Call):
            name = self.resolve(summary.path, callee_name(instruction))
            return name in pure or isinstance(self._calls.get(self.canonical(name)), Assume)
        return isinstance(instruction.target, Local)

    # --- what may still happen --------------------------------------------------------------

    def ahead(self, function: str, block: int, index: int = 0) -> frozenset[str]:
        """What may happen from an instruction on until `function` returns, callees and whatever they start
        included: ``read V``, ``write V C`` (tracked variables by number, C "?" for any value),
        ``enter F``, ``returned F``."""
        if self._ahead is None:
            self._ahead = self._look_ahead()
        return self._ahead[function][block][index]

    def _look_ahead(self) -> dict[str, list[list[frozenset[str]]]]:
        own: dict[str, list[list[frozenset[str]]]] = {}
        callees: dict[str, list[list[frozenset[str]]]] = {}
        for name in self.relevant:
            summary = self.code(name)
            own[name] = [self._happens(summary, block) for block in summary.blocks]
            callees[name] = [
                [frozenset(found) & self.relevant for found in self._mentions(summary, block)]
                for block in summary.blocks
            ]
        whole = {
            name: frozenset[str]().union(*(happens for row in rows for happens in row))
            for name, rows in own.items()
        }
        changed = True
        while changed:
            changed = False
            for name, rows in callees.items():
                called = {callee for row in rows for found in row for callee in found}
                grown = whole[name].union(*(whole[callee] for callee in called))
                if grown != whole[name]:
                    whole[name] = grown
                    changed = True
        table: dict[str, list[list[frozenset[str]]]] = {}
        for name in self.relevant:
            blocks = self.code(name).blocks
            rows = [
                [
                    happens.union(*(whole[callee] for callee in found))
                    for happens, found in zip(own[name][n], callees[name][n], strict=True)
                ]
                for n in range(len(blocks))
            ]
            entry = [frozenset[str]().union(*row) for row in rows]
            changed = True
            while changed:
                changed = False
                for number in reversed(range(len(blocks))):
                    after = successors(blocks[number].terminator)
                    grown = entry[number].union(*(entry[target] for target in after))
                    if grown != entry[number]:
                        entry[number] = grown
                        changed = True
            for number, row in enumerate(rows):
                rest = frozenset[str]().union(
                    *(entry[target] for target in successors(blocks[number].terminator))
                )
                for position in reversed(range(len(row))):
                    rest = row[position] = row[position] | rest
            table[name] = rows
        return table

    def _happens(self, summary: ControlFlowSummary, block: Block) -> list[frozenset[str]]:
        """What each instruction of a block, and last its terminator, does by itself."""
        row: list[frozenset[str]] = []
        for instruction, expressions in parts_of(block):
            found = self._reads_in(summary, expressions)
            if isinstance(instruction, Call):
                canonical = self.canonical(callee_name(instruction))
                action = self._calls.get(canonical)
                found.update((f"enter {canonical}", f"returned {canonical}"))
                if isinstance(action, Read):
                    found.add(f"read {action.variable}")
                elif isinstance(action, Write):
                    values = self._constants_of(summary, instruction.arguments[action.writer.value :])
                    for target in self._written(summary.name, instruction, action):
                        found.update(f"write {target} {value}" for value in values)
            elif isinstance(instruction, Assign) and not isinstance(instruction.target, Local):
                number = self.variable_of(summary.name, instruction.target)
                if number is not None:
                    values = self._constants_of(summary, (instruction.value,))
                    found.update(f"write {number} {value}" for value in values)
                elif isinstance(instruction.target, Unary):
                    # Through a pointer that may be the address of any of them.
                    found.update(f"write {n} ?" for n in range(len(self.profile.tracked)))
            elif isinstance(instruction, Return):
                found.add(f"returned {self.canonical(summary.name)}")
            row.append(frozenset(found))
        return row

    def _reads_in(self, summary: ControlFlowSummary, expressions: Iterable[Expression]) -> set[str]:
        found: set[str] = set()
        for expression in expressions:
            found.update(
                f"enter {self.canonical(symbol)}"
                for symbol in symbols_in(expression)
                if symbol in self.functions
            )
            for field in fields_in(expression):
                number = self.variable_of(summary.name, field)
                if number is not None:
                    found.add(f"read {number}")
        return found

    def _mentions(self, summary: ControlFlowSummary, block: Block) -> list[set[str]]:
        return [
            {
                self.resolve(summary.path, symbol)
                for expression in expressions
                for symbol in symbols_in(expression)
            }
            for _, expressions in parts_of(block)
        ]

    def _constants_of(self, summary: ControlFlowSummary, values: tuple[Expression, ...]) -> set[str]:
        """The constants that the first of `values` may be, by base names; "?" when it may be anything."""
        value = values[0] if values else None
        if isinstance(value, (Symbol, Number)):
            return {self._constant(value)}
        if isinstance(value, Local):
            found: set[str] = set()
            for block in summary.blocks:
                for instruction in block.instructions:
                    if isinstance(instruction, Assign) and instruction.target == value:
                        source = instruction.value
                        found.add(self._constant(source) if isinstance(source, (Symbol, Number)) else "?")
                    elif isinstance(instruction, Call) and instruction.target == value:
                        found.add("?")
            if found and value.name not in {parameter.name for parameter in summary.parameters}:
                return found
        return {"?"}

    def _constant(self, value: Symbol | Number) -> str:
        if isinstance(value, Number):
            return str(value.value)
        canonical = self.canonical(value.name)
        number = self.profile.constants.get(canonical)
        return canonical if number is None else str(number)

    def _written(self, function: str, call: Call, action: Write) -> Iterable[int]:
        if action.variable is not None:
            return (action.variable,)
        target = action.writer.target
        number = None
        if target < len(call.arguments):
            number = self.variable_of(function, call.arguments[target])
        return range(len(self.profile.tracked)) if number is None else (number,)


QUALIFIERS = frozenset({"const", "volatile", "static", "struct", "union", "enum", "register", "restrict"})


def tracked_names(variables: tuple[Tracked, ...]) -> dict[str, int]:
    """Index of each tracked variable by name."""
    return {variable.name: number for number, variable in enumerate(variables)}


def number_of(expression: Expression) -> int | None:
    """The number an expression is, if it is one."""
    return expression.value if isinstance(expression, Number) else None
