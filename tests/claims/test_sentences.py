"""Sentences: which phrasings are understood, as what, and the near misses that are left alone."""

from __future__ import annotations

import pytest

from analyzer.claims.stated import (
    Course,
    DuplicateStatement,
    NoChangeStatement,
    Often,
    OrderStatement,
    Side,
    Statement,
)
from analyzer.model.claim import Medium

from .sample import FAILED, FILLING, after, before, stated

ALWAYS, NEVER, SAID = Often.ALWAYS, Often.NEVER, Often.SAID
BEFORE, AFTER = Side.BEFORE, Side.AFTER
STOP, PUMP = ("STOP",), ("pump_on",)
PASSAGE = Course("passage", ("passage",))

ORDERS: dict[str, Statement] = {
    "After patch 3, STOP always comes before pump_on().": OrderStatement(
        after(3), STOP, BEFORE, PUMP, ALWAYS
    ),
    "After patch 3 STOP is notified before pump_on()": OrderStatement(after(3), STOP, BEFORE, PUMP, SAID),
    "Before patch 2, the STOP notification comes after pump_on().": OrderStatement(
        before(2), STOP, AFTER, PUMP, SAID
    ),
    "With patch 3, STOP never comes after the pump starts.": OrderStatement(
        after(3), STOP, AFTER, PUMP, NEVER
    ),
    "STOP always precedes pump_on() after patch 3.": OrderStatement(after(3), STOP, BEFORE, PUMP, ALWAYS),
    "Since patch 3 pump_on() comes only after STOP.": OrderStatement(after(3), PUMP, AFTER, STOP, ALWAYS),
    "After patch 3, in all cases STOP is sent prior to pump_on().": OrderStatement(
        after(3), STOP, BEFORE, PUMP, ALWAYS
    ),
    "Patch 3 changes the place of STOP notification so that it happens always before pump_on(), "
    "for both failed "
    "filling and passage.": OrderStatement(after(3), STOP, BEFORE, PUMP, ALWAYS, (FAILED, PASSAGE)),
    "Patch 3 moves STOP, so that it is notified before starting the pump.": OrderStatement(
        after(3), STOP, BEFORE, PUMP, SAID
    ),
    "After patch 3, for a failed filling, STOP comes before pump_on().": OrderStatement(
        after(3), STOP, BEFORE, PUMP, SAID, (FAILED,)
    ),
    "After patch 3 `STOP` *always* comes before `pump_on()` in every filling case.": OrderStatement(
        after(3), STOP, BEFORE, PUMP, ALWAYS, (FILLING,)
    ),
    "With this series, START always comes before STOP.": OrderStatement(
        after(0), ("START",), BEFORE, STOP, ALWAYS
    ),
    "Patch 2 keeps the order: STOP is still notified before pump_on().": OrderStatement(
        after(2), STOP, BEFORE, PUMP, SAID
    ),
    "pump_on() is never called before STOP was notified (after patch 2).": OrderStatement(
        after(2), PUMP, BEFORE, STOP, NEVER
    ),
    "With patch 2 applied, the listeners are told STOP before the pump starts.": OrderStatement(
        after(2), STOP, BEFORE, PUMP, SAID
    ),
    "After patch 3: STOP comes before pump_on().": OrderStatement(after(3), STOP, BEFORE, PUMP, SAID),
    "Patch 3: STOP always comes before pump_on().": OrderStatement(after(3), STOP, BEFORE, PUMP, ALWAYS),
    "Patch 3 makes sure that STOP comes before pump_on().": OrderStatement(
        after(3), STOP, BEFORE, PUMP, SAID
    ),
    "Patch 3 makes STOP always come before pump_on().": OrderStatement(after(3), STOP, BEFORE, PUMP, ALWAYS),
    "With patch 3, a failed filling still notifies STOP before pump_on().": OrderStatement(
        after(3), STOP, BEFORE, PUMP, SAID, (FAILED,)
    ),
    "STOP now comes before pump_on().": OrderStatement(after(0), STOP, BEFORE, PUMP, SAID),
    # A cover letter says what the series does.
    "STOP always comes before pump_on().": OrderStatement(after(0), STOP, BEFORE, PUMP, ALWAYS),
}
NO_CHANGES: dict[str, Statement] = {
    "No functional change intended.": NoChangeStatement(()),
    "This series makes no functional changes.": NoChangeStatement(()),
    "Patch 1: no functional change": NoChangeStatement((1,)),
    "Patch 1 is NFC.": NoChangeStatement((1,)),
    "Patch 1 only adds a trace, no functional change intended.": NoChangeStatement((1,)),
    "Patch 1 adds a trace, no functional change intended.": NoChangeStatement((1,)),
    "Patch 1 brings no change in behaviour.": NoChangeStatement((1,)),
    "Patch 2 does not change behavior": NoChangeStatement((2,)),
    "Patch 2 changes nothing.": NoChangeStatement((2,)),
    "Patches 1-2 do not change any behaviour.": NoChangeStatement((1, 2)),
    "Patches 1 and 2 don't introduce any functional change.": NoChangeStatement((1, 2)),
    "No behavioral changes are expected from patch 2.": NoChangeStatement((2,)),
    "Patches 1 and 2 have no functional change.": NoChangeStatement((1, 2)),
    "Patches 1-3 contain no behavioral change.": NoChangeStatement((1, 2, 3)),
    "- Patch 1: pure refactoring without any functional change": NoChangeStatement((1,)),
    "No functional change in patch 2.": NoChangeStatement((2,)),
    "Patch 2 makes no functional change for a failed filling.": NoChangeStatement((2,), (FAILED,)),
    "There should be no functional change.": NoChangeStatement(()),
}
DUPLICATES: dict[str, Statement] = {
    "Patch 2 only fixes the duplicate.": DuplicateStatement(2, (), True),
    "So patch 2 fixes the duplicate issue, and only fixes that.": DuplicateStatement(2, (), True),
    "Patch 2 fixes the duplicate issue.": DuplicateStatement(2, (), False),
    "Patch 2 fixes the duplicate STOP and does not change anything else.": DuplicateStatement(2, STOP, True),
    "Patch 2 removes the duplicated STOP notification and nothing else.": DuplicateStatement(2, STOP, True),
    "Patch 2 just drops the double notification of START/STOP.": DuplicateStatement(
        2, ("START", "STOP"), True
    ),
    "Patch 2: fixes only the duplicate STOP for a failed filling": DuplicateStatement(
        2, STOP, True, (FAILED,)
    ),
}


@pytest.mark.parametrize("sentence", [*ORDERS, *NO_CHANGES, *DUPLICATES])
def test_a_sentence_states_one_thing(sentence: str) -> None:
    wanted = [{**ORDERS, **NO_CHANGES, **DUPLICATES}[sentence]]
    assert stated(sentence) == wanted
    assert stated(f"Here is the next version.\n\n{sentence}\n\nThe gates are painted.") == wanted


def test_a_sentence_may_go_over_several_lines() -> None:
    text = "It is loud. After patch 3, STOP always\ncomes before\npump_on(). It is old."
    assert stated(text) == [OrderStatement(after(3), STOP, BEFORE, PUMP, ALWAYS)]


IN_A_MESSAGE: dict[str, Statement | None] = {
    "No functional change intended.": NoChangeStatement((2,)),
    "This patch makes no functional change.": NoChangeStatement((2,)),
    "With this patch STOP comes before pump_on().": OrderStatement(after(2), STOP, BEFORE, PUMP, SAID),
    "Before this patch, STOP came after pump_on().": None,  # "came" is no word for it
    "Before this patch, STOP was notified after pump_on().": OrderStatement(
        before(2), STOP, AFTER, PUMP, SAID
    ),
    "This patch moves STOP so that it always comes before pump_on().": OrderStatement(
        after(2), STOP, BEFORE, PUMP, ALWAYS
    ),
    "Only fix the duplicate.": DuplicateStatement(2, (), True),
    "This change only removes the duplicate STOP.": DuplicateStatement(2, STOP, True),
    "STOP now comes before pump_on().": OrderStatement(after(2), STOP, BEFORE, PUMP, SAID),
    # Whether this is so before or after the patch is not said.
    "STOP always comes before pump_on().": None,
    "STOP is notified after pump_on().": None,
}


@pytest.mark.parametrize("sentence", IN_A_MESSAGE)
def test_a_message_is_about_its_own_patch(sentence: str) -> None:
    expected = IN_A_MESSAGE[sentence]
    found = stated(sentence, Medium.MESSAGE, patch=2, title="gate: paint it")
    assert found == ([] if expected is None else [expected])


TITLES: dict[str, Statement | None] = {
    "gate: Notify STOP before the pump starts": OrderStatement(after(2), STOP, BEFORE, PUMP, SAID),
    "canal/gate: Notify STOP before starting pump": OrderStatement(after(2), STOP, BEFORE, PUMP, SAID),
    "gate: Fix double notification of STOP": DuplicateStatement(2, STOP, False),
    "gate: Rename the lever (NFC)": None,
    "gate: no functional change": NoChangeStatement((2,)),
    "gate: Notify STOP early": None,
    # A duplicate of what?
    "gate: Remove duplicates": None,
    "gate: Fix double free": None,
    "gate: Drop the duplicate event": DuplicateStatement(2, (), False),
    "gate: Do not notify STOP before the pump starts": None,
}


@pytest.mark.parametrize("title", TITLES)
def test_a_title_says_what_its_patch_brings_about(title: str) -> None:
    expected = TITLES[title]
    found = stated("Some words.", Medium.MESSAGE, patch=2, title=title)
    assert found == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    "sentence",
    [
        # conditions, doubts, wishes
        "If the sluice is stuck, STOP comes before pump_on() after patch 3.",
        "After patch 3, STOP comes before pump_on() unless the sluice is stuck.",
        "After patch 3 STOP should come before pump_on().",
        "After patch 3 STOP likely comes before pump_on().",
        "Does STOP come before pump_on() after patch 3?",
        "After patch 3, STOP comes before pump_on()?",
        "After patch 3 STOP does not come before pump_on().",
        "After patch 3, STOP mostly comes before pump_on().",
        "Patch 2 should keep the order: STOP comes before pump_on().",
        "Note: STOP comes before pump_on().",
        "Patch 2 moves START and STOP, so that it comes before pump_on().",
        # words that nobody knows
        "After patch 3, STOP comes before the flood.",
        "After patch 3, the bell comes before pump_on().",
        "After patch 3, STOP always comes before pump_on() for barges.",
        "Before canal 4.0 STOP always came before pump_on().",
        "After patch 3, a stop always comes before pump_on().",
        "After patch 3, STOP comes before pump_on() on Sundays.",
        "After patch 3, STOP comes before STOP.",
        "STOP before pump_on() matters.",
        "The behavior of notify STOP before pump_on() for a passage is very specific.",
        # no stage, and nobody says always
        "STOP comes before pump_on().",
        # somebody else's change
        "No functional change for barges.",
        "No functional change intended except for the barge.",
        "Patch 1 is not without functional change.",
        "Patch 1 fixes the pump, but makes no functional change elsewhere.",
        "There is no functional change that I could see.",
        "The functional change is small.",
        "NFC tags are read at the gate.",
        "Patches 3-1 make no functional change.",
        "Patch 2 fixes the leak.",
        "Patch 2 fixes the duplicate, and the leak.",
        "Patch 2 should only fix the duplicate.",
        "Patch 2 does not fix the duplicate.",
        "The duplicate is fixed.",
        "Patches 1 and 2 only fix the duplicate.",
        "",
        ".",
        "!!! ??? ...",
    ],
)
def test_what_is_not_understood_is_left_alone(sentence: str) -> None:
    assert stated(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "No functional change intended.",
        "This patch makes no functional change.",
        "STOP always comes before pump_on().",
        "Only fixes the duplicate.",
    ],
)
def test_a_reply_has_to_say_which_patch_it_means(sentence: str) -> None:
    assert stated(sentence, Medium.REPLY) == []


def test_the_title_of_a_cover_letter_is_about_the_series() -> None:
    found = stated("Some words.", title="gate: Notify STOP before the pump starts")
    assert found == [OrderStatement(after(0), STOP, BEFORE, PUMP, SAID)]


@pytest.mark.parametrize(
    "text",
    [
        "Patches 1 and 2 are cleanups. No functional change intended.",
        "Patch 1 renames the lever\nand its handle. No functional change.",
        "- Patch 1 renames the lever. No functional change.",
    ],
)
def test_behind_a_patchs_number_no_change_may_be_said_of_it_alone(text: str) -> None:
    assert stated(text) == []
    assert stated(text.replace("No functional change", "\n\nNo functional change")) == [NoChangeStatement(())]


@pytest.mark.parametrize(
    "heading",
    [
        "v2:",
        "v1 -> v2:",
        "v2 -> v3",
        "Changes in v2:",
        "Changes since v1:",
        "Changes from v1 to v2",
        "Changed in v2:",
        "Changelog:",
        "Change log",
        "* Differences to v1:",
        "Changes since RFC:",
        "v3: rebased",
    ],
)
def test_what_changed_between_versions_is_not_what_the_series_does(heading: str) -> None:
    log = f"{heading}\n- Patch 2: no functional change\n- STOP always comes before pump_on()\n"
    assert stated(log) == []
    assert stated(f"Patch 1: no functional change.\n\n{log}") == [NoChangeStatement((1,))]
