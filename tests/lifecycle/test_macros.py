"""A macro that stands for one call is that call."""

from __future__ import annotations

import pytest

from tests.builders import body, changes, told

EXPANDED = {
    "a call": "#define announce(note) tell(note)\n",
    "with words of its own": "#define announce(note) tell(NOTE_UP)\n",
    "other parameters": "#define announce(which) tell(which);\n",
    "another name": "#define announce tell\n",
    "a macro of a macro": "#define say(a) tell(a)\n#define announce(b) say(b)\n",
    "a function": "static void say(int note)\n{\n    tell(note);\n}\n#define announce(note) say(note)\n",
    "twice the same": "#define announce(note) tell(note)\n#define announce(note) tell(note)\n",
}
LEFT = {
    "two definitions": "#define announce(note) tell(note)\n#define announce(note) forget(note)\n",
    "other arguments": "#define announce(note, more) tell(note)\n",
    "itself": "#define announce(note) announce(note)\n",
    "in a circle": "#define announce(note) say(note)\n#define say(note) announce(note)\n",
    "nothing known": "#define announce(note) forget(note)\n",
}


@pytest.mark.parametrize("macro", EXPANDED.values(), ids=EXPANDED)
def test_the_call_it_stands_for_is_made(macro: str) -> None:
    assert told(macro + body("announce(NOTE_UP);", "go();")) == {"UP go"}


@pytest.mark.parametrize("macro", LEFT.values(), ids=LEFT)
def test_any_other_is_a_call_that_nobody_knows(macro: str) -> None:
    assert told(macro + body("announce(NOTE_UP);", "go();")) == {"go"}


def test_a_name_that_means_something_is_not_expanded() -> None:
    assert told("#define go() go_at(__FILE__, __LINE__)\n" + body("go();")) == {"go"}


def test_a_function_is_not_expanded() -> None:
    text = "#define announce(note) tell(note)\nstatic void announce(int note)\n{\n    go();\n}\n"
    assert told(text + body("announce(NOTE_UP);")) == {"go"}


def test_to_call_by_macro_is_no_change() -> None:
    plain = body("tell(NOTE_UP);", "go();")
    macro = "#define announce(note) tell(note)\n" + body("announce(NOTE_UP);", "go();")
    assert changes(plain, macro) == []
    assert changes(macro, "#define announce(note) tell(note)\n" + body("go();")) == ["lost: UP go -> go"]
