"""The reduced tree, executed at every stage of its series: once a session, for all who compare with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from analyzer import profiles
from tests.execution.reduced_tree import Executable, Execution, available, build, patches, run_many, tree_at


@pytest.fixture(scope="session")
def executables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Executable, ...]:
    """The reduced tree, compiled with the executor, at the base and after each patch."""
    if reason := available():
        pytest.skip(f"the reduced tree cannot be compiled: {reason}")
    folder = tmp_path_factory.mktemp("executed")
    profile = profiles.load("qemu-migration")

    def compiled(stage: int) -> Executable:
        return build(tree_at(stage, folder / f"tree{stage}"), profile, folder / f"build{stage}")

    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(compiled, range(len(patches()) + 1)))


@pytest.fixture(scope="session")
def executed(executables: tuple[Executable, ...]) -> tuple[Execution, ...]:
    """All runs of up to eight letters at the base and after each patch."""
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(run_many, executables))
