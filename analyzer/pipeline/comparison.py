"""Compares commits with their parents: what the scenarios were before, and are after.

Job: judge chains of commits. Input: a repository, a profile, (commit, parent) pairs. Output: a `Judged` for
each. Cheap answers first: what touches no file of the profile; what cannot bear on anything that is
executed. Of the others, those that follow each other are looked at together, as a series, so that what one
leaves as it was is executed once. What changes too much to be followed is compared by the lists of both
trees. Not modelled: commits that matter only through files outside the profile's globs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from analyzer import cfront, intake
from analyzer.lifecycle.bearing import may_bear
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.stages import bind
from analyzer.model.commit import Commit
from analyzer.model.history import Judged, Move, ScenarioStep, Told
from analyzer.model.letters import Sequence as Letters
from analyzer.model.profile import Profile
from analyzer.model.report import Change, ScenarioSequences, StageSequences
from analyzer.model.series import Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.unknown import InputError
from analyzer.pipeline.analyse import certain, compare_all, scenarios_of, unexplained
from analyzer.pipeline.options import Options
from analyzer.reports.lists import BLOCKED, entries
from analyzer.reports.words import change_words, unknown_words
from analyzer.snapshots import commits, tree
from analyzer.snapshots.objects import Objects

Pair: TypeAlias = tuple[str, str]  # commit, parent ("": none)
Chain: TypeAlias = tuple[Pair, ...]  # newest first; each parent has the next commit's files of the profile
FOLLOWED = 1_500  # changed lines through which runs are followed; a tree imported as a whole has many more
_USES = 64  # chains after which what is remembered of files is left to the cache
_CHANGED = re.compile(rb"^[-+]", re.MULTILINE)
_NOTHING = "no scenario of the profile has a run there"


def globs(profile: Profile) -> tuple[str, ...]:
    """The profile's globs as git's, of C files alone."""
    found: list[str] = []
    for glob in profile.paths or ("*",):
        ends = tree.SOURCES if glob.endswith("*") else ("",)
        found += [f"{glob}{end}" for end in ends]
    return tuple(found)


def ends(judged: Judged) -> bool:
    """Whether a walk cannot go beyond this commit."""
    return bool(judged.unread or judged.unread_before or judged.begins)


class Comparison:
    """Judges one chain after the other. Close it at the end, to keep what was read of files."""

    def __init__(self, objects: Objects, profile: Profile, bounds: Bounds, keep: bool) -> None:
        self._objects, self._profile = objects, profile
        self._options = Options((), bounds=bounds, cache=keep, failing=False)
        self._globs = globs(profile)
        self._store: cfront.Store | None = None
        self._uses = 0

    def __call__(self, chain: Chain) -> tuple[Judged, ...]:
        """One `Judged` a pair, in any order; those behind one at which a walk ends may be left out."""
        self._renew()
        found: list[Judged] = []
        waiting: list[Pair] = []
        for pair in chain:
            judged = self._at_once(pair)
            if judged is None:
                waiting.append(pair)
            elif judged.apart or ends(judged):
                found += [*self._together(waiting), judged]
                waiting = []
                if any(map(ends, found)):
                    return tuple(found)
            else:
                found.append(judged)  # what it changes bears on nothing, here or in a series
        return (*found, *self._together(waiting))

    def close(self) -> None:
        """Keeps what was read."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _renew(self) -> None:
        """Starts to remember anew now and then, so that it is not a whole history."""
        if self._store is None or self._uses % _USES == 0:
            self.close()
            folder = cfront.cache_folder() if self._options.cache else None
            self._store = cfront.Store(self._profile.dialect, folder)
        self._uses += 1

    def _reader(self) -> cfront.Store:
        if self._store is None:
            self._renew()
        assert self._store is not None
        return self._store

    # --- one commit ----------------------------------------------------------------------------

    def _at_once(self, pair: Pair) -> Judged | None:
        """What need not be followed; None for the others."""
        try:
            diff = self._diff(*pair)
            series = self._series([pair])
            if not series.patches[0].files and not series.unknown:
                return Judged(*pair, ())
            if len(_CHANGED.findall(diff)) > FOLLOWED:
                return self._apart(pair)
            if not series.unknown:
                before, after = tree.lay(series, self._profile, self._objects, series.base_commit)
                if not may_bear(before, after, self._profile, self._reader()):
                    return Judged(*pair, ())
        except InputError as error:
            return Judged(*pair, (), unread=str(error))
        return None

    def _alone(self, pair: Pair) -> Judged:
        """A commit followed by itself, else by the lists of both trees."""
        try:
            (judged,) = self._followed([pair])
            return self._apart(pair) if judged.unread or judged.unread_before else judged
        except InputError as error:
            return Judged(*pair, (), unread=str(error))

    def _apart(self, pair: Pair) -> Judged:
        """A commit that changes too much to follow runs through it: both trees, each by itself."""
        base = self._tree(pair[1])
        begins = not self._objects.listing(base, self._globs)
        old, new = (self._look(Series("", 1, (), base_commit=each)) for each in (base, pair[0]))
        before = "" if begins else _unread(old, 0)
        return Judged(*pair, _both(old.scenarios, new.scenarios), _unread(new, 0), before, begins, True)

    # --- several -------------------------------------------------------------------------------

    def _together(self, pairs: Sequence[Pair]) -> Iterator[Judged]:
        """Commits that follow each other, up to the first at which a walk ends."""
        if len(pairs) > 1:
            try:
                followed = self._followed(pairs)
            except InputError:
                followed = []
            if followed and not any(one.unread or one.unread_before for one in followed):
                yield from followed
                return
        for pair in pairs:
            judged = self._alone(pair)
            yield judged
            if ends(judged):
                return

    def _followed(self, pairs: Sequence[Pair]) -> list[Judged]:
        """The commits as the patches of one series."""
        looked = self._look(self._series(pairs))
        found = []
        for number, pair in enumerate(reversed(pairs), 1):
            changes = [change for change in looked.changes if change.patch == number]
            scenarios = tuple(_scenario(scenario, number, changes) for scenario in looked.scenarios)
            before, after = _unread(looked, number - 1), _unread(looked, number)
            found.append(Judged(*pair, scenarios, after, before, doubts=looked.doubts[number - 1]))
        return found[::-1]

    def _series(self, pairs: Sequence[Pair]) -> Series:
        """The commits, oldest first, each as what the profile's files are changed since the one before."""
        said = []
        base = before = self._tree(pairs[-1][1])
        for commit, _ in reversed(pairs):
            said.append(Commit(commit, (before,), "", commit, "", self._diff(commit, before)))
            before = commit
        return intake.series_of(said, pairs[0][0], base)

    def _look(self, series: Series) -> _Looked:
        """What a report says of scenarios and changes, and no more."""
        laid = tree.lay(series, self._profile, self._objects, series.base_commit)
        snapshots = certain(laid, series)
        stages = bind(snapshots, self._profile, self._reader(), self._options.bounds)
        scenarios = scenarios_of(stages, snapshots, self._profile, self._options)
        compared = compare_all(stages, self._profile, self._options, lambda _: None)
        changes = tuple(change for one in compared for change in one.changes)
        doubts = [doubt for one in compared for doubt in one.unknown]
        doubts += unexplained(scenarios, changes)
        return _Looked(
            snapshots,
            scenarios,
            changes,
            tuple(
                tuple(dict.fromkeys(f"{one.what}: {one.why}" for one in doubts if one.patch == patch.number))
                for patch in series.patches
            ),
        )

    def _tree(self, parent: str) -> str:
        return parent or commits.EMPTY_TREE[self._objects.git.hash_name]

    def _diff(self, commit: str, parent: str) -> bytes:
        return commits.diff(self._objects, (parent,) if parent else (), commit, self._globs)


@dataclass(frozen=True, slots=True)
class _Looked:
    """Stages, what the scenarios are there, and for each patch what could not be compared."""

    snapshots: tuple[Snapshot, ...]
    scenarios: tuple[ScenarioSequences, ...]
    changes: tuple[Change, ...]
    doubts: tuple[tuple[str, ...], ...]


def _unread(looked: _Looked, at: int) -> str:
    """Why nothing can be told of a stage, or ""."""
    snapshot = looked.snapshots[at]
    if not snapshot.analysed:
        return unknown_words(snapshot.unknown[0]) if snapshot.unknown else "it was not analysed"
    rows = [scenario.stages[at] for scenario in looked.scenarios if not scenario.generated]
    if any(row.sequences and not row.unknown for row in rows):
        return ""
    return next((unknown_words(row.unknown[0]) for row in rows if row.unknown), _NOTHING)


def _scenario(scenario: ScenarioSequences, number: int, changes: Iterable[Change]) -> ScenarioStep:
    before, after = (_of_stage(row) for row in scenario.stages[number - 1 : number + 1])
    moves = {
        Move(
            change_words(change),
            _labels(change.before),
            _labels(change.after),
        ): None
        for change in changes
        if scenario.id in change.scenarios
    }
    return ScenarioStep(scenario.id, scenario.title, scenario.generated, before, after, tuple(moves))


def _both(old: Sequence[ScenarioSequences], new: Sequence[ScenarioSequences]) -> tuple[ScenarioStep, ...]:
    """The scenarios of two trees, each looked at by itself; what one of them lacks has no run there."""
    was, now = ({one.id: one for one in part} for part in (old, new))
    steps = []
    for name, one in (was | now).items():
        before, after = (_of_stage(part[name].stages[0]) if name in part else Told() for part in (was, now))
        steps.append(ScenarioStep(name, one.title, one.generated, before, after))
    return tuple(steps)


def _of_stage(row: StageSequences) -> Told:
    return Told(
        tuple(_labels(sequence) for sequence in row.sequences),
        tuple(tuple(entry.words for entry in entries(s, whole=True)) for s in row.sequences),
        tuple(dict.fromkeys(unknown_words(one) for one in row.unknown)),
    )


def _labels(sequence: Letters) -> tuple[str, ...]:
    labels = tuple(f"{one.label}*" if one.repeats else one.label for one in sequence.letters)
    return (*labels, BLOCKED) if sequence.blocked else labels
