"""A letter stands where the runs of its scenario tell it, also if others tell the same one elsewhere."""

from __future__ import annotations

from analyzer.lifecycle.sequences import read
from tests.builders import BOUNDS, body, scenario, spelled, stages, tiny

TEXT = body(
    "tell(NOTE_UP);",
    "if (ask()) {",
    "tell(NOTE_DOWN);",
    "} else {",
    "go();",
    "move(&o->phase, PHASE_NEW, PHASE_GONE);",
    "tell(NOTE_DOWN);",
    "}",
)


def test_each_scenario_has_its_own_place() -> None:
    profile = tiny(
        scenarios=(
            scenario("first", final={"phase": ("PHASE_NEW",)}),
            scenario("second", final={"phase": ("PHASE_GONE",)}),
        )
    )
    (stage,) = stages(TEXT, profile=profile)
    told = []
    for number in (0, 1):
        (sequence,) = read(stage, number, "", profile, BOUNDS).sequences
        told.append((spelled(sequence), [letter.where.line for letter in sequence.letters]))
    assert told == [("UP DOWN", [3, 5]), ("UP go DOWN", [3, 7, 9])]


def test_of_the_same_word_too() -> None:
    text = TEXT.replace("    go();\n", "")
    profile = tiny(scenarios=(scenario("second", final={"phase": ("PHASE_GONE",)}),))
    (stage,) = stages(text, profile=profile)
    (sequence,) = read(stage, 0, "", profile, BOUNDS).sequences
    assert (spelled(sequence), [letter.where.line for letter in sequence.letters]) == ("UP DOWN", [3, 8])
