"""A tiny domain for tests of the engine: C texts in, sequences and changes out.

Events `tell(NOTE_*)` (UP, DOWN, LOST), landmark `go()`, tracked `Object.phase` with the compare-and-set
`move(&o->phase, from, to)`, the predicate `powered()`. `later(f, o)` defers, `spawn(f, o)` and
`spawn_in(&o->t, f, o)` start a thread, `join(o->t)` waits for one, `sleep_for()` waits; `lock()`, `unlock()`.
A run begins in `run()`. Nothing here is of any real domain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analyzer import cfront
from analyzer.lifecycle.changes import Compared, compare
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.sequences import listed
from analyzer.lifecycle.stages import Stage, bind
from analyzer.model import report
from analyzer.model.profile import (
    Deferral,
    Entry,
    EventCall,
    Landmark,
    Lock,
    Profile,
    Scenario,
    Selection,
    ThreadCall,
    Tracked,
    Writer,
)
from analyzer.model.report import Change, StageSequences
from analyzer.model.snapshot import Snapshot
from analyzer.model.summary import Dialect
from analyzer.model.unknown import Location
from analyzer.snapshots.texts import from_texts

HERE = Location("profile.toml", 1)
NOTES = {"NOTE_UP": "UP", "NOTE_DOWN": "DOWN", "NOTE_LOST": "LOST"}
BOUNDS = Bounds(seconds=20.0)
PATH = "life.c"


def tiny(**changes: Any) -> Profile:
    """The tiny profile with some of its parts exchanged."""
    profile = Profile(
        name="tiny",
        title="tiny",
        follows="1.0",
        source="profile.toml",
        dialect=Dialect(noreturn=("abort",)),
        model=(),
        inert=("trace_*",),
        asserts=("assert",),
        distinct=("PHASE_", "NOTE_"),
        constants={},
        events=(EventCall("tell", 0, "NOTE_", NOTES, "tell {}", HERE),),
        landmarks=(Landmark("go", "go", "", "go()", HERE),),
        tracked=(
            Tracked("phase", ("Object.phase",), (), (Writer("move", 0, 1, 2),), "PHASE_NEW", True, HERE),
            Tracked("power", (), ("powered",), (), "", False, HERE),
        ),
        exclusions=(),
        objects={"the_object": "Object"},
        deferrals=(Deferral("later", 0, 1, ("big",)),),
        threads=(ThreadCall("spawn", 0, 1), ThreadCall("spawn_in", 1, 2)),
        joins=("join",),
        waits=("sleep_for",),
        locks=(Lock("big", ("lock",), ("unlock",)),),
        entries=(Entry("run", (), {}, HERE),),
        interference=(),
        phases=(),
        scenarios=(),
        rules=(),
        registrations=(),
    )
    return replace(profile, **changes)


def scenario(name: str, **select: Any) -> Scenario:
    """A scenario of that id."""
    return Scenario(name, name.replace("-", " "), "", Selection(**select), "", HERE)


def snapshots(*texts: str | Mapping[str, str]) -> tuple[Snapshot, ...]:
    """A stage for each text, or for each set of files."""
    trees = [{PATH: text} if isinstance(text, str) else text for text in texts]
    return from_texts([(f"step {number}", tree) for number, tree in enumerate(trees)])


def stages(
    *texts: str | Mapping[str, str], profile: Profile | None = None, bounds: Bounds = BOUNDS
) -> list[Stage]:
    """The stages, bound to the profile."""
    profile = profile or tiny()
    bound = bind(snapshots(*texts), profile, cfront.Store(profile.dialect), bounds)
    assert all(stage is not None for stage in bound)
    return [stage for stage in bound if stage is not None]


def all_runs(stage: Stage, profile: Profile | None = None, bounds: Bounds = BOUNDS) -> StageSequences:
    """The sequences of every run of a stage."""
    return listed(stage, frozenset(stage.graph.ends()), "", profile or tiny(), bounds)


def spelled(sequence: report.Sequence, places: bool = False) -> str:
    """``UP DOWN go*``, with ``...`` behind it when the run is blocked."""
    letters = [(one.label if places else one.name) + "*" * one.repeats for one in sequence.letters]
    return " ".join([*letters, "..."] if sequence.blocked else letters)


def told(text: str | Mapping[str, str], profile: Profile | None = None, places: bool = False) -> set[str]:
    """The sequences of every run of one text; nothing of it may be unknown."""
    (stage,) = stages(text, profile=profile)
    result = all_runs(stage, profile)
    assert result.unknown == ()
    return {spelled(sequence, places) for sequence in result.sequences}


def doubts(text: str, profile: Profile | None = None, bounds: Bounds = BOUNDS) -> list[str]:
    """Why the sequences of a text cannot be told for certain."""
    (stage,) = stages(text, profile=profile, bounds=bounds)
    return [f"{one.what}: {one.why} {one.where}".strip() for one in all_runs(stage, profile, bounds).unknown]


def compared(
    *texts: str | Mapping[str, str], profile: Profile | None = None, bounds: Bounds = BOUNDS
) -> Compared:
    """What the last stage changed in the one before it."""
    before, after = stages(*texts, profile=profile, bounds=bounds)[-2:]
    return compare(before, after, profile or tiny(), bounds)


def changes(*texts: str | Mapping[str, str], profile: Profile | None = None) -> list[str]:
    """``lost: UP DOWN -> UP`` for each change of the last stage; nothing of it may be unknown."""
    result = compared(*texts, profile=profile)
    assert result.unknown == ()
    return [said(change) for change in result.changes]


def said(change: Change) -> str:
    """A change in one line."""
    return f"{change.kind.value}: {spelled(change.before)} -> {spelled(change.after)}"


def sequences(stage: Stage, profile: Profile) -> set[tuple[str, ...]]:
    """All words of a stage, with the places of their letters."""
    return {
        (*(one.label + "*" * one.repeats for one in found.letters), *(("...",) if found.blocked else ()))
        for found in all_runs(stage, profile).sequences
    }


def body(*statements: str, before: Sequence[str] = ()) -> str:
    """`run()` made of statements, after other definitions."""
    lines = "".join(f"    {statement}\n" for statement in statements)
    return "\n".join([*before, f"void run(Object *o)\n{{\n{lines}}}\n"])
