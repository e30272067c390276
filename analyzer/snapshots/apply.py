"""The diff of one file, applied to the file's lines in memory, as `git apply` would.

Job: find each hunk's place and put its new side there. Input: lines with their ends, the diff. Output: the
new lines, each with the old line it is, or which hunk does not fit. All of a hunk's old side must match;
it may lie elsewhere than its header says, the nearest place first. A line end of ``\\r\\n`` in the file
stands for ``\\n`` in the diff. A *repaired* diff is laid by tokens: white space and blank lines say
nothing. Not modelled: fuzz, white space that is mended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.model.series import FileDiff, Hunk, LineKind

_HEAD = 40  # lines that tell how a file ends its lines
_WORDS = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Applied:
    """The file after the diff. `kept` gives for each line the 1-based line before the diff, or 0 for a line
    it adds; `shown` the 1-based lines before the diff that it shows, `shown_after` those after it."""

    lines: tuple[str, ...]
    kept: tuple[int, ...]
    shown: frozenset[int]
    shown_after: frozenset[int]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Which hunk (1-based; 0: the diff as a whole) does not fit, and why."""

    hunk: int
    why: str


@dataclass(slots=True)
class _Image:
    """The file while hunks are laid: lines, their numbers before the diff (0: added), and whether a hunk
    has shown them."""

    lines: list[str]
    kept: list[int]
    patched: list[bool]


def apply(lines: Sequence[str], diff: FileDiff) -> Applied | Misfit:
    """`lines` after `diff`."""
    image = _Image(list(lines), list(range(1, len(lines) + 1)), [False] * len(lines))
    head = lines[:_HEAD]
    crlf = bool(head) and sum(line.endswith("\r\n") for line in head) * 2 > len(head)
    shown: set[int] = set()
    for number, hunk in enumerate(diff.hunks, 1):
        before = _by_tokens(image, hunk) if diff.repaired else _exactly(image, hunk, crlf)
        if before is None:
            return Misfit(number, "the file has no place where all of its old lines stand")
        shown.update(before)
    after = frozenset(at for at, patched in enumerate(image.patched, 1) if patched)
    return Applied(tuple(image.lines), tuple(image.kept), frozenset(shown - {0}), after)


def _ended(hunk: Hunk, crlf: bool) -> list[tuple[LineKind, str]]:
    """The hunk's lines with their ends."""
    end = "\r\n" if crlf else "\n"
    return [
        (line.kind, line.text if line.bare else line.text + ("\n" if line.text.endswith("\r") else end))
        for line in hunk.lines
    ]


def _exactly(image: _Image, hunk: Hunk, crlf: bool) -> list[int] | None:
    """Lays a hunk where all its old lines match; the numbers of the old lines it shows."""
    for lines in [_ended(hunk, False)] if not crlf else [_ended(hunk, False), _ended(hunk, True)]:
        before = [text for kind, text in lines if kind is not LineKind.ADDED]
        at = _place(image, hunk, before)
        if at is not None:
            return _replace(image, at, len(before), lines)
    return None


def _place(image: _Image, hunk: Hunk, before: Sequence[str]) -> int | None:
    # As git has it: a hunk that begins at the first line must match there, one without trailing context at
    # the end; a line that an earlier hunk of the diff has shown is not matched again.
    trailing = 0
    for line in reversed(hunk.lines):
        if line.kind is not LineKind.CONTEXT:
            break
        trailing += 1
    at_beginning, at_end = hunk.old_start <= 1, not trailing
    last = len(image.lines) - len(before)
    if last < 0:
        return None
    want = 0 if at_beginning else last if at_end else max(hunk.new_start - 1, 0)
    for at in _outwards(min(want, len(image.lines)), len(image.lines)):
        if at > last or (at_end and at != last) or (at_beginning and at):
            continue
        stop = at + len(before)
        if image.lines[at:stop] == before and not any(image.patched[at:stop]):
            return at
    return None


def _outwards(start: int, stop: int) -> Iterator[int]:
    """`start`, and then the numbers from 0 to `stop` on both sides of it, a later one first."""
    yield start
    for step in range(1, max(start, stop - start) + 1):
        if start + step <= stop:
            yield start + step
        if start - step >= 0:
            yield start - step


def _replace(image: _Image, at: int, length: int, lines: Sequence[tuple[LineKind, str]]) -> list[int]:
    old = image.kept[at : at + length]
    texts: list[str] = []
    kept: list[int] = []
    place = at
    for kind, text in lines:
        if kind is not LineKind.REMOVED:
            # A context line is the file's own.
            texts.append(text if kind is LineKind.ADDED else image.lines[place])
            kept.append(0 if kind is LineKind.ADDED else image.kept[place])
        if kind is not LineKind.ADDED:
            place += 1
    image.lines[at : at + length] = texts
    image.kept[at : at + length] = kept
    image.patched[at : at + length] = [True] * len(texts)
    return old


def _key(text: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(text))


def _by_tokens(image: _Image, hunk: Hunk) -> list[int] | None:
    """Lays a hunk where the tokens of its old lines stand, the nearest such place."""
    wanted = [_key(line.text) for line in hunk.lines if line.kind is not LineKind.ADDED]
    wanted = [key for key in wanted if key]
    solid = [(at, key) for at, line in enumerate(image.lines) if (key := _key(line))]
    keys = [key for _, key in solid]
    width = len(wanted)
    places = [
        number
        for number in range(len(keys) - width + 1)
        if keys[number : number + width] == wanted
        and not any(image.patched[at] for at, _ in solid[number : number + width])
    ]
    if not places or not wanted:
        return _exactly(image, hunk, False) if not wanted else None
    want = max(hunk.new_start - 1, 0)
    first = min(places, key=lambda number: (abs(solid[number][0] - want), number))
    start, stop = solid[first][0], solid[first + width - 1][0] + 1
    end = "\r\n" if image.lines[start].endswith("\r\n") else "\n"
    texts: list[str] = []
    kept: list[int] = []
    place = start

    def keep() -> None:
        texts.append(image.lines[place])
        kept.append(image.kept[place])

    for line in hunk.lines:
        blank = not line.text.strip()
        if line.kind is LineKind.ADDED:
            texts.append(line.text.rstrip("\r") + end)
            kept.append(0)
            continue
        while not blank and place < stop and not image.lines[place].strip():
            keep()
            place += 1
        if place >= stop or (blank and image.lines[place].strip()):
            continue
        if line.kind is LineKind.CONTEXT:
            keep()
        place += 1
    old = image.kept[start:stop]
    image.lines[start:stop] = texts
    image.kept[start:stop] = kept
    image.patched[start:stop] = [True] * len(texts)
    return old
