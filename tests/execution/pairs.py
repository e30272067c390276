"""Two versions of the reduced tree, run on the same decisions: what a change of the text does, run by run.

Input: the tree compiled (`Base`), and another text of one of its sources with the lines it came from. Output:
`Pairs`: every pair of runs that the explorer found, and what each side did on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from analyzer.model.profile import Profile
from tests.execution.reduced_tree import (
    OWN,
    SOURCES,
    Execution,
    Trace,
    World,
    compiled,
    link,
    output_of,
    recompiled,
    run_many,
    trace_of,
)

MOST_RUNS = 500_000  # of pairs; without pairs that drift apart it takes a fifth of that
_WIDTH = 10_000  # lines of a source
_TWICE = ("repeat twice",)  # of a letter that repeats two count


@dataclass(frozen=True)
class Pair:
    """How both versions went on the same decisions; `shifted` if letters that both emitted stood in other
    states, tasks or locks."""

    before: Trace
    after: Trace
    shifted: bool


@dataclass(frozen=True)
class Pairs:
    """`dropped` counts pairs whose tasks cannot go on in the same order, `lost` those in which one side went
    on too long without the other."""

    pairs: frozenset[Pair]
    complete: bool
    runs: int
    cut: int
    dropped: int
    lost: int


@dataclass(frozen=True)
class Base:
    """The version before, compiled, with its own runs."""

    world: World
    alone: Execution
    profile: Profile


def base_of(tree: Path, profile: Profile, scratch: Path, max_letters: int = 8) -> Base:
    world = compiled(tree, scratch)
    return Base(world, run_many(link((world,), profile, scratch, asked=_TWICE), max_letters), profile)


def with_text(
    base: Base,
    name: str,
    lines: Sequence[tuple[str, int]],
    scratch: Path,
    max_letters: int = 8,
    repeated: int = 0,
) -> tuple[Execution, Pairs]:
    """The runs of `base` with other lines of source `name` (each with the number of the line it was, 0: new),
    and its pairs with those of `base`. Line `repeated` of `base` may be passed more often than it was there.
    Raises `Refused` if the text does not compile."""
    after = recompiled(base.world, name, _numbered(lines), scratch)
    alone = run_many(link((after,), base.profile, scratch, asked=_TWICE), max_letters)
    number = partial(_number, name, {came for _, came in lines})
    asked = (*_TWICE, f"count {number(0, name, repeated)}") if repeated else _TWICE
    program = link((base.world, after), base.profile, scratch, number, asked)
    *rows, last = output_of(program, max_letters, MOST_RUNS)
    end, runs, _, cut, dropped, lost = last.removeprefix("#").split("\t")
    pairs = frozenset(map(_pair, rows))
    return alone, Pairs(pairs, end == "complete", int(runs), int(cut), int(dropped), int(lost))


def _number(changed: str, kept: set[int], world: int, name: str, line: int) -> int:
    if line >= OWN:
        return line
    own = world == 0 and name == changed and line not in kept
    return SOURCES.index(name) * _WIDTH + line + (OWN if own else 0)


def _numbered(lines: Sequence[tuple[str, int]]) -> str:
    """The text, such that the compiler sees a line where it was before; new ones are far behind all."""
    made = []
    follows = 1
    for number, (text, came) in enumerate(lines, 1):
        at = came or OWN + number
        if at != follows:
            made.append(f"#line {at}\n")
        made.append(text + "\n")
        follows = at + 1
    return "".join(made)


def _pair(row: str) -> Pair:
    shifted, before, after = row.split("\x1f")
    return Pair(trace_of(before), trace_of(after), shifted == "1")
