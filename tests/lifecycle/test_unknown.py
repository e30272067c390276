"""What cannot be told is Unknown and says why; silence is never an answer."""

from __future__ import annotations

from analyzer.lifecycle.changes import Reading, compare
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.lockstep import Pairing
from analyzer.lifecycle.sequences import doubts as doubts_about
from analyzer.lifecycle.sequences import listed, picked
from analyzer.model.profile import Outcome, Watch
from analyzer.pipeline.followed import followed
from analyzer.pipeline.options import Options
from tests.builders import (
    BOUNDS,
    all_runs,
    body,
    compared,
    doubts,
    said,
    scenario,
    spelled,
    stages,
    tiny,
    told,
)


def test_an_event_whose_constant_is_not_known() -> None:
    (doubt,) = doubts(body("tell(o->note);"))
    assert "which event is notified is unknown" in doubt
    assert "life.c:3" in doubt


def test_the_other_runs_of_that_text_are_certain() -> None:
    (stage,) = stages(body("if (check()) {", "tell(o->note);", "}", "else {", "tell(NOTE_UP);", "}"))
    assert [s.letters[0].name for s in all_runs(stage).sequences] == ["?", "UP"]


def test_code_the_parser_cannot_read_on_the_way() -> None:
    (doubt,) = doubts(body("tell(NOTE_UP);", "o = = 3;", "go();"))
    assert doubt == "a statement in run(): the parser could not read this code life.c:4"


def test_code_the_parser_cannot_read_on_some_ways_only() -> None:
    (stage,) = stages(body("if (check()) {", "o = = 3;", "tell(NOTE_UP);", "return;", "}", "go();"))
    assert len(all_runs(stage).unknown) == 1
    sure = frozenset(n for n in stage.graph.ends() if not doubts_about(stage, frozenset({n})))
    (sequence,) = listed(stage, sure, "", tiny(), BOUNDS).sequences
    assert [one.name for one in sequence.letters] == ["go"]


def test_a_beginning_that_the_parser_lost_is_not_silence() -> None:
    assert doubts(body("tell(NOTE_UP);", "if (check() {{ @ ;", "go();"))


def test_code_the_parser_cannot_read_elsewhere_does_not_matter() -> None:
    text = body("tell(NOTE_UP);") + "static void unused(void)\n{\n    int @ = 3;\n    trace_it();\n}\n"
    assert told(text) == {"UP"}


def test_a_bound_on_states() -> None:
    steps = [line for n in range(8) for line in (f"if (check{n}()) {{", f"o->a{n} = 1;", "go();", "}")]
    (doubt, *_) = doubts(body(*steps), bounds=Bounds(states=10, letters=4))
    assert "more than" in doubt


def test_what_was_found_within_a_bound_is_kept() -> None:
    bounds = Bounds(states=10)
    text = body("if (check()) {", "tell(NOTE_UP);", "return;", "}", *["if (c()) {", "go();", "}"] * 12)
    (stage,) = stages(text, bounds=bounds)
    assert stage.graph.exceeded == "more than 10 states"
    result = all_runs(stage, bounds=bounds)
    assert ["UP"] in [[one.name for one in s.letters] for s in result.sequences]
    assert any("it ran out: more than 10 states" in one.why for one in result.unknown)


def test_a_bound_on_states_in_lockstep() -> None:
    steps = ["if (c()) {", "go();", "}"] * 12
    result = compared(body(*steps), body(*steps, "tell(NOTE_UP);"), bounds=Bounds(states=10))
    assert any("lockstep ran out: more than 10 pairs of states" in one.why for one in result.unknown)


def test_a_bound_on_changes_tells_the_shortest() -> None:
    steps = [line for n in range(3) for line in (f"if (c{n}()) {{", "go();", "}")]
    before, after = body(*steps), body(*steps, "tell(NOTE_UP);")
    every = compared(before, after)
    some = compared(before, after, bounds=Bounds(changes=2))
    (doubt,) = some.unknown
    assert doubt.why == "not all of it is told: there are more than 2 changes"
    assert sorted(map(said, some.changes)) == ["added:  -> UP", "added: go -> go UP"]
    assert set(map(said, some.changes)) < set(map(said, every.changes))
    assert every.unknown == ()


def test_a_bound_on_the_time_of_reading_changes() -> None:
    before, after = stages(body("go();"), body("go();", "go();"))
    pairing = Pairing((before.machine, before.graph), (after.machine, after.graph), Bounds(seconds=-1.0))
    graph = Pairing((before.machine, before.graph), (after.machine, after.graph), BOUNDS).run()
    reading = Reading(pairing, graph, before, after, tiny())
    assert reading.changes() == ()
    assert reading.exceeded == "more than -1 seconds"


def test_what_was_not_followed_settles_nothing() -> None:
    """Past a bound it is not known what else can follow on a decision: it is no cause."""
    other = [line for n in range(6) for line in (f"if (c{n}()) {{", "go();", "}")]
    steps = ("if (first()) {", "if (second()) {", *other, "return;", "}", "%s", "}")
    before, after = (
        body(*(one.replace("%s", text) for one in steps)) for text in ("tell(NOTE_UP);", "trace_it();")
    )
    for bounds, exceeded in ((BOUNDS, 0), (Bounds(states=12), 1)):
        old, new = stages(before, after)
        result = compare(old, new, tiny(), bounds)
        assert len(result.unknown) == exceeded
        (change,) = result.changes
        assert [cause.text for cause in change.causes] == ["second(): no"]


def test_runs_that_differ_in_too_many_ways_are_not_followed() -> None:
    """What is broken is then told of the sets of sequences alone."""
    few = Bounds(states=200)
    text = body("while (more()) {", "if (c()) {", "tell(NOTE_UP);", "} else {", "go();", "}", "}")
    before, after = stages(text, text, bounds=few)
    result = compare(before, after, tiny(), few)
    assert after.graph.exceeded == ""
    assert result.pairs is None
    assert followed([before, after], [result], [], tiny(), Options((), bounds=few)).courses == ()


def test_a_bound_on_time() -> None:
    steps = ["if (c()) {", "go();", "}"] * 5
    assert any("more than 0 seconds" in doubt for doubt in doubts(body(*steps), bounds=Bounds(seconds=0.0)))


def test_too_many_sequences() -> None:
    steps = [line for n in range(5) for line in (f"if (c{n}()) {{", f"tell(NOTE_{'ABCDE'[n]});", "}")]
    assert any("more than 8 sequences" in doubt for doubt in doubts(body(*steps), bounds=Bounds(words=8)))


def test_several_events_that_repeat_in_turn() -> None:
    (doubt,) = doubts(body("while (check()) {", "tell(NOTE_UP);", "tell(NOTE_DOWN);", "}"))
    assert "repeat" in doubt


def test_recursion_without_an_end() -> None:
    text = body("again();", before=("static void again(void)\n{\n    go();\n    again();\n}\n",))
    assert any("calls nest deeper" in doubt or "letters" in doubt for doubt in doubts(text))


def test_a_loop_that_defers_without_an_end() -> None:
    finish = "static void finish(void *opaque)\n{\n    tell(NOTE_DOWN);\n}\n"
    text = body("while (check()) {", "later(finish, o);", "}", before=(finish,))
    assert "the search: it ran out: more than 8 calls are deferred at once, finish() the last" in doubts(text)


def test_whether_a_write_happens_is_not_known() -> None:
    (doubt,) = doubts(
        body("move(&o->phase, OTHER, PHASE_BUSY);", "if (o->phase == PHASE_BUSY) {", "go();", "}")
    )
    assert "whether the write happens is unknown" in doubt


def test_a_write_that_expects_an_unknown_value_may_happen_or_not() -> None:
    text = body("move(&o->phase, o->other, PHASE_BUSY);", "if (o->phase == PHASE_BUSY) {", "go();", "}")
    assert told(text) == {"go", ""}


def test_a_call_through_a_pointer_is_an_assumption() -> None:
    (stage,) = stages(body("o->hook(o);", "go();"))
    all_runs(stage)
    assert any("a call through a pointer" in text for text in stage.machine.program.assumptions)


def test_a_call_that_nobody_knows_is_an_assumption_and_an_inert_one_is_none() -> None:
    (stage,) = stages(body("strange(o);", "trace_step();", "go();"))
    all_runs(stage)
    assumed = stage.machine.program.assumptions
    assert assumed == {"strange() is not modelled and taken to change nothing tracked"}


def test_a_watched_function_may_return_a_comparison() -> None:
    profile = tiny(
        scenarios=(
            scenario("ready", returned=(Watch("ready", Outcome.NONZERO),)),
            scenario("not", returned=(Watch("ready", Outcome.ZERO),)),
        )
    )
    ready = "static bool ready(void)\n{\n    return ask() == 3;\n}\n"
    text = body("if (ready()) {", "go();", "}", before=(ready,))
    (stage,) = stages(text, profile=profile)
    for selection, expected in ((0, "go"), (1, "")):
        (found,) = listed(stage, picked(stage, selection), "", profile, BOUNDS).sequences
        assert spelled(found) == expected


def test_a_pointer_to_a_known_function_is_followed() -> None:
    text = body(
        "void (*hook)(void) = step;", "hook();", before=("static void step(void)\n{\n    go();\n}\n",)
    )
    assert told(text) == {"go"}
