"""Two versions run on the same decisions: what differs is what the text does, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import profiles
from tests.execution.pairs import Base, Pair, Pairs, base_of, with_text
from tests.execution.reduced_tree import Refused, available, tree_at

pytestmark = pytest.mark.slow

Lines = list[tuple[str, int]]

FAILED = "    migration_call_notifiers(ms, MIG_EVENT_PRECOPY_FAILED, NULL);"
S, Fp, V, Fc = (
    "SETUP@migration_connect",
    "FAILED@postcopy_start",
    "vm_start@migration_iteration_finish",
    "FAILED@migration_cleanup",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    if reason := available():
        pytest.skip(f"the reduced tree cannot be compiled: {reason}")
    folder = tmp_path_factory.mktemp("pairs")
    return base_of(tree_at(0, folder / "tree"), profiles.load("qemu-migration"), folder / "base")


@pytest.fixture
def lines(base: Base) -> Lines:
    text = (base.world.folder.parent / "tree" / "migration" / "migration.c").read_text()
    return [(line, number) for number, line in enumerate(text.splitlines(), 1)]


def differing(pairs: Pairs) -> set[Pair]:
    return {
        pair
        for pair in pairs.pairs
        if (pair.before.letters, pair.before.ends) != (pair.after.letters, pair.after.ends) or pair.shifted
    }


def test_the_same_text_does_the_same_on_the_same_decisions(base: Base, lines: Lines, tmp_path: Path) -> None:
    alone, pairs = with_text(base, "migration", lines, tmp_path)
    assert alone.traces == base.alone.traces
    assert {(pair.before, pair.after) for pair in pairs.pairs} == {(t, t) for t in alone.traces}
    assert (pairs.complete, pairs.dropped, pairs.lost) == (True, 0, 0)


def test_a_lost_event_is_lost_from_the_runs_that_had_it(base: Base, lines: Lines, tmp_path: Path) -> None:
    _, pairs = with_text(base, "migration", [one for one in lines if one[0] != FAILED], tmp_path)
    found = {(pair.before.letters, pair.after.letters) for pair in differing(pairs)}
    assert ((S, Fp, V, Fc), (S, V, Fc)) in found
    assert all(Fp in was and [one for one in was if one != Fp] == list(now) for was, now in found)


def test_an_event_behind_the_lock_stands_in_another_context(base: Base, lines: Lines, tmp_path: Path) -> None:
    at = next(number for number, (text, _) in enumerate(lines) if text == FAILED)
    assert lines[at + 1][0] == "    bql_unlock();"
    moved = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
    _, pairs = with_text(base, "migration", moved, tmp_path)
    found = differing(pairs)
    assert found
    assert all(pair.shifted and Fp in pair.before.letters for pair in found)


def test_a_decision_of_new_code_is_its_own(base: Base, lines: Lines, tmp_path: Path) -> None:
    at = next(number for number, (text, _) in enumerate(lines) if text == FAILED)
    guarded = [*lines[:at], ("    if (qemu_file_get_error(ms->to_dst_file)) {", 0), lines[at], ("    }", 0)]
    _, pairs = with_text(base, "migration", [*guarded, *lines[at + 1 :]], tmp_path)
    found = {(pair.before.letters, pair.after.letters) for pair in pairs.pairs}
    assert {((S, Fp, V, Fc), (S, V, Fc)), ((S, Fp, V, Fc), (S, Fp, V, Fc))} <= found


def test_a_call_that_the_new_text_repeats_is_not_waited_for(base: Base, lines: Lines, tmp_path: Path) -> None:
    at = next(
        number for number, (text, _) in enumerate(lines) if "MIG_EVENT_PRECOPY_SETUP, &local_err" in text
    )
    assert lines[at + 2][0].strip() == "}"
    loop = [
        ("        while (qemu_file_get_error(s->to_dst_file)) {", 0),
        *lines[at : at + 3],
        ("        }", 0),
    ]
    text = [*lines[:at], *loop, *lines[at + 3 :]]
    _, pairs = with_text(base, "migration", text, tmp_path, repeated=lines[at][1])
    found = {(pair.before.letters, pair.after.letters) for pair in pairs.pairs}
    assert {((S, Fp, V, Fc), (S, S, Fp, V, Fc)), ((S, Fp, V, Fc), (Fp, V, Fc))} <= found
    assert (pairs.complete, pairs.lost) == (True, 0)


def test_what_does_not_compile_is_refused(base: Base, lines: Lines, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        with_text(base, "migration", [*lines, ("no C", 0)], tmp_path)
