"""The page: what it holds, that nothing in it can run, and that no foreign text becomes markup."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model.report import Report, SourceLine
from analyzer.model.snapshot import Evidence
from analyzer.reports import join, render

from .sample import ASIDE, CHANGES, CLEAN, NASTY, SAMPLE

VOID = {"meta", "input", "br"}
INERT = {"rect", "line", "path"}


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, the text in each kind of element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID | INERT, f"<{tag}/> is not closed in HTML"
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def said(self) -> str:
        return " ".join(text for tag, text in self.texts if tag != "style")

    def having(self, name: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(name))]


def page(report: Report, *scenarios: str) -> Page:
    return Page(render(report, "html", scenarios=scenarios))


@pytest.mark.parametrize("report", [SAMPLE, CLEAN, ASIDE], ids=["sample", "clean", "aside"])
def test_nothing_in_it_runs_or_comes_from_elsewhere(report: Report) -> None:
    found = page(report)
    names = {tag for tag, _ in found.elements}
    assert not names & {"script", "iframe", "object", "embed", "link", "img", "base", "foreignobject"}
    assert not [key for _, attributes in found.elements for key in attributes if key.startswith("on")]
    assert all(value.startswith("#") for value in found.having("href"))
    assert not found.having("src")
    policy = [a["content"] for t, a in found.elements if t == "meta" and a.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    styles = "".join(text for tag, text in found.texts if tag == "style")
    assert "url(" not in styles
    assert "@import" not in styles


def test_what_points_to_a_part_of_the_page_finds_it() -> None:
    found = page(SAMPLE)
    ids = Counter(found.having("id"))
    assert set(ids.values()) == {1}
    assert all(value[1:] in ids for value in found.having("href"))
    assert all(value in ids for value in found.having("for"))
    assert all(part in ids for value in found.having("aria-labelledby") for part in value.split())


def test_it_tells_what_the_report_tells() -> None:
    said = page(SAMPLE).said
    for words in (
        "start-stop: missing (introduced by patch 3)",
        "a window: opened by patch 2, closed by patch 3",
        "The sluice refuses while the chamber fills.",
        "barge_notifier",
        "a bound on states was hit",
        "contradicted: patch 2 changes no sequence",
        "sluice_up(s) fails",
    ):
        assert words in said


def test_a_scenario_that_changes_is_drawn_and_told_in_words() -> None:
    found = page(SAMPLE, "failed-filling")
    pictures = [attributes for tag, attributes in found.elements if tag == "svg"]
    assert [one["role"] for one in pictures] == ["img"]
    labels = [text for tag, text in found.texts if tag == "text"]
    assert labels.count("notify STOP (during filling)") == 1
    assert labels.count("pump_on()") == 3
    assert {"-", "*"} <= set(labels)
    assert "as a table" in [text for tag, text in found.texts if tag == "summary"]


def cells(report: Report) -> dict[str, str]:
    """The markup of the source cells of paths, by the line of source in them."""
    rows = re.findall(r'<tr class="(?:before|after|both) .*?</tr>', render(report, "html"))
    found = {}
    for row in rows:
        *_, cell = re.findall(r"<td>.*?</td>", row)
        found[re.sub(r"<span.*</span>(?=<code)|<[^>]*>", "", cell)] = cell
    return found


def test_lines_that_a_patch_adds_or_takes_out_are_marked_and_context_is_not() -> None:
    shown = replace(
        CHANGES[0].witness_before,
        steps=tuple(replace(s, evidence=Evidence.DIFF) for s in CHANGES[0].witness_before.steps),
    )
    found = cells(replace(SAMPLE, changes=(replace(CHANGES[0], witness_before=shown),)))
    seen = {line: re.findall(r'title="(.*?)"', cell) for line, cell in found.items() if line}
    assert seen == {
        "if (sluice_up(s) &lt; 0) {": ["added by patch 2"],
        "if (sluice_up(s)) {": ["taken out by patch 2"],
        "notify(s, STOP); /* \\x1b[2J */": ["taken out by patch 2"],
        "defer(close_gate, s);": [],
    }
    said = page(SAMPLE).said
    assert "+2 says that patch 2 adds the line" in said
    assert "added by patch 2: " in said


def test_a_line_that_comes_and_goes_has_both_marks() -> None:
    place = (2, "canal/gate.c", 40)
    both = replace(SAMPLE, source_lines={place: SourceLine("pump();", put=2, taken=3)})
    (cell,) = (cell for line, cell in cells(both).items() if line == "pump();")
    assert re.findall(r'title="(.*?)"', cell) == ["added by patch 2", "taken out by patch 3"]


def test_a_scenario_that_was_asked_for_stands_alone() -> None:
    said = page(SAMPLE, "passage").said
    assert "A boat passes." in said
    assert "The sluice refuses" not in said
    assert "opened by patch 2" not in said


def test_markup_and_control_characters_of_a_patch_are_shown() -> None:
    found = page(replace(SAMPLE, title=NASTY))
    assert ("h1", NASTY.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")) in found.texts


@given(st.text(max_size=60))
@settings(deadline=None)
def test_no_text_becomes_markup(said: str) -> None:
    plain = page(CLEAN)
    report = replace(CLEAN, title=f"x{said}", notes=(said, said), source_lines={})
    found = page(report)
    shape = [tag for tag, _ in page(replace(CLEAN, title="x", notes=("n", "n"), source_lines={})).elements]
    assert [tag for tag, _ in found.elements] == shape
    assert plain.elements


@given(st.text(max_size=80))
@settings(deadline=None)
def test_a_line_of_source_stays_one_cell(line: str) -> None:
    places = {place: replace(known, text=line) for place, known in SAMPLE.source_lines.items()}
    found = page(replace(SAMPLE, source_lines=places))
    names = {tag for tag, _ in found.elements}
    assert "script" not in names
    rows = [len(row) for row in _rows(found)]
    assert rows == [len(row) for row in _rows(page(SAMPLE))]


def _rows(found: Page) -> list[list[str]]:
    rows: list[list[str]] = []
    for tag, _ in found.elements:
        if tag == "tr":
            rows.append([])
        elif tag in ("td", "th"):
            rows[-1].append(tag)
    return rows


def test_several_series_are_one_page() -> None:
    pages = tuple(render(report, "html") for report in (SAMPLE, CLEAN, replace(CLEAN, title="another")))
    found = Page(join(pages, "html", 0))
    assert Counter(tag for tag, _ in found.elements)["html"] == 1
    assert Counter(tag for tag, _ in found.elements)["h1"] == 3
    assert set(Counter(found.having("id")).values()) == {1}
    styles = "".join(text for tag, text in found.texts if tag == "style")
    owners = {value for tag, a in found.elements if tag == "article" and (value := a.get("id"))}
    assert sum(f"#{owner} .by-scenario" in styles for owner in owners) == 3
