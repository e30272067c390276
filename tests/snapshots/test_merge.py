"""A three-way merge of lines is that of `git merge-file`."""

from __future__ import annotations

import subprocess
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.snapshots.merge import Conflict, Text, by_content, merged

BASE = tuple(f"line {number}\n" for number in range(9))


@st.composite
def edits(draw: st.DrawFn, side: str, first: int) -> Text:
    """Some lines of `BASE` left out, others put in; a few lines that both sides may put in alike."""
    fresh = count(first)
    lines: list[str] = []
    identities: list[int] = []
    for number, line in enumerate(BASE):
        for _ in range(draw(st.sampled_from((0, 0, 0, 0, 0, 1, 2)))):
            new = next(fresh)
            lines.append(draw(st.sampled_from((f"{side} {new}\n", f"{side} {new}\n", f"both {number}\n"))))
            identities.append(new)
        if draw(st.sampled_from((True,) * 5 + (False,))):
            lines.append(line)
            identities.append(number)
    return Text(tuple(lines), tuple(identities))


def with_git(folder: Path, ours: Text, theirs: Text) -> str | None:
    """What git makes of it; None for a conflict."""
    for name, lines in (("ours", ours.lines), ("base", BASE), ("theirs", theirs.lines)):
        (folder / name).write_text("".join(lines))
    done = subprocess.run(
        ("git", "merge-file", "-p", "-q", "ours", "base", "theirs"),
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done.stdout if done.returncode == 0 else None


@given(edits("mine", 100), edits("other", 200))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_merges_as_git_does(tmp_path: Path, ours: Text, theirs: Text) -> None:
    made = merged(Text(BASE, tuple(range(len(BASE)))), ours, theirs)
    assert (None if isinstance(made, Conflict) else "".join(made.lines)) == with_git(tmp_path, ours, theirs)


@given(edits("mine", 100), edits("other", 200))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_by_content_it_merges_as_git_does(tmp_path: Path, ours: Text, theirs: Text) -> None:
    made = merged(Text(BASE, tuple(range(len(BASE)))), ours, theirs, by_content)
    assert (None if isinstance(made, Conflict) else "".join(made.lines)) == with_git(tmp_path, ours, theirs)


def text(*lines: str) -> Text:
    return Text(lines, tuple(hash(line) for line in lines))


WORDS = st.lists(st.sampled_from("abcde}"), max_size=14).map(lambda words: text(*words))


@given(WORDS, WORDS)
@settings(deadline=None)
def test_lines_that_go_on_are_equal_and_in_order(one: Text, other: Text) -> None:
    pairs = by_content(one, other)
    assert all(one.lines[here] == other.lines[there] for here, there in pairs)
    assert pairs == sorted(set(pairs))
    assert [there for _, there in pairs] == sorted({there for _, there in pairs})
    assert len({here for here, _ in pairs}) == len(pairs)


@given(WORDS)
@settings(deadline=None)
def test_of_the_same_text_all_lines_go_on(one: Text) -> None:
    assert by_content(one, one) == [(at, at) for at in range(len(one.lines))]


@given(edits("other", 200))
@settings(deadline=None)
def test_onto_what_it_was_made_for_a_change_is_what_it_made(theirs: Text) -> None:
    base = Text(BASE, tuple(range(len(BASE))))
    made = merged(base, base, theirs)
    assert isinstance(made, Text)
    assert made.lines == theirs.lines
    assert merged(base, theirs, base) == theirs


@pytest.mark.parametrize(
    ("ours", "theirs", "want"),
    [
        (("a", "X", "c", "d"), ("a", "b", "c", "Y"), ("a", "X", "c", "Y")),  # an untouched line between
        (("a", "X", "c", "d"), ("a", "b", "Y", "d"), None),  # none
        (("a", "X", "c", "d"), ("a", "X", "c", "d"), ("a", "X", "c", "d")),  # both the same
        (("a", "b", "N", "c", "d"), ("a", "b", "M", "c", "d"), None),  # two lines at one place
    ],
)
def test_what_conflicts(ours: tuple[str, ...], theirs: tuple[str, ...], want: tuple[str, ...] | None) -> None:
    made = merged(text("a", "b", "c", "d"), text(*ours), text(*theirs))
    assert (None if isinstance(made, Conflict) else made.lines) == want


def test_a_conflict_says_where_in_the_later_version() -> None:
    made = merged(text("a", "b", "c", "d"), text("a", "b", "X", "d"), text("N", "a", "b", "Y", "Z", "d"))
    assert made == Conflict(3, 5)
