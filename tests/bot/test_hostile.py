"""Mails of people who mean harm: nothing of theirs is run or gets into a header, and bounds hold."""

from __future__ import annotations

import base64
import email
import email.policy
import os
import random
import resource
import time
import unicodedata
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyzer.bot import rounds
from analyzer.bot.addresses import address_of, identifier
from analyzer.bot.apart import Apart, Failed
from analyzer.bot.body import body
from analyzer.bot.gather import candidates
from analyzer.bot.judge import Judgement
from analyzer.bot.letter import written
from analyzer.bot.letterbox import Sight, sight
from analyzer.bot.policy import AnalysisPolicy, ReplyPolicy
from analyzer.bot.quote import WIDTH
from analyzer.model.level import Level
from analyzer.model.series import FileChange, FileDiff, Hunk, HunkLine, LineKind, Patch, Series
from analyzer.reports.layout import columns_of
from tests.bot.mails import OWN, Box, body_of, box, mail, series
from tests.reports.test_safety import ANY, poisoned

FIELDS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Analyze-Series", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
}  # fmt: skip
ONE = series()[1].replace(b"1/2", b"1/1")  # a patch that breaks a rule by itself
SEE = partial(sight, own=OWN, lists=("fwup.lists.example",))


def encoded(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def only_draft(made: Box) -> email.message.Message:
    """The one draft, checked to be what the bot writes: its own fields, once each, and plain text."""
    (file,) = made.draft_files
    raw = file.read_bytes()
    assert raw.isascii() and b"\r" not in raw and b"\x1b" not in raw
    draft = email.message_from_bytes(raw)
    assert len(draft.keys()) == len(set(draft.keys())) and set(draft.keys()) <= {*FIELDS, "Cc"}
    assert all(len(line) <= 998 for line in raw.split(b"\n"))
    text = body_of(draft)
    assert not any(unicodedata.category(each) in ("Cc", "Cf") for each in text if each != "\n")
    assert all(len(line) <= WIDTH for line in text.splitlines())
    return draft


# Headers

SUBJECTS = {
    "a line break in an encoded word": encoded("[PATCH 1/1] fwup: tell\r\nBcc: victim@x.example\r\n\r\nbody"),
    "a bare carriage return": "[PATCH 1/1] fwup: tell\rBcc: victim@x.example",
    "a folded field": "[PATCH 1/1] fwup: tell\n Bcc: victim@x.example",
    "terminal escapes": encoded("[PATCH 1/1] \x1b[2J\x1b]0;owned\x07fwup: tell"),
    "text turned round": encoded("[PATCH 1/1] fwup: \u202ellet"),
    "an encoded word in an encoded word": encoded("[PATCH 1/1] =?utf-8?q?fwup=0ABcc:_x?="),
    "very long": "[PATCH 1/1] fwup: " + "x" * 100_000,
    "not ASCII": encoded("[PATCH 1/1] fwüp: \u96fb tell"),
    "raw bytes": "[PATCH 1/1] fwup: \udcff\udcfe tell",
    "a null": encoded("[PATCH 1/1] fwup: \x00 tell"),
}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS.keys())
def test_a_subject_injects_nothing(tmp_path: Path, subject: str) -> None:
    made = box(tmp_path)
    text = ONE.decode().partition("\n\n")[2]
    made.put([mail(subject, text, message_id="evil@radio.example")])
    made.look()
    draft = only_draft(made)
    assert draft["In-Reply-To"] == "<evil@radio.example>"
    shown = str(email.header.make_header(email.header.decode_header(str(draft["Subject"]))))
    assert shown.startswith("Re: [PATCH 1/1]") and len(shown) < 220
    assert not any(unicodedata.category(each) in ("Cc", "Cf") for each in shown.replace("\n", ""))


SENDERS = [
    encoded("Ines\r\nBcc: victim@x.example") + " <ines@radio.example>",
    '"a@b.example, victim@x.example" <ines@radio.example>',
    "<victim@x.example> <ines@radio.example>",
    "Ines\n Bcc: victim@x.example <ines@radio.example>",
]


@pytest.mark.parametrize("sender", SENDERS)
def test_a_senders_name_adds_no_recipient(tmp_path: Path, sender: str) -> None:
    made = box(tmp_path)
    made.put(raw.replace(b"Ines Falk <ines@radio.example>", sender.encode()) for raw in series())
    made.look()
    draft = only_draft(made)
    assert draft["To"] == "ines@radio.example" and draft["Cc"] is None


@pytest.mark.parametrize(
    "sender",
    [
        "", "nobody", "<>", "a@b, c@d", "ines@radio.example, victim@x.example", "<a@b\rc>", '"a b"@c.example',
        "<a@b.example>\x00", "|/bin/sh@x", "<../../x@y/z>", "<a@b.example",
        "-oQ/tmp@-x", "ünes@radio.example",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_not_answered(tmp_path: Path, sender: str) -> None:
    made = box(tmp_path)
    made.put(raw.replace(b"Ines Falk <ines@radio.example>", sender.encode()) for raw in series())
    made.look()
    assert not made.draft_files


IDS = [
    "a b@c",
    "a\rb@c",
    "<x@y>",
    "a" * 251,
    "",
    "a@b>\n<c@d",
    'a"@b',
    "a(b)@c",
    "a;b@c",
    "a,b@c",
    "ä@b",
    "a\x00b",
]


@pytest.mark.parametrize("text", IDS)
def test_what_may_not_stand_in_a_header_is_no_message_id(text: str) -> None:
    assert identifier(text) == ""


def test_a_message_id_gets_into_no_command(tmp_path: Path) -> None:
    made = box(tmp_path, reply='archive = "https://lists.example/fwup"')
    made.put([ONE.replace(b"fw-1-1@", b"'$IFS`y`&|#?/../z@")])
    made.look()
    text = body_of(only_draft(made)).replace("\\\n", "")
    (command,) = [line for line in text.splitlines() if line.startswith("curl ")]
    assert command.count("'") == 2
    assert not set("$`&|#?; ") & set(command.split("'")[1])


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.lists(st.text(max_size=20), max_size=3),
    st.text(max_size=200),
)
@example("a\nBcc: b@c", "=?utf-8?q?a=0D=0ABcc:_x?=", ["a@b\n c"], "From me\n.\n\x85")
@example("a", "a\x1b[2J\rBcc: x", [], "")
def test_whatever_comes_in_the_header_holds_what_it_is_made_of(
    sender: str, subject: str, links: list[str], text: str
) -> None:
    to = address_of(sender) or "a@b.example"
    good = [link for link in links if identifier(link)]
    raw = written(
        sender=("Order bot", OWN), to=to, cc=(), subject=subject, message_id="m@lists.example",
        answers="t@radio.example", references=good, text=text, now=0.0,
    )  # fmt: skip
    read = email.message_from_bytes(raw)
    assert set(read.keys()) == FIELDS and len(read.keys()) == len(FIELDS)
    assert read["To"] == to and read["Message-ID"] == "<m@lists.example>"
    head = raw.partition(b"\n\n")[0]
    assert raw.isascii() and not any(byte < 32 for byte in head.replace(b"\n", b""))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2))
def test_no_mail_raises_when_it_is_read(noise: bytes, at: int) -> None:
    raw = series()[at]
    half = len(raw) // 3
    for one in (noise, raw[:half] + noise + raw[half:], raw.replace(b"Subject", noise[:5] + b"Subject")):
        seen = SEE(one)
        assert seen.sender == address_of(seen.sender) and seen.message_id == identifier(seen.message_id)


# The text


@settings(max_examples=40, deadline=None)
@given(ANY)
def test_no_text_of_a_report_acts_on_who_reads_the_reply(text: str) -> None:
    lines = (HunkLine(LineKind.ADDED, f"FAILED {text}"), HunkLine(LineKind.REMOVED, text))
    diff = FileDiff(text, text, FileChange.MODIFIED, (Hunk(1, 1, 1, 1, text, lines),))
    patches = tuple(Patch(at, 3, 1, text, text, text, (diff,)) for at in (1, 2, 3))
    policy = ReplyPolicy(OWN, "", ("*",), archive="https://lists.example/x", level=Level.NOTE)
    said = body(poisoned(text), Series(text, 1, patches), policy, AnalysisPolicy(), "a@b")
    hidden = {c for c in said if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert not hidden
    assert max(map(columns_of, said.splitlines())) <= WIDTH


ADDED = b"+            fwup_tell(NOTE_ABORTED, u);"


def test_escapes_in_a_patch_are_spelled_out(tmp_path: Path) -> None:
    made = box(tmp_path)
    assert ADDED in ONE
    made.put([ONE.replace(ADDED, ADDED + b" /* \x1b[2J\xe2\x80\xae */")])
    made.look()
    assert "\\x1b[2J\\u202e" in body_of(only_draft(made))


def test_what_a_patch_says_cannot_look_like_the_bots_own_words(tmp_path: Path) -> None:
    """A quoted line stays quoted however long it is, and no line of a title begins a line of the mail."""
    made = box(tmp_path)
    made.put([ONE.replace(ADDED, ADDED + b" /* " + b"x" * 60 + b" error: nothing is wrong */")])
    made.look()
    text = body_of(only_draft(made))
    (line,) = [line for line in text.splitlines() if "xxxx" in line]
    assert line.startswith("> +") and line.endswith("...")
    assert "nothing is wrong" not in text


# Size, time, memory


def nested(depth: int, width: int) -> str:
    """A MIME bomb: parts in parts in parts."""
    text = "Content-Type: text/plain\n\nx\n"
    for at in range(depth):
        mark = f"b{at}"
        text = (
            f"Content-Type: multipart/mixed; boundary={mark}\n\n"
            + f"--{mark}\n{text}\n" * width
            + f"--{mark}--\n"
        )
    return text


def in_mails(depth: int) -> str:
    text = "Subject: x\n\ny\n"
    for _ in range(depth):
        packed = base64.b64encode(text.encode()).decode()
        text = f"Content-Type: text/x-patch; name=a.patch\nContent-Transfer-Encoding: base64\n\n{packed}\n"
        text = f"Subject: x\nContent-Type: multipart/mixed; boundary=q\n\n--q\n{text}--q--\n"
    return text


BOMBS = {
    "many parts": nested(1, 4_000),
    "deep parts": nested(200, 1),
    "wide and deep": nested(5, 6),
    "mails in mails": in_mails(12),
    "a boundary on every line": "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n" * 20_000,
    "one field of many lines": "Subject: x\n" + " y\n" * 15_000 + "\ntext\n",
    "many fields": "".join(f"X-{at}: y\n" for at in range(10_000)) + "\ntext\n",
    "a line of a megabyte": "Subject: x\n\n" + "x" * 1_000_000,
    "a quoted line that never ends": "Content-Transfer-Encoding: quoted-printable\n\n" + "a=\n" * 30_000,
    "many hunks": "Subject: [PATCH] x\n\n--- a/x.c\n+++ b/x.c\n" + "@@ -1 +1 @@\n-a\n+b\n" * 3_000,
    "a hunk that promises much": "Subject: [PATCH] x\n--- a/x.c\n+++ b/x.c\n@@ -1,999999999 +1,9 @@\n a\n",
    "encoded words": "Subject: " + "=?utf-8?q?a?= " * 15_000 + "\n\ntext\n",
    "brackets": "Subject: " + "[PATCH" * 20_000 + "\n\ntext\n",
    "reply marks": "Subject: " + "Re: " * 50_000 + "\n\ntext\n",
    "quotes in quotes": "Subject: Re: x\n\n" + "".join(">" * at + "\n" for at in range(2000)),
    "attributions": "Subject: Re: x\n\n" + "On a b wrote: " * 20_000 + "\n",
    "a date of digits": "Date: " + "1" * 200_000 + "\n\ntext\n",
    "an address of angles": "From: " + "<" * 200_000 + "\n\ntext\n",
    "references": "References: " + "".join(f"<a{at}@b> " for at in range(20_000)) + "\n\ntext\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def reading() -> Iterator[Apart[bytes, Sight]]:
    made = Apart(SEE, 60, 1024)
    yield made
    made.close()


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_read_in_bounds(reading: Apart[bytes, Sight], text: str) -> None:
    """In bounds of time and memory, or it is said to be left aside: both are fine."""
    try:
        seen = reading(text.encode())
        assert len(seen.references) <= 50 and len(seen.subject.title) <= 300
    except Failed as why:
        assert "more than" in str(why) or "nested" in str(why)


def test_a_bomb_among_mails_keeps_nobody_from_a_reply(tmp_path: Path) -> None:
    made = box(tmp_path)
    text = "Content-Type: multipart/mixed; boundary=b\n\n"
    bombs = [
        mail("a bomb", "x" * 9_000_000, message_id="large@x.example"),
        mail("a header", "x", message_id="header@x.example", fields={"X-Long": "y\n " * 200_000}),
        text.encode() + nested(6, 5).encode(),
    ]
    made.put([*bombs, *series()])
    said = made.run(check=False)
    assert "is larger than 8000000 bytes and is left aside" in said
    assert "header is too long" in said
    assert only_draft(made)["In-Reply-To"] == "<fw-1-2@radio.example>"


def hang(raw: bytes) -> int:
    time.sleep(600)
    return 1


def grow(raw: bytes) -> int:
    kept = [bytearray(64 << 20) for _ in range(10_000)]
    return len(kept)


def die(raw: bytes) -> int:
    os.kill(os.getpid(), 9)
    return 1


def talk(raw: bytes) -> int:
    print("hello")
    raise ValueError("a\x1b[2J b")


def count(raw: bytes) -> int:
    return len(raw) or die(raw)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (hang, "it took more than 1 seconds"),
        (grow, "it needed more than 1024 megabytes"),
        (die, r"its process ended by itself \(signal 9\)"),
        (talk, "ValueError: a"),
    ],
)
def test_what_goes_wrong_apart_is_told(function: object, why: str) -> None:
    bad = Apart(function, 1 if function is hang else 60, 1024)  # type: ignore[arg-type,var-annotated]
    with pytest.raises(Failed, match=why):
        bad(b"x")
    bad.close()


def test_after_a_failure_the_next_one_works() -> None:
    sometimes = Apart(count, 60, 1024)
    with pytest.raises(Failed, match="signal 9"):
        sometimes(b"")
    assert [sometimes(b"abc"), sometimes(b"x")] == [3, 1]
    sometimes.close()
    sometimes.close()


def test_an_analysis_that_fails_is_tried_again_and_at_last_given_up(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(series())

    def fail(task: object) -> object:
        raise Failed("it took more than 1 seconds")

    moments = (0, 60, 700, 710, 2000, 9000)
    told = [made.look(judging=fail, later=later) for later in moments]  # type: ignore[arg-type]
    assert ["tried again later" in one for one in told] == [True, False, True, False, False, False]
    assert ["given up: it took more" in one for one in told] == [False, False, False, False, True, False]
    assert not made.draft_files


@pytest.mark.parametrize(("length", "most"), [(600, 100), pytest.param(10_000, 1000, marks=pytest.mark.long)])
def test_a_thread_of_thousands_of_mails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, most: int
) -> None:
    """Half of them patches of one sender, each a reply to the one before; a series stands among them."""
    made = box(tmp_path)
    rng = random.Random(2)
    diff = "x\n---\n a.c | 2 +-\n\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a();\n+b();\n"
    many = []
    for at in range(length):
        links = [f"t{at - 1}@x.example"] if at else []
        number = rng.randrange(1, 9)
        subject, text = (f"[PATCH {number}/9] x: {at}", diff) if at % 2 else (f"Re: x {at}", "> a\n\nYes.\n")
        sender = f"Eve <eve{at % 3 if at % 5 == 0 else 0}@x.example>"
        many.append(mail(subject, text, message_id=f"t{at}@x.example", references=links, sender=sender))
    made.put([*many, *series()])
    monkeypatch.setattr(rounds, "_MOST_OF_SENDER", most)
    never_twice: set[object] = set()

    def judging(task: object) -> object:
        from tests.bot.mails import judged

        key = task.mails  # type: ignore[attr-defined]
        assert key not in never_twice
        never_twice.add(key)
        return judged(task)  # type: ignore[arg-type]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = made.look(judging=judging)  # type: ignore[arg-type]
    assert only_draft(made)["In-Reply-To"] == "<fw-1-2@radio.example>"
    assert "too many at a time" in said
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # kilobytes


def test_a_series_that_promises_too_much_is_left_aside(tmp_path: Path) -> None:
    made = box(tmp_path, series="wait_minutes = 0")
    raw = series()[2].replace(b"2/2", b"2/99999")
    made.put([raw])
    assert "more than 200 patches" in made.look()
    assert candidates(()) == ()


# Charsets

LIES = [
    b"Content-Type: text/plain; charset=nowhere-1\n",
    b"Content-Type: text/plain; charset=utf-7\n",
    b"Content-Type: text/plain; charset=idna\n",
    b"Content-Type: text/plain; charset=unicode_escape\n",
    b'Content-Type: text/plain; charset="\xff\xfe"\n',
    b"Content-Type: text/plain; charset=zlib\n",
    b"Content-Type: text/plain; charset=punycode\n",
]


@pytest.mark.parametrize("lie", LIES)
def test_a_charset_that_lies_does_no_harm(tmp_path: Path, lie: bytes) -> None:
    made = box(tmp_path)
    made.put([raw.replace(b"Message-ID", lie + b"Message-ID", 1) for raw in series()])
    made.look()
    assert only_draft(made)["In-Reply-To"] == "<fw-1-2@radio.example>"


def test_what_its_charset_turns_into_other_letters_is_no_patch(tmp_path: Path) -> None:
    """Nobody's reader shows it as one either; the series then lacks it, and that is said."""
    made = box(tmp_path)
    cover, first, second = series()
    lie = b"Content-Type: text/plain; charset=utf-16\n"
    text = second.partition(b"\n\n")[2]
    second = second.replace(b"Message-ID", lie + b"Message-ID", 1) + b" " * (len(text) % 2)
    made.put([cover, first, second])
    assert "waits for patch 2 of 2" in made.look() and not made.draft_files
    made.look(later=7300)
    assert "patch 2: it is missing" in body_of(only_draft(made))


def test_half_characters_do_no_harm(tmp_path: Path) -> None:
    """A charset that makes halves of characters, which no text in UTF-8 can hold."""
    made = box(tmp_path)
    lie = b"Content-Type: text/plain; charset=unicode_escape\n"
    lie += b"Subject: =?unicode_escape?q?[PATCH_1/1]_=5Cud800?=\n"
    subject = b"Subject: [PATCH 1/1] fwup: treat a cancelled update apart from a failed one\n"
    assert subject in ONE
    raw = ONE.replace(subject, lie).replace(b" fwup/update.c | 4", b" fwup/\\ud800.c | 4")
    made.put([raw.replace(ADDED, ADDED + b" /* \\ud800 */")])
    made.look()
    only_draft(made)


def test_a_reply_that_may_not_stand_in_a_mail_is_given_up(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(series())
    bad = Judgement("text", "", "fw-1-2@radio.example", "x")
    made.look(judging=lambda _: bad)
    only_draft(made)
    made = box(tmp_path / "two", reply='cc = ["a@b.example"]')
    made.put(series())
    monkey = pytest.MonkeyPatch()
    monkey.setattr("analyzer.bot.letter.address_of", lambda _: "")
    said = made.look(judging=lambda _: bad)
    monkey.undo()
    assert "given up: not an address" in said and not made.draft_files


def test_nothing_that_a_mail_names_is_run_or_written(tmp_path: Path) -> None:
    """Names of files, of programs, of attachments: only the bot's own folder changes."""
    made = box(tmp_path / "bot")
    outside = tmp_path / "outside"
    outside.mkdir()
    evil = [
        mail("[PATCH] x", "Content\n---\n--- a/../../outside/a\n+++ b/../../outside/a\n@@ -0,0 +1 @@\n+x\n",
             message_id="a@x.example"),
        mail("[PATCH] $(touch ../outside/b)", "`touch ../outside/c`\n", message_id="b@x.example",
             fields={"Content-Type": 'multipart/mixed; boundary="x"'}),
        mail("[PATCH] x", "--x\nContent-Type: text/x-patch\nContent-Disposition: attachment; "
             'filename="../../outside/d.patch"\n\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b\n--x--\n',
             message_id="../../outside/e@x.example",
             fields={"Content-Type": 'multipart/mixed; boundary="x"'}),
    ]  # fmt: skip
    made.put([*evil, *series()])
    made.run()
    assert not list(outside.iterdir())
    assert {path.name for path in tmp_path.iterdir()} == {"bot", "outside"}
    assert {path.name.split("-")[0] for path in (tmp_path / "bot").iterdir()} <= {
        "bot.toml", "mails", "outbox", "state.sqlite", "state.sqlite.lock",
    }  # fmt: skip
    only_draft(made)
