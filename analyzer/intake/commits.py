"""Commits become a series: each is a patch, as if it had been mailed, and nothing in it is damaged.

Input: commits, oldest first, the words that named them. Output: a `Series`. Each file's diff is decoded by
itself, since files of one tree may have different encodings. Not modelled: titles' tags and numbers (a
commit has its place).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from analyzer.intake import body
from analyzer.intake.cut import Cut, cut
from analyzer.intake.lines import clean, clean_block, split
from analyzer.model.commit import Commit
from analyzer.model.series import Patch, Series
from analyzer.model.unknown import Unknown

_FILE = re.compile(rb"^(?=diff --git )", re.MULTILINE)
SHORT = 12


def series_of(commits: Sequence[Commit], words: str, base: str, notes: Sequence[str] = ()) -> Series:
    """The series that `words` named; `base` is what the first commit changes."""
    unknown: list[Unknown] = []
    patches = []
    for number, commit in enumerate(commits, 1):
        patch, doubts = _patch(commit, number, len(commits))
        patches.append(patch)
        unknown += doubts
    title = patches[0].title if len(patches) == 1 else clean(words)
    return Series(
        title,
        1,
        tuple(patches),
        base_commit=base,
        notes=tuple(notes),
        unknown=tuple(unknown),
        commits=clean(words),
    )


def _patch(commit: Commit, number: int, total: int) -> tuple[Patch, tuple[Unknown, ...]]:
    source = f"commit {commit.id[:SHORT]}"
    cuts = [cut(split(_text(piece)), source) for piece in _FILE.split(commit.diff) if piece]
    message = split(commit.message)
    patch = Patch(
        number=number,
        total=total,
        version=1,
        title=clean(commit.title) or source,
        author=clean(commit.author),
        message=clean_block(line.text for line in message),
        files=tuple(file for one in cuts for file in one.files),
        source=source,
        trailers=body.read(message, source, {}, diff=Cut()).trailers,
    )
    return patch, tuple(replace(doubt, patch=number) for one in cuts for doubt in one.unknown)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
