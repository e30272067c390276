"""What keeps the order of events is no change on the real tree; the same kind of edit that does not is one.

The rewrites are laid one over the other, in as few series as their places allow, a patch for each; what
breaks the order is a series of its own.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.lifecycle.explore import Bounds
from analyzer.model.report import FindingKind, Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from tests.real.edits import NoAnchor, Tree
from tests.real.patches import at_head, holding, patch
from tests.real.rewrites import PATHS, REWRITES, WORDS, Rewrite
from tests.real_trees import qemu

pytestmark = pytest.mark.long
KEPT = [one.name for one in REWRITES]
BROKEN = [pytest.param(one, id=one.name) for one in REWRITES]
LONGEST = 8  # patches of a series: each stage takes memory


@functools.cache
def base() -> Tree:
    """The texts that the rewrites are made of."""
    return at_head(qemu(), sorted(holding(qemu(), WORDS).union(PATHS)))


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What was read of the tree is remembered for this module alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", os.fspath(tmp_path_factory.mktemp("cache")))
        yield


def report(folder: Path, *patches: str) -> Report:
    """What is told of a series on the tree."""
    for number, text in enumerate(patches, 1):
        (folder / f"{number:04}.patch").write_text(text)
    paths = sorted(map(os.fspath, folder.glob("*.patch")))
    bounds = Bounds(seconds=3_600.0)  # a busy machine is no reason not to know
    (found,) = analyse(Options(tuple(paths), profile="qemu-migration", repo=os.fspath(qemu()), bounds=bounds))
    return found


def laid_over() -> list[list[tuple[Rewrite, Tree, Tree]]]:
    """Series of rewrites, each with the texts before and after it."""
    series: list[list[tuple[Rewrite, Tree, Tree]]] = []
    # What is renamed everywhere hides the places of others.
    for rewrite in sorted(REWRITES, key=lambda one: one.name.startswith(("rename-", "lock-", "reformatted"))):
        for one in series:
            if len(one) == LONGEST:
                continue
            try:
                after = rewrite.keeps(one[-1][2])
            except NoAnchor:
                continue
            one.append((rewrite, one[-1][2], after))
            break
        else:
            series.append([(rewrite, base(), rewrite.keeps(base()))])
    return series


@functools.cache
def kept(folder: Path) -> dict[str, tuple[Report, int]]:
    """The report that tells of a rewrite, and which of its patches that is."""
    told = {}
    for count, one in enumerate(laid_over()):
        room = folder / str(count)
        room.mkdir()
        texts = [patch(was, now, r.name, n, len(one)) for n, (r, was, now) in enumerate(one, 1)]
        found = report(room, *texts)
        told.update({rewrite.name: (found, number) for number, (rewrite, _, _) in enumerate(one, 1)})
    return told


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Report, int]]:
    return kept(tmp_path_factory.mktemp("kept"))


@pytest.mark.parametrize("name", KEPT)
def test_a_rewrite_changes_nothing(reports: dict[str, tuple[Report, int]], name: str) -> None:
    found, number = reports[name]
    assert found.source == "tree"
    assert [change for change in found.changes if change.patch == number] == []
    assert [one for one in found.unknown if one.patch in (number, None)] == []
    assert found.stages[number].note == ""


def test_of_rewrites_nothing_is_found_or_left_open(reports: dict[str, tuple[Report, int]]) -> None:
    for found, _ in reports.values():
        assert found.unknown == ()
        assert [one for one in found.findings if one.kind is not FindingKind.PREEXISTING] == []
        assert found.exit_status == 0


@pytest.mark.parametrize("rewrite", BROKEN)
def test_what_breaks_the_order_in_the_same_way_is_told(rewrite: Rewrite, tmp_path: Path) -> None:
    broken = rewrite.breaks(rewrite.keeps(base()))
    found = report(tmp_path, patch(base(), broken, f"not {rewrite.name}"))
    told = {
        (one.kind, event, scenario)
        for one in found.changes
        for event in one.events
        for scenario in one.scenarios
    }
    assert (rewrite.kind, rewrite.event, rewrite.scenario) in told
    assert {one.why for one in found.unknown} == rewrite.open
    if rewrite.rule:
        assert rewrite.rule in {one.rule for one in found.findings if one.kind is FindingKind.INTRODUCED}
        assert found.exit_status == 1


@pytest.mark.parametrize("rewrite", BROKEN)
def test_a_rewrite_and_what_breaks_it_differ_from_the_tree(rewrite: Rewrite) -> None:
    same = rewrite.keeps(base())
    assert base() != same != rewrite.breaks(same) != base()
