"""The list form of a scenario, sentence by sentence of what is promised."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from analyzer.model.letters import Sequence
from analyzer.model.report import Report, ScenarioSequences, StageInfo, StageSequences
from analyzer.model.subscriber import Hit, Look, Seen
from analyzer.model.unknown import Location, Unknown
from analyzer.reports import render
from analyzer.reports.heard import lines
from analyzer.reports.layout import columns_of
from analyzer.reports.mail import article

from .sample import BASE, CLEAN, FAILED, PASSAGE, PLAIN, SAMPLE, SECOND, START, THIRD, event, pump, stages


def report(*lists: tuple[Sequence, ...], patches: tuple[int, ...] = (0, 1, 2, 3)) -> Report:
    """A report of one scenario with `lists` at the stages `patches`."""
    found = tuple(StageSequences(patch, runs) for patch, runs in zip(patches, lists, strict=True))
    scenario = ScenarioSequences("failed-filling", "failed filling", "", found)
    infos = tuple(StageInfo(patch, f"patch {patch}") for patch in patches)
    return replace(CLEAN, scenarios=(scenario,), stages=infos, changes=())


def lists(given: Report) -> str:
    return render(given, "mail", scenarios=("failed filling",))


def headings(text: str) -> list[str]:
    lines = text.splitlines()
    return [above for above, line in pairwise(lines) if line and not line.strip("=")]


def test_the_lists_and_nothing_else_are_printed_for_a_named_scenario() -> None:
    assert lists(report((BASE,), (BASE,), (SECOND,), (THIRD,))) == (
        "For a failed filling we have the following behavior:\n"
        "\n"
        "Before patch 2\n"
        "==============\n"
        "\n"
        "- notify STOP (during filling)\n"
        "- pump_on()\n"
        "- notify STOP (during close_gate)\n"
        "\n"
        "After patch 2\n"
        "=============\n"
        "\n"
        "- pump_on()\n"
        "- notify STOP (during close_gate)\n"
        "\n"
        "After patch 3\n"
        "=============\n"
        "\n"
        "- notify STOP (during settle)\n"
        "- pump_on()\n"
    )


def test_headings_carry_the_numbers_the_patches_have() -> None:
    text = lists(report((BASE,), (BASE,), (THIRD,), patches=(0, 1, 3)))
    assert headings(text) == ["Before patch 3", "After patch 3"]


def test_stages_that_print_the_same_are_merged_whatever_their_context_and_order() -> None:
    elsewhere = replace(BASE, letters=tuple(replace(x, where=pump().where) for x in BASE.letters))
    text = lists(report((BASE, PLAIN), (PLAIN, elsewhere), (PLAIN, BASE, BASE), (SECOND,)))
    assert headings(text) == ["Before patch 3", "After patch 3"]


def test_a_list_that_comes_back_is_printed_again() -> None:
    text = lists(report((BASE,), (SECOND,), (BASE,), (BASE,)))
    assert headings(text) == ["Before patch 1", "After patch 1", "After patch 2"]


def test_one_list_stands_where_no_patch_changes_it() -> None:
    text = lists(report((PLAIN,), (PLAIN,), (PLAIN,), (PLAIN,)))
    assert headings(text) == ["At every stage (no patch changes it)"]


def test_no_change_is_not_claimed_when_runs_change_under_an_equal_list() -> None:
    given = replace(report((PLAIN,), (PLAIN,), (PLAIN,), (PLAIN,)), changes=SAMPLE.changes)
    assert headings(lists(given)) == ["At every stage (the list stays, runs change at patch 2, 3)"]


def test_no_change_is_not_claimed_when_a_stage_could_not_be_told() -> None:
    unknown = (Unknown("scenario", "a bound was hit"),)
    found = tuple(StageSequences(patch, (PLAIN,), unknown) for patch in range(4))
    text = lists(replace(CLEAN, changes=(), scenarios=(replace(FAILED, stages=found),)))
    assert headings(text) == ["At every stage", "What could not be told"]
    assert "\n(could not tell: a bound was hit)\n" in text


def test_several_sequences_are_joined_by_or() -> None:
    text = lists(report((PLAIN,), (PLAIN,), (PLAIN,), (PLAIN, SECOND)))
    assert "- notify STOP (during close_gate)\n\nor:\n\n- pump_on()\n" in text


def test_a_letter_that_may_repeat_has_a_star() -> None:
    text = lists(report(*[(Sequence((pump(repeats=True), event("STOP", "f", 1))),)] * 4))
    assert "- pump_on()*\n- notify STOP (during f)\n" in text


def test_a_scenario_without_runs_says_so() -> None:
    text = lists(report((), (), (PLAIN,), (PLAIN,)))
    assert "Before patch 2\n==============\n\n(no run)\n" in text


def test_a_run_without_letters_is_no_empty_list() -> None:
    text = lists(report(*[(Sequence((START,), shown_from=1),)] * 4))
    assert "- (no event)\n" in text


def test_a_stage_that_was_not_analysed_gives_its_reason() -> None:
    given = report((PLAIN,), (PLAIN,), (PLAIN,), ())
    given = replace(given, stages=(*given.stages[:3], StageInfo(3, "c", "hunk 2 of a.c does not apply")))
    text = lists(given)
    assert "After patch 3\n=============\n\n(could not tell: hunk 2 of a.c does not apply)\n" in text
    assert "(no run)" not in text


def test_unchanged_scenarios_are_named_in_one_line_when_all_are_asked_for() -> None:
    text = render(CLEAN, "mail")
    assert "No patch changes the list of: passage.\n" in text
    assert "For a passage" not in text


def test_what_other_scenarios_could_not_tell_is_not_held_against_the_one_asked_for() -> None:
    text = render(replace(SAMPLE, unknown=(), repairs=()), "mail", scenarios=("passage",))
    assert "could not" not in text


def test_repaired_input_is_always_said() -> None:
    assert "read with 1 repair" in render(SAMPLE, "mail", scenarios=("passage",))


def test_a_scenario_is_picked_by_id_or_title() -> None:
    by_id = render(CLEAN, "mail", scenarios=("failed-filling",))
    assert by_id == render(CLEAN, "mail", scenarios=("Failed filling",))


def test_subscribers_are_an_org_mode_table() -> None:
    rule = "|--------------+--------------------+---------------|\n"
    head = "| device       | handler            | events needed |\n"
    assert f"{rule}{head}{rule}" in render(SAMPLE, "mail")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("passage", "a passage"),
        ("early stop", "an early stop"),
        ("unit test", "a unit test"),
        ("unknown end", "an unknown end"),
        ("one-way passage", "a one-way passage"),
    ],
)
def test_the_article_fits_the_title(title: str, said: str) -> None:
    assert article(title) == said


def test_no_line_but_a_table_is_wider_than_76_columns() -> None:
    long = replace(PASSAGE, id="x", title="x " * 80, stages=stages((PLAIN,), *[(SECOND,)] * 3))
    wordy = Sequence((event("S" * 200, "閘" * 60, 1),))
    given = replace(SAMPLE, scenarios=(long, replace(FAILED, stages=stages(*[(wordy,)] * 4))))
    for text in (render(given, "mail"), render(given, "mail", scenarios=("failed filling",))):
        assert all(columns_of(line) <= 76 for line in text.splitlines() if not line.startswith("|"))


def test_one_look_of_several_changes_is_told_once() -> None:
    look = Look("level", "l->level", "is_low", Location("canal/gate.c", 7), ("buoy_told", "is_low"))
    hits = [
        Hit("STOP", "buoy", "buoy_told", Location("boats/buoy.c", 9), True, (Seen(look, *values),), ())
        for values in ((("LOW",), ("HIGH",), ("1",), ("0",)), (("LOW", "DRY"), ("MID",), ("1",), ("0", "1")))
    ]
    (text,) = [said for name, said in lines(hits) if name == "sees it"]
    assert text.endswith("level was DRY or LOW and is HIGH or MID: it answered 1 and answers 0 or 1")
