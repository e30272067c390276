"""The backport matrix: parts of a series against rules, in the formats of the command of that name.

Input: `Backport`s. Output: text, Markdown, JSON. Rules stand in columns that bear a letter, with a list of
what the letters mean. Not modelled: colour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from string import ascii_lowercase
from types import MappingProxyType

from analyzer.model.backport import Affected, Backport, Effect, Part
from analyzer.reports.escape import markdown as plain
from analyzer.reports.escape import visible
from analyzer.reports.json_format import Json, entry_json
from analyzer.reports.layout import columns_of, fold

SCHEMA = "analyze-series-backport/1"
HEADS = ("on the base", "applies")
KEPT = "-"
_SHORT = {
    Effect.BREAKS: "breaks",
    Effect.MENDS: "mends",
    Effect.STAYS: "stays",
    Effect.UNTOLD: "?",
}
LEGEND = "breaks: kept on the base, broken then; mends: the other way round; stays: broken before and after"
NONE = "no series in the input concerns a profile"
Column = tuple[str, str]  # rule, violation


def text(found: tuple[Backport, ...], width: int) -> str:
    """A table a series, and below it each thing that a part breaks, with its place."""
    if not found:
        return f"{NONE}\n"
    return "\n\n".join(_text(one, width) for one in found) + "\n"


def markdown(found: tuple[Backport, ...], _width: int) -> str:
    """The same for a forge."""
    if not found:
        return f"{plain(NONE)}\n"
    return "\n\n".join(_markdown(one) for one in found) + "\n"


def json_text(found: tuple[Backport, ...], _width: int) -> str:
    """One object, described in docs/json.md."""
    matrices: list[Json] = [_json(one) for one in found]
    written = json.dumps({"schema": SCHEMA, "matrices": matrices}, indent=2)
    return written.replace("\x7f", "\\u007f") + "\n"


MATRICES: Mapping[str, Callable[[tuple[Backport, ...], int], str]] = MappingProxyType(
    {"text": text, "markdown": markdown, "json": json_text}
)


def part_name(part: Part) -> str:
    """``patch 2 alone``, ``patches 1 to 3``."""
    if len(part.numbers) == 1:
        return f"patch {part.numbers[0]} alone" if part.alone else f"patch {part.numbers[0]}"
    return f"patches {part.numbers[0]} to {part.numbers[-1]}"


def _columns(found: Backport) -> dict[Column, str]:
    """The rules that any part affects, each with its letter."""
    every = sorted({(one.rule, one.violation) for part in found.parts for one in part.affected})
    letters = ("".join(name) for size in (1, 2) for name in product(ascii_lowercase, repeat=size))
    return dict(zip(every, letters, strict=False))


def _cells(part: Part, columns: Sequence[Column]) -> list[str]:
    applies = {True: "yes", False: "no", None: "?"}[part.applies]
    cells = [part_name(part), applies]
    for column in columns:
        effects = {one.effect for one in part.affected if (one.rule, one.violation) == column}
        said = [_SHORT[effect] for effect in _SHORT if effect in effects]
        cells.append(", ".join(said) if said else "" if part.applies is False else KEPT)
    return cells


def _source(found: Backport) -> str:
    follows = f" ({found.follows})" if found.follows else ""
    if found.source == "tree":
        reason = f": {found.base_reason}" if found.base_reason else ""
        return f"computed on the source tree{follows}, profile {found.profile}{reason}"
    return f"computed on the patches alone and the built-in lifecycle of {found.profile_title}{follows}"


def _said(one: Affected, found: Backport) -> str:
    titles = dict(found.scenarios)
    way_out = f", {one.way_out}" if one.way_out else ""
    where = f" ({one.where})" if one.where.path else ""
    scenarios = ", ".join(titles.get(name, name) for name in one.scenarios)
    held = f"; suppressed: {one.suppressed.reason}" if one.suppressed else ""
    return f"{one.rule}: {one.violation} ({one.level.value}){way_out}{where}; in {scenarios}{held}"


def _details(part: Part, found: Backport) -> list[str]:
    """Why a part does not apply, and what it breaks, a line each; the rest is in the table alone."""
    lines = [f"does not apply: {part.why}"] if part.applies is False else []
    lines += [f"could not be told: {part.why}"] if part.applies is None else []
    broken = (one for one in part.affected if one.effect is Effect.BREAKS)
    lines += dict.fromkeys(f"breaks {_said(one, found)}" for one in broken)
    return lines


def _text(found: Backport, width: int) -> str:
    columns = _columns(found)
    lines = [*fold(visible(found.title), width), *fold(visible(_source(found)), width)]
    for number, title in found.titles:
        lines += fold(visible(title), width, f"  {number:>4}  ")
    rows = [[*HEADS, *columns.values()], *(_cells(part, list(columns)) for part in found.parts)]
    lines += ["", *_table(rows), ""]
    for (rule, violation), letter in columns.items():
        lines += fold(visible(f"{rule}: {violation}"), width, f"  {letter:>2}  ")
    lines += ["", *fold(LEGEND, width)]
    for part in found.parts:
        said = _details(part, found)
        if said:
            name = part_name(part)
            lines += ["", name, "-" * len(name)]
            lines += [line for each in said for line in fold(visible(each), width, "- ")]
    if found.unknown:
        lines += ["", "Could not be told", "-" * 17]
        lines += [line for each in found.unknown for line in fold(visible(each), width, "- ")]
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(columns_of(row[at]) for row in rows) for at in range(len(rows[0]))]
    drawn = ["  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)) for row in rows]
    rule = "  ".join("-" * size for size in widths)
    return [f"  {line}".rstrip() for line in (drawn[0], rule, *drawn[1:])]


def _markdown(found: Backport) -> str:
    columns = _columns(found)
    rows = [_cells(part, list(columns)) for part in found.parts]
    heads = [*HEADS, *columns.values()]
    table = [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]
    blocks = [f"# {plain(found.title)}", plain(f"C{_source(found)[1:]}."), "\n".join(table)]
    if columns:
        names = [f"- {letter}: {plain(f'{rule}: {how}')}" for (rule, how), letter in columns.items()]
        blocks += ["\n".join(names), plain(f"{LEGEND}.")]
    for part in found.parts:
        said = _details(part, found)
        if said:
            blocks += [f"## {part_name(part)}", "\n".join(f"- {plain(each)}" for each in said)]
    if found.unknown:
        blocks += ["## Could not be told", "\n".join(f"- {plain(each)}" for each in found.unknown)]
    return "\n\n".join(blocks)


def _json(found: Backport) -> Json:
    return {
        "title": found.title,
        "profile": found.profile,
        "profile_title": found.profile_title,
        "source": found.source,
        "follows": found.follows,
        "base": {"commit": found.base, "reason": found.base_reason} if found.base else None,
        "patches": [{"patch": number, "title": title} for number, title in found.titles],
        "parts": [
            {
                "patches": [*part.numbers],
                "alone": part.alone,
                "applies": part.applies,
                "why": part.why,
                "affected": [_affected(one) for one in part.affected],
            }
            for part in found.parts
        ],
        "unknown": [*found.unknown],
        "exit_status": found.exit_status,
    }


def _affected(one: Affected) -> Json:
    return {
        "rule": one.rule,
        "violation": one.violation,
        "effect": one.effect.value,
        "level": one.level.value,
        "scenarios": [*one.scenarios],
        "where": str(one.where),
        "file": one.where.path,
        "line": one.where.line,
        "way_out": one.way_out,
        "fingerprint": one.fingerprint,
        "suppressed": None if one.suppressed is None else entry_json(one.suppressed),
    }
