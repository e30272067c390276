"""Places keep their identity over a stage: decisions are matched by where their value comes from."""

from __future__ import annotations

from tests.builders import body, changes, stages

BASE = body(
    "int ret = first();",
    "if (ret < 0) {",
    "tell(NOTE_LOST);",
    "return;",
    "}",
    "if (second()) {",
    "tell(NOTE_UP);",
    "}",
)


def origins(text: str) -> list[set[str]]:
    """The identities of what is decided at each of two stages: the base and `text`."""
    return [
        {
            node.choice.origin[-1]
            for node in stage.graph.nodes
            if node.choice is not None and node.choice.token
        }
        for stage in stages(BASE, text)
    ]


def test_a_renamed_local_keeps_its_decision() -> None:
    before, after = origins(BASE.replace("ret", "status"))
    assert before == after


def test_an_inverted_branch_keeps_its_decision() -> None:
    before, after = origins(BASE.replace("if (second()) {", "if (!second()) {\n        ;\n    } else {"))
    assert before == after


def test_code_that_moves_to_another_function_keeps_its_decision() -> None:
    step = "static void step(Object *o)\n{\n    if (second()) {\n        tell(NOTE_UP);\n    }\n}\n\n"
    start = BASE.index("    if (second())")
    before, after = origins(step + BASE[:start] + "    step(o);\n}\n")
    assert before == after


def test_a_moved_function_keeps_its_decisions() -> None:
    step = (
        "static int ready(void)\n{\n    if (third()) {\n        go();\n        return 1;\n    }\n"
        "    return 0;\n}\n\n"
    )
    below = body("if (ready()) {", "tell(NOTE_UP);", "}")
    assert changes(step + below, "static int ready(void);\n\n" + below + "\n" + step) == []


def test_another_call_is_another_decision() -> None:
    before, after = origins(BASE.replace("second()", "third()"))
    assert len(before - after) == len(after - before) == 1


def test_a_new_call_of_the_same_function_is_another_decision() -> None:
    before, after = origins(
        BASE.replace("    if (second()) {", "    if (first()) {\n        go();\n    }\n    if (second()) {")
    )
    assert before < after


def test_the_same_call_in_another_argument_order_of_text_keeps_its_decision() -> None:
    assert changes(BASE, BASE.replace("first()", "first( /* now */ )")) == []


def test_two_calls_of_one_function_are_not_mixed_up() -> None:
    before = body("if (check(1)) {", "tell(NOTE_UP);", "}", "if (check(2)) {", "go();", "}")
    after = before.replace("void run(Object *o)\n{\n", "void run(Object *o)\n{\n    trace_it();\n")
    assert changes(before, after) == []


def test_swapped_events_of_two_calls_are_told() -> None:
    before = body("if (check(1)) {", "tell(NOTE_UP);", "}", "if (check(2)) {", "go();", "}")
    after = body("if (check(1)) {", "go();", "}", "if (check(2)) {", "tell(NOTE_UP);", "}")
    assert changes(before, after) != []


def test_a_renamed_function_keeps_its_place() -> None:
    step = "static void old_step(void)\n{\n    tell(NOTE_UP);\n}\n"
    before = body("old_step();", "if (check()) {", "old_step();", "}", before=(step,))
    assert changes(before, before.replace("old_step", "new_step")) == []


def test_a_renamed_constant_keeps_its_meaning() -> None:
    asks = ("o->phase = PHASE_BUSY;", "if (o->phase == PHASE_BUSY) {", "go();", "}")
    before = body(*asks, before=("enum Phase { PHASE_NEW, PHASE_BUSY };\n",))
    assert changes(before, before.replace("PHASE_BUSY", "PHASE_AT_WORK")) == []
