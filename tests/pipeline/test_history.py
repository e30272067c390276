"""Which commit changed which sequence, on small repositories whose commits are known."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analyzer.model.history import History, Judged
from analyzer.model.unknown import InputError
from analyzer.pipeline import comparison
from analyzer.pipeline import history as module
from analyzer.pipeline.history import HistoryOptions, history
from analyzer.pipeline.resume import Kept
from analyzer.pipeline.workers import Died, spread
from analyzer.reports.history import HISTORIES
from tests.repositories import commit, every_byte, git, repository

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "fixtures" / "second-domain"
PATCHES = tuple(str(path) for path in sorted((DOMAIN / "series").glob("000[12]*.patch")))
SOURCE = {f"fwup/{path.name}": path.read_text() for path in (DOMAIN / "lifecycle").iterdir()}
UPDATE = SOURCE["fwup/update.c"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A word, the source, other words, a comment, the two patches of the series, words again."""
    folder = repository(tmp_path / "tree")
    commit(folder, {"README": "words\n"}, "before")
    commit(folder, SOURCE, "the source")
    commit(folder, {"README": "more words\n"}, "elsewhere")
    commit(folder, {"fwup/update.c": UPDATE.replace("/*", "/* again:", 1)}, "a comment")
    git(folder, "am", "-q", *PATCHES)
    commit(folder, {"README": "still more\n", "fwup/notes.txt": "none\n"}, "elsewhere again")
    return folder


def walked(tree: Path, **options: object) -> History:
    return history(HistoryOptions(repo=str(tree), profile=str(DOMAIN), **options))  # type: ignore[arg-type]


def changed(found: History) -> list[tuple[str, list[str]]]:
    return [
        (entry.title, [one.id for one in entry.scenarios if one.changed and not one.generated])
        for entry in found.entries
        if not entry.first
    ]


def test_the_commits_that_change_a_sequence_are_told(tree: Path) -> None:
    found = walked(tree)
    assert (found.commits, found.touching, found.judged) == (7, 4, 4)
    assert [title[:18] for title, _ in changed(found)] == ["fwup: treat a canc", "fwup: tell listene"]
    first, *rest = found.entries
    assert (first.title, first.first) == ("the source", True)
    assert all(one.after.labels for one in first.scenarios if not one.generated)
    assert (found.stopped, found.exit_status) == ("", 0)
    assert not any(entry.first for entry in rest)


def test_what_a_commit_leaves_is_what_the_next_one_finds(tree: Path) -> None:
    first, one, two = walked(tree).entries
    for scenario in first.scenarios:
        (then,) = [each for each in one.scenarios if each.id == scenario.id]
        assert then.before.labels == scenario.after.labels
        (later,) = [each for each in two.scenarios if each.id == scenario.id]
        assert later.before.labels == then.after.labels


def test_a_range_begins_in_the_middle(tree: Path) -> None:
    found = walked(tree, words="HEAD~3..HEAD~2")
    assert (found.commits, found.touching) == (1, 1)
    assert [title[:18] for title, _ in changed(found)] == ["fwup: treat a canc"]
    assert walked(tree, words="HEAD~2..HEAD~3").commits == 0


def test_paths_restrict_the_walk(tree: Path) -> None:
    assert walked(tree, paths=("fwup/cancel.c",)).touching == 1
    assert walked(tree, paths=("README",)).entries == ()
    assert walked(tree, paths=("README",)).touching == 3


def test_a_commit_that_changes_too_much_is_compared_by_its_lists(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed = walked(tree, keep=False)
    monkeypatch.setattr(comparison, "FOLLOWED", 0)
    apart = walked(tree, keep=False)
    assert changed(apart) == changed(followed)
    assert all(entry.apart for entry in apart.entries)
    assert "by themselves" in HISTORIES["text"](apart, 80, ()).replace("\n", " ")


def test_the_walk_ends_at_what_it_cannot_read(tree: Path) -> None:
    commit(tree, {"fwup/update.c": "int nothing;\n"}, "gone")
    commit(tree, {"fwup/update.c": UPDATE}, "back")
    found = walked(tree)
    assert [entry.title for entry in found.entries] == ["back"]
    assert found.entries[0].first
    assert "the parent of" in found.stopped
    assert "5 older commits" in found.stopped
    assert found.exit_status == 3
    older = walked(tree, words="HEAD~1")
    assert older.entries == ()
    assert older.stopped.startswith(f"nothing can be told of {git(tree, 'rev-parse', 'HEAD~1')[:12]}")


def test_a_merge_is_its_change_against_the_first_parent(tree: Path) -> None:
    git(tree, "checkout", "-q", "-b", "side", "HEAD~3")
    git(tree, "checkout", "-q", "-B", "main", "HEAD~0")
    git(tree, "checkout", "-q", "side")
    git(tree, "am", "-q", *PATCHES)
    git(tree, "checkout", "-q", "main")
    git(tree, "merge", "-q", "--no-ff", "-m", "merge of side", "side")
    found = walked(tree)
    assert [title for title, _ in changed(found)] == ["merge of side"]
    assert found.entries[-1].merge
    full = walked(tree, full=True)
    assert [title[:18] for title, _ in changed(full)] == ["fwup: treat a canc", "fwup: tell listene"]


def test_the_end_of_a_shallow_repository_is_no_beginning(tree: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=3", f"file://{tree}", "shallow")
    found = walked(tmp_path / "shallow")
    assert "shallow" in found.stopped
    assert found.exit_status == 3


def test_processes_find_the_same(tree: Path) -> None:
    assert walked(tree, jobs=3, keep=False) == walked(tree, jobs=1, keep=False)


def test_what_was_found_is_kept(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = walked(tree)

    def never(*_: object) -> Judged:
        raise AssertionError("compared again")

    monkeypatch.setattr(module.Comparison, "__call__", never)
    assert walked(tree) == first
    with pytest.raises(AssertionError):
        walked(tree, keep=False)


def test_commits_looked_at_together_are_judged_as_alone(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (tree / "fwup/update.c").read_text()
    for number, (old, new) in enumerate(
        [
            ("case UPD_CANCELLING:", "case UPD_CANCELLING: /* soon */"),
            ("NOTE_APPLIED", "NOTE_ABORTED"),
            ("NOTE_BEGUN", "NOTE_APPLIED"),
            ("#include", "/* more */\n#include"),
            ("NOTE_APPLIED", "NOTE_BEGUN"),
        ]
    ):
        assert old in text
        text = text.replace(old, new, 1)
        commit(tree, {"fwup/update.c": text}, f"step {number}")
    together = walked(tree, keep=False)
    monkeypatch.setattr(module, "LONGEST", 1)
    alone = walked(tree, keep=False)
    assert changed(together) == changed(alone)
    assert len(changed(alone)) > 3
    assert [entry.scenarios for entry in together.entries] == [entry.scenarios for entry in alone.entries]


def test_damage_to_what_is_kept_is_noticed(tree: Path, cache: Path) -> None:
    first = walked(tree)
    (kept,) = (cache / "analyze-series" / "history").iterdir()
    whole = kept.read_bytes()
    for damaged in (whole[:-7], whole[7:], whole.replace(b"BEGUN", b"BEGAN"), b"\xff\0junk", b""):
        kept.write_bytes(damaged)
        assert walked(tree) == first
    kept.unlink()
    (cache / "analyze-series" / "history").rmdir()
    (cache / "analyze-series" / "history").write_text("no folder")
    assert walked(tree) == first


def test_a_killed_walk_goes_on(tree: Path, cache: Path) -> None:
    before = every_byte(tree)
    program = [sys.executable, "-m", "analyzer", "history", "--repo", str(tree), "--profile", str(DOMAIN)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)}
    for jobs, pause in (("1", 0.8), ("2", 1.2), ("2", 2.0)):
        process = subprocess.Popen([*program, "--jobs", jobs], env=environment, stdout=subprocess.DEVNULL)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert walked(tree) == walked(tree, keep=False)
    assert every_byte(tree) == before


def test_formats_say_it(tree: Path) -> None:
    found = walked(tree)
    said = HISTORIES["text"](found, 80, ())
    assert "what was there first:" in said
    assert "fwup: tell listeners of every failed update" in said
    told = json.loads(HISTORIES["json"](found, 80, ()))
    assert [entry["title"] for entry in told["entries"]] == [entry.title for entry in found.entries]
    assert told["entries"][0]["scenarios"][0]["before"] is None
    assert told["exit_status"] == 0


def test_bad_input_is_refused(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        walked(tree, words="nowhere")
    with pytest.raises(InputError, match="nowhere"):
        walked(tree, words="nowhere..HEAD")
    with pytest.raises(InputError, match="--profile"):
        history(HistoryOptions(repo=str(tree)))
    with pytest.raises(InputError, match="folder"):
        walked(tmp_path / "absent")


# --- processes -------------------------------------------------------------------------------------


def doubled() -> object:
    return lambda number: number * 2 if number else os.kill(os.getpid(), signal.SIGKILL)


def refusing() -> object:
    def refuse(number: int) -> int:
        raise InputError(f"not {number}")

    return refuse


def test_work_is_spread_and_a_death_is_told() -> None:
    results = list(spread(doubled, [1, 2, 0, 3], 2))  # type: ignore[arg-type]
    assert sorted(one for one in results if isinstance(one, int)) == [2, 4, 6]
    (died,) = [one for one in results if isinstance(one, Died)]
    assert died.item == 0
    assert not multiprocessing.active_children()


def test_what_is_raised_is_raised_by_the_caller() -> None:
    with pytest.raises(InputError, match=r"not [12]"):
        list(spread(refusing, [1, 2], 2))  # type: ignore[arg-type]
    assert not multiprocessing.active_children()


def test_values_are_kept_per_dependence(tmp_path: Path) -> None:
    one = Kept(tmp_path, ["a"])
    one.put("key", {"x": [1, "\ud800 \n"]})
    assert Kept(tmp_path, ["a"]).get("key") == {"x": [1, "\ud800 \n"]}
    assert Kept(tmp_path, ["b"]).get("key") is None
    assert Kept(None, ["a"]).get("key") is None
