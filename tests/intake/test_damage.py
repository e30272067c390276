"""Damage that mailers and web pages do: the diff comes out the same by tokens, or is said not to."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.intake import read
from analyzer.model.series import LineKind, Patch, Series

CASES = Path(__file__).parents[2] / "fixtures" / "cases" / "intake" / "numbered-files"
SHARED = Path(__file__).parents[3] / "shared" / "series"
PATCHES = [*sorted(CASES.glob("*.patch")), *sorted(SHARED.rglob("*.patch"))]


def stripped(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def folded(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def without_blanks(text: str) -> str:
    return "\n".join(line for line in folded(text).splitlines() if line)


def wrapped(text: str) -> str:
    """At 60 columns, continuation lines without any mark, as plain mailers do."""
    lines = []
    for line in text.splitlines():
        long = len(line) > 60 and line[:1] in " +@" and line.count(" ") > 1 and not line.startswith("+++")
        lines.extend(textwrap.wrap(line, 60, drop_whitespace=True) if long and line.strip() else [line])
    return "\n".join(lines)


def trailing_blanks_lost(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


DAMAGES = [stripped, folded, without_blanks, wrapped, trailing_blanks_lost, crlf]


def tokens(patch: Patch, kinds: set[LineKind]) -> list[list[str]]:
    rows = [line for file in patch.files for hunk in file.hunks for line in hunk.lines if line.kind in kinds]
    return [[line.kind.value, *line.text.split()] for line in rows if line.text.split()]


def taken(text: str) -> Series:
    return read(["-"], stdin=io.BytesIO(text.encode()))[0]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.name[:24])
def test_the_tokens_stay(path: Path, damage: Callable[[str], str]) -> None:
    text = path.read_text(encoding="utf-8")
    diff = text[text.index("\n---\n") + 1 :]
    whole, damaged = taken(diff), taken(damage(diff) + "\n")
    assert not whole.repairs
    if damaged.unknown:
        return
    assert tokens(damaged.patches[0], set(LineKind)) == tokens(whole.patches[0], set(LineKind))
    changed = damage in (stripped, folded, without_blanks)
    assert bool(damaged.repairs) == changed or damage is wrapped


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_an_ordinary_patch_survives(damage: Callable[[str], str]) -> None:
    text = (CASES / "a.patch").read_text(encoding="utf-8")
    damaged = taken(damage(text[text.index("\n---\n") + 1 :]) + "\n")
    assert not damaged.unknown
