"""Calls through the fields of a structure, into which initialisers put functions."""

from __future__ import annotations

from tests.builders import changes, told

TABLE = (
    "static void loud(Object *o) { tell(NOTE_UP); }\n"
    "static void silent(Object *o) { count(o); }\n"
    "static const Ops ops = { .inner = { .begin = loud }, .end = silent };\n"
)
RUN = "void run(Object *o) { o->ops->inner.begin(o); go(); }\n"


def test_a_function_in_a_field_may_be_the_one_that_is_called() -> None:
    assert told(TABLE + RUN) == {"UP go", "go"}


def test_a_function_that_does_nothing_is_not_asked_about() -> None:
    assert told(TABLE + RUN.replace("inner.begin", "end")) == {"go"}


def test_a_function_with_other_parameters_is_not_the_one() -> None:
    assert told(TABLE + RUN.replace("begin(o)", "begin(o, 1)")) == {"go"}


def test_a_function_that_is_put_into_a_field_by_hand() -> None:
    text = TABLE.replace(".inner = { .begin = loud }, ", "") + "void set(Ops *p) { p->begin = loud; }\n"
    assert told(text + RUN) == {"UP go", "go"}


def test_a_call_in_place_of_the_pointer_is_a_change() -> None:
    assert changes(TABLE + RUN, TABLE + RUN.replace("o->ops->inner.begin(o)", "loud(o)"))


def test_another_name_of_the_function_is_none() -> None:
    assert not changes(TABLE + RUN, (TABLE + RUN).replace("loud", "noisy"))
