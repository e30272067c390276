"""What really happens when the reduced tree runs, scenario by scenario, stage by stage.

The expected words are the contract between the fixture and the analyzer: both have to come to them.
"""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer import profiles
from tests.execution.reduced_tree import FIXTURE, Executable, Execution, available, claims, patches, run_many

S = "SETUP@migration_connect"
Dp, Fp = "DONE@postcopy_start", "FAILED@postcopy_start"
Dc, Fc = "DONE@migration_cleanup", "FAILED@migration_cleanup"
Fi, V = "FAILED@migration_iteration_finish", "vm_start@migration_iteration_finish"
R = "vm_resume@bg_migration_vm_start_bh"

# The reduced tree does without a failed exec, and does not ask whether the disks came back at the first try.
ABSENT = {"cpr-exec-failure", "postcopy-block-activation-late"}
SCENARIOS = {item.id: item for item in profiles.load("qemu-migration").scenarios}

Words = set[tuple[str, ...]]

EXPECTED: dict[str, list[Words]] = {
    "precopy-success": [{(S, Dc)}] * 4,
    "precopy-failure-before-switchover": [{(S, Fc)}] * 3 + [{(S, Fi)}],
    "precopy-failure-at-switchover": [{(S, V, Fc)}] * 3 + [{(S, Fi, V)}],
    "precopy-block-activation-failure": [{(S, Fc)}] * 3 + [{(S,)}],
    "postcopy-success": [{(S, Dp, Dc)}] * 2 + [{(S, Dc)}] * 2,
    "failed-postcopy": [{(S, Fp, V, Fc)}] * 2 + [{(S, V, Fc)}, {(S, Fi, V)}],
    "failed-postcopy-after-package": [{(S, Dp, Fp, V, Fc)}] * 2 + [{(S, V, Fc)}, {(S, Fi, V)}],
    "postcopy-block-activation-failure": [{(S, Fp, Fc), (S, Dp, Fp, Fc)}] * 2 + [{(S, Fc)}, {(S,)}],
    "postcopy-preparation-failure": [{(S, Fc)}] * 3 + [{(S, Fi)}],
    "postcopy-failure-after-switchover": [{(S, Dp, V, Fc)}] * 2 + [{(S, V, Fc)}, {(S, Fi, V)}],
    "postcopy-paused": [{(S, Dp)}] * 2 + [{(S,)}] * 2,
    "cancel-before-switchover": [{(S, Fc)}] * 3 + [{(S, Fi)}],
    "cancel-at-switchover": [{(S, V, Fc)}] * 3 + [{(S, Fi, V)}],
    "cancel-at-postcopy-switchover": [{(S, Fp, V, Fc)}] * 2 + [{(S, V, Fc)}, {(S, Fi, V)}],
    "stopped-guest-failure": [{(S, Fc), (S, Dp, Fc), (S, Fp, Fc), (S, Dp, Fp, Fc)}] * 2
    + [{(S, Fc)}, {(S, Fi)}],
    "connect-failure-before-setup": [{(Fc,)}] * 3 + [{()}],
    "connect-failure-after-setup": [{(S, Fc)}] * 3 + [{(S,)}],
    "setup-refused": [{(S, Fc)}] * 3 + [{(S,)}],
    "background-snapshot-success": [{(S, R, Dc), (S, Dc, R)}] * 4,
    "background-snapshot-failure": [{(S, Fc), (S, R, Fc), (S, Fc, R)}] * 3 + [{(S,), (S, R)}],
    "background-snapshot-cancel": [{(S, Fc), (S, R, Fc), (S, Fc, R)}] * 3 + [{(S,), (S, R)}],
    "cpr-success": [{(S, Dc)}] * 4,
    "cpr-failure-before-switchover": [{(S, V, Fc)}] * 3 + [{(S, Fi, V)}],
    "cpr-cancel-before-switchover": [{(S, V, Fc)}] * 3 + [{(S, Fi, V)}],
}


def words(execution: Execution, scenario: str) -> Words:
    return {trace.letters for trace in execution.traces if claims(SCENARIOS[scenario].select, trace)}


@pytest.mark.parametrize("scenario", EXPECTED)
def test_executed_words_are_the_expected_ones(executed: tuple[Execution, ...], scenario: str) -> None:
    assert [words(execution, scenario) for execution in executed] == EXPECTED[scenario]


def test_every_scenario_is_executed(executed: tuple[Execution, ...]) -> None:
    assert EXPECTED.keys() | ABSENT | {"colo", "colo-without-failover"} == SCENARIOS.keys()
    for execution in executed:
        assert {scenario for scenario in SCENARIOS if not words(execution, scenario)} == ABSENT


def test_colo_starts_the_guest_at_each_checkpoint_and_ends_with_one_event(
    executed: tuple[Execution, ...],
) -> None:
    start, again = "vm_start@colo_process_checkpoint", "vm_start@colo_do_checkpoint_transaction"
    assert (S, start, again, again, V, Dc) in words(executed[0], "colo")
    assert (S, start, again, again, Fi, V, Dc) in words(executed[3], "colo")


def test_all_ways_were_tried(executed: tuple[Execution, ...]) -> None:
    assert all(execution.complete for execution in executed)


def test_random_runs_meet_nothing_that_the_exhaustive_search_missed(
    executables: tuple[Executable, ...], executed: tuple[Execution, ...]
) -> None:
    sample = run_many(executables[3], bound=3000, seed=7)
    assert sample.traces
    assert sample.traces <= executed[3].traces


def test_lists_of_a_failed_postcopy_begin_at_its_switchover(executed: tuple[Execution, ...]) -> None:
    scenario = SCENARIOS["failed-postcopy"]
    shown = {
        trace.shown_from(scenario.shown_from)
        for trace in executed[0].traces
        if claims(scenario.select, trace)
    }
    assert shown == {(Fp, V, Fc)}


@pytest.mark.skipif(bool(available()), reason="needs git")
def test_series_is_what_its_script_builds(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(FIXTURE, copy)
    subprocess.run([sys.executable, str(copy / "make-series")], check=True)
    names = [patch.name for patch in patches()]
    same, differing, broken = filecmp.cmpfiles(FIXTURE / "series", copy / "series", names, shallow=False)
    assert (sorted(same), differing, broken) == (names, [], [])
    assert sorted(patch.name for patch in (copy / "series").iterdir()) == names
