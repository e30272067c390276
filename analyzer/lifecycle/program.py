"""A stage bound to a profile: what each call means, which functions matter, where unknown values arise.

Input: a `Snapshot`, its `FileSummary`s and a `Profile`. Output: a `Program` that the machine executes.
Not modelled: calls through pointers that no local holds and into whose field nothing that matters is put
(unknown, listed as an assumption).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from analyzer.lifecycle.actions import (
    Acquire,
    Action,
    Assume,
    Defer,
    Give,
    Ignore,
    Inline,
    Notify,
    Pass,
    Read,
    Release,
    Start,
    Write,
    bind_calls,
    uncalled,
)
from analyzer.lifecycle.course import course_of
from analyzer.lifecycle.liveness import live_locals
from analyzer.lifecycle.parts import (
    callee_name,
    expressions_of,
    field_path,
    fields_in,
    mentions,
    stands_in,
    symbols_in,
    values_in,
)
from analyzer.lifecycle.pointed import Pointed, behind, pointer_of
from analyzer.lifecycle.prune import prune
from analyzer.lifecycle.watched import Watched
from analyzer.lifecycle.wording import calls_by_result, worded
from analyzer.model.profile import EventCall, Profile, Tracked
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.model.summary import (
    Assign,
    Block,
    Call,
    ControlFlowSummary,
    Enter,
    Expression,
    Field,
    FileSummary,
    Instruction,
    Label,
    Leave,
    Local,
    Problem,
    Span,
    Symbol,
    Unary,
)
from analyzer.model.unknown import Location

Place: TypeAlias = tuple[str, int, int, str]  # path, line, column, what

TYPE_WORDS = re.compile(r"[A-Za-z_]\w*")


class Program:
    """One stage, ready to be executed. Everything but the caches is fixed when built."""

    def __init__(
        self,
        snapshot: Snapshot,
        files: Iterable[FileSummary],
        profile: Profile,
        renamed: Mapping[str, str],
        watched: Watched,
        touched: frozenset[str] = frozenset(),
        defined: frozenset[str] = frozenset(),
        pointers: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType({}),
    ) -> None:
        self.snapshot = snapshot
        self.touched = touched
        self._defined = defined
        self._pointers = pointers
        self.profile = profile
        self.watched = watched
        self._renamed = renamed
        self.functions: dict[str, ControlFlowSummary] = {}
        self._local: dict[tuple[str, str], ControlFlowSummary] = {}
        self.problems: list[Problem] = []  # text outside functions that could not be read
        self.unread: list[str] = []  # the files it stands in
        # What a header or a stub defines as well is for another configuration.
        for file in sorted(files, key=lambda file: stands_in(file.path)):
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
        self._calls = bind_calls(profile)
        # Where a tree has both names, they are two things; but not what the profile says it means the same.
        self._same = {
            other: name
            for other, name in profile.same.items()
            if name not in self.functions or name in self._calls
        }
        self.by_canonical = {self.canonical(name): name for name in reversed(self.functions)}
        for entry in profile.entries:
            if entry.course and all(call in self.by_canonical for call in entry.calls):
                self._add(course_of(entry, self.by_canonical))
        self.fields = {path: i for i, v in enumerate(profile.tracked) for path in v.fields}
        self.pointed = Pointed(self.lookup)
        self._live: dict[str, tuple[tuple[frozenset[str], ...], ...]] = {}
        self._actions: dict[tuple[str, str], Action] = {}
        self._types: dict[str, dict[str, str]] = {}
        self._lacking: dict[str, bool] = {}
        self.labels = {mark.label: mark for mark in profile.landmarks if mark.label}
        self.sites: Mapping[Place, str] = {}
        self.spots: dict[str, tuple[str, int]] = {}  # path and line of each switch point that was met
        self.assumptions: set[str] = set()
        self.relevant = self._slice()
        self._relevant_names = {name.partition("@")[0] for name in self.relevant}
        self._quiet: set[str] = self._find_quiet()
        self._pruned: dict[str, ControlFlowSummary] = {}
        self._results: dict[str, dict[str, str]] = {}
        self.common: frozenset[str] = frozenset(self.by_canonical)

    def _add(self, function: ControlFlowSummary) -> None:
        self.functions[function.name] = self._local[function.path, function.name] = function
        self.by_canonical[function.name] = function.name

    # --- names ------------------------------------------------------------------------------

    def canonical(self, name: str) -> str:
        """The profile's, else the base stage's name for an identifier of this stage."""
        name = name.partition("@")[0]
        name = self._renamed.get(name, name)
        return self._same.get(name, name)

    def resolve(self, path: str, name: str) -> str:
        """The key in `functions` of what `name` means in the file `path`; `name` itself when unknown."""
        found = self._local.get((path, name))
        return name if found is None else found.name

    def live(self, function: str, block: int, index: int) -> frozenset[str]:
        """Locals that may be read from there on."""
        table = self._live.get(function)
        if table is None:
            table = live_locals(self.code(function), self.reads_arguments)
            held = self.held(function)
            if held:
                table = tuple(tuple(live | held for live in row) for row in table)
            self._live[function] = table
        return table[block][index]

    def held(self, function: str) -> frozenset[str]:
        """What the pointers it is given point to, which its caller may read."""
        return frozenset(behind(name) for name in self.pointed.of(self.functions[function]))

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

    def lacks(self, variable: Tracked) -> bool:
        """Whether no function of the stage names the variable."""
        known = self._lacking.get(variable.name)
        if known is None:
            known = self._lacking[variable.name] = not any(
                self._names(function, block, variable)
                for function in self.functions.values()
                for block in function.blocks
            )
        return known

    def _names(self, function: ControlFlowSummary, block: Block, variable: Tracked) -> bool:
        if any(
            isinstance(one, Call) and self.canonical(callee_name(one)) in variable.predicates
            for one in block.instructions
        ):
            return True
        return any(
            self.path_of(function.name, field) in variable.fields
            for _, expression in expressions_of(block)
            for field in fields_in(expression)
        )

    # --- what calls mean --------------------------------------------------------------------

    def events_of(self, action: Notify, call: Call) -> tuple[EventCall, ...]:
        """The alternatives of a notifying call whose chain it names."""
        return tuple(
            event
            for event in action.events
            if not event.chain or any(mentions(one, event.chain, self.canonical) for one in call.arguments)
        )

    def looks(self, action: Notify, call: Call) -> bool:
        """Whether a notification reads tracked state: its handlers see that in place of a constant."""
        events = self.events_of(action, call)
        here = [event for event in events if event.argument < len(call.arguments)]
        return any(event.states for event in here) and all(event.argument < 0 for event in here)

    def runs_in(self, action: Notify) -> frozenset[str]:
        """The functions that a notification may execute: predicates of the state, and handlers."""
        wanted = {state.predicate for event in action.events for state in event.states}
        wanted |= {handler.function for handler in self.profile.handlers}
        return frozenset(self.by_canonical[name] for name in wanted if name in self.by_canonical)

    def definitions(self) -> Mapping[tuple[str, str], ControlFlowSummary]:
        """All definitions by path and name."""
        return self._local

    def code(self, function: str) -> ControlFlowSummary:
        """What the machine executes of a function: without what has no effect (`prune`)."""
        found = self._pruned.get(function)
        if found is None:
            summary = self.functions[function]
            self._note_assumptions(summary)
            matters = partial(self._matters, summary)
            found = prune(summary, matters, self.reads_arguments, self._asked)
            self._pruned[function] = found
        return found

    def _note_assumptions(self, summary: ControlFlowSummary) -> None:
        """List what is taken of the calls of a function that is executed and cannot be known."""
        for block in summary.blocks:
            for instruction in block.instructions:
                if not isinstance(instruction, Call) or isinstance(instruction.callee, Local):
                    continue
                if not isinstance(instruction.callee, Symbol):
                    where = self.place(summary.path, instruction.span.line)[1]
                    self.assumptions.add(
                        f"a call through a pointer is taken to change nothing tracked: "
                        f"{instruction.text} at {where}"
                    )
                elif self._unknown(summary.path, instruction.callee.name):
                    self.assumptions.add(
                        f"{instruction.callee.name}() is not modelled and taken to change nothing tracked"
                    )

    def _unknown(self, path: str, name: str) -> bool:
        """Whether neither the stage nor the profile knows what a call does."""
        canonical = self.canonical(name)
        asked = canonical in self.watched.entered or canonical in self.watched.returned
        known = canonical in self._calls or canonical in self.profile.objects or asked
        if known or name in self._defined or self.lookup(path, name) is not None:
            return False
        return not any(fnmatchcase(canonical, pattern) for pattern in self.profile.inert)

    def reads_arguments(self, call: Call) -> bool:
        name = callee_name(call)
        if isinstance(call.callee, Local) or self.pointees(call):
            return True
        canonical = self.canonical(name)
        if canonical in self.watched.returned:
            return True
        known = self._calls.get(canonical)
        return known is not None or name in self._relevant_names

    def _asked(self, call: Call) -> bool:
        """Whether a selection asks how a call returned."""
        return self.canonical(callee_name(call)) in self.watched.returned

    def _matters(self, summary: ControlFlowSummary, instruction: Instruction) -> bool:
        """Whether an instruction does more than write locals."""
        if isinstance(instruction, Call):
            name = callee_name(instruction)
            if isinstance(instruction.callee, Local) or self.pointees(instruction):
                return True
            canonical = self.canonical(name)
            if canonical in self.watched.entered or canonical in self.watched.returned:
                return True
            through = self.pointed.of(summary)
            if through and any(isinstance(a, Local) and a.name in through for a in instruction.arguments):
                return True
            action = self.action(summary.path, name)
            if isinstance(action, Inline):
                return action.function not in self._quiet
            if isinstance(action, Notify):
                return bool(self.events_of(action, instruction))
            if isinstance(action, Write):
                return self._writes(summary.name, action, instruction)
            return not isinstance(action, (Ignore, Read, Give))
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

    def only_computes(self, function: str) -> bool:
        """Whether a function that is executed has no effect but its result."""
        return function in self._quiet

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

    def pointees(self, call: Call) -> tuple[str, ...]:
        """The functions that are executed if a call through a field is one of them: those that the field may
        hold, and that take as many arguments."""
        if not isinstance(call.callee, Field):
            return ()
        found = []
        for path, name in self._pointers.get(call.callee.name, ()):
            summary = self._local.get((path, name))
            if summary is not None and len(summary.parameters) == len(call.arguments):
                found.append(summary.name)
        return tuple(name for name in found if name in self.acting)

    def meaning(self, canonical: str) -> Action | None:
        """What the profile says of a call, by its name at the base."""
        return self._calls.get(canonical)

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

    # --- the relevance slice ----------------------------------------------------------------

    def _slice(self) -> frozenset[str]:
        """Functions to execute: those that can reach an effect, predicates on what is tracked, wrappers of a
        lock, and what the patches of the series touch (a part taken out of a function, or put into one,
        decides what it decided before)."""
        begins = {entry.function for entry in self.profile.entries} | uncalled(self.profile)
        answering: set[str] = set()  # functions about whose results a selection asks
        callers: dict[str, set[str]] = {}
        given: set[str] = set()  # functions that an object carries, to be called later
        acting: set[str] = set()
        telling: set[str] = set()
        unbalanced: set[str] = set()
        for name, summary in self.functions.items():
            canonical = self.canonical(name)
            if canonical in self.watched.returned:
                answering.add(name)
            if canonical in begins or canonical in self.watched.entered | self.watched.marks:
                acting.add(name)
            if canonical in self.watched.marks:
                telling.add(name)
            held = 0
            for block in summary.blocks:
                for instruction in block.instructions:
                    if isinstance(instruction, Call):
                        callee = callee_name(instruction)
                        callers.setdefault(self.resolve(summary.path, callee), set()).add(name)
                        if isinstance(instruction.callee, Field):
                            for place in self._pointers.get(callee, ()):
                                if place in self._local:
                                    callers.setdefault(self._local[place].name, set()).add(name)
                        called = self.canonical(callee)
                        action = self._calls.get(called)
                        if isinstance(action, Notify):
                            if self.events_of(action, instruction):
                                telling.add(name)
                        elif isinstance(action, Pass):
                            telling.add(name)
                        elif isinstance(action, (Defer, Start, Give)):
                            for later in self._named_in(summary, instruction):
                                callers.setdefault(later, set()).add(name)
                                if isinstance(action, Give):
                                    given.add(later)
                            if any(self.variable_of(name, a) is not None for a in instruction.arguments):
                                acting.add(name)  # what runs later is in a tracked variable
                        elif (
                            isinstance(action, Write) and self._writes(name, action, instruction)
                        ) or self.asked_about(instruction):
                            acting.add(name)
                        elif isinstance(action, (Acquire, Release)):
                            held += 1 if isinstance(action, Acquire) else -1
                    elif isinstance(instruction, Label):
                        if f"{canonical}:{instruction.name}" in self.labels:
                            telling.add(name)
                    elif isinstance(instruction, Assign) and (
                        self.variable_of(name, instruction.target) is not None
                    ):
                        acting.add(name)
            if held:
                unbalanced.add(name)
        self.telling = self._closed(telling, callers)
        self.given = frozenset(given)
        watched = self.watched.entered | self.watched.marks | set(self.watched.returned)
        inert = self._inert(watched | begins)
        seeds = acting | telling | unbalanced | self._touched()
        self.acting = self._closed(seeds - inert, callers, inert)
        return (self.acting | answering | self._predicates()) - inert

    def _inert(self, asked: frozenset[str] | set[str]) -> frozenset[str]:
        """Functions of which the profile says that they change nothing that is tracked: they need not be
        executed, if they tell nothing, nobody asks about them, and no patch touches them."""
        return frozenset(
            name
            for name in self.functions
            if name not in self.telling
            and (canonical := self.canonical(name)) not in asked
            and canonical not in self.touched
            and any(fnmatchcase(canonical, pattern) for pattern in self.profile.inert)
        )

    def _writes(self, function: str, action: Write, call: Call) -> bool:
        """Whether a writing call may write anything that is tracked: not if it gets the address of another
        field."""
        target = action.writer.target
        if action.variable is not None or not 0 <= target < len(call.arguments):
            return True
        address = call.arguments[target]
        given = isinstance(address, Unary) and address.op == "&" and isinstance(address.operand, Field)
        return not given or self.variable_of(function, address) is not None

    def asked_about(self, call: Call) -> bool:
        """Whether a selection asks about a call, with constants such as it is given."""
        canonical = self.canonical(callee_name(call))
        if canonical in self.watched.entered or canonical in self.watched.marks:
            return True
        given = {self.canonical(symbol) for argument in call.arguments for symbol in symbols_in(argument)}
        return any(
            wanted is None or given.issuperset(wanted)
            for _, wanted, _ in self.watched.returned.get(canonical, ())
        )

    def _named_in(self, summary: ControlFlowSummary, call: Call) -> set[str]:
        """The functions that a call's arguments name."""
        named = {self.resolve(summary.path, s) for a in call.arguments for s in symbols_in(a)}
        return named & self.functions.keys()

    @staticmethod
    def _closed(
        seeds: set[str], callers: Mapping[str, set[str]], without: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        """`seeds` and whatever calls them, over any number of calls; not by way of `without`."""
        seen = set(seeds)
        work = list(seeds)
        while work:
            for caller in callers.get(work.pop(), ()):
                if caller not in seen and caller not in without:
                    seen.add(caller)
                    work.append(caller)
        return frozenset(seen)

    def _touched(self) -> set[str]:
        return {name for name in self.functions if self.canonical(name) in self.touched}

    def _predicates(self) -> set[str]:
        """Functions that only compute, from tracked state or from what they are given."""
        pure = self._pure()
        found = {name for name in pure if self._looks(self.functions[name], pure)}
        growing = True
        while growing:
            growing = False
            for name in sorted(pure - found):
                summary = self.functions[name]
                if any(
                    isinstance(i, Call) and self.resolve(summary.path, callee_name(i)) in found
                    for block in summary.blocks
                    for i in block.instructions
                ):
                    found.add(name)
                    growing = True
        return found

    def _looks(self, summary: ControlFlowSummary, pure: set[str]) -> bool:
        """Whether a function reads tracked state or a parameter's own value."""
        given = {parameter.name for parameter in summary.parameters}
        for block in summary.blocks:
            for instruction in block.instructions:
                if isinstance(instruction, Call) and isinstance(
                    self._calls.get(self.canonical(callee_name(instruction))), Read
                ):
                    return True
            for _, expression in expressions_of(block):
                if any(self.variable_of(summary.name, field) is not None for field in fields_in(expression)):
                    return True
                if any(name in given for name in values_in(expression)):
                    return True
        return False

    def _pure(self) -> set[str]:
        """Functions that only compute from what they are given: they may test tracked state for others, and
        give their results back through pointers."""
        pure = {
            name
            for name, summary in self.functions.items()
            if (summary.returns.strip() != "void" or self.pointed.of(summary)) and not summary.problems
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
            canonical = self.canonical(name)
            return (
                name in pure
                or canonical in self.profile.objects
                or isinstance(self._calls.get(canonical), (Assume, Read))
            )
        through = pointer_of(instruction.target)
        return isinstance(instruction.target, Local) or through in self.pointed.of(summary)


QUALIFIERS = frozenset({"const", "volatile", "static", "struct", "union", "enum", "register", "restrict"})
