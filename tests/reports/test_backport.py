"""The backport matrix in its formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.model.backport import Affected, Backport, Effect, Part
from analyzer.model.level import Level
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location
from analyzer.reports.backport import MATRICES

BAD = Affected(
    "told",
    "missing",
    Effect.BREAKS,
    Level.ERROR,
    ("filling",),
    Location("a_b.c", 7),
    "fail: in start",
    "f00d",
)
KNOWN = Affected(
    "told", "duplicate", Effect.BREAKS, Level.WARNING, ("filling",), Location("a_b.c", 9), "", "beef",
    Suppression("told", "", "we <b>know</b>", Location("s.toml", 1)),
)  # fmt: skip
GONE = Affected("shut", "extra", Effect.MENDS, Level.ERROR, ("filling",), Location("a_b.c", 8), "", "cafe")
MATRIX = Backport(
    "Close \x1b[2J *it*", "canal", "Canal lock", "tree", "commit c0ffee", "c0ffee", "HEAD",
    ((1, "One"), (2, "Two")),
    (("filling", "a filling"),),
    (
        Part((1,), True, True, "", (BAD, GONE)),
        Part((2,), True, False, "patch 2, a_b.c, hunk 1: it does not apply", ()),
        Part((1, 2), False, None, "told: its status could not be told", (KNOWN,)),
    ),
    ("a scenario: a bound was hit",), 1,
)  # fmt: skip


def test_the_text() -> None:
    assert MATRICES["text"]((MATRIX,), 76) == (
        """Close \\x1b[2J *it*
computed on the source tree (commit c0ffee), profile canal: HEAD
     1  One
     2  Two

  on the base     applies  a      b       c
  --------------  -------  -----  ------  ------
  patch 1 alone   yes      mends  -       breaks
  patch 2 alone   no
  patches 1 to 2  ?        -      breaks  -

   a  shut: extra
   b  told: duplicate
   c  told: missing

breaks: kept on the base, broken then; mends: the other way round; stays:
broken before and after

patch 1 alone
-------------
- breaks told: missing (error), fail: in start (a_b.c:7); in a filling

patch 2 alone
-------------
- does not apply: patch 2, a_b.c, hunk 1: it does not apply

patches 1 to 2
--------------
- could not be told: told: its status could not be told
- breaks told: duplicate (warning) (a_b.c:9); in a filling; suppressed: we
  <b>know</b>

Could not be told
-----------------
- a scenario: a bound was hit
"""
    )


def test_markdown_holds_no_mark_of_a_patch() -> None:
    said = MATRICES["markdown"]((MATRIX,), 80)
    assert "| patch 1 alone | yes | mends | - | breaks |" in said
    assert "\x1b" not in said
    assert "<b>" not in said
    assert "*it*" not in said.replace("\\*it\\*", "")


def test_json_has_all() -> None:
    (matrix,) = json.loads(MATRICES["json"]((MATRIX,), 80))["matrices"]
    assert [part["applies"] for part in matrix["parts"]] == [True, False, None]
    assert [one["effect"] for one in matrix["parts"][0]["affected"]] == ["breaks", "mends"]
    assert matrix["parts"][2]["affected"][0]["suppressed"]["reason"] == "we <b>know</b>"
    assert matrix["base"] == {"commit": "c0ffee", "reason": "HEAD"}


def test_every_field_is_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")

    def names(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*(names(each) for each in value.values()))
        return set().union(*(names(each) for each in value)) if isinstance(value, list) else set()

    said = names(json.loads(MATRICES["json"]((MATRIX,), 80)))
    assert [name for name in sorted(said) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_no_series_is_said(name: str) -> None:
    assert MATRICES[name]((), 80) == "no series in the input concerns a profile\n"
