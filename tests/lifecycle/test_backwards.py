"""Walks against the arrows, as laws on random graphs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzer.lifecycle.backwards import callers_of, reaching, spread

Targets = list[list[int]]


def graphs() -> st.SearchStrategy[Targets]:
    """Graphs of up to eight nodes: for each, those its arrows lead to."""
    return st.integers(1, 8).flatmap(
        lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size)
    )


def ahead(targets: Targets, number: int) -> set[int]:
    """What can be reached from a node, itself included, by going with the arrows."""
    seen = {number}
    work = [number]
    while work:
        for target in targets[work.pop()]:
            if target not in seen:
                seen.add(target)
                work.append(target)
    return seen


@given(graphs(), st.data())
def test_a_goal_is_reached_from_where_it_lies_ahead(targets: Targets, data: st.DataObject) -> None:
    goals = data.draw(st.sets(st.integers(0, len(targets) - 1)))
    wanted = {number for number in range(len(targets)) if ahead(targets, number) & goals}
    assert reaching(callers_of(targets), goals) == wanted


@given(graphs())
def test_a_node_has_the_bits_of_all_that_lies_ahead(targets: Targets) -> None:
    bits = [1 << number for number in range(len(targets))]
    spread(bits, callers_of(targets))
    assert bits == [sum(1 << there for there in ahead(targets, number)) for number in range(len(targets))]
