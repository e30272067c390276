# ruff: noqa: E501 (texts of C stand on one line each)
"""The laws of rewriting on the large fixture, whose threads, locks and deferred calls leave more to get wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from analyzer import cfront, profiles
from analyzer.lifecycle.automaton import Automaton
from analyzer.lifecycle.changes import Compared, compare
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.sequences import picked
from analyzer.lifecycle.stages import Stage, bind
from analyzer.snapshots.texts import from_texts
from tests.builders import said

pytestmark = pytest.mark.slow

TREE = Path(__file__).resolve().parents[2] / "fixtures" / "qemu-reduced" / "tree"
PROFILE = profiles.load("qemu-migration")
BASE = {str(path.relative_to(TREE)): path.read_text() for path in sorted(TREE.rglob("*.[ch]"))}
SOURCE = "migration/migration.c"
LONGEST = 6

TERNARY = (
    "    type = migration_has_failed(s) ? MIG_EVENT_PRECOPY_FAILED :\n"
    "                                     MIG_EVENT_PRECOPY_DONE;\n"
)
STOPPED = "    ret = migration_stop_vm(ms, RUN_STATE_FINISH_MIGRATE);\n    if (ret < 0) {\n"
RESTART = (
    "        if (runstate_is_live(s->vm_old_state)) {\n            if (!runstate_check(RUN_STATE_SHUTDOWN)) {\n"
    "                vm_start();\n            }\n        } else {\n            if (runstate_check(RUN_STATE_FINISH_MIGRATE)) {\n"
    "                runstate_set(s->vm_old_state);\n            }\n        }\n"
)
FINISH = "static void migration_iteration_finish(MigrationState *s)\n"

REWRITES: dict[str, list[tuple[str, str]]] = {
    "the ternary as branches": [
        (
            TERNARY,
            "    if (!migration_has_failed(s)) {\n        type = MIG_EVENT_PRECOPY_DONE;\n    } else {\n"
            "        type = MIG_EVENT_PRECOPY_FAILED;\n    }\n",
        )
    ],
    "a condition without its local": [(STOPPED, STOPPED.replace("if (ret < 0)", "if (0 > ret)"))],
    "a branch inverted and extracted": [
        (
            FINISH,
            "static void restart(MigrationState *ms)\n{\n    if (!runstate_is_live(ms->vm_old_state)) {\n"
            "        if (runstate_check(RUN_STATE_FINISH_MIGRATE)) {\n            runstate_set(ms->vm_old_state);\n"
            "        }\n    } else if (!runstate_check(RUN_STATE_SHUTDOWN)) {\n        vm_start();\n    }\n}\n\n"
            + FINISH,
        ),
        (RESTART, "        restart(s);\n"),
    ],
    "locals renamed throughout": [("\0local_err", "trouble"), ("\0ret", "status"), ("\0in_postcopy", "late")],
    "functions renamed throughout": [
        ("\0migration_completion", "finish_up"),
        ("\0postcopy_start", "go_over"),
    ],
}
BREAKS: dict[str, tuple[list[tuple[str, str]], set[str]]] = {
    "the ternary as branches": (
        [(TERNARY, TERNARY.replace("migration_has_failed(s) ?", "!migration_has_failed(s) ?"))],
        {"precopy-success", "failed-postcopy"},
    ),
    "a branch inverted and extracted": (
        [
            (
                RESTART,
                RESTART.replace("!runstate_check(RUN_STATE_SHUTDOWN)", "runstate_check(RUN_STATE_SHUTDOWN)"),
            )
        ],
        {"precopy-failure-at-switchover", "failed-postcopy"},
    ),
    "an event behind the lock": (
        [
            (
                "    migration_call_notifiers(ms, MIG_EVENT_PRECOPY_FAILED, NULL);\n    bql_unlock();\n",
                "    bql_unlock();\n    migration_call_notifiers(ms, MIG_EVENT_PRECOPY_FAILED, NULL);\n",
            )
        ],
        {"failed-postcopy"},
    ),
}


def edited(replacements: list[tuple[str, str]]) -> dict[str, str]:
    files = dict(BASE)
    for old, new in replacements:
        if old[0] == "\0":
            files = {path: re.sub(rf"\b{old[1:]}\b", new, text) for path, text in files.items()}
        else:
            assert files[SOURCE].count(old) == 1, old
            files[SOURCE] = files[SOURCE].replace(old, new)
    return files


def between(after: Mapping[str, str]) -> tuple[Compared, list[Stage]]:
    snapshots = from_texts([("base", BASE), ("after", after)])
    pair = [
        stage
        for stage in bind(snapshots, PROFILE, cfront.Store(PROFILE.dialect), Bounds())
        if stage is not None
    ]
    return compare(pair[0], pair[1], PROFILE, Bounds()), pair


def words(dfa: Automaton, ends: frozenset[int]) -> set[tuple[str, ...]]:
    """The words of up to six letters that end in `ends`."""
    found: set[tuple[str, ...]] = set()
    seen: set[tuple[int, tuple[str, ...]]] = set()
    work: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while work:
        state, word = here = work.pop()
        if here in seen or len(word) > LONGEST:
            continue
        seen.add(here)
        if dfa.ends[state] & ends:
            found.add(word)
        for label, target in dfa.arrows[state].items():
            mark = dfa.emissions[label].mark
            work.append((target, word if mark else (*word, "@".join(label))))
    return found


def test_rewrites_change_nothing() -> None:
    """All at once, for each takes its time."""
    result, (before, after) = between(edited([pair for name in REWRITES for pair in REWRITES[name]]))
    assert [said(change) for change in result.changes] == []
    assert result.unknown == ()
    for number in range(len(PROFILE.scenarios)):
        assert words(before.dfa, picked(before, number)) == words(after.dfa, picked(after, number))


@pytest.mark.parametrize("name", BREAKS)
def test_its_breaking_twin_is_told(name: str) -> None:
    replacements, scenarios = BREAKS[name]
    result, _ = between(edited(replacements))
    assert scenarios <= {scenario for change in result.changes for scenario in change.scenarios}
