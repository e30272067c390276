"""What a mutant does, settled by execution, against what the program says of it.

Input: the reduced tree as a repository and compiled, and a mutant. The mutant goes to the program as a patch
on that tree, and to the executor as text. Output: `Judgement`. A change is a pair of words on the same
decisions; its kind and the scenarios it is in are worked out here from what was executed. A letter that
repeats counts once in sequences and at most twice in changes: neither side says how often.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from pathlib import Path

from analyzer import cfront, profiles
from analyzer.model.profile import Profile
from analyzer.model.report import Change
from tests.execution.pairs import Base, Pair, base_of, with_text
from tests.execution.reduced_tree import SOURCES, Trace, claims, tree_at, warnings
from tests.mutants.mutate import Line, Mutant, mutants
from tests.mutants.told import Told, once, told_of, words_of
from tests.real.patches import patch
from tests.repositories import commit, repository

OTHER = "other-outcomes"

Word = tuple[str, ...]


@dataclass(frozen=True, order=True)
class Difference:
    """A change: how runs went before, how they go now, and what kind of difference that is."""

    before: Word
    after: Word
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}: {' '.join(self.before) or '-'} => {' '.join(self.after) or '-'}"


@dataclass(frozen=True)
class Judgement:
    """`missed` are changes that were executed and not told, `false` those that were told and not executed.
    `misplaced` are told changes whose paths and causes do not come by the mutated place; `scenarios` those
    told in other scenarios than they were executed in; `sequences` what is different in the lists of a
    scenario. `unknown` is what the program could not tell. `matched` is False if pairs were given up: their
    tasks could not go on in the same order, or one side went on too long without the other. `possible` tells
    whether, of each change told and not executed, both words were executed, on whatever decisions."""

    mutant: Mutant
    executed: frozenset[Difference]
    missed: frozenset[Difference]
    false: frozenset[Difference]
    misplaced: tuple[str, ...]
    scenarios: tuple[str, ...]
    sequences: tuple[str, ...]
    unknown: tuple[str, ...]
    matched: bool
    possible: bool

    undefined: bool = False  # it reads a local before it has a value

    @property
    def right(self) -> bool:
        return not (self.missed or self.false or self.misplaced or self.scenarios or self.sequences)

    @property
    def doubts(self) -> tuple[str, ...]:
        """All that is not as it should be, in words."""
        told = (
            *(f"missed: {one}" for one in sorted(self.missed)),
            *(f"false: {one}" for one in sorted(self.false)),
            *(f"misplaced: {one}" for one in self.misplaced),
        )
        return (*self.unknown, *told, *self.scenarios, *self.sequences)

    @property
    def verdict(self) -> str:
        if self.right:
            return "right" if self.executed else "no difference"
        if self.undefined:
            return "undefined"
        if self.unknown:
            return "unknown"
        others = self.missed or self.misplaced or self.scenarios or self.sequences
        return "paired otherwise" if self.possible and not self.matched and not others else "wrong"


@dataclass(frozen=True)
class Bench:
    """The reduced tree, ready: its texts, a repository of them, and the base compiled and run."""

    texts: dict[str, str]
    repository: Path
    base: Base
    store: cfront.Store
    folder: Path

    @property
    def profile(self) -> Profile:
        return self.base.profile

    def mutants(self) -> Iterator[Mutant]:
        for name in SOURCES:
            path = f"migration/{name}.c"
            yield from mutants(path, self.texts[path], self.profile)


def bench_of(stage: int, folder: Path) -> Bench:
    """The reduced tree after `stage` patches of its series, in a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = tree_at(stage, folder / "tree")
    files = sorted(path for path in tree.rglob("*") if path.is_file())
    texts = {str(path.relative_to(tree)): path.read_text() for path in files}
    home = repository(folder / "repository")
    commit(home, texts)
    profile = profiles.load("qemu-migration")
    base = base_of(tree, profile, folder / "base")
    return Bench(texts, home, base, cfront.Store(profile.dialect), folder)


def judge(bench: Bench, mutant: Mutant) -> Judgement:
    """Execute a mutant and ask the program about it; raises `Refused` if it does not compile.

    Of two like statements the text does not say which one is new: either reading will do.
    """
    first = _judged(bench, mutant, mutant.lines, report := ask(bench, mutant))
    if not first.right and "uninitialized" in warnings(bench.base.world, mutant.text, bench.folder):
        return replace(first, undefined=True)
    if first.right or not mutant.otherwise:
        return first
    second = _judged(bench, mutant, mutant.otherwise, report)
    return second if second.right else first


def _judged(bench: Bench, mutant: Mutant, lines: Sequence[Line], report: Told) -> Judgement:
    scratch = bench.folder / "mutant"
    shutil.rmtree(scratch, ignore_errors=True)
    name = Path(mutant.path).stem
    rows = [(line.text, line.came) for line in lines]
    alone, pairs = with_text(bench.base, name, rows, scratch, repeated=mutant.line)
    assert alone.complete, mutant.name
    told: dict[Difference, list[Change]] = {}
    for change in report.changes:
        told.setdefault(_told(change), []).append(change)
    # A branch that makes no difference decides nothing: what is asked there may count as never asked.
    for unasked in _subsets(_asked(bench.profile, mutant)):
        executed = _executed(pairs.pairs, bench.profile, unasked)
        runs = (bench.base.alone.traces, frozenset(_without(trace, unasked) for trace in alone.traces))
        scenarios = tuple(_elsewhere(executed, told))
        sequences = tuple(_different(report, runs, bench.profile))
        if not scenarios and not sequences:
            break
        if not unasked:
            first = (scenarios, sequences)
    else:
        scenarios, sequences = first
    return Judgement(
        mutant,
        frozenset(executed),
        frozenset(executed.keys() - told.keys()),
        frozenset(told.keys() - executed.keys()),
        tuple(sorted(str(key) for key in told if not any(_placed(c, mutant) for c in told[key]))),
        scenarios,
        sequences,
        tuple(f"{one.what}: {one.why}" for one in report.open(1)),
        pairs.complete and not pairs.dropped and not pairs.lost,
        all(
            key.before in {_short(trace.letters) for trace in bench.base.alone.traces}
            and key.after in {_short(trace.letters) for trace in alone.traces}
            for key in told.keys() - executed.keys()
        ),
    )


def ask(bench: Bench, mutant: Mutant) -> Told:
    """What the program says of a mutant, given as a patch on the tree."""
    text = patch(bench.texts, {**bench.texts, mutant.path: mutant.text}, mutant.kind)
    return told_of([text], bench.profile, bench.folder, bench.store, bench.repository)


# --- executed ---------------------------------------------------------------------------------


def _executed(pairs: Iterable[Pair], profile: Profile, unasked: frozenset[str]) -> dict[Difference, set[str]]:
    """The changes that were executed, with the scenarios that either run is in; what calls in `unasked`
    returned after the change counts for nothing."""
    found: dict[Difference, set[str]] = {}
    known: dict[Trace, set[str]] = {}
    for pair in pairs:
        kind = kind_of(pair)
        if not kind:
            continue
        key = Difference(_short(pair.before.letters), _short(pair.after.letters), kind)
        for trace in (pair.before, _without(pair.after, unasked)):
            if trace not in known:
                claimed = {one.id for one in profile.scenarios if claims(one.select, trace)}
                known[trace] = claimed or {OTHER}
            found.setdefault(key, set()).update(known[trace])
    return found


def _asked(profile: Profile, mutant: Mutant) -> list[str]:
    """The watched calls that stand in the mutated function."""
    start, end = mutant.extent
    text = "\n".join(mutant.before.split("\n")[start - 1 : end])
    selects = [scenario.select for scenario in profile.scenarios]
    calls = {watch.call for select in selects for watch in (*select.returned, *select.assume)}
    return sorted(call for call in calls if call.split("(")[0] in text)


def _subsets(calls: Sequence[str]) -> Iterator[frozenset[str]]:
    """All of them, the smallest first."""
    for size in range(len(calls) + 1):
        yield from map(frozenset, combinations(calls, size))


def _without(trace: Trace, unasked: frozenset[str]) -> Trace:
    return replace(trace, outcomes=tuple(one for one in trace.outcomes if one[0] not in unasked))


def _elsewhere(
    executed: Mapping[Difference, set[str]], told: Mapping[Difference, Sequence[Change]]
) -> Iterator[str]:
    """Changes that are told in other scenarios than they were executed in."""
    for key in sorted(executed.keys() & told.keys()):
        names = {name for change in told[key] for name in change.scenarios}
        if names != executed[key]:
            more, fewer = (
                ", ".join(sorted(one)) or "none" for one in (names - executed[key], executed[key] - names)
            )
            yield f"{key}: told in {more} too, not told in {fewer}"


def kind_of(pair: Pair) -> str:
    """The kind of difference between two runs; "" if there is none.

    Which events there are counts first, then their order, then where they happen, then in what surroundings.
    """
    was, now = _short(pair.before.letters), _short(pair.after.letters)
    if was == now:
        if pair.before.ends != pair.after.ends:
            return "blocked"
        return "context" if pair.shifted else ""
    names = ([one.split("@")[0] for one in was], [one.split("@")[0] for one in now])
    gone, come = Counter(names[0]) - Counter(names[1]), Counter(names[1]) - Counter(names[0])
    if gone and come:
        return "lost"
    if gone:
        return "deduplicated" if gone.keys() <= set(names[1]) else "lost"
    if come:
        return "duplicated" if come.keys() <= set(names[0]) else "added"
    return "moved" if names[0] == names[1] else "reordered"


def _short(letters: Word) -> Word:
    """The same with runs of one letter cut down to two."""
    return tuple(one for _, run in groupby(letters) for one in list(run)[:2])


# --- told -------------------------------------------------------------------------------------


def _told(change: Change) -> Difference:
    was, now = ([one.label for one in side.letters] for side in (change.before, change.after))
    return Difference(_short(tuple(was)), _short(tuple(now)), change.kind.value)


def _placed(change: Change, mutant: Mutant) -> bool:
    """Whether its paths or causes come by a line that the mutant changes, or by the call it is about."""
    removed, added = mutant.differing()
    before = {(mutant.path, line) for line in removed | {mutant.line}}
    after = {(mutant.path, line) for line in added}
    after |= {(mutant.path, n) for n, line in enumerate(mutant.lines, 1) if line.came == mutant.line}
    came = {(step.where.path, step.where.line) for step in change.witness_before.steps}
    comes = {(step.where.path, step.where.line) for step in change.witness_after.steps}
    caused = {(cause.where.path, cause.where.line) for cause in change.causes}
    return bool(came & before or comes & after or caused & (before | after))


def _different(
    report: Told, traces: tuple[frozenset[Trace], frozenset[Trace]], profile: Profile
) -> Iterator[str]:
    """Where the lists of a scenario are not what was executed."""
    selects = {one.id: one.select for one in profile.scenarios}
    for scenario in report.scenarios:
        for stage, executed in zip(scenario.stages, traces, strict=True):
            if scenario.id == OTHER:
                picked = [t for t in executed if not any(claims(s, t) for s in selects.values())]
            else:
                picked = [t for t in executed if claims(selects[scenario.id], t)]
            runs = {once(trace.letters) for trace in picked}
            lists = words_of(stage)
            for word in sorted(runs - lists):
                yield f"{scenario.id} after {stage.patch}: {' '.join(word) or '-'} is not listed"
            for word in sorted(lists - runs):
                yield f"{scenario.id} after {stage.patch}: {' '.join(word) or '-'} is not executed"
