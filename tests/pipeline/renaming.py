"""The reduced series and its profile with every function and every constant under another name.

A name is turned letter by letter (as in ROT13), so that prefixes and patterns turn with the names they stand
for, and turning twice gives the name back. What is short for people (SETUP, DONE) and C keep their names.
"""

from __future__ import annotations

import codecs
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

WORD = re.compile(r"[A-Za-z_]\w*")
CALLED = re.compile(r"([A-Za-z_]\w*)\s*\(")
CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
PATTERN = re.compile(r'"([A-Za-z_]\w*)\*"')
PREFIX = re.compile(r'"([A-Z]+(?:_[A-Z]+)*_)"')
COMMENT = re.compile(r"/\*.*?\*/", re.S)
C = {"if", "for", "while", "switch", "return", "sizeof", "defined", "do", "else", "case", "void"}


def turned(name: str) -> str:
    """Another name; of itself turned, the name."""
    return codecs.encode(name, "rot13")


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The functions and constants of C texts and patches."""
    found: set[str] = set()
    for text in texts:
        code = COMMENT.sub(" ", text)
        found.update(name for name in CALLED.findall(code) if name not in C)
        found.update(CONSTANT.findall(code))
    return frozenset(name for name in found if "FOREACH" not in name and "GUARD" not in name)


def renamer(names: frozenset[str]) -> Callable[[str], str]:
    """Turns the names in a text."""

    def rename(text: str) -> str:
        return WORD.sub(lambda match: turned(match[0]) if match[0] in names else match[0], text)

    return rename


def copied(profile: Path, series: Iterable[Path], folder: Path, rename: Callable[[str], str]) -> None:
    """A copy of both in `folder`, as ``profile/`` and ``series/``, with their texts renamed."""
    shutil.copytree(profile, folder / "profile")
    for path in sorted((folder / "profile").rglob("*.c")):
        path.write_text(rename(path.read_text()))
    toml = folder / "profile" / "profile.toml"
    text = rename(toml.read_text())
    if rename is not str:
        text = PATTERN.sub(lambda match: f'"{turned(match[1])}*"', text)
        text = PREFIX.sub(lambda match: f'"{turned(match[1])}"', text)
    toml.write_text(text)
    (folder / "series").mkdir()
    for path in series:
        (folder / "series" / path.name).write_text(rename(path.read_text()))
