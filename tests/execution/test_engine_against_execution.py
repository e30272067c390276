"""The engine against execution: both have the same words, scenario by scenario, stage by stage.

Every executed trace has to be a word of the automaton, repeats included, and every word of up to eight
letters has to be executed. The engine reads the very text that is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzer import cfront, profiles
from analyzer.lifecycle.automaton import Automaton
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.sequences import doubts, picked
from analyzer.lifecycle.stages import Stage, bind
from analyzer.model.snapshot import Evidence
from analyzer.snapshots.texts import from_texts
from tests.execution.reduced_tree import Execution, claims, patches, tree_at

pytestmark = pytest.mark.slow

LONGEST = 8
PROFILE = profiles.load("qemu-migration")
SCENARIOS = [scenario.id for scenario in PROFILE.scenarios]
ABSENT = ("cpr-exec-failure", "postcopy-block-activation-late")  # no run of the reduced tree is one
STAGES = range(len(patches()) + 1)


@dataclass(frozen=True)
class Words:
    """The words of a scenario's runs: those of at most eight letters, with each letter's place."""

    engine: frozenset[tuple[str, ...]]
    executed: frozenset[tuple[str, ...]]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> list[Stage]:
    """The tree's text at every stage, explored."""
    folder = tmp_path_factory.mktemp("text")
    trees = []
    for number in STAGES:
        tree = tree_at(number, folder / f"tree{number}")
        trees.append((f"stage {number}", texts(tree)))
    found = bind(from_texts(trees, Evidence.TREE), PROFILE, cfront.Store(PROFILE.dialect), Bounds())
    return [stage for stage in found if stage is not None]


def texts(tree: Path) -> dict[str, str]:
    return {str(path.relative_to(tree)): path.read_text() for path in sorted(tree.rglob("*.[ch]"))}


def words(dfa: Automaton, ends: frozenset[int], prefixes: bool = False) -> frozenset[tuple[str, ...]]:
    """All words of up to eight letters that end in `ends`, or begin so; marks are no letters."""
    found: set[tuple[str, ...]] = set()
    seen: set[tuple[int, tuple[str, ...]]] = set()
    work: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while work:
        here = work.pop()
        if here in seen:
            continue
        seen.add(here)
        state, word = here
        if prefixes or dfa.ends[state] & ends:
            found.add(word)
        for label, target in dfa.arrows[state].items():
            if dfa.emissions[label].mark:
                work.append((target, word))
            elif len(word) < LONGEST:
                work.append((target, (*word, "@".join(label))))
    return frozenset(found)


def both(engine: list[Stage], executed: tuple[Execution, ...], number: int, scenario: str) -> Words:
    index = SCENARIOS.index(scenario)
    stage = engine[number]
    select = PROFILE.scenarios[index].select
    traces = executed[number].traces
    return Words(
        words(stage.dfa, picked(stage, index)),
        frozenset(trace.letters for trace in traces if claims(select, trace)),
    )


def test_every_stage_is_explored_in_full(engine: list[Stage]) -> None:
    assert len(engine) == len(STAGES)
    for stage in engine:
        assert doubts(stage, frozenset(stage.graph.ends())) == ()


@pytest.mark.parametrize("number", STAGES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_executed_trace_is_a_word(
    engine: list[Stage], executed: tuple[Execution, ...], number: int, scenario: str
) -> None:
    found = both(engine, executed, number, scenario)
    assert found.executed - found.engine == frozenset()
    assert bool(found.executed) == (scenario not in ABSENT)


@pytest.mark.parametrize("number", STAGES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_word_of_up_to_eight_letters_is_executed(
    engine: list[Stage], executed: tuple[Execution, ...], number: int, scenario: str
) -> None:
    found = both(engine, executed, number, scenario)
    assert found.engine - found.executed == frozenset()


@pytest.mark.parametrize("number", STAGES)
def test_every_trace_at_all_is_a_word(
    engine: list[Stage], executed: tuple[Execution, ...], number: int
) -> None:
    """Also of the runs that no scenario claims. A run that waits for ever need only begin a word."""
    stage = engine[number]
    every = words(stage.dfa, frozenset(stage.graph.ends()))
    # From each state of the automaton an end is reached, so each way through it begins a word,
    # also of one that has more letters than are listed.
    begun = words(stage.dfa, frozenset(range(len(stage.graph.nodes))), prefixes=True)
    traces = executed[number].traces
    assert {trace.letters for trace in traces if trace.ends == "done"} - every == set()
    assert {trace.letters for trace in traces} - begun == set()
