"""Folds and pads text by the columns it takes on a screen.

Input: escaped single lines. Output: lines no wider than asked. Not modelled: ambiguous widths (taken as
one column) and grapheme clusters.
"""

from __future__ import annotations

import unicodedata


def columns_of(text: str) -> int:
    """How many columns `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def padded(text: str, width: int) -> str:
    """`text` with blanks up to `width` columns."""
    return text + " " * (width - columns_of(text))


def fold(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """`text` broken at blanks into lines of at most `width` columns, words longer than that cut.

    `first` begins the first line and `rest` the others (by default blanks as long as `first`).
    """
    following = " " * columns_of(first) if rest is None else rest
    # A prefix must leave room for at least one wide character, else folding could not end.
    width = max(width, columns_of(first) + 2, columns_of(following) + 2)
    lines: list[str] = []
    begin, line = first, ""
    for word in text.split(" "):
        if line and columns_of(begin) + columns_of(line) + 1 + columns_of(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(begin + line)
            begin, line = following, ""
        start = 0  # an index, not slices: a title may be a megabyte long
        while (end := _fitting(word, start, width - columns_of(begin))) < len(word):
            lines.append(begin + word[start:end])
            start, begin = end, following
        line = word[start:]
    lines.append(begin + line)
    return [entry.rstrip() for entry in lines]


def _fitting(word: str, start: int, room: int) -> int:
    """Where to cut `word` so that its part from `start` on takes at most `room` columns."""
    taken = 0
    for index in range(start, len(word)):
        taken += _columns(word[index])
        if taken > room:
            return max(index, start + 1)
    return len(word)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
