"""GitHub's hash of lines, against the values that its own program gives."""

from __future__ import annotations

import pytest

from analyzer.pipeline.line_hash import line_hashes

GREETING = (
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
)


def test_an_empty_text_is_one_line() -> None:
    assert line_hashes("") == ("c129715d7a2bc9a3:1",)


@pytest.mark.parametrize(
    "text",
    [
        " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
        "hello;\nworld!!!\n\n\nGreetings\nEnd\n",
        " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
        " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
        " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
    ],
)
def test_blanks_and_the_kind_of_line_end_do_not_matter(text: str) -> None:
    assert line_hashes(text) == GREETING


def test_equal_values_are_counted() -> None:
    found = line_hashes("Lorem ipsum dolor sit amet.\n" * 10)
    assert found[:6] == tuple(f"a7f2ff13bc495cf2:{n}" for n in range(1, 7))
    assert found[6:] == (
        "a7f2ff1481e87703:1",
        "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1",
        "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
    )


def test_a_line_is_told_by_a_hundred_characters_and_no_more() -> None:
    text = "x" * 40 + "\n" + "y" * 70 + "\n"
    assert line_hashes(text + "one")[0] == line_hashes(text + "two")[0]
    assert line_hashes(text + "one")[1] != line_hashes(text + "two")[1]
