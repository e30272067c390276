"""Pruning and liveness on small functions: what is taken out, and what must stay."""

from __future__ import annotations

from analyzer import cfront
from analyzer.lifecycle.liveness import live_locals
from analyzer.lifecycle.prune import prune
from analyzer.model.summary import Assign, Branch, Call, ControlFlowSummary, Dialect, Instruction, Symbol
from tests.builders import body

MATTERING = {"tell", "go"}


def function(*statements: str) -> ControlFlowSummary:
    (found,) = cfront.parse("life.c", body(*statements), Dialect()).functions
    return found


def matters(instruction: Instruction) -> bool:
    if isinstance(instruction, Call):
        return isinstance(instruction.callee, Symbol) and instruction.callee.name in MATTERING
    return not isinstance(instruction, Assign)


def reads(call: Call) -> bool:
    return matters(call)


def asked(call: Call) -> bool:
    return isinstance(call.callee, Symbol) and call.callee.name == "asked"


def pruned(*statements: str) -> ControlFlowSummary:
    return prune(function(*statements), matters, reads, asked)


def called(summary: ControlFlowSummary) -> list[str]:
    return [i.text for block in summary.blocks for i in block.instructions if isinstance(i, Call)]


def branches(summary: ControlFlowSummary) -> int:
    return sum(isinstance(block.terminator, Branch) for block in summary.blocks)


def test_a_branch_without_effect_is_gone() -> None:
    left = pruned("if (check()) {", "log_it();", "} else {", "count();", "}", "go();")
    assert (called(left), branches(left)) == (["go()"], 0)


def test_a_branch_on_a_call_that_is_asked_about_stays() -> None:
    left = pruned("int ret = asked();", "int bad = ret < 0;", "if (bad) {", "log_it();", "}", "go();")
    assert (called(left), branches(left)) == (["asked()", "go()"], 1)


def test_a_branch_around_an_effect_stays_with_what_decides_it() -> None:
    left = pruned("if (check()) {", "go();", "}")
    assert (called(left), branches(left)) == (["check()", "go()"], 1)


def test_a_local_that_decides_later_stays() -> None:
    left = pruned("int ret = 0;", "if (check()) {", "ret = 1;", "}", "log_it();", "if (ret) {", "go();", "}")
    assert (called(left), branches(left)) == (["check()", "go()"], 2)


def test_a_local_that_nobody_reads_is_gone() -> None:
    left = pruned("int ret = check();", "ret = other();", "go();")
    assert called(left) == ["go()"]
    assert not any(isinstance(i, Assign) for block in left.blocks for i in block.instructions)


def test_an_argument_of_a_call_that_matters_stays() -> None:
    assert called(pruned("int note = which();", "tell(note);")) == ["which()", "tell(note)"]


def test_a_local_that_may_be_changed_by_address_stays() -> None:
    assert called(pruned("int up = 0;", "ask(&up);", "if (up) {", "go();", "}")) == ["ask(&up)", "go()"]


def test_an_early_return_is_an_effect() -> None:
    left = pruned("if (check()) {", "return;", "}", "go();")
    assert (called(left), branches(left)) == (["check()", "go()"], 1)


def test_a_loop_without_effect_is_taken_to_end() -> None:
    left = pruned("while (check()) {", "log_it();", "}", "go();")
    assert (called(left), branches(left)) == (["go()"], 0)


def test_a_loop_with_an_effect_stays() -> None:
    left = pruned("while (check()) {", "go();", "}")
    assert (called(left), branches(left)) == (["check()", "go()"], 1)


def test_pruning_twice_is_pruning_once() -> None:
    once = pruned("if (a()) {", "if (b()) {", "log_it();", "}", "go();", "}", "for (;;) {", "go();", "}")
    assert prune(once, matters, reads, asked) == once


def test_a_local_lives_from_its_value_to_its_last_reader() -> None:
    summary = function("int ret = check();", "log_it();", "if (ret) {", "go();", "}", "go();")
    entry = live_locals(summary, reads)[0]
    assert "ret" not in entry[0]
    assert "ret" in entry[-1]
    last = live_locals(summary, reads)[-1]
    assert "ret" not in last[0]


def test_what_goes_round_a_loop_lives_in_it() -> None:
    summary = function("int n = start();", "while (more()) {", "tell(n);", "n = next();", "}")
    inside = [row for row in live_locals(summary, reads) if "n" in row[0]]
    assert inside
