"""What can be told of a patch without executing anything: if it says no, nothing that is executed changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzer import cfront, profiles
from analyzer.lifecycle.bearing import may_bear
from analyzer.lifecycle.changes import compare
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.sequences import read
from analyzer.lifecycle.stages import Stage, bind
from analyzer.snapshots.texts import from_texts

DOMAIN = Path(__file__).resolve().parents[2] / "fixtures" / "second-domain"
PROFILE = profiles.load(str(DOMAIN))
FILES = {f"fwup/{path.name}": path.read_text() for path in sorted((DOMAIN / "lifecycle").iterdir())}
UPDATE = "fwup/update.c"


def bears(after: dict[str, str]) -> bool:
    one, two = from_texts([("base", FILES), ("patch", after)])
    return may_bear(one, two, PROFILE, cfront.Store(PROFILE.dialect))


def changes(after: dict[str, str]) -> bool:
    """Whether the engine finds any change."""
    bounds = Bounds()
    stages = bind(
        from_texts([("base", FILES), ("patch", after)]), PROFILE, cfront.Store(PROFILE.dialect), bounds
    )
    before, now = stages
    assert before is not None
    if now is None:
        return True
    found = compare(before, now, PROFILE, bounds)
    return bool(found.changes or found.unknown) or sets(before) != sets(now)


def sets(stage: Stage) -> list[object]:
    return [
        {tuple(letter.label for letter in s.letters) for s in read(stage, n, "", PROFILE, Bounds()).sequences}
        for n in range(len(PROFILE.scenarios))
    ]


def edited(old: str, new: str, path: str = UPDATE) -> dict[str, str]:
    assert old in FILES[path]
    return FILES | {path: FILES[path].replace(old, new, 1)}


def test_comments_and_layout_bear_on_nothing() -> None:
    assert not bears(FILES)
    assert not bears(edited("{", "{ /* here */\n\n"))
    assert not bears(FILES | {UPDATE: "/* a\n b */\n" + FILES[UPDATE].replace("    ", "\t")})


def test_a_function_that_cannot_matter_bears_on_nothing() -> None:
    other = FILES | {UPDATE: FILES[UPDATE] + "\nint strange(int a)\n{\n    return a;\n}\n"}
    one, two = from_texts(
        [("base", other), ("patch", other | {UPDATE: other[UPDATE].replace("return a", "return b")})]
    )
    assert not may_bear(one, two, PROFILE, cfront.Store(PROFILE.dialect))


@pytest.mark.parametrize(
    "after",
    [
        edited("fwup_tell(", "fwup_told("),
        FILES | {"fwup/more.c": "int more;\n"},
        {path: text for path, text in FILES.items() if path != UPDATE},
        FILES | {UPDATE: FILES[UPDATE] + "\n#define fwup_tell(a, b) (0)\n"},
        FILES | {UPDATE: FILES[UPDATE] + "\nstatic struct ops x = { .start = fwup_start };\n"},
    ],
    ids=["call", "file", "no file", "macro", "pointer"],
)
def test_what_can_bear_is_said(after: dict[str, str]) -> None:
    assert bears(after)


LINES = [
    (path, number)
    for path, text in FILES.items()
    for number, line in enumerate(text.split("\n"))
    if re.search(r"\w.*;", line)
]


@pytest.mark.parametrize(("path", "number"), LINES)
def test_a_line_of_which_nothing_changes_may_go(path: str, number: int) -> None:
    lines = FILES[path].split("\n")
    after = FILES | {path: "\n".join(lines[:number] + lines[number + 1 :])}
    assert bears(after) or not changes(after)
