"""The page in a real browser: Debian's Chromium, driven by Playwright, without a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analyzer.reports import render

from .sample import NASTY, SAMPLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
SIZE = {"width": 1200, "height": 900}


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The sample's page, without scripts of ours or others: the browser is told to run none it meets."""
    file = tmp_path / "report.html"
    file.write_text(render(replace(SAMPLE, title=f"{NASTY}<img src=x onerror=alert(1)>"), "html"), "utf-8")
    opened = browser.new_page(viewport=SIZE, offline=True)
    opened.said = []  # type: ignore[attr-defined]
    opened.on("console", lambda message: opened.said.append(message.text))  # type: ignore[attr-defined]
    opened.on("dialog", lambda dialog: opened.said.append(dialog.message))  # type: ignore[attr-defined]
    opened.goto(file.as_uri())
    yield opened
    opened.close()


def shown(page: Page, selector: str) -> list[str]:
    """The headings of what is to be seen."""
    found = page.locator(f"{selector} > h3").all()
    return [one.inner_text() for one in found if one.is_visible()]


def test_it_opens_without_a_complaint_and_asks_for_nothing(page: Page) -> None:
    assert page.said == []  # type: ignore[attr-defined]
    loaded = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert loaded == []


def test_a_filter_leaves_what_it_names(page: Page) -> None:
    everything = shown(page, "section section")
    assert everything == ["failed filling", "passage", "early stop"]
    page.get_by_label("Scenario", exact=True).select_option("failed filling")
    assert shown(page, "section section") == ["failed filling"]
    assert [head for head in shown(page, ".finding") if "stop-before-pump" not in head] == []
    page.get_by_label("Scenario", exact=True).select_option("all")
    page.get_by_label("Patch", exact=True).select_option(label="3: Announce the stop before the pump")
    assert shown(page, ".change") == ["Patch 3: STOP moves"]
    page.get_by_label("Patch", exact=True).select_option("all")
    page.get_by_label("Kind", exact=True).select_option(label="finding: window")
    assert len(shown(page, ".finding")) == 1
    assert shown(page, ".change") == []


def test_it_can_be_used_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    page.keyboard.press("f")  # the option that begins so
    assert shown(page, "section section") == ["failed filling"]
    page.keyboard.press("Home")
    summary = page.get_by_text("as a table").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("section.scenarios details[open] table").first.is_visible()


def test_a_screen_reader_hears_names(page: Page) -> None:
    assert page.get_by_role("img", name="failed filling: the order of events").count() == 1
    assert page.get_by_role("region", name="Findings").count() == 1
    assert page.get_by_role("combobox").count() == 3
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_text("before only").count() >= 1


def test_changed_lines_are_told_apart_from_context(page: Page) -> None:
    rows = page.locator(".finding table.path tbody tr")
    marks = {
        row.locator(".src").inner_text(): row.locator(".edit [aria-hidden]").all_inner_texts()
        for row in rows.all()
        if row.locator(".src").count()
    }
    assert marks["if (sluice_up(s) < 0) {"] == ["+2"]
    assert marks["notify(s, STOP); /* \\x1b[2J */"] == ["−2"]
    assert marks["defer(close_gate, s);"] == []
    looks = "(name) => getComputedStyle(document.querySelector(name)).backgroundColor"
    assert page.evaluate(looks, ".edit.put") != page.evaluate(looks, ".edit.taken")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    ratios = page.evaluate(CONTRAST)
    assert ratios
    assert min(ratios.values()) >= 4.5, ratios


def test_it_fits_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_on_paper_nothing_is_folded_away(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator(".filters").is_visible()
    assert page.locator("section.scenarios details table").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")


# The contrast of the colours of some texts with what lies behind them, as WCAG 2.2 computes it.
CONTRAST = """() => {
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const found = rgb(getComputedStyle(node).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const found = {};
  const texts = 'h1, h3, dt, dd, th, td, summary, a, label, .src span, .edit span, blockquote p';
  for (const node of document.querySelectorAll(texts)) {
    if (!node.textContent.trim()) continue;
    const [one, two] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
    const key = node.tagName + '.' + node.className + ' in ' + (node.closest('tr, article') || {}).className;
    found[key] = Math.min(found[key] || 99, (one + 0.05) / (two + 0.05));
  }
  return found;
}"""
