"""What would close a window: what is tried, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.model.letters import Sequence as Letters
from analyzer.model.report import Finding, FindingKind, Level, Report, StageInfo
from analyzer.model.suggestion import Suggestion
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location, Unknown
from analyzer.model.what_if import WhatIf
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.pipeline.suggest import at_hand, suggested
from analyzer.reports.words import suggestions
from tests.cli.sample import REPORT
from tests.real_trees import qemu, shared

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "fixtures" / "second-domain"
SMALL = tuple(sorted(map(str, (DOMAIN / "series").glob("*.patch"))))
REDUCED = tuple(sorted(map(str, (ROOT / "fixtures" / "qemu-reduced" / "series").glob("*.patch"))))


def finding(rule: str, status: str, kind: FindingKind, patch: int, closed_by: int | None = None) -> Finding:
    return Finding(
        rule, "missing", Level.WARNING, kind, patch, closed_by, tuple(map(int, status)), ("filling",),
        "", "", (), None, Letters(()), None, Location("", 0), rule,
    )  # fmt: skip


def report(count: int, *findings: Finding, what_if: WhatIf | None = None) -> Report:
    stages = tuple(StageInfo(number, f"step {number}") for number in range(count + 1))
    return replace(REPORT, stages=stages, findings=findings, what_if=what_if)


def window(status: str) -> Finding:
    return finding("told", status, FindingKind.WINDOW, status.index("1"), status.rindex("1") + 1)


class Answers:
    """Reports on a series taken otherwise, and what was asked for."""

    def __init__(self, answer: Callable[[WhatIf], Sequence[Finding]]) -> None:
        self.answer, self.asked = answer, list[str]()

    def __call__(self, what_if: WhatIf) -> Report:
        self.asked.append(what_if.words)
        return replace(
            REPORT, stages=(), findings=tuple(self.answer(what_if)), exit_status=0, what_if=what_if
        )


def test_without_a_window_nothing_is_tried() -> None:
    answers = Answers(lambda _: ())
    broken = report(3, finding("told", "0001", FindingKind.INTRODUCED, 3))
    assert (suggested([1, 2, 3], broken, answers), answers.asked) == ((), [])
    assert at_hand([1, 2, 3], broken) == ()


def test_a_window_that_the_project_lives_with_is_left_alone() -> None:
    known = replace(window("0010"), suppressed=Suppression("told", "", "we know", Location("s.toml", 1)))
    answers = Answers(lambda _: ())
    assert (suggested([1, 2, 3], report(3, known), answers), answers.asked) == ((), [])
    assert at_hand([1, 2, 3], report(3, known)) == ()


def test_neighbours_are_swapped_or_squashed() -> None:
    answers = Answers(lambda _: ())
    found = suggested([1, 2, 3], report(3, window("0010")), answers)
    assert answers.asked == ["--order 1,3,2", "--squash 2+3"]
    assert [(one.closes, one.apart) for one in found] == [(True, (1, 3, 2)), (True, (1, 3))]


def test_with_a_patch_between_either_is_moved_or_squashed_across_it() -> None:
    answers = Answers(lambda _: ())
    suggested([1, 2, 3, 4], report(4, window("00110")), answers)
    assert answers.asked == [
        "--order 1,4,2,3",
        "--order 1,3,4,2",
        "--squash 2+3+4",
        "--squash 2+4",
        "--order 1,3,2,4 --squash 2+4",
    ]


def test_other_moves_are_tried_only_if_none_of_these_helps() -> None:
    still = (window("0010"),)
    answers = Answers(lambda what_if: () if what_if.words == "--order 2,1,3" else still)
    found = suggested([1, 2, 3], report(3, *still), answers)
    assert answers.asked == ["--order 1,3,2", "--squash 2+3", "--order 2,1,3"]
    assert [one.closes for one in found] == [True, False, False]


def test_there_is_an_end_to_trying() -> None:
    own = list(range(1, 30))
    answers = Answers(lambda _: (window("0010"),))
    assert len(suggested(own, report(29, window("0" * 5 + "1" * 20 + "0" * 5)), answers)) == 8


def test_a_break_between_two_kept_stages_is_a_window_whatever_it_is_called() -> None:
    hidden = finding("told", "1010", FindingKind.FIXED, 3)
    found = suggested([1, 2, 3], report(3, window("0010")), Answers(lambda _: (hidden,)))
    assert [one.closes for one in found if one.apart == (1, 3)] == [False]


def test_what_does_not_apply_says_why() -> None:
    def clash(what_if: WhatIf) -> Report:
        doubt = Unknown("patch 3, a.c, hunk 1", "it does not apply", patch=3)
        return replace(REPORT, unknown=(doubt,), what_if=what_if)

    found = suggested([1, 2, 3], report(3, window("0010")), clash)
    assert {(one.closes, one.why) for one in found} == {(None, "patch 3, a.c, hunk 1: it does not apply")}


def test_what_breaks_less_and_then_what_keeps_more_apart_comes_first() -> None:
    bad = finding("other", "0001", FindingKind.INTRODUCED, 3)
    answers = Answers(lambda what_if: (bad,) if "--order" in what_if.words else ())
    found = suggested([1, 2, 3], report(3, window("0010")), answers)
    assert [one.what_if.words for one in found] == ["--squash 2+3", "--order 1,3,2"]


def test_a_squash_of_neighbours_is_told_from_the_stages_at_hand() -> None:
    lasting = finding("other", "0011", FindingKind.INTRODUCED, 2)
    (one,) = at_hand([1, 2, 3], report(3, window("0010"), lasting))
    assert (one.what_if, one.closes, one.checked) == (WhatIf(((1,), (2, 3)), "--squash 2+3"), True, False)
    assert [(b.rule, str(b.patch), b.status) for b in one.broken] == [("other", "2+3", (0, 0, 1))]


def test_windows_that_overlap_may_leave_one_another_open() -> None:
    found = at_hand([1, 2, 3, 4], report(4, window("00100"), window("01110")))
    assert [(one.what_if.words, one.closes) for one in found] == [
        ("--squash 1+2+3+4", True),
        ("--squash 2+3", False),
    ]


def test_a_series_that_is_taken_otherwise_is_changed_from_there() -> None:
    taken = WhatIf(((2,), (3,), (4,)), "--only 2-4")
    answers = Answers(lambda _: ())
    start = report(4, finding("told", "0100", FindingKind.WINDOW, 2, 3), what_if=taken)
    suggested([1, 2, 3, 4], start, answers)
    assert answers.asked == ["--only 2,3,4 --order 3,2,4", "--only 2,3,4 --squash 2+3"]


def test_the_words() -> None:
    swap = Suggestion(WhatIf(((1,), (3,), (2,)), "--order 1,3,2"), True)
    one = Suggestion(WhatIf(((1, 2),), "--squash 1+2"), None, why="it does not apply")
    told = replace(REPORT, suggestions=(swap, one))
    assert suggestions(told) == (
        "--order 1,3,2: no window stands open; it keeps 1, 3 and 2 apart; it breaks no rule",
        "--squash 1+2: could not be told: it does not apply; it makes one commit of 1+2",
    )


def test_on_the_engine_a_squash_is_what_it_was_told_to_be() -> None:
    (told,) = analyse(Options(SMALL, profile=str(DOMAIN), search=False))
    (tried,) = analyse(Options(SMALL, profile=str(DOMAIN), search=False, suggest=True))
    (squash,) = (one for one in tried.suggestions if one.what_if.words == "--squash 1+2")
    (at_once,) = told.suggestions
    assert (squash.closes, squash.checked, at_once.checked) == (True, True, False)
    kinds = [{(b.rule, b.violation, b.kind, b.status) for b in one.broken} for one in (squash, at_once)]
    assert kinds[0] == kinds[1]


@pytest.mark.slow
@pytest.mark.parametrize("source", ["reduced", "real"])
def test_both_ways_out_of_the_window_of_the_real_series_are_offered(source: str) -> None:
    repo = str(qemu()) if source == "real" else None
    paths = REDUCED
    if source == "real":
        paths = tuple(sorted(map(str, shared("series/qemu-failed-notifier").glob("*.patch"))))
    (found,) = analyse(Options(paths, repo=repo, search=False, suggest=True))
    assert {(one.what_if.words, one.closes, one.checked, one.apart) for one in found.suggestions} == {
        ("--order 1,3,2", True, True, (1, 3, 2)),
        ("--squash 2+3", True, True, (1, 3)),
    }
