"""Real trees as stages: a commit, or a commit and a series of our own on it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer import cfront, intake, profiles
from analyzer.checks.rules import check
from analyzer.lifecycle.changes import Compared, compare
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.generated import generated
from analyzer.lifecycle.sequences import OTHER, listed, others, read
from analyzer.lifecycle.stages import Stage, bind
from analyzer.model.profile import Profile
from analyzer.model.report import Finding, ScenarioSequences, StageSequences
from analyzer.model.series import Series
from analyzer.regress.findings import findings
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.tree import lay

BOUNDS = Bounds(seconds=100.0)
NOTHING = Series("", 1, ())


@dataclass(frozen=True)
class Laid:
    """The stages of a tree with a series on it, and the profile that they were bound to."""

    profile: Profile
    stages: Sequence[Stage]

    def told(self, scenario: str, stage: int = 0) -> StageSequences:
        """The sequences of a scenario at a stage."""
        at = self.stages[stage]
        if scenario == OTHER:
            return listed(at, others(at, self.profile), "", self.profile, BOUNDS)
        (number,) = [n for n, s in enumerate(self.profile.scenarios) if s.id == scenario]
        return read(at, number, self.profile.scenarios[number].shown_from, self.profile, BOUNDS)

    def words(self, scenario: str, stage: int = 0) -> set[str]:
        """The sequences of a scenario as ``UP@open DOWN@close``, blocked ones with ``...`` behind them;
        nothing of them may be unknown."""
        told = self.told(scenario, stage)
        assert told.unknown == ()
        return {
            " ".join([one.label + "*" * one.repeats for one in s.letters] + ["..."] * s.blocked)
            for s in told.sequences
        }

    def compared(self) -> list[Compared]:
        """What each patch changed."""
        return [
            compare(before, after, self.profile, BOUNDS)
            for before, after in zip(self.stages, self.stages[1:], strict=False)
        ]

    def generated(self) -> tuple[ScenarioSequences, ...]:
        """What follows if a call fails."""
        instead = [StageSequences(stage.snapshot.patch, ()) for stage in self.stages]
        return generated(self.stages, instead, self.profile)

    def findings(self) -> tuple[Finding, ...]:
        """What breaks a rule, and from which patch on."""
        verdicts = [check(stage, self.profile, profiles.parse_contract, BOUNDS) for stage in self.stages]
        changes = [change for one in self.compared() for change in one.changes]
        return findings(verdicts, self.profile.rules, changes)


def laid(tree: Path, name: str, series: Series = NOTHING) -> Laid:
    """The HEAD of a repository with `series` on it, bound to a shipped profile."""
    profile = profiles.load(name)
    with Objects(tree) as objects:
        snapshots = lay(series, profile, objects, objects.commit("HEAD"))
        assert not any(snapshot.unknown for snapshot in snapshots)
        stages = bind(snapshots, profile, cfront.Store(profile.dialect), BOUNDS)
    assert all(stage is not None for stage in stages)
    return Laid(profile, [stage for stage in stages if stage is not None])


def edited(tree: Path, folder: Path, *steps: Mapping[str, Sequence[tuple[str, str]]]) -> Series:
    """A series of one patch a step on `tree`; a step says for each file which text becomes which.

    The texts are made on a copy of the few files concerned: the tree stays as it is.
    """
    work = folder / "work"
    for path in {path for step in steps for path in step}:
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / path, work / path)
    _git(work, "init", "-q")
    _git(work, "add", ".")
    _git(work, "commit", "-q", "-m", "base")
    for number, step in enumerate(steps, 1):
        for path, changes in step.items():
            text = (work / path).read_text()
            for old, new in changes:
                assert text.count(old) == 1, f"{path}: {text.count(old)} places are\n{old}"
                text = text.replace(old, new)
            (work / path).write_text(text)
        _git(work, "commit", "-q", "-a", "-m", f"step {number}")
    _git(work, "format-patch", "-q", "-o", str(folder / "patches"), f"-{len(steps)}")
    (series,) = intake.read([str(path) for path in sorted((folder / "patches").iterdir())])
    return series


def _git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)
