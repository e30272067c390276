"""Hunks of damaged text: finds the reading of the lines that meets the hunk header's counts.

Input: the lines after an ``@@`` line, its counts, quoted copies of the same hunk. Output: a `Fit` with
the rows, where the hunk ends and what had to be mended, or None when no reading meets the counts.
It is a cheapest-way search over (line, old lines left, new lines left); each mend has a price. Not
modelled: lost added or removed lines (they cannot be told), text changed inside a line.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from analyzer.intake.lines import Line
from analyzer.intake.quotes import QuotedHunk
from analyzer.intake.unified import Row
from analyzer.model.series import LineKind

LIMIT = 20_000  # search states; beyond it the counts are said not to be met
_KINDS = {" ": LineKind.CONTEXT, "+": LineKind.ADDED, "-": LineKind.REMOVED}
_SIGNATURES = ("--", "-- ")


@dataclass(frozen=True, slots=True)
class Mend:
    """What was done to a hunk, and at which line of the input."""

    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Rows that meet the counts; `end` is the index of the first line behind the hunk."""

    rows: tuple[Row, ...]
    end: int
    mends: tuple[Mend, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How the diff's text was damaged as a whole."""

    stripped: bool  # no line begins with a blank: context lines lost theirs
    blanks_dropped: bool  # and no blank line is left


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    number: int
    step: int  # index behind this token in the input
    copy: QuotedHunk | None = None  # a blank line that only a quoted copy shows


_State = tuple[int, int, int]
_Step = tuple[_State, str, LineKind | None]


def strict(lines: Sequence[Line], start: int, old: int, new: int) -> Fit | None:
    """Reads an undamaged hunk: every line has its first column (a blank line may have lost it)."""
    rows: list[Row] = []
    at = start
    while old > 0 or new > 0:
        if at >= len(lines):
            return None
        text, number = lines[at].text, lines[at].number
        column = text[:1]
        if column == "\\" and rows:
            rows[-1] = Row(rows[-1].kind, rows[-1].text, rows[-1].number, True)
        elif column == "+":
            rows.append(Row(LineKind.ADDED, text[1:], number))
            new -= 1
        elif column == "-":
            rows.append(Row(LineKind.REMOVED, text[1:], number))
            old -= 1
        elif column == " " or text in ("", "\r"):
            rows.append(Row(LineKind.CONTEXT, text[1:] if column == " " else text, number))
            old, new = old - 1, new - 1
        else:
            return None
        if old < 0 or new < 0:
            return None
        at += 1
    if at < len(lines) and lines[at].text.startswith("\\ ") and rows:
        rows[-1] = Row(rows[-1].kind, rows[-1].text, rows[-1].number, True)
        at += 1
    return Fit(tuple(rows), at)


def fit(
    lines: Sequence[Line],
    start: int,
    stop: int,
    old: int,
    new: int,
    style: Style,
    copies: Sequence[QuotedHunk],
    limit: int = LIMIT,
) -> Fit | None:
    """The cheapest reading of ``lines[start:stop]`` that meets the counts, within `limit` search states."""
    stop = min(stop, start + old + new + 60)
    best: tuple[float, Fit] | None = None
    for copy in (*copies[:4], None):
        tokens = _tokens(lines, start, stop, copy)
        found = _search(tokens, old, new, style, stop >= len(lines), start, limit)
        if found and (best is None or found[0] < best[0]):
            best = found
    return best[1] if best else None


def _tokens(lines: Sequence[Line], start: int, stop: int, copy: QuotedHunk | None) -> list[_Token]:
    """The lines, and between them the blank lines that a quoted copy shows and the text lacks."""
    own = [" ".join(line.text.split()) for line in lines[start:stop]]
    extra: dict[int, int] = {}
    if copy is not None and len(own) + len(copy.texts) < 1000:
        theirs = [" ".join(text.split()) for text in copy.texts]
        place, reached = 0, 0
        for block in SequenceMatcher(None, own, theirs, autojunk=False).get_matching_blocks():
            blanks = sum(not text for text in theirs[reached : block.b])
            if blanks:
                extra[place] = extra.get(place, 0) + blanks
            place, reached = block.a + block.size, block.b + block.size
    tokens: list[_Token] = []
    for at in range(stop - start + 1):
        before = lines[start + at - 1].number if start + at else 0
        tokens.extend(_Token("", before, start + at, copy) for _ in range(extra.get(at, 0)))
        if at < stop - start:
            line = lines[start + at]
            tokens.append(_Token(line.text, line.number, start + at + 1))
    return tokens


def _search(
    tokens: list[_Token], old: int, new: int, style: Style, at_end: bool, start: int, limit: int
) -> tuple[float, Fit] | None:
    spare = max(2, len(tokens) // 3) if style.blanks_dropped else 0
    if max(old, new) > len(tokens) + spare:
        return None
    begin: _State = (0, old, new)
    prices: dict[_State, float] = {begin: 0.0}
    came: dict[_State, _Step] = {}
    queue: list[tuple[float, _State]] = [(0.0, begin)]
    while queue and len(prices) < limit:
        price, state = heapq.heappop(queue)
        if price > prices[state]:
            continue
        if state[1] == 0 and state[2] == 0:
            inserted = sum(1 for step in _way(came, state) if step[1] == "insert")
            if inserted > spare:
                return None
            return price, _fit(tokens, came, state, style, start)
        for cost, target, what, kind in _moves(tokens, state, begin, style, at_end):
            total = price + cost
            if total < prices.get(target, float("inf")):
                prices[target] = total
                came[target] = (state, what, kind)
                heapq.heappush(queue, (total, target))
    return None


def _moves(
    tokens: list[_Token], state: _State, begin: _State, style: Style, at_end: bool
) -> list[tuple[float, _State, str, LineKind | None]]:
    """What may be made of the token at hand: its price, the state after it, the mend, the row's kind."""
    at, old, new = state
    moves: list[tuple[float, _State, str, LineKind | None]] = []
    context = LineKind.CONTEXT
    last = at >= len(tokens)
    if style.blanks_dropped and old and new and not (last and at_end):
        moves.append((4.0, (at, old - 1, new - 1), "insert", context))
    if last:
        return moves
    token = tokens[at]
    text = token.text
    if token.copy is not None:
        moves.append((0.0, (at + 1, old, new), "skip", None))
        if old and new:
            moves.append((1.0, (at + 1, old - 1, new - 1), "copy", context))
        return moves
    column = text[:1]
    if column == "\\":
        return [(0.0, (at + 1, old, new), "marker", None)]
    if column in (" ", "") or text == "\r":
        if old and new:
            moves.append((0.0, (at + 1, old - 1, new - 1), "row", context))
        if text in ("", "\r"):
            moves.append((2.0, (at + 1, old, new), "blank", None))
        return moves
    if column == "+" and new:
        moves.append((0.0, (at + 1, old, new - 1), "row", LineKind.ADDED))
    if column == "-" and old:
        price = 5.0 if text in _SIGNATURES else 0.0
        moves.append((price, (at + 1, old - 1, new), "row", LineKind.REMOVED))
    signed = column in "+-"
    if old and new and text not in _SIGNATURES and (style.stripped or not signed):
        price = 6.0 if signed else (0.0 if style.stripped else 3.0)
        moves.append((price, (at + 1, old - 1, new - 1), "stripped", context))
    if not signed and (old, new) == begin[1:]:
        moves.append((3.5 if style.stripped else 2.0, (at + 1, old, new), "heading", None))
    elif not signed:
        moves.append((3.5 if style.stripped else 2.0, (at + 1, old, new), "wrapped", None))
    return moves


def _way(came: dict[_State, _Step], state: _State) -> list[tuple[_State, str, LineKind | None]]:
    steps: list[tuple[_State, str, LineKind | None]] = []
    while state in came:
        step = came[state]
        steps.append(step)
        state = step[0]
    return steps[::-1]


def _fit(tokens: list[_Token], came: dict[_State, _Step], state: _State, style: Style, start: int) -> Fit:
    rows: list[Row] = []
    mends: list[Mend] = []
    stripped: list[int] = []
    for (at, _, _), what, kind in _way(came, state):
        token = tokens[at] if at < len(tokens) else _Token("", tokens[-1].number if tokens else 0, start)
        if what == "row" and kind is not None:
            rows.append(Row(kind, token.text[1:] if token.text != "\r" else "", token.number))
        elif what == "stripped":
            rows.append(Row(LineKind.CONTEXT, token.text, token.number))
            stripped.append(token.number)
        elif what == "copy" and token.copy is not None:
            rows.append(Row(LineKind.CONTEXT, "", token.number))
            shown = f"from its quoted copy at {token.copy.where}"
            mends.append(Mend(f"a blank context line is restored after this line, {shown}", token.number))
        elif what == "insert":
            rows.append(Row(LineKind.CONTEXT, "", token.number))
            mends.append(
                Mend("a blank context line is missing near this line; its place is a guess", token.number)
            )
        elif what == "wrapped":
            mends.append(Mend("a wrapped line is joined to the one before it", token.number))
            rows[-1] = Row(rows[-1].kind, f"{rows[-1].text.rstrip()} {token.text.strip()}", rows[-1].number)
        elif what == "heading":
            mends.append(Mend("the rest of a wrapped @@ line is taken off", token.number))
        elif what == "blank":
            mends.append(Mend("a blank line that the counts do not allow is dropped", token.number))
        elif what == "marker" and rows:
            rows[-1] = Row(rows[-1].kind, rows[-1].text, rows[-1].number, True)
    if stripped:
        plural = "s have" if len(stripped) > 1 else " has"
        what = f"{len(stripped)} context line{plural} lost the blank in front; put back by the counts"
        mends.append(Mend(what, stripped[0]))
    added = [row for row in rows if row.kind is LineKind.ADDED and row.text.strip()]
    if style.stripped and added and not any(row.text.startswith(("  ", "\t")) for row in added):
        plural = "s" if len(added) > 1 else ""
        what = f"the indentation of {len(added)} added line{plural} is lost; nothing restores it"
        mends.append(Mend(what, added[0].number))
    end = tokens[state[0] - 1].step if state[0] else start
    mends.sort(key=lambda mend: mend.number)
    return Fit(tuple(rows), end, tuple(mends))
