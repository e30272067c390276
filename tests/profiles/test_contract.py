"""A contract is a regular expression over letters, blanks being sequence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.model.contract import Chain, Choice, Contract, Empty, Name, Repeat, letters
from analyzer.profiles import ContractError, parse_contract

A, B, C = Name("A"), Name("B"), Name("C")


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("A", A),
        ("A B", Chain((A, B))),
        ("A | B", Choice((A, B))),
        ("A B | C", Choice((Chain((A, B)), C))),
        ("A (B | C)*", Chain((A, Repeat(Choice((B, C)), least=0, many=True)))),
        ("A+ B?", Chain((Repeat(A, least=1, many=True), Repeat(B, least=0, many=False)))),
        ("()", Empty()),
        ("A | ()", Choice((A, Empty()))),
        (" ( ( A ) ) ", A),
        ("A(B)C", Chain((A, B, C))),
        ("(A*)*", Repeat(Repeat(A, least=0, many=True), least=0, many=True)),
        ("radio_resume pre-copy", Chain((Name("radio_resume"), Name("pre-copy")))),
    ],
)
def test_reads(text: str, contract: Contract) -> None:
    assert parse_contract(text) == contract


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "the end where a letter or '(' is missing"),
        ("A |", "the end where a letter or '(' is missing"),
        ("| A", "'|' at column 1 where a letter or '(' is missing"),
        ("(A B", "the end where ')' is missing"),
        ("A B)", "')' at column 4 closes nothing"),
        ("A**", "'*' at column 3 repeats what is repeated already"),
        ("A, B", "',' at column 2 has no meaning in a contract"),
        ("(" * 5000, "it is nested more than 100 deep"),
    ],
)
def test_refuses_what_is_no_contract(text: str, wrong: str) -> None:
    with pytest.raises(ContractError) as raised:
        parse_contract(text)
    assert str(raised.value) == wrong


def test_names_its_letters() -> None:
    assert letters(parse_contract("A (B | () | C)* A")) == {"A", "B", "C"}


def _larger(inner: st.SearchStrategy[Contract]) -> st.SearchStrategy[Contract]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        parts.map(Chain), parts.map(Choice), st.builds(Repeat, inner, st.sampled_from((0, 1)), st.just(True))
    )


CONTRACTS: st.SearchStrategy[Contract] = st.recursive(
    st.sampled_from([A, B, C, Empty()]), _larger, max_leaves=8
)


@given(CONTRACTS)
def test_prints_what_reads_back(contract: Contract) -> None:
    once = parse_contract(str(contract))
    assert parse_contract(str(once)) == once
    assert letters(once) == letters(contract)
