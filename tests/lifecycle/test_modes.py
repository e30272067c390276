"""The modes that the runs of a change may have, also after they have forgotten what excluded the others."""

from __future__ import annotations

import pytest

from analyzer.model.profile import Exclusion, Profile, Registration, Tracked
from tests.builders import HERE, body, compared, tiny

MODES = ("MODE_A", "MODE_B", "MODE_C")


def profile() -> Profile:
    plain = tiny()
    exclusion = Exclusion({"mode": ("MODE_B", "MODE_C"), "power": ("1",)}, "power needs A", HERE)
    return tiny(
        tracked=(*plain.tracked, Tracked("mode", ("Object.mode",), (), (), "", False, HERE)),
        distinct=(*plain.distinct, "MODE_"),
        exclusions=(exclusion,),
        registrations=(Registration("listen", 1, -1, "MODE_A"),),
        mode="mode",
    )


@pytest.mark.parametrize(
    ("guard", "modes"),
    [
        ("if (check()) {", ()),
        ("if (powered()) {", ("MODE_A",)),
        ("if (!powered()) {", ()),
        ("if (o->mode == MODE_B) {", ("MODE_B",)),
        ("if (o->mode != MODE_B) {", ("MODE_A", "MODE_C")),
        ("if (o->mode != MODE_B && powered()) {", ("MODE_A",)),
        ("if (powered() || o->mode == MODE_C) {", ("MODE_A", "MODE_C")),
        ("if (powered() && o->mode == MODE_C) {", None),
    ],
)
def test_the_modes_of_the_runs_that_a_change_is_about(guard: str, modes: tuple[str, ...] | None) -> None:
    before = body(guard, "tell(NOTE_UP);", "}", "check();", "go();")
    after = body(guard, "}", "check();", "go();")
    found = [change.modes for change in compared(before, after, profile=profile()).changes]
    assert found == ([] if modes is None else [modes])


def test_a_profile_without_modes_tells_none() -> None:
    (change,) = compared(body("tell(NOTE_UP);"), body("go();")).changes
    assert change.modes == ()
