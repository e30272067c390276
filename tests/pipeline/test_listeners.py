"""On a tree the report says who is hit by a change, and what each handler can see of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.model.report import Change, Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.reports import render
from tests.repositories import commit, git, repository

PROFILE = """
title = "Bus"
follows = "bus 1"
paths = ["bus/*"]
distinct = ["STATE_", "MODE_"]
silent = ["container_of"]
mode = "mode"
[objects]
the_bus = "Bus"
[[event]]
call = "bus_tell"
argument = 1
names = { BUS_UP = "UP", BUS_DOWN = "DOWN" }
[[landmark]]
name = "spin"
call = "fan_spin"
seen_by = ["fan_spins"]
[[tracked]]
name = "state"
fields = ["Bus.state"]
context = true
[[tracked.write]]
call = "bus_set"
target = 0
value = 1
[[tracked]]
name = "mode"
fields = ["Bus.mode"]
[[entry]]
function = "bus_stop"
[[scenario]]
id = "stop"
select = { final = { mode = ["MODE_WARM", "MODE_COLD"] } }
[[rule]]
name = "down-before-spin"
contract = "(UP | DOWN)* spin"
reason = "Whoever hears of the end must hear of it before the fan turns."
[[register]]
call = "bus_add"
handler = 1
mode_argument = 2
event = 1
event_member = "type"
"""
LATE = """\
void bus_stop(Bus *b)
{
    bus_set(&b->state, STATE_UP);
    if (b->mode == MODE_COLD) {
        fan_spin();
        return;
    }
    fan_spin();
    bus_set(&b->state, STATE_DOWN);
    bus_tell(b, BUS_DOWN);
}
"""
EARLY = """\
void bus_stop(Bus *b)
{
    bus_set(&b->state, STATE_UP);
    if (b->mode == MODE_COLD) {
        fan_spin();
        return;
    }
    bus_tell(b, BUS_DOWN);
    fan_spin();
    bus_set(&b->state, STATE_DOWN);
}
"""
HANDLER = """\
static int %s(Notifier *n, BusEvent *e)
{
    if (e->type == BUS_DOWN) {
        %s;
    }
    return 0;
}
void %s_init(Fan *f) { bus_add(f, %s, %s); }
"""


def handler(name: str, body: str, mode: str) -> str:
    return HANDLER % (name, body, name, name, mode)


TREE = {
    "bus/bus.c": LATE,
    "bus/state.c": "bool bus_up(void)\n{\n    return the_bus->state == STATE_UP;\n}\n",
    "dev/warm.c": handler("warm_told", "if (bus_up()) { warm(); }", "MODE_WARM"),
    "dev/cold.c": handler("cold_told", "cool()", "MODE_COLD"),
    "dev/both.c": handler("both_told", "if (fan_spins()) { stop(); }", "BIT(MODE_WARM) | BIT(MODE_COLD)"),
    "dev/deaf.c": handler("deaf_told", "far_away(e)", "MODE_WARM"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "profile.toml").write_text(PROFILE, encoding="utf-8")
    tree = repository(tmp_path / "tree")
    commit(tree, TREE, "the source")
    return tmp_path


def report(folder: Path, *stages: dict[str, str]) -> Report:
    tree = folder / "tree"
    for number, files in enumerate(stages, 1):
        commit(tree, files, f"step {number}")
    base = f"HEAD~{len(stages)}"
    options = Options((f"{base}..HEAD",), profile=str(folder), repo=str(tree))
    (found,) = analyse(options)
    return found


def moved(found: Report) -> Change:
    (change,) = found.changes
    assert "DOWN" in change.events
    return change


def test_only_handlers_of_the_modes_in_which_it_happens_are_hit(folder: Path) -> None:
    found = report(folder, {"bus/bus.c": EARLY})
    change = moved(found)
    assert change.modes == ("MODE_WARM",)
    assert [(hit.device, hit.certain) for hit in change.hits] == [
        ("both", True),
        ("deaf", False),
        ("warm", True),
    ]
    assert [one.device for one in found.subscribers] == ["both", "deaf", "warm"]


def test_what_a_handler_asks_that_is_different_now_is_named(folder: Path) -> None:
    hits = {hit.device: hit for hit in moved(report(folder, {"bus/bus.c": EARLY})).hits}
    (state,) = hits["warm"].seen
    assert (state.look.subject, str(state.look.where)) == ("state", "bus/state.c:3")
    assert (state.before, state.after) == (("STATE_DOWN",), ("STATE_UP",))
    assert (state.answered, state.answers) == (("0",), ("1",))
    (spin,) = hits["both"].seen
    assert (spin.look.subject, spin.before, spin.after) == ("spin", ("1",), ("0",))
    assert hits["deaf"].lost == ("far_away()",)


def test_a_finding_names_who_is_hit(folder: Path) -> None:
    (finding,) = report(folder, {"bus/bus.c": EARLY}).findings
    assert (finding.kind.value, [hit.device for hit in finding.hits]) == ("fixed", ["both", "deaf", "warm"])


def test_a_subscriber_that_the_series_adds_counts(folder: Path) -> None:
    late = {"dev/late.c": handler("late_told", "late()", "MODE_WARM")}
    with_it = report(folder, late, {"bus/bus.c": EARLY})
    assert "late" in [hit.device for change in with_it.changes for hit in change.hits]


def test_where_an_event_is_lost_nothing_is_asked(folder: Path) -> None:
    (change,) = report(folder, {"bus/bus.c": LATE.replace("    bus_tell(b, BUS_DOWN);\n", "")}).changes
    assert [(hit.device, hit.seen, hit.lost) for hit in change.hits] == [
        ("both", (), ()),
        ("deaf", (), ()),
        ("warm", (), ()),
    ]


def test_a_change_of_a_landmark_alone_hits_nobody(folder: Path) -> None:
    found = report(folder, {"bus/bus.c": LATE.replace("        fan_spin();\n", "")})
    assert [(change.events, change.hits) for change in found.changes] == [(("spin",), ())]
    assert found.subscribers == ()


@pytest.mark.parametrize("form", ["text", "markdown", "mail", "json"])
def test_every_format_names_them(folder: Path, form: str) -> None:
    said = render(report(folder, {"bus/bus.c": EARLY}), form)
    assert all(name in said.replace("\\_", "_") for name in ("warm_told", "both_told", "deaf_told"))
    assert "cold_told" not in said.replace("\\_", "_")


def test_files_that_a_partial_clone_lacks_cost_the_listeners_alone(folder: Path) -> None:
    tree = folder / "tree"
    commit(tree, {"bus/bus.c": EARLY}, "step 1")
    lost = git(tree, "rev-parse", "HEAD:dev/warm.c")
    (tree / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    (tree / "dev" / "warm.c").unlink()
    (found,) = analyse(Options(("HEAD~1..HEAD",), profile=str(folder), repo=str(tree)))
    assert [change.kind.value for change in found.changes] == ["reordered"]
    assert (found.subscribers, found.exit_status) == ((), 0)
    (note,) = [note for note in found.notes if note.startswith("who is hit could not be told: ")]
    assert lost[:12] in note or "git" in note


def test_without_a_tree_nobody_is_named(folder: Path) -> None:
    found = report(folder, {"bus/bus.c": EARLY})
    patch = git(folder / "tree", "format-patch", "-1", "--stdout")
    (folder / "one.patch").write_text(patch + "\n", encoding="utf-8")
    assert found.subscribers
    (alone,) = analyse(Options((str(folder / "one.patch"),), profile=str(folder), search=False))
    assert alone.subscribers == ()


def test_the_same_report_whatever_the_order_of_sets(folder: Path) -> None:
    tree = folder / "tree"
    commit(tree, {"bus/bus.c": EARLY}, "step 1")
    order = (sys.executable, "-m", "analyzer", "--no-cache", "--format", "json", "--profile", str(folder))
    said = {
        subprocess.run(
            (*order, "--repo", str(tree), "HEAD~1..HEAD"),
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=False,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1 and b"both_told" in said.pop()
