"""Three releases of QEMU as three commits of one repository: where the order of a failed postcopy changed.

The lists are those of the releases, read off their sources by hand: in a failed postcopy 7.2 does not start
the guest again, and says FAILED in the cleanup alone; 10.0 says it at the switchover, then starts the guest,
then says it again, and 10.2 does the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.model.history import History
from analyzer.pipeline.history import HistoryOptions, history
from tests.real_trees import qemu
from tests.repositories import git

pytestmark = pytest.mark.slow

RELEASES = ("7.2", "10.0.13", "10.2.2")
CLEANUP = ("SETUP", "FAILED@migration_cleanup")
TWICE = ("SETUP", "FAILED@postcopy_start", "vm_start", "FAILED@migration_cleanup")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> History:
    folder = tmp_path_factory.mktemp("releases")
    git(folder, "init", "-q", "--bare", "-b", "main")
    parent = ""
    for release in RELEASES:
        tree = qemu(release)
        with (folder / "objects" / "info" / "alternates").open("a") as stream:
            stream.write(f"{Path(git(tree, 'rev-parse', '--absolute-git-dir')) / 'objects'}\n")
        top = git(tree, "rev-parse", "HEAD^{tree}")
        parents = ("-p", parent) if parent else ()
        parent = git(folder, "commit-tree", top, *parents, "-m", f"import {release}")
    git(folder, "update-ref", "refs/heads/main", parent)
    return history(HistoryOptions(repo=str(folder), keep=False))


def lists(found: History, release: str, scenario: str) -> tuple[set[tuple[str, ...]], ...]:
    """What the scenario was before and after an import, SETUP and vm_start without their functions."""
    (entry,) = [entry for entry in found.entries if entry.title == f"import {release}"]
    (step,) = [one for one in entry.scenarios if one.id == scenario]

    def plain(label: str) -> str:
        name, _, _ = label.partition("@")
        return name if name in ("SETUP", "vm_start") else label

    return tuple({tuple(map(plain, run)) for run in told.labels} for told in (step.before, step.after))


def test_all_three_are_compared(found: History) -> None:
    assert (found.profile, found.commits, found.touching, found.judged) == ("qemu-migration", 3, 3, 3)
    assert found.stopped == ""
    assert [entry.title for entry in found.entries][:2] == ["import 7.2", "import 10.0.13"]
    assert [entry.first for entry in found.entries][:2] == [True, False]


def test_failed_came_before_the_guest_starts_with_10_0(found: History) -> None:
    assert lists(found, "10.0.13", "failed-postcopy") == ({CLEANUP}, {TWICE})


def test_what_each_release_says(found: History) -> None:
    at_switchover = {("SETUP", "vm_start", "FAILED@migration_cleanup")}
    assert lists(found, "7.2", "precopy-failure-at-switchover")[1] == at_switchover
    assert lists(found, "7.2", "precopy-failure-before-switchover")[1] == {CLEANUP}
    changed = {
        one.id
        for entry in found.entries
        if not entry.first
        for one in entry.scenarios
        if one.changed and not one.generated
    }
    assert "precopy-failure-at-switchover" not in changed
    assert "precopy-failure-before-switchover" not in changed
    later = [entry for entry in found.entries if entry.title == "import 10.2.2"]
    assert not any(one.changed for entry in later for one in entry.scenarios if one.id == "failed-postcopy")
