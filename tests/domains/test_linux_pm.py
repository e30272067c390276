"""Linux 6.1: what the PM notifiers hear in each course of events, read off the source by hand.

The places are in `docs/domains.md`. The mistakes are ones that were made and mended in Linux, rebuilt on this
release as patches of our own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.model.report import FindingKind
from tests import real_trees
from tests.domains.trees import Laid, edited, laid

pytestmark = pytest.mark.slow

EXPECTED = {
    "suspend-success": {
        "SUSPEND_PREPARE@suspend_prepare freeze@suspend_freeze_processes "
        "thaw@suspend_thaw_processes POST_SUSPEND@suspend_finish"
    },
    "suspend-refused": {"SUSPEND_PREPARE@suspend_prepare POST_SUSPEND@suspend_prepare"},
    "suspend-freeze-failure": {
        "SUSPEND_PREPARE@suspend_prepare freeze@suspend_freeze_processes POST_SUSPEND@suspend_prepare"
    },
    "suspend-kernel-freeze-failure": {
        "SUSPEND_PREPARE@suspend_prepare freeze@suspend_freeze_processes "
        "thaw@suspend_freeze_processes POST_SUSPEND@suspend_prepare"
    },
    "suspend-failure": {
        "SUSPEND_PREPARE@suspend_prepare freeze@suspend_freeze_processes "
        "thaw@suspend_thaw_processes POST_SUSPEND@suspend_finish"
    },
    "hibernation-restored": {
        "HIBERNATION_PREPARE@hibernate freeze@hibernate thaw@hibernate POST_HIBERNATION@hibernate"
    },
    "hibernation-power-off": {"HIBERNATION_PREPARE@hibernate freeze@hibernate image_written@hibernate ..."},
    "hibernation-suspend": {
        "HIBERNATION_PREPARE@hibernate freeze@hibernate image_written@hibernate "
        "thaw@hibernate POST_HIBERNATION@hibernate"
    },
    "hibernation-refused": {"HIBERNATION_PREPARE@hibernate POST_HIBERNATION@hibernate"},
    "hibernation-freeze-failure": {
        "HIBERNATION_PREPARE@hibernate freeze@hibernate POST_HIBERNATION@hibernate"
    },
    "hibernation-bitmaps-failure": {
        "HIBERNATION_PREPARE@hibernate freeze@hibernate thaw@hibernate POST_HIBERNATION@hibernate"
    },
    "hibernation-image-failure": {
        "HIBERNATION_PREPARE@hibernate freeze@hibernate thaw@hibernate POST_HIBERNATION@hibernate"
    },
    "hibernation-write-failure": {
        "HIBERNATION_PREPARE@hibernate freeze@hibernate image_written@hibernate "
        "thaw@hibernate POST_HIBERNATION@hibernate"
    },
    "quiet-call": {
        "HIBERNATION_PREPARE@hibernate_quiet_exec freeze@hibernate_quiet_exec "
        "thaw@hibernate_quiet_exec POST_HIBERNATION@hibernate_quiet_exec"
    },
    "quiet-call-refused": {"HIBERNATION_PREPARE@hibernate_quiet_exec POST_HIBERNATION@hibernate_quiet_exec"},
    "quiet-call-freeze-failure": {
        "HIBERNATION_PREPARE@hibernate_quiet_exec freeze@hibernate_quiet_exec "
        "POST_HIBERNATION@hibernate_quiet_exec"
    },
    "quiet-call-failure": {
        "HIBERNATION_PREPARE@hibernate_quiet_exec freeze@hibernate_quiet_exec "
        "thaw@hibernate_quiet_exec POST_HIBERNATION@hibernate_quiet_exec"
    },
    "restore-refused": {"RESTORE_PREPARE@software_resume POST_RESTORE@software_resume"},
    "restore-freeze-failure": {
        "RESTORE_PREPARE@software_resume freeze@software_resume POST_RESTORE@software_resume"
    },
    "restore-kernel-freeze-failure": {
        "RESTORE_PREPARE@software_resume freeze@software_resume "
        "thaw@software_resume POST_RESTORE@software_resume"
    },
    "restore-failure": {
        "RESTORE_PREPARE@software_resume freeze@software_resume "
        "thaw@software_resume POST_RESTORE@software_resume"
    },
    "device-refused": {
        "HIBERNATION_PREPARE@snapshot_open POST_HIBERNATION@snapshot_open",
        "RESTORE_PREPARE@snapshot_open POST_RESTORE@snapshot_open",
    },
    # The end is missing: a mistake in this release.
    "device-bitmaps-failure": {"RESTORE_PREPARE@snapshot_open"},
}


def device(kind: str) -> set[str]:
    """Up to two commands between opening and closing: none that freezes, or a freeze that a command or else
    the closing ends, or two of them."""
    frozen, thawed = "freeze@snapshot_ioctl", "thaw@snapshot_ioctl"
    between = [
        [],
        [frozen, thawed],
        [frozen, "thaw@snapshot_release"],
        [frozen, thawed, frozen, thawed],
        [frozen, thawed, frozen, "thaw@snapshot_release"],
    ]
    return {
        " ".join([f"{kind}_PREPARE@snapshot_open", *found, f"POST_{kind}@snapshot_release"])
        for found in between
    }


EXPECTED["device-hibernation"] = device("HIBERNATION")
EXPECTED["device-restore"] = device("RESTORE")


@pytest.fixture(scope="module")
def tree() -> Path:
    return real_trees.linux()


@pytest.fixture(scope="module")
def base(tree: Path) -> Laid:
    return laid(tree, "linux-pm")


@pytest.mark.parametrize("scenario", EXPECTED)
def test_what_the_notifiers_hear(base: Laid, scenario: str) -> None:
    assert base.words(scenario) == EXPECTED[scenario]


def test_every_scenario_but_one_is_read_off_by_hand(base: Laid) -> None:
    """A freeze that fails between two commands has ten words: only what they have in common is said."""
    assert {s.id for s in base.profile.scenarios} - EXPECTED.keys() == {"device-freeze-failure"}
    for word in base.words("device-freeze-failure"):
        letters = [label.partition("@")[0] for label in word.split()]
        kind = letters[0].removesuffix("_PREPARE")
        assert (letters[0], letters[-1]) == (f"{kind}_PREPARE", f"POST_{kind}")
        assert letters.count("freeze") > letters.count("thaw")


def test_the_release_has_one_mistake_of_the_kind(base: Laid) -> None:
    """snapshot_open() begins a restore, and does not end it when there is no memory for the bitmaps; up to
    5.9 it did."""
    (found,) = base.findings()
    assert (found.rule, found.violation) == ("one-end-for-each-preparation", "missing")
    assert (found.kind, found.scenarios) == (FindingKind.PREEXISTING, ("device-bitmaps-failure",))


def test_each_step_of_a_suspend_that_can_fail(base: Laid) -> None:
    """Each alone: refused, not frozen, or stopped on the way down and up again."""
    told = {
        one.title.partition(" at ")[0]: {
            " ".join(letter.label for letter in s.letters) for s in one.stages[0].sequences
        }
        for one in base.generated()
    }
    assert told["a handler refuses SUSPEND_PREPARE"] == EXPECTED["suspend-refused"]
    assert told["platform_suspend_prepare() fails"] == EXPECTED["suspend-failure"]
    assert EXPECTED["suspend-kernel-freeze-failure"] <= told["try_to_freeze_tasks() fails"]
    assert any("RESTORE_PREPARE@snapshot_open" in words for words in told.values())


# --- mistakes that were made ---------------------------------------------------------------------

BITMAPS = """			error = create_basic_memory_bitmaps();
			data->free_bitmaps = !error;
"""
ENDED = """			if (error)
				pm_notifier_call_chain(PM_POST_RESTORE);
"""


def kinds(laid: Laid) -> set[tuple[str, str, FindingKind, int | None, tuple[str, ...]]]:
    """The findings but the one of the release itself."""
    return {
        (one.rule, one.violation, one.kind, one.patch, one.scenarios)
        for one in laid.findings()
        if one.kind is not FindingKind.PREEXISTING
    }


def test_the_end_that_a_conversion_of_the_chain_lost(tree: Path, tmp_path: Path) -> None:
    """5.10 made the chain undo refused preparations by itself, and took the other use of the same call away
    with it. The first patch puts it back as it was."""
    path = "kernel/power/user.c"
    series = edited(
        tree, tmp_path, {path: [(BITMAPS, BITMAPS + ENDED)]}, {path: [(BITMAPS + ENDED, BITMAPS)]}
    )
    there = laid(tree, "linux-pm", series)
    lost = {"RESTORE_PREPARE@snapshot_open"}
    assert [there.words("device-bitmaps-failure", stage) for stage in (0, 1, 2)] == [
        lost,
        {"RESTORE_PREPARE@snapshot_open POST_RESTORE@snapshot_open"},
        lost,
    ]
    added, gone = there.compared()
    # Once for each of the four ways on which create_basic_memory_bitmaps() fails.
    for compared, kind in ((added, "added"), (gone, "lost")):
        assert compared.unknown == ()
        assert [(c.kind.value, c.events, c.scenarios) for c in compared.changes] == [
            (kind, ("POST_RESTORE",), ("device-bitmaps-failure",))
        ] * 4
        assert {c.function for one in compared.changes for c in one.causes} == {"create_basic_memory_bitmaps"}
    (found,) = [one for one in there.findings() if one.status == (1, 0, 1)]
    assert (found.rule, found.violation) == ("one-end-for-each-preparation", "missing")


def test_the_thaw_that_a_clean_up_left_behind(tree: Path, tmp_path: Path) -> None:
    """When freezing was made to thaw by itself on failure, the first version left a caller's thaw."""
    path = "kernel/power/suspend.c"
    series = edited(
        tree,
        tmp_path,
        {
            path: [
                (
                    "	dpm_save_failed_step(SUSPEND_FREEZE);\n",
                    "	dpm_save_failed_step(SUSPEND_FREEZE);\n	suspend_thaw_processes();\n",
                )
            ]
        },
    )
    there = laid(tree, "linux-pm", series)
    assert there.words("suspend-freeze-failure", 1) == {
        "SUSPEND_PREPARE@suspend_prepare freeze@suspend_freeze_processes "
        "thaw@suspend_thaw_processes POST_SUSPEND@suspend_prepare"
    }
    assert there.words("suspend-kernel-freeze-failure", 1) == {
        "SUSPEND_PREPARE@suspend_prepare freeze@suspend_freeze_processes thaw@suspend_freeze_processes "
        "thaw@suspend_thaw_processes POST_SUSPEND@suspend_prepare"
    }
    introduced = FindingKind.INTRODUCED
    assert kinds(there) == {
        ("a-failed-freeze-needs-no-thaw", "extra", introduced, 1, ("suspend-freeze-failure",)),
        ("frozen-tasks-are-thawed", "duplicate", introduced, 1, ("suspend-kernel-freeze-failure",)),
    }


def test_the_end_of_the_other_preparation(tree: Path, tmp_path: Path) -> None:
    """The device is read from to hibernate and written to to restore; the ends were the wrong way round."""
    old = "	pm_notifier_call_chain(data->mode == O_RDONLY ?\n"
    new = old.replace("O_RDONLY", "O_WRONLY")
    series = edited(tree, tmp_path, {"kernel/power/user.c": [(old, new)]})
    there = laid(tree, "linux-pm", series)
    assert there.words("device-hibernation", 1) == {
        word.replace("POST_HIBERNATION", "POST_RESTORE") for word in device("HIBERNATION")
    }
    found = {(rule, patch) for rule, _, kind, patch, _ in kinds(there) if kind is FindingKind.INTRODUCED}
    assert found == {("one-end-for-each-preparation", 1)}


def test_an_end_beside_the_one_that_the_chain_sends(tree: Path, tmp_path: Path) -> None:
    """A preparation that a handler refuses is undone by the chain: the caller must not end it once more."""
    old = "	if (error)\n		goto Restore;\n\n	ksys_sync_helper();\n"
    series = edited(
        tree, tmp_path, {"kernel/power/hibernate.c": [(old, old.replace("goto Restore", "goto Exit"))]}
    )
    there = laid(tree, "linux-pm", series)
    assert there.words("hibernation-refused", 1) == {
        "HIBERNATION_PREPARE@hibernate POST_HIBERNATION@hibernate POST_HIBERNATION@hibernate"
    }
    assert kinds(there) == {
        (
            "one-end-for-each-preparation",
            "duplicate",
            FindingKind.INTRODUCED,
            1,
            ("hibernation-refused",),
        )
    }


def test_a_clean_up_that_changes_nothing(tree: Path, tmp_path: Path) -> None:
    """A branch turned round, a local renamed, a part taken out: no change, nothing unknown."""
    path = "kernel/power/user.c"
    series = edited(
        tree,
        tmp_path,
        {
            path: [
                (
                    "	pm_notifier_call_chain(data->mode == O_RDONLY ?\n"
                    "			PM_POST_HIBERNATION : PM_POST_RESTORE);\n",
                    "	snapshot_end(data);\n",
                ),
                (
                    "static int snapshot_release(struct inode *inode, struct file *filp)\n",
                    "static void snapshot_end(struct snapshot_data *snapshot)\n{\n"
                    "	if (snapshot->mode != O_RDONLY)\n"
                    "		pm_notifier_call_chain(PM_POST_RESTORE);\n"
                    "	else\n"
                    "		pm_notifier_call_chain(PM_POST_HIBERNATION);\n}\n\n"
                    "static int snapshot_release(struct inode *inode, struct file *filp)\n",
                ),
            ]
        },
    )
    there = laid(tree, "linux-pm", series)
    (compared,) = there.compared()
    assert (compared.changes, compared.unknown) == ((), ())
    assert kinds(there) == set()


def test_from_the_chain_that_callers_undo_to_the_one_that_undoes(tree: Path, tmp_path: Path) -> None:
    """The first patch takes hibernate() back to how it was up to 5.9, the second is the conversion: neither
    changes what anybody hears."""
    path = "kernel/power/hibernate.c"
    new = [
        "	unsigned int sleep_flags;\n	int error;\n\n	if (!hibernation_available()) {\n",
        "	error = pm_notifier_call_chain_robust(PM_HIBERNATION_PREPARE, PM_POST_HIBERNATION);\n"
        "	if (error)\n		goto Restore;\n\n	ksys_sync_helper();\n",
        " Exit:\n	pm_notifier_call_chain(PM_POST_HIBERNATION);\n Restore:\n",
    ]
    old = [
        "	unsigned int sleep_flags;\n	int error, nr_calls = 0;\n\n	if (!hibernation_available()) {\n",
        "	error = __pm_notifier_call_chain(PM_HIBERNATION_PREPARE, -1, &nr_calls);\n"
        "	if (error) {\n		nr_calls--;\n		goto Exit;\n	}\n\n	ksys_sync_helper();\n",
        " Exit:\n	__pm_notifier_call_chain(PM_POST_HIBERNATION, nr_calls, NULL);\n",
    ]
    back = {path: list(zip(new, old, strict=True))}
    forth = {path: list(zip(old, new, strict=True))}
    there = laid(tree, "linux-pm", edited(tree, tmp_path, back, forth))
    for compared in there.compared():
        assert (compared.changes, compared.unknown) == ((), ())
    assert there.words("hibernation-refused", 1) == EXPECTED["hibernation-refused"]
