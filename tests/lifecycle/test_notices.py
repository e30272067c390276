"""Which event a call notifies: constants that move, chains, state instead of a constant, refusals, handlers
that take part, and names that differ between trees."""

from __future__ import annotations

from dataclasses import replace

from analyzer.lifecycle.sequences import read
from analyzer.model.profile import (
    ANY_ARGUMENT,
    CourseStep,
    Deferral,
    Entry,
    EventCall,
    Exclusion,
    Handler,
    Outcome,
    Profile,
    StateEvent,
    Tracked,
    Veto,
    Writer,
)
from tests.builders import BOUNDS, HERE, NOTES, body, changes, doubts, scenario, spelled, stages, tiny, told


def event(call: str = "tell", argument: int = 0, **more: object) -> EventCall:
    """An event call of the tiny domain."""
    names = NOTES if argument != -1 else {}
    return replace(EventCall(call, argument, "", names, "tell {}", HERE), **more)  # type: ignore[arg-type]


# --- where the constant stands -------------------------------------------------------------------


def test_alternatives_are_tried_in_turn() -> None:
    profile = tiny(events=(event(argument=1), event(argument=0)))
    assert told(body("tell(NOTE_UP, o);", "tell(o, NOTE_DOWN);"), profile) == {"UP DOWN"}


def test_any_argument() -> None:
    profile = tiny(events=(event(argument=ANY_ARGUMENT),))
    assert told(body("tell(o, 0, NOTE_UP);", "tell(NOTE_DOWN);"), profile) == {"UP DOWN"}


def test_a_constant_that_moves_to_another_argument_is_no_change() -> None:
    profile = tiny(events=(event(argument=ANY_ARGUMENT),))
    assert changes(body("tell(NOTE_UP, o);"), body("tell(o, NOTE_UP);"), profile=profile) == []


def test_an_argument_whose_value_is_not_known_is_no_guess() -> None:
    profile = tiny(events=(event(argument=1), event(argument=-1, states=(StateEvent("UP", "", {}),))))
    (why,) = doubts(body("tell(o, which());"), profile)
    assert "which event is notified is unknown" in why


# --- chains --------------------------------------------------------------------------------------


def test_only_calls_on_the_chain_count() -> None:
    profile = tiny(events=(event("call_chain", 1, chain="tiny_chain"),))
    text = body("call_chain(&tiny_chain, NOTE_UP);", "call_chain(&others, NOTE_DOWN);")
    assert told(text, profile) == {"UP"}


def test_a_call_on_another_chain_may_return_anything() -> None:
    profile = tiny(events=(event("call_chain", 1, chain="tiny_chain"),))
    text = body("if (call_chain(&others, NOTE_DOWN)) {", "go();", "}", "call_chain(&tiny_chain[2], NOTE_UP);")
    assert told(text, profile) == {"UP", "go UP"}


# --- state instead of a constant -----------------------------------------------------------------

LOOKS = (
    StateEvent("UP", "is_up", {"phase": ("PHASE_UP",)}),
    StateEvent("DOWN", "is_down", {"phase": ("PHASE_DOWN", "PHASE_GONE")}),
)


def looking(**more: object) -> Profile:
    return tiny(events=(event("poke", -1, states=LOOKS, **more),))


def test_the_event_is_what_handlers_see_in_the_state() -> None:
    text = body(
        "move(&o->phase, PHASE_NEW, PHASE_UP);",
        "poke(o);",
        "move(&o->phase, PHASE_UP, PHASE_GONE);",
        "poke(o);",
    )
    assert told(text, looking()) == {"UP DOWN"}


def test_a_state_in_which_no_handler_sees_anything_is_no_event() -> None:
    assert told(body("poke(o);", "go();"), looking()) == {"go"}


def test_an_undecided_state_is_decided_at_the_call() -> None:
    profile = replace(looking(), tracked=(replace(tiny().tracked[0], initial=""), tiny().tracked[1]))
    assert told(body("poke(o);", "go();"), profile) == {"go", "UP go", "DOWN go"}


def test_the_predicates_of_the_tree_come_first() -> None:
    text = body(
        "move(&o->phase, PHASE_NEW, PHASE_ODD);",
        "poke(o);",
        before=("static int is_up(Object *o)\n{\n    return o->phase == PHASE_ODD;\n}\n",),
    )
    assert told(text, looking(object=0)) == {"UP"}


def test_a_patch_to_a_predicate_changes_what_handlers_see() -> None:
    def text(state: str) -> str:
        return body(
            "move(&o->phase, PHASE_NEW, PHASE_ODD);",
            "poke(o);",
            before=(f"static int is_up(Object *o)\n{{\n    return o->phase == {state};\n}}\n",),
        )

    assert changes(text("PHASE_ODD"), text("PHASE_EVEN"), profile=looking(object=0)) == ["lost: UP -> "]


def test_from_the_state_to_a_constant_is_no_change() -> None:
    profile = tiny(
        events=(event("poke", 1), event("poke", -1, states=LOOKS)),
    )
    before = body("move(&o->phase, PHASE_NEW, PHASE_UP);", "poke(o);")
    after = body("move(&o->phase, PHASE_NEW, PHASE_UP);", "poke(o, NOTE_UP);")
    assert changes(before, after, profile=profile) == []


# --- refusals ------------------------------------------------------------------------------------


def robust(**more: object) -> Profile:
    return tiny(
        events=(
            event(),
            event("tell_robust", 0, undo=1, veto=Veto.UNDOES_BEFORE, **more),
        )
    )


def test_a_refused_event_is_undone() -> None:
    text = body("if (tell_robust(NOTE_UP, NOTE_DOWN)) {", "return;", "}", "go();")
    assert told(text, robust()) == {"UP go", "UP DOWN"}


def test_a_refusal_that_nobody_reads_is_undone_all_the_same() -> None:
    assert told(body("tell_robust(NOTE_UP, NOTE_DOWN);", "go();"), robust()) == {"UP go", "UP DOWN go"}


def test_how_a_call_refuses_is_the_profiles_word() -> None:
    text = body("int r = tell_robust(NOTE_UP, NOTE_DOWN);", "if (r < 0) {", "return;", "}", "go();")
    assert told(text, robust(refused=Outcome.NEGATIVE)) == {"UP go", "UP DOWN"}
    text = body("if (!tell_robust(NOTE_UP, NOTE_DOWN)) {", "return;", "}", "go();")
    assert told(text, robust(refused=Outcome.ZERO)) == {"UP go", "UP DOWN"}


def test_an_end_after_an_undone_beginning_is_a_second_one() -> None:
    def text(label: str) -> str:
        return body(
            "if (tell_robust(NOTE_UP, NOTE_DOWN)) {",
            f"goto {label};",
            "}",
            "go();",
            "done:",
            "tell(NOTE_DOWN);",
            "out:",
            "return;",
        )

    assert changes(text("out"), text("done"), profile=robust()) == ["duplicated: UP DOWN -> UP DOWN DOWN"]


def test_an_opposite_that_is_not_known_is_no_guess() -> None:
    found = doubts(body("tell_robust(NOTE_UP, opposite());"), robust())
    assert len(found) == 1 and "which event is notified is unknown" in found[0]


def test_without_an_opposite_the_plain_alternative_counts() -> None:
    """An old chain that its callers undo and a new one that undoes by itself are one story."""
    both = (
        event("ask", 0, undo=1, veto=Veto.UNDOES_BEFORE),
        event("ask", 0, veto=Veto.STOPS),
    )
    profile = tiny(events=both, same={"old_ask": "ask"})
    new = body("if (ask(NOTE_UP, NOTE_DOWN)) {", "return;", "}", "go();", "ask(NOTE_DOWN, 1);")
    old = body("if (old_ask(NOTE_UP, -1)) {", "goto out;", "}", "go();", "out:", "old_ask(NOTE_DOWN, 1);")
    assert told(new, profile) == told(old, profile) == {"UP DOWN", "UP go DOWN"}
    assert changes(old, new, profile=profile) == changes(new, old, profile=profile) == []


def test_a_veto_that_is_ignored_never_shows() -> None:
    profile = tiny(events=(event(veto=Veto.IGNORED),))
    assert told(body("if (tell(NOTE_UP)) {", "go();", "}"), profile) == {"UP"}


# --- handlers that take part ---------------------------------------------------------------------


def taking_part(**more: object) -> Profile:
    seen = Tracked("seen", ("Note.kind",), (), (), "", False, HERE)
    return tiny(
        events=(event(shows="seen"),),
        tracked=(*tiny().tracked, seen),
        handlers=(replace(Handler("on_note", (), {}, HERE), **more),),  # type: ignore[arg-type]
        deferrals=(Deferral("later", 0, 1, ()),),
    )


HANDLER = """static void undo(void *opaque)
{
    tell(NOTE_LOST);
}

static int on_note(Notifier *n, Note *note)
{
    if (note->kind == NOTE_DOWN) {
        later(undo, note);
    }
    return 0;
}
"""


def test_a_handler_may_schedule_an_event() -> None:
    text = body("tell(NOTE_UP);", "tell(NOTE_DOWN);", "go();", before=(HANDLER,))
    assert told(text, taking_part()) == {"UP DOWN go LOST"}


def test_a_handler_runs_only_at_its_events() -> None:
    text = body("tell(NOTE_UP);", "tell(NOTE_DOWN);", "go();", before=(HANDLER,))
    assert told(text, taking_part(events=("UP",))) == {"UP DOWN go"}


def test_a_handler_runs_only_in_its_mode() -> None:
    text = body("tell(NOTE_DOWN);", "go();", before=(HANDLER,))
    assert told(text, taking_part(when={"power": ("1",)})) == {"DOWN go", "DOWN go LOST"}
    assert told(text, taking_part(when={"phase": ("PHASE_UP",)})) == {"DOWN go"}


def test_a_tree_without_the_handler() -> None:
    assert told(body("tell(NOTE_DOWN);"), taking_part()) == {"DOWN"}


# --- names of other trees ------------------------------------------------------------------------


def test_one_thing_under_several_names() -> None:
    profile = tiny(
        same={"old_tell": "tell", "OLD_UP": "NOTE_UP", "old_run": "run", "old_move": "move"},
        events=(event(),),
    )
    new = body("move(&o->phase, PHASE_NEW, PHASE_UP);", "if (o->phase == PHASE_UP) {", "tell(NOTE_UP);", "}")
    old = new.replace("NOTE_UP", "OLD_UP").replace("tell", "old_tell").replace("run", "old_run")
    assert told(old.replace("move", "old_move"), profile, places=True) == {"UP@run"}
    assert changes(old, new, profile=profile) == []


def test_where_a_tree_has_both_names_they_are_two_things() -> None:
    profile = tiny(same={"old_run": "run"})
    text = body("old_run();", before=("void old_run(void)\n{\n    tell(NOTE_UP);\n}\n",))
    assert told(text, profile, places=True) == {"UP@old_run"}


def test_a_call_that_returns_its_argument() -> None:
    """``o->bh = bh_new(f)`` and, elsewhere, ``bh_schedule(o->bh)``: the object carries the function."""
    queue = Tracked("bh", ("Object.bh",), (), (), "0", False, HERE)
    profile = tiny(
        tracked=(*tiny().tracked, queue),
        results={"bh_new": 0},
        deferrals=(Deferral("bh_schedule", 0, -1, ()),),
    )
    text = body(
        "o->bh = bh_new(at_last, o);",
        "go();",
        "bh_schedule(o->bh);",
        "tell(NOTE_UP);",
        before=("static void at_last(void *opaque)\n{\n    tell(NOTE_DOWN);\n}\n",),
    )
    assert told(text, profile) == {"go UP DOWN"}


def test_what_an_object_carries_may_still_happen() -> None:
    """A fact that only the queued function can bring about is waited for."""
    queue = Tracked("bh", ("Object.bh",), (), (), "0", False, HERE)
    profile = tiny(
        tracked=(*tiny().tracked, queue),
        results={"bh_new": 0},
        deferrals=(Deferral("bh_schedule", 0, -1, ()),),
        scenarios=(scenario("gone", final={"phase": ("PHASE_GONE",)}, through=("at_last",)),),
    )
    text = body(
        "o->bh = bh_new(at_last, o);",
        "finish(o);",
        before=(
            "static void at_last(void *opaque)\n{\n    Object *o = opaque;\n"
            "    move(&o->phase, PHASE_NEW, PHASE_GONE);\n    tell(NOTE_DOWN);\n}\n",
            "static void finish(Object *o)\n{\n    if (ask()) {\n        go();\n    }\n"
            "    bh_schedule(o->bh);\n}\n",
        ),
    )
    (stage,) = stages(text, profile=profile)
    found = read(stage, 0, "", profile, BOUNDS)
    assert {spelled(sequence) for sequence in found.sequences} == {"DOWN", "go DOWN"}


def test_a_variable_that_a_tree_lacks() -> None:
    switch = Tracked("switch", (), ("switch_get",), (Writer("switch_set", -1, -1, 0),), "0", False, HERE)
    shown = (
        StateEvent("UP", "", {"switch": ("1",)}),
        StateEvent("DOWN", "", {}),
    )
    profile = tiny(
        events=(event("poke", -1, states=shown),), tracked=(*tiny().tracked, replace(switch, absent="any"))
    )
    assert told(body("poke(o);"), profile) == {"UP", "DOWN"}
    assert told(body("if (switch_get()) {", "go();", "}", "poke(o);"), profile) == {"DOWN"}
    on = replace(profile, tracked=(*tiny().tracked, replace(switch, absent="1")))
    assert told(body("poke(o);"), on) == {"UP"}
    always = replace(profile, tracked=(*tiny().tracked, switch))
    assert told(body("poke(o);"), always) == {"DOWN"}


# --- beginnings ----------------------------------------------------------------------------------


def test_several_entries() -> None:
    profile = tiny(entries=(Entry("run", (), {}, HERE), Entry("walk", (), {}, HERE)))
    text = body("tell(NOTE_UP);", before=("void walk(Object *o)\n{\n    tell(NOTE_DOWN);\n}\n",))
    assert told(text, profile) == {"UP", "DOWN"}


def test_an_entry_that_a_tree_may_lack() -> None:
    text = body("tell(NOTE_UP);")
    wanted = tiny(entries=(Entry("run", (), {}, HERE), Entry("walk", (), {}, HERE)))
    (why,) = doubts(text, wanted)
    assert "no definition of it could be read" in why
    optional = tiny(entries=(Entry("run", (), {}, HERE), Entry("walk", (), {}, HERE, optional=True)))
    assert told(text, optional) == {"UP"}


def test_modes_that_exclude_each_other() -> None:
    modes = Tracked("mode", ("Object.mode",), (), (), "", False, HERE)
    profile = tiny(
        tracked=(*tiny().tracked, modes),
        exclusions=(Exclusion({"mode": ("MODE_COLD",), "power": ("1",)}, "cold is without power", HERE),),
        entries=(
            Entry("run", (), {"mode": "MODE_COLD"}, HERE),
            Entry("run", (), {"mode": "MODE_WARM", "power": "1"}, HERE),
        ),
    )
    text = body(
        "if (o->mode == MODE_COLD) {",
        "tell(NOTE_DOWN);",
        "if (powered()) {",
        "tell(NOTE_LOST);",
        "}",
        "} else if (powered()) {",
        "tell(NOTE_UP);",
        "} else {",
        "go();",
        "}",
    )
    assert told(text, replace(profile, distinct=("MODE_", "NOTE_", "PHASE_"))) == {"DOWN", "UP"}


DEVICE = """static int dev_open(Object *o)
{
    if (prepare(o) < 0) {
        return -1;
    }
    tell(NOTE_UP);
    return 0;
}

static void dev_use(Object *o)
{
    go();
}

static void dev_close(Object *o)
{
    tell(NOTE_DOWN);
}
"""


def test_a_course_of_calls_from_outside() -> None:
    course = (
        CourseStep("dev_open", False, Outcome.ZERO),
        CourseStep("dev_use", True, None),
        CourseStep("dev_close", False, None),
    )
    profile = tiny(entries=(Entry("device", (), {}, HERE, course=course),))
    assert told(DEVICE, profile) == {"", "UP DOWN", "UP go* DOWN"}
    assert told(DEVICE, profile, places=True) == {
        "",
        "UP@dev_open DOWN@dev_close",
        "UP@dev_open go@dev_use* DOWN@dev_close",
    }
    renamed = DEVICE.replace("dev_open", "device_open")
    assert told(renamed, replace(profile, same={"device_open": "dev_open"})) == told(DEVICE, profile)
    fewer = changes(DEVICE, DEVICE.replace("    go();\n", ""), profile=profile)
    assert "lost: UP go DOWN -> UP DOWN" in fewer
    (why,) = doubts(DEVICE.replace("dev_close", "dev_shut"), profile)
    assert why.startswith("dev_close(): its runs begin there")


# --- state in globals, and what calls say of it --------------------------------------------------


def test_a_global_variable_may_be_tracked() -> None:
    switch = Tracked("switch", ("switched",), (), (Writer("flip", -1, -1, -1),), "0", False, HERE)
    profile = tiny(tracked=(*tiny().tracked, switch))
    ask = ("if (switched) {", "tell(NOTE_UP);", "} else {", "tell(NOTE_DOWN);", "}")
    assert told(body(*ask), profile) == {"DOWN"}
    assert told(body("switched = 1;", *ask, *ask), profile) == {"UP UP"}
    assert told(body("flip();", *ask, *ask), profile) == {"UP UP", "DOWN DOWN"}
    assert told(body("int switched = 1;", *ask), profile) == {"UP"}


def test_a_call_that_may_not_return_ends_the_run() -> None:
    profile = tiny(leaves=("power_off",))
    text = body(
        "later(last, o);",
        "tell(NOTE_UP);",
        "power_off();",
        "tell(NOTE_LOST);",
        before=("static void last(void *x)\n{\n    tell(NOTE_DOWN);\n}\n",),
    )
    assert told(text, profile) == {"UP", "UP LOST DOWN"}
    profile = tiny(leaves=("power_off",), scenarios=(scenario("off", through=("power_off",)),))
    (stage,) = stages(text, profile=profile)
    found = read(stage, 0, "", profile, BOUNDS)
    assert {spelled(sequence) for sequence in found.sequences} == {"UP", "UP LOST DOWN"}


def test_what_a_call_refutes_never_happens() -> None:
    profile = tiny(refutes=("BUG_ON",))
    text = body(
        "int r = ask();", "BUG_ON(!r);", "if (r) {", "tell(NOTE_UP);", "} else {", "tell(NOTE_DOWN);", "}"
    )
    assert told(text, profile) == {"UP"}
