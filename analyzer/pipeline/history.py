"""Which commit changed which scenario's sequence, from what to what.

Job: walk a history from its newest commit back, and compare each commit that touches the profile's files
with its parent, as a series of one patch. Input: options. Output: a `History`. The walk ends at the first
commit of which nothing can be told; what is older is not looked at. What was found is kept, so that a walk
that was ended goes on where it was. Not modelled: commits that matter only through files outside the
profile's globs.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from analyzer import cfront, intake, profiles
from analyzer.lifecycle.bearing import may_bear
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.stages import bind
from analyzer.model.commit import Commit
from analyzer.model.history import History, HistoryEntry, Judged, Move, ScenarioStep, Told
from analyzer.model.profile import Profile
from analyzer.model.report import Change, ScenarioSequences, StageSequences
from analyzer.model.report import Sequence as Letters
from analyzer.model.series import Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.unknown import InputError
from analyzer.pipeline.analyse import certain, compare_all, scenarios_of, unexplained
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import SHORT
from analyzer.pipeline.resume import Kept
from analyzer.pipeline.workers import Died, spread
from analyzer.reports.lists import BLOCKED, entries
from analyzer.reports.words import change_words, unknown_words
from analyzer.snapshots import commits, tree
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.tree import SOURCES
from analyzer.snapshots.walk import Step, walk

_NOTHING = "no scenario of the profile has a run there"
_CHANGED = re.compile(rb"^[-+]", re.MULTILINE)
_USES = 64  # commits after which what is remembered of files is left to the cache
FOLLOWED = 1_500  # changed lines through which runs are followed; a tree imported as a whole has many more
Pair = tuple[str, str]  # commit, parent


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """`words` name the commits, `paths` (git's own globs) restrict them to those that touch one; `full` walks
    all parents, else the first ones. `keep` says to use and write what is kept of earlier walks."""

    repo: str = "."
    words: str = "HEAD"
    paths: tuple[str, ...] = ()
    profile: str | None = None
    full: bool = False
    jobs: int = 1
    keep: bool = True
    bounds: Bounds = field(default_factory=Bounds)


def history(options: HistoryOptions, progress: Callable[[str], None] = lambda _: None) -> History:
    """The walk over a repository's history. Raises `InputError` for what cannot be read."""
    with Objects(Path(options.repo)) as objects:
        profile = _profile(options, objects)
        found = walk(objects, options.words, options.paths or globs(profile), options.full)
        folder = cfront.cache_folder() if options.keep else None
        kept = Kept(folder and folder / "history", _depends(options, objects, profile))
        name = profile.name if options.profile is None else options.profile
        judged = _judge_all(options, name, found.steps, kept, progress)
        return _told(options, objects, profile, found.commits, found.steps, judged)


def globs(profile: Profile) -> tuple[str, ...]:
    """The profile's globs as git's, of C files alone."""
    found: list[str] = []
    for glob in profile.paths or ("*",):
        ends = SOURCES if glob.endswith("*") else ("",)
        found += [f"{glob}{end}" for end in ends]
    return tuple(found)


def _profile(options: HistoryOptions, objects: Objects) -> Profile:
    """The profile asked for, else the one that most files of the newest tree belong to."""
    if options.profile is not None:
        return profiles.load(options.profile)
    tip = options.words.rpartition("..")[2] or "HEAD"
    loaded = [profiles.load(name) for name in profiles.names()]
    every = list(objects.listing(objects.commit(tip), tuple(g for one in loaded for g in globs(one))))
    counted = []
    for one in loaded:
        wanted = re.compile("|".join(fnmatch.translate(glob) for glob in globs(one)))
        counted.append(sum(wanted.match(path) is not None for path in every))
    if not any(counted):
        raise InputError(f"{objects.name}: no file there belongs to any profile; name one with --profile")
    return loaded[counted.index(max(counted))]


def _depends(options: HistoryOptions, objects: Objects, profile: Profile) -> Iterable[str]:
    """All that the comparison of a commit with its parent depends on, beside the two."""
    return str(objects.git.folder), repr(profile), repr(options.bounds)


# --- comparing ---------------------------------------------------------------------------------


def _judge_all(
    options: HistoryOptions,
    profile: str,
    steps: Sequence[Step],
    kept: Kept,
    progress: Callable[[str], None],
) -> Mapping[Pair, Judged]:
    """Each commit with each of its parents, newest first, up to one of which nothing can be told."""
    pairs = [pair for step in steps for pair in pairs_of(step)]
    found = {pair: _from_json(value) for pair in pairs if (value := kept.get("..".join(pair))) is not None}
    at = {pair: number for number, pair in enumerate(pairs)}
    end = min((at[pair] for pair, one in found.items() if _ends(one)), default=len(pairs))
    left = [pair for pair in pairs[:end] if pair not in found]
    make = partial(_maker, options, profile)
    done = 0
    for number, result in enumerate(spread(make, left, options.jobs), 1):
        if isinstance(result, Died):
            commit, parent = result.item
            result = Judged(commit, parent, (), unread="the process that analysed it was ended")
        else:
            kept.put(f"{result.commit}..{result.parent}", asdict(result))
        found[result.commit, result.parent] = result
        progress(f"commit {result.commit[:SHORT]}: {number} of {len(left)} compared")
        if _ends(result):
            end = min(end, at[result.commit, result.parent])
        while done < end and pairs[done] in found:
            done += 1
        if done >= end:
            break  # what is older than the end is not looked at
    return found


def pairs_of(step: Step) -> tuple[Pair, ...]:
    """The commit with each parent, or with "" if it has none."""
    return tuple((step.commit, parent) for parent in step.parents or ("",))


def _ends(judged: Judged) -> bool:
    return bool(judged.unread or judged.unread_before or judged.begins)


def _maker(options: HistoryOptions, profile: str) -> Callable[[Pair], Judged]:
    return Comparison(Objects(Path(options.repo)), profiles.load(profile), options.bounds, options.keep)


class Comparison:
    """Compares commits with their parents ("": with nothing), one after the other."""

    def __init__(self, objects: Objects, profile: Profile, bounds: Bounds, keep: bool) -> None:
        self._objects, self._profile = objects, profile
        self._options = Options((), bounds=bounds, cache=keep, failing=False)
        self._globs = globs(profile)
        self._store: cfront.Store | None = None
        self._uses = 0

    def __call__(self, pair: Pair) -> Judged:
        commit, parent = pair
        try:
            diff = commits.diff(self._objects, (parent,) if parent else (), commit, self._globs)
            base = parent or commits.EMPTY_TREE[self._objects.git.hash_name]
            said = Commit(commit, (parent,), "", commit[:SHORT], "", diff)
            series = intake.series_of([said], commit, base)
            if not series.patches[0].files and not series.unknown:
                return Judged(commit, parent, ())  # nothing of it can matter
            followed = len(_CHANGED.findall(diff)) <= FOLLOWED
            if followed and not series.unknown and not self._may_bear(series):
                return Judged(commit, parent, ())
            judged = self._followed(pair, series) if followed else None
            if judged is None or judged.unread or judged.unread_before:
                return self._apart(pair, base)
            return judged
        except InputError as error:
            return Judged(commit, parent, (), unread=str(error))

    def close(self) -> None:
        """Keeps what was read."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _reader(self) -> cfront.Store:
        """What reads files; renewed now and then, so that it does not remember a whole history."""
        if self._store is None or self._uses % _USES == 0:
            self.close()
            folder = cfront.cache_folder() if self._options.cache else None
            self._store = cfront.Store(self._profile.dialect, folder)
        self._uses += 1
        return self._store

    def _may_bear(self, series: Series) -> bool:
        before, after = tree.lay(series, self._profile, self._objects, series.base_commit)
        return may_bear(before, after, self._profile, self._reader())

    def _followed(self, pair: Pair, series: Series) -> Judged:
        """A commit as a series of one patch."""
        looked = self._look(series)
        scenarios = tuple(_scenario(scenario, looked.changes) for scenario in looked.scenarios)
        before, after = (_unread(looked, at) for at in (0, 1))
        return Judged(*pair, scenarios, after, before, doubts=looked.doubts)

    def _apart(self, pair: Pair, base: str) -> Judged:
        """A commit that changes too much to follow runs through it: both trees, each by itself."""
        begins = not self._objects.listing(base, self._globs)
        old, new = (self._look(Series("", 1, (), base_commit=each)) for each in (base, pair[0]))
        before = "" if begins else _unread(old, 0)
        return Judged(*pair, _both(old.scenarios, new.scenarios), _unread(new, 0), before, begins, True)

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
        return _Looked(snapshots, scenarios, changes, tuple(map(unknown_words, doubts)))


@dataclass(frozen=True, slots=True)
class _Looked:
    """One or two stages, what the scenarios are there, and what could not be compared."""

    snapshots: tuple[Snapshot, ...]
    scenarios: tuple[ScenarioSequences, ...]
    changes: tuple[Change, ...]
    doubts: tuple[str, ...]


def _unread(looked: _Looked, at: int) -> str:
    """Why nothing can be told of a stage, or ""."""
    snapshot = looked.snapshots[at]
    if not snapshot.analysed:
        return unknown_words(snapshot.unknown[0]) if snapshot.unknown else "it was not analysed"
    rows = [scenario.stages[at] for scenario in looked.scenarios if not scenario.generated]
    if any(row.sequences and not row.unknown for row in rows):
        return ""
    return next((unknown_words(row.unknown[0]) for row in rows if row.unknown), _NOTHING)


def _scenario(scenario: ScenarioSequences, changes: Iterable[Change]) -> ScenarioStep:
    before, after = (_of_stage(row) for row in scenario.stages)
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


# --- putting together --------------------------------------------------------------------------


def _told(
    options: HistoryOptions,
    objects: Objects,
    profile: Profile,
    count: int,
    steps: Sequence[Step],
    judged: Mapping[Pair, Judged],
) -> History:
    marked: list[tuple[Step, tuple[ScenarioStep, ...], bool, bool]] = []
    doubts: list[tuple[str, str]] = []
    stopped, compared = "", 0
    for at, step in enumerate(steps):
        results = [judged[pair] for pair in pairs_of(step)]
        compared += 1
        unread = next((one.unread for one in results if one.unread), "")
        if unread:
            stopped = _stop(step.commit, unread, len(steps) - at - 1)
            break
        scenarios = _own(results)
        begins = step.cut or any(one.begins or one.unread_before for one in results)
        for scenario in scenarios:
            said = (*scenario.after.unknown, *(() if begins else scenario.before.unknown))
            doubts += [(step.commit, f"{scenario.title}: {why}") for why in dict.fromkeys(said)]
        doubts += [(step.commit, why) for one in results for why in one.doubts]
        if begins or any(scenario.changed for scenario in scenarios):
            marked.append((step, scenarios, begins, any(one.apart for one in results)))
        older = len(steps) - at - 1
        why = next((one.unread_before for one in results if one.unread_before), "")
        if older and any(one.begins for one in results):
            why = "it has none of the profile's files"
        if step.cut:
            why = "it lies beyond the end of a shallow repository (git fetch --unshallow)"
        if why:
            stopped = _stop(f"the parent of {step.commit[:SHORT]}", why, older)
            break
    messages = commits.messages(objects, [step.commit for step, *_ in marked]) if marked else {}
    entries_ = tuple(
        HistoryEntry(step.commit, *messages[step.commit][:2], step.merge, first, scenarios, apart)
        for step, scenarios, first, apart in reversed(marked)
    )
    doubts.reverse()
    incomplete = bool(stopped) or bool(doubts)
    return History(
        profile.name, profile.title, options.repo, options.words, options.full, count, len(steps), compared,
        entries_, stopped, tuple(doubts), 3 if incomplete else 0,
    )  # fmt: skip


def _own(results: Sequence[Judged]) -> tuple[ScenarioStep, ...]:
    """What a commit does itself: a merge only what is new against every parent."""
    first = results[0].scenarios
    for other in results[1:]:
        changed = {scenario.id for scenario in other.scenarios if scenario.changed}
        first = tuple(scenario for scenario in first if scenario.id in changed)
    return first


def _stop(what: str, why: str, older: int) -> str:
    named = what if " " in what else what[:SHORT]
    rest = f"; {older} older commits that touch the files were not looked at" if older else ""
    return f"nothing can be told of {named}: {why}{rest}"


def _from_json(value: Any) -> Judged:
    def told(part: Any) -> Told:
        return Told(_lists(part["labels"]), _lists(part["words"]), tuple(part["unknown"]))

    return Judged(
        value["commit"],
        value["parent"],
        tuple(
            ScenarioStep(
                part["id"],
                part["title"],
                part["generated"],
                told(part["before"]),
                told(part["after"]),
                tuple(Move(m["kind"], tuple(m["before"]), tuple(m["after"])) for m in part["moves"]),
            )
            for part in value["scenarios"]
        ),
        value["unread"],
        value["unread_before"],
        value["begins"],
        value["apart"],
        tuple(value["doubts"]),
    )


def _lists(part: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(each) for each in part)
