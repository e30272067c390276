"""What a function does to its caller's locals through pointers."""

from __future__ import annotations

from tests.builders import body, changes, told

SET = "static void set(int *p, int v)\n{\n    *p = v;\n}\n"
ASK = ("if (x == 1) {", "tell(NOTE_UP);", "} else {", "tell(NOTE_DOWN);", "}")


def test_a_value_comes_back_through_a_pointer() -> None:
    assert told(body("int x = 0;", "set(&x, 1);", *ASK, before=(SET,))) == {"UP"}
    assert told(body("int x = 1;", "set(&x, 0);", *ASK, before=(SET,))) == {"DOWN"}


def test_a_value_that_only_some_runs_write() -> None:
    some = "static void set(int *p, int v)\n{\n    if (powered()) {\n        *p = v;\n    }\n}\n"
    assert told(body("int x = 0;", "set(&x, 1);", *ASK, before=(some,))) == {"UP", "DOWN"}
    assert told(body("int x = 1;", "set(&x, 1);", *ASK, before=(some,))) == {"UP"}


def test_a_value_is_read_through_a_pointer() -> None:
    look = "static void look(int *p)\n{\n    if (*p == 1) {\n        go();\n    }\n}\n"
    assert told(body("int x = 1;", "look(&x);", *ASK, before=(look,))) == {"go UP"}
    assert told(body("int x = 0;", "look(&x);", *ASK, before=(look,))) == {"DOWN"}


def test_a_pointer_is_handed_on() -> None:
    inner = "static void inner(int *p, int v)\n{\n    go();\n    *p = v;\n}\n"
    through = inner + "static void through(int *q)\n{\n    inner(q, 1);\n}\n"
    assert told(body("int x = 0;", "through(&x);", *ASK, before=(through,))) == {"go UP"}


def test_what_an_unknown_call_does_to_it_is_not_known() -> None:
    through = "static void through(int *q)\n{\n    *q = 0;\n    other(q);\n}\n"
    assert told(body("int x = 0;", "through(&x);", *ASK, before=(through,))) == {"UP", "DOWN"}


def test_a_function_that_may_do_anything_to_it() -> None:
    """It is executed for its letter; what becomes of the local behind the pointer is not told."""
    through = "static void through(Box *q)\n{\n    go();\n    other(q);\n}\n"
    assert told(body("int x = 0;", "through(&x);", *ASK, before=(through,))) == {"go UP", "go DOWN"}


def test_a_state_written_by_the_value_behind_a_pointer() -> None:
    step = (
        "static void step(Object *o, int *was, int to)\n{\n"
        "    move(&o->phase, *was, to);\n    *was = to;\n}\n"
    )
    text = body(
        "int was = PHASE_NEW;",
        "step(o, &was, PHASE_UP);",
        "step(o, &was, PHASE_DOWN);",
        "if (o->phase == PHASE_DOWN) {",
        "tell(NOTE_DOWN);",
        "}",
        before=(step,),
    )
    assert told(text) == {"DOWN"}


def test_a_part_taken_out_with_a_pointer_is_no_change() -> None:
    inside = body("int x = 0;", "if (ask()) {", "x = 1;", "}", *ASK)
    outside = body(
        "int x = 0;",
        "set(&x);",
        *ASK,
        before=("static void set(int *p)\n{\n    if (ask()) {\n        *p = 1;\n    }\n}\n",),
    )
    assert changes(inside, outside) == []
