"""The events a handler acts on: it is run once for each, and what it does then counts."""

from __future__ import annotations

import pytest

from tests.subscribers.sample import BY_CHAIN, BY_STATE, found, handler


@pytest.mark.parametrize(
    ("body", "events"),
    [
        ("if (e->type == BUS_UP) { fan_on(); } return 0;", ["UP"]),
        ("if (e->type != BUS_UP) { return 0; } fan_on(); return 0;", ["UP"]),
        ("if (!(e->type == BUS_UP)) { fan_off(); } return 0;", ["DOWN", "BROKEN"]),
        ("if (e->type == BUS_UP || e->type == BUS_DOWN) { fan_on(); } return 0;", ["UP", "DOWN"]),
        ("if (BUS_DOWN == e->type && fan_ready()) { fan_off(); } return 0;", ["DOWN"]),
        ("if (e->type == BUS_UP) on(); else if (e->type == BUS_BROKEN) off(); return 0;", ["UP", "BROKEN"]),
        ("BusEventType type = e->type; if (type == BUS_DOWN) { fan_off(); } return 0;", ["DOWN"]),
        ("bool up = e->type == BUS_UP; if (!up) { return 0; } fan_on(); return 0;", ["UP"]),
        ("bool go = false; if (e->type == BUS_UP) { go = true; } if (go) { fan_on(); } return 0;", ["UP"]),
        ("BusEvent copy = *e; if (copy.type == BUS_UP) { fan_on(); } return 0;", ["UP"]),
        ("fan_on(); return 0;", ["UP", "DOWN", "BROKEN"]),
        ("return 0;", []),
        # a result that is not zero refuses
        ("if (e->type == BUS_UP && !fan_ready()) { return -1; } return 0;", ["UP"]),
        ("if (e->type == BUS_UP) { return -EBUSY; } return 0;", ["UP"]),
        ("int ret = 0; if (e->type == BUS_UP) { ret = fan_on(); } return ret;", ["UP"]),
        ("return fan_follow(n);", ["UP", "DOWN", "BROKEN"]),
        # writes
        ("Fan *f = container_of(n, Fan, n); if (e->type == BUS_DOWN) { f->speed = 0; } return 0;", ["DOWN"]),
        ("if (e->type == BUS_DOWN) { running = false; } return 0;", ["DOWN"]),
        ("int seen = 0; Speed s; if (e->type == BUS_DOWN) { seen = 1; s.value = 3; } return 0;", []),
        ("count++; if (e->type == BUS_DOWN) { fan_off(); } return 0;", ["UP", "DOWN", "BROKEN"]),
        # what is no deed
        ("trace_fan(e->type); if (e->type == BUS_UP) { log_it(e); } return 0;", []),
        ("big_lock(); if (e->type == BUS_UP) { fan_on(); } big_unlock(); return 0;", ["UP"]),
        ("Fan *f = find(n); if (!f) { return 0; } if (e->type == BUS_UP) { f->on = 1; } return 0;", ["UP"]),
        ("Fan *f = fan_find(n); if (f) { fan_on(f); } return 0;", ["UP", "DOWN", "BROKEN"]),
        ("assert(e->type != BUS_DOWN); fan_on(); return 0;", ["UP", "BROKEN"]),
        ("if (!e) { fan_off(); } return 0;", []),
    ],
)  # fmt: skip
def test_a_handler_acts_where_it_does_something(body: str, events: list[str]) -> None:
    one = handler(body)
    assert (list(one.events), one.perhaps, one.unknown) == (events, (), ())


@pytest.mark.parametrize(
    ("cases", "events"),
    [
        ("case BUS_UP: fan_on(); break; case BUS_DOWN: fan_off(); break; default: break;", ["UP", "DOWN"]),
        ("case BUS_UP: case BUS_DOWN: fan_on(); break;", ["UP", "DOWN"]),
        ("case BUS_UP: prepared = 1; /* fall through */ case BUS_DOWN: break;", ["UP"]),
        ("case BUS_UP: break; default: fan_off();", ["DOWN", "BROKEN"]),
        ("case BUS_UP: return 0; default: fan_off();", ["DOWN", "BROKEN"]),
        ("case BUS_UP: break; case BUS_DOWN: fan_off(); case BUS_BROKEN: fan_stop();", ["DOWN", "BROKEN"]),
    ],
)
def test_a_switch_with_its_ways(cases: str, events: list[str]) -> None:
    assert list(handler(f"switch (e->type) {{ {cases} }} return 0;").events) == events


@pytest.mark.parametrize(
    "helper",
    [
        "static void follow(Fan *f, BusEvent *e) { if (e->type == BUS_DOWN) { f->speed = 0; } }",
        "static void deeper(Fan *f, BusEventType t) { if (t == BUS_DOWN) { fan_off(); } }\n"
        "static void follow(Fan *f, BusEvent *e) { deeper(f, e->type); }",
        "static bool is_end(BusEvent *e) { return e->type == BUS_DOWN; }\n"
        "static void follow(Fan *f, BusEvent *e) { if (!is_end(e)) { return; } fan_off(); }",
        "static BusEventType kind(const BusEvent *e) { return e->type; }\n"
        "static void follow(Fan *f, BusEvent *e) { switch (kind(e)) { case BUS_DOWN: fan_off(); } }",
        "struct Ops { void (*go)(Fan *, BusEvent *); };\n"
        "static void down(Fan *f, BusEvent *e) { if (e->type == BUS_DOWN) { fan_off(); } }\n"
        "static const struct Ops fan_ops = { .go = down };\n"
        "static void follow(Fan *f, BusEvent *e) { f->ops->go(f, e); }",
        "static void go_down(Fan *f) { fan_off(); }\n"
        "static void (*const table[])(Fan *) = { [BUS_DOWN] = go_down };\n"
        "static void follow(Fan *f, BusEvent *e) { if (table[e->type]) { table[e->type](f); } }",
    ],
    ids=["helper", "two deep", "predicate", "value", "field of functions", "table of functions"],
)
def test_what_gets_the_event_is_followed(helper: str) -> None:
    one = handler("follow(container_of(n, Fan, notifier), e); return 0;", helper)
    assert (one.events, one.perhaps) == (("DOWN",), ())


def test_a_helper_in_another_file_is_followed_and_a_static_one_there_is_not_it() -> None:
    tree = {
        "dev/fan.c": "int fan_notify(N *n, BusEvent *e) { follow(e); return 0; }\n"
        "void init(F *f) { bus_add(&f->n, fan_notify); }",
        "dev/a.c": "static void follow(BusEvent *e) { if (e->type == BUS_UP) { a_up(); } }",
        "dev/b.c": "void follow(BusEvent *e) { if (e->type == BUS_DOWN) { b_down(); } }",
        "stubs/follow.c": "void follow(BusEvent *e) { }",
    }
    (one,) = found(tree)
    assert one.events == ("DOWN",)


def test_one_name_in_two_files_is_two_handlers() -> None:
    head = "static int notify(N *n, BusEvent *e) { if (e->type == %s) { act(); } return 0; }\n"
    init = "void %s(F *f) { bus_add(&f->n, notify); }"
    first, second = found(
        {"dev/a.c": head % "BUS_UP" + init % "a_init", "dev/b.c": head % "BUS_BROKEN" + init % "b_init"}
    )
    assert (first.events, str(first.defined)) == (("UP",), "dev/a.c:1")
    assert (second.events, str(second.defined)) == (("BROKEN",), "dev/b.c:1")


def test_an_event_that_the_profile_does_not_name_is_one_by_its_prefix() -> None:
    one = handler("if (e->type == BUS_PAUSED) { fan_off(); } return 0;")
    assert one.events == ("PAUSED",)


def test_a_name_for_a_constant_is_that_constant() -> None:
    one = handler("if (e->type == FAN_END) { fan_off(); } return 0;", "#define FAN_END BUS_DOWN")
    assert one.events == ("DOWN",)


@pytest.mark.parametrize(
    ("body", "certain", "why"),
    [
        ("far_away(n, e); return 0;", (), "far_away() gets the event, "),
        ("n->next(n, e); return 0;", (), "n->next() gets the event, and what it does could not be read"),
        ("if (1 << e->type & MASK) { on(); } return 0;", (), "the condition 1 << e->type & MASK is not"),
        ("if (e->type > BUS_UP) { fan_on(); } return 0;", (), "the condition e->type > BUS_UP is not "),
        ("if (e->type == BUS_UP) { fan_on(); } far_away(e); return 0;", ("UP",), "far_away() gets"),
        ("if (e->type == BUS_UP) { fan_on( } return 0;", (), "fan_notify() holds text that was not "),
    ],
)  # fmt: skip
def test_what_could_not_be_told_is_said(body: str, certain: tuple[str, ...], why: str) -> None:
    one = handler(body)
    assert one.events == certain
    assert set(one.events) | set(one.perhaps) == {"UP", "DOWN", "BROKEN"}
    assert any(doubt.why.startswith(why) for doubt in one.unknown), one.unknown
    assert all(doubt.where.startswith("dev/fan.c:") for doubt in one.unknown)


@pytest.mark.parametrize(
    "loop",
    [
        "for (int i = 0; i < n->many; i++) { if (e->type == BUS_UP) { fan_on(i); } }",
        "while (n->next) { total = total * 2 + 1; n = n->next; if (e->type == BUS_UP) { fan_on(total); } }",
        "again: if (e->type == BUS_UP) { fan_on(); } if (n->again) { goto again; }",
    ],
)
def test_loops_end(loop: str) -> None:
    assert handler(f"int total = 0; {loop} return 0;").events == ("UP",)


def test_a_helper_that_calls_itself_with_the_event_ends() -> None:
    helper = (
        "static void down(Fan *f, BusEvent *e);\n"
        "static void down(Fan *f, BusEvent *e) { if (f->child) { down(f->child, e); }\n"
        "    if (e->type == BUS_DOWN) { fan_off(); } }"
    )
    one = handler("down(container_of(n, Fan, notifier), e); return 0;", helper)
    assert (one.events, one.perhaps) == (("DOWN",), ())


def test_a_handler_with_too_many_ways_says_so() -> None:
    bits = "".join(f"int b{n} = 0; if (n->b{n}) {{ b{n} = 1; }}\n" for n in range(16))
    used = " ".join(f"use(b{n});" for n in range(16))
    one = handler(
        f"{bits} if (e->type == BUS_UP) {{ fan_on(); }} if (e->type == BUS_DOWN) {{ {used} }} return 0;"
    )
    assert set(one.events) | set(one.perhaps) == {"UP", "DOWN", "BROKEN"}
    assert "BROKEN" in one.perhaps
    assert any(doubt.why == "fan_notify() has too many ways through it" for doubt in one.unknown)


def test_a_handler_without_text_acts_on_nobody_knows_what() -> None:
    (one,) = found("void init(Fan *f) { bus_add(&f->n, elsewhere); }")
    assert one.events == ()
    assert one.perhaps == ("UP", "DOWN", "BROKEN")
    assert [doubt.why for doubt in one.unknown] == ["its definition was not found"]


CHAIN = """
static int fan_call(struct block *b, unsigned long action, void *x)
{
    switch (action) {
    case BUS_UP:
        fan_on();
        break;
    case BUS_DOWN:
        return SAID_BAD;
    default:
        return SAID_NOTHING;
    }
    return SAID_OK;
}
"""


@pytest.mark.parametrize(
    "registers",
    [
        "static struct block fan = { .call = fan_call };\nvoid init(void) { chain_register(&fan); }",
        "static struct { struct block b; } all = { .b = { .call = fan_call } };\n"
        "void init(void) { chain_register(&all.b); }",
        "void init(void) { cache.block.call = fan_call; chain_register(&cache.block); }",
        "void init(struct fan *f) { f->b.call = &fan_call; chain_register(&f->b); }",
        "void init(void) { static struct block b = { .call = fan_call }; chain_register(&b); }",
        "static struct block b[2] = { { .call = fan_call } };\nvoid init(void) { chain_register(&b[0]); }",
        "void init(void) { chain(fan_call, 0); }",
    ],
)
def test_a_handler_in_a_structure_that_gets_the_constant_itself(registers: str) -> None:
    (one,) = found(CHAIN + registers, BY_CHAIN)
    assert (one.handler, one.events, one.modes, one.unknown) == ("fan_call", ("UP", "DOWN"), (), ())


@pytest.mark.parametrize(
    ("body", "events"),
    [
        ("if (bus_is_up(b)) { fan_on(); }", ("UP",)),
        ("if (bus_is_up(b)) { fan_on(); } else if (bus_has_failed(b)) { fan_off(); }", ("UP", "BROKEN")),
        ("if (!bus_is_up(b)) { fan_off(); }", ("DOWN", "BROKEN")),
        ("if (over(b)) { fan_off(); }", ("DOWN", "BROKEN")),
        ("if (b->state == STATE_DOWN) { fan_off(); }", ("DOWN",)),
        ("switch (b->state) { case STATE_LOST: fan_off(); }", ("BROKEN",)),
        ("switch (b->state) { case STATE_WARM: fan_off(); }", ()),
        ("follow(b);", ("DOWN",)),
    ],
)
def test_a_handler_that_looks_at_the_state(body: str, events: tuple[str, ...]) -> None:
    (one,) = found(
        "static bool over(Bus *b) { return bus_is_down(b) || bus_has_failed(b); }\n"
        "static void follow(Bus *b) { if (bus_is_down(b)) { fan_off(); } }\n"
        f"static void fan_state(Notifier *n, void *data) {{ Bus *b = data; trace_fan(b->state); {body} }}\n"
        "void init(Fan *f) { f->watcher.notify = fan_state; bus_watch(&f->watcher); }",
        BY_STATE,
    )
    assert (one.handler, one.events, one.unknown) == ("fan_state", events, ())
