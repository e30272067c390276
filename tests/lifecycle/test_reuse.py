"""What a stage takes over from the one before it is what executing it anew would give."""

from __future__ import annotations

import pytest

from analyzer.lifecycle.explore import Bounds, Graph, explore
from analyzer.lifecycle.machine import Machine
from tests.builders import stages

DOWN = "int down(Object *o) { if (halt(o)) { return -1; } tell(NOTE_DOWN); return 0; }\n"
RUN = (
    "void behind(Object *o) { if (o->phase == PHASE_NEW) { tell(NOTE_LOST); } }\n"
    "void run(Object *o) { if (ready(o)) { tell(NOTE_UP); } later(behind, o); lock(); unlock();"
    " if (!down(o)) { go(); } }\n"
)
EDITS = {
    "nothing": RUN,
    "lines move": RUN.replace("later(behind", "\n\nlater(behind"),
    "an event is added behind": RUN.replace("go();", "go(); tell(NOTE_LOST);"),
    "an event is added before": RUN.replace("if (ready", "tell(NOTE_LOST); if (ready"),
    "a decision is turned round": RUN.replace("if (!down(o))", "if (down(o)) { } else"),
    "a write comes": RUN.replace("lock();", "move(&o->phase, PHASE_NEW, PHASE_OLD); lock();", 1),
    "what is deferred changes": RUN.replace("PHASE_NEW) {", "PHASE_OLD) {"),
    "a callee changes": "",
}


def _shape(graph: Graph) -> object:
    """A graph without the numbers of its nodes and the places of its letters."""
    return {
        (
            node.state,
            node.end,
            tuple(
                (
                    e.option,
                    tuple((m.name, m.function, m.spot) for m in e.emitted),
                    graph.nodes[e.target].state,
                )
                for e in node.edges
            ),
        )
        for node in graph.nodes
    }


@pytest.mark.parametrize("name", EDITS)
def test_a_stage_taken_over_is_the_stage_executed_anew(name: str) -> None:
    down = DOWN if EDITS[name] else DOWN.replace("return 0", "halt(o); return 0")
    before, after = stages(DOWN + RUN, down + (EDITS[name] or RUN))
    assert _shape(after.graph) == _shape(explore(after.machine, Bounds()))
    assert len(before.graph.nodes) > 2


def test_what_is_common_is_not_executed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0

    def counted(machine: Machine, *rest: object) -> object:
        nonlocal steps
        steps += 1
        return advance(machine, *rest)  # type: ignore[arg-type]

    advance = Machine.advance
    monkeypatch.setattr(Machine, "advance", counted)
    stages(DOWN + RUN)
    alone, steps = steps, 0
    stages(DOWN + RUN, DOWN + "\n\n" + RUN)
    assert steps == alone + 1  # the way into the graph is always executed
