"""Finds, for each finding, the line that its patch changed and that has most to do with it.

Input: a report's findings, the diffs of the series, the snapshots. Output: `Spots`, their lines numbered as
after the last patch. A forge shows a remark only beside changed lines, but a finding may be at home in a
function that no patch touches. On a tree, hunks are found by their text, near the line that they name; one
that is not found there has no spots. Not modelled: lines that a later patch moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import TypeAlias

from analyzer.model.letters import Letter
from analyzer.model.letters import Sequence as Letters
from analyzer.model.report import Change, Finding
from analyzer.model.series import FileChange, FileDiff, Hunk, LineKind, Patch, Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.spot import Spot, Spots
from analyzer.model.unknown import Location
from analyzer.model.witness import StepKind
from analyzer.pipeline.line_hash import line_hashes

_FAR = 10**9
_Sides: TypeAlias = tuple[list[str] | None, list[str] | None]


@dataclass(frozen=True, slots=True)
class _Block:
    """Neighbouring lines of a file, `taken` out from `old` on and `put` in from `new` on; where there is
    none, the place is that of the line behind. `shown` is the line of the new side to show a remark at."""

    old: Location
    taken: int
    new: Location
    put: int
    shown: int


@dataclass(frozen=True, slots=True)
class _Step:
    """What a patch did to lines, and to names of files ("": the file is gone)."""

    patch: int
    blocks: tuple[_Block, ...]
    renamed: Mapping[str, str]


def spots_of(
    findings: Sequence[Finding], series: Series, snapshots: Sequence[Snapshot], *, tree: bool
) -> Spots:
    """The spots of `findings`; `tree` says that the snapshots are whole files."""
    steps = _steps(series, snapshots if tree else ())
    last = snapshots[-1].files if tree and snapshots else {}

    @cache
    def hashes(path: str) -> tuple[str, ...]:
        return line_hashes(last[path]) if path in last else ()

    def spot(block: _Block, line: int, number: int) -> Spot | None:
        where = _carried(Location(block.new.path, line), steps[number + 1 :])
        if where is None:
            return None
        known = hashes(where.path)
        return Spot(where, known[where.line - 1] if where.line <= len(known) else "")

    by_patch: dict[int, Spot] = {}
    by_finding: dict[str, Spot] = {}
    for number, step in enumerate(steps):
        shown = (spot(block, block.shown, number) for block in step.blocks)
        first = next((one for one in shown if one is not None), None)
        if first is not None:
            by_patch[step.patch] = first
        for finding in findings:
            if finding.patch == step.patch and step.blocks:
                found = spot(*_chosen(finding, step.blocks), number) or first
                if found is not None:
                    by_finding[finding.fingerprint] = found
    return Spots(by_finding, by_patch)


# --- which line ---------------------------------------------------------------------------------


def _chosen(finding: Finding, blocks: Sequence[_Block]) -> tuple[_Block, int]:
    """The block and the line in it: a letter that the patch put in or took out, else a step of the path on
    changed lines, else the changed line that is nearest to one of them or to the finding."""
    places = [*_letters(finding.change), *_on_the_way(finding)] if finding.change else []
    for old, where in places:
        for block in blocks:
            if _within(block, where, old=old):
                return block, block.shown if old else where.line
    for old, where in [*places[:1], (True, finding.where)]:
        near = min(blocks, key=lambda block: _distance(block, where, old=old))
        if _distance(near, where, old=old) < _FAR:
            return near, near.shown
    return blocks[0], blocks[0].shown


def _letters(change: Change) -> list[tuple[bool, Location]]:
    """The places of letters that only one side has: whether it is the old side, and where."""
    before, after = ([letter.label for letter in side.letters] for side in (change.before, change.after))
    lost: list[Letter] = []
    come: list[Letter] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if before[i1:i2] != after[j1:j2]:
            lost += change.before.letters[i1:i2]
            come += change.after.letters[j1:j2]
    if not lost and not come:
        lost, come = _named(change.before, change), _named(change.after, change)
    return [*((True, one.where) for one in lost), *((False, one.where) for one in come)]


def _named(sequence: Letters, change: Change) -> list[Letter]:
    return [letter for letter in sequence.letters if letter.name in change.events]


def _on_the_way(finding: Finding) -> list[tuple[bool, Location]]:
    """The steps of both paths, the last first."""
    change = finding.change
    if change is None:
        return []
    sides = ((False, change.witness_after), (True, change.witness_before))
    return [
        (old, step.where)
        for old, witness in sides
        for step in reversed(witness.steps)
        if step.kind is not StepKind.TASK
    ]


def _within(block: _Block, where: Location, *, old: bool) -> bool:
    at, count = (block.old, block.taken) if old else (block.new, block.put)
    return at.path == where.path and at.line <= where.line < at.line + count


def _distance(block: _Block, where: Location, *, old: bool) -> int:
    at, count = (block.old, block.taken) if old else (block.new, block.put)
    if at.path != where.path or not where.line:
        return _FAR
    return max(at.line - where.line, where.line - (at.line + max(count - 1, 0)), 0)


# --- where lines are ----------------------------------------------------------------------------


def _carried(where: Location, steps: Sequence[_Step]) -> Location | None:
    """The place after `steps`, or of what stands there instead; None if the file is gone."""
    for step in steps:
        line = where.line
        for block in step.blocks:
            if block.old.path != where.path or block.old.line > where.line:
                continue
            if where.line < block.old.line + block.taken:
                line = (
                    block.new.line + min(where.line - block.old.line, block.put - 1)
                    if block.put
                    else block.shown
                )
                break
            line = where.line + (block.new.line + block.put) - (block.old.line + block.taken)
        path = step.renamed.get(where.path, where.path)
        if not path:
            return None
        where = Location(path, line)
    return where


def _steps(series: Series, snapshots: Sequence[Snapshot]) -> list[_Step]:
    """What each patch did; with the snapshots of a tree as far as its files could be built."""
    texts = {snapshot.patch: snapshot.files for snapshot in snapshots}
    before = snapshots[0].files if snapshots else None
    steps = []
    for patch in series.patches:
        after = texts.get(patch.number) if snapshots else None
        if snapshots and after is None:
            break
        steps.append(_Step(patch.number, tuple(_blocks(patch, before, after)), _renamed(patch)))
        before = after
    return steps


def _renamed(patch: Patch) -> dict[str, str]:
    """Where files are that another name had, or none has."""
    found = {}
    for file in patch.files:
        if file.change is FileChange.DELETED:
            found[file.old_path] = ""
        elif file.change is FileChange.RENAMED:
            found[file.old_path] = file.new_path
    return found


def _blocks(
    patch: Patch, before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> Iterator[_Block]:
    for file in patch.files:
        if file.change is FileChange.DELETED:
            continue  # nothing is left to show a remark at
        sides = None if before is None or after is None else _sides(file, before, after)
        for hunk in file.hunks:
            old, new = hunk.old_start + (not hunk.old_count), hunk.new_start + (not hunk.new_count)
            if sides is not None:
                found = _standing(hunk, sides)
                if found is None:
                    continue
                old, new = found
            yield from _of_hunk(file, hunk, old, new)


def _of_hunk(file: FileDiff, hunk: Hunk, old: int, new: int) -> Iterator[_Block]:
    taken = put = 0
    last = new + sum(line.kind is not LineKind.REMOVED for line in hunk.lines) - 1
    for kind in [*(line.kind for line in hunk.lines), LineKind.CONTEXT]:
        if kind is LineKind.REMOVED:
            taken += 1
        elif kind is LineKind.ADDED:
            put += 1
        else:
            if taken or put:
                # what is taken out at the end of a file has no line behind it
                shown = new if put else max(min(new, last), 1)
                yield _Block(Location(file.old_path, old), taken, Location(file.new_path, new), put, shown)
            old, new = old + taken + 1, new + put + 1
            taken = put = 0


def _sides(file: FileDiff, before: Mapping[str, str], after: Mapping[str, str]) -> _Sides:
    """The lines of a file before and after, without blanks; None for a side that lacks it."""
    old, new = before.get(file.old_path), after.get(file.new_path)
    return (
        None if old is None else [_solid(line) for line in old.split("\n")],
        None if new is None else [_solid(line) for line in new.split("\n")],
    )


def _solid(line: str) -> str:
    return "".join(line.split())


def _standing(hunk: Hunk, sides: _Sides) -> tuple[int, int] | None:
    """The lines at which both sides of a hunk stand in the file; None where one of them does not."""
    found = []
    asked = ((LineKind.ADDED, hunk.old_start), (LineKind.REMOVED, hunk.new_start))
    for lines, (other, start) in zip(sides, asked, strict=True):
        wanted = [_solid(line.text) for line in hunk.lines if line.kind is not other]
        at = start + 1 if not wanted else None if lines is None else _nearest(wanted, lines, start)
        if at is None:
            return None
        found.append(at)
    return found[0], found[1]


def _nearest(wanted: list[str], lines: list[str], start: int) -> int | None:
    """The 1-based line nearest to `start` at which `wanted` stands."""
    fitting = [at + 1 for at, line in enumerate(lines) if line == wanted[0]]
    for at in sorted(fitting, key=lambda at: abs(at - start)):
        if lines[at - 1 : at - 1 + len(wanted)] == wanted:
            return at
    return None
