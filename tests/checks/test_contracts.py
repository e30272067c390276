"""Contracts against words: what keeps one, what breaks one, and how the nearest word says it."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.checks.contracts import violation
from analyzer.model.contract import Chain, Choice, Contract, Empty, Name, Repeat
from analyzer.model.contract import letters as letters_of
from analyzer.model.letters import Context, Letter, Sequence
from analyzer.model.profile import LetterKind
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location
from analyzer.profiles import parse_contract

WHERE = Location("life.c", 1)


def sequence(word: str, blocked: bool = False) -> Sequence:
    """``UP go* DOWN`` as a report's sequence."""
    return Sequence(
        tuple(
            Letter(
                name.rstrip("*"), LetterKind.EVENT, "run", name, "", WHERE, Evidence.BUILT_IN,
                Context((), "main", ()), name.endswith("*"),
            )
            for name in word.split()
        ),
        blocked=blocked,
    )  # fmt: skip


def judged(contract: str, word: str, reads: str = "", blocked: bool = False) -> str:
    """``kept``, or the kind of violation and the nearest word."""
    parsed = parse_contract(contract)
    found = violation(parsed, frozenset(reads.split()) | letters_of(parsed), sequence(word, blocked))
    return "kept" if found is None else f"{found.kind}: {' '.join(found.nearest)}"


CASES = [
    ("OPEN DONE", "OPEN DONE", "kept"),
    ("OPEN DONE", "OPEN", "missing: OPEN DONE"),
    ("OPEN DONE", "OPEN DONE DONE", "duplicate: OPEN DONE"),
    ("OPEN DONE", "OPEN DONE FAIL", "kept"),
    ("OPEN (DONE | FAIL)", "OPEN DONE FAIL", "extra: OPEN DONE"),
    ("OPEN DONE", "DONE OPEN", "out of order: OPEN DONE"),
    ("OPEN DONE", "", "missing: OPEN DONE"),
    ("OPEN DONE | ()", "", "kept"),
    ("SETUP FAILED | FAILED", "SETUP", "missing: SETUP FAILED"),
    ("SETUP FAILED | FAILED", "SETUP FAILED FAILED", "duplicate: SETUP FAILED"),
    ("FAILED (FAILED | go)*", "FAILED go FAILED", "kept"),
    ("FAILED (FAILED | go)*", "go FAILED", "missing: FAILED go FAILED"),
    ("OPEN go* DONE", "OPEN go* DONE", "kept"),
    ("OPEN go DONE", "OPEN go* DONE", "duplicate: OPEN go DONE"),
    ("OPEN go+ DONE", "OPEN go* DONE", "kept"),
    ("OPEN go? DONE", "OPEN DONE", "kept"),
]


@pytest.mark.parametrize(("contract", "word", "expected"), CASES)
def test_words(contract: str, word: str, expected: str) -> None:
    assert judged(contract, word) == expected


def test_letters_that_a_rule_reads_besides_its_own_are_extra() -> None:
    assert judged("OPEN DONE", "OPEN bell DONE") == "kept"
    assert judged("OPEN DONE", "OPEN bell DONE", reads="bell") == "extra: OPEN DONE"


def test_a_blocked_run_need_only_begin_a_word() -> None:
    assert judged("OPEN DONE", "OPEN", blocked=True) == "kept"
    assert judged("OPEN DONE", "", blocked=True) == "kept"
    assert judged("OPEN DONE", "DONE", blocked=True) != "kept"
    assert judged("OPEN DONE", "OPEN OPEN", blocked=True) != "kept"


ALPHABET = "abc"
CONTRACT: st.SearchStrategy[Contract] = st.recursive(
    st.sampled_from(ALPHABET).map(Name) | st.just(Empty()),
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Chain(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Choice(tuple(parts)))
        | st.builds(Repeat, inner, st.integers(0, 1), st.booleans()).filter(lambda r: r.least == 0 or r.many)
    ),
    max_leaves=6,
)


def pattern(contract: Contract) -> str:
    """The same as a regular expression of Python."""
    match contract:
        case Empty():
            return "(?:)"
        case Name(letter):
            return letter
        case Chain(parts):
            return "".join(f"(?:{pattern(part)})" for part in parts)
        case Choice(parts):
            return "|".join(f"(?:{pattern(part)})" for part in parts)
        case Repeat(part, least, many):
            return f"(?:{pattern(part)})" + ("?" if not many else "+" if least else "*")
    raise AssertionError(contract)


@given(CONTRACT, st.text(ALPHABET, max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_contract_says_what_the_regular_expression_says(contract: Contract, word: str) -> None:
    found = violation(contract, frozenset(ALPHABET), sequence(" ".join(word)))
    assert (found is None) == bool(re.fullmatch(pattern(contract), word))
    if found is not None and found.nearest:
        assert re.fullmatch(pattern(contract), "".join(found.nearest))


@given(CONTRACT, st.text(ALPHABET, max_size=3))
@settings(max_examples=80, deadline=None)
def test_a_blocked_run_is_kept_if_some_word_begins_so(contract: Contract, word: str) -> None:
    found = violation(contract, frozenset(ALPHABET), sequence(" ".join(word), blocked=True))
    expression = re.compile(pattern(contract))
    tails = ("".join(tail) for length in range(4) for tail in product(ALPHABET, repeat=length))
    if any(expression.fullmatch(word + tail) for tail in tails):
        assert found is None


@given(CONTRACT, st.text(ALPHABET, max_size=2), st.sampled_from(ALPHABET), st.text(ALPHABET, max_size=2))
@settings(max_examples=80, deadline=None)
def test_a_letter_that_repeats_keeps_a_contract_if_every_number_of_it_does(
    contract: Contract, before: str, letter: str, after: str
) -> None:
    word = " ".join([*before, f"{letter}*", *after])
    found = violation(contract, frozenset(ALPHABET), sequence(word))
    expression = re.compile(pattern(contract))
    kept = all(expression.fullmatch(before + letter * n + after) for n in range(1, 9))
    assert (found is None) == kept
