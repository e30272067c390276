"""Mails for tests of the bot: series as lists deliver them, other mails, and a bot to read them."""

from __future__ import annotations

import contextlib
import email
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from functools import partial
from pathlib import Path

from analyzer.bot.configuration import read_policy
from analyzer.bot.judge import Judgement, Task, judge
from analyzer.bot.letterbox import sight
from analyzer.bot.outbox import Outbox
from analyzer.bot.rounds import Rounds
from analyzer.bot.state import State

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "fixtures" / "second-domain"
PROFILE = DOMAIN / "profile.toml"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
MIME = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding")
OWN = "bot@lists.example"
LIST = {"List-Id": "<fwup.lists.example>", "List-Post": "<mailto:fwup@lists.example>", "Precedence": "list"}


def mail(
    subject: str,
    body: str,
    *,
    sender: str = "Ines Falk <ines@radio.example>",
    message_id: str,
    references: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
) -> bytes:
    """A mail as a list delivers it; Message-IDs without angles."""
    rows = {
        "From": sender,
        "To": "fwup@lists.example",
        "Subject": subject,
        "Date": "Mon, 23 Nov 2026 10:00:00 +0000",
        "Message-ID": f"<{message_id}>",
        **({"In-Reply-To": f"<{references[-1]}>"} if references else {}),
        **({"References": " ".join(f"<{one}>" for one in references)} if references else {}),
        **LIST,
        **(fields or {}),
    }
    head = "".join(f"{name}: {value}\n" for name, value in rows.items() if value)
    return f"{head}\n{body}".encode("utf-8", "surrogateescape")


def posted(
    paths: Iterable[Path], *, stem: str = "fw", version: int = 1, threaded: bool = True
) -> list[bytes]:
    """Files of git format-patch as mails of one thread; the Message-ID is ``STEM-VERSION-NUMBER``."""
    made = []
    first = ""
    for path in sorted(paths):
        text = path.read_bytes().decode("utf-8")
        head = email.message_from_string(text)
        subject = " ".join(str(head["Subject"]).split())
        number = int(path.name[:4])
        message_id = f"{stem}-{version}-{number}@radio.example"
        tagged = subject.replace("[PATCH", f"[PATCH v{version}" if version > 1 else "[PATCH", 1)
        body = text.partition("\n\n")[2]
        links = [first] if first and threaded else []
        fields = {name: str(head[name]) for name in MIME if head[name]}
        sender = str(head["From"])
        made.append(mail(tagged, body, sender=sender, message_id=message_id, references=links, fields=fields))
        first = first or message_id
    return made


def series(**options: object) -> list[bytes]:
    """The second domain's cover letter and two patches: the second breaks a rule."""
    return posted((DOMAIN / "series").glob("*.patch"), **options)  # type: ignore[arg-type]


def chatter(count: int, seed: int) -> list[bytes]:
    """Mails that are no patches, and patches of other things: questions, replies with quoted diffs, pulls."""
    rng = random.Random(seed)
    made = []
    for at in range(count):
        kind = rng.randrange(4)
        sender = f"Person {at % 17} <person{at % 17}@work.example>"
        fields = {"message_id": f"chat-{seed}-{at}@work.example", "sender": sender}
        if kind == 0:
            made.append(mail(f"Question {at}", "Does anybody know?\n", **fields))
        elif kind == 1:
            quote = "> diff --git a/x.c b/x.c\n> @@ -1 +1 @@\n> -a();\n> +b();\n\nLooks good.\n"
            links = [f"chat-{seed}-{rng.randrange(at + 1)}@work.example"]
            made.append(mail(f"Re: [PATCH {at % 5 + 1}/5] x: part", quote, references=links, **fields))
        elif kind == 2:
            diff = f"Why.\n---\n net/x{at}.c | 2 +-\n\ndiff --git a/net/x{at}.c b/net/x{at}.c\n"
            diff += f"--- a/net/x{at}.c\n+++ b/net/x{at}.c\n@@ -1,3 +1,3 @@ int f{at}(void)\n {{\n"
            diff += "-    return 1;\n+    return 2;\n }\n"
            made.append(mail(f"[PATCH] net: part {at}", diff, **fields))
        else:
            made.append(mail(f"[PULL 0/{at % 9 + 1}] net patches", "The following changes\n", **fields))
    return made


Judging = Callable[[Task], Judgement]
_JUDGED: dict[object, Judgement] = {}


def judged(task: Task) -> Judgement:
    """The judgement, made within this process and once for the same mails."""
    key = (task.mails, task.reply, task.analysis)
    if key not in _JUDGED:
        with contextlib.chdir(task.folder):
            _JUDGED[key] = judge(task)
    return _JUDGED[key]


@dataclass(frozen=True)
class Box:
    """A bot's folder: its configuration, what it watches, its outbox."""

    folder: Path

    @property
    def drafts(self) -> list[Message]:
        return [email.message_from_bytes(path.read_bytes()) for path in self.draft_files]

    @property
    def draft_files(self) -> list[Path]:
        new = self.folder / "outbox" / "new"
        return sorted(new.iterdir()) if new.is_dir() else []

    def put(self, mails: Iterable[bytes], *, prefix: str = "m") -> None:
        """Delivers mails into the watched maildir."""
        for sub in ("tmp", "new", "cur"):
            (self.folder / "mails" / sub).mkdir(parents=True, exist_ok=True)
        for at, raw in enumerate(mails):
            (self.folder / "mails" / "new" / f"{prefix}{at:05}.host").write_bytes(raw)

    def run(self, *options: str, check: bool = True) -> str:
        """Looks once; what standard error says."""
        done = subprocess.run(
            [*self.command, "--once", *options],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert not check or done.returncode == 0, done.stderr
        assert done.stdout == ""
        return done.stderr

    def look(self, *, later: float = 0, resend: bool = False, judging: Judging | None = None) -> str:
        """Looks once, within this process, some seconds after `NOW`; what the log says."""
        said: list[str] = []
        policy = read_policy(str(self.folder / "bot.toml"))
        reading = partial(sight, own=policy.reply.own, lists=policy.reply.lists)
        with closing(State(policy.state)) as state:
            rounds = Rounds(
                policy,
                state,
                Outbox(policy.outbox),
                reading,
                judging or judged,
                said.append,
                said.append,
                lambda: NOW + later,
            )
            rounds.begin(resend=resend)
            rounds.round()
        return "\n".join(said)

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "analyzer", "bot", "--config", str(self.folder / "bot.toml")]


def environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def box(
    folder: Path,
    *,
    source: str = "",
    reply: str = "",
    series: str = "",
    more: str = "",
    profile: str = str(PROFILE),
) -> Box:
    """A bot on the second domain; what is given is added to the tables of its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    watched = source or 'kind = "maildir"\npath = "mails"'
    text = f"""
[bot]
state = "state.sqlite"
outbox = "outbox"

[[source]]
{watched}

[reply]
from = "Order bot <{OWN}>"
allow = ["*"]
lists = ["fwup.lists.example"]
{reply}

[series]
max_age_days = 0
{series}

[analysis]
profile = "{profile}"
{more}
"""
    (folder / "bot.toml").write_text(text)
    made = Box(folder)
    made.put([])
    return made


def body_of(draft: Message) -> str:
    """The text of a reply as its reader sees it."""
    payload = draft.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(draft.get_content_charset() or "ascii")
