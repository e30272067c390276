"""What keeps the order of events is no change on real code, and its twin that does not is one.

The rewrites are laid one over the other, as few series; each twin is a series of its own.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analyzer.model.report import FindingKind, Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from tests.real.patches import at_head, patch
from tests.real.rewrites import MAIN, REWRITES, Rewrite
from tests.real_trees import qemu

pytestmark = pytest.mark.long
LONGEST = 8  # patches in a series: each stage takes memory
NAMES = [rewrite.name for rewrite in REWRITES]


def texts_for(*rewrites: Rewrite) -> dict[str, str]:
    """The files that some rewrites edit, as they are committed."""
    words = {word for rewrite in rewrites for word in rewrite.words}
    paths = {MAIN}
    if words:
        wanted = [part for word in sorted(words) for part in ("-e", word)]
        order = ["git", "-C", str(qemu()), "grep", "-lw", *wanted, "HEAD", "--", "*.c", "*.h"]
        found = subprocess.run(order, capture_output=True, text=True, check=True).stdout.split()
        paths |= {path.partition(":")[2] for path in found}
    return at_head(qemu(), tuple(sorted(paths)))


def report(folder: Path, *patches: str) -> Report:
    """What the tool says of patches on the real tree."""
    paths = []
    for number, text in enumerate(patches, 1):
        paths.append(folder / f"{number:04}.patch")
        paths[-1].write_text(text, encoding="utf-8")
    (found,) = analyse(Options(tuple(map(str, paths)), repo=str(qemu()), cache=False))
    return found


def series() -> list[list[tuple[str, str]]]:
    """The rewrites as few series of patches: each goes on top of the first in which it finds its place."""
    base = texts_for(*REWRITES)
    tops: list[dict[str, str]] = []
    found: list[list[tuple[str, dict[str, str], dict[str, str]]]] = []
    for rewrite in sorted(REWRITES, key=lambda one: len(one.words)):
        for number in range(len(found) + 1):
            if number == len(found):
                tops.append(base)
                found.append([])
            if len(found[number]) == LONGEST:
                continue
            try:
                after = rewrite.keeps(tops[number])
            except AssertionError:
                assert tops[number] is not base, f"{rewrite.name}: not on the tree itself"
                continue
            found[number].append((rewrite.name, tops[number], after))
            tops[number] = after
            break
    return [
        [
            (name, patch(was, now, f"migration: {name}", number, len(one)))
            for number, (name, was, now) in enumerate(one, 1)
        ]
        for one in found
    ]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Report, int]]:
    """For each rewrite the report that it is in, and which patch it is there."""
    reports = {}
    for one in series():
        found = report(tmp_path_factory.mktemp("kept"), *(text for _, text in one))
        reports.update({name: (found, number) for number, (name, _) in enumerate(one, 1)})
    return reports


@pytest.mark.parametrize("name", NAMES)
def test_a_rewrite_changes_nothing(kept: dict[str, tuple[Report, int]], name: str) -> None:
    found, number = kept[name]
    assert [change for change in found.changes if change.patch == number] == []
    assert [one for one in found.unknown if one.patch in (number, None)] == []


def test_nothing_is_found_or_left_open(kept: dict[str, tuple[Report, int]]) -> None:
    for found, _ in kept.values():
        assert [f for f in found.findings if f.kind is not FindingKind.PREEXISTING] == []
        assert found.unknown == ()
        assert found.exit_status == 0


@pytest.mark.parametrize("rewrite", REWRITES, ids=NAMES)
def test_its_twin_changes_something(rewrite: Rewrite, tmp_path: Path) -> None:
    texts = texts_for(rewrite)
    found = report(tmp_path, patch(texts, rewrite.breaks(texts), f"migration: not {rewrite.name}"))
    assert found.changes
