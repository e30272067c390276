"""Identity of places over the stages: where an unknown value arises is the same place after an edit.

A place keeps its identity when its line goes on; what stands on lines a patch rewrote is matched by what
it is (the callee or the field that is read): first within the same function, then anywhere, in order.
Names of callers and texts of conditions play no part, so renamed functions, inverted branches, extracted
helpers and moved code keep their decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.lifecycle.parts import callee_name, expressions_of, fields_in, symbols_in
from analyzer.lifecycle.program import Place, Program
from analyzer.model.summary import Assign, Block, Call, ControlFlowSummary, Enter, Leave, Span


def _places(program: Program) -> Iterator[tuple[Place, str, str]]:
    """Each place with what it is, by base names, and the base name of its function."""
    for (path, _), function in sorted(program.definitions().items()):
        for span, what in _whats(program, function):
            yield (path, span.line, span.column, what), what, program.canonical(function.name)


def places_of(program: Program, function: ControlFlowSummary) -> list[Place]:
    """The places of a function as it is executed, in order."""
    return [
        (function.path, span.line, span.column, what)
        for span, what in _whats(program, program.functions[function.name])
    ]


def _whats(program: Program, function: ControlFlowSummary) -> Iterator[tuple[Span, str]]:
    seen: set[tuple[int, int, str]] = set()
    for block in function.blocks:
        for span, what in _block_whats(program, block):
            if (span.line, span.column, what) not in seen:
                seen.add((span.line, span.column, what))
                yield span, what


def _block_whats(program: Program, block: Block) -> Iterator[tuple[Span, str]]:
    for instruction in block.instructions:
        if isinstance(instruction, Call):
            yield instruction.span, program.canonical(callee_name(instruction))
            yield instruction.span, "access"
        elif isinstance(instruction, (Enter, Leave)):
            yield instruction.span, instruction.macro
        elif isinstance(instruction, Assign):
            for field in fields_in(instruction.target):
                yield instruction.span, f"read:{field.name}"
    for span, expression in expressions_of(block):
        for field in fields_in(expression):
            yield span, f"read:{field.name}"
        for symbol in symbols_in(expression):
            yield span, f"read:{symbol}"
        yield span, "value"
        yield span, "local"
    yield from _ends(block)


def _ends(block: Block) -> Iterator[tuple[Span, str]]:
    end = block.terminator
    span = getattr(end, "span", None)
    if isinstance(span, Span):
        yield span, "switch"


def number_sites(programs: Sequence[Program]) -> None:
    """Give every place of every program its identity (`Program.sites`)."""
    fresh = 0
    for stage, program in enumerate(programs):
        before = programs[stage - 1] if stage else None
        free: dict[tuple[str, str], list[str]] = {}
        by_line: dict[tuple[str, int, str], list[str]] = {}
        if before is not None:
            for place, what, _ in sorted(_places(before)):
                identity = before.sites[place]
                by_line.setdefault((place[0], place[1], what), []).append(identity)
        owner = {}
        if before is not None:
            owner = {before.sites[place]: function for place, _, function in _places(before)}
        sites: dict[Place, str] = {}
        rest: list[tuple[Place, str, str]] = []
        for place, what, function in sorted(_places(program)):
            old_line = _old_line(program, place)
            queue = by_line.get((place[0], old_line, what)) if old_line else None
            if queue:
                sites[place] = queue.pop(0)
            else:
                rest.append((place, what, function))
        for (_, _, what), identities in sorted(by_line.items()):
            for identity in identities:
                free.setdefault((what, owner[identity]), []).append(identity)
        left: list[tuple[Place, str]] = []
        for place, what, function in rest:
            queue = free.get((what, function))
            if queue:
                sites[place] = queue.pop(0)
            else:
                left.append((place, what))
        anywhere: dict[str, list[str]] = {}
        for (what, _), identities in free.items():
            anywhere.setdefault(what, []).extend(identities)
        for place, what in left:
            queue = anywhere.get(what)
            if queue:
                sites[place] = queue.pop(0)
            else:
                fresh += 1
                sites[place] = f"{what}#{fresh}"
        program.sites = sites


def _old_line(program: Program, place: Place) -> int:
    moved = program.snapshot.moved.get(place[0])
    if moved is None:
        return place[1]
    return moved[place[1] - 1] if place[1] <= len(moved) else 0
