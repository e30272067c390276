"""The script that makes mutants: what it makes of a small file, and of the reduced tree."""

from __future__ import annotations

import difflib
from collections import Counter
from pathlib import Path

import pytest

from analyzer import profiles
from tests.execution.reduced_tree import SOURCES
from tests.mutants.mutate import Mutant, mutants

TREE = Path(__file__).resolve().parents[2] / "fixtures" / "qemu-reduced" / "tree"
PROFILE = profiles.load("qemu-migration")
SMALL = """\
static int stop(State *s, int why)
{
    int ret;

    ret = halt(s);
    if (why) {
        vm_start();
    } else {
        rest(s);
    }
    if (ret) {
        goto out;
    }
    quiet(s);
out:
    return -1;
}
"""


@pytest.fixture(scope="module")
def small() -> dict[str, Mutant]:
    return {f"{one.kind}: {one.words}": one for one in mutants("a.c", SMALL, PROFILE)}


@pytest.fixture(scope="module")
def reduced() -> list[Mutant]:
    paths = [f"migration/{name}.c" for name in SOURCES]
    return [one for path in paths for one in mutants(path, (TREE / path).read_text(), PROFILE)]


def difference(mutant: Mutant) -> list[str]:
    """The lines that are gone and new, without their indentation."""
    before, after = ([line.strip() for line in text.splitlines()] for text in (mutant.before, mutant.text))
    return [line for line in difflib.ndiff(before, after) if line[0] in "-+"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("drop: without it", ["- vm_start();"]),
        ("duplicate: twice", ["+ vm_start();"]),
        ("move: out by 1, before", ["+ vm_start();", "- vm_start();"]),
        ("move: out by 1, behind", ["- vm_start();", "+ vm_start();"]),
        ("guard: if why", ["+ if (why) {", "+ }"]),
        ("guard: if !(anyone_asks())", ["+ if (!(anyone_asks())) {", "+ }"]),
        ("swap: the condition 1 out turned", ["- if (why) {", "+ if (!(why)) {"]),
        ("swap: the arms 1 out exchanged", ["+ rest(s);", "+ } else {", "- } else {", "- rest(s);"]),
        ("leave: return -1;", ["+ return -1;"]),
        ("leave: goto out; if anyone_asks()", ["+ if (anyone_asks()) {", "+ goto out;", "+ }"]),
    ],
)
def test_a_mutant_is_its_one_edit(small: dict[str, Mutant], name: str, expected: list[str]) -> None:
    assert difference(small[name]) == expected


def test_an_unguarded_call_stands_without_its_condition_and_the_other_arm(small: dict[str, Mutant]) -> None:
    text = small["unguard: no condition 1 out"].text
    assert "if (why)" not in text
    assert "rest(s)" not in text
    assert "vm_start();" in text


def test_a_local_without_a_value_yet_is_no_condition(small: dict[str, Mutant]) -> None:
    assert not [name for name in small if name.startswith("guard") and "ret" in name]


def test_each_line_says_which_it_was(reduced: list[Mutant]) -> None:
    for mutant in reduced:
        before = mutant.before.splitlines()
        came = [line.came for line in mutant.lines if line.came]
        assert len(came) == len(set(came)), mutant.name
        changed = [
            line.text
            for line in mutant.lines
            if line.came and line.text.strip() != before[line.came - 1].strip()
        ]
        assert len(changed) <= (mutant.kind in ("swap", "constant")), mutant.name


def test_a_copy_may_be_said_to_be_the_original(reduced: list[Mutant]) -> None:
    copies = [mutant for mutant in reduced if mutant.otherwise]
    assert len(copies) > 20
    for mutant in copies:
        assert [line.text for line in mutant.otherwise] == [line.text for line in mutant.lines]
        assert sorted(line.came for line in mutant.otherwise) == sorted(line.came for line in mutant.lines)
        assert mutant.otherwise != mutant.lines


def test_every_call_that_emits_a_letter_is_mutated_in_every_way(reduced: list[Mutant]) -> None:
    assert len(reduced) >= 200
    assert len({mutant.text for mutant in reduced}) == len(reduced)
    sites = {(mutant.path, mutant.line) for mutant in reduced}
    calls = {
        (path, number)
        for path in {mutant.path for mutant in reduced}
        for number, line in enumerate((TREE / path).read_text().splitlines(), 1)
        if line.startswith(" ")
        and any(f"{name}(" in line for name in ("migration_call_notifiers", "vm_start", "vm_resume"))
        and "notifier->notify" not in line
    }
    assert sites == calls
    kinds = Counter(mutant.kind for mutant in reduced)
    assert set(kinds) == {"drop", "duplicate", "move", "guard", "unguard", "swap", "leave", "constant"}
    for kind in ("drop", "duplicate", "guard", "leave"):
        assert {(one.path, one.line) for one in reduced if one.kind == kind} == sites
