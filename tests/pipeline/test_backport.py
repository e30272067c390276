"""The backport matrix: what each patch alone and each beginning of a series does on the base."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import profiles
from analyzer.model.backport import Backport, Effect, Part
from analyzer.model.level import Level
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.backport import backport
from analyzer.pipeline.options import Options
from tests.pipeline.test_what_if import MEETING
from tests.real_trees import qemu, shared
from tests.repositories import commit, git, repository

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "fixtures" / "second-domain"
SMALL = tuple(sorted(map(str, (DOMAIN / "series").glob("*.patch"))))
REDUCED = tuple(sorted(map(str, (ROOT / "fixtures" / "qemu-reduced" / "series").glob("*.patch"))))


def small(*paths: str, **options: object) -> Backport:
    chosen = Options(paths or SMALL, profile=str(DOMAIN), search=False, cache=False)
    (found,) = backport(Options(**{**vars_of(chosen), **options}))  # type: ignore[arg-type]
    return found


def vars_of(options: Options) -> dict[str, object]:
    return {name: getattr(options, name) for name in Options.__dataclass_fields__}


def part(found: Backport, *numbers: int, alone: bool = False) -> Part:
    (one,) = (p for p in found.parts if p.numbers == numbers and p.alone is alone)
    return one


def broken(one: Part) -> set[tuple[str, str]]:
    return {(each.rule, each.violation) for each in one.affected if each.effect is Effect.BREAKS}


def test_each_patch_alone_and_each_beginning() -> None:
    found = small()
    assert [(one.numbers, one.alone) for one in found.parts] == [((1,), True), ((2,), True), ((1, 2), False)]
    assert [one.applies for one in found.parts] == [True, True, True]
    assert found.exit_status == 1


def test_what_alone_breaks_is_not_what_the_series_breaks() -> None:
    found = small()
    assert broken(part(found, 1, alone=True)) == {("failure-is-told", "missing")}
    assert broken(part(found, 1, 2)) == {("abort-before-radio", "out of order")}
    assert ("failure-is-told", "duplicate") in broken(part(found, 2, alone=True))


def test_a_window_is_an_error_to_who_stops_in_it() -> None:
    (one,) = (each for each in part(small(), 1, alone=True).affected if each.effect is Effect.BREAKS)
    assert one.level is Level.ERROR
    assert one.way_out


@pytest.mark.parametrize("number", [1, 2])
def test_a_patch_alone_does_what_the_report_on_it_alone_says(number: int) -> None:
    (report,) = analyse(Options(SMALL, profile=str(DOMAIN), search=False, only=str(number)))
    one = part(small(), number, alone=True)
    # Patch 1 alone is the first stage of the whole series, which knows more of its runs.
    said = {(f.rule, f.violation) for f in report.findings if f.status == (0, 1)}
    assert broken(one) == said


def test_what_does_not_apply_says_file_and_hunk(tmp_path: Path) -> None:
    second = tmp_path / "0002.patch"
    second.write_text(MEETING.format(number="34,9", word="ABORTED", other="DONE"))
    found = small(SMALL[1], str(second), fail_on=None)
    one = part(found, 2, alone=True)
    assert (one.applies, one.affected) == (False, ())
    assert one.why.startswith("patch 2, fwup/update.c, hunk 1: it does not apply")
    assert found.exit_status == 3


def test_below_the_level_that_fails_it_passes() -> None:
    assert small(fail_on=None).exit_status == 0


def test_what_is_suppressed_does_not_fail(tmp_path: Path) -> None:
    rules = ("failure-is-told", "abort-before-radio", "cancel-is-told")
    file = tmp_path / "suppressions.toml"
    file.write_text("".join(f'[[suppress]]\nrule = "{rule}"\nreason = "known"\n' for rule in rules))
    found = small(suppressions=str(file))
    assert found.exit_status == 0
    assert {each.suppressed.reason for p in found.parts for each in p.affected if each.suppressed} == {
        "known"
    }


def test_on_a_tree(tmp_path: Path) -> None:
    folder = repository(tmp_path / "tree")
    start = commit(folder, {model.path: model.text for model in profiles.load(str(DOMAIN)).model})
    found = small(repo=str(folder))
    assert (found.source, found.base) == ("tree", start)
    assert [broken(one) for one in found.parts] == [broken(one) for one in small().parts]


def test_commits_are_taken_to_the_base_that_is_named(tmp_path: Path) -> None:
    folder = repository(tmp_path / "tree")
    texts = {model.path: model.text for model in profiles.load(str(DOMAIN)).model}
    commit(folder, texts)
    git(folder, "branch", "topic")
    stable = commit(folder, {path: f"/* stable */\n{text}" for path, text in texts.items()})
    git(folder, "checkout", "-q", "topic")
    git(folder, "am", "-q", *(path for path in SMALL if "cover" not in path))
    found = small("main..topic", repo=str(folder), base="main")
    assert found.base == stable
    assert [broken(one) for one in found.parts] == [broken(one) for one in small().parts]


def test_what_concerns_no_profile_has_no_matrix(tmp_path: Path) -> None:
    other = tmp_path / "other.diff"
    other.write_text("--- a/x.txt\n+++ b/x.txt\n@@ -1 +1 @@\n-a\n+b\n")
    assert backport(Options((str(other),), search=False)) == ()


@pytest.mark.slow
@pytest.mark.parametrize("source", ["reduced", "real"])
def test_the_real_series(source: str) -> None:
    repo = str(qemu()) if source == "real" else None
    paths = REDUCED
    if source == "real":
        paths = tuple(sorted(map(str, shared("series/qemu-failed-notifier").glob("*.patch"))))
    (found,) = backport(Options(paths, repo=repo, search=False))
    late = ("failed-before-guest-starts", "missing")
    lost = ("failure-ends-with-failed", "missing")
    assert all(one.applies for one in found.parts)
    assert broken(part(found, 1, alone=True)) == set()
    assert broken(part(found, 2, alone=True)) == broken(part(found, 1, 2)) == {late}
    assert lost in broken(part(found, 3, alone=True))
    assert late not in broken(part(found, 3, alone=True)) | broken(part(found, 1, 2, 3))
