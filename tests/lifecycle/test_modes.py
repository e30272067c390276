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


def test_a_way_out_has_the_modes_of_its_own_runs() -> None:
    """Both ways lead to the same end with the same word; each is taken in modes of its own."""
    both = ("if (o->mode == MODE_B) {", "if (check()) {", "%s", "return;", "}", "}")
    other = ("if (powered()) {", "%s", "goto out;", "}", "go();", "return;", "out:", "return;")
    before = body(*(line.replace("%s", "tell(NOTE_UP);") for line in (*both, *other)))
    after = body(*(line.replace("%s", "") for line in (*both, *other)))
    found = compared(before, after, profile=profile()).changes
    assert {change.way_out_words: change.modes for change in found} == {
        "run()": ("MODE_B",),
        "out: in run()": ("MODE_A",),
    }


def test_a_profile_without_modes_tells_none() -> None:
    (change,) = compared(body("tell(NOTE_UP);"), body("go();")).changes
    assert change.modes == ()
