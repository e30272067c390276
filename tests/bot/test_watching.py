"""The bot as a service: it goes on watching, through trouble, until it is told to end."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.bot.mails import Box, box, environment, series

PATIENCE = 60.0  # seconds; far more than it takes


def drafts_within(made: Box, count: int, running: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while len(made.draft_files) < count:
        assert time.monotonic() < end and running.poll() is None
        time.sleep(0.1)


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_it_watches_until_it_is_told_to_end(tmp_path: Path, sent: signal.Signals, status: int) -> None:
    made = box(tmp_path)
    text = (tmp_path / "bot.toml").read_text()
    (tmp_path / "bot.toml").write_text(text.replace("[bot]", "[bot]\npause_seconds = 1"))
    with subprocess.Popen(
        made.command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        cover, first, second = series()
        made.put([cover, first], prefix="a")
        time.sleep(1)
        made.put([second], prefix="b")
        drafts_within(made, 1, running)
        running.send_signal(sent)
        out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == status and out == "" and "Traceback" not in err
    assert len(made.draft_files) == 1


def test_an_outbox_that_cannot_be_written_is_told_and_no_reply_is_lost(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(series())
    made.look()
    (draft,) = made.draft_files
    shutil.rmtree(tmp_path / "outbox")
    made.put(series(version=2), prefix="b")
    (tmp_path / "outbox").mkdir()
    for each in ("new", "cur"):
        (tmp_path / "outbox" / each).mkdir()
    (tmp_path / "outbox" / "tmp").symlink_to(tmp_path / "nowhere" / "tmp")
    done = subprocess.run(
        [*made.command, "--once"], env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode in (2, 3) and "Traceback" not in done.stderr and done.stderr
    (tmp_path / "outbox" / "tmp").unlink()
    made.look()
    (again,) = made.draft_files
    assert again.name != draft.name
    assert [draft["In-Reply-To"] for draft in made.drafts] == ["<fw-2-2@radio.example>"]


def test_a_source_that_is_not_there_keeps_the_others_from_nothing(tmp_path: Path) -> None:
    made = box(tmp_path, source='path = "nowhere"\n[[source]]\npath = "mails"')
    made.put(series())
    said = made.run(check=False)
    assert "nowhere: is no maildir" in said and len(made.draft_files) == 1


def test_quiet_leaves_only_what_could_not_be_done(tmp_path: Path) -> None:
    made = box(tmp_path, source='path = "nowhere"\n[[source]]\npath = "mails"')
    made.put(series())
    said = made.run("--quiet", check=False)
    assert [line.partition("nowhere")[0] for line in said.splitlines()] == [
        f"analyze-series: bot: {tmp_path}/"
    ]
    assert len(made.draft_files) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "bot: no configuration; name it with --config"),
        (("--config", "nowhere.toml"), "nowhere.toml: cannot be read"),
        (("--config", "x", "operand"), "bot: takes no operand"),
    ],
)
def test_wrong_usage(words: tuple[str, ...], said: str) -> None:
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "analyzer", "bot", *words], env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stderr.startswith("analyze-series: ") and said in done.stderr
    assert done.stderr.count("\n") == 1
