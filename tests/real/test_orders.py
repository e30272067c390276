"""Ways to write the last patch of the real series, on the real tree: which keep the order, which break it."""

from __future__ import annotations

import subprocess

import pytest

from analyzer.model.unknown import Weight
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from tests.real.orders import ORDERS, Order, as_series
from tests.real.patches import at_head
from tests.real.rewrites import MAIN
from tests.real_trees import qemu, shared

pytestmark = pytest.mark.long
RULE = "failed-before-guest-starts"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Which of them the tool says break the order; nothing may be left open."""
    folder = tmp_path_factory.mktemp("orders")
    file = folder / "tree" / MAIN
    file.parent.mkdir(parents=True)
    stages = [at_head(qemu(), (MAIN,))[MAIN]]
    file.write_text(stages[0], encoding="utf-8")
    for path in sorted(shared("series/qemu-failed-notifier").glob("*.patch")):
        order = ["git", "apply", f"--include={MAIN}", str(path)]
        subprocess.run(order, cwd=folder / "tree", check=True)
        stages.append(file.read_text(encoding="utf-8"))
    paths = []
    for number, text in enumerate(as_series(stages, MAIN), 1):
        paths.append(folder / f"{number:04}.patch")
        paths[-1].write_text(text, encoding="utf-8")
    (report,) = analyse(Options(tuple(map(str, paths)), repo=str(qemu()), cache=False))
    statuses = [one.status for one in report.findings if one.rule == RULE]
    assert not [one for one in report.unknown if one.weight is Weight.INCOMPLETE]
    return {
        order.name: any(status[number] for status in statuses)
        for number, order in enumerate(ORDERS, len(stages))
    }


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_each_is_judged_as_a_reader_would(broken: dict[str, bool], order: Order) -> None:
    assert broken[order.name] is not order.kept
