"""Word lists as they are written in the modules that look for them.

Input: text. Output: sets of words, tuples of phrases. Not modelled: which words mean what.
"""

from __future__ import annotations

from typing import TypeAlias

Phrases: TypeAlias = tuple[tuple[str, ...], ...]


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def phrases(text: str) -> Phrases:
    """The phrases of a text, parted by ``|``."""
    return tuple(tuple(phrase.split()) for phrase in text.split("|"))
