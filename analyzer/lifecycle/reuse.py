"""What two neighbouring stages have in common, so that one need not be executed where the other was.

A function is the same at both when its code, the identities of its places and what its calls mean are the
same. A step of a run that goes through such functions alone does the same at both stages; only the lines
differ. It leads to the same state if what may follow there is the same as well, for that decides what is
forgotten.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from analyzer.lifecycle.actions import uncalled
from analyzer.lifecycle.machine import Machine
from analyzer.lifecycle.parts import callee_name
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.returning import Point
from analyzer.lifecycle.runs import Choice, Emission
from analyzer.lifecycle.sites import places_of
from analyzer.lifecycle.state import State
from analyzer.model.summary import Call, ControlFlowSummary, Goto, Span

_PLACES = frozenset({"path", "text"})  # fields that say where or how something was written


class Gone(Exception):
    """A line of the stage before is not there any more, or is several."""


class Common:
    """What the stage of `after` has in common with that of `before`."""

    def __init__(self, before: Machine, after: Machine) -> None:
        self._program = after.program
        self._machines = (before, after)
        self._functions = _same_functions(before, after)
        self._stacks: dict[tuple[Point, ...], bool] = {}
        self._covered: dict[frozenset[str], bool] = {}
        self._lines: dict[tuple[str, int], set[int]] = {}
        for name in self._functions:
            self._align(before.program.code(name), after.program.code(name))
        self._emissions: dict[tuple[Emission, ...], tuple[Emission, ...]] = {}
        self._choices: dict[int, tuple[Choice, Choice]] = {}

    def covers(self, functions: frozenset[str]) -> bool:
        """Whether both stages have all of `functions` in common."""
        found = self._covered.get(functions)
        if found is None:
            found = self._covered[functions] = functions <= self._functions
        return found

    def holds(self, state: State, functions: frozenset[str]) -> bool:
        """Whether a state, in which `functions` are under way, means the same at both stages."""
        return self.covers(functions) and not any(fact.startswith("problem ") for fact in state.facts)

    def continues(self, state: State, functions: frozenset[str]) -> bool:
        """Whether, besides, the same may follow from a state at both stages."""
        return (
            self.holds(state, functions)
            and all(
                self._followed(tuple([(f.function, f.block, f.position, f.target) for f in task.frames]))
                for task in state.tasks
            )
            and all(self._followed(((queued.function, 0, 0, None),)) for queued in state.queue)
        )

    def _followed(self, stack: tuple[Point, ...]) -> bool:
        """Whether the same may follow from a stack of functions that both stages have in common."""
        found = self._stacks.get(stack)
        if found is None:
            was, now = (machine.follows(stack) for machine in self._machines)
            found = self._stacks[stack] = was == now
        return found

    def emitted(self, emissions: tuple[Emission, ...]) -> tuple[Emission, ...]:
        """Letters of the stage before at this stage's places; raises `Gone`."""
        if not emissions:
            return emissions
        found = self._emissions.get(emissions)
        if found is None:
            moved = []
            for one in emissions:
                spot = self._spot(one.spot)
                evidence, where = self._program.place(*spot)
                moved.append(one if one.mark else replace(one, spot=spot, evidence=evidence, where=where))
            found = self._emissions[emissions] = tuple(moved)
        return found

    def choice(self, choice: Choice) -> Choice:
        """A choice of the stage before at this stage's place; raises `Gone`."""
        known = self._choices.get(id(choice))
        if known is not None:
            return known[1]
        moved = choice
        if choice.spot[1]:
            spot = self._spot(choice.spot)
            moved = replace(choice, spot=spot, where=self._program.place(*spot)[1])
        self._choices[id(choice)] = (choice, moved)
        return moved

    def _spot(self, spot: tuple[str, int]) -> tuple[str, int]:
        if not spot[1]:
            return spot
        lines = self._lines.get(spot, set())
        if len(lines) != 1:
            raise Gone
        return (spot[0], next(iter(lines)))

    def _align(self, one: ControlFlowSummary, other: ControlFlowSummary) -> None:
        """Note to which lines those of a function have moved."""
        for was, now in zip(one.blocks, other.blocks, strict=True):
            pairs = zip((*was.instructions, was.terminator), (*now.instructions, now.terminator), strict=True)
            for old, new in pairs:
                if not isinstance(old, Goto) and not isinstance(new, Goto):
                    self._lines.setdefault((one.path, old.span.line), set()).add(new.span.line)


def _same_functions(before: Machine, after: Machine) -> frozenset[str]:
    old, new = before.program, after.program
    if _begun(old) != _begun(new):
        return frozenset()
    found = frozenset(name for name in old.relevant & new.relevant if _same(old, new, name))
    interfering = {
        new.by_canonical[spec.function]
        for spec in new.profile.interference
        if spec.function in new.by_canonical
    }
    # Another thread may come in anywhere: what follows from anything depends on it.
    alike = interfering & new.relevant <= found and all(
        before.ahead(name) == after.ahead(name) for name in interfering & new.relevant
    )
    return found if alike else frozenset()


def _begun(program: Program) -> frozenset[str]:
    """What a stage has of what may begin without being called."""
    return uncalled(program.profile).intersection(program.by_canonical)


def _same(old: Program, new: Program, name: str) -> bool:
    one, other = old.code(name), new.code(name)
    if one.path != other.path or not same_code(one, other):
        return False
    # A function of which the profile says what a call does is not executed, and its places are no sites.
    was, now = places_of(old, one), places_of(new, other)
    if [old.sites.get(place) for place in was] != [new.sites.get(place) for place in now]:
        return False
    if any(_meaning(old, one.path, callee) != _meaning(new, one.path, callee) for callee in _callees(one)):
        return False
    return all(old.pointees(call) == new.pointees(call) for call in _calls(one))


def _meaning(program: Program, path: str, name: str) -> tuple[object, ...]:
    key = program.resolve(path, name)
    kinds = (program.relevant, program.telling, program.acting)
    return (program.action(path, name), *(key in kind for kind in kinds))


def _callees(summary: ControlFlowSummary) -> set[str]:
    return {callee_name(call) for call in _calls(summary)}


def _calls(summary: ControlFlowSummary) -> list[Call]:
    return [i for block in summary.blocks for i in block.instructions if isinstance(i, Call)]


def same_code(one: object, other: object) -> bool:
    """Whether two summaries, or parts of them, execute the same, wherever they stand."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple):
        assert isinstance(other, tuple)
        return len(one) == len(other) and all(map(same_code, one, other))
    if isinstance(one, Span):
        return True
    if is_dataclass(one):
        return all(
            same_code(getattr(one, field.name), getattr(other, field.name))
            for field in fields(one)
            if field.name not in _PLACES
        )
    return one == other
