"""What the program tells of patches, as far as mutants are judged by it: sequences and changes, in process.

Job: one series through intake, snapshots and engine, without rules, subscribers and formats. Input: patches
as texts, a profile, a tree or none. Output: `Told`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from analyzer import cfront
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.stages import bind
from analyzer.model.profile import Profile
from analyzer.model.report import Change, ScenarioSequences, StageSequences
from analyzer.model.unknown import Unknown, Weight
from analyzer.pipeline.analyse import certain, compare_all, read_series, scenarios_of, unexplained
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import opened
from analyzer.pipeline.source import source_of

BOUNDS = Bounds(seconds=3600.0)  # a busy machine is no reason to know less

Words = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Told:
    """The scenarios at each stage, the changes (if they were asked for), and what could not be told."""

    scenarios: tuple[ScenarioSequences, ...]
    changes: tuple[Change, ...]
    unknown: tuple[Unknown, ...]

    def words(self, stage: int) -> dict[str, Words]:
        """The words of each scenario at a stage, a letter that repeats once."""
        return {scenario.id: words_of(scenario.stages[stage]) for scenario in self.scenarios}

    def open(self, stage: int) -> tuple[Unknown, ...]:
        """What leaves the answer at a stage incomplete."""
        every = [*self.unknown, *(u for scenario in self.scenarios for u in scenario.stages[stage].unknown)]
        return tuple(dict.fromkeys(one for one in every if one.weight is Weight.INCOMPLETE))


def told_of(
    patches: Sequence[str],
    profile: Profile,
    folder: Path,
    store: cfront.Store,
    tree: Path | None = None,
    changes: bool = True,
) -> Told:
    """What is told of a series on a tree, or of its patches alone."""
    files = []
    for number, text in enumerate(patches, 1):
        files.append(folder / f"{number:04}.patch")
        files[-1].write_text(text)
    repo = None if tree is None else str(tree)
    options = Options(
        tuple(map(str, files)), profile.name, bounds=BOUNDS, repo=repo, search=False, failing=False
    )
    with opened(options) as repository:
        (series,) = read_series(options, [profile], None, lambda _: None, repository)
        source = source_of(series, profile, options, repository)
        assert source.kind == ("built-in" if tree is None else "tree")
        snapshots = certain(source.snapshots, series)
        stages = bind(snapshots, profile, store, options.bounds)
        scenarios = scenarios_of(stages, snapshots, profile, options)
    if not changes:
        return Told(scenarios, (), ())
    compared = compare_all(stages, profile, options, lambda _: None)
    found = tuple(change for one in compared for change in one.changes)
    unknown = [doubt for one in compared for doubt in one.unknown]
    return Told(scenarios, found, (*unknown, *unexplained(scenarios, found)))


def words_of(row: StageSequences) -> Words:
    words = (tuple(letter.label for letter in sequence.letters) for sequence in row.sequences)
    return frozenset(map(once, words))


def once(word: tuple[str, ...]) -> tuple[str, ...]:
    """A word with a letter that repeats once."""
    return tuple(label for label, _ in groupby(word))
