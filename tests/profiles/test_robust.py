"""Whatever a profile's text is, it loads or is refused with located errors; nothing else is raised."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model.unknown import InputError
from analyzer.profiles import load

SECOND = Path(__file__).resolve().parents[2] / "fixtures" / "second-domain"
TEXT = (SECOND / "profile.toml").read_text(encoding="utf-8")
LINES = TEXT.splitlines(keepends=True)
VALUES = (
    "-3",
    "true",
    '""',
    '"x y"',
    "[]",
    "{}",
    "[1]",
    "[{}]",
    "1.5",
    "2001-01-01",
    "{ a = { b = 1 } }",
    "'''\n'''",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("domain")
    shutil.copytree(SECOND / "lifecycle", place / "lifecycle")
    return place


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The text with a few lines gone, doubled, given another value, or cut in the middle."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(("drop", "double", "value", "cut"))):
            case "drop":
                lines[at] = ""
            case "double":
                lines[at] *= 2
            case "value":
                lines[at] = (
                    f"{lines[at].partition('=')[0].strip() or 'key'} = {draw(st.sampled_from(VALUES))}\n"
                )
            case _:
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))] + "\n"
    return "".join(lines)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(damaged(), st.text(max_size=80)))
def test_a_damaged_profile_is_refused_with_places(folder: Path, text: str) -> None:
    file = folder / "profile.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load(str(folder))
    except InputError as refused:
        for line in str(refused).splitlines():
            number = line.removeprefix(f"{file}:").partition(":")[0]
            assert "not UTF-8" in line or 1 <= int(number) <= text.count("\n") + 1, line
            assert "; " in line
