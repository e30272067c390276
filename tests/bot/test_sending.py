"""Sending over SMTP: only when configured, each mail once, and again only when somebody asks for it."""

from __future__ import annotations

import asyncio
import email
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.bot.mails import Box, box, environment, mail, series

controllers = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd is not installed")


@dataclass
class Post:
    """A mail server on this machine. `answer` is what it says to a mail's text, `refuses` recipients it does
    not take; `took` are the envelopes it took."""

    answer: str = "250 OK"
    refuses: tuple[str, ...] = ()
    drops: bool = False  # takes the text, and hangs up
    hangs: bool = False  # takes the text, and says nothing
    reached: threading.Event = field(default_factory=threading.Event)
    took: list[Any] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuses:
            return "550 not here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.took.append(envelope)
        self.reached.set()
        if self.hangs:
            await asyncio.sleep(600)
        if self.drops:
            server.transport.abort()
        return self.answer


@contextmanager
def serving(made: Post, **options: Any) -> Iterator[Post]:
    controller = controllers.Controller(made, hostname="127.0.0.1", port=0, **options)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        made.port = controller.port = probe.getsockname()[1]
    controller.start()
    try:
        yield made
    finally:
        controller.stop()


@pytest.fixture
def post() -> Iterator[Post]:
    with serving(Post()) as made:
        yield made


def sending(folder: Path, post: Post, reply: str = "") -> Box:
    smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {post.port}\ntls = "none"'
    made = box(folder, reply=reply, more=smtp)
    made.put(series())
    return made


def test_without_a_server_in_the_configuration_nothing_is_sent(tmp_path: Path, post: Post) -> None:
    made = box(tmp_path)
    made.put(series())
    made.look()
    assert len(made.drafts) == 1 and not post.took


def test_the_draft_is_sent_once(tmp_path: Path, post: Post) -> None:
    made = sending(tmp_path, post, 'cc = ["fwup@lists.example"]')
    said = made.look()
    made.look()
    (envelope,) = post.took
    assert envelope.mail_from == "bot@lists.example"
    assert envelope.rcpt_tos == ["ines@radio.example", "fwup@lists.example"]
    sent = email.message_from_bytes(envelope.content)
    (draft,) = made.drafts
    assert sent["Message-ID"] == draft["Message-ID"] and sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_payload().replace("\r\n", "\n") == draft.get_payload()
    assert "is sent to ines@radio.example, fwup@lists.example" in said


def test_a_recipient_that_is_refused_keeps_nobody_from_the_mail(tmp_path: Path, post: Post) -> None:
    post.refuses = ("fwup@lists.example",)
    said = sending(tmp_path, post, 'cc = ["fwup@lists.example"]').look()
    assert [envelope.rcpt_tos for envelope in post.took] == [["ines@radio.example"]]
    assert "does not take fwup@lists.example" in said


def test_what_is_refused_for_a_time_is_tried_again(tmp_path: Path, post: Post) -> None:
    made = sending(tmp_path, post)
    post.answer = "451 come back"
    assert "is tried again later: come back" in made.look()
    post.answer = "250 OK"
    made.look()
    assert not post.took
    made.look(later=700)
    made.look(later=800)
    assert len(post.took) == 1


@pytest.mark.parametrize("answer", ["554 never", "451 come back"])
def test_what_is_refused_for_good_or_too_often_is_given_up(tmp_path: Path, post: Post, answer: str) -> None:
    made = sending(tmp_path, post)
    post.answer = answer
    said = [made.look(later=at * 86400) for at in range(7)]
    assert sum("is given up" in one for one in said) == 1
    post.answer = "250 OK"
    made.look(later=9 * 86400)
    assert not post.took


def test_a_server_that_is_not_there_is_tried_again(tmp_path: Path, post: Post) -> None:
    port, post.port = post.port, 1
    made = sending(tmp_path, post)
    assert "is tried again later" in made.look()
    text = (tmp_path / "bot.toml").read_text()
    (tmp_path / "bot.toml").write_text(text.replace("port = 1\n", f"port = {port}\n"))
    made.look(later=700)
    assert len(post.took) == 1


def several(folder: Path, post: Post, count: int, reply: str = "") -> Box:
    """A bot with as many series, each of another author."""
    made = sending(folder, post, reply)
    for at in range(1, count):
        made.put(
            [raw.replace(b"ines@", f"author{at}@".encode()) for raw in series(stem=f"fw{at}")],
            prefix=f"s{at}",
        )
    return made


def test_a_server_that_is_away_for_days_loses_no_mail_and_then_gets_no_flood(
    tmp_path: Path, post: Post
) -> None:
    port, post.port = post.port, 1
    made = several(tmp_path, post, 3, "mails_per_hour = 2")
    said = [made.look(later=hours * 3600) for hours in range(48)]
    assert len(made.drafts) == 3
    assert not any("given up" in one for one in said) and "and 2 more are tried again later" in said[1]
    text = (tmp_path / "bot.toml").read_text()
    (tmp_path / "bot.toml").write_text(text.replace("port = 1\n", f"port = {port}\n"))
    made.look(later=49 * 3600)
    assert len(post.took) == 2
    made.look(later=49 * 3600 + 3000)
    assert len(post.took) == 2
    made.look(later=50 * 3600 + 1)
    assert len(post.took) == 3


def test_what_is_not_wanted_any_more_is_not_sent(tmp_path: Path, post: Post) -> None:
    """Between the draft and the sending, and before a sending again on demand."""
    made = several(tmp_path, post, 2, 'cc = ["fwup@lists.example", "reader@lists.example"]')
    post.answer = "451 come back"
    made.look()
    ask = ("ines@radio.example", "reader@lists.example")
    made.put(
        [mail("Re: x", "analyze-series: mute\n", message_id=f"m{who}", sender=who) for who in ask],
        prefix="ask",
    )
    post.answer = "250 OK"
    made.look(later=60)
    assert "is not sent: mute" in made.look(later=700)
    assert [envelope.rcpt_tos for envelope in post.took] == [["author1@radio.example", "fwup@lists.example"]]
    assert "sent" not in made.look(later=9000, resend=True)


def test_a_sending_again_on_demand_keeps_to_so_many_an_hour(tmp_path: Path, post: Post) -> None:
    made = several(tmp_path, post, 3, "mails_per_hour = 3")
    post.drops = True
    made.look()
    post.drops = False
    (tmp_path / "bot.toml").write_text(
        (tmp_path / "bot.toml").read_text().replace("mails_per_hour = 3", "mails_per_hour = 1")
    )
    assert len(post.took) == 3
    made.look(later=4000, resend=True)
    assert len(post.took) == 4
    made.look(later=8000)
    made.look(later=12000)
    assert len(post.took) == 6 and len({e.rcpt_tos[0] for e in post.took}) == 3


def test_a_sending_that_was_interrupted_is_listed_and_repeated_on_demand_alone(
    tmp_path: Path, post: Post
) -> None:
    made = sending(tmp_path, post)
    post.drops = True
    assert "may or may not have been sent" in made.look()
    post.drops = False
    for _ in range(2):
        assert "may or may not have been sent: --resend" in made.look(later=86400)
    assert len(post.took) == 1
    made.look(resend=True)
    first, second = (email.message_from_bytes(envelope.content) for envelope in post.took)
    assert first["Message-ID"] == second["Message-ID"]
    assert "may or may not" not in made.look()
    assert len(post.took) == 2 and len(made.drafts) == 1


def test_killed_while_the_server_has_the_text(tmp_path: Path, post: Post) -> None:
    made = sending(tmp_path, post)
    post.hangs = True
    with subprocess.Popen([*made.command, "--once"], env=environment(), stderr=subprocess.DEVNULL) as running:
        assert post.reached.wait(60)
        running.send_signal(signal.SIGKILL)
    post.hangs = False
    for _ in range(2):
        said = made.look()
        assert "may or may not have been sent: --resend sends it again, as the same mail" in said
    assert len(post.took) == 1
    assert "is sent to" in made.look(resend=True)
    first, second = (email.message_from_bytes(envelope.content)["Message-ID"] for envelope in post.took)
    assert first == second and len(made.drafts) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize(("password", "taken"), [("right", 1), ("wrong", 0)])
def test_a_server_that_wants_a_password(tmp_path: Path, password: str, taken: int) -> None:
    results = pytest.importorskip("aiosmtpd.smtp", reason="aiosmtpd is not installed")

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> Any:
        return results.AuthResult(success=given.password == b"right", handled=False)

    with serving(Post(), authenticator=check, auth_required=True, auth_require_tls=False) as made_post:
        made = sending(tmp_path, made_post)
        (tmp_path / "password").write_text(f"{password}\nnot this\n")
        with (tmp_path / "bot.toml").open("a") as stream:
            stream.write('user = "bot"\npassword_file = "password"\n')
        said = made.look()
    assert len(made_post.took) == taken
    assert ("is tried again later" in said) is not bool(taken) and password not in said
