"""The whole way on a domain that no shipped profile knows: what its series does, read off by hand."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path
from typing import Any

import pytest

from analyzer.lifecycle.explore import Bounds
from analyzer.model.report import Level, Report
from analyzer.model.unknown import InputError, Weight
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options

DOMAIN = Path(__file__).resolve().parents[2] / "fixtures" / "second-domain"
EXPECTED = tomllib.loads((DOMAIN / "expected.toml").read_text())
PATHS = tuple(str(path) for path in sorted((DOMAIN / "series").glob("*.patch")))


def run(*paths: str, **options: Any) -> Report:
    (report,) = analyse(Options(paths or PATHS, profile=str(DOMAIN), **options))
    return report


@pytest.fixture(scope="module")
def report() -> Report:
    return run()


@pytest.mark.parametrize("expected", EXPECTED["scenario"], ids=lambda row: row["id"])
def test_scenarios(report: Report, expected: dict[str, Any]) -> None:
    (found,) = [scenario for scenario in report.scenarios if scenario.id == expected["id"]]
    told = {str(s.patch): [[one.label for one in q.letters] for q in s.sequences] for s in found.stages}
    assert told == expected["stages"]
    assert not any(stage.unknown for stage in found.stages)


@pytest.mark.parametrize(
    "expected", EXPECTED["change"], ids=lambda row: f"patch {row['patch']} {row['kind']}"
)
def test_changes(report: Report, expected: dict[str, Any]) -> None:
    found = [c for c in report.changes if (c.patch, c.kind.value) == (expected["patch"], expected["kind"])]
    assert sorted({name for one in found for name in one.scenarios}) == sorted(expected["scenarios"])
    for one in found:
        assert set(expected.get("events", one.events)) == set(one.events)
        assert one.causes
        assert one.witness_before.steps and one.witness_after.steps


def test_no_change_but_these(report: Report) -> None:
    assert {(c.patch, c.kind.value) for c in report.changes} == {
        (row["patch"], row["kind"]) for row in EXPECTED["change"]
    }


def test_findings(report: Report) -> None:
    told = [
        {
            "rule": f.rule,
            "kind": f.kind.value,
            "patch": f.patch,
            "closed_by": f.closed_by,
            "status": list(f.status),
            "scenarios": list(f.scenarios),
        }
        for f in report.findings
    ]
    wanted = [{"closed_by": None} | row for row in EXPECTED["finding"]]
    assert sorted(told, key=lambda row: str(row["rule"])) == sorted(wanted, key=lambda row: str(row["rule"]))


def test_every_way_back_to_source_shows_that_line(report: Report) -> None:
    """A step's text stands on the line that the report shows for its place, if it shows one."""
    letters = [
        (witness.patch, step)
        for change in report.changes
        for witness in (change.witness_before, change.witness_after)
        for step in witness.steps
        if step.text in ("radio_resume()", "tell ABORTED", "tell BEGUN", "tell APPLIED")
    ]
    shown = [(step, report.source_line(stage, step.where).text) for stage, step in letters]
    assert any(line for _, line in shown)
    for step, line in shown:
        assert not line or step.text.rsplit(" ", 1)[-1].rstrip("()") in line


def test_files_in_any_order_give_the_same_report(report: Report) -> None:
    for order in itertools.permutations(PATHS):
        assert run(*order) == report


def test_the_same_twice(report: Report) -> None:
    assert run() == report


def test_an_error_gives_one_and_a_window_alone_does_not(report: Report) -> None:
    assert report.exit_status == 1
    assert run(fail_on=None).exit_status == 0


def test_a_level_to_fail_on() -> None:
    (patch,) = [path for path in PATHS if "/0001" in path]
    assert run(patch, fail_on=Level.WARNING).exit_status == 1


def test_a_patch_that_is_missing_is_named_and_the_rest_answered() -> None:
    (patch,) = [path for path in PATHS if "/0001" in path]
    alone = run(patch)
    assert [unknown.what for unknown in alone.unknown] == ["patch 2"]
    assert [stage.patch for stage in alone.stages] == [0, 1]
    (lost,) = alone.changes
    assert (lost.patch, lost.kind.value, lost.scenarios) == (1, "lost", ("write-failure",))
    # An error comes before an incomplete answer; without it, incomplete is what is left.
    assert alone.exit_status == 1
    assert run(patch, fail_on=None).exit_status == 3


def test_a_bound_makes_the_answer_incomplete() -> None:
    short = run(fail_on=None, bounds=Bounds(states=10))
    assert short.exit_status == 3
    assert any("more than 10" in unknown.why for unknown in short.unknown)
    assert all(unknown.weight is Weight.INCOMPLETE for unknown in short.unknown)


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(InputError, match=r"unknown scenario 'nonsense'; fwup has: .*write-failure"):
        run(scenarios=("nonsense",))


def test_a_series_that_names_nothing_of_the_profile_is_not_concerned(tmp_path: Path) -> None:
    other = tmp_path / "1.patch"
    other.write_text(
        "Subject: [PATCH] bench: paint it\n\n---\ndiff --git a/bench.c b/bench.c\n"
        "--- a/bench.c\n+++ b/bench.c\n@@ -1,2 +1,2 @@\n int paint(void)\n-{ return 1; }\n+{ return 2; }\n"
    )
    aside = run(str(other))
    assert (aside.concerned, aside.exit_status, aside.changes, aside.findings) == (False, 0, (), ())


def test_a_series_and_its_reverts_end_where_they_began(report: Report, tmp_path: Path) -> None:
    forth = [Path(path).read_text() for path in PATHS if "0000" not in path]
    both = [*forth, *map(reverted, reversed(forth))]
    for number, text in enumerate(both, 1):
        _, _, rest = text.partition("] ")
        head = text[: text.index("Subject:")]
        (tmp_path / f"{number}.patch").write_text(f"{head}Subject: [PATCH {number}/{len(both)}] {rest}")
    there = run(*(str(path) for path in sorted(tmp_path.iterdir())))
    assert there.unknown == ()
    for scenario in there.scenarios:
        first, last = (
            [[one.label for one in s.letters] for s in scenario.stages[at].sequences] for at in (0, -1)
        )
        assert first == last
    kinds = {finding.kind.value for finding in there.findings}
    assert kinds == {"window"}


def reverted(patch: str) -> str:
    """The same patch the other way round."""
    lines = []
    for line in patch.split("\n"):
        turned = line
        if line.startswith("@@"):
            old, new, tail = line[3:].split(" ", 2)
            turned = f"@@ -{new[1:]} +{old[1:]} {tail}"
        elif line[:1] == "+" and not line.startswith("+++"):
            turned = "-" + line[1:]
        elif line[:1] == "-" and not line.startswith("--"):
            turned = "+" + line[1:]
        elif line.startswith(" 1 file changed"):
            turned = ""
        elif line.startswith("index "):
            one, two = line.split()[1].split("..")
            turned = f"index {two}..{one} 100644"
        lines.append(turned)
    return "\n".join(lines)
