"""Words that name a stage or a patch: *before patch 2*, *this patch*, *after the series*.

Input: tokens, and the patch in whose message they stand. Output: a `Moment`, or patch numbers, with how many
tokens say so. Numbers are the series' own. Not modelled: *the previous patch*, *the last two patches*.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.claims.stated import Moment, Side
from analyzer.claims.words import Token

_SIDES = {
    "before": Side.BEFORE,
    "without": Side.BEFORE,
    "after": Side.AFTER,
    "with": Side.AFTER,
    "since": Side.AFTER,
    "from": Side.AFTER,
}
_PATCH = ("patch", "commit", "change")
_APPLIED = (("applied",), ("is", "applied"), ("on",), ("onwards",), ("onward",))


def subject(text: Sequence[Token], start: int, own: int) -> tuple[tuple[int, ...], int] | None:
    """The patches that the tokens from `start` on name, () for the whole series: ``patch 2``, ``patches
    1-3``, ``this patch``, ``this series``; `own` is the number of the patch whose message this is, or 0."""
    words = [token.word for token in text[start : start + 3]]
    if words[:1] in (["patch"], ["patches"], ["commit"]):
        return _numbers(text, start + 1, start)
    if words[:1] == ["this"] and words[1:2] and words[1] in _PATCH:
        return ((own,), 2) if own else None
    if words[:2] in (["this", "series"], ["whole", "series"], ["patch", "series"]):
        return (), 2
    if words[:2] == ["all", "patches"]:
        return (), 2
    if words[:1] == ["series"]:
        return (), 1
    return None


def _numbers(text: Sequence[Token], at: int, start: int) -> tuple[tuple[int, ...], int] | None:
    if at < len(text) and text[at].word == "series":
        return (), at + 1 - start
    if at < len(text) and text[at].text == "#":
        at += 1
    found: list[int] = []
    while at < len(text) and text[at].text.isdigit():
        number = int(text[at].text)
        following = [token.word for token in text[at + 1 : at + 3]]
        if following[:1] in (["-"], ["to"]) and following[1:2] and following[1].isdigit():
            last = int(following[1])
            if not number <= last < number + 1000:
                return None
            found += range(number, last + 1)
            at += 3
        else:
            found.append(number)
            at += 1
            if following[:1] == ["/"] and following[1:2] and following[1].isdigit():
                at += 2  # 2/3: the second of three
        joined = [token.word for token in text[at : at + 2]]
        if joined[:1] in ([","], ["and"], ["&"], ["+"]) and joined[1:2] and joined[1].isdigit():
            at += 1
            continue
        break
    return (tuple(dict.fromkeys(found)), at - start) if found else None


def moment(text: Sequence[Token], start: int, own: int) -> tuple[Moment, int] | None:
    """The stage that the tokens from `start` on name: ``before patch 2``, ``with this patch applied``."""
    if start >= len(text):
        return None
    words = [token.word for token in text[start : start + 3]]
    if words == ["at", "every", "stage"]:
        return Moment(Side.AFTER, 0, every=True), 3
    if words[:1] == ["as"] and words[1:2] == ["of"]:
        side, at = Side.AFTER, start + 2
    elif words[0] in _SIDES:
        side, at = _SIDES[words[0]], start + 1
    else:
        return None
    named = subject(text, at, own)
    if named is None:
        return None
    numbers, length = named
    at += length
    for applied in _APPLIED:
        if tuple(token.word for token in text[at : at + len(applied)]) == applied:
            at += len(applied)
            break
    if not numbers:
        return Moment(side, 0), at - start
    patch = numbers[0] if side is Side.BEFORE else numbers[-1]
    return Moment(side, patch), at - start
