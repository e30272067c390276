"""What if a series were taken otherwise: what may be asked for, and what the answer is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer import intake, profiles
from analyzer.model.report import Finding, FindingKind, Report
from analyzer.model.series import Series
from analyzer.model.unknown import InputError, Unknown, Weight
from analyzer.model.what_if import Squashed, WhatIf
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options
from analyzer.pipeline.what_if import asked, otherwise
from analyzer.snapshots import built_in
from tests.ground_truth import TABLE, row
from tests.real_trees import qemu, shared

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "fixtures" / "second-domain"
SMALL = tuple(sorted(str(path) for path in (DOMAIN / "series").glob("000[12]*.patch")))
REDUCED = tuple(sorted(str(path) for path in (ROOT / "fixtures" / "qemu-reduced" / "series").glob("*.patch")))


def series_of(paths: tuple[str, ...]) -> Series:
    (series,) = intake.read(list(paths))
    return series


THREE = series_of(REDUCED)


def steps(**options: object) -> tuple[tuple[int, ...], ...]:
    what_if = asked(THREE, Options((), **options))  # type: ignore[arg-type]
    assert what_if is not None
    return what_if.steps


def small(**options: object) -> Report:
    (report,) = analyse(Options(SMALL, profile=str(DOMAIN), search=False, **options))  # type: ignore[arg-type]
    return report


def windows(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.kind is FindingKind.WINDOW]


def hidden(report: Report) -> list[Finding]:
    """Findings whose status goes down to 0, up to 1 and down again: a break that only a bisection meets."""
    return [f for f in report.findings if "101" in "".join(str(1 - s) for s in f.status if s is not None)]


def test_without_an_option_a_series_is_taken_as_it_is() -> None:
    assert asked(THREE, Options(())) is None
    assert otherwise(THREE, None) is THREE


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ({"only": "2"}, ((2,),)),
        ({"only": "3,1"}, ((1,), (3,))),  # --only leaves out; --order orders
        ({"only": "2-3"}, ((2,), (3,))),
        ({"order": "1,3,2"}, ((1,), (3,), (2,))),
        ({"squash": ("2+3",)}, ((1,), (2, 3))),
        ({"squash": ("3+1",)}, ((1, 3), (2,))),  # where the first of them stands, in the series' order
        ({"only": "2,3", "order": "3,2"}, ((3,), (2,))),
        ({"only": "2,3", "squash": ("2+3",)}, ((2, 3),)),
        ({"order": "3,1,2", "squash": ("2+3",)}, ((3, 2), (1,))),
    ],
)
def test_what_may_be_asked_for(options: dict[str, object], want: tuple[tuple[int, ...], ...]) -> None:
    assert steps(**options) == want


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"only": "4"}, "--only 4: the series has no patch 4; it has 1, 2, 3"),
        ({"only": "0"}, "has no patch 0"),
        ({"only": ""}, "no patch number"),
        ({"only": "two"}, "'two' is no patch number"),
        ({"only": "3-2"}, "'3-2' is no range"),
        ({"only": "2,2"}, "patch 2 is named twice"),
        ({"order": "1,3"}, "patch 2 is not in it"),
        ({"order": "1,2,3,3"}, "patch 3 is named twice"),
        ({"order": "1,2,3", "only": "1,2"}, "patch 3 is left out by --only"),
        ({"squash": ("2",)}, "'2' is one patch"),
        ({"squash": ("2+",)}, "'' is no patch number"),
        ({"squash": ("2+4",)}, "has no patch 4"),
        ({"squash": ("1+2", "2+3")}, "patch 2 is named twice"),
        ({"squash": ("1+2",), "only": "2,3"}, "patch 1 is left out by --only"),
        ({"only": "1-999999"}, "is no range"),
    ],
)
def test_what_cannot_be_asked_for(options: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=r"^--(only|order|squash)") as raised:
        steps(**options)
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_number_that_two_patches_have_cannot_be_meant() -> None:
    twice = replace(THREE, patches=(*THREE.patches, THREE.patches[1]))
    with pytest.raises(InputError, match="2 patches of the series have the number 2"):
        asked(twice, Options((), only="2"))


def test_what_could_not_be_read_of_a_patch_counts_where_it_is_taken() -> None:
    doubts = tuple(Unknown(f"patch {n}", "unreadable", patch=n) for n in (0, 1, 2, 3))
    series = replace(THREE, unknown=doubts)
    taken = otherwise(series, WhatIf(((2, 3),), ""))
    assert [doubt.patch for doubt in taken.unknown] == [0, Squashed((2, 3)), Squashed((2, 3))]
    assert [patch.number for patch in taken.patches] == [2, 3]


@pytest.mark.parametrize("paths", [SMALL, REDUCED], ids=["small", "reduced"])
def test_on_the_built_in_lifecycle_its_own_order_changes_nothing(paths: tuple[str, ...]) -> None:
    series = series_of(paths)
    profile = profiles.load(str(DOMAIN) if paths is SMALL else "qemu-migration")
    own = WhatIf(tuple((patch.number,) for patch in series.patches), "")
    assert built_in.lay(series, profile, own) == built_in.lay(series, profile)


@pytest.mark.parametrize("paths", [SMALL, REDUCED], ids=["small", "reduced"])
def test_on_the_built_in_lifecycle_all_in_one_gives_the_last_stage(paths: tuple[str, ...]) -> None:
    series = series_of(paths)
    profile = profiles.load(str(DOMAIN) if paths is SMALL else "qemu-migration")
    _, one = built_in.lay(series, profile, WhatIf((tuple(p.number for p in series.patches),), ""))
    last = built_in.lay(series, profile)[-1]
    assert (dict(one.files), dict(one.lines), one.unknown) == (dict(last.files), dict(last.lines), ())


def test_in_its_own_order_the_report_is_the_same() -> None:
    own, plain = small(order="1,2", claims=False), small(claims=False)
    assert replace(own, what_if=None, spots=plain.spots) == plain


def test_all_in_one_has_the_sequences_of_the_last_stage() -> None:
    one, plain = small(squash=("1+2",)), small()
    for squashed, sent in zip(one.scenarios, plain.scenarios, strict=True):
        assert len(squashed.stages) == 2
        labels = [
            {tuple(letter.label for letter in sequence.letters) for sequence in stage.sequences}
            for stage in (squashed.stages[0], sent.stages[0], squashed.stages[-1], sent.stages[-1])
        ]
        assert labels[0] == labels[1]
        assert labels[2] == labels[3]


def test_the_orders_of_the_reduced_series_meet_at_the_same_text() -> None:
    profile = profiles.load("qemu-migration")
    last = built_in.lay(THREE, profile)[-1]
    for order in ((1, 3, 2), (3, 2, 1), (2, 1, 3)):
        laid = built_in.lay(THREE, profile, WhatIf(tuple((number,) for number in order), ""))
        assert [snapshot.patch for snapshot in laid] == [0, *order]
        assert dict(laid[-1].files) == dict(last.files)


@pytest.fixture
def meeting(tmp_path: Path) -> tuple[str, ...]:
    """Two patches of which the second changes a line that the first adds."""
    first = Path(SMALL[0]).read_text()
    again = MEETING.format(number="34,9", word="ABORTED", other="DONE")
    paths = (tmp_path / "0001.patch", tmp_path / "0002.patch")
    for path, text in zip(paths, (first, again), strict=True):
        path.write_text(text)
    return tuple(map(str, paths))


MEETING = """From: A U Thor <author@example.org>
Subject: [PATCH 2/2] fwup: say it is done

---
diff --git a/fwup/update.c b/fwup/update.c
--- a/fwup/update.c
+++ b/fwup/update.c
@@ -{number} +{number} @@ static void fwup_settle(Updater *u)
         break;
     case UPD_FAILED:
         if (u->radio_parked) {{
-            fwup_tell(NOTE_{word}, u);
+            fwup_tell(NOTE_{other}, u);
             radio_resume(u);
         }}
         break;
     default:
         log_note("settled in an unexpected phase");
"""


def test_patches_that_meet_conflict_without_a_tree_too(meeting: tuple[str, ...]) -> None:
    series, profile = series_of(meeting), profiles.load(str(DOMAIN))
    assert all(snapshot.analysed for snapshot in built_in.lay(series, profile))
    _, second = built_in.lay(series, profile, WhatIf(((2,),), ""))
    assert not second.analysed
    assert second.unknown[0].what == "patch 2, fwup/update.c, hunk 1"
    assert "it does not apply to what is before it then" in second.unknown[0].why


def test_where_line_numbers_do_not_tell_it_is_an_assumption_that_patches_apply() -> None:
    series = replace(THREE, missing=(4,))
    _, one = built_in.lay(series, profiles.load("qemu-migration"), WhatIf(((3,),), ""))
    assert [doubt.weight for doubt in one.unknown] == [Weight.ASSUMPTION]


def test_a_squash_closes_a_window_and_is_written_with_a_plus() -> None:
    assert windows(small())
    report = small(squash=("1+2",))
    assert not windows(report)
    assert [(stage.patch, str(stage.patch)) for stage in report.stages] == [(0, "0"), (2, "1+2")]
    assert {str(finding.patch) for finding in report.findings} == {"1+2"}
    assert report.what_if == WhatIf(((1, 2),), "--squash 1+2")


def test_what_does_not_apply_leaves_the_stages_before_it(meeting: tuple[str, ...]) -> None:
    (report,) = analyse(Options(meeting, profile=str(DOMAIN), search=False, only="2"))
    assert report.exit_status == 3
    assert [bool(stage.note) for stage in report.stages] == [False, True]
    assert any("patch 2, fwup/update.c, hunk 1" in doubt.what for doubt in report.unknown)
    assert all(
        scenario.stages[0].sequences or not scenario.stages[0].unknown for scenario in report.scenarios
    )


# After patches 1 and 3: what the start of a postcopy notifies stays, FAILED comes when the iteration ends.
WITHOUT_SECOND: dict[str, str] = {
    "precopy-success": "S Dc",
    "precopy-failure-at-switchover": "S Fi V",
    "precopy-failure-before-switchover": "S Fi",
    "postcopy-success": "S Dp Dc",
    "failed-postcopy": "S Fp Fi V",
    "failed-postcopy-after-package": "S Dp Fp Fi V",
    "cancel-before-switchover": "S Fi",
    "connect-failure-after-setup": "S",
}


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"squash": ("2+3",)}, {"order": "1,3,2"}], ids=["squash", "order"])
@pytest.mark.parametrize("source", ["reduced", "real"])
def test_the_window_of_the_real_series_is_closed(source: str, options: dict[str, object]) -> None:
    repo = str(qemu()) if source == "real" else None
    folder = shared("series/qemu-failed-notifier") if source == "real" else None
    paths = tuple(sorted(map(str, folder.glob("*.patch")))) if folder else REDUCED
    (report,) = analyse(Options(paths, repo=repo, search=False, **options))  # type: ignore[arg-type]
    assert report.source == ("tree" if repo else "built-in")
    assert [stage.note for stage in report.stages] == [""] * len(report.stages)
    assert not windows(report)
    assert not hidden(report)
    for scenario, (base, first, _, last) in TABLE.items():
        between = () if "squash" in options else (WITHOUT_SECOND[scenario],)
        assert row(report, scenario) == (base, first, *between, last)
