"""Calls of macros that stand for one call, as the call they stand for.

Input: summaries, the macros of a stage, which names may be put in place of others. Output: the summaries.
A macro is expanded only if its body is one call whose arguments are single words (`MacroEntry.call`), or
nothing but another name, if all its definitions agree, and if its own name means nothing to the profile and
is no function. Not modelled: any other macro.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from analyzer.model.summary import (
    Block,
    Call,
    ControlFlowSummary,
    Expression,
    FileIndex,
    FileSummary,
    Number,
    Symbol,
)

Standing: TypeAlias = tuple[tuple[str, ...] | None, tuple[str, ...]]  # parameters (None: another name), call

_VALUES = {"NULL": 0, "false": 0, "true": 1}
_DEEPEST = 8  # macros that stand for macros


def standing_for_calls(indexes: Iterable[FileIndex]) -> Mapping[str, Standing]:
    """By name: the macros that stand for one call."""
    found: dict[str, set[Standing]] = {}
    for index in indexes:
        for macro in index.macros:
            found.setdefault(macro.name, set()).add((macro.parameters, macro.call))
        for name, other in index.aliases:
            found.setdefault(name, set()).add((None, (other,)))
    alone = {name: next(iter(ways)) for name, ways in found.items() if len(ways) == 1}
    return {name: way for name, way in alone.items() if way[1]}


def expanded(
    files: Sequence[FileSummary],
    macros: Mapping[str, Standing],
    is_own: Callable[[str], bool],
) -> list[FileSummary]:
    """The files with such macros written out. `is_own` tells that a name is a function or has a meaning:
    it is not expanded, and what a macro ends with has to be such a name."""

    def written_out(call: Call) -> Call:
        name, arguments = call.callee, call.arguments
        for _ in range(_DEEPEST):
            if not isinstance(name, Symbol) or is_own(name.name):
                break
            standing = macros.get(name.name)
            if standing is None:
                return call
            parameters, (callee, *words) = standing
            if parameters is not None:
                if len(parameters) != len(arguments):
                    return call
                given = dict(zip(parameters, arguments, strict=True))
                arguments = tuple(given.get(word) or _value(word) for word in words)
            name = Symbol(callee)
        if name == call.callee or not (isinstance(name, Symbol) and is_own(name.name)):
            return call
        return replace(call, callee=name, arguments=arguments)

    def block(one: Block) -> Block:
        instructions = tuple(
            written_out(instruction) if isinstance(instruction, Call) else instruction
            for instruction in one.instructions
        )
        return one if instructions == one.instructions else replace(one, instructions=instructions)

    def function(one: ControlFlowSummary) -> ControlFlowSummary:
        blocks = tuple(block(each) for each in one.blocks)
        return one if blocks == one.blocks else replace(one, blocks=blocks)

    return [replace(file, functions=tuple(function(one) for one in file.functions)) for file in files]


def _value(word: str) -> Expression:
    if word in _VALUES:
        return Number(_VALUES[word])
    try:
        return Number(int(word, 0))
    except ValueError:
        return Symbol(word)
