"""What names stand in a text, and where: the other side of `analyzer.profiles.match`.

Input are file texts and their `FileSummary`s, output is an `Index` from names to places. Calls, functions,
labels, fields and symbols come from the summaries; words that the front end erases or never sees
(macros, types) from the text itself, comments included. Not modelled: types, scopes, preprocessing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from analyzer.model.summary import (
    Assign,
    Binary,
    Branch,
    Call,
    ControlFlowSummary,
    Enter,
    Expression,
    Field,
    FileSummary,
    Instruction,
    Label,
    Return,
    Switch,
    Symbol,
    Terminator,
    Unary,
)
from analyzer.model.unknown import Location

_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)

Places = dict[str, list[Location]]


class Index:
    """Places by name, one map for each kind of name."""

    def __init__(self, files: Mapping[str, str], summaries: Iterable[FileSummary]) -> None:
        self.files: Places = {path: [Location(path)] for path in files}
        self.calls: Places = defaultdict(list)  # also block macros
        self.functions: Places = defaultdict(list)  # definitions and calls
        self.labels: Places = defaultdict(list)
        self.fields: Places = defaultdict(list)  # the path behind the base, ``a`` or ``a.b``
        self.symbols: Places = defaultdict(list)
        self.words: Places = defaultdict(list)
        for path, text in files.items():
            self._add_words(path, text)
        for summary in summaries:
            for function in summary.functions:
                self._add_function(function)

    def _add_words(self, path: str, text: str) -> None:
        for number, line in enumerate(text.splitlines(), 1):
            for word in dict.fromkeys(_WORD.findall(line)):
                self.words[word].append(Location(path, number))

    def _add_function(self, function: ControlFlowSummary) -> None:
        self.functions[function.name].append(Location(function.path, function.span.line))
        for block in function.blocks:
            for instruction in block.instructions:
                self._add_instruction(function, instruction)
            self._add_terminator(function, block.terminator)

    def _add_instruction(self, function: ControlFlowSummary, instruction: Instruction) -> None:
        where = Location(function.path, instruction.span.line)
        match instruction:
            case Call(callee=callee, arguments=arguments):
                if isinstance(callee, Symbol):
                    self.calls[callee.name].append(where)
                    self.functions[callee.name].append(where)
                else:
                    self._add_expression(callee, where)
                for argument in arguments:
                    self._add_expression(argument, where)
            case Assign(target=target, value=value):
                self._add_expression(target, where)
                self._add_expression(value, where)
            case Label(name=name):
                self.labels[f"{function.name}:{name}"].append(where)
            case Enter(macro=macro, arguments=arguments):
                self.calls[macro].append(where)
                for argument in arguments:
                    self._add_expression(argument, where)
            case _:
                pass

    def _add_terminator(self, function: ControlFlowSummary, terminator: Terminator) -> None:
        match terminator:
            case Branch(condition=condition, span=span):
                self._add_expression(condition, Location(function.path, span.line))
            case Switch(subject=subject, cases=cases, span=span):
                where = Location(function.path, span.line)
                self._add_expression(subject, where)
                for value, _ in cases:
                    self._add_expression(value, where)
            case Return(value=value, span=span) if value is not None:
                self._add_expression(value, Location(function.path, span.line))
            case _:
                pass

    def _add_expression(self, expression: Expression, where: Location) -> None:
        match expression:
            case Symbol(name):
                self.symbols[name].append(where)
            case Field(base, name):
                self.fields[name].append(where)
                path = name
                while isinstance(base, Field):
                    path = f"{base.name}.{path}"
                    self.fields[path].append(where)
                    base = base.base
                self._add_expression(base, where)
            case Unary(_, operand):
                self._add_expression(operand, where)
            case Binary(_, left, right):
                self._add_expression(left, where)
                self._add_expression(right, where)
            case _:
                pass
