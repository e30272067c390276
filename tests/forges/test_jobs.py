"""The jobs for forges give what the command line gives, whatever strangers call things."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forges.job import HOSTILE, ROOT, github, gitlab, provided, yaml
from tests.hooks.world import DOMAIN, PATCHES, SOURCE
from tests.repositories import commit, git, repository

PROFILE = str(DOMAIN / "profile.toml")
PLAIN = str(ROOT / "forges" / "gitlab.yml")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose `origin` has a topic with a regression beside a main that went on."""
    origin = repository(tmp_path / "origin")
    commit(origin, {**SOURCE, "README": "words\n"}, "the source")
    git(origin, "checkout", "-q", "-b", "topic")
    git(origin, "am", "-q", *map(str, PATCHES))
    git(origin, "checkout", "-q", "-b", "words", "main")
    commit(origin, {"README": "other words\n"}, HOSTILE)
    git(origin, "checkout", "-q", "main")
    commit(origin, {"README": "more words\n"}, "went on")
    folder = tmp_path / "checkout"
    git(tmp_path, "clone", "-q", f"file://{origin}", str(folder))
    return folder


def at(checkout: Path, branch: str) -> str:
    return git(checkout, "rev-parse", f"origin/{branch}")


def request(base: str, head: str) -> dict[str, object]:
    """What GitHub sends of a pull request, as far as somebody could think of reading it."""
    return {
        "action": "opened",
        "pull_request": {
            "title": HOSTILE,
            "base": {"ref": HOSTILE, "sha": base},
            "head": {"ref": HOSTILE, "sha": head, "label": HOSTILE},
        },
    }


def by_hand(checkout: Path, words: str, *more: str) -> subprocess.CompletedProcess[str]:
    program = (sys.executable, "-m", "analyzer", "--repo", str(checkout), "--profile", PROFILE)
    return subprocess.run([*program, *more, words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_pull_request_gets_what_the_command_line_gives(tmp_path: Path, checkout: Path) -> None:
    provided(tmp_path / "analyze-series")
    base, head = at(checkout, "main"), at(checkout, "topic")
    ended = github(tmp_path, checkout, request(base, head), {"profile": PROFILE})
    sarif = tmp_path / "by-hand.sarif"
    done = by_hand(
        checkout, f"{base}...{head}", "--format", "github", "--format", "sarif", "--output", str(sarif)
    )
    assert (ended.status, ended.log) == (done.returncode, done.stdout) == (1, ended.log)
    assert "::error file=fwup/update.c" in ended.log
    assert json.loads((tmp_path / "analyze-series.sarif").read_text()) == json.loads(sarif.read_text())
    assert "abort-before-radio" in (tmp_path / "summary.md").read_text()
    outputs = (tmp_path / "output").read_text()
    assert "status=1\n" in outputs and f"\n{tmp_path}/analyze-series.sarif\n" in outputs


def test_a_push_and_a_merge_queue_are_looked_at_too(tmp_path: Path, checkout: Path) -> None:
    provided(tmp_path / "analyze-series")
    base, head = at(checkout, "main"), at(checkout, "topic")
    queue = {"merge_group": {"base_sha": base, "head_sha": head}}
    queued = github(tmp_path, checkout, queue, {"profile": PROFILE})
    assert (queued.status, "::error file=fwup/update.c" in queued.log) == (1, True)
    # The level from which on it fails is the workflow's.
    never = {"profile": PROFILE, "fail-on": "never"}
    pushed = github(tmp_path, checkout, {"before": base, "after": head}, never)
    assert (pushed.status, pushed.log) == (0, queued.log)


@pytest.mark.parametrize(
    "event",
    [
        {"before": "0" * 40, "after": "HEAD"},
        {"before": "HEAD", "after": "0" * 40},
        {"action": "created"},
        {"before": HOSTILE, "after": "--upload-pack=touch pwned"},
        {"before": [1], "after": None},
    ],
)
def test_events_without_two_commits_pass(tmp_path: Path, checkout: Path, event: dict[str, object]) -> None:
    head = at(checkout, "topic")
    named = {key: head if value == "HEAD" else value for key, value in event.items()}
    ended = github(tmp_path, checkout, named, {})
    assert ended.status == 0
    assert "::" not in ended.log
    assert not (tmp_path / "analyze-series").exists()  # nothing was installed for it


def test_commits_without_code_cost_no_installation(tmp_path: Path, checkout: Path) -> None:
    base, head = at(checkout, "main"), at(checkout, "words")
    ended = github(tmp_path, checkout, request(base, head), {})
    assert (ended.status, ended.log) == (0, "analyze-series: no commit touches C code\n")
    assert not (tmp_path / "analyze-series").exists()


def test_a_shallow_checkout_is_filled_up(tmp_path: Path, checkout: Path) -> None:
    provided(tmp_path / "analyze-series")
    base, head = at(checkout, "main"), at(checkout, "topic")
    shallow = tmp_path / "shallow"
    git(
        tmp_path,
        "clone",
        "-q",
        "--depth=1",
        "--no-single-branch",
        f"file://{tmp_path / 'origin'}",
        str(shallow),
    )
    ended = github(tmp_path, shallow, request(base, head), {"profile": PROFILE})
    assert (ended.status, "::error file=fwup/update.c" in ended.log) == (1, True)
    git(shallow, "remote", "set-url", "origin", str(tmp_path / "nowhere"))
    ended = github(tmp_path, shallow, request("1" * 40, head), {})
    assert ended.status == 2 and "have the job fetch all of it" in ended.log


def test_what_could_not_be_told_passes_unless_asked_otherwise(tmp_path: Path, checkout: Path) -> None:
    provided(tmp_path / "analyze-series")
    git(checkout, "checkout", "-q", "-b", "broken", "origin/main")
    text = (checkout / "fwup/update.c").read_text()
    commit(checkout, {"fwup/update.c": f"{text}\nstatic int broken(void) {{ fwup_tell( }} }}\n"}, "broken")
    event = request(at(checkout, "main"), git(checkout, "rev-parse", "HEAD"))
    passed = github(tmp_path, checkout, event, {"profile": PROFILE})
    refused = github(tmp_path, checkout, event, {"profile": PROFILE, "incomplete": "refuse"})
    assert (passed.status, refused.status) == (0, 3), passed.log


def job() -> dict[str, object]:
    entries = yaml.safe_load(Path(PLAIN).read_text())
    assert list(entries) == ["analyze-series"]
    found: dict[str, object] = entries["analyze-series"]
    return found


def source(tmp_path: Path) -> dict[str, str]:
    """The scripts of this checkout as something to clone."""
    folder = repository(tmp_path / "source")
    scripts = {f"forges/{path.name}": path.read_text() for path in (ROOT / "forges").iterdir()}
    commit(folder, scripts, "the program")
    return {"ANALYZE_SERIES_SOURCE": f"file://{folder}", "ANALYZE_SERIES_PROFILE": PROFILE}


def test_a_merge_request_gets_what_the_command_line_gives(tmp_path: Path, checkout: Path) -> None:
    provided(tmp_path / "analyze-series-7")
    base, head = at(checkout, "main"), at(checkout, "topic")
    variables = {
        **source(tmp_path),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_COMMIT_SHA": base,  # of a merge that the forge made
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head,
    }
    ended = gitlab(tmp_path, checkout, job(), variables)
    report = tmp_path / "by-hand.json"
    done = by_hand(
        checkout, f"{base}...{head}", "--format", "text", "--format", "gitlab", "--output", str(report)
    )
    assert (ended.status, ended.log) == (done.returncode, done.stdout) == (1, ended.log)
    made = json.loads((checkout / "gl-code-quality-report.json").read_text())
    assert made == json.loads(report.read_text()) != []
    assert "<html" in (checkout / "analyze-series.html").read_text()
    promised = job()["artifacts"]
    assert promised == {
        "when": "always",
        "paths": ["analyze-series.html"],
        "reports": {"codequality": "gl-code-quality-report.json"},
    }


def test_a_merge_request_without_code_gets_an_empty_report(tmp_path: Path, checkout: Path) -> None:
    variables = {
        **source(tmp_path),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": at(checkout, "main"),
        "CI_COMMIT_SHA": at(checkout, "words"),
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
    }
    ended = gitlab(tmp_path, checkout, job(), variables)
    assert (ended.status, ended.log) == (0, "analyze-series: no commit touches C code\n")
    assert json.loads((checkout / "gl-code-quality-report.json").read_text()) == []


@pytest.mark.long
def test_the_action_installs_itself_from_its_own_checkout(tmp_path: Path, checkout: Path) -> None:
    base, head = at(checkout, "main"), at(checkout, "topic")
    action = tmp_path / "action"
    for name in ("analyzer", "forges"):
        shutil.copytree(ROOT / name, action / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("action.yml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, action / name)
    ended = github(tmp_path, checkout, request(base, head), {"profile": PROFILE}, action)
    if ended.status != 1 and "pip" in ended.log:
        pytest.skip("pip could not install this checkout: " + ended.log.strip().splitlines()[-1])
    assert (ended.status, "::error file=fwup/update.c" in ended.log) == (1, True)
