"""The verifier names each kind of violated invariant."""

from __future__ import annotations

from dataclasses import replace

from analyzer.cfront import parse, verify
from analyzer.model.summary import (
    Assign,
    Block,
    Branch,
    ControlFlowSummary,
    Dialect,
    Goto,
    Local,
    Number,
    Return,
    Span,
)

AT = Span(1, 1, 1)


def good() -> ControlFlowSummary:
    return parse("a.c", "int f(int a) { if (g(a)) { h(); } return a; }", Dialect()).functions[0]


def test_a_lowered_function_is_clean() -> None:
    assert verify(good()) == ()


def test_no_blocks() -> None:
    assert verify(replace(good(), blocks=())) == ("there is no entry block",)


def test_a_target_that_does_not_exist() -> None:
    (said,) = verify(replace(good(), blocks=(Block((), Goto(7)),)))
    assert said == "b0 goes to b7, which does not exist"


def test_a_block_that_nothing_leads_to() -> None:
    blocks = (Block((), Return(None, AT)), Block((), Return(None, AT)))
    assert verify(replace(good(), blocks=blocks)) == ("b1 cannot be reached",)


def test_a_temporary_that_one_path_leaves_unwritten() -> None:
    blocks = (
        Block((), Branch(Local("a"), 1, 2, AT, "a")),
        Block((Assign(Local("%0"), Number(1), AT),), Goto(2)),
        Block((), Return(Local("%0"), AT)),
    )
    assert verify(replace(good(), blocks=blocks)) == ("b2 reads %0, which is not written on every path",)


def test_a_local_that_is_not_declared() -> None:
    assert verify(replace(good(), blocks=(Block((), Return(Local("b"), AT)),))) == (
        "b is used as a local but not declared",
    )


def test_a_span_outside_of_the_function() -> None:
    (said,) = verify(replace(good(), blocks=(Block((), Return(None, Span(9, 1, 9))),)))
    assert said == "b0: Return at line 9 lies outside the function"
