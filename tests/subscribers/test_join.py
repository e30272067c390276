"""Who is hit by a change, in which modes, and what of the difference a handler can see."""

from __future__ import annotations

import pytest

from analyzer.model.subscriber import Hit, Seen
from analyzer.subscribers.join import Difference, join
from analyzer.subscribers.listing import open_code
from analyzer.subscribers.source import Texts
from tests.subscribers.sample import found, profile

STATE = Difference("state", frozenset({"STATE_DOWN"}), frozenset({"STATE_UP"}))
NOTIFY = "static int fan_notify(N *n, BusEvent *e)\n{{\n    {}\n    return 0;\n}}\n"
INIT = "void fan_init(Fan *f) {{ {}; }}\n"
LIVELY = (
    "bool bus_lively(void)\n{\n    Bus *b = the_bus;\n    switch (b->state) {\n"
    "    case STATE_UP:\n        return true;\n    default:\n        return false;\n    }\n}\n"
)


def hits(
    tree: dict[str, str], event: str = "DOWN", modes: tuple[str, ...] = (), *differences: Difference
) -> list[Hit]:
    given = profile()
    return list(join(open_code(Texts(tree), given), given).hits(event, modes, differences))


def one_hit(body: str, more: str = "", *differences: Difference, **others: str) -> Hit:
    """The hit of the one handler, with `others` as further files (``dev_x`` is ``dev/x.c``)."""
    fan = '#include "dev/rotor.h"\n' + more + NOTIFY.format(body) + INIT.format("bus_add(&f->n, fan_notify)")
    tree = {"dev/fan.c": fan, "bus/bus.c": LIVELY}
    tree |= {name.replace("_", "/", 1) + ".c": text for name, text in others.items()}
    (hit,) = hits(tree, "DOWN", (), *(differences or (STATE,)))
    return hit


def ways(hit: Hit) -> list[str]:
    return [f"{seen.look.subject} {seen.look.text}: {' > '.join(seen.look.way)}" for seen in hit.seen]


@pytest.mark.parametrize(
    ("modes", "who"),
    [
        ((), ["warm", "cold", "any"]),
        (("MODE_WARM",), ["warm", "any"]),
        (("MODE_COLD", "MODE_HOT"), ["cold", "any"]),
    ],
)
def test_only_handlers_of_the_runs_modes_are_hit(modes: tuple[str, ...], who: list[str]) -> None:
    body = NOTIFY.format("if (e->type == BUS_DOWN) { fan_off(); }")
    tree = {
        f"dev/{number}{name}.c": body + INIT.format(call)
        for number, (name, call) in enumerate(
            (
                ("warm", "bus_add(&f->n, fan_notify)"),
                ("cold", "bus_add_mode(&f->n, fan_notify, MODE_COLD)"),
                ("any", "bus_add_mode(&f->n, fan_notify, -1)"),
            )
        )
    }
    assert [hit.device[1:] for hit in hits(tree, "DOWN", modes)] == who
    assert hits(tree, "UP", modes) == []


def test_a_handler_of_which_it_could_not_be_told_is_hit_perhaps() -> None:
    hit = one_hit("far_away(n, e);")
    assert not hit.certain
    assert hit.lost == ("far_away()",)


def test_a_look_in_the_handler_itself() -> None:
    hit = one_hit("Bus *b = the_bus; if (e->type == BUS_DOWN && b->state == STATE_UP) { fan_off(); }")
    assert ways(hit) == ["state b->state: fan_notify"]
    assert hit.seen[0].before == ("STATE_DOWN",)
    assert hit.seen[0].after == ("STATE_UP",)
    assert hit.lost == ("fan_off()",)


def test_a_library_sees_what_it_is_given_and_nothing_else() -> None:
    body = "Bus *b = the_bus; if (e->type == BUS_DOWN) {{ close(fd); {} }}"
    blind = one_hit(body.format("strcpy(f->name, b->name);"))
    assert (blind.seen, blind.lost) == ((), ())
    assert ways(one_hit(body.format("strcpy(text, b->state);"))) == ["state b->state: fan_notify"]


def test_a_look_on_the_way_of_another_event_does_not_count() -> None:
    assert not one_hit(
        "if (e->type == BUS_UP && bus_lively()) { on(); } if (e->type == BUS_DOWN) { off(); }"
    ).seen


def test_a_look_through_helpers_files_and_function_pointers() -> None:
    hit = one_hit(
        "if (e->type == BUS_DOWN) { rotor_stop(n); }",
        "static void fan_brake(Rotor *r) { if (bus_lively()) { brake(); } }\n"
        "static const RotorOps fan_ops = { .stop = fan_brake };\n",
        dev_rotor="static void one_stop(Rotor *r) { r->ops->stop(r); }\n"
        "void rotor_stop(N *n) { one_stop(rotor_of(n)); }\n",
    )
    assert ways(hit) == [
        "state b->state: fan_notify > rotor_stop > one_stop > .stop = fan_brake > bus_lively"
    ]
    assert str(hit.seen[0].look.where) == "bus/bus.c:4"
    assert (hit.seen[0].answered, hit.seen[0].answers) == (("0",), ("1",))
    assert set(hit.lost) == {"rotor_of()", "brake()"}


def test_a_predicate_that_answers_the_same_at_both_places_sees_nothing() -> None:
    same = Difference("state", frozenset({"STATE_DOWN"}), frozenset({"STATE_LOST"}))
    assert not one_hit("if (e->type == BUS_DOWN && bus_lively()) { fan_off(); }", "", same).seen


def test_an_answer_that_could_not_be_told_is_shown_without_one() -> None:
    hit = one_hit(
        "if (e->type == BUS_DOWN) { follow(); }",
        "static void follow(void) { Bus *b = the_bus; x(b->state); }",
    )
    assert ways(hit) == ["state b->state: fan_notify > follow"]
    assert (hit.seen[0].answered, hit.seen[0].answers) == ((), ())


def test_a_predicate_of_the_profile_is_a_look() -> None:
    hit = one_hit("if (e->type == BUS_DOWN && bus_state() == STATE_UP) { fan_off(); }")
    assert ways(hit) == ["state bus_state(): fan_notify"]


def test_what_only_writes_or_hands_on_an_address_does_not_look() -> None:
    body = (
        "Bus *b = the_bus; if (e->type == BUS_DOWN) { b->state = STATE_UP; bus_set(&b->state, STATE_DOWN); }"
    )
    assert not one_hit(body).seen


def test_a_member_of_the_same_name_in_another_type_is_no_look() -> None:
    assert not one_hit("Fan *f = fan_of(n); if (e->type == BUS_DOWN && f->state) { fan_off(); }").seen


def test_a_landmark_is_seen_by_the_calls_the_profile_names() -> None:
    moved = Difference("spin", frozenset({"1"}), frozenset({"0"}))
    hit = one_hit("if (e->type == BUS_DOWN && fan_spins()) { fan_off(); }", "", moved)
    assert ways(hit) == ["spin fan_spins(): fan_notify"]


def test_without_a_difference_nothing_is_looked_for() -> None:
    tree = {
        "dev/fan.c": NOTIFY.format("if (bus_lively()) { off(); }") + INIT.format("bus_add(&f->n, fan_notify)")
    }
    (hit,) = hits(tree)
    assert hit == Hit("DOWN", "fan", "fan_notify", found(tree)[0].where, True, (), ())


def test_recursion_ends() -> None:
    hit = one_hit(
        "if (e->type == BUS_DOWN) { a(); }", "static void b(void);\nstatic void a(void) { b(); }\n"
        "static void b(void) { a(); if (bus_lively()) { off(); } }\n"
    )  # fmt: skip
    assert [type(seen) for seen in hit.seen] == [Seen]
