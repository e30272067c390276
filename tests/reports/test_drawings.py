"""Drawings of scenarios: the automaton has exactly the runs of the lists, and no text breaks its grammar."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from typing import Any

import pydot
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyzer.model.report import Report
from analyzer.reports import automata, dot, mermaid, render
from analyzer.reports.automata import Automaton, drawings
from analyzer.reports.lists import StageList, chosen, listing

from . import from_npm
from .sample import ASIDE, CLEAN, FAILED, SAMPLE, START, stages
from .sample import Sequence as Letters
from .test_safety import ANY, poisoned

WORDS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), max_size=6, unique=True)
HOSTILE = ANY | st.sampled_from(
    [
        '%%{init: {"theme":"dark"}}%%',
        '"]; end',
        "end",
        "```",
        "a#quot;b",
        "|x|",
        "-->",
        "\\",
        '"',
        "{{x}}",
        "\\N",
        "// c",
        "*/",
        ":::cls",
    ]
)


def spelled(automaton: Automaton) -> set[tuple[str, ...]]:
    """Every word of an automaton without loops."""
    found: set[tuple[str, ...]] = set()
    waiting: list[tuple[int, tuple[str, ...]]] = [(0, ())] if automaton.states else []
    while waiting:
        state, word = waiting.pop()
        if state in automaton.ends:
            found.add(word)
        for edge in automaton.edges:
            if edge.source == state:
                waiting.append((edge.target, (*word, edge.words)))
    return found


def drawn(
    words: list[tuple[str, ...]], other: list[tuple[str, ...]], asides: tuple[str, ...] = ()
) -> Automaton:
    from analyzer.reports.lists import Entry

    def listed(words: list[tuple[str, ...]]) -> StageList:
        return StageList(tuple(tuple(Entry(letter) for letter in word) for word in words), asides)

    return automata._automaton("h", listed(words), listed(other))


@given(WORDS, WORDS)
def test_an_automaton_has_the_words_of_its_list_and_no_other(
    words: list[tuple[str, ...]], other: list[tuple[str, ...]]
) -> None:
    automaton = drawn(words, other)
    assert spelled(automaton) == set(words)
    ways = [(edge.source, edge.words) for edge in automaton.edges]
    assert len(set(ways)) == len(ways)


@given(WORDS)
def test_what_both_sides_have_is_not_marked(words: list[tuple[str, ...]]) -> None:
    assert not any(edge.marked for edge in drawn(words, words).edges)
    assert all(edge.marked for edge in drawn(words, []).edges)


def test_nothing_is_marked_where_the_other_side_could_not_be_told() -> None:
    automaton = drawn([("a",)], [("b",)], ("(could not tell: a bound was hit)",))
    assert not any(edge.marked for edge in automaton.edges)
    assert automaton.asides == ("(could not tell: a bound was hit)",)


def test_a_stage_that_could_not_be_told_is_not_drawn_as_if_all_were_lost() -> None:
    report = replace(
        SAMPLE,
        stages=(*SAMPLE.stages[:2], *(replace(s, note="it does not apply") for s in SAMPLE.stages[2:])),
    )
    blank = replace(
        FAILED, stages=(*FAILED.stages[:2], *(replace(s, sequences=()) for s in FAILED.stages[2:]))
    )
    report = replace(report, scenarios=(blank,))
    assert drawings(report) == ()
    for name in ("mermaid", "dot"):
        said = render(report, name)
        assert "ot every change is drawn, as not all could be told: failed filling" in said
        assert "- notify" not in said
        assert mermaid.NOTHING not in said


def test_what_may_follow_alike_is_one_state() -> None:
    automaton = drawn([("a", "c", "d"), ("b", "c", "d")], [])
    assert (automaton.states, len(automaton.edges)) == (4, 4)


def test_a_moved_letter_is_marked_on_both_sides() -> None:
    was, now = ("setup", "start", "failed"), ("setup", "failed@late", "start")
    assert [edge.words for edge in drawn([was], [now]).edges if edge.marked] == ["failed"]
    assert [edge.words for edge in drawn([now], [was]).edges if edge.marked] == ["failed@late"]


def test_each_patch_that_changes_a_list_has_a_drawing() -> None:
    found = drawings(SAMPLE)
    said = [(one.titles, [side.heading for side in one.sides]) for one in found]
    assert (("failed filling",), ["Before patch 2", "After patch 2"]) in said
    assert (("failed filling",), ["Before patch 3", "After patch 3"]) in said
    assert all("passage" not in titles for titles, _ in said)


def test_a_named_scenario_is_drawn_even_if_nothing_changes() -> None:
    (only,) = drawings(SAMPLE, ("passage",))
    assert [side.heading for side in only.sides] == ["At every stage (no patch changes it)"]


def test_a_drawing_spells_what_the_list_says() -> None:
    for scenario in chosen(SAMPLE, ()):
        entry = listing(SAMPLE, scenario)
        if entry.changes and entry.told:
            last = [one for one in drawings(SAMPLE) if scenario.title in one.titles][-1].sides[-1]
            assert spelled(last) == {tuple(x.words for x in run) for run in entry.lists[-1].runs}


def test_what_could_not_be_told_is_said() -> None:
    for name in ("mermaid", "dot"):
        said = render(SAMPLE, name)
        assert "two places fit" in said
        assert "a bound on states was hit" in said


def test_without_a_change_there_is_no_drawing() -> None:
    still = replace(CLEAN, scenarios=CLEAN.scenarios[1:])
    assert mermaid.NOTHING in render(still, "mermaid")
    assert "digraph" not in render(still, "dot")
    assert "not concerned" in render(ASIDE, "mermaid")
    assert render(ASIDE, "dot").startswith("// not concerned")


def test_too_many_runs_are_not_drawn_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automata, "MOST_EDGES", 1)
    for name in ("mermaid", "dot"):
        assert "runs: too many to draw)" in render(SAMPLE, name).replace("#58;", ":")


# --- the grammar of Mermaid ---------------------------------------------------------------------

SAFE = r"(?:[A-Za-z0-9 _(),.*=+/>-]|\#\d+;)*"
LINE = re.compile(
    rf"""flowchart\ LR | \ +direction\ TB | \ +end
    | \ +subgraph\ side[01]\["{SAFE}"\]
    | \ +s[01]_\d+\(\("(?:start|\ )"\)\) | \ +s[01]_\d+\(\(\("end"\)\)\)
    | \ +a[01]_\d+\["{SAFE}"\]
    | \ +s[01]_\d+\ -->\|"{SAFE}"\|\ s[01]_\d+
    | \ +linkStyle\ \d+\ [a-z:#0-9,px-]+""",
    re.VERBOSE,
)


def fenced(text: str) -> list[str]:
    return re.findall(r"^```mermaid\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_no_text_breaks_a_diagram(text: str) -> None:
    said = render(poisoned(text), "mermaid")
    diagrams = fenced(said)
    assert len(diagrams) == len(drawings(poisoned(text)))
    for diagram in diagrams:
        assert all(LINE.fullmatch(line) for line in diagram.split("\n"))
    assert said.count("```") == 2 * len(diagrams)


@given(HOSTILE)
def test_a_label_reads_back(text: str) -> None:
    plain = mermaid.text(text)
    assert re.fullmatch(SAFE, plain)
    back = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), plain)
    assert back == mermaid.visible(text)


@pytest.mark.slow
def test_mermaid_itself_reads_the_diagrams() -> None:
    reports: list[Report] = [
        SAMPLE,
        *(poisoned(text) for text in ("end", '%%{init: {"a":1}}%%', '"]', "`")),
    ]
    diagrams = [one for report in reports for one in fenced(render(report, "mermaid"))]
    assert from_npm.mermaid(diagrams) == [diagram.count("-->|") for diagram in diagrams]


# --- the grammar of DOT -------------------------------------------------------------------------


def graphs(text: str) -> list[Any]:
    found: list[Any] = pydot.graph_from_dot_data(text) or []
    return found


def test_a_reader_reads_the_graphs() -> None:
    read = graphs(render(SAMPLE, "dot"))
    assert len(read) == len(drawings(SAMPLE))
    for graph, drawing in zip(read, drawings(SAMPLE), strict=True):
        for cluster, side in zip(graph.get_subgraphs(), drawing.sides, strict=True):
            assert len(cluster.get_edges()) == len(side.edges)
            assert cluster.get_label() == dot.quoted(side.heading)


@settings(max_examples=6, deadline=None)
@given(HOSTILE)
@example('"]; }')
@example("\\")
def test_no_text_breaks_a_graph(text: str) -> None:
    said = render(poisoned(text), "dot")
    read = graphs(said)
    sides = [drawing.sides for drawing in drawings(poisoned(text))]
    assert [[len(c.get_edges()) for c in graph.get_subgraphs()] for graph in read] == [
        [len(side.edges) for side in two] for two in sides
    ]
    assert all(line.startswith("//") for line in said.split("\n\n")[0].split("\n"))


def test_graphviz_lays_the_graphs_out() -> None:
    program = shutil.which("dot")
    if program is None:
        pytest.skip("Graphviz is not installed")
    text = "".join(render(report, "dot") for report in (SAMPLE, poisoned('\\"]; }'), poisoned("\\N")))
    done = subprocess.run([program, "-Tsvg"], input=text, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("<svg") == text.count("\ndigraph ")


def test_a_sequence_without_letters_is_drawn_as_words() -> None:
    silent = replace(CLEAN.scenarios[0], stages=stages((Letters(()),), *[((Letters((START,)),))] * 3))
    (one, *_) = drawings(replace(CLEAN, scenarios=(silent,)))
    assert [edge.words for edge in one.sides[0].edges] == ["(no event)"]
