"""What a mutant does, settled by execution, against what the program says of it.

Input: the reduced tree as a repository and compiled, and a mutant. The mutant goes to the program as a patch on
that tree, and to the executor as text. Output: `Judgement`. A change is a pair of words on the same decisions;
its kind and the scenarios it is in are worked out here from what was executed. A letter that repeats counts
once in sequences and at most twice in changes: neither side says how often.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from analyzer import profiles
from analyzer.model.profile import Profile
from analyzer.model.report import Change, Report
from analyzer.model.unknown import Weight
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from tests.execution.pairs import Base, Pair, base_of, with_text
from tests.execution.reduced_tree import SOURCES, Trace, claims, tree_at
from tests.mutants.mutate import Line, Mutant, mutants
from tests.real.patches import patch
from tests.repositories import commit, repository

OTHER = "other-outcomes"

Word = tuple[str, ...]


@dataclass(frozen=True, order=True)
class Told:
    """A change: how runs went before, how they go now, and what kind of difference that is."""

    before: Word
    after: Word
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}: {' '.join(self.before) or '-'} => {' '.join(self.after) or '-'}"


@dataclass(frozen=True)
class Judgement:
    """`missed` are changes that were executed and not told, `false` those that were told and not executed.
    `misplaced` are told changes whose paths and causes do not come by the mutated place; `scenarios` those told
    in other scenarios than they were executed in; `sequences` what is different in the lists of a scenario.
    `unknown` is what the program could not tell; `dropped` and `lost` are pairs that execution gave up."""

    mutant: Mutant
    executed: frozenset[Told]
    missed: frozenset[Told]
    false: frozenset[Told]
    misplaced: tuple[str, ...]
    scenarios: tuple[str, ...]
    sequences: tuple[str, ...]
    unknown: tuple[str, ...]
    dropped: int
    lost: int

    @property
    def right(self) -> bool:
        return not (self.missed or self.false or self.misplaced or self.scenarios or self.sequences)


@dataclass(frozen=True)
class Bench:
    """The reduced tree, ready: its texts, a repository of them, and the base compiled and run."""

    texts: dict[str, str]
    repository: Path
    base: Base
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
    return Bench(texts, home, base_of(tree, profiles.load("qemu-migration"), folder / "base"), folder)


def judge(bench: Bench, mutant: Mutant) -> Judgement:
    """Execute a mutant and ask the program about it; raises `Refused` if it does not compile.

    Of two like statements the text does not say which one is new: either reading will do.
    """
    first = _judged(bench, mutant, mutant.lines, report := ask(bench, mutant))
    if first.right or not mutant.otherwise:
        return first
    second = _judged(bench, mutant, mutant.otherwise, report)
    return second if second.right else first


def _judged(bench: Bench, mutant: Mutant, lines: Sequence[Line], report: Report) -> Judgement:
    scratch = bench.folder / "mutant"
    shutil.rmtree(scratch, ignore_errors=True)
    name = Path(mutant.path).stem
    alone, pairs = with_text(bench.base, name, [(line.text, line.came) for line in lines], scratch)
    assert pairs.complete and alone.complete, mutant.name
    executed = _executed(pairs.pairs, bench.profile)
    told: dict[Told, list[Change]] = {}
    for change in report.changes:
        told.setdefault(_told(change), []).append(change)
    scenarios = {key: {name for change in told[key] for name in change.scenarios} for key in told}
    wrong = [
        f"{key}: executed in {', '.join(sorted(executed[key] - scenarios[key])) or 'all'} as well; "
        f"told in {', '.join(sorted(scenarios[key] - executed[key])) or 'all'} as well"
        for key in sorted(executed.keys() & told.keys())
        if executed[key] != scenarios[key]
    ]
    return Judgement(
        mutant,
        frozenset(executed),
        frozenset(executed.keys() - told.keys()),
        frozenset(told.keys() - executed.keys()),
        tuple(sorted(str(key) for key in told if not any(_placed(c, mutant) for c in told[key]))),
        tuple(wrong),
        tuple(_different(report, (bench.base.alone.traces, alone.traces), bench.profile)),
        tuple(f"{one.what}: {one.why}" for one in report.unknown if one.weight is Weight.INCOMPLETE),
        pairs.dropped,
        pairs.lost,
    )


def ask(bench: Bench, mutant: Mutant) -> Report:
    """What the program says of a mutant, given as a patch on the tree."""
    file = bench.folder / "mutant.patch"
    file.write_text(patch(bench.texts, {**bench.texts, mutant.path: mutant.text}, mutant.kind))
    options = Options(
        (str(file),), bench.profile.name, repo=str(bench.repository), failing=False, cache=False
    )
    (report,) = analyse(options)
    return report


# --- executed ---------------------------------------------------------------------------------


def _executed(pairs: Iterable[Pair], profile: Profile) -> dict[Told, set[str]]:
    """The changes that were executed, with the scenarios that either run is in."""
    found: dict[Told, set[str]] = {}
    known: dict[Trace, set[str]] = {}
    for pair in pairs:
        kind = kind_of(pair)
        if not kind:
            continue
        key = Told(_short(pair.before.letters), _short(pair.after.letters), kind)
        for trace in (pair.before, pair.after):
            if trace not in known:
                claimed = {one.id for one in profile.scenarios if claims(one.select, trace)}
                known[trace] = claimed or {OTHER}
            found.setdefault(key, set()).update(known[trace])
    return found


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


def _told(change: Change) -> Told:
    was, now = ([one.label for one in side.letters] for side in (change.before, change.after))
    return Told(_short(tuple(was)), _short(tuple(now)), change.kind.value)


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
    report: Report, traces: tuple[frozenset[Trace], frozenset[Trace]], profile: Profile
) -> Iterator[str]:
    """Where the lists of a scenario are not what was executed."""
    selects = {one.id: one.select for one in profile.scenarios}
    for scenario in report.scenarios:
        for stage, executed in zip(scenario.stages, traces, strict=True):
            if scenario.id == OTHER:
                picked = [t for t in executed if not any(claims(s, t) for s in selects.values())]
            else:
                picked = [t for t in executed if claims(selects[scenario.id], t)]
            runs = {_once(trace.letters) for trace in picked}
            lists = {_once(tuple(one.label for one in s.letters)) for s in stage.sequences}
            for word in sorted(runs - lists):
                yield f"{scenario.id} after {stage.patch}: {' '.join(word) or '-'} is not listed"
            for word in sorted(lists - runs):
                yield f"{scenario.id} after {stage.patch}: {' '.join(word) or '-'} is not executed"


def _once(letters: Word) -> Word:
    return tuple(one for one, _ in groupby(letters))
