"""A suppressions file: what it may say, and that each error names its line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model.suppression import Suppression
from analyzer.model.unknown import InputError, Location
from analyzer.profiles import read_suppressions

NAME = "abc:.analyze-series.toml"


def test_an_entry_in_full() -> None:
    text = """
[[suppress]]
rule = "told"
fingerprint = "0123456789abcdef"
violation = "out of order"
scenario = ["filling", "emptying"]
way_out = "fail: in *"
path = "core/*.c"
profile = "canal"
reason = "for a while"
until = 2027-03-31
"""
    assert read_suppressions(text, NAME) == (
        Suppression(
            "told", "0123456789abcdef", "for a while", Location(NAME, 2), "out of order",
            ("filling", "emptying"), "fail: in *", "core/*.c", "canal", date(2027, 3, 31),
        ),
    )  # fmt: skip


def test_several_entries_each_at_its_line() -> None:
    text = '[[suppress]]\nrule = "a"\nreason = "r"\n\n[[suppress]]\nfingerprint = "f"\nreason = "s"\n'
    found = read_suppressions(text, NAME)
    assert [(e.rule, e.fingerprint, e.reason, e.where.line) for e in found] == [
        ("a", "", "r", 1),
        ("", "f", "s", 5),
    ]


def test_an_empty_file_suppresses_nothing() -> None:
    assert read_suppressions("# nothing yet\n", NAME) == ()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('[[suppress]]\nrule = "a"\n', "1: [[suppress]] lacks 'reason'; add reason = ..."),
        ('[[suppress]]\nrule = "a"\nreason = " "\n', "3: 'reason' is empty; give it a text"),
        ('[[suppress]]\nreason = "r"\n', "1: [[suppress]] names neither a rule nor a fingerprint"),
        (
            '[[suppress]]\nrule = "a"\nreson = "r"\nreason = "r"\n',
            "3: unknown key 'reson' in [[suppress]]; did you mean 'reason'?",
        ),
        ('[[supress]]\nrule = "a"\n', "1: unknown key 'supress'; did you mean 'suppress'?"),
        ('[suppress]\nrule = "a"\n', "1: 'suppress' is a table, not an array of tables"),
        ('[[suppress]]\nrule = "a"\nreason = "r"\nuntil = "soon"\n', "4: 'until' is 'soon', not a day"),
        (
            '[[suppress]]\nrule = "a"\nreason = "r"\nuntil = 2027-01-01T10:00:00\n',
            "4: 'until' is a date, not",
        ),
        ('[[suppress]]\nrule = "a"\nreason = "r"\nviolation = "late"\n', "4: 'violation' is 'late'"),
        ('[[suppress]]\nrule = 7\nreason = "r"\n', "2: 'rule' is the number 7, not a string"),
        ('[[suppress]]\nrule = "a"\nreason = "r"\nscenario = [1]\n', "4: 'scenario' is the number 1"),
        ("[[suppress]]\nrule =\n", "2: not valid TOML"),
    ],
)
def test_errors_name_file_and_line(text: str, error: str) -> None:
    with pytest.raises(InputError) as raised:
        read_suppressions(text, NAME)
    assert f"{NAME}:{error}" in str(raised.value)


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(InputError) as raised:
        read_suppressions('[[suppress]]\nrule = "a"\n\n[[suppress]]\nreason = "r"\nx = 1\n', NAME)
    assert [line.split(": ")[0] for line in str(raised.value).split("\n")] == [
        f"{NAME}:{line}" for line in (1, 4, 6)
    ]


@given(st.text(max_size=80))
@settings(deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_suppressions(text, NAME)
    except InputError as error:
        assert str(error).startswith(f"{NAME}:")
