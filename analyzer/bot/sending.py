"""Sends replies to a mail server, each once as far as that can be known.

Input: the replies whose sending is due. Output: changes of the state. Just before a mail's text goes to the
server, the state calls it ``sending``; found so after a crash, or if the server does not answer the text,
nobody knows whether it was taken: it is ``interrupted``, listed, and sent again only when somebody asks for
that, as the same mail. What a server refuses for a time is tried again; while it cannot be reached, all wait.
Not modelled: delivery reports.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analyzer.bot.policy import Smtp, Tls
from analyzer.bot.state import Reply, State

_TIMEOUT = 60.0  # seconds for each answer of the server
_PATIENCE = 600.0  # seconds before a refused mail is tried again, twice as long each time
_HOUR = 3600.0
_DOUBT = "may or may not have been sent"
_SHOWN = 200  # letters of what a server says

Say = Callable[[str], None]


class Refused(Exception):
    """The server did not take a mail; `lasting` says that it never will."""

    def __init__(self, why: str, *, lasting: bool) -> None:
        super().__init__(why)
        self.lasting = lasting


class Unreachable(Exception):
    """The server cannot be talked to, which says nothing about any mail."""


@dataclass(frozen=True, slots=True)
class Sender:
    """How replies are sent: by which server, from which address, at most how many in an hour. `unwanted` says
    why a reply is not to be sent any more, or ""; `held` that it is not to be sent now."""

    smtp: Smtp
    own: str
    an_hour: int
    unwanted: Callable[[Reply], str]
    held: Callable[[Reply], bool]


def take_stock(state: State, *, resend: bool, warn: Say) -> None:
    """Finds what was interrupted. With `resend` it is due again, else it is listed."""
    with state.change():
        for reply in state.replies("sending", "sending"):
            state.set_sending(reply.message_id, "interrupted", why="the bot was ended")
        if resend:
            for reply in state.replies("sending", "interrupted"):
                state.set_sending(reply.message_id, "due", why="sent again on demand")
    for reply in state.replies("sending", "interrupted"):
        warn(f"{_named(reply)} {_DOUBT}: --resend sends it again, as the same mail")


def send_due(by: Sender, state: State, now: float, say: Say, warn: Say) -> bool:
    """Sends what is due; False if something could not be sent."""
    good = True
    due = [reply for reply in state.to_send(now) if not by.held(reply)]
    for at, reply in enumerate(due):
        if state.given_since(now - _HOUR) >= by.an_hour:
            break
        unwanted = by.unwanted(reply)
        if unwanted:
            with state.change():
                state.set_sending(reply.message_id, "withheld", why=unwanted)
            say(f"{_named(reply)} is not sent: {unwanted}")
            continue
        try:
            recipients = [address for address in reply.recipients if not state.is_mute(address)]
            with _connection(by.smtp) as server:
                missed = _announce(server, by.own, recipients)
                with state.change():
                    state.set_given(reply.message_id, now)
                _give(server, reply.eml)
        except Unreachable as why:
            _wait(due[at:], str(why), state, now, warn)
            return False
        except Refused as why:
            good = False
            _refused(by.smtp, reply, why, state, now, warn)
            continue
        except (OSError, smtplib.SMTPException) as why:
            good = False
            with state.change():
                state.set_sending(reply.message_id, "interrupted", why=_shown(str(why)))
            warn(f"{_named(reply)} {_DOUBT} ({_shown(str(why))}): --resend sends it again")
            continue
        with state.change():
            state.set_sending(reply.message_id, "sent")
        say(f"{_named(reply)} is sent to {', '.join(one for one in recipients if one not in missed)}")
        for address in missed:
            good = False
            warn(f"{_named(reply)}: the server does not take {address}")
    return good


def _wait(replies: Sequence[Reply], why: str, state: State, now: float, warn: Say) -> None:
    with state.change():
        for reply in replies:
            state.set_sending(reply.message_id, "due", due=now + _PATIENCE, why=why)
    them = "is" if len(replies) == 1 else f"and {len(replies) - 1} more are"
    warn(f"{_named(replies[0])} {them} tried again later: {why}")


def _refused(smtp: Smtp, reply: Reply, why: Refused, state: State, now: float, warn: Say) -> None:
    lasting = why.lasting or reply.sendings + 1 >= smtp.attempts
    due = now + _PATIENCE * 2.0**reply.sendings
    with state.change():
        state.set_sending(reply.message_id, "refused" if lasting else "due", more=1, due=due, why=str(why))
    warn(f"{_named(reply)} {'is given up' if lasting else 'is tried again later'}: {why}")


@contextmanager
def _connection(smtp: Smtp) -> Iterator[smtplib.SMTP]:
    """A server that is ready for a mail."""
    server: smtplib.SMTP | None = None
    try:
        context = ssl.create_default_context()
        if smtp.tls is Tls.TLS:
            server = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(smtp.host, smtp.port, timeout=_TIMEOUT)
            if smtp.tls is Tls.STARTTLS:
                server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if smtp.password is not None:
            server.login(smtp.user, _first_line(smtp.password))
    except (OSError, smtplib.SMTPException, ValueError) as why:
        _close(server)
        raise Unreachable(f"{smtp.host}:{smtp.port}: {_shown(str(why))}") from None
    try:
        yield server
    finally:
        _close(server)


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8") as stream:
        return stream.readline(4096).rstrip("\r\n")


def _close(server: smtplib.SMTP | None) -> None:
    if server is not None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _announce(server: smtplib.SMTP, own: str, recipients: Sequence[str]) -> list[str]:
    """Names sender and recipients; those that the server does not take."""
    try:
        code, text = server.mail(own)
        if code != 250:
            raise Refused(f"the server does not take mail from {own}: {_answer(text)}", lasting=code >= 500)
        answers = {address: server.rcpt(address) for address in recipients}
    except (OSError, smtplib.SMTPException) as why:
        raise Refused(_shown(str(why)), lasting=False) from None
    missed = [address for address, (code, _) in answers.items() if code not in (250, 251)]
    if len(missed) == len(answers):
        lasting = all(code >= 500 for code, _ in answers.values())
        raise Refused(f"the server takes none of {', '.join(missed)}", lasting=lasting)
    return missed


def _give(server: smtplib.SMTP, eml: bytes) -> None:
    """Hands the text over; if this is cut off, nobody knows whether the server has it."""
    try:
        code, text = server.data(eml.replace(b"\n", b"\r\n"))
    except smtplib.SMTPDataError as why:
        raise Refused(_answer(why.smtp_error), lasting=why.smtp_code >= 500) from None
    if code != 250:
        raise Refused(_answer(text), lasting=code >= 500)


def _answer(text: bytes | str) -> str:
    return _shown(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _shown(text: str) -> str:
    return " ".join(text.split())[:_SHOWN]


def _named(reply: Reply) -> str:
    return f"the reply to <{reply.answers}>"
