"""A tiny domain to lay hunks over, and series made from texts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from itertools import pairwise

from analyzer.model.profile import Deferral, EventCall, Landmark, ModelFile, Profile, Tracked, Writer
from analyzer.model.series import FileChange, FileDiff, Hunk, HunkLine, LineKind, Patch, Series
from analyzer.model.summary import Dialect
from analyzer.model.unknown import Location
from analyzer.snapshots.statements import cut

HERE = Location("profile.toml", 1)


def profile(model: Mapping[str, str]) -> Profile:
    """Events `tell(object, NOTE_*)`, landmark `go()`, tracked `Object.phase` with writer `set_phase`."""
    return Profile(
        name="tiny",
        title="tiny",
        follows="1.0",
        source="profile.toml",
        dialect=Dialect(),
        model=tuple(ModelFile(path, f"lifecycle/{path}", text) for path, text in model.items()),
        inert=("trace_*", "log_*", "free"),
        asserts=("assert",),
        distinct=(),
        constants={},
        events=(EventCall("tell", 1, "NOTE_", {"NOTE_UP": "UP", "NOTE_DOWN": "DOWN"}, "tell {}", HERE),),
        landmarks=(Landmark("go", "go", "", "go()", HERE),),
        tracked=(Tracked("phase", ("Object.phase",), (), (Writer("set_phase", 0, -1, 1),), "", True, HERE),),
        exclusions=(),
        objects={},
        deferrals=(Deferral("later", 0, 1, ()),),
        threads=(),
        joins=(),
        waits=(),
        locks=(),
        entries=(),
        interference=(),
        phases=(),
        scenarios=(),
        rules=(),
        registrations=(),
    )


def tokens(text: str) -> list[str]:
    """What a text says, whatever its layout."""
    return [token for unit in cut(text) for token in unit.texts]


def hunks(old: str, new: str, context: int = 3) -> tuple[Hunk, ...]:
    """The hunks of a diff, with section lines as git writes them."""
    before, after = old.split("\n")[:-1], new.split("\n")[:-1]
    result: list[Hunk] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(context):
        lines: list[HunkLine] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines.extend(HunkLine(LineKind.CONTEXT, line) for line in before[i1:i2])
                continue
            lines.extend(HunkLine(LineKind.REMOVED, line) for line in before[i1:i2])
            lines.extend(HunkLine(LineKind.ADDED, line) for line in after[j1:j2])
        first, last = group[0], group[-1]
        above = [line for line in before[: first[1]] if line and (line[0].isalpha() or line[0] == "_")]
        result.append(
            Hunk(
                first[1] + 1,
                last[2] - first[1],
                first[3] + 1,
                last[4] - first[3],
                above[-1] if above else "",
                tuple(lines),
                5 + first[1],
            )
        )
    return tuple(result)


def patch(number: int, old: Mapping[str, str], new: Mapping[str, str], context: int = 3) -> Patch:
    """A patch between two trees."""
    files: list[FileDiff] = []
    for path in sorted({*old, *new}):
        if old.get(path) == new.get(path):
            continue
        change = FileChange.MODIFIED
        if path not in old or path not in new:
            change = FileChange.ADDED if path not in old else FileChange.DELETED
        files.append(FileDiff(path, path, change, hunks(old.get(path, ""), new.get(path, ""), context)))
    return Patch(number, 0, 1, f"step {number}", "someone", "", tuple(files), source=f"{number}.patch")


def series(trees: Sequence[Mapping[str, str]], missing: tuple[int, ...] = (), context: int = 3) -> Series:
    """The patches between trees, without the `missing` ones."""
    patches = [
        patch(number, old, new, context)
        for number, (old, new) in enumerate(pairwise(trees), 1)
        if number not in missing
    ]
    return Series("sample", 1, tuple(patches), missing)
