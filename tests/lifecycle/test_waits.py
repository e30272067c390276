"""A wait on a tracked variable goes on once it is not zero; another thread may see to that."""

from __future__ import annotations

from typing import Any

from analyzer.model.profile import Interference, Tracked, Writer
from tests.builders import HERE, tiny, told

DONE = Tracked("done", ("Object.done",), (), (Writer("raise_flag", 0, -1, -1, "1"),), "0", False, HERE)


def profile(**changes: Any) -> Any:
    return tiny(tracked=(*tiny().tracked, DONE), waits=("sleep_for",), **changes)


WAITING = "void run(Object *o) { tell(NOTE_UP); sleep_for(&o->done); tell(NOTE_DOWN); }\n"
OTHER = "void finish(Object *o) { Object *q = the_object; raise_flag(&q->done); }\n"


def test_nobody_ends_the_wait() -> None:
    assert told(WAITING, profile()) == {"UP ..."}


def test_a_wait_for_what_is_there_goes_on() -> None:
    text = WAITING.replace("sleep_for", "raise_flag(&o->done); sleep_for")
    assert told(text, profile()) == {"UP DOWN"}


def test_another_thread_ends_it() -> None:
    comes = profile(interference=(Interference("finish", (), {}, HERE),))
    assert "UP DOWN" in told(WAITING + OTHER, comes)


def test_a_wait_for_something_else_goes_on() -> None:
    assert told(WAITING.replace("&o->done", "&o->other"), profile()) == {"UP DOWN"}
