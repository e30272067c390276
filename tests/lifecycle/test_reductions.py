"""Law: what the engine leaves out to be quick changes no sequence of any selection.

The same stages are explored by a machine that forgets nothing and executes every instruction.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import cfront, intake, profiles
from analyzer.lifecycle import explore as exploration
from analyzer.lifecycle.automaton import automaton, words
from analyzer.lifecycle.explore import Bounds, Graph
from analyzer.lifecycle.machine import Machine
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.sites import number_sites
from analyzer.lifecycle.state import Live
from analyzer.lifecycle.watched import Watched
from analyzer.model.profile import Profile
from analyzer.model.series import Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.summary import ControlFlowSummary
from analyzer.snapshots import built_in

DOMAIN = Path(__file__).parents[2] / "fixtures" / "second-domain"
BOUNDS = Bounds(states=200_000, seconds=100.0)


class WholeProgram(Program):
    """Executes every instruction of every function, relevant or not."""

    def code(self, function: str) -> ControlFlowSummary:
        return self.functions[function]


class RememberingMachine(Machine):
    """Drops no fact and no tracked value."""

    def forget(self, live: Live) -> None:
        return None


@pytest.mark.slow
def test_forgetting_changes_no_sequence_of_a_large_lifecycle() -> None:
    profile = profiles.load("qemu-migration")
    snapshot = built_in.lay(Series("", 1, ()), profile)[0]
    few, quick = _explored(Program, Machine, snapshot, profile)
    many, whole = _explored(Program, RememberingMachine, snapshot, profile)
    assert quick == whole
    assert few < many


def _snapshots() -> tuple[Snapshot, ...]:
    profile = profiles.load(str(DOMAIN))
    (series,) = intake.read(sorted(str(path) for path in (DOMAIN / "series").glob("*.patch")))
    return built_in.lay(series, profile)


def _sequences(graph: Graph, machine: Machine) -> dict[int, set[tuple[tuple[tuple[str, str], bool], ...]]]:
    """Words by selection, marks left out."""
    dfa = automaton(graph)
    found: dict[int, set[tuple[tuple[tuple[str, str], bool], ...]]] = {}
    for selection in range(len(machine.selections.all)):
        ends = frozenset(
            number
            for number, node in enumerate(graph.nodes)
            if node.end is not None
            and machine.selections.picks(
                selection,
                machine.selections.reduce(node.facts, frozenset(), list(node.tracked)),
                node.tracked,
                node.end.kind,
            )
        )
        found[selection] = {
            tuple((s.emission.label, s.repeats) for s in word.spellings if not s.emission.mark)
            for word in words(dfa, ends, 200, 40)
        }
    return found


def _explored(
    program_type: type[Program], machine_type: type[Machine], snapshot: Snapshot, profile: Profile
) -> tuple[int, dict[int, set[tuple[tuple[tuple[str, str], bool], ...]]]]:
    files = [cfront.parse(path, text, profile.dialect) for path, text in snapshot.files.items()]
    program = program_type(snapshot, files, profile, {}, Watched.of(profile))
    number_sites([program])
    machine = machine_type(program)
    graph = exploration.explore(machine, BOUNDS)
    assert not graph.exceeded
    return len(graph.nodes), _sequences(graph, machine)


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_reductions_change_no_sequence(stage: int) -> None:
    profile = profiles.load(str(DOMAIN))
    snapshot = _snapshots()[stage]
    few, quick = _explored(Program, Machine, snapshot, profile)
    many, whole = _explored(WholeProgram, RememberingMachine, snapshot, profile)
    assert quick == whole
    assert any(sequences for sequences in quick.values())
    assert few < many
