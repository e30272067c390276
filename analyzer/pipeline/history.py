"""Which commit changed which scenario's sequence, from what to what.

Job: walk a history from its newest commit back, and compare each commit that touches the profile's files
with its parent, as a series of one patch. Input: options. Output: a `History`. The walk ends at the first
commit of which nothing can be told; what is older is not looked at. What was found is kept, so that a walk
that was ended goes on where it was. Not modelled: how two commits are compared (`comparison`).
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from analyzer import cfront, profiles
from analyzer.lifecycle.explore import Bounds
from analyzer.model.history import History, HistoryEntry, Judged, Move, ScenarioStep, Told
from analyzer.model.profile import Profile
from analyzer.model.unknown import InputError
from analyzer.pipeline.comparison import Chain, Comparison, Pair, ends, globs
from analyzer.pipeline.repository import SHORT
from analyzer.pipeline.resume import Kept
from analyzer.pipeline.workers import Died, spread
from analyzer.snapshots import commits
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.walk import Step, walk

LONGEST = 4  # commits in a chain: as many stages are in memory at once, and one more


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
    end = min((at[pair] for pair, one in found.items() if ends(one)), default=len(pairs))
    left = [pair for pair in pairs[:end] if pair not in found]
    chains = chains_of(left, at, linear=not options.full and not options.paths)
    done = compared = 0
    for result in spread(partial(_maker, options, profile), chains, options.jobs):
        if isinstance(result, Died):
            why = "the process that analysed it was ended"
            result = tuple(Judged(*pair, (), unread=why) for pair in result.item[:1])
        else:
            for judged in result:
                kept.put(f"{judged.commit}..{judged.parent}", asdict(judged))
        for judged in result:
            found[judged.commit, judged.parent] = judged
            if ends(judged):
                end = min(end, at[judged.commit, judged.parent])
        compared += len(result)
        progress(f"commit {result[0].commit[:SHORT]}: {compared} of {len(left)} compared")
        while done < end and pairs[done] in found:
            done += 1
        if done >= end:
            break  # what is older than the end is not looked at
    return found


def chains_of(pairs: Sequence[Pair], at: Mapping[Pair, int], linear: bool) -> list[Chain]:
    """The pairs, some at a time: neighbours in the walk, if nothing that touches the profile's files lies
    between neighbours."""
    chains: list[list[Pair]] = []
    for pair in pairs:
        last = chains[-1] if chains else []
        if linear and last and len(last) < LONGEST and at[pair] == at[last[-1]] + 1:
            last.append(pair)
        else:
            chains.append([pair])
    return [tuple(chain) for chain in chains]


def pairs_of(step: Step) -> tuple[Pair, ...]:
    """The commit with each parent, or with "" if it has none."""
    return tuple((step.commit, parent) for parent in step.parents or ("",))


def _maker(options: HistoryOptions, profile: str) -> Callable[[Chain], tuple[Judged, ...]]:
    return Comparison(Objects(Path(options.repo)), profiles.load(profile), options.bounds, options.keep)


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
