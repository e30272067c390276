"""Mutants of the real tree's file, given as patches: the tree and the patch alone tell the same sequences.

Or the answer from the patch alone is Unknown and names the hunk; never another.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import profiles
from tests.mutants.mutate import Mutant, mutants
from tests.mutants.real import Answer, answers
from tests.real.patches import at_head
from tests.real_trees import qemu

SOURCE = "migration/migration.c"
PROFILE = profiles.load("qemu-migration")


@pytest.fixture(scope="module")
def every() -> tuple[Mutant, ...]:
    return mutants(SOURCE, at_head(qemu(), (SOURCE,))[SOURCE], PROFILE)


def wrong(found: list[Answer]) -> list[str]:
    return [f"{one.mutant.name}: {(*one.unknown, *one.differing)[:3]}" for one in found if not one.right]


@pytest.mark.slow
def test_a_sample_is_told_the_same_with_and_without_the_tree(
    every: tuple[Mutant, ...], tmp_path: Path
) -> None:
    sample = every[7 :: len(every) // 3]
    found = list(answers(sample, qemu(), PROFILE, tmp_path))
    assert wrong(found) == []
    assert len(found) == len(sample)


@pytest.mark.long
def test_all_are_told_the_same_with_and_without_the_tree(every: tuple[Mutant, ...], tmp_path: Path) -> None:
    found = list(answers(every, qemu(), PROFILE, tmp_path))
    assert wrong(found) == []
    assert len(found) == len(every) >= 200
    assert sum(one.changed for one in found) >= 50
