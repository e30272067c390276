"""Judges mutants and counts: python -m tests.mutants [--every N] reduced | [--every N] real TREE

`reduced` executes mutants of the reduced tree and compares with what the program says. `real` asks the
program about mutants of migration/migration.c in TREE, a repository, from the patch alone and on the tree.
Both print a line for each that is not plainly right, and counts at the end. `--every 5` takes every fifth.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from analyzer import profiles
from tests.execution.reduced_tree import Refused, available
from tests.mutants.judge import bench_of, judge
from tests.mutants.mutate import Mutant, mutants
from tests.mutants.real import answers
from tests.real.patches import at_head

SOURCE = "migration/migration.c"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("which", choices=("reduced", "real"))
    parser.add_argument("tree", nargs="?", type=Path)
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.which == "reduced":
            if reason := available():
                parser.error(f"the reduced tree cannot be compiled: {reason}")
            counts = _reduced(Path(folder), asked.every)
        else:
            if asked.tree is None:
                parser.error("real needs a tree")
            counts = _real(asked.tree, Path(folder), asked.every)
    for name, count in counts.most_common():
        print(f"{count:5} {name}")
    return 0


def _reduced(folder: Path, every: int) -> Counter[str]:
    bench = bench_of(0, folder / "bench")
    counts: Counter[str] = Counter()
    for mutant in list(bench.mutants())[::every]:
        try:
            judgement = judge(bench, mutant)
        except Refused:
            counts["does not compile"] += 1
            continue
        counts[judgement.verdict] += 1
        if judgement.verdict not in ("right", "no difference"):
            _say(mutant, judgement.verdict, judgement.doubts)
    return counts


def _real(tree: Path, folder: Path, every: int) -> Counter[str]:
    profile = profiles.load("qemu-migration")
    text = at_head(tree, (SOURCE,))[SOURCE]
    counts: Counter[str] = Counter()
    for answer in answers(mutants(SOURCE, text, profile)[::every], tree, profile, folder):
        verdict = answer.verdict
        counts[verdict] += 1
        if verdict not in ("the same", "the same, nothing changed"):
            _say(answer.mutant, verdict, answer.unknown or answer.differing)
    return counts


def _say(mutant: Mutant, verdict: str, why: Sequence[str]) -> None:
    print(f"{mutant.name}: {verdict}", *why[:3], sep="\n      ")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
