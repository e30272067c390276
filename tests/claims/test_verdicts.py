"""Statements against a report: when each verdict is given, with what evidence.

In a failed filling the report has START, STOP (fill), pump_on, STOP (close_gate) at the base and after
patch 1; START, pump_on, STOP (close_gate) after patch 2; START, STOP (settle), pump_on after patch 3. A
passage is START, STOP (close_gate) at every stage.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.model.claim import Claim, ClaimKind, ClaimVerdict, Medium
from analyzer.model.report import ChangeKind, Report, StageInfo, StageSequences
from analyzer.model.subscriber import Subscriber
from analyzer.model.unknown import Location, Unknown
from tests.reports.sample import CHANGES, SAMPLE, SECOND

from .sample import claims

CONFIRMED, CONTRADICTED = ClaimVerdict.CONFIRMED, ClaimVerdict.CONTRADICTED
INCOMPLETE, UNTOLD = ClaimVerdict.INCOMPLETE, ClaimVerdict.UNTOLD
PLAIN = replace(SAMPLE, unknown=(), scenarios=SAMPLE.scenarios[:2])


def only(text: str, report: Report = PLAIN, medium: Medium = Medium.COVER, patch: int = 0) -> Claim:
    (claim,) = claims(text, medium, patch=patch, report=report)
    return claim


def listed(heading: str, *lines: str, course: str = "failed filling", report: Report = PLAIN) -> Claim:
    items = "\n".join(line if line in ("or:", "(no run)") else f"- {line}" for line in lines)
    return only(f"For a {course} we have the following behavior:\n\n{heading}\n\n{items}\n", report)


EARLY, LATE, AGAIN = (
    "notify STOP (during fill)",
    "notify STOP (during close_gate)",
    "notify STOP (during settle)",
)


class TestLists:
    @pytest.mark.parametrize(
        ("heading", "lines"),
        [
            ("Before patch 1", (EARLY, "pump_on()", LATE)),
            ("Before patch 2", (EARLY, "pump_on()", LATE)),
            ("Before patch 2", ("STOP", "pump_on()", "STOP")),
            ("Before this series", (EARLY, "pump_on()", LATE)),
            ("After patch 2", ("pump_on()", LATE)),
            ("Before patch 3", ("pump_on()", LATE)),
            ("After patch 3", (AGAIN, "pump_on()")),
            ("After this series", ("notify STOP", "pump_on()")),
            # From the start, though lists show it later.
            ("After patch 3", ("notify START", AGAIN, "pump_on()")),
        ],
    )
    def test_what_is_so_is_confirmed(self, heading: str, lines: tuple[str, ...]) -> None:
        claim = listed(heading, *lines)
        assert (claim.kind, claim.verdict, claim.misses) == (ClaimKind.LIST, CONFIRMED, ())
        assert [point.verdict for point in claim.points] == [CONFIRMED]

    @pytest.mark.parametrize(
        ("heading", "lines"),
        [
            ("Before patch 2", ("pump_on()", LATE)),
            ("Before patch 2", (LATE, "pump_on()", LATE)),
            ("Before patch 2", (EARLY, "pump_on()")),
            ("Before patch 2", (EARLY, "pump_on()", LATE, LATE)),
            ("After patch 2", (LATE, "pump_on()")),
            ("After patch 2", (EARLY, "pump_on()", LATE)),
            ("After patch 2", ("pump_on()*", LATE)),
            ("After patch 3", ("pump_on()", AGAIN)),
            ("After patch 3", ("(no run)",)),
            ("After patch 3", ("nothing",)),
        ],
    )
    def test_what_is_otherwise_is_contradicted_with_what_is(
        self, heading: str, lines: tuple[str, ...]
    ) -> None:
        claim = listed(heading, *lines)
        assert claim.verdict is CONTRADICTED
        (point,) = claim.points
        assert point.sequence is not None
        assert "it goes" in claim.why

    def test_a_contradiction_has_the_path_that_proves_it(self) -> None:
        (point,) = listed("Before patch 2", "pump_on()", LATE).points
        assert point.witness is not None
        assert point.witness.steps == CHANGES[0].witness_before.steps
        assert point.where == Location("canal/gate.c", 95)

    def test_what_a_list_leaves_out_makes_it_incomplete(self) -> None:
        claim = listed("Before patch 2", "notify STOP", "notify STOP")
        assert claim.verdict is INCOMPLETE
        assert claim.misses == (
            "failed filling, after patch 1: it leaves something out of notify STOP (during "
            "filling), pump_on(), "
            "notify STOP (during close_gate)",
        )

    def test_what_another_list_names_is_said_not_to_come(self) -> None:
        first = "Before patch 2\n\n- notify STOP\n- pump_on()\n- notify STOP\n\n"
        second = "After patch 2\n\n- pump_on()\n"
        before, after = claims(f"For a failed filling:\n\n{first}{second}", report=PLAIN)
        assert (before.verdict, after.verdict) == (CONFIRMED, CONTRADICTED)
        # By itself it may only leave something out.
        assert only(f"For a failed filling:\n\n{second}").verdict is INCOMPLETE

    def test_another_run_makes_it_incomplete(self) -> None:
        failed, passage = PLAIN.scenarios
        two = replace(failed, stages=(*failed.stages[:2], *passage.stages[2:3], failed.stages[3]))
        both = replace(
            two,
            stages=(
                *two.stages[:2],
                StageSequences(2, (*failed.stages[2].sequences, *passage.stages[2].sequences)),
                two.stages[3],
            ),
        )
        report = replace(PLAIN, scenarios=(both, passage))
        claim = listed("After patch 2", "pump_on()", LATE, report=report)
        assert claim.verdict is INCOMPLETE
        assert claim.misses == (
            "failed filling, after patch 2: another run goes notify START (during open_gate), "
            "notify STOP (during close_gate)",
        )
        whole = listed("After patch 2", "pump_on()", LATE, "or:", "notify START", LATE, report=report)
        assert whole.verdict is CONFIRMED

    def test_a_word_for_several_courses_is_true_if_each_is(self) -> None:
        claim = listed("After patch 2", "pump_on()", LATE, course="filling")
        assert claim.verdict is INCOMPLETE
        assert [point.verdict for point in claim.points] == [CONFIRMED, CONTRADICTED]
        assert claim.misses[0].startswith("passage, after patch 2: no run goes")
        neither = listed("After patch 2", "pump_on()", course="filling")
        assert neither.verdict is CONTRADICTED

    def test_a_list_of_two_courses_must_be_true_of_both(self) -> None:
        claim = listed("After patch 2", "pump_on()", LATE, course="failed filling or a passage")
        assert claim.verdict is CONTRADICTED

    def test_every_stage_is_every_stage(self) -> None:
        assert listed("At every stage", "notify START", LATE, course="passage").verdict is CONFIRMED
        claim = listed("At every stage", "pump_on()", LATE)
        assert (claim.verdict, len(claim.points)) == (INCOMPLETE, 4)

    def test_a_course_that_no_run_meets(self) -> None:
        assert listed("Before patch 1", "(no run)", course="early stop", report=SAMPLE).verdict is CONFIRMED
        claim = listed("Before patch 1", "pump_on()", course="early stop", report=SAMPLE)
        assert (claim.verdict, claim.why) == (CONTRADICTED, "no run meets it at this stage")

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            (
                "For a failed filling:\n\nAfter patch 7\n\n- pump_on()",
                "patch 7 is not among the patches given",
            ),
            ("For a failed filling:\n\nAfter patch 2\n\n- pump_on()\n- a splash", "not understood: a splash"),
            ("After patch 2\n\n- pump_on()", "not known which course of events is meant"),
            (
                "For early stop:\n\nAfter patch 3\n\n- pump_on()",
                "could not be told: a bound on states was hit",
            ),
            (
                "For a failed filling:\n\nAfter patch 2\n\n- pump_on()\n- notify STOP (during the flood)",
                "knows the place 'flood'",
            ),
        ],
    )
    def test_what_could_not_be_told_says_why(self, text: str, why: str) -> None:
        claim = only(text, SAMPLE)
        assert claim.verdict is UNTOLD
        assert why in claim.why

    def test_a_strange_place_does_not_save_what_is_wrong_anyway(self) -> None:
        claim = listed("After patch 2", "notify STOP (during the flood)", "pump_on()")
        assert claim.verdict is CONTRADICTED

    def test_a_stage_that_was_not_analysed(self) -> None:
        stages = (*PLAIN.stages[:3], StageInfo(3, "late", "it does not apply"))
        claim = listed("After patch 3", AGAIN, "pump_on()", report=replace(PLAIN, stages=stages))
        assert (claim.verdict, claim.why) == (UNTOLD, "what happens could not be told: it does not apply")

    def test_a_letter_that_may_repeat(self) -> None:
        claim = listed("After patch 2", "pump_on()*", course="early stop", report=SAMPLE)
        assert claim.verdict is CONFIRMED
        assert listed("After patch 2", "pump_on()", course="early stop", report=SAMPLE).verdict is INCOMPLETE


class TestOrders:
    @pytest.mark.parametrize(
        ("sentence", "verdict"),
        [
            ("After patch 3, STOP always comes before pump_on().", CONFIRMED),
            ("After patch 3, STOP comes before pump_on() for a failed filling.", CONFIRMED),
            ("After patch 3, pump_on() comes after STOP.", CONFIRMED),
            ("After patch 3, STOP never comes after pump_on().", CONFIRMED),
            ("After patch 2, STOP comes after pump_on().", CONFIRMED),
            ("Before patch 2, START always comes before STOP.", CONFIRMED),
            ("After patch 2, STOP always comes before pump_on().", CONTRADICTED),
            ("After patch 2, STOP comes before pump_on().", CONTRADICTED),
            ("Before patch 2, STOP always comes before pump_on().", CONTRADICTED),  # and once more after it
            ("Before patch 2, STOP always comes after pump_on().", CONTRADICTED),
            ("Before patch 2, STOP never comes before pump_on().", CONTRADICTED),
            ("After patch 3, STOP comes before pump_on() for a passage.", UNTOLD),  # no pump
            ("After patch 8, STOP comes before pump_on().", UNTOLD),
        ],
    )
    def test_an_order_holds_of_every_pair(self, sentence: str, verdict: ClaimVerdict) -> None:
        claim = only(sentence)
        assert (claim.kind, claim.verdict) == (ClaimKind.ORDER, verdict)

    def test_the_answer_is_given_course_by_course_and_over_the_stages(self) -> None:
        claim = only("After patch 3, STOP always comes before pump_on().")
        assert [(point.subject, point.text) for point in claim.points] == [
            (
                "failed filling, after patch 3",
                "notify STOP comes before pump_on() (before, at base: in part, 1: in part, 2: no, 3: yes)",
            ),
            ("passage, after patch 3", "pump_on() does not come: there is no order"),
        ]

    def test_a_contradiction_shows_the_run(self) -> None:
        claim = only("After patch 2, STOP always comes before pump_on().")
        (point, _) = claim.points
        assert (point.verdict, point.sequence) == (CONTRADICTED, SECOND)
        assert point.witness is not None

    def test_without_always_some_courses_may_differ(self) -> None:
        failed, passage = PLAIN.scenarios
        other = replace(passage, stages=tuple(replace(s, sequences=(SECOND,)) for s in passage.stages))
        report = replace(PLAIN, scenarios=(failed, other))
        claim = only("After patch 3, STOP comes before pump_on().", report)
        assert claim.verdict is INCOMPLETE
        assert claim.why == "it holds of some courses, not of passage, after patch 3"
        assert only("After patch 3, STOP always comes before pump_on().", report).verdict is CONTRADICTED

    def test_an_event_that_comes_no_more_is_missed(self) -> None:
        failed, passage = PLAIN.scenarios
        silent = replace(passage.stages[3].sequences[0], letters=passage.stages[3].sequences[0].letters[:1])
        lost = replace(passage, stages=(*passage.stages[:3], StageSequences(3, (silent,))))
        report = replace(PLAIN, scenarios=(failed, lost))
        claim = only("After patch 3, STOP always comes before pump_on().", report)
        assert claim.verdict is INCOMPLETE
        assert claim.misses == ("passage, after patch 3: notify STOP comes no more, nor does pump_on()",)

    def test_an_event_that_comes_no_more_before_the_other_one_contradicts(self) -> None:
        failed, passage = PLAIN.scenarios
        third = failed.stages[3].sequences[0]
        silent = replace(third, letters=(third.letters[0], third.letters[2]))
        lost = replace(failed, stages=(*failed.stages[:3], StageSequences(3, (silent,))))
        claim = only(
            "After patch 3, STOP always comes before pump_on().", replace(PLAIN, scenarios=(lost, passage))
        )
        assert claim.verdict is CONTRADICTED
        assert "notify STOP comes no more, and pump_on() comes" in claim.why

    def test_one_course_that_could_not_be_told_is_enough(self) -> None:
        claim = only("After patch 3, STOP always comes before pump_on().", SAMPLE)
        assert claim.verdict is UNTOLD
        assert "a bound on states was hit" in claim.why

    def test_but_a_contradiction_stands(self) -> None:
        doubtful = replace(SAMPLE, scenarios=SAMPLE.scenarios)
        assert only("After patch 2, STOP always comes before pump_on().", doubtful).verdict is CONTRADICTED


class TestChanges:
    def test_a_patch_that_changes_nothing(self) -> None:
        claim = only("Patch 1: no functional change.")
        assert (claim.kind, claim.verdict) == (ClaimKind.NO_CHANGE, CONFIRMED)
        assert claim.why == "no sequence of Canal lock changes; other behaviour was not looked at"

    @pytest.mark.parametrize(
        "sentence",
        ["Patch 2: no functional change.", "Patches 1-2 are NFC.", "No functional change intended."],
    )
    def test_a_patch_that_changes_something(self, sentence: str) -> None:
        claim = only(sentence)
        assert claim.verdict is CONTRADICTED
        assert claim.why.startswith("patch 2: STOP is lost in failed filling")
        assert claim.points[0].witness == CHANGES[0].witness_after

    def test_in_a_message_it_is_the_patchs_own(self) -> None:
        assert only("No functional change.", medium=Medium.MESSAGE, patch=1).verdict is CONFIRMED
        assert only("No functional change.", medium=Medium.MESSAGE, patch=3).verdict is CONTRADICTED

    def test_a_course_that_the_patch_leaves_alone(self) -> None:
        assert only("Patch 2 makes no functional change for a passage.").verdict is CONFIRMED
        assert only("Patch 2 makes no functional change for filling.").verdict is CONTRADICTED

    def test_a_patch_that_is_not_there(self) -> None:
        claim = only("Patch 5: no functional change.")
        assert (claim.verdict, claim.why) == (UNTOLD, "patch 5 is not among the patches given")

    @pytest.mark.parametrize(
        "report",
        [
            replace(PLAIN, unknown=(Unknown("a hunk", "two places fit", "", 1),)),
            replace(
                PLAIN, stages=(PLAIN.stages[0], StageInfo(1, "one", "two places fit"), *PLAIN.stages[2:])
            ),
        ],
    )
    def test_what_was_not_seen_in_full_cannot_be_confirmed(self, report: Report) -> None:
        claim = only("Patch 1: no functional change.", report)
        assert (claim.verdict, claim.why) == (UNTOLD, "two places fit")

    def test_only_the_duplicate(self) -> None:
        once = replace(CHANGES[0], kind=ChangeKind.DEDUPLICATED)
        report = replace(PLAIN, changes=(once, CHANGES[1]))
        for sentence in ("Patch 2 only fixes the duplicate.", "Patch 2 fixes only the duplicate STOP."):
            claim = only(sentence, report)
            assert (claim.kind, claim.verdict) == (ClaimKind.DUPLICATE, CONFIRMED)
        other = replace(report, changes=(once, replace(CHANGES[0], events=("START",)), CHANGES[1]))
        claim = only("Patch 2 only fixes the duplicate.", other)
        assert (claim.verdict, claim.why) == (CONTRADICTED, "it does more: START is lost in failed filling")
        assert [point.verdict for point in claim.points] == [CONTRADICTED]
        assert only("Patch 2 fixes the duplicate.", other).verdict is CONFIRMED

    def test_no_duplicate_is_taken_away(self) -> None:
        assert only("Patch 2 only fixes the duplicate.").verdict is CONTRADICTED
        assert only("Patch 1 fixes the duplicate STOP.").verdict is CONTRADICTED
        assert only("Patch 1 fixes the duplicate.").verdict is UNTOLD  # of what, is not said
        once = replace(CHANGES[0], kind=ChangeKind.DEDUPLICATED)
        report = replace(PLAIN, changes=(once,))
        assert only("Patch 2 fixes the duplicate START.", report).verdict is CONTRADICTED
        claim = only("Patch 2 fixes the duplicate START and STOP.", report)
        assert (claim.verdict, claim.misses) == (INCOMPLETE, ("no duplicate START is taken away",))


BARGE = Subscriber("barge", "barge_notifier", Location("boats/barge.c", 12), (), ("STOP",))
BUOY = Subscriber("buoy", "buoy_notifier", Location("boats/buoy.c", 9), (), ("START", "STOP"))
RAFT = Subscriber("raft", "buoy_notifier", Location("boats/raft.c", 3), (), ("START", "STOP"))
DOUBT = Subscriber("ferry", "ferry_notifier", Location("boats/ferry.c", 4), (), ("START",), ("STOP",))
NAMELESS = Subscriber("boats", "?", Location("boats/all.c", 1), (), ())


def table(*rows: str, subscribers: tuple[Subscriber, ...] | None) -> Claim:
    text = "\n".join(["| device | handler | events |", "|---+---+---|", *(f"| {row} |" for row in rows)])
    (claim,) = claims(text, report=PLAIN, subscribers=subscribers)
    return claim


class TestTables:
    def test_every_row_is_so(self) -> None:
        claim = table(
            "barge | barge_notifier | STOP", "buoy / raft | buoy_notifier | STOP, START",
            subscribers=(BARGE, BUOY, RAFT),
        )  # fmt: skip
        assert (claim.kind, claim.verdict, claim.misses) == (ClaimKind.TABLE, CONFIRMED, ())
        assert [point.text for point in claim.points] == [
            "it acts on STOP, registered at boats/barge.c:12",
            "it acts on START, STOP, registered at boats/buoy.c:9, also at boats/raft.c:3",
        ]

    def test_what_it_does_not_list_is_missed(self) -> None:
        claim = table("barge | barge_notifier | STOP", subscribers=(BARGE, BUOY, RAFT))
        assert claim.verdict is INCOMPLETE
        assert claim.misses == (
            "buoy: buoy_notifier (START, STOP; boats/buoy.c:9)",
            "raft: buoy_notifier (START, STOP; boats/raft.c:3)",
        )
        assert claim.why.startswith("1 of 1 rows are so; 2 more handlers are registered")

    @pytest.mark.parametrize(
        ("row", "verdict", "text"),
        [
            ("barge | barge_notifier | START, STOP", CONTRADICTED, "it does not act on START"),
            ("buoy | buoy_notifier | STOP", INCOMPLETE, "it acts on START too"),
            ("barge | bell_notifier | STOP", CONTRADICTED, "nobody registers it"),
            ("ferry | ferry_notifier | START", UNTOLD, "whether it acts on STOP"),
            ("ferry | ferry_notifier | STOP, START", UNTOLD, "whether it acts on STOP"),
            ("barge | barge_notifier | STOP, the end", UNTOLD, "not understood: STOP, the end"),
        ],
    )
    def test_a_row_that_is_not_so(self, row: str, verdict: ClaimVerdict, text: str) -> None:
        claim = table(row, subscribers=(BARGE, BUOY, DOUBT))
        assert claim.points[0].verdict is verdict
        assert text in claim.points[0].text
        assert claim.verdict is (INCOMPLETE if verdict is INCOMPLETE else verdict)

    def test_a_handler_that_could_not_be_read_might_be_the_one(self) -> None:
        claim = table("barge | bell_notifier | STOP", subscribers=(BARGE, NAMELESS))
        assert claim.points[0].verdict is UNTOLD

    def test_without_a_tree_nobody_knows(self) -> None:
        claim = table("barge | barge_notifier | STOP", subscribers=None)
        assert (claim.verdict, claim.why) == (UNTOLD, "there is no tree")


def test_claims_are_about_what_was_said_where() -> None:
    (claim,) = claims("Well.\nPatch 1: no functional change.", Medium.REPLY, report=PLAIN)
    assert (claim.author, claim.medium, claim.where) == ("Ada", Medium.REPLY, Location("Ada.mail", 11))
    assert (claim.quote, claim.quoted_by) == (("Patch 1: no functional change.",), "")
    (claim,) = claims("> Patch 1: no functional change.", Medium.REPLY, report=PLAIN)
    assert (claim.author, claim.quoted_by) == ("", "Ada")


@pytest.mark.parametrize(
    ("text", "missing", "told"),
    [
        ("Patch 2: no functional change.", (1,), False),
        ("Patch 2: no functional change.", (3,), True),
        ("No functional change intended.", (3,), False),
        ("For a failed filling:\n\nBefore patch 2\n\n- pump_on()", (1,), False),
        ("For a failed filling:\n\nBefore patch 2\n\n- pump_on()", (3,), True),
        ("For a failed filling:\n\nBefore the series\n\n- pump_on()", (1,), True),
        ("After patch 3, STOP always comes before pump_on().", (2,), False),
        ("STOP always comes before pump_on().", (9,), False),
        ("Patch 2 only fixes the duplicate.", (1,), False),
    ],
)
def test_a_patch_that_is_missing_makes_what_rests_on_it_uncertain(
    text: str, missing: tuple[int, ...], told: bool
) -> None:
    (claim,) = claims(text, report=PLAIN, missing=missing)
    assert (claim.verdict is not UNTOLD) is told
    assert told or claim.why == f"patch {missing[0]} is missing from the input"
