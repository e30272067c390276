"""Tasks: what is deferred, what runs beside, and where one may go on instead of the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.lifecycle.sequences import read
from analyzer.model.profile import Deferral, Entry, Interference, Profile
from tests.builders import BOUNDS, HERE, all_runs, body, scenario, stages, tiny, told

WORKER = """static void *worker(void *opaque)
{
    tell(NOTE_UP);
    return NULL;
}
"""
LOCKED = """static void *worker(void *opaque)
{
    lock();
    tell(NOTE_UP);
    unlock();
    return NULL;
}
"""
FINISH = """static void finish(void *opaque)
{
    tell(NOTE_DOWN);
}
"""
CANCEL = """void cancel(Object *o)
{
    move(&o->phase, PHASE_BUSY, PHASE_CANCELLED);
}
"""


def cancellable(*holds: str) -> Profile:
    """The tiny profile with a cancel from another thread while the phase is busy."""
    when = {"phase": ("PHASE_BUSY",)}
    return tiny(interference=(Interference("cancel", holds, when, HERE),))


def test_what_is_deferred_runs_when_the_main_task_is_idle() -> None:
    assert told(body("later(finish, o);", "go();", before=(FINISH,))) == {"go DOWN"}


def test_deferred_functions_are_an_unordered_queue() -> None:
    other = "static void other(void *opaque)\n{\n    go();\n}\n"
    text = body("later(finish, o);", "later(other, o);", before=(FINISH, other))
    assert told(text) == {"DOWN go", "go DOWN"}


def test_a_deferred_function_gets_its_argument() -> None:
    say = "static void say(int up)\n{\n    if (up) {\n        tell(NOTE_UP);\n    }\n}\n"
    assert told(body("later(say, 0);", before=(say,))) == {""}
    assert told(body("later(say, 1);", before=(say,))) == {"UP"}


@pytest.mark.parametrize(("moves", "found"), [(True, ["go"]), (False, [])])
def test_what_is_deferred_writes_although_it_notifies_nothing(moves: bool, found: list[str]) -> None:
    over = f"static void over(Object *o)\n{{\n    {'move(&o->phase, PHASE_NEW, PHASE_OVER);' * moves}\n}}\n"
    profile = tiny(scenarios=(scenario("over", final={"phase": ("PHASE_OVER",)}),))
    (stage,) = stages(body("later(over, o);", "go();", before=(over,)), profile=profile)
    row = read(stage, 0, "", profile, BOUNDS)
    assert [" ".join(one.name for one in sequence.letters) for sequence in row.sequences] == found


def test_a_deferred_function_may_defer_again() -> None:
    first = "static void first(void *opaque)\n{\n    go();\n    later(finish, opaque);\n}\n"
    assert told(body("later(first, o);", before=(FINISH, first))) == {"go DOWN"}


def test_a_thread_goes_on_when_its_maker_is_over() -> None:
    assert told(body("spawn(worker, o);", before=(WORKER,))) == {"UP"}


def test_a_thread_cannot_come_in_between_without_a_switch_point() -> None:
    assert told(body("spawn(worker, o);", "go();", "go();", before=(WORKER,))) == {"go go UP"}


def test_a_lock_given_back_is_a_switch_point() -> None:
    text = body("lock();", "spawn(worker, o);", "go();", "unlock();", "tell(NOTE_DOWN);", before=(WORKER,))
    assert told(text) == {"go DOWN UP", "go UP DOWN"}


def test_a_wait_is_a_switch_point() -> None:
    text = body("spawn(worker, o);", "sleep_for();", "go();", before=(WORKER,))
    assert told(text) == {"UP go", "go UP"}


def test_a_lock_keeps_others_out() -> None:
    text = body("lock();", "spawn(worker, o);", "sleep_for();", "go();", "unlock();", before=(LOCKED,))
    assert told(text) == {"go UP"}


@pytest.mark.parametrize("start", ["spawn_in(&o->t, worker, o);", "o->t = spawn(worker, o);"])
def test_join_waits_for_the_thread(start: str) -> None:
    assert told(body(start, "join(o->t);", "go();", before=(WORKER,))) == {"UP go"}


def test_join_does_not_wait_for_another_thread() -> None:
    other = "static void *other(void *opaque)\n{\n    go();\n    return NULL;\n}\n"
    text = body(
        "spawn_in(&o->t, worker, o);",
        "spawn_in(&o->u, other, o);",
        "join(o->t);",
        "tell(NOTE_DOWN);",
        before=(WORKER, other),
    )
    assert told(text) == {"UP DOWN go", "UP go DOWN", "go UP DOWN"}


def test_join_behind_a_lock_that_the_thread_needs_is_a_deadlock() -> None:
    text = body("lock();", "spawn_in(&o->t, worker, o);", "go();", "join(o->t);", before=(LOCKED,))
    assert told(text) == {"go ..."}


def test_a_deferred_function_joins_the_thread_that_deferred_it() -> None:
    worker = "static void *worker(void *o)\n{\n    later(reap, o);\n    tell(NOTE_UP);\n    return NULL;\n}\n"
    reap = "static void reap(Object *o)\n{\n    join(o->t);\n    tell(NOTE_DOWN);\n}\n"
    assert told(body("spawn_in(&o->t, worker, o);", before=(reap, worker))) == {"UP DOWN"}


def test_interference_comes_once_at_unlocked_access_to_tracked_state() -> None:
    text = body(
        "move(&o->phase, PHASE_NEW, PHASE_BUSY);",
        "if (o->phase == PHASE_CANCELLED) {",
        "tell(NOTE_LOST);",
        "return;",
        "}",
        "move(&o->phase, PHASE_BUSY, PHASE_DONE);",
        "if (o->phase == PHASE_DONE) {",
        "tell(NOTE_UP);",
        "} else {",
        "tell(NOTE_DOWN);",
        "}",
        before=(CANCEL,),
    )
    assert told(text) == {"UP"}
    assert told(text, cancellable()) == {"LOST", "UP", "DOWN"}


def test_interference_comes_before_a_switch_on_tracked_state() -> None:
    text = body(
        "move(&o->phase, PHASE_NEW, PHASE_BUSY);",
        "switch (o->phase) {",
        "case PHASE_CANCELLED:",
        "tell(NOTE_LOST);",
        "break;",
        "default:",
        "tell(NOTE_UP);",
        "}",
        before=(CANCEL,),
    )
    assert told(text, cancellable()) == {"LOST", "UP"}


def test_interference_comes_before_tracked_state_is_returned() -> None:
    ask = "static int ask(Object *o)\n{\n    return o->phase == PHASE_CANCELLED;\n}\n"
    text = body(
        "move(&o->phase, PHASE_NEW, PHASE_BUSY);",
        "if (ask(o)) {",
        "tell(NOTE_LOST);",
        "}",
        before=(CANCEL, ask),
    )
    assert told(text, cancellable()) == {"", "LOST"}


def test_interference_that_needs_the_lock_stays_out_while_it_is_held() -> None:
    access = ("move(&o->phase, PHASE_NEW, PHASE_BUSY);", "if (o->phase == PHASE_CANCELLED) {", "go();", "}")
    text = body("lock();", *access, "unlock();", before=(CANCEL,))
    assert told(text, cancellable("big")) == {""}
    assert told(text, cancellable()) == {"", "go"}


def test_interference_only_in_the_states_it_names() -> None:
    text = body("if (o->phase == PHASE_CANCELLED) {", "go();", "}", before=(CANCEL,))
    assert told(text, cancellable()) == {""}


def test_interference_only_while_a_task_is_in_the_function_it_names() -> None:
    steps = "    tell(NOTE_UP);\n    move(&o->phase, PHASE_BUSY, PHASE_BUSY);\n    tell(NOTE_DOWN);\n"
    loop = f"static void loop(Object *o)\n{{\n{steps}}}\n"
    text = body(
        "move(&o->phase, PHASE_NEW, PHASE_BUSY);",
        "loop(o);",
        "if (o->phase == PHASE_CANCELLED) {",
        "go();",
        "}",
        before=(CANCEL, loop),
    )
    for during, expected in (("loop", {"UP DOWN", "UP DOWN go"}), ("cancel", {"UP DOWN"})):
        coming = Interference("cancel", (), {"phase": ("PHASE_BUSY",)}, HERE, during)
        assert told(text, tiny(interference=(coming,))) == expected


def test_an_entry_holds_its_locks_until_it_is_over() -> None:
    held = tiny(entries=(Entry("run", ("big",), {}, HERE),))
    text = body("spawn(worker, o);", "sleep_for();", "go();", before=(LOCKED,))
    assert told(text, held) == {"go UP"}
    assert told(text) == {"go UP", "UP go"}


@pytest.mark.parametrize("holds", [(), ("big",)])
def test_what_is_deferred_runs_with_the_locks_the_profile_says(holds: tuple[str, ...]) -> None:
    profile = tiny()
    deferral = replace(profile.deferrals[0], holds=holds)
    worker = (
        "static void *worker(void *o)\n{\n    lock();\n    later(finish, o);\n    sleep_for();\n"
        "    tell(NOTE_UP);\n    unlock();\n    return NULL;\n}\n"
    )
    text = body("spawn(worker, o);", before=(FINISH, worker))
    expected = {"UP DOWN"} if holds else {"UP DOWN", "DOWN UP"}
    assert told(text, tiny(deferrals=(deferral,))) == expected


def test_each_way_to_defer_has_its_own_locks() -> None:
    profile = tiny(deferrals=(Deferral("later", 0, 1, ("big",)), Deferral("soon", 0, 1, ())))
    (stage,) = stages(body("soon(finish, o);", before=(FINISH,)), profile=profile)
    (found,) = all_runs(stage, profile).sequences
    assert [one.context.locks for one in found.letters] == [()]
