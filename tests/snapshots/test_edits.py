"""A line that a patch adds and one that it takes out are told apart from what the diff only shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from analyzer.snapshots.edits import edits

Stage = tuple[int, Mapping[str, Sequence[int]]]


def told(*stages: Stage) -> list[tuple[dict[str, dict[int, int]], dict[str, dict[int, int]]]]:
    def plain(lines: Mapping[str, Mapping[int, int]]) -> dict[str, dict[int, int]]:
        return {path: dict(found) for path, found in lines.items()}

    return [(plain(one.put), plain(one.taken)) for one in edits(stages)]


def test_a_line_has_the_patch_that_put_it_in_and_the_one_that_takes_it_out() -> None:
    assert told((0, {"a.c": [1, 2]}), (1, {"a.c": [1, 9, 2]}), (2, {"a.c": [1, 9]}), (3, {"a.c": [1]})) == [
        ({}, {"a.c": {2: 2}}),
        ({"a.c": {2: 1}}, {"a.c": {2: 3, 3: 2}}),
        ({"a.c": {2: 1}}, {"a.c": {2: 3}}),
        ({}, {}),
    ]


def test_numbers_are_those_of_the_patches_in_whatever_order() -> None:
    assert told((0, {"a.c": [1]}), (3, {"a.c": [1, 5]}), (2, {"a.c": [5]})) == [
        ({}, {"a.c": {1: 2}}),
        ({"a.c": {2: 3}}, {"a.c": {1: 2}}),
        ({"a.c": {1: 3}}, {}),
    ]


def test_a_file_that_is_renamed_keeps_its_lines() -> None:
    assert told((0, {"a.c": [1, 2]}), (1, {"b.c": [1, 2]})) == [({}, {}), ({}, {})]


def test_of_a_copy_nothing_is_told_but_its_own_lines() -> None:
    copied = {"a.c": [1, 2], "b.c": [1, 2, 3]}
    assert told((0, {"a.c": [1, 2]}), (1, copied), (2, {"b.c": [3]})) == [
        ({}, {}),
        ({"b.c": {3: 1}}, {}),
        ({"b.c": {1: 1}}, {}),
    ]


def test_what_the_diff_shows_as_context_is_neither() -> None:
    found = edits([(0, {"a.c": [1, 2]}), (1, {"a.c": [7, 8]})], lambda one: one == 8, lambda one: one == 1)
    said = [(dict(one.put), dict(one.taken)) for one in found]
    assert said == [({}, {"a.c": {1: 1}}), ({"a.c": {2: 1}}, {})]


def test_without_a_stage_nothing_is_told() -> None:
    assert edits([]) == []


@given(st.lists(st.lists(st.integers(0, 12), unique=True, max_size=8), min_size=1, max_size=5))
def test_each_line_is_followed_to_where_it_comes_from_and_goes(stages: list[list[int]]) -> None:
    for at, one in enumerate(edits([(n, {"a.c": lines}) for n, lines in enumerate(stages)])):
        for line, identity in enumerate(stages[at], 1):
            came = next((n for n in range(at, 0, -1) if identity not in stages[n - 1]), None)
            gone = next((n for n in range(at + 1, len(stages)) if identity not in stages[n]), None)
            assert one.put.get("a.c", {}).get(line) == came
            assert one.taken.get("a.c", {}).get(line) == gone
