"""Who said what where: each statement once, its copies counted, diffs recognised, folded mails unfolded."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer import intake
from analyzer.claims.blocks import blocks
from analyzer.claims.copies import copy_of
from analyzer.claims.stated import ListStatement, NoChangeStatement, OrderStatement, Side
from analyzer.model.claim import Medium
from analyzer.model.series import FileChange, FileDiff, Hunk, HunkLine, LineKind, Patch
from analyzer.model.unknown import InputError, Location

from .sample import FAILED, after, before, heard, passage, pump, stop

LIST = """\
For a failed filling we have the following behavior:

Before patch 2
==============

- notify STOP
- pump_on()
"""


def quoted(text: str, depth: int = 1) -> str:
    return "\n".join(f"{'> ' * depth}{line}".rstrip() for line in text.split("\n"))


def diff(*lines: str, path: str = "gate.c", start: int = 10) -> FileDiff:
    """A file's diff; each line with its first column."""
    made = tuple(HunkLine(LineKind(line[0]), line[1:]) for line in lines)
    return FileDiff(path, path, FileChange.MODIFIED, (Hunk(start, 3, start, 3, "", made),))


def patch(number: int, *files: FileDiff) -> Patch:
    return Patch(number, 3, 1, f"patch {number}", "Ada", "", files)


def test_a_statement_has_its_author_its_mail_and_its_line() -> None:
    (one,) = heard(passage("Greetings.\n\nPatch 1: no functional change.", Medium.REPLY, author="Bert"))
    assert (one.found.author, one.found.medium) == ("Bert", Medium.REPLY)
    assert (one.found.source, one.found.line) == ("Bert.mail", 12)
    assert one.found.quote == ("Patch 1: no functional change.",)
    assert one.again == ()


def test_the_quote_of_a_list_is_its_heading_and_its_lines() -> None:
    (one,) = heard(passage(LIST))
    assert one.found.quote == ("Before patch 2", "==============", "- notify STOP", "- pump_on()")
    assert one.found.line == 12


def test_a_quoted_copy_is_the_same_claim_whoever_is_read_first() -> None:
    own = passage(LIST, Medium.REPLY, author="Ada")
    for depth in (1, 2, 5):
        other = passage(f"Ada wrote:\n{quoted(LIST, depth)}\nI see.", Medium.REPLY, author="Bert")
        for order in ((own, other), (other, own)):
            (one,) = heard(*order)
            assert (one.found.author, one.found.quoted) == ("Ada", False)
            assert one.again == (Location("Bert.mail", 13),)


def test_a_quote_that_lost_its_lead_is_a_copy_too() -> None:
    short = LIST.partition("\n\n")[2]
    both = passage(LIST, author="Ada"), passage(quoted(short), Medium.REPLY, author="Bert")
    (one,) = heard(*both)
    assert isinstance(one.found.statement, ListStatement)
    assert (one.found.statement.courses, len(one.again)) == ((FAILED,), 1)


def test_what_only_a_quote_holds_has_an_unknown_author() -> None:
    (one,) = heard(passage(f"{quoted(LIST)}\nI do not think so.", Medium.REPLY, author="Bert"))
    assert one.found.quoted
    assert one.found.author == "Bert"  # who quotes it


def test_two_mails_that_say_the_same_make_one_claim() -> None:
    one, other = "Patch 1: no functional change.", "Patch 1 is NFC."
    (found,) = heard(passage(one, Medium.REPLY), passage(other, Medium.REPLY, author="Bert"))
    assert found.found.statement == NoChangeStatement((1,))
    assert found.again == (Location("Bert.mail", 10),)


def test_a_diff_in_a_mail_is_no_prose() -> None:
    code = "diff --git a/gate.c b/gate.c\n@@ -1,2 +1,2 @@\n After patch 3, STOP comes before pump_on().\n"
    assert heard(passage(f"See below.\n{code}", Medium.REPLY)) == ()
    assert heard(passage(quoted(code), Medium.REPLY)) == ()


MOVED = diff(" a", "-  stop(l, 1);", "+  pump_on();", " b")


def test_a_copy_of_a_patch_may_have_lost_its_blanks_and_its_place() -> None:
    series = (patch(1, diff("+x")), patch(2, MOVED))
    damaged = diff("-stop(l, 1);", "+ pump_on( );", "+", "  c", start=99)
    assert copy_of((damaged,), series) == 2
    assert copy_of((MOVED,), series) == 2


def test_a_diff_that_does_something_else_is_no_copy() -> None:
    series = (patch(1, MOVED),)
    assert copy_of((), series) == 0
    assert copy_of((diff(" a", "-  stop(l, 1);", " b"),), series) == 0
    assert copy_of((diff(" a", "-  stop(l, 2);", "+  pump_on();"),), series) == 0
    assert copy_of((diff("-  stop(l, 1);", "+  pump_on();", path="other.c"),), series) == 0
    assert copy_of((diff(" only context"),), (patch(1, diff(" other context")),)) == 0
    assert copy_of((MOVED,), (patch(1, MOVED), patch(2, MOVED))) == 0


def test_the_message_that_comes_with_a_copy_is_that_patchs() -> None:
    text = "This patch makes no functional change."
    (one,) = heard(passage(text, Medium.MESSAGE, files=(MOVED,)), patches=(patch(7, MOVED),))
    assert one.found.statement == NoChangeStatement((7,))
    assert heard(passage(text, Medium.MESSAGE, files=(diff("+z"),)), patches=(patch(7, MOVED),)) == ()


def test_a_discussion_that_counts_the_patches_otherwise_is_no_guide_to_them() -> None:
    own = replace(passage("This patch makes no functional change.", Medium.MESSAGE, files=(MOVED,)), number=2)
    reply = passage("Patch 2: no functional change. Patch 1 is NFC.", Medium.REPLY, author="Bert")
    (one,) = heard(own, reply, patches=(patch(1, MOVED),))
    assert one.found.statement == NoChangeStatement((1,))
    assert one.again == ()
    alike = heard(own, reply, patches=(patch(1, diff("+x")), patch(2, MOVED)))
    assert [found.found.statement for found in alike] == [NoChangeStatement((2,)), NoChangeStatement((1,))]


FOLDED = (
    "On a fine day, Bert wrote: > Ada <ada@example.org> writes: > > > The pump is loud. > > > > "
    "The gate is old "
    "> and nobody paints it. Hmm, that is so for all gates that I have ever seen in this "
    "country or in any other "
    "one. For a failed filling we have following behavior: Before patch 2 ============== - "
    "notify STOP (during "
    "filling the chamber) - pump_on() - notify STOP (during close_gate) After patch 2 "
    "============= - pump_on() - "
    "notify STOP (during close_gate) So patch 2 fixes the duplicate issue, and only fixes that. "
    "After patch 3 "
    "============= - notify STOP - pump_on() Patch 3 changes the place of STOP notification so "
    "that it happens "
    "always before pump_on(), for a failed filling. -- Ada"
)


def test_a_mail_on_one_line_is_unfolded() -> None:
    found = [one.found for one in heard(passage(FOLDED, Medium.REPLY))]
    lists = [one.statement for one in found if isinstance(one.statement, ListStatement)]
    filling = stop("notify STOP (during filling the chamber)", "fill")
    closing = stop("notify STOP (during close_gate)", "close_gate")
    assert lists == [
        ListStatement(before(2), (FAILED,), ((filling, pump(), closing),)),
        ListStatement(after(2), (FAILED,), ((pump(), closing),)),
        ListStatement(after(3), (FAILED,), ((stop(), pump()),)),
    ]
    assert len(found) == 5
    assert not any(one.quoted for one in found)
    assert found[1].quote[-1] == "- notify STOP (during close_gate)"
    assert isinstance(found[-1].statement, OrderStatement)
    assert found[-1].statement.side is Side.BEFORE


def test_a_quoted_mail_on_one_line_holds_copies() -> None:
    marked = " > ".join(
        ["Ada writes:", "The pump is loud.", *LIST.replace("\n\n", "\n\n ").split("\n"), "I see. " * 40]
    )
    (one,) = heard(passage(LIST, Medium.REPLY), passage(marked, Medium.REPLY, author="Bert"))
    assert (one.found.author, one.found.quoted) == ("Ada", False)
    assert [place.path for place in one.again] == ["Bert.mail"]


def test_rows_of_one_writer_stand_together() -> None:
    text = "> a\n> b\n\nc\n>> d\n> e"
    assert [
        (block.quoted, [row.text for row in block.rows]) for block in blocks(passage(text, title="t"))
    ] == [
        (False, ["t"]),
        (True, ["a", "b", ""]),
        (False, ["c"]),
        (True, ["d"]),
        (True, ["e"]),
    ]


def test_every_line_of_a_message_has_its_place() -> None:
    mail = (
        "From: Ada <ada@example.org>\nSubject: [PATCH 1/1] gate: paint it\n\n\nThe first "
        "line.\n\nThe last one.\n"
        "---\n gate.c | 1 +\n 1 file changed, 1 insertion(+)\n\ndiff --git a/gate.c b/gate.c\n--- a/gate.c\n"
        "+++ b/gate.c\n@@ -1 +1,2 @@\n a\n+b\n"
    )
    (series,) = intake.read(["-"], stdin=io.BytesIO(mail.encode()))
    (said,) = intake.passages_of(series)
    assert said.lines == ((1, "gate: paint it"), (5, "The first line."), (6, ""), (7, "The last one."))
    assert (said.patch, said.titled, said.medium) == (1, True, Medium.MESSAGE)
    (thread,) = intake.read_thread(["-"], io.BytesIO(mail.encode()))
    assert [line for line in thread.lines if line[1]] == [line for line in said.lines if line[1]]
    assert copy_of(thread.files, series.patches) == 1


THREAD = """\
From ada Mon Feb  2 10:00:00 2026
From: Ada <ada@example.org>
Subject: [PATCH 2/2] gate: paint it
Message-ID: <2@example.org>

No functional change intended.
---
diff --git a/gate.c b/gate.c
--- a/gate.c
+++ b/gate.c
@@ -1 +1,2 @@
 a
+b

From bert Mon Feb  2 11:00:00 2026
From: Bert <bert@example.org>
Subject: Re: [PATCH 2/2] gate: paint it
Message-ID: <3@example.org>
In-Reply-To: <2@example.org>
Content-Transfer-Encoding: quoted-printable

> No functional change intended.

After patch 2, STOP always comes before pump=5Fon().
"""


def test_a_thread_is_read_as_series_are(tmp_path: Path) -> None:
    mbox = tmp_path / "thread.mbox"
    mbox.write_text(THREAD, encoding="utf-8")
    message, reply = intake.read_thread([str(mbox)])
    assert (message.medium, message.number, len(message.files)) == (Medium.MESSAGE, 2, 1)
    assert message.lines == ((2, "gate: paint it"), (6, "No functional change intended."))
    assert (reply.author, reply.medium, reply.titled) == ("Bert <bert@example.org>", Medium.REPLY, False)
    own = patch(2, diff(" a", "+b"))
    first, second = heard(message, reply, patches=(own,))
    assert (first.found.statement, first.found.line) == (NoChangeStatement((2,)), 6)
    assert first.again == ()  # whose patch a reply means by it is not known
    assert isinstance(second.found.statement, OrderStatement)
    assert (second.found.author, second.found.line) == ("Bert <bert@example.org>", 24)


@pytest.mark.parametrize(
    ("content", "why"), [(None, "there is no such file"), (b"", "the file is empty"), (b"\x00" * 9, "binary")]
)
def test_a_thread_that_cannot_be_read_says_why(tmp_path: Path, content: bytes | None, why: str) -> None:
    path = tmp_path / "thread.mbox"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=why):
        intake.read_thread([str(path)])


def test_a_list_of_all_mails_is_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "all.mbox"
    path.write_bytes(THREAD.encode() * 20_000)
    with pytest.raises(InputError, match="MB are too much for a thread"):
        intake.read_thread([str(path)])
