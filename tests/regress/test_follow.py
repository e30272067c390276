"""A rule's status followed along runs: what is claimed is so, and what is broken is shown."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model.group import Group, Pairs
from analyzer.model.verdict import Judged
from analyzer.regress.follow import Course, courses

Path = tuple[int, ...]  # the group that a run is in, by stage


def group(number: int) -> Group:
    return Group(number, ())


def judged(kinds: dict[int, str]) -> Judged:
    """Groups by number; the rule picks all whose kind of violation is not "-"."""
    verdicts = {group(n): {} if kind == "-" else {"pairs": kind} for n, kind in kinds.items()}
    return Judged(verdicts, {group(n): frozenset({f"scenario {n}"}) for n in kinds})


def pairs_of(runs: list[Path], step: int) -> Pairs:
    return frozenset((group(run[step]), group(run[step + 1])) for run in runs)


def followed(stages: list[dict[int, str]], runs: list[Path]) -> list[Course]:
    """The courses of runs through these groups; nothing is told of others."""
    steps = [pairs_of(runs, step) for step in range(len(stages) - 1)]
    return list(courses([judged(kinds) for kinds in stages], steps, lambda *_: True, lambda *_: None))


def spanned(status: tuple[int, ...], begun: int, ended: int | None) -> bool:
    """Whether a run is broken from one stage on until another, and not just before."""
    until = len(status) if ended is None else ended
    before = status[begun - 1 : begun] if begun else ()
    return all(status[begun:until]) and not any(before) and not any(status[until : until + 1])


def vectors(
    stages: list[dict[int, str]], runs: list[Path], violation: str = "missing"
) -> set[tuple[int | None, ...]]:
    """The statuses that are claimed."""
    return {one.status for one in followed(stages, runs) if one.violation == violation}


def test_a_run_that_is_broken_and_mended_is_told_from_one_that_always_was() -> None:
    """Both come to the same end with the same word in between."""
    stages = [{0: "", 1: "missing"}, {0: "missing"}, {0: ""}]
    assert vectors(stages, [(0, 0, 0), (1, 0, 0)]) == {(0, 1, 0), (1, 1, 0)}


def test_what_cannot_be_told_apart_is_left_open() -> None:
    """Which of the two was broken before is which of the two is broken after?"""
    stages = [{0: "", 1: "missing"}, {0: "missing"}, {0: "", 1: "missing"}]
    told = vectors(stages, [(0, 0, 0), (1, 0, 1)])
    assert told == {(0, 1, None), (1, 1, None)}


def test_a_run_that_another_rule_picks_in_between_is_not_broken_there() -> None:
    assert vectors([{0: "missing"}, {0: "-"}, {0: "missing"}], [(0, 0, 0)]) == {(1, 0, 1)}


def test_another_violation_mends_nothing() -> None:
    stages = [{0: ""}, {0: "duplicate"}, {0: "missing"}, {0: "missing"}]
    assert vectors(stages, [(0, 0, 0, 0)], "duplicate") == {(0, 1, 1, 1)}
    assert vectors(stages, [(0, 0, 0, 0)], "missing") == {(0, 0, 1, 1)}


def test_runs_that_lockstep_does_not_find_have_the_status_of_their_scenarios() -> None:
    stages = [judged({0: ""}), judged({1: "missing"})]
    asked = []

    def by_sets(number: int, rule: str, violation: str, scenarios: frozenset[str]) -> int:
        asked.append((number, rule, violation, scenarios))
        return 0

    (found,) = courses(stages, [frozenset()], lambda *_: True, by_sets)
    assert found.status == (0, 1)
    assert (0, "pairs", "missing", frozenset({"scenario 1"})) in asked


def test_where_the_rule_could_not_be_told_nothing_is_kept() -> None:
    stages = [judged({0: ""}), judged({0: "missing"}), judged({0: ""})]
    steps = [pairs_of([(0, 0, 0)], step) for step in range(2)]
    (found,) = courses(stages, steps, lambda number, _: number != 2, lambda *_: None)
    assert found.status == (0, 1, None)


def test_a_course_names_the_groups_and_pairs_of_its_runs() -> None:
    stages = [{0: "", 1: ""}, {0: "missing", 1: ""}]
    (found,) = courses(
        [judged(one) for one in stages], [pairs_of([(0, 0), (1, 1)], 0)], lambda *_: True, lambda *_: None
    )
    assert found.groups == (frozenset(), frozenset({group(0)}))
    assert found.pairs == (frozenset({(group(0), group(0))}),)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[dict[int, str]], list[Path]]:
    """Some runs through some groups of some stages; every group has a run."""
    stages = draw(st.integers(1, 6))
    runs = draw(st.lists(st.tuples(*[st.integers(0, 2)] * stages), min_size=1, max_size=8))
    kinds = [
        {number: draw(st.sampled_from(("", "missing"))) for number in {run[stage] for run in runs}}
        for stage in range(stages)
    ]
    return kinds, runs


@settings(max_examples=200)
@given(worlds())
def test_no_more_is_claimed_than_holds(world: tuple[list[dict[int, str]], list[Path]]) -> None:
    """What a status says of any stage is so of one run, and so is what is said for certain of the patches."""
    kinds, runs = world
    true = {tuple(int(kinds[n][at] == "missing") for n, at in enumerate(run)) for run in runs}
    for course in followed(kinds, runs):
        fitting = [
            one for one in true if all(c in (None, t) for c, t in zip(course.status, one, strict=True))
        ]
        assert fitting
        if course.certain:
            assert any(
                spanned(one, course.begun, course.ended) and one[0] == course.before for one in fitting
            )


@settings(max_examples=200)
@given(worlds())
def test_every_run_that_breaks_the_rule_is_shown(world: tuple[list[dict[int, str]], list[Path]]) -> None:
    kinds, runs = world
    claimed = followed(kinds, runs)
    for run in runs:
        true = tuple(int(kinds[n][at] == "missing") for n, at in enumerate(run))
        for stage in (n for n, value in enumerate(true) if value):
            assert any(
                group(run[stage]) in one.groups[stage]
                and all(c in (None, t) for c, t in zip(one.status, true, strict=True))
                for one in claimed
            )
