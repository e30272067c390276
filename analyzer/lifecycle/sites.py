"""Identity of places over the stages: where an unknown value arises is the same place after an edit.

A place keeps its identity when its line goes on; what stands on lines a patch rewrote is matched by what
it is (the callee or the field that is read): first within the same function, then anywhere, in order.
Names of callers and texts of conditions play no part, so renamed functions, inverted branches, extracted
helpers and moved code keep their decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from analyzer.lifecycle.actions import LOOKS, Notify
from analyzer.lifecycle.parts import callee_name, expressions_of, fields_in, symbols_in
from analyzer.lifecycle.program import Place, Program
from analyzer.model.summary import Assign, Block, Call, ControlFlowSummary, Enter, Leave, Span

Known: TypeAlias = tuple[Place, str, str]  # the place, what it is, the function it stands in


def _places(program: Program) -> Iterator[Known]:
    """Each place with what it is, by base names, and the base name of its function."""
    for (path, _), function in sorted(program.definitions().items()):
        if function.name not in program.relevant or _replaced(program, function):
            continue
        for span, what in _whats(program, function):
            yield (path, span.line, span.column, what), what, program.canonical(function.name)


def places_of(program: Program, function: ControlFlowSummary) -> list[Place]:
    """The places of a function as it is executed, in order."""
    if _replaced(program, function):
        return []
    return [
        (function.path, span.line, span.column, what)
        for span, what in _whats(program, program.functions[function.name])
    ]


def _replaced(program: Program, function: ControlFlowSummary) -> bool:
    """Whether the profile says what a call of the function does, so that it is never executed."""
    return program.meaning(program.canonical(function.name)) is not None


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
            action = program.meaning(program.canonical(callee_name(instruction)))
            if isinstance(action, Notify) and program.looks(action, instruction):
                yield instruction.span, LOOKS
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
    before: dict[str, list[Known]] = {}
    identities: Mapping[Place, str] = {}
    for program in programs:
        here = _by_path(program)
        moved = program.snapshot.moved
        # A file in which nothing moved has its places where they were.
        kept = {path for path, known in here.items() if path not in moved and before.get(path) == known}
        sites = {place: identities[place] for path in kept for place, _, _ in here[path]}
        old = [known for path in sorted(before.keys() - kept) for known in before[path]]
        new = [known for path in sorted(here.keys() - kept) for known in here[path]]
        by_line: dict[tuple[str, int, str], list[str]] = {}
        for place, what, _ in old:
            by_line.setdefault((place[0], place[1], what), []).append(identities[place])
        owner = {identities[place]: function for place, _, function in old}
        rest: list[Known] = []
        for place, what, function in new:
            path, line = _came_from(program, place)
            queue = by_line.get((path, line, what)) if line else None
            if queue:
                sites[place] = queue.pop(0)
            else:
                rest.append((place, what, function))
        free: dict[tuple[str, str], list[str]] = {}
        for (_, _, what), queue in sorted(by_line.items()):
            for identity in queue:
                free.setdefault((what, owner[identity]), []).append(identity)
        left: list[tuple[Place, str]] = []
        for place, what, function in rest:
            queue = free.get((what, function))
            if queue:
                sites[place] = queue.pop(0)
            else:
                left.append((place, what))
        anywhere: dict[str, list[str]] = {}
        for (what, _), queue in free.items():
            anywhere.setdefault(what, []).extend(queue)
        for place, what in left:
            queue = anywhere.get(what)
            if queue:
                sites[place] = queue.pop(0)
            else:
                fresh += 1
                sites[place] = f"{what}#{fresh}"
        program.sites = identities = sites
        before = here


def _by_path(program: Program) -> dict[str, list[Known]]:
    """The places of what is executed, in order, by file."""
    found: dict[str, list[Known]] = {}
    for known in sorted(_places(program)):
        found.setdefault(known[0][0], []).append(known)
    return found


def _came_from(program: Program, place: Place) -> tuple[str, int]:
    """Path and line of the stage before that a place's line goes on from; line 0 for a new one."""
    path, line = place[0], place[1]
    origins = program.snapshot.origins.get(path)
    if origins is not None:
        return origins[line - 1] if line <= len(origins) else ("", 0)
    moved = program.snapshot.moved.get(path)
    if moved is None:
        return path, line
    return path, moved[line - 1] if line <= len(moved) else 0
