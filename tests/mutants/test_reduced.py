"""Mutants of the reduced tree: what each does is executed, and the program has to say just that.

Right is: each change that was executed is told, with its kind and in its scenarios, by a path that comes to
the mutated place, and no other; and each scenario has the sequences that were executed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from tests.execution.reduced_tree import Refused, available
from tests.mutants.judge import Bench, bench_of, judge

KINDS = ("drop", "duplicate", "move", "guard", "unguard", "swap", "leave", "constant")

# Mutants of which the program tells more than can be executed, by name, with the reason.
MEMORY = "it asks for memory that the profile does not track, which is unknown to the program"
APART: Mapping[str, str] = {
    "migration_cleanup:157 guard: if tmp": MEMORY,
    "migration_cleanup:157 guard: if !(tmp)": MEMORY,
    "migration_connect:1155 duplicate: also at line 1170": MEMORY,
    # A cancel that finds no `to_dst_file` although the thread runs cancels before the cleanup.
    "migration_iteration_finish:857 leave: return;": MEMORY,
    "migration_iteration_finish:857 leave: return; if anyone_asks()": MEMORY,
}
# Both sides go through a loop a different number of times, so which passes belong together is a matter of
# reading; or the program says that it cannot tell.
READINGS = ("paired otherwise", "unknown")
MOST_READINGS = 20


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    if reason := available():
        pytest.skip(f"the reduced tree cannot be compiled: {reason}")
    return bench_of(0, tmp_path_factory.mktemp("mutants"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_one_of_each_kind_is_told_as_it_was_executed(bench: Bench, kind: str) -> None:
    every = [one for one in bench.mutants() if one.kind == kind]
    judgement = judge(bench, every[len(every) // 2])
    assert judgement.verdict in ("right", "no difference"), judgement.doubts


@pytest.mark.long
def test_all_are_told_as_they_were_executed(bench: Bench) -> None:
    verdicts: Counter[str] = Counter()
    wrong = []
    for mutant in bench.mutants():
        try:
            judgement = judge(bench, mutant)
        except Refused:
            verdicts["does not compile"] += 1
            continue
        verdicts[judgement.verdict] += 1
        if judgement.verdict == "wrong" and mutant.name not in APART:
            wrong.append((mutant.name, judgement.doubts))
    assert wrong == [], verdicts
    assert sum(verdicts[one] for one in READINGS) <= MOST_READINGS, verdicts
    assert verdicts.total() - verdicts["does not compile"] - verdicts["undefined"] >= 200
