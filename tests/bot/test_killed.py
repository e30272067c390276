"""Killed with SIGKILL at any instant and started again: no mail is lost, and none is in the outbox twice."""

from __future__ import annotations

import email
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from analyzer.bot import rounds
from analyzer.bot.outbox import Outbox
from analyzer.bot.state import Reply, State
from tests.bot.mails import Box, box, chatter, environment, judged, series
from tests.bot.test_real_series import delivered as among_others
from tests.real_trees import shared


def killed(made: Box, after: float) -> bool:
    """Starts the bot and kills it after some seconds; whether it had not ended by itself."""
    running = subprocess.Popen(
        [*made.command, "--once"], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        running.wait(after)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


def outcome(made: Box) -> list[tuple[str, str, str]]:
    """What does not depend on when it was written."""
    return [(str(d["Message-ID"]), str(d["In-Reply-To"]), str(d.get_payload())) for d in made.drafts]


def delivered(folder: Path, seed: int, others: int = 8) -> Box:
    made = box(folder)
    mails = series() + chatter(others, seed)
    random.Random(seed).shuffle(mails)
    made.put(mails)
    return made


def kill_often(folder: Path, times: int, make: Callable[[Path], Box]) -> None:
    """Kills a bot at so many moments over its work, then lets it end."""
    plain = make(folder / "plain")
    begun = time.monotonic()
    plain.run()
    took = time.monotonic() - begun
    rng = random.Random(5)
    made = make(folder / "killed")
    count, fresh = 0, 0
    while count < times:
        if not killed(made, rng.uniform(0, took)):
            # It came to its end: from here on another one is killed.
            assert outcome(made) == outcome(plain)
            fresh += 1
            made = make(folder / f"killed{fresh}")
            continue
        count += 1
    made.run()
    assert len(made.drafts) == 1
    assert outcome(made) == outcome(plain)
    assert not list((made.folder / "outbox" / "tmp").iterdir())


@pytest.mark.slow
def test_killed_a_few_times(tmp_path: Path) -> None:
    kill_often(tmp_path, 2, lambda folder: delivered(folder, 1, others=3))


@pytest.mark.long
def test_killed_at_fifty_moments(tmp_path: Path) -> None:
    kill_often(tmp_path, 50, lambda folder: delivered(folder, 1, others=200))


@pytest.mark.long
def test_killed_at_fifty_moments_over_the_real_series(tmp_path: Path) -> None:
    patches = shared("series/qemu-failed-notifier")
    kill_often(tmp_path, 50, lambda folder: among_others(folder, patches))


class Killed(BaseException):
    """In place of a signal, at one moment exactly."""


def moments() -> Iterator[int]:
    yield from range(1, 400)


def test_cut_off_before_each_change_of_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change of the state is a moment; where the bot is cut off, the outcome is the same."""
    plain = delivered(tmp_path / "plain", seed=2)
    plain.look()
    made = delivered(tmp_path / "cut", seed=2)
    execute = State.change
    for at in moments():
        left = at

        def cut(self: State) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return execute(self)

        monkeypatch.setattr(State, "change", cut)
        try:
            made.look()
        except Killed:
            made = delivered(tmp_path / f"cut{at}", seed=2) if at % 2 else made
            continue
        break
    else:
        pytest.fail("it never came to its end")
    monkeypatch.undo()
    made.look()
    assert at > 3
    assert outcome(made) == outcome(plain)


def reply(number: int) -> Reply:
    text = f"Message-ID: <r{number}@x>\n\nhello\n".encode()
    return Reply(f"r{number}@x", f"r{number}.eml", "a@b", "a@b", ("a@b.example",), text)


@pytest.mark.parametrize("taken", [False, True], ids=["left there", "taken out by a reader"])
def test_a_reply_that_was_renamed_before_the_state_knew_is_not_delivered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    with closing(State(tmp_path / "state")) as state:
        outbox = Outbox(tmp_path / "outbox")
        with state.change():
            state.compose(reply(1))
        (composed,) = state.replies("draft", "composed")
        kept = state.set_draft

        def cut(message_id: str, draft: str, now: float) -> None:
            if draft == "delivered":
                raise Killed
            kept(message_id, draft, now)

        monkeypatch.setattr(state, "set_draft", cut)
        with pytest.raises(Killed):
            outbox.deliver(composed, state, 1.0)
        monkeypatch.undo()
        new = tmp_path / "outbox" / "new"
        assert [path.name for path in new.iterdir()] == ["r1.eml"]
        if taken:
            (new / "r1.eml").unlink()
        (staged,) = state.replies("draft", "composed", "staged")
        outbox.deliver(staged, state, 2.0)
        assert [path.name for path in new.iterdir()] == ([] if taken else ["r1.eml"])
        assert not state.replies("draft", "composed", "staged")


def test_a_reply_that_was_half_written_is_written_whole(tmp_path: Path) -> None:
    with closing(State(tmp_path / "state")) as state:
        outbox = Outbox(tmp_path / "outbox")
        with state.change():
            state.compose(reply(1))
        (tmp_path / "outbox" / "tmp" / "r1.eml").write_bytes(b"Mess")
        outbox.deliver(*state.replies("draft", "composed"), state, 1.0)
        (file,) = (tmp_path / "outbox" / "new").iterdir()
        assert email.message_from_bytes(file.read_bytes())["Message-ID"] == "<r1@x>"


def test_an_analysis_that_never_ends_well_is_not_begun_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "_MOST_BEGUN", 5)
    made = box(tmp_path)
    made.put(series())

    def die(task: object) -> object:
        raise Killed

    for _ in range(5):
        with pytest.raises(Killed):
            made.look(judging=die)  # type: ignore[arg-type]
    assert "given up: it was begun 5 times" in made.look(judging=judged)
    assert not made.drafts
