"""What a patch changed: both stages on the same decisions, with cause, way out and witness."""

from __future__ import annotations

import pytest

from analyzer.lifecycle.lockstep import Lockstep, Pairing
from analyzer.model.profile import Interference
from analyzer.model.report import ChangeKind
from analyzer.model.witness import StepKind
from tests.builders import BOUNDS, HERE, body, changes, compared, said, scenario, stages, tiny

FAILING = (
    "if (first() < 0) {",
    "goto fail;",
    "}",
    "if (second() < 0) {",
    "goto fail;",
    "}",
    "tell(NOTE_UP);",
    "return;",
    "fail:",
    "clean();",
)
LOSING = body(*FAILING, "tell(NOTE_LOST);")
LOST = body(*FAILING)

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], list[str]]] = {
    "nothing": (("go();",), ("go();",), []),
    "added": (("go();",), ("go();", "tell(NOTE_UP);"), ["added: go -> go UP"]),
    "lost": (("go();", "tell(NOTE_UP);"), ("go();",), ["lost: go UP -> go"]),
    "duplicated": (("go();",), ("go();", "go();"), ["duplicated: go -> go go"]),
    "deduplicated": (("go();", "go();"), ("go();",), ["deduplicated: go go -> go"]),
    "reordered": (("go();", "tell(NOTE_UP);"), ("tell(NOTE_UP);", "go();"), ["reordered: go UP -> UP go"]),
    "context": (("lock();", "unlock();", "go();"), ("lock();", "go();", "unlock();"), ["context: go -> go"]),
    "tracked state is context": (
        ("move(&o->phase, PHASE_NEW, PHASE_BUSY);", "go();"),
        ("go();", "move(&o->phase, PHASE_NEW, PHASE_BUSY);"),
        ["context: go -> go"],
    ),
    "on some runs only": (
        ("if (check()) {", "tell(NOTE_UP);", "}", "go();"),
        ("if (check()) {", "}", "go();"),
        ["lost: UP go -> go"],
    ),
    "two decisions, one of which matters": (
        ("int a = one();", "int b = two();", "if (a) {", "tell(NOTE_UP);", "}", "if (b) {", "go();", "}"),
        ("int a = one();", "int b = two();", "if (b) {", "go();", "}"),
        ["lost: UP -> ", "lost: UP go -> go"],
    ),
    "the decisions are asked in another order": (
        ("int a = one();", "int b = two();", "if (a) {", "if (b) {", "go();", "}", "}"),
        ("int a = one();", "int b = two();", "if (b) {", "if (a) {", "go();", "}", "}"),
        [],
    ),
    "a guard is turned round, its meaning with it": (
        ("if (check()) {", "tell(NOTE_UP);", "}", "else {", "go();", "}"),
        ("if (!check()) {", "tell(NOTE_UP);", "}", "else {", "go();", "}"),
        ["lost: UP -> go", "lost: go -> UP"],
    ),
    "a run takes on the sequence of another": (
        ("if (check()) {", "tell(NOTE_UP);", "}", "go();"),
        ("if (other()) {", "}", "go();"),
        ["lost: UP go -> go"],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), KINDS.values(), ids=KINDS)
def test_kinds(before: tuple[str, ...], after: tuple[str, ...], expected: list[str]) -> None:
    assert changes(body(*before), body(*after)) == expected


def test_a_run_that_no_longer_ends_is_a_change() -> None:
    assert changes(body("go();"), body("go();", "for (;;) {", "sleep_for();", "}")) != []


def test_a_letter_in_another_function_has_moved() -> None:
    steps = ("static void one(void)\n{\n    %s\n}\n", "static void two(void)\n{\n    %s\n}\n")
    before = body("one();", "two();", before=(steps[0] % "go();", steps[1] % "trace_it();"))
    after = body("one();", "two();", before=(steps[0] % "trace_it();", steps[1] % "go();"))
    (change,) = compared(before, after).changes
    assert change.kind is ChangeKind.MOVED
    assert (change.before.letters[0].label, change.after.letters[0].label) == ("go@one", "go@two")


def test_a_lost_event_has_its_causes_inside_one_change() -> None:
    (change,) = compared(LOSING, LOST).changes
    assert said(change) == "lost: LOST -> "
    assert change.events == ("LOST",)
    assert [cause.text for cause in change.causes] == ["first() < 0: yes", "second() < 0: yes"]
    assert [cause.where.line for cause in change.causes] == [3, 6]
    assert {cause.function for cause in change.causes} == {"run"}


def test_the_way_out_is_where_the_causes_meet() -> None:
    (change,) = compared(LOSING, LOST).changes
    assert (change.way_out_words, change.way_out and change.way_out.line) == ("fail: in run()", 11)


def test_the_witness_leads_to_the_event_and_to_its_absence() -> None:
    (change,) = compared(LOSING, LOST).changes
    before = [(step.kind, step.text) for step in change.witness_before.steps]
    assert before[0] == (StepKind.DECISION, "first() < 0: yes")
    assert (StepKind.LETTER, "tell LOST") in before
    after = [(step.kind, step.text) for step in change.witness_after.steps]
    assert after[0] == (StepKind.DECISION, "first() < 0: yes")
    assert not any(kind is StepKind.LETTER for kind, _ in after)
    assert (change.witness_before.patch, change.witness_after.patch) == (0, 1)


def test_a_change_names_the_scenarios_that_show_it() -> None:
    profile = tiny(
        scenarios=(scenario("early", returned=()), scenario("cleaned", through=("clean",))),
    )
    (change,) = compared(LOSING, LOST, profile=profile).changes
    assert change.scenarios == ("cleaned", "early")


def test_a_stage_compared_with_itself_has_no_change() -> None:
    assert changes(LOSING, LOSING) == []


def test_the_last_event_is_taken_away() -> None:
    before = body("if (check()) {", "tell(NOTE_UP);", "return;", "}", "trace_it();")
    after = body("if (check()) {", "return;", "}", "trace_it();")
    assert changes(before, after) == ["lost: UP -> "]
    assert changes(after, before) == ["added:  -> UP"]


def test_a_change_and_its_revert() -> None:
    assert changes(LOSING, LOST, LOSING) == ["added:  -> LOST"]


def test_a_patch_that_takes_another_entry_is_told() -> None:
    before = body("go();")
    after = "void walk(Object *o)\n{\n    tell(NOTE_UP);\n}\n"
    result = compared(before, after)
    assert result.changes or result.unknown


def test_a_stage_may_define_what_the_profile_calls_a_letter() -> None:
    """`go()` is a landmark, and its definition is in the files all the same: it is not executed."""
    own = "void go(void)\n{\n    if (ask()) {\n        tell(NOTE_LOST);\n    }\n}\n"
    before = body("tell(NOTE_UP);", "go();", before=(own,))
    after = body("tell(NOTE_UP);", "if (ask()) {", "go();", "}", before=(own,))
    assert changes(before, before.replace("NOTE_UP", "NOTE_DOWN")) == ["lost: UP go -> DOWN go"]
    assert changes(before, after) == ["lost: UP go -> UP"]


# --- two sides that go different ways -----------------------------------------------------------

CANCEL = "void cancel(Object *o)\n{\n    move(&o->phase, PHASE_BUSY, PHASE_CANCELLED);\n}\n"
CANCELLABLE = tiny(interference=(Interference("cancel", (), {"phase": ("PHASE_BUSY",)}, HERE),))
BUSY = "move(&o->phase, PHASE_NEW, PHASE_BUSY);"
SEEN = ("if (o->phase == PHASE_CANCELLED) {", "tell(NOTE_LOST);", "return;", "}")


@pytest.mark.parametrize("rest", ["", "if (last()) {\n        go();\n    }\n"], ids=["end", "choice"])
def test_where_the_other_side_does_not_come_any_more_nobody_cuts_in(rest: str) -> None:
    """Before, some runs do not look at the phase. That a cancel comes there and is seen after the patch is
    another order of tasks, and no change of such a run."""
    own = (CANCEL, f"static void finish(void)\n{{\n    go();\n    {rest}}}\n")
    before = body(BUSY, "if (check()) {", "finish();", "return;", "}", *SEEN, "finish();", before=own)
    after = body(BUSY, *SEEN, "finish();", before=own)
    assert changes(before, after, profile=CANCELLABLE) == []
    assert compared(before, after, profile=CANCELLABLE).dropped > 0


def pairs(before: str, after: str) -> tuple[Lockstep, int]:
    """The lockstep of two texts, and how many nodes the graphs of both have."""
    old, new = stages(before, after)
    found = Pairing((old.machine, old.graph), (new.machine, new.graph), BOUNDS).run()
    assert not found.exceeded
    assert not found.lost
    return found, len(old.graph.nodes) + len(new.graph.nodes)


def loop(*left: str) -> str:
    """Ten decisions in each round and after the loop; what is asked first in a round is known to its end."""
    asked = [line for n in range(10) for line in (f"if (ask{n}()) {{", "count();", "}")]
    return body(
        "int last = power();",
        "while (more()) {",
        *("last = power();", "if (fails()) {", "tell(NOTE_LOST);", *left, "}", *asked),
        "}",
        *("if (last) {", "go();", "}"),
        *("if (end0()) {", "go();", "}", "if (end1()) {", "tell(NOTE_UP);", "}"),
        before=("static int power(void)\n{\n    return read_it();\n}\n",),
    )


def test_a_side_that_goes_round_a_loop_which_the_other_left_does_not_multiply_its_states() -> None:
    found, nodes = pairs(loop("break;"), loop())
    assert len(found.nodes) < 8 * nodes


def test_how_far_one_side_is_ahead_without_consequence_is_not_counted() -> None:
    """What is read in a function may be read after the loop as well: its occurrences do not grow."""
    ask = "static int ask(void)\n{\n    the_object->phase = PHASE_BUSY;\n    return read_it();\n}\n"
    steps = ("int last = ask();", "while (more()) {", "last = ask();", "if (fails()) {", "%s", "}", "}")
    rest = ("while (again()) {", "last = ask();", "}", "if (last) {", "go();", "}")
    before, after = (
        body(*(one.replace("%s", x) for one in (*steps, *rest)), before=(ask,)) for x in ("break;", ";")
    )
    found, nodes = pairs(before, after)
    assert len(found.nodes) < 8 * nodes


def test_what_is_decided_alike_after_the_loop_is_still_one_decision() -> None:
    """The side that stays longer in the loop meets what the other decided after it."""
    steps = ("while (more()) {", "if (fails()) {", "%s", "}", "}", "if (ready()) {", "go();", "}")
    before, after = (body(*(one % text if "%s" in one else one for one in steps)) for text in ("break;", ";"))
    assert changes(before, after) == []
