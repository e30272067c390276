"""No text of a patch acts on the medium it is printed in, and no line is wider than asked."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model.letters import Letter
from analyzer.model.report import Report, SourceLine, StageInfo
from analyzer.model.series import Repair
from analyzer.model.spot import Spot, Spots
from analyzer.model.subscriber import Subscriber
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location, Unknown
from analyzer.reports import FORMATS, render
from analyzer.reports.escape import code_span, markdown, visible
from analyzer.reports.layout import columns_of, fold

from .sample import CHANGES, FAILED, FINDINGS, SAMPLE, Sequence, stages

ANY = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(
    ["\x1b[2J", "\u202e", "\x9b31m", "a\nb", "\r", "|", "`", "``x`", "<b>", "\ud800", "e\u0301", "閘門"]
)


def poisoned(text: str) -> Report:
    """The sample with `text` wherever foreign text can stand."""

    def letter(old: Letter) -> Letter:
        return replace(old, words=text, phase=text, function=text, where=Location(text, 1))

    bad = Sequence(tuple(letter(x) for x in FAILED.stages[0].sequences[0].letters))
    scenario = replace(
        FAILED, title=text, summary=text, stages=stages((bad,), *[s.sequences for s in FAILED.stages[1:]])
    )
    witness = replace(
        CHANGES[0].witness_before,
        steps=tuple(replace(s, text=text, where=Location(text, 3)) for s in CHANGES[0].witness_before.steps),
    )
    change = replace(
        CHANGES[0],
        events=(text,),
        before=bad,
        way_out_words=text,
        way_out=Location(text),
        witness_before=witness,
        causes=(replace(CHANGES[0].causes[0], text=text, function=text, where=Location(text)),),
    )
    finding = replace(
        FINDINGS[1],
        rule=text,
        reason=text,
        documented=text,
        nearest=(text,),
        bad=bad,
        where=Location(text, 1),
        change=change,
    )
    accepted = replace(
        finding, fingerprint="f2", suppressed=Suppression(text, "", text, Location(text, 2), path=text)
    )
    return replace(
        SAMPLE,
        title=text,
        follows=text,
        stages=(StageInfo(0, "base"), *(StageInfo(n, text, text if n == 3 else "") for n in (1, 2, 3))),
        scenarios=(scenario,),
        changes=(change,),
        findings=(finding, accepted),
        subscribers=(Subscriber(text, text, Location(text), (text,), (text,)),),
        repairs=(Repair(text, text),),
        notes=(text,),
        assumptions=(text,),
        unknown=(Unknown(text, text, text),),
        source_lines={(stage, text, 3): SourceLine(text, put=2) for stage in (1, 2)},
        spots=Spots({"f1": Spot(Location(text, 3), text)}, {3: Spot(Location(text, 4))}),
        repository="https://example.org/",
        base=text,
    )


@settings(max_examples=20, deadline=None)
@given(ANY)
def test_no_control_or_invisible_character_comes_through(text: str) -> None:
    for name in FORMATS:
        said = render(poisoned(text), name, width=60)
        hidden = {c for c in said if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
        assert not hidden, name


@settings(max_examples=20, deadline=None)
@given(ANY, st.integers(24, 120))
def test_text_is_never_wider_than_the_screen(text: str, width: int) -> None:
    said = render(poisoned(text), "text", width=width)
    assert max(map(columns_of, said.splitlines())) <= width


@settings(max_examples=20, deadline=None)
@given(ANY)
def test_json_gives_the_text_back(text: str) -> None:
    assert json.loads(render(poisoned(text), "json"))["title"] == text


@settings(max_examples=20, deadline=None)
@given(ANY)
def test_markdown_tables_keep_their_columns(text: str) -> None:
    said = render(poisoned(text), "markdown")
    for block in said.split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("|")]
        bars = {line.replace("\\\\", "").replace("\\|", "").count("|") for line in lines}
        assert len(bars) <= 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<script>", "&lt;script&gt;"),
        ("*b* _i_ [x](y)", "\\*b\\* \\_i\\_ \\[x\\](y)"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("# head", "\\# head"),
        ("@all", "@&#8203;all"),
        ("https://x", "https&#58;//x"),
        ("a|b", "a\\|b"),
        ("&amp;", "&amp;amp;"),
    ],
)
def test_markdown_takes_the_markup_away(text: str, said: str) -> None:
    assert markdown(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a", "`a`"),
        ("`a`", "`` `a` ``"),
        ("a``b", "```a``b```"),
        ("a\\|b", "<code>a\\\\&#124;b</code>"),
        ("", "` `"),
    ],
)
def test_code_spans_hold_any_text(text: str, said: str) -> None:
    assert code_span(text) == said


def test_hidden_characters_are_spelled_out_once() -> None:
    assert visible("a\x1b\u202e\n\U000e0001") == "a\\x1b\\u202e\\n\\U000e0001"
    assert visible(visible("\x1b")) == "\\x1b"


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Mn"]), max_size=80), st.integers(1, 30))
def test_folding_loses_no_character(text: str, width: int) -> None:
    kept = "".join("".join(fold(text, width)).split())
    assert kept == "".join(text.split())


def test_a_word_of_a_megabyte_is_folded_in_no_time() -> None:
    lines = fold("x" * 1_000_000, 76, "- ")
    assert len(lines) == -(-1_000_000 // 74)
