"""What a callee can only return any more decides what its callers may still read, and what may happen."""

from __future__ import annotations

import pytest

from tests.builders import stages, tiny

# From `last()` on, `body()` can only return one thing; from `next()` on, one of two.
TEXT = """
void last(Object *o) {{ if (loud(o)) {{ go(); }} }}
void next(Object *o) {{ if (loud(o)) {{ go(); }} }}
int body(Object *o) {{
    if (halt(o)) {{ last(o); return {over}; }}
    next(o);
    if (again(o)) {{ return STEP_AGAIN; }}
    return STEP_OVER;
}}
void run(Object *o) {{
    int urgent = ready(o);
    while (1) {{
        int step;
        if (urgent) {{ tell(NOTE_UP); }}
        step = body(o);
        {behind}
        if (o->phase == PHASE_NEW) {{ tell(NOTE_LOST); }}
    }}
    tell(NOTE_DOWN);
}}
"""
LEAVE = "if (step == STEP_OVER) { break; }"


def _held(inner: str, over: str = "STEP_OVER", behind: str = LEAVE) -> tuple[set[str], set[str]]:
    """The locals that `run()` may hold while `inner`, called by `body()`, is under way; what may follow."""
    profile = tiny(distinct=("PHASE_", "NOTE_", "STEP_"))
    (stage,) = stages(TEXT.format(over=over, behind=behind), profile=profile)
    held: set[str] = set()
    happens: set[str] = set()
    stacks = 0
    for node in stage.graph.nodes:
        frames = node.state.tasks[0].frames
        if [frame.function for frame in frames] == ["run", "body", inner]:
            stacks += 1
            held.update(name for name, _ in frames[0].env)
            happens |= stage.machine.follows(
                tuple((f.function, f.block, f.position, f.target) for f in frames)
            )
    assert stacks, f"no state in {inner}()"
    return held, happens


@pytest.mark.parametrize(
    "behind",
    [
        LEAVE,
        "if (STEP_OVER == step) { break; }",
        "if (step != STEP_OVER) { } else { break; }",
        "if (!(step != STEP_OVER)) { break; }",
        "switch (step) { case STEP_AGAIN: break; case STEP_OVER: return; }",
        "switch (step) { case STEP_AGAIN: break; default: return; }",
        "if (step == STEP_AGAIN) { continue; } else if (step == STEP_OVER) { return; }",
    ],
)
def test_what_stands_on_the_other_side_is_forgotten(behind: str) -> None:
    held, happens = _held("last", behind=behind)
    assert "urgent" not in held
    assert "read 0" not in happens


def test_an_integer_is_a_constant_as_well() -> None:
    held, _ = _held("last", over="-1", behind="if (step < 0) { break; }")
    assert "urgent" not in held


@pytest.mark.parametrize(
    ("over", "behind"),
    [
        ("STEP_AGAIN", LEAVE),
        ("STEP_OVER", "if (step == STEP_AGAIN) { break; }"),
        ("STEP_OVER", "step = other(o); " + LEAVE),
        ("STEP_OVER", "look(&step); " + LEAVE),
        ("STEP_OVER", "if (step == STEP_OVER && done(o)) { break; }"),
        ("STEP_OVER", "if (o->step == STEP_OVER) { break; }"),
        ("other(o)", LEAVE),
        ("o->step", LEAVE),
    ],
)
def test_what_may_still_be_read_is_kept(over: str, behind: str) -> None:
    held, happens = _held("last", over, behind)
    assert "urgent" in held
    assert "read 0" in happens


def test_where_several_constants_are_left_each_counts() -> None:
    held, happens = _held("next")
    assert "urgent" in held
    assert "read 0" in happens
