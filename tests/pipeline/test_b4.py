"""b4 itself runs the check: on a review branch, on a thread that it keeps, and on a branch of one's own."""

from __future__ import annotations

import argparse
import email
import email.policy
import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import b4
import b4.ez
import b4.review
import pytest
from b4.review import checks
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyzer import profiles
from analyzer.model.unknown import InputError
from analyzer.pipeline.siblings import siblings_of
from tests.repositories import commit, every_byte, git, repository

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "fixtures" / "second-domain"
PATCHES = sorted((DOMAIN / "series").glob("000[1-9]*.patch"))
COVER = (DOMAIN / "series" / "0000-cover-letter.patch").read_bytes()
MAILS = [path.read_bytes() for path in PATCHES]
CHANGE = "20250303-fwup-1a2b3c"
COMMAND = shlex.join([sys.executable, "-m", "analyzer", "b4-check", "--profile", str(DOMAIN)])


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The built-in lifecycle as a tree of its own, on whose branch `main` the series applies."""
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("B4_TRACKING_FILE", raising=False)
    folder = repository(tmp_path / "tree")
    commit(folder, {model.path: model.text for model in profiles.load(str(DOMAIN)).model})
    monkeypatch.chdir(folder)
    yield folder


def tracked(tree: Path, tmp_path: Path, *, thread: bool = False, notes: bool = True) -> Path:
    """A review branch as b4 makes one, and the file that its interface hands to checks."""
    git(tree, "checkout", "-q", "-b", f"b4/review/{CHANGE}")
    git(tree, "am", "-q", *map(str, PATCHES))
    series: dict[str, Any] = {
        "change-id": CHANGE,
        "first-patch-commit": git(tree, "rev-parse", f"HEAD~{len(PATCHES) - 1}"),
    }
    if thread:
        mbox = b"".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + one + b"\n" for one in [COVER, *MAILS])
        series["thread-blob"] = git(tree, "hash-object", "-w", "--stdin", feed=mbox)
    git(
        tree, "commit", "-q", "--allow-empty", "-F", "-",
        feed="cover\n\n" + b4.review.make_review_magic_json({"series": series, "patches": []}),
    )  # fmt: skip
    branch = f"b4/review/{CHANGE}"
    _, tracking = b4.review.load_tracking(str(tree), branch)
    git(tree, "checkout", "-q", "main")
    if not notes:
        git(tree, "branch", "-q", "-D", branch)
    path = tmp_path / "tracking.json"
    path.write_text(json.dumps(tracking), encoding="utf-8")
    return path


def message(raw: bytes) -> EmailMessage:
    found: EmailMessage = email.message_from_bytes(raw, policy=email.policy.EmailPolicy())  # type: ignore[assignment]
    return found


def test_b4_review_shows_each_patch_what_it_does(tree: Path, tmp_path: Path) -> None:
    tracking = tracked(tree, tmp_path)
    git(tree, "config", "b4.review-perpatch-check-cmd", COMMAND)
    b4.setup_config(argparse.Namespace(config={}))
    configured, _ = checks.load_check_cmds()
    before = every_byte(tree)
    found = checks.run_perpatch_checks(
        [(str(n), message(raw)) for n, raw in enumerate(MAILS, 1)],
        configured,
        str(tree),
        extra_env={"B4_TRACKING_FILE": str(tracking)},
    )
    said = [[(one["tool"], one["status"]) for one in found[n]] for n in ("1", "2")]
    assert said == [[("analyze-series", "warn")], [("analyze-series", "fail")]]
    assert json.loads(found["2"][0]["details"])[0]["status"] == "fail"
    assert every_byte(tree) == before


def test_b4_prep_takes_each_line_for_a_complaint(tree: Path) -> None:
    git(tree, "am", "-q", *map(str, PATCHES))
    git(tree, "config", "b4.prep-perpatch-check-cmd", f"{COMMAND} --format terse")
    b4.setup_config(argparse.Namespace(config={}))
    ((configured, *_), _) = b4.ez.get_check_cmds()
    report = b4.LoreMessage.run_local_check(shlex.split(configured), "x", message(MAILS[1]), nocache=True)
    assert "fail" in [flag for flag, _ in report]
    assert all("ERROR: " in said or "WARNING: " in said for _, said in report)


def test_the_commits_of_the_review_branch_come_first(tree: Path, tmp_path: Path) -> None:
    tracking = tracked(tree, tmp_path, thread=True)
    found = siblings_of(MAILS[1], str(tracking), str(tree))
    base, last = found.commits.split("..")
    assert (found.number, found.how) == (2, "commits of the review branch")
    assert base == git(tree, "rev-parse", "main")
    assert last == git(tree, "rev-parse", f"b4/review/{CHANGE}^")


def test_without_its_branch_the_thread_that_b4_keeps_is_read(tree: Path, tmp_path: Path) -> None:
    tracking = tracked(tree, tmp_path, thread=True, notes=False)
    found = siblings_of(MAILS[0], str(tracking), str(tree))
    assert (found.commits, found.how) == ("", "the thread that b4 keeps")
    assert all(one.strip() in found.mails for one in MAILS)


def test_without_b4_commits_with_the_title_are_looked_for(tree: Path) -> None:
    assert siblings_of(MAILS[0], "", str(tree)).mails == MAILS[0]
    base = git(tree, "rev-parse", "HEAD")
    git(tree, "am", "-q", *map(str, PATCHES))
    commit(tree, {"later": "x"}, "later")
    found = siblings_of(MAILS[0], "", str(tree))
    last = git(tree, "rev-parse", "HEAD^")
    assert (found.commits, found.how) == (f"{base}..{last}", "commits below HEAD")
    assert siblings_of(MAILS[1], "", str(tree)).commits == found.commits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"series": []}',
        "[" * 100_000,
        '{"series": {"first-patch-commit": "--output=x", "change-id": "../../x", "thread-blob": "HEAD"}}',
        '{"series": {"first-patch-commit": "c0ffee0", "change-id": "gone", "thread-blob": "c0ffee0"}}',
    ],
)
def test_a_tracking_file_that_is_none_leaves_the_mail_alone(tree: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "tracking.json"
    path.write_text(text, encoding="utf-8")
    before = every_byte(tree)
    found = siblings_of(MAILS[0], str(path), str(tree))
    assert (found.commits, found.mails, found.how) == ("", MAILS[0], "the mail alone")
    assert every_byte(tree) == before


def test_outside_of_a_repository_the_mail_stands_alone(tmp_path: Path) -> None:
    assert siblings_of(MAILS[0], str(tmp_path / "none"), str(tmp_path)).mails == MAILS[0]


def test_what_is_no_mail_is_refused() -> None:
    with pytest.raises(InputError, match="no mail with a subject"):
        siblings_of(b"nothing", "", ".")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=80))
@example(b"=?utf-8?q?[PATCH_1/2]_=1b[2J?=", b"")
@example(b"[PATCH 99999/99999] a\0b", b"")
def test_any_bytes_are_a_mail_or_refused(subject: bytes, rest: bytes) -> None:
    for mail in (b"Subject: " + subject + b"\n\n" + rest, subject + rest):
        with suppress(InputError):
            assert siblings_of(mail, "", str(ROOT)).mails in (mail, b"")
