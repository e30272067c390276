"""A job of a forge, run here: its files say what is run, its environment is as the forge documents it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.repositories import IDENTITY

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed (pip install -e .[dev])")
ROOT = Path(__file__).resolve().parents[2]
# What a stranger may call a branch or a request; nothing of it may run or be taken for a command.
HOSTILE = "$(touch pwned)`touch pwned`\";touch pwned;'\n::error::pwned"


@dataclass(frozen=True)
class Ended:
    """How the job ended, and what was written to standard output and error in their order."""

    status: int
    log: str


def environment(folder: Path) -> dict[str, str]:
    """What any job has: nothing of the developer's but where programs are."""
    return {
        **IDENTITY,
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "LC_ALL": "C.UTF-8",
        "CI": "true",
    }


def provided(venv: Path) -> None:
    """The program of this checkout where the scripts would install it."""
    program = venv / "bin" / "analyze-series"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m analyzer "$@"\n')
    program.chmod(0o755)


def github(
    folder: Path, checkout: Path, event: dict[str, object], inputs: dict[str, str], action_path: Path = ROOT
) -> Ended:
    """Runs the steps of action.yml as a runner does that has laid it out at `action_path`."""
    action = yaml.safe_load((action_path / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    values = {name: str(entry["default"]) for name, entry in action["inputs"].items()} | inputs
    (folder / "event.json").write_text(json.dumps(event))
    given = {
        **environment(folder),
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(action_path),
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_WORKSPACE": str(checkout),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_HEAD_REF": HOSTILE,
        "RUNNER_TEMP": str(folder),
    }
    log, status = "", 0
    for step in action["runs"]["steps"]:
        assert step["shell"] == "sh"
        assert "${{" not in step["run"]  # expressions are put into a script as they are
        own = {name: _filled(value, values) for name, value in step["env"].items()}
        ended = _shell(step["run"], folder, checkout, {**given, **own}, ("-e",))
        log, status = log + ended.log, ended.status
        if status:
            break
    return Ended(status, log)


def gitlab(folder: Path, checkout: Path, job: dict[str, object], variables: dict[str, str]) -> Ended:
    """Runs the script of a job as a runner does."""
    own = {name: str(value) for name, value in job["variables"].items()}  # type: ignore[attr-defined]
    given = {
        **environment(folder),
        "GITLAB_CI": "true",
        "CI_PROJECT_DIR": str(checkout),
        "CI_BUILDS_DIR": str(folder),
        "CI_JOB_ID": "7",
        "CI_MERGE_REQUEST_TITLE": HOSTILE,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": HOSTILE,
        **own,
        **variables,
    }
    return _shell("\n".join(map(str, job["script"])), folder, checkout, given, ("-e",))  # type: ignore[call-overload]


def _shell(script: str, folder: Path, cwd: Path, given: dict[str, str], options: tuple[str, ...]) -> Ended:
    done = subprocess.run(
        ["sh", *options, "-c", script],
        cwd=cwd,
        env=given,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert not [*folder.rglob("pwned"), *cwd.rglob("pwned")]
    return Ended(done.returncode, done.stdout)


def _filled(value: str, inputs: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ *inputs\.([\w-]+) *\}\}", lambda found: inputs[found[1]], value)
