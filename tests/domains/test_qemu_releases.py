"""One profile on three years of QEMU: what the migration notifiers hear at each release, read off the source
by hand. Up to 8.2 they get no constant, and hear what they see in the state.

S SETUP, D DONE, F FAILED; p in postcopy_start(), c in migration_cleanup(); V vm_start() in
migration_iteration_finish(). The places are in `docs/domains.md`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import real_trees
from tests.domains.trees import Laid, edited, laid

pytestmark = pytest.mark.slow

LETTERS = {
    "S": "SETUP@migration_connect",
    "Dp": "DONE@postcopy_start",
    "Fp": "FAILED@postcopy_start",
    "Dc": "DONE@migration_cleanup",
    "Fc": "FAILED@migration_cleanup",
    "V": "vm_start@migration_iteration_finish",
    "...": "...",
}

# Scenario: at 7.2, at 10.0.13; "" where no run meets it.
EXPECTED = {
    "precopy-success": ("S Dc", "S Dc"),
    "precopy-failure-before-switchover": ("S Fc", "S Fc"),
    "precopy-failure-at-switchover": ("S V Fc", "S V Fc"),
    "postcopy-success": ("S Dp Dc", "S Dp Dc"),
    # 7.2 does not ask whether the guest ran when it begins postcopy, and leaves it stopped.
    "failed-postcopy": ("S Fc", "S Fp V Fc"),
    "failed-postcopy-after-package": ("S Dp Fc", "S Dp Fp V Fc"),
    "postcopy-preparation-failure": ("S Fc", "S Fc"),
    "postcopy-failure-after-switchover": ("S Dp Fc", "S Dp V Fc"),
    "postcopy-paused": ("S Dp ...", "S Dp ..."),
    "cancel-before-switchover": ("S Fc", "S Fc"),
    "cancel-at-switchover": ("S V Fc", "S V Fc"),
    "cancel-at-postcopy-switchover": ("S Fc", "S Fp V Fc"),
    "connect-failure-before-setup": ("Fc", "Fc"),
    "connect-failure-after-setup": ("S Fc", "S Fc"),
    # At 7.2 a notifier cannot refuse, and there is one mode.
    "setup-refused": ("", "S Fc"),
    "cpr-success": ("", "S Dc"),
    "cpr-failure-before-switchover": ("", "S V Fc"),
    "cpr-cancel-before-switchover": ("", "S V Fc"),
}


def full(word: str) -> set[str]:
    """The one word written out; of "" none."""
    return {" ".join(LETTERS[letter] for letter in word.split())} if word else set()


@pytest.fixture(scope="module")
def old() -> Laid:
    return laid(real_trees.qemu("7.2"), "qemu-migration")


@pytest.fixture(scope="module")
def new() -> Laid:
    return laid(real_trees.qemu("10.0.13"), "qemu-migration")


@pytest.mark.parametrize("scenario", EXPECTED)
def test_seven_two(old: Laid, scenario: str) -> None:
    assert old.words(scenario) == full(EXPECTED[scenario][0])


@pytest.mark.parametrize("scenario", EXPECTED)
def test_ten_zero(new: Laid, scenario: str) -> None:
    assert new.words(scenario) == full(EXPECTED[scenario][1])


def test_a_success_of_postcopy_ends_twice(old: Laid, new: Laid) -> None:
    for tree in (old, new):
        found = {(f.rule, f.violation) for f in tree.findings() if "postcopy-success" in f.scenarios}
        assert found == {("success-ends-with-done", "duplicate")}


# --- a series across the change of interface ---------------------------------------------------------

CONSTANTS = {
    "migration/migration.c": [
        (
            "static NotifierList migration_state_notifiers =\n",
            "typedef enum MigrationEventType {\n    MIG_EVENT_PRECOPY_SETUP,\n    MIG_EVENT_PRECOPY_DONE,\n"
            "    MIG_EVENT_PRECOPY_FAILED,\n} MigrationEventType;\n\n"
            "static void migration_call_notifiers(MigrationState *s, MigrationEventType type);\n"
            "static NotifierList migration_state_notifiers =\n",
        ),
        (
            "        error_report_err(error_copy(s->error));\n    }\n"
            "    notifier_list_notify(&migration_state_notifiers, s);\n",
            "        error_report_err(error_copy(s->error));\n    }\n"
            "    migration_call_notifiers(s, migration_has_failed(s) ? MIG_EVENT_PRECOPY_FAILED\n"
            "                                                        : MIG_EVENT_PRECOPY_DONE);\n",
        ),
        (
            "    notifier_list_notify(&migration_state_notifiers, ms);\n",
            "    migration_call_notifiers(ms, MIG_EVENT_PRECOPY_DONE);\n",
        ),
        (
            "        notifier_list_notify(&migration_state_notifiers, s);\n    }\n",
            "        migration_call_notifiers(s, MIG_EVENT_PRECOPY_SETUP);\n    }\n",
        ),
        (
            "void migration_global_dump(Monitor *mon)\n",
            "static void migration_call_notifiers(MigrationState *s, MigrationEventType type)\n{\n"
            "    MigrationEvent e;\n\n    e.type = type;\n"
            "    notifier_list_notify(&migration_state_notifiers, &e);\n}\n\n"
            "void migration_global_dump(Monitor *mon)\n",
        ),
    ]
}


def test_constants_in_place_of_the_state(tmp_path: Path) -> None:
    """What handlers saw in the state they are told now; where they saw nothing, they hear of an end: in
    postcopy_start() if the migration was cancelled meanwhile, and in the cleanup of a COLO that ended."""
    tree = real_trees.qemu("7.2")
    there = laid(tree, "qemu-migration", edited(tree, tmp_path, CONSTANTS))
    for scenario, (word, _) in EXPECTED.items():
        if not scenario.startswith("cancel-at-postcopy"):
            assert there.words(scenario, 1) == full(word)
    (compared,) = there.compared()
    assert compared.unknown == ()
    assert compared.changes
    for change in compared.changes:
        assert (change.kind.value, change.events) in {("added", ("DONE",)), ("duplicated", ("DONE",))}
        (told,) = [place for place in change.values[1] if place not in change.values[0]]
        assert told[0] == "DONE"
        assert change.values[1][told]["state"] <= {"MIGRATION_STATUS_CANCELLING", "MIGRATION_STATUS_COLO"}
