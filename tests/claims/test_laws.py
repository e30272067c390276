"""Laws of the parser: no text breaks it, none takes it long, and what it writes itself it can read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.claims.blocks import LONG, blocks
from analyzer.claims.reading import MOST
from analyzer.model.claim import ClaimKind, ClaimVerdict, Medium
from analyzer.reports import render
from tests.reports.sample import SAMPLE

from .sample import claims, heard, passage

PIECES = st.sampled_from(
    [
        "Before patch 2", "After patch 3", "==============", "- ", "* ", "1. ", "notify STOP", "pump_on()",
        "pump_on()*", "(during", ")", "(no run)", "or:", "For a failed filling", "we have", "passage", ":",
        ".", "> ", ">> ", "| ", "|---+---|", "device", "handler", "events needed", "barge_notifier",
        "always", "never", "before", "after", "patch", "patches", "2-3", "1,", "this patch", "this series",
        "no functional change", "only", "fixes", "the duplicate", "so that it", "diff --git a/x b/x",
        "@@ -1,2 +1,2 @@", "wrote:", "\n", "\n", "\n\n", "    ", "\t", "\xa0", "\u202e", "é", "\x1b[31m",
        "\\", "->", ",", "and", "for both", "9999999999999999999999",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=60).map(" ".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(Medium), st.integers(0, 3), st.booleans())
def test_no_text_breaks_it(text: str, medium: Medium, patch: int, titled: bool) -> None:
    for claim in claims(text, medium, patch=patch, title="gate: a title" if titled else ""):
        assert claim.quote
        assert claim.where.line >= 5
        assert claim.why or claim.verdict is ClaimVerdict.CONFIRMED


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, min_size=20, max_size=200).map(" ".join))
def test_no_line_that_may_be_a_folded_mail_breaks_it(text: str) -> None:
    line = f"{text} {'x' * LONG} > {text}".replace("\n", " ")
    for claim in claims(line, Medium.REPLY):
        assert claim.where.line == 10


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_quote_states_nothing_else_than_what_it_quotes(text: str) -> None:
    marked = "\n".join(f"> {line}" for line in text.split("\n"))
    own = {one.found.statement for one in heard(passage(text, Medium.REPLY))}
    if ">" not in text and len(text) < LONG:
        assert {one.found.statement for one in heard(passage(marked, Medium.REPLY))} == own


@pytest.mark.parametrize(
    "text",
    [
        "- " * 50_000,
        "> " * 50_000,
        ">" * 100_000,
        "=" * 100_000,
        " =====" * 20_000,
        "| " * 50_000,
        "Before patch 2 ====\n" * 20_000,
        "Before patch 2 ===== - " * 4_000,
        "Before patch 2\n- notify STOP\n" * 5_000,
        "Before patch " + "2" * 100_000,
        "patch " + "1, " * 50_000,
        "(" * 100_000,
        "notify STOP (during " * 5_000,
        "- notify STOP (\n" * 10_000,
        "STOP before " * 10_000,
        "a." * 50_000,
        ". " * 50_000,
        " " * 100_000 + ".",
        "no " * 30_000 + "functional change",
        "for both " * 20_000,
        "x: " * 30_000,
        "\n" * 30_000,
        "|---+---|\n" * 20_000,
        "| handler | events |\n" * 10_000,
        "| handler | events |\n" + "| f | STOP |\n" * 10_000,
        "1" * 100_000,
        "é" * 100_000,
        "#" * 100_000 + " Before patch 2",
    ],
    ids=lambda text: f"{text[:24]!r} and {len(text)} more",
)
def test_long_and_dull_text_is_read_in_time_that_grows_with_it(text: str) -> None:
    # Whatever grew faster than the text would not come to its end here.
    heard(passage(text, Medium.REPLY), passage(text, Medium.MESSAGE, patch=2, title=text[:300]))


def test_what_is_read_is_bounded() -> None:
    many = "\n\n".join(f"Patch {number}: no functional change." for number in range(1, MOST + 50))
    every = heard(passage(many, Medium.REPLY))
    assert len(every) == MOST
    assert sum(len(block.rows) for block in blocks(passage("a\n" * 50_000))) <= 20_000


def test_the_lists_of_the_mail_format_come_out_confirmed() -> None:
    found = claims(render(SAMPLE, "mail"), Medium.REPLY)
    lists = [claim.verdict for claim in found if claim.kind is ClaimKind.LIST]
    assert lists == [ClaimVerdict.CONFIRMED] * 6
