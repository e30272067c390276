"""Each format, of one report built by hand, against a file that people have read.

`UPDATE_GOLDEN=1 pytest tests/reports` writes the files anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.reports import render

from .sample import ASIDE, CLEAN, SAMPLE

BARE = replace(CLEAN, source_lines={})  # which colours C gets is for Pygments to say
GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "text.txt": lambda: render(SAMPLE, "text", width=110),
    "text-narrow.txt": lambda: render(SAMPLE, "text", width=40),
    "text-colour.txt": lambda: render(BARE, "text", width=110, colour=True).replace("\x1b", "␛"),
    "mail.txt": lambda: render(SAMPLE, "mail"),
    "mail-scenario.txt": lambda: render(CLEAN, "mail", scenarios=("failed filling",)),
    "mail-incomplete.txt": lambda: render(SAMPLE, "mail", scenarios=("early-stop",)),
    "markdown.md": lambda: render(SAMPLE, "markdown"),
    "report.json": lambda: render(SAMPLE, "json"),
    "report.sarif": lambda: render(SAMPLE, "sarif"),
    "report.rdjson": lambda: render(SAMPLE, "rdjson"),
    "report.rdjsonl": lambda: render(SAMPLE, "rdjsonl"),
    "github.txt": lambda: render(SAMPLE, "github"),
    "gitlab.json": lambda: render(SAMPLE, "gitlab"),
    "patchwork.json": lambda: render(SAMPLE, "patchwork"),
    "b4-check.json": lambda: render(SAMPLE, "b4-check"),
    "mermaid.md": lambda: render(SAMPLE, "mermaid"),
    "drawings.dot": lambda: render(SAMPLE, "dot"),
    "terse.txt": lambda: render(SAMPLE, "terse"),
    "not-concerned.txt": lambda: render(ASIDE, "text"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_report_reads_as_agreed(name: str) -> None:
    said = CASES[name]()
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")
