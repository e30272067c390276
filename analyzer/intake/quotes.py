"""Quoted text: the copies of a diff that replies quote, as evidence for mending the original.

Input: lines with ``>`` in front, at any depth. Output: a `QuotedHunk` for each quoted ``@@`` line. A
quoted diff is never a patch. Not modelled: quoting by other marks than ``>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzer.intake.lines import Line

HUNK = re.compile(r"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)$", re.DOTALL)
_MARKS = re.compile(r"^(?:>[ ]?)+")


@dataclass(frozen=True, slots=True)
class QuotedHunk:
    """The lines of a hunk as a reply quotes them, quote marks taken off."""

    texts: tuple[str, ...]
    where: str


def depth(text: str) -> int:
    """How many quote marks stand in front."""
    marks = _MARKS.match(text)
    return marks.group().count(">") if marks else 0


def unquoted(text: str) -> str:
    """The text without its quote marks."""
    return _MARKS.sub("", text)


def identity(header: str) -> str:
    """What makes two ``@@`` lines the same hunk: the numbers."""
    return " ".join(header.split()[:4])


def quoted_hunks(lines: Iterable[Line], source: str) -> Mapping[str, tuple[QuotedHunk, ...]]:
    """All quoted hunks of a text by `identity`, in order."""
    found: dict[str, list[QuotedHunk]] = {}
    key, where, texts, level = "", "", list[str](), 0
    for line in (*lines, Line("", 0)):
        marks = depth(line.text)
        inner = unquoted(line.text) if marks else ""
        starts = bool(marks) and HUNK.match(inner) is not None
        if key and (starts or marks != level or inner.startswith("diff --git ")):
            found.setdefault(key, []).append(QuotedHunk(tuple(texts), where))
            key = ""
        if starts:
            key, where, texts, level = identity(inner), f"{source}:{line.number}", [], marks
        elif key:
            texts.append(inner)
    return {each: tuple(copies) for each, copies in found.items()}
