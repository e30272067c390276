"""All stages of a series, bound to one profile: programs, machines, graphs, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

from analyzer.lifecycle.automaton import Automaton, automaton
from analyzer.lifecycle.explore import Bounds, Graph, explore, relocate
from analyzer.lifecycle.machine import Machine
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.scope import Indexed, Reader, Scope, indexed
from analyzer.lifecycle.sites import number_sites
from analyzer.lifecycle.touched import touched
from analyzer.lifecycle.watched import Watched
from analyzer.model.profile import Profile
from analyzer.model.snapshot import Snapshot
from analyzer.model.summary import Span


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
        files = scope.read(reader)
        built[stage.snapshot.patch] = Program(
            stage.snapshot, files, profile, base, watched, edited, scope.defined
        )
    programs = [built.get(snapshot.patch) for snapshot in snapshots]
    present = [program for program in programs if program is not None]
    number_sites(present)
    if present:
        common = frozenset.intersection(*(frozenset(program.by_canonical) for program in present))
        for program in present:
            program.common = common
    stages: list[Stage | None] = []
    before: Program | None = None
    last: Graph | None = None
    for bound in programs:
        if bound is None:
            stages.append(None)
            continue
        program = bound
        machine = Machine(program)
        number = program.snapshot.patch
        same = before is not None and _essence(before) == _essence(program)
        graph = relocate(last, program) if same and last is not None else None
        if graph is None:
            graph = explore(machine, bounds, lambda text, n=number: progress(f"stage {n}: {text}"))  # type: ignore[misc]
        last = graph
        stages.append(Stage(program.snapshot, machine, graph, automaton(graph), same))
        before = program
    return stages


def _named(base: Mapping[str, str], profile: Profile, name: str) -> str:
    name = base.get(name, name)
    return profile.same.get(name, name)


def _carry(before: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    """Names of a stage by those of the base, through one more patch."""
    names = {name: base for name, base in before.items() if name not in renamed.values()}
    names.update({name: before.get(old, old) for name, old in renamed.items()})
    return names


def _essence(program: Program) -> Mapping[str, object]:
    """What the stage executes, without the places it stands at."""
    # Functions of one name in several files differ in what stands behind the @.
    return {
        f"{program.canonical(name)}@{name.partition('@')[2]}": _bare(program.code(name))
        for name in program.relevant
    }


def _bare(value: object) -> object:
    if isinstance(value, Span):
        return None
    if is_dataclass(value):
        return (
            type(value).__name__,
            *(
                _bare(getattr(value, field.name))
                for field in fields(value)
                if field.name not in ("path", "text")
            ),
        )
    if isinstance(value, tuple):
        return tuple(_bare(item) for item in value)
    return value
