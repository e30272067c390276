"""Sequences of small texts: what control flow does to the order of events."""

from __future__ import annotations

import pytest

from tests.builders import body, changes, told

CASES: dict[str, tuple[str, set[str]]] = {
    "straight on": (body("tell(NOTE_UP);", "go();", "tell(NOTE_DOWN);"), {"UP go DOWN"}),
    "nothing at all": (body("trace_it();"), {""}),
    "nothing at all, whatever is decided": (body("if (check()) {", "return;", "}", "trace_it();"), {""}),
    "a decision": (body("if (check()) {", "tell(NOTE_UP);", "}", "tell(NOTE_DOWN);"), {"UP DOWN", "DOWN"}),
    "early return": (body("if (check() < 0) {", "return;", "}", "tell(NOTE_UP);"), {"", "UP"}),
    "goto": (
        body(
            "if (check() < 0) {", "goto fail;", "}", "tell(NOTE_UP);", "return;", "fail:", "tell(NOTE_LOST);"
        ),
        {"UP", "LOST"},
    ),
    "goto back, the loop is left": (
        body("again:", "if (check() > 0) {", "go();", "goto again;", "}", "tell(NOTE_DOWN);"),
        {"DOWN", "go* DOWN"},
    ),
    "switch": (
        body(
            "switch (kind()) {",
            "case 1:",
            "tell(NOTE_UP);",
            "break;",
            "case 2:",
            "tell(NOTE_DOWN);",
            "break;",
            "default:",
            "break;",
            "}",
        ),
        {"UP", "DOWN", ""},
    ),
    "switch with fallthrough": (
        body("switch (kind()) {", "case 1:", "tell(NOTE_UP);", "case 2:", "tell(NOTE_DOWN);", "}"),
        {"UP DOWN", "DOWN", ""},
    ),
    "switch without a default goes on": (
        body("switch (kind()) {", "case 1:", "return;", "}", "go();"),
        {"", "go"},
    ),
    "and stops at the first that is false": (
        body("if (one() && two()) {", "tell(NOTE_UP);", "}", "else {", "tell(NOTE_DOWN);", "}"),
        {"UP", "DOWN"},
    ),
    "or": (body("if (one() || two()) {", "tell(NOTE_UP);", "}"), {"UP", ""}),
    "the same local is decided once": (
        body(
            "int ret = check();",
            "if (ret < 0) {",
            "tell(NOTE_LOST);",
            "}",
            "if (ret < 0) {",
            "go();",
            "}",
        ),
        {"LOST go", ""},
    ),
    "two calls are decided apart": (
        body("if (check() < 0) {", "tell(NOTE_LOST);", "}", "if (check() < 0) {", "go();", "}"),
        {"LOST go", "LOST", "go", ""},
    ),
    "a sign is learnt": (
        body(
            "int ret = check();",
            "if (ret < 0) {",
            "tell(NOTE_LOST);",
            "return;",
            "}",
            "if (ret == 0) {",
            "tell(NOTE_UP);",
            "} else if (ret > 0) {",
            "tell(NOTE_DOWN);",
            "} else {",
            "go();",
            "}",
        ),
        {"LOST", "UP", "DOWN"},
    ),
    "a constant decides": (body("int up = 0;", "if (up) {", "tell(NOTE_UP);", "}"), {""}),
    "a ternary gives the event": (
        body("tell(failed(o) ? NOTE_LOST : NOTE_DOWN);"),
        {"LOST", "DOWN"},
    ),
    "a local gives the event": (
        body("int note = NOTE_DOWN;", "if (failed(o)) {", "note = NOTE_LOST;", "}", "tell(note);"),
        {"LOST", "DOWN"},
    ),
    "a parameter gives the event": (
        body(
            "say(NOTE_UP);",
            "say(NOTE_DOWN);",
            before=("static void say(int note)\n{\n    tell(note);\n}\n",),
        ),
        {"UP DOWN"},
    ),
    "a result gives the event": (
        body(
            "tell(which(0));",
            before=(
                "static int which(int up)\n{\n    if (up) {\n        return NOTE_UP;\n    }\n"
                "    return NOTE_DOWN;\n}\n",
            ),
        ),
        {"DOWN"},
    ),
    "a switch on the constant": (
        body(
            "say(NOTE_UP);",
            before=(
                "static void say(int note)\n{\n    switch (note) {\n    case NOTE_UP:\n        go();\n"
                "        break;\n    case NOTE_DOWN:\n        tell(NOTE_LOST);\n        break;\n    }\n}\n",
            ),
        ),
        {"go"},
    ),
    "a prefix names an event that the profile does not": (body("tell(NOTE_ODD);"), {"ODD"}),
    "a loop is merged": (
        body("while (check() > 0) {", "go();", "}", "tell(NOTE_DOWN);"),
        {"DOWN", "go* DOWN"},
    ),
    "do runs at least once": (body("do {", "go();", "} while (check());"), {"go*"}),
    "a loop that emits nothing ends": (
        body("for (int i = 0; i < count(); i++) {", "trace_it(i);", "}", "go();"),
        {"go"},
    ),
    "break and continue": (
        body(
            "while (check() > 0) {",
            "if (odd()) {",
            "continue;",
            "}",
            "tell(NOTE_LOST);",
            "break;",
            "}",
            "go();",
        ),
        {"go", "LOST go"},
    ),
    "a loop without an end is blocked": (
        body("tell(NOTE_UP);", "for (;;) {", "sleep_for();", "}"),
        {"UP ..."},
    ),
    "a loop that may end is not": (body("while (check()) {", "sleep_for();", "}", "go();"), {"go"}),
    "abort ends the run": (body("if (check()) {", "abort();", "}", "go();"), {"", "go"}),
    "an assertion prunes": (
        body("int ret = check();", "assert(ret >= 0);", "if (ret < 0) {", "tell(NOTE_LOST);", "}", "go();"),
        {"go"},
    ),
    "an unknown call may change a local whose address it takes": (
        body("int up = 0;", "ask(&up);", "if (up) {", "tell(NOTE_UP);", "}"),
        {"UP", ""},
    ),
    "an unknown call changes no other local": (
        body("int up = 0;", "ask(up);", "if (up) {", "tell(NOTE_UP);", "}"),
        {""},
    ),
    "a global variable may hold anything": (
        body("if (verbose) {", "tell(NOTE_UP);", "}", "go();"),
        {"UP go", "go"},
    ),
    "arithmetic is unknown": (
        body("int n = 1;", "n = n + 1;", "if (n > 1) {", "tell(NOTE_UP);", "}"),
        {"UP", ""},
    ),
    "a static function of the same file": (
        body("step();", before=("static void step(void)\n{\n    tell(NOTE_UP);\n}\n",)),
        {"UP"},
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_control(text: str, expected: set[str]) -> None:
    assert told(text) == expected


def test_a_letter_says_in_which_function_it_happens() -> None:
    text = body("step();", "go();", before=("static void step(void)\n{\n    tell(NOTE_UP);\n}\n",))
    assert told(text, places=True) == {"UP@step go@run"}


def test_a_static_function_of_the_same_name_elsewhere_is_another_one() -> None:
    files = {
        "a.c": body("step();", before=("static void step(void)\n{\n    tell(NOTE_UP);\n}\n",)),
        "b.c": "static void step(void)\n{\n    tell(NOTE_LOST);\n}\n",
    }
    assert told(files) == {"UP"}
    assert told(dict(reversed(files.items()))) == {"UP"}


def test_a_branch_into_a_loop_without_end_makes_a_difference() -> None:
    text = body("tell(NOTE_UP);", "if (ask()) {", "for (;;) {", "rest();", "}", "}", "tell(NOTE_DOWN);")
    assert told(text) == {"UP DOWN", "UP ..."}


def test_what_is_said_to_change_nothing_is_not_executed() -> None:
    """But if it tells something, or a patch touches it."""

    def text(inside: str) -> str:
        own = f"static void trace_it(Object *o)\n{{\n    {inside}\n}}\n"
        return body(
            "tell(NOTE_UP);", "trace_it(o);", "if (o->phase == PHASE_UP) {", "go();", "}", before=(own,)
        )

    quiet = text("move(&o->phase, PHASE_NEW, PHASE_UP);")
    assert told(quiet) == {"UP"}
    assert told(text("tell(NOTE_DOWN); move(&o->phase, PHASE_NEW, PHASE_UP);")) == {"UP DOWN go"}
    assert changes(text("later_on();"), quiet) == ["added: UP -> UP go"]


def test_a_stub_in_a_header_is_not_the_function() -> None:
    """Of two definitions the one in the source file is executed, at every stage, in any order."""
    header = "static inline void finish(Object *o) { }\n"
    use = body("finish(o);")

    def tree(event: str) -> dict[str, str]:
        return {"a.h": header, "life.c": use, "z.c": f"void finish(Object *o)\n{{\n    tell({event});\n}}\n"}

    assert told(tree("NOTE_UP")) == {"UP"}
    assert changes(tree("NOTE_UP"), tree("NOTE_DOWN")) == ["lost: UP -> DOWN"]


def test_nor_is_one_in_a_file_of_stubs() -> None:
    tree = {
        "dev/finish-stubs.c": "void finish(Object *o)\n{\n}\n",
        "dev/finish.c": "void finish(Object *o)\n{\n    tell(NOTE_UP);\n}\n",
        "life.c": body("finish(o);"),
    }
    assert told(tree) == {"UP"}
