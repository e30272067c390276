"""Abstract values: what is known of an unknown value, and what a branch teaches about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.lifecycle.values import (
    ANY_SIGN,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Name,
    Token,
    Unsure,
    Value,
    compare,
    negate,
    outcomes,
    refine,
    substitute,
)
from analyzer.lifecycle.values import Test as ValueTest

TOKEN = Token(("call", "f#1"), 0)
UNKNOWN = Unsure(TOKEN)
BOTH = frozenset({True, False})
YES, NO = frozenset({True}), frozenset({False})
NUMBERS = range(-3, 4)
HOLDS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def numbers(value: Unsure) -> Iterator[int]:
    """The small numbers that an unknown value may be."""
    for number in NUMBERS:
        sign = ZERO if number == 0 else POSITIVE if number > 0 else NEGATIVE
        if value.signs & sign and number not in value.excluded:
            yield number


UNSURE = st.builds(
    Unsure, st.just(TOKEN), st.integers(1, 7), st.frozensets(st.integers(-3, 3), max_size=3)
).filter(lambda value: any(numbers(value)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, NO), (5, YES), (-1, YES), (Name("PHASE_NEW"), YES), (UNKNOWN, BOTH), (Unsure(TOKEN, NEGATIVE), YES)],
)
def test_truth(value: Value, expected: frozenset[bool]) -> None:
    assert outcomes(value) == expected


@pytest.mark.parametrize("op", HOLDS)
def test_exact_numbers_compare_as_in_c(op: str) -> None:
    for left in NUMBERS:
        for right in NUMBERS:
            assert compare(op, left, right, False) == int(HOLDS[op](left, right))


def test_names_are_the_same_or_of_a_distinct_family() -> None:
    assert compare("==", Name("A"), Name("A"), False) == 1
    assert compare("==", Name("A"), Name("B"), True) == 0
    assert compare("!=", Name("A"), Name("B"), True) == 1
    assert compare("==", Name("A"), Name("B"), False) is None


def test_names_have_no_order() -> None:
    assert compare("<", Name("A"), Name("B"), True) is None


def test_an_enumerator_is_never_negative() -> None:
    assert compare("==", Name("A"), -1, False) == 0
    assert compare("==", Name("A"), 3, False) is None


@given(UNSURE, st.sampled_from(sorted(HOLDS)))
def test_a_comparison_with_zero_holds_for_some_number_when_it_may(value: Unsure, op: str) -> None:
    made = compare(op, value, 0, False)
    assert made is not None
    assert {bool(HOLDS[op](number, 0)) for number in numbers(value)} <= outcomes(made)


@given(UNSURE, st.sampled_from(["==", "!="]), st.integers(-3, 3))
def test_equality_with_a_number_holds_for_some_number_when_it_may(value: Unsure, op: str, right: int) -> None:
    made = compare(op, value, right, False)
    assert made is not None
    assert {bool(HOLDS[op](number, right)) for number in numbers(value)} <= outcomes(made)


@given(UNSURE, st.sampled_from(sorted(HOLDS)), st.booleans())
def test_what_a_branch_teaches_keeps_what_goes_its_way(value: Unsure, op: str, truth: bool) -> None:
    made = compare(op, value, 0, False)
    assert made is not None
    if truth not in outcomes(made) or isinstance(made, (int, Name)):
        return
    token, known = refine(made, truth)
    assert token == TOKEN
    left = {known} if isinstance(known, int) else set(numbers(known)) if isinstance(known, Unsure) else set()
    assert {number for number in numbers(value) if HOLDS[op](number, 0) == truth} <= left


@given(UNSURE, st.booleans())
def test_not_turns_the_truth_round_and_twice_not_is_the_truth(value: Unsure, _: bool) -> None:
    assert outcomes(negate(value)) == frozenset(not truth for truth in outcomes(value))
    assert outcomes(negate(negate(value))) == outcomes(value)


def test_what_is_learnt_reaches_every_copy() -> None:
    test = ValueTest(UNKNOWN, NEGATIVE, None)
    token, known = refine(test, False)
    assert known == Unsure(TOKEN, ZERO | POSITIVE)
    assert substitute(UNKNOWN, token, known) == known
    assert substitute(test, token, known) == 0
    assert substitute(Unsure(Token(("call", "g#1"), 0)), token, known) == Unsure(Token(("call", "g#1"), 0))


def test_excluded_twice_is_excluded_from_both() -> None:
    known = Unsure(TOKEN, ANY_SIGN, frozenset({"B"}))
    assert substitute(Unsure(TOKEN, ANY_SIGN, frozenset({"A"})), TOKEN, known) == Unsure(
        TOKEN, ANY_SIGN, frozenset({"A", "B"})
    )


def test_exactly_zero_is_the_constant() -> None:
    assert refine(UNKNOWN, False)[1] == 0
