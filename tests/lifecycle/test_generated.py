"""Scenarios of calls that fail: which calls count, and what follows when each is the first to fail."""

from __future__ import annotations

from dataclasses import replace

from analyzer.lifecycle.generated import generated
from analyzer.model.profile import Interference, Profile, Veto
from analyzer.model.report import ScenarioSequences
from analyzer.model.unknown import Weight
from tests.builders import HERE, all_runs, body, scenario, spelled, stages, tiny

SUCCESS = replace(scenario("up", final={"phase": ("PHASE_UP",)}), success=True)


def succeeding(**changes: object) -> Profile:
    return tiny(scenarios=(SUCCESS,), **changes)


def failing(*texts: str, profile: Profile | None = None) -> tuple[ScenarioSequences, ...]:
    known = profile or succeeding()
    bound = stages(*texts, profile=known)
    return generated(bound, [all_runs(stage) for stage in bound], known)


def told(text: str, profile: Profile | None = None) -> dict[str, set[str]]:
    """Title -> words, of one stage."""
    return {
        one.title: {spelled(sequence) for sequence in one.stages[0].sequences}
        for one in failing(text, profile=profile)
    }


UP = "move(&o->phase, PHASE_NEW, PHASE_UP);"


def test_each_call_that_can_spoil_it_is_one() -> None:
    text = body(
        "if (open_it(o) < 0) {",
        "return;",
        "}",
        "tell(NOTE_UP);",
        "if (start_it(o)) {",
        "goto fail;",
        "}",
        UP,
        "return;",
        "fail:",
        "tell(NOTE_DOWN);",
    )
    assert told(text) == {
        "open_it() fails at life.c:3": {""},
        "start_it() fails at life.c:7": {"UP DOWN"},
    }


def test_a_call_after_which_it_can_still_succeed_is_none() -> None:
    text = body("if (hint(o)) {", "go();", "}", "if (try(o)) {", "return;", "}", UP)
    assert told(text) == {"try() fails at life.c:6": {"", "go"}}


def test_calls_that_lead_the_same_way_stand_together() -> None:
    text = body("if (one(o)) {", "goto out;", "}", "if (two(o)) {", "goto out;", "}", UP, "out:", "go();")
    (found,) = failing(text)
    assert found.title == "one() fails at life.c:3, or one of 1 more"
    assert found.summary == "The first thing to fail: one() fails at life.c:3; two() fails at life.c:6."
    assert found.failing and found.id.startswith("failing-one-")


def test_only_the_first_failure_is_meant() -> None:
    """What fails after it, on the way out, goes either way."""
    text = body(
        "if (one(o)) {",
        "if (undo(o)) {",
        "tell(NOTE_LOST);",
        "}",
        "return;",
        "}",
        "if (two(o)) {",
        "tell(NOTE_DOWN);",
        "return;",
        "}",
        UP,
    )
    assert told(text) == {
        "one() fails at life.c:3": {"", "LOST"},
        "two() fails at life.c:9": {"DOWN"},
    }


def test_a_handler_that_refuses() -> None:
    events = (replace(tiny().events[0], undo=1, veto=Veto.UNDOES_BEFORE),)
    text = body("if (tell(NOTE_UP, NOTE_DOWN)) {", "return;", "}", UP)
    assert told(text, succeeding(events=events)) == {"a handler refuses UP at life.c:3": {"UP DOWN"}}


def test_interference_is_left_out() -> None:
    cancel = "void cancel(Object *o)\n{\n    move(&o->phase, PHASE_NEW, PHASE_GONE);\n}\n"
    profile = succeeding(interference=(Interference("cancel", (), {}, HERE),))
    text = body("if (one(o)) {", "tell(NOTE_DOWN);", "}", UP, "go();", before=(cancel,))
    assert told(text, profile) == {}


def test_a_step_goes_by_its_place_over_the_stages() -> None:
    before = body("if (one(o)) {", "return;", "}", UP)
    after = body("go();", "if (one(o)) {", "tell(NOTE_DOWN);", "return;", "}", UP)
    (found,) = failing(before, after)
    assert [{spelled(s) for s in stage.sequences} for stage in found.stages] == [{""}, {"go DOWN"}]


def test_a_step_that_a_stage_lacks_meets_no_run_there() -> None:
    (found,) = failing(body(UP), body("if (one(o)) {", "return;", "}", UP))
    assert [len(stage.sequences) for stage in found.stages] == [0, 1]


def test_without_a_success_there_is_nothing_to_fail() -> None:
    assert failing(body("if (one(o)) {", "return;", "}", UP), profile=tiny()) == ()


def test_every_word_is_one_of_the_stage() -> None:
    text = body(
        "while (more(o)) {",
        "if (one(o)) {",
        "goto fail;",
        "}",
        "go();",
        "}",
        UP,
        "return;",
        "fail:",
        "later(last, o);",
        before=("static void last(void *x)\n{\n    tell(NOTE_DOWN);\n}\n",),
    )
    (stage,) = stages(text, profile=succeeding())
    whole = {spelled(sequence) for sequence in all_runs(stage).sequences}
    assert whole == {"", "DOWN", "go*", "go* DOWN"}
    # A letter that repeats has no end of words: they are not listed, and that is said.
    (rest,) = failing(text)
    assert rest.title == "1 more call that may fail"
    (row,) = rest.stages
    assert row.sequences == () and [one.weight for one in row.unknown] == [Weight.ASSUMPTION]
