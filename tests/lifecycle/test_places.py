"""What tracked variables may be at a letter, on the ways of the runs that a change is about."""

from __future__ import annotations

from tests.builders import body, compared

UP = ("UP", "run")


def states(*statements: str) -> list[tuple[set[str], set[str]]]:
    """For each change, what the phase may be at UP before and after its line moves to the end."""
    tell = "tell(NOTE_UP);"
    before = body(*statements)
    after = body(*(line for line in statements if line != tell), tell)
    changes = compared(before, after).changes
    return [tuple(set(side[UP]["phase"]) for side in change.values) for change in changes]  # type: ignore[misc]


def test_the_values_before_and_after() -> None:
    moved = states("tell(NOTE_UP);", "go();", "move(&o->phase, PHASE_NEW, PHASE_BUSY);")
    assert moved == [({"PHASE_NEW"}, {"PHASE_BUSY"})]


def test_only_ways_that_lead_to_the_ends_of_the_change_count() -> None:
    moved = states(
        "if (check()) {",
        "move(&o->phase, PHASE_NEW, PHASE_LEFT);",
        "tell(NOTE_DOWN);",
        "}",
        "tell(NOTE_UP);",
        "go();",
    )
    assert sorted(map(repr, moved)) == ["({'PHASE_LEFT'}, {'PHASE_LEFT'})", "({'PHASE_NEW'}, {'PHASE_NEW'})"]
