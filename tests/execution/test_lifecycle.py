"""The built-in lifecycle of qemu-migration: understood in full, and a place for every patch that matters."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from analyzer import cfront, intake, profiles
from analyzer.model.profile import Profile
from analyzer.model.summary import Call, ControlFlowSummary, Symbol
from analyzer.snapshots import built_in
from tests.execution.reduced_tree import patches

ROOT = Path(__file__).resolve().parent.parent.parent
REAL = ROOT.parent / "shared" / "series" / "qemu-failed-notifier"
SOURCE = "migration/migration.c"


@pytest.fixture(scope="module")
def profile() -> Profile:
    return profiles.load("qemu-migration")


@pytest.fixture(scope="module")
def functions(profile: Profile) -> tuple[ControlFlowSummary, ...]:
    files = [cfront.parse(file.path, file.text, profile.dialect) for file in profile.model]
    assert not [problem for file in files for problem in file.problems]
    return tuple(function for file in files for function in file.functions)


def test_every_function_is_understood(functions: tuple[ControlFlowSummary, ...]) -> None:
    assert [function.name for function in functions if function.problems or cfront.verify(function)] == []


def test_no_inert_pattern_hides_a_modelled_function(
    profile: Profile, functions: tuple[ControlFlowSummary, ...]
) -> None:
    names = {function.name for function in functions}
    assert [name for name in names if any(fnmatchcase(name, glob) for glob in profile.inert)] == []


def test_every_call_is_modelled_or_named_by_the_profile(
    profile: Profile, functions: tuple[ControlFlowSummary, ...]
) -> None:
    known = {function.name for function in functions} | {*profile.objects, *profile.joins, *profile.waits}
    known |= {*profile.leaves, *profile.results}
    known |= {
        call.call for call in (*profile.events, *profile.landmarks, *profile.deferrals, *profile.threads)
    }
    known |= {name for variable in profile.tracked for name in variable.predicates}
    known |= {writer.call for variable in profile.tracked for writer in variable.writers}
    known |= {name for lock in profile.locks for name in (*lock.acquire, *lock.release)}
    globs = (*profile.inert, *profile.asserts)
    called = {
        instruction.callee.name
        for function in functions
        for block in function.blocks
        for instruction in block.instructions
        if isinstance(instruction, Call) and isinstance(instruction.callee, Symbol)
    }
    assert [
        name for name in sorted(called - known) if not any(fnmatchcase(name, glob) for glob in globs)
    ] == []


@pytest.mark.parametrize("origin", ["fixture", "real"])
def test_every_hunk_of_the_series_has_a_place(profile: Profile, origin: str) -> None:
    files = patches() if origin == "fixture" else tuple(sorted(REAL.glob("*.patch")))
    if not files:
        pytest.skip("the real series does not lie beside this project")
    stages = built_in.lay(intake.read([str(file) for file in files])[0], profile)
    assert [unknown for stage in stages for unknown in stage.unknown] == []
    notified = [stage.files[SOURCE].count("migration_call_notifiers(s, MIG_EVENT") for stage in stages]
    assert notified == [
        1,
        1,
        1,
        3,
    ]  # SETUP; with patch 3 also DONE in the cleanup and FAILED before the start
    in_postcopy = [stage.files[SOURCE].count("migration_call_notifiers(ms, ") for stage in stages]
    assert in_postcopy == [2, 2, 0, 0]
