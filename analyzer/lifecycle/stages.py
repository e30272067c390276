"""All stages of a series, bound to one profile: programs, machines, graphs, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

from analyzer.lifecycle.actions import bind_calls
from analyzer.lifecycle.automaton import Automaton, automaton
from analyzer.lifecycle.explore import Before, Bounds, Graph, explore
from analyzer.lifecycle.machine import Machine
from analyzer.lifecycle.macros import expanded, standing_for_calls
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.reuse import Common, same_code
from analyzer.lifecycle.scope import Indexed, Reader, Scope, indexed
from analyzer.lifecycle.sites import number_sites
from analyzer.lifecycle.touched import touched
from analyzer.lifecycle.watched import Watched
from analyzer.model.profile import Profile
from analyzer.model.snapshot import Snapshot


@dataclass(slots=True)
class Stage:
    """A stage that could be analysed. `same` says that it executes exactly what the one before it does."""

    snapshot: Snapshot
    machine: Machine
    graph: Graph
    dfa: Automaton
    same: bool


def bind(
    snapshots: Sequence[Snapshot],
    profile: Profile,
    reader: Reader,
    bounds: Bounds,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Stage | None]:
    """A `Stage` for each snapshot; None for one that was not analysed."""
    watched = Watched.of(profile)
    calls = bind_calls(profile)
    canonical: Mapping[str, str] = {}
    read: list[Indexed] = []
    bases: list[Mapping[str, str]] = []
    names: list[Callable[[str], str]] = []
    for snapshot in snapshots:
        if not snapshot.analysed:
            continue
        canonical = _carry(canonical, snapshot.renamed)
        names.append(lambda name, base=canonical: _named(base, profile, name))  # type: ignore[misc]
        bases.append(canonical)
        read.append(indexed(snapshot, reader))
    edited = touched([(stage.snapshot, stage.definitions()) for stage in read], names)
    built: dict[int, Program] = {}
    for stage, base, name in zip(read, bases, names, strict=True):
        scope = Scope(stage, profile, watched, name, edited)
        own = partial(_is_own, scope.defined, calls.keys(), name)
        files = expanded(scope.read(reader), standing_for_calls(stage.indexes), own)
        built[stage.snapshot.patch] = Program(
            stage.snapshot, files, profile, base, watched, edited, scope.defined, scope.pointers
        )
    programs = [built.get(snapshot.patch) for snapshot in snapshots]
    present = [program for program in programs if program is not None]
    number_sites(present)
    if present:
        common = frozenset.intersection(*(frozenset(program.by_canonical) for program in present))
        for program in present:
            program.common = common
    stages: list[Stage | None] = []
    last: Stage | None = None
    for bound in programs:
        if bound is None:
            stages.append(None)
            continue
        program = bound
        machine = Machine(program)
        number = program.snapshot.patch
        reusable = None if last is None else Before(last.graph, Common(last.machine, machine))
        same = last is not None and _same(last.machine.program, program)
        graph = explore(machine, bounds, _told(progress, number), reusable)
        last = Stage(program.snapshot, machine, graph, automaton(graph), same)
        stages.append(last)
    return stages


def _told(progress: Callable[[str], None], number: int) -> Callable[[str], None]:
    return lambda text: progress(f"stage {number}: {text}")


def _is_own(defined: Set[str], meant: Set[str], canonical: Callable[[str], str], name: str) -> bool:
    """Whether a name is a function, or the profile says what it does."""
    return name in defined or canonical(name) in meant


def _named(base: Mapping[str, str], profile: Profile, name: str) -> str:
    name = base.get(name, name)
    return profile.same.get(name, name)


def _carry(before: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    """Names of a stage by those of the base, through one more patch."""
    names = {name: base for name, base in before.items() if name not in renamed.values()}
    names.update({name: before.get(old, old) for name, old in renamed.items()})
    return names


def _same(before: Program, after: Program) -> bool:
    """Whether two stages execute the same, wherever it stands."""
    was = {before.canonical(name): name for name in before.relevant}
    now = {after.canonical(name): name for name in after.relevant}
    return was.keys() == now.keys() and all(
        same_code(before.code(was[name]), after.code(now[name])) for name in was
    )
