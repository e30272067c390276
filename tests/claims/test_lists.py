"""Lists of events below headings: which phrasings are understood, as what, and what is left alone."""

from __future__ import annotations

import pytest

from analyzer.claims.stated import Course, Item, ListStatement, Moment, Side
from analyzer.model.claim import Medium

from .sample import FAILED, FILLING, after, before, pump, stated, stop

LEAD = "For a failed filling we have the following behavior:\n\n"


def only(text: str, patch: int = 0) -> ListStatement:
    """The one statement of a text, which is a list."""
    medium = Medium.MESSAGE if patch else Medium.COVER
    (statement,) = stated(text, medium, patch=patch)
    assert isinstance(statement, ListStatement)
    return statement


HEADINGS = {
    "Before patch 2": before(2),
    "Before patch 2:": before(2),
    "before patch 2": before(2),
    "## Before patch 2": before(2),
    "**After patch 2:**": after(2),
    "After patch #2": after(2),
    "After patch 2/3": after(2),
    "After patch 2 is applied:": after(2),
    "Before [PATCH 2/3]": before(2),
    "With patch 2 applied": after(2),
    "Without patch 2:": before(2),
    "As of patch 2:": after(2),
    "After patches 2 and 3": after(3),
    "Before patches 2-3": before(2),
    "Before this series:": before(0),
    "After the series": after(0),
    "With this series applied:": after(0),
    "At every stage": Moment(Side.AFTER, 0, every=True),
    "At every stage (no patch changes it)": Moment(Side.AFTER, 0, every=True),
}


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("rule", ["", "\n==============", "\n----", "\n\n~~~~~~~~"])
def test_a_heading_names_the_stage(heading: str, rule: str) -> None:
    found = only(f"{LEAD}{heading}{rule}\n\n- notify STOP\n- pump_on()\n")
    assert found == ListStatement(HEADINGS[heading], (FAILED,), ((stop(), pump()),))


@pytest.mark.parametrize(
    ("heading", "moment"),
    [
        ("Before this patch:", before(3)),
        ("After this patch", after(3)),
        ("Before:", before(3)),
        ("After:", after(3)),
        ("With this change:", after(3)),
    ],
)
def test_in_a_message_this_patch_is_its_own(heading: str, moment: Moment) -> None:
    assert only(f"{LEAD}{heading}\n- pump_on()", patch=3).moment == moment


@pytest.mark.parametrize("heading", ["Before this patch:", "Before:", "After:"])
def test_elsewhere_nobody_knows_which_patch_this_is(heading: str) -> None:
    assert stated(f"{LEAD}{heading}\n- pump_on()", Medium.REPLY) == []


ITEMS = {
    "notify STOP": stop(),
    "notify STOP (during filling the chamber)": stop("notify STOP (during filling the chamber)", "fill"),
    "notify STOP (in close_gate)": stop("notify STOP (in close_gate)", "close_gate"),
    "notify STOP (close_gate())": stop("notify STOP (close_gate())", "close_gate"),
    "notify STOP in close_gate()": stop("notify STOP in close_gate()", "close_gate"),
    "notify STOP, ": stop("notify STOP,"),
    "notify STOP.": stop("notify STOP."),
    "Notify the STOP": stop("Notify the STOP"),
    "the STOP notification (during settling)": stop("the STOP notification (during settling)", "settle"),
    "STOP": stop("STOP"),
    "STOP is notified": stop("STOP is notified"),
    "then STOP from settle()": stop("then STOP from settle()", "settle"),
    "GATE_EV_STOP": stop("GATE_EV_STOP"),
    "HALT": stop("HALT"),
    "`notify STOP`": stop("`notify STOP`"),
    "notify STOP (during the flood)": stop("notify STOP (during the flood)", strange="flood"),
    "pump_on()": pump(),
    "pump_on": pump("pump_on"),
    "call pump_on()": pump("call pump_on()"),
    "the pump starts": pump("the pump starts"),
    "pump_on()*": pump("pump_on()*", repeats=True),
    "stop": None,
    "notify stop": None,
    "halt": None,
    "notify STOP twice": None,
    "notify STOP (during filling the chamber) and more": None,
    "notify STOP if the sluice is stuck": None,
    "pump_off()": None,
    "pump_on_again()": None,
}


@pytest.mark.parametrize("mark", ["- ", "* ", "  + ", "1. ", "2) ", "\t- "])
@pytest.mark.parametrize("line", ITEMS)
def test_a_line_is_a_letter_or_the_list_is_uncertain(line: str, mark: str) -> None:
    found = only(f"{LEAD}Before patch 2\n{mark}pump_on()\n{mark}{line}\n")
    item = ITEMS[line]
    if item is None:
        assert (found.runs, found.lost) == (((pump(),),), (line,))
    else:
        words = item.words.rstrip(".,")
        (run,) = found.runs
        assert (run[1].words.rstrip(".,"), run[1].names) == (words, item.names)
        assert (run[1].functions, run[1].strange, run[1].repeats) == (
            item.functions,
            item.strange,
            item.repeats,
        )
        assert found.lost == ()


def test_lines_need_no_bullets() -> None:
    found = only(f"{LEAD}Before patch 2:\n    notify STOP\n    pump_on()\n\nAnd so it went.")
    assert found.runs == ((stop(), pump()),)


def test_a_list_may_stand_on_the_line_of_its_heading() -> None:
    for arrow in (" -> ", " => ", ", ", " → "):
        found = only(f"{LEAD}After patch 2: notify STOP{arrow}pump_on()")
        assert found == ListStatement(after(2), (FAILED,), ((stop(), pump()),))


def test_a_folded_line_goes_on_further_in() -> None:
    found = only(f"{LEAD}Before patch 2\n- notify STOP (during filling the\n  chamber)\n- pump_on()")
    assert found.runs == ((stop("notify STOP (during filling the chamber)", "fill"), pump()),)


def test_an_open_parenthesis_goes_on_even_where_blanks_were_lost() -> None:
    found = only(f"{LEAD}Before patch 2\n- notify STOP (during filling the\nchamber)\n- pump_on()")
    assert found.runs == ((stop("notify STOP (during filling the chamber)", "fill"), pump()),)


def test_alternatives_are_joined_by_or() -> None:
    found = only(f"{LEAD}Before patch 2\n\n- notify STOP\n\nor:\n\n- pump_on()\n")
    assert found.runs == ((stop(),), (pump(),))


@pytest.mark.parametrize(
    ("line", "nothing"),
    [("(no run)", True), ("- (no run)", True), ("- nothing", True), ("(no event)", True)],
)
def test_a_list_may_say_that_nothing_happens(line: str, nothing: bool) -> None:
    found = only(f"{LEAD}After patch 2\n\n{line}\n")
    assert (found.runs, found.nothing) == ((), nothing)


def test_a_run_may_go_no_further() -> None:
    found = only(f"{LEAD}After patch 2\n\n- pump_on()\n(blocked: goes no further)\n")
    assert found.runs == ((pump(), Item("(blocked: goes no further)", (), blocked=True)),)


LEADS = {
    "For a failed filling we have the following behavior:": (FAILED,),
    "For a failed filling we have following behavior:": (FAILED,),
    "In a failed filling:": (FAILED,),
    "failed filling:": (FAILED,),
    "On the failed-filling path": (Course("failed - filling", ("failed-filling",)),),
    "For filling:": (FILLING,),
    "For a failed filling or a passage we have the following behavior:": (
        FAILED,
        Course("passage", ("passage",)),
    ),
    "The pump is loud. In a failed filling:": (FAILED,),
    "With a failed filling, the order of events is as follows:": (FAILED,),
}


@pytest.mark.parametrize("lead", LEADS)
def test_the_sentence_before_the_heading_names_the_course(lead: str) -> None:
    found = only(f"Some words of greeting.\n\n{lead}\n\nBefore patch 2\n\n- pump_on()\n")
    assert (found.courses, found.doubt) == (LEADS[lead], "")


@pytest.mark.parametrize(
    "lead",
    [
        "",
        "The pump is loud:",
        "For a failed filling at night we have:",
        "For a filling that fails because of the sluice we have the following behavior:",
        "For a flooded chamber we have the following behavior:",
    ],
)
def test_without_one_it_is_not_known_which_course_is_meant(lead: str) -> None:
    found = only(f"{lead}\n\nBefore patch 2\n\n- pump_on()\n")
    assert found.courses == ()
    assert found.doubt


def test_one_lead_serves_several_lists_with_prose_between() -> None:
    found = stated(
        f"{LEAD}Before patch 2\n==============\n\n- notify STOP\n\nAfter patch "
        "2\n=============\n\n- pump_on()\n\n"
        "That is all there is to say.\n\nAfter patch 3\n=============\n\n- notify STOP\n- pump_on()\n"
    )
    assert found == [
        ListStatement(before(2), (FAILED,), ((stop(),),)),
        ListStatement(after(2), (FAILED,), ((pump(),),)),
        ListStatement(after(3), (FAILED,), ((stop(), pump()),)),
    ]


def test_a_second_lead_serves_what_follows_it() -> None:
    found = stated(
        f"{LEAD}Before patch 2\n\n- notify STOP\n\nFor a passage we have the following behavior:\n\n"
        "Before patch 2\n\n- pump_on()\n"
    )
    assert [one.courses for one in found if isinstance(one, ListStatement)] == [
        (FAILED,),
        (Course("passage", ("passage",)),),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Before patch 2 we had a loud pump:\n- notify STOP\n",
        "Before patch two\n- notify STOP\n",
        "Before the patch of Ada\n- notify STOP\n",
        "Before patch 2\n- oil the pump\n- paint the gate\n",
        "Before patch 2\n\nnotify STOP came too late, and pump_on() too early.\n",
        "Patch 2\n- notify STOP\n",
        "- notify STOP\n- pump_on()\n",
        "After patch 2: the pump is silent\n",
        "After patch 2, pump_on\n",
        "After patch 2 -- see below\n- notify STOP\n",
        "Before\n- notify STOP\n",
        "Before patch 99999999999999999999\n- paint it\n",
    ],
)
def test_what_is_no_list_is_left_alone(text: str) -> None:
    assert [one for one in stated(LEAD + text) if isinstance(one, ListStatement)] == []
