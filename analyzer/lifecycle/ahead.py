"""What may still happen from an instruction on: which tracked variables are read or written, which
functions are entered, which watched calls return. Unreachable facts and unread values are dropped by it.

A whole-program may-analysis without context: callees and whatever they start count in full.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.lifecycle.actions import Defer, Notify, Read, Write
from analyzer.lifecycle.liveness import successors
from analyzer.lifecycle.parts import callee_name, fields_in, parts_of, symbols_in
from analyzer.lifecycle.program import Program
from analyzer.model.summary import (
    Assign,
    Block,
    Call,
    ControlFlowSummary,
    Expression,
    Instruction,
    Local,
    Number,
    Return,
    Symbol,
    Terminator,
    Unary,
)


class LookAhead:
    """The analysis of one program, made when first asked."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._table: dict[str, list[list[frozenset[str]]]] | None = None
        self._single: dict[str, list[list[frozenset[str]]]] = {}

    def after(self, function: str, block: int, index: int = 0) -> frozenset[str]:
        """What may happen from an instruction on until `function` returns, callees and whatever they start
        included: ``read V``, ``write V C`` (tracked variables by number, C "?" for any value),
        ``enter F``, ``returned W`` (W a watched call as the profile writes it)."""
        return self.rows(function)[block][index]

    def rows(self, function: str) -> list[list[frozenset[str]]]:
        """`after` for all blocks and instructions of a function."""
        if self._table is None:
            self._table = self._look_ahead()
        return self._table[function]

    def single(self, function: str) -> list[list[frozenset[str]]]:
        """What may happen at each instruction by itself, callees and whatever they start included."""
        self.rows(function)
        return self._single[function]

    def _look_ahead(self) -> dict[str, list[list[frozenset[str]]]]:
        own: dict[str, list[list[frozenset[str]]]] = {}
        callees: dict[str, list[list[frozenset[str]]]] = {}
        for name in self._program.relevant:
            summary = self._program.code(name)
            own[name] = [self._happens(summary, block) for block in summary.blocks]
            callees[name] = [
                [frozenset(found) & self._program.relevant for found in self._mentions(summary, block)]
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
        for name in self._program.relevant:
            blocks = self._program.code(name).blocks
            rows = [
                [
                    happens.union(*(whole[callee] for callee in found))
                    for happens, found in zip(own[name][n], callees[name][n], strict=True)
                ]
                for n in range(len(blocks))
            ]
            self._single[name] = [list(row) for row in rows]
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
                canonical = self._program.canonical(callee_name(instruction))
                action = self._program.meaning(canonical)
                found |= self._watched(summary, canonical, instruction)
                later = {self._program.canonical(name) for name in self._run_by(instruction)}
                found.update(f"enter {name}" for name in later & self._program.watched.entered)
                if isinstance(action, Read):
                    found.add(f"read {action.variable}")
                elif isinstance(action, Notify):
                    found.update(self._looked_at(action, instruction))
                elif isinstance(action, Write):
                    at = action.writer.value
                    values = self._constants_of(summary, instruction.arguments[at:] if at >= 0 else ())
                    if action.writer.constant:
                        values = {self._spelled(action.writer.constant)}
                    for target in self._written(summary.name, instruction, action):
                        found.update(f"write {target} {value}" for value in values)
            elif isinstance(instruction, Assign) and not isinstance(instruction.target, Local):
                number = self._program.variable_of(summary.name, instruction.target)
                if number is not None:
                    values = self._constants_of(summary, (instruction.value,))
                    found.update(f"write {number} {value}" for value in values)
                elif isinstance(instruction.target, Unary):
                    # Through a pointer that may be the address of any of them.
                    found.update(f"write {n} ?" for n in range(len(self._program.profile.tracked)))
            elif isinstance(instruction, Return):
                canonical = self._program.canonical(summary.name)
                watches = self._program.watched.returned.get(canonical, ())
                found.update(f"returned {text}" for text, wanted, _ in watches if wanted is None)
            row.append(frozenset(found))
        return row

    def _watched(self, summary: ControlFlowSummary, canonical: str, call: Call) -> set[str]:
        """What selections ask about a call."""
        watched = self._program.watched
        found = {f"enter {canonical}"} if canonical in watched.entered else set()
        found.update(
            f"returned {text}"
            for text, wanted, _ in watched.returned.get(canonical, ())
            if wanted is None or self._may_be_given(summary, wanted, call)
        )
        return found

    def _may_be_given(self, summary: ControlFlowSummary, wanted: tuple[str, ...], call: Call) -> bool:
        """Whether the constants `wanted` may be among the arguments of a call."""
        given: set[str] = set()
        for argument in call.arguments:
            if not self._points(summary, argument):
                given |= self._constants_of(summary, (argument,))
        spelled = [str(self._program.profile.constants.get(text, text)) for text in wanted]
        return all(text in given or "?" in given for text in spelled)

    @staticmethod
    def _points(summary: ControlFlowSummary, argument: Expression) -> bool:
        """Whether an argument is a pointer, and no constant."""
        return isinstance(argument, Local) and any(
            variable.name == argument.name and "*" in variable.type
            for variable in (*summary.parameters, *summary.locals)
        )

    def _looked_at(self, action: Notify, call: Call) -> set[str]:
        """The tracked state that a notification reads by itself, and what it writes for its handlers."""
        events = self._program.events_of(action, call)
        if not events:
            return set()
        named = [state.when for event in events for state in event.states]
        named += [handler.when for handler in self._program.profile.handlers]
        index = {variable.name: n for n, variable in enumerate(self._program.profile.tracked)}
        found = {f"read {index[name]}" for when in named for name in when}
        return found | {f"write {index[event.shows]} ?" for event in events if event.shows}

    def _reads_in(self, summary: ControlFlowSummary, expressions: Iterable[Expression]) -> set[str]:
        found: set[str] = set()
        for expression in expressions:
            found.update(
                f"enter {self._program.canonical(symbol)}"
                for symbol in symbols_in(expression)
                if symbol in self._program.functions
                and self._program.canonical(symbol) in self._program.watched.entered
            )
            for field in fields_in(expression):
                number = self._program.variable_of(summary.name, field)
                if number is not None:
                    found.add(f"read {number}")
        return found

    def _mentions(self, summary: ControlFlowSummary, block: Block) -> list[set[str]]:
        return [
            {
                self._program.resolve(summary.path, symbol)
                for expression in expressions
                for symbol in symbols_in(expression)
                # What the profile gives a meaning is not executed itself.
                if self._program.meaning(self._program.canonical(symbol)) is None
            }
            | self._run_by(part)
            | (set(self._program.pointees(part)) if isinstance(part, Call) else set())
            for part, expressions in parts_of(block)
        ]

    def _run_by(self, part: Instruction | Terminator) -> frozenset[str]:
        """What a notification executes, or a deferral queues, beside what the arguments name."""
        if not isinstance(part, Call):
            return frozenset()
        action = self._program.meaning(self._program.canonical(callee_name(part)))
        if isinstance(action, Defer):
            named = any(True for argument in part.arguments for _ in symbols_in(argument))
            return frozenset() if named else self._program.given
        if not isinstance(action, Notify) or not self._program.events_of(action, part):
            return frozenset()
        return self._program.runs_in(action)

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

    def _spelled(self, constant: str) -> str:
        number = self._program.profile.constants.get(constant)
        return constant if number is None else str(number)

    def _constant(self, value: Symbol | Number) -> str:
        if isinstance(value, Number):
            return str(value.value)
        canonical = self._program.canonical(value.name)
        number = self._program.profile.constants.get(canonical)
        return canonical if number is None else str(number)

    def _written(self, function: str, call: Call, action: Write) -> Iterable[int]:
        if action.variable is not None:
            return (action.variable,)
        target = action.writer.target
        number = None
        if target < len(call.arguments):
            number = self._program.variable_of(function, call.arguments[target])
        return range(len(self._program.profile.tracked)) if number is None else (number,)
