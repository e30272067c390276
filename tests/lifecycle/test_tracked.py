"""Tracked state: writes, compare-and-set, what is not decided yet, what cannot be at the start."""

from __future__ import annotations

import pytest

from analyzer.model.profile import Entry, Exclusion, Tracked, Writer
from tests.builders import HERE, all_runs, body, stages, tiny, told

BUSY = "move(&o->phase, PHASE_NEW, PHASE_BUSY);"
MODE = Tracked("mode", ("Object.mode",), (), (), "", False, HERE)
PHASE = Tracked("phase", ("Object.phase",), (), (Writer("move", 0, 1, 2),), "PHASE_NEW", True, HERE)


def asks(value: str) -> str:
    return f"if (o->phase == {value}) {{ go(); }}"


def test_the_initial_value_is_known() -> None:
    assert told(body(asks("PHASE_NEW"))) == {"go"}
    assert told(body(asks("PHASE_BUSY"))) == {""}


def test_compare_and_set_writes_if_the_old_value_is_there() -> None:
    assert told(body(BUSY, asks("PHASE_BUSY"))) == {"go"}


def test_compare_and_set_does_nothing_if_it_is_not() -> None:
    text = body(BUSY, "move(&o->phase, PHASE_NEW, PHASE_LOST);", asks("PHASE_LOST"), asks("PHASE_BUSY"))
    assert told(text) == {"go"}


def test_the_expected_value_may_be_the_present_one() -> None:
    assert told(body(BUSY, "move(&o->phase, o->phase, PHASE_LOST);", asks("PHASE_LOST"))) == {"go"}


def test_a_plain_assignment_writes() -> None:
    assert told(body("o->phase = PHASE_LOST;", asks("PHASE_LOST"))) == {"go"}


def test_a_field_of_the_same_name_in_another_type_is_another_one() -> None:
    text = "void run(Object *o, Other *p)\n{\n    p->phase = PHASE_LOST;\n    if (o->phase == PHASE_LOST) {\n"
    assert told(text + "        go();\n    }\n}\n") == {""}


def test_through_the_address_in_another_function() -> None:
    set_it = "static void set_it(int *phase)\n{\n    move(phase, PHASE_NEW, PHASE_BUSY);\n}\n"
    assert told(body("set_it(&o->phase);", asks("PHASE_BUSY"), before=(set_it,))) == {"go"}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("Phase *now = &o->phase;", "move(now, *now, PHASE_DONE);"), "UP"),
        (("Phase *now = &o->phase;", "*now = PHASE_DONE;"), "UP"),
        (("Phase *now = &o->phase;", "now = &o->other;", "move(now, *now, PHASE_DONE);"), "DOWN"),
    ],
)
def test_through_an_address_in_a_local(steps: tuple[str, ...], expected: str) -> None:
    asked = ("if (o->phase == PHASE_DONE) {", "tell(NOTE_UP);", "} else {", "tell(NOTE_DOWN);", "}")
    assert told(body(*steps, *asked)) == {expected}


def test_an_alias_of_the_object_is_followed() -> None:
    assert told(body("Object *p = o;", "p->phase = PHASE_BUSY;", asks("PHASE_BUSY"))) == {"go"}


def test_a_global_object_of_the_profile() -> None:
    assert told(
        "void run(void)\n{\n    if (the_object->phase == PHASE_NEW) {\n        go();\n    }\n}\n"
    ) == {"go"}


def test_a_predicate_is_the_same_until_it_is_written() -> None:
    text = body("if (powered()) {", "tell(NOTE_UP);", "}", "if (!powered()) {", "tell(NOTE_DOWN);", "}")
    assert told(text) == {"UP", "DOWN"}


def test_what_is_undecided_is_decided_once() -> None:
    profile = tiny(tracked=(PHASE, MODE))
    twice = body(
        "if (o->mode == MODE_COLD) {", "tell(NOTE_UP);", "}", "if (o->mode == MODE_COLD) {", "go();", "}"
    )
    assert told(twice, profile) == {"UP go", ""}


def test_two_constants_of_a_distinct_prefix_are_not_the_same() -> None:
    profile = tiny(tracked=(PHASE, MODE), distinct=("PHASE_", "NOTE_", "MODE_"))
    text = body("if (o->mode == MODE_COLD) {", "if (o->mode == MODE_WARM) {", "go();", "}", "}")
    assert told(text, profile) == {""}


def test_a_combination_that_is_excluded_does_not_occur() -> None:
    cold = Exclusion({"mode": ("MODE_COLD",), "power": ("1",)}, "checked before", HERE)
    text = body(
        "if (o->mode == MODE_COLD) {",
        "if (powered()) {",
        "tell(NOTE_LOST);",
        "}",
        "else {",
        "go();",
        "}",
        "}",
    )
    power = tiny().tracked[1]
    assert told(text, tiny(tracked=(PHASE, power, MODE))) == {"", "LOST", "go"}
    assert told(text, tiny(tracked=(PHASE, power, MODE), exclusions=(cold,))) == {"", "go"}


def test_an_entry_sets_values() -> None:
    late = tiny(entries=(Entry("run", (), {"phase": "PHASE_BUSY"}, HERE),))
    assert told(body(asks("PHASE_BUSY")), late) == {"go"}


def test_several_entries_give_the_runs_of_all() -> None:
    profile = tiny(entries=(Entry("run", (), {}, HERE), Entry("halt", (), {}, HERE)))
    assert told(body("go();") + "void halt(Object *o)\n{\n    tell(NOTE_DOWN);\n}\n", profile) == {
        "go",
        "DOWN",
    }


def test_an_entry_that_the_text_lacks_gives_no_runs() -> None:
    (stage,) = stages("void other(void)\n{\n    go();\n}\n")
    assert all_runs(stage).sequences == ()


def test_a_letter_carries_the_tracked_values_that_are_context() -> None:
    (stage,) = stages(body("go();", BUSY, "lock();", "go();", "unlock();"))
    (sequence,) = all_runs(stage).sequences
    # The automaton knows a letter by name and place: of two contexts it keeps the first.
    assert sequence.letters[0].context.state == (("phase", "PHASE_NEW"),)
    assert sequence.letters[0].context.locks == ()


def test_locks_held_are_context() -> None:
    (stage,) = stages(body("lock();", "go();", "unlock();"))
    (sequence,) = all_runs(stage).sequences
    assert sequence.letters[0].context.locks == ("big",)


def asserting(phase: str) -> str:
    """A run that, if powered, is busy, asserts a phase, and goes."""
    asserted = f"assert(o->phase == {phase});" if phase else ""
    return body("if (powered()) {", "move(&o->phase, PHASE_NEW, PHASE_BUSY);", asserted, "go();", "}")


def test_no_run_goes_on_where_an_assertion_cannot_hold() -> None:
    assert told(asserting("PHASE_BUSY")) == {"", "go"}
    assert told(asserting("PHASE_NEW")) == {""}


def test_a_run_goes_on_where_an_assertion_is_no_more() -> None:
    """The stage after is not executed where it is as before; there it is not."""
    before, after = stages(asserting("PHASE_NEW"), asserting(""))
    assert {len(found.letters) for found in all_runs(before).sequences} == {0}
    assert {len(found.letters) for found in all_runs(after).sequences} == {0, 1}


def test_an_assertion_that_ends_all_runs_leaves_the_answer_open() -> None:
    (stage,) = stages(body("assert(o->phase == PHASE_BUSY);", "go();"))
    found = all_runs(stage)
    assert found.sequences == ()
    assert ["an assertion does not hold" in one.why for one in found.unknown] == [True]


def test_assertions_are_listed() -> None:
    profile = tiny(inert=("check",))
    (stage,) = stages(body("int ret = check();", "assert(ret == 0);", "go();"), profile=profile)
    all_runs(stage, profile)
    (said,) = stage.machine.program.assumptions
    assert said == "asserted to hold: assert(ret == 0) at life.c:4"
