"""Every key of a TOML text has the line it stands in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.profiles.lines import Step, find_lines

ROOT = Path(__file__).resolve().parents[2]
PROFILES = sorted([*ROOT.glob("analyzer/profiles/*/profile.toml"), *ROOT.glob("fixtures/*/profile.toml")])

TEXT = '''\
# 1 comment with [brackets] and "quotes
plain = 1
dotted.key = [
    "one]",  # }
    { inner = 'x', "quoted \\u006bey" = """
]
[[no.header]]
""" },
]

[[part]]
name = "a"   # 12
names = { "" = "EMPTY", B = "b" }
  [[part.piece]]
  size = 1
  [[part.piece]]
  size = 2

[[part]]
[part.own]
late = \'\'\'
[[part]]\'\'\'
[[part.piece]]
size = 3
[top."quoted table"]
last = 1979-05-27T07:32:00Z
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("plain",), 2),
        (("dotted", "key"), 3),
        (("dotted", "key", 0), 4),
        (("dotted", "key", 1, "inner"), 5),
        (("dotted", "key", 1, "quoted key"), 5),
        (("part", 0), 11),
        (("part", 0, "name"), 12),
        (("part", 0, "names", ""), 13),
        (("part", 0, "names", "B"), 13),
        (("part", 0, "piece", 1), 16),
        (("part", 0, "piece", 1, "size"), 17),
        (("part", 1), 19),
        (("part", 1, "own", "late"), 21),
        (("part", 1, "piece", 0, "size"), 24),
        (("top", "quoted table", "last"), 26),
    ],
)
def test_finds(path: tuple[Step, ...], line: int) -> None:
    assert find_lines(TEXT).at(*path) == line


def test_the_text_is_valid_and_no_key_is_left_without_a_line() -> None:
    found = find_lines(TEXT)
    for path in _paths(tomllib.loads(TEXT), ()):
        assert found.at(*path) > 1, path


def test_a_path_that_is_not_there_has_the_line_of_its_nearest_part() -> None:
    assert find_lines(TEXT).at("part", 1, "own", "absent", "deeper") == 20


def test_line_ends_of_windows_count_once() -> None:
    assert find_lines("a = 1\r\nb = 2\r\n").at("b") == 2


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.parent.name)
def test_in_every_profile_here_the_line_of_a_key_shows_the_key(profile: Path) -> None:
    text = profile.read_text(encoding="utf-8")
    shown = text.splitlines()
    found = find_lines(text)
    for path in _paths(tomllib.loads(text), ()):
        line = shown[found.at(*path) - 1]
        step = next(step for step in reversed(path) if isinstance(step, str))
        assert isinstance(path[-1], int) or step in line, (path, line)


def _paths(content: object, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    if path:
        yield path
    if isinstance(content, dict):
        for key, below in content.items():
            yield from _paths(below, (*path, key))
    elif isinstance(content, list):
        for at, below in enumerate(content):
            yield from _paths(below, (*path, at))
