"""Whom the bot answers, when, and what its configuration says: each rule of the policy."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from analyzer.bot.configuration import read_policy
from analyzer.bot.letterbox import MORE, sight
from analyzer.bot.maintainers import maintainers_of, sections
from analyzer.cli.grammar import BOT
from analyzer.model.unknown import InputError
from tests.bot.mails import LIST, OWN, ROOT, box, mail, series

ALLOW = 'allow = ["*"]'
FROM = 'from = "Order bot <bot@lists.example>"'
PLAIN = """
[bot]
state = "s"
outbox = "o"
[[source]]
path = "mails"
[reply]
from = "Order bot <bot@lists.example>"
allow = ["*"]
"""


def looked(folder: Path, *, reply: str = "", more: str = "", serie: str = "") -> tuple[str, list[object]]:
    made = box(folder, reply=reply, more=more, series=serie)
    made.put(series())
    said = made.look()
    return said, [(draft["To"], draft["Cc"]) for draft in made.drafts]


# Robots


ROBOTS = {
    "an auto-reply": {"Auto-Submitted": "auto-replied"},
    "a notification": {"Auto-Submitted": "auto-generated (by a program)"},
    "junk": {"Precedence": "junk"},
    "bulk of another list": {"Precedence": "bulk", "List-Id": "<other.example>"},
    "bulk of no list": {"Precedence": "bulk", "List-Id": ""},
    "an answering machine": {"X-Autoreply": "yes"},
    "another bot of this kind": {"X-Analyze-Series": "1"},
    "a robot that says so": {"Robot-ID": "<tip@bots.example>"},
    "a bounce": {"Return-Path": "<>"},
    "a report": {"Content-Type": "multipart/report; boundary=x"},
    "a newsletter": {
        "List-Id": "",
        "List-Post": "",
        "List-Unsubscribe": "<https://x.example>",
        "Precedence": "",
    },
    "no-reply": {"From": "Forge <noreply@forge.example>"},
    "a daemon": {"From": "MAILER-DAEMON@host.example"},
    "a list's own address": {"From": "fwup-bounces+x@lists.example"},
    "itself": {"From": f"Order bot <{OWN.upper()}>"},
}
PEOPLE: dict[str, dict[str, str]] = {
    "a list mail": {},
    "bulk of a list that is read": {"Precedence": "bulk"},
    "said to be no robot": {"Auto-Submitted": "no"},
    "a list with an unsubscribe link": {"List-Unsubscribe": "<https://x.example>"},
}


def with_fields(raw: bytes, fields: dict[str, str]) -> bytes:
    head, _, text = raw.decode().partition("\n\n")
    rows = [row for row in head.split("\n") if row.partition(":")[0] not in fields]
    return ("\n".join([*rows, *(f"{k}: {v}" for k, v in fields.items() if v)]) + "\n\n" + text).encode()


@pytest.mark.parametrize("fields", ROBOTS.values(), ids=ROBOTS.keys())
def test_a_robot_is_told(fields: dict[str, str]) -> None:
    for raw in series():
        assert sight(with_fields(raw, fields), OWN, ("fwup.lists.example",)).robot


@pytest.mark.parametrize("fields", PEOPLE.values(), ids=PEOPLE.keys())
def test_a_person_is_no_robot(fields: dict[str, str]) -> None:
    for raw in series():
        assert sight(with_fields(raw, fields), OWN, ("fwup.lists.example",)).robot == ""


def test_a_robots_series_gets_no_reply(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put([with_fields(raw, {"Auto-Submitted": "auto-generated"}) for raw in series()])
    assert made.look() == f"{tmp_path}/mails: 3 new mails: 3 by robots (Auto-Submitted)"
    assert made.look() == "" and not made.drafts


def test_an_auto_reply_to_the_bots_mail_is_not_answered(tmp_path: Path) -> None:
    """A peer that answers everything at once, quotes all, and even sends the patches back."""
    made = box(tmp_path)
    made.put(series())
    made.look()
    (draft,) = made.drafts
    link = str(draft["Message-ID"]).strip("<>")
    automatic = {"Auto-Submitted": "auto-replied", "In-Reply-To": f"<{link}>"}
    quoted = "\n".join(f"> {line}" for line in str(draft.get_payload()).splitlines())
    answers = [
        mail(f"Out of office: {draft['Subject']}", quoted, sender="Ines Falk <ines@radio.example>",
             message_id="ooo@radio.example", references=[link], fields={"Auto-Submitted": "auto-replied"}),
        mail(str(draft["Subject"]), quoted, message_id="re@radio.example", references=[link],
             fields={"Precedence": "bulk", "List-Id": ""}),
        *(with_fields(raw, {**automatic, "Message-ID": f"<back{at}@radio.example>"})
          for at, raw in enumerate(series(version=2))),
    ]  # fmt: skip
    made.put([*answers, made.draft_files[0].read_bytes()], prefix="answers")
    said = made.look()
    assert said.startswith(f"{tmp_path}/mails: 6 new mails: ") and said.count("by robots") == 3
    assert "\n" not in said and len(made.drafts) == 1


def test_two_bots_that_answer_each_other_come_to_an_end(tmp_path: Path) -> None:
    """A peer without any mark sends a new version for each reply, in the same thread."""
    made = box(tmp_path, reply="replies_per_thread = 2")
    root = "fw-1-0@radio.example"
    for version in range(1, 6):
        links = {"References": f"<{root}>", "In-Reply-To": f"<{root}>"} if version > 1 else {}
        made.put(
            [with_fields(raw, links) if links else raw for raw in series(version=version)],
            prefix=f"v{version}",
        )
        said = made.look()
    assert len(made.drafts) == 2 and "enough was said in its thread" in said


# Who may be answered, and who gets it


@pytest.mark.parametrize(
    ("rule", "answered"),
    [
        ('deny = ["*@radio.example"]', False),
        ('deny = ["INES@*"]', False),
        ('deny = ["*@work.example"]', True),
    ],
)
def test_who_may_be_answered(tmp_path: Path, rule: str, answered: bool) -> None:
    said, drafts = looked(tmp_path, reply=rule)
    assert bool(drafts) is answered
    assert answered or "its author may not be answered" in said


def test_cc_from_a_maintainers_file(tmp_path: Path) -> None:
    (tmp_path / "MAINTAINERS").write_text(
        "Firmware update\nM: Mara Keeper <mara@radio.example>\nM: Ines Falk <ines@radio.example>\n"
        "R: Rob Reader <rob@radio.example>\nL: fwup@lists.example (moderated)\nS: Maintained\nF: fwup/\n\n"
        "Elsewhere\nM: Nobody <nobody@radio.example>\nF: net/\n"
    )
    _, drafts = looked(tmp_path / "one", reply='cc = ["fwup@lists.example"]\nmaintainers = "../MAINTAINERS"')
    assert drafts == [("ines@radio.example", "fwup@lists.example,\n mara@radio.example")]
    _, drafts = looked(tmp_path / "two", reply='maintainers = "../MAINTAINERS"\nroles = ["R"]')
    assert drafts == [("ines@radio.example", "rob@radio.example")]
    said, drafts = looked(tmp_path / "three", reply='maintainers = "NOWHERE"')
    assert drafts == [("ines@radio.example", None)] and "nobody is put into Cc" in said


def test_whoever_keeps_everything_is_asked_only_where_nobody_else_is() -> None:
    """As the last entry of the kernel's file is meant, whose head gets no mail of every patch."""
    known = sections(
        "Net\nM: Nel <nel@b.example>\nF: net/\n\n"
        "THE REST\nM: Head <head@b.example>\nL: all@b.example\nF: *\nF: */\n"
    )
    assert maintainers_of(known, ("net/a.c", "x.c", "y/z.c"), ("M",)) == ("nel@b.example",)
    assert maintainers_of(known, ("net/a.c",), ("M", "L")) == ("nel@b.example", "all@b.example")
    assert maintainers_of(known, ("other/a.c",), ("M", "L")) == ("head@b.example", "all@b.example")


@pytest.mark.parametrize(
    ("glob", "path", "covered"),
    [
        ("drivers/net/", "drivers/net/a/b.c", True),
        ("drivers/net/", "drivers/network/b.c", False),
        ("drivers/net", "drivers/net/a/b.c", True),
        ("drivers/net/*", "drivers/net/a.c", True),
        ("drivers/net/*", "drivers/net/a/b.c", False),
        ("drivers/*/a.c", "drivers/net/a.c", True),
        ("*/a.c", "x/y/a.c", False),
        ("include/linux/fwup*.h", "include/linux/fwup_radio.h", True),
        ("drivers/*/x/", "drivers/net/x/deep/b.c", True),
        ("a.c", "a.c", True),
        ("a.c", "b/a.c", False),
        ("*", "a.c", True),
        ("*", "b/a.c", False),
    ],
)
def test_globs_of_a_maintainers_file(glob: str, path: str, covered: bool) -> None:
    known = sections(f"Part\nM: A <a@b.example>\nF: {glob}\n")
    assert bool(maintainers_of(known, (path,), ("M",))) is covered


def test_what_a_maintainers_file_leaves_out_and_what_is_no_address() -> None:
    text = "Part\nM: A <a@b.example>\nM: no address\nM: <x@y\nF: net/\nX: net/wifi/\nN: (a+)+$\nK: .*\n"
    known = sections(text)
    assert maintainers_of(known, ("net/a.c",), ("M",)) == ("a@b.example",)
    assert maintainers_of(known, ("net/wifi/a.c", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), ("M",)) == ()


# When it speaks


def test_silence_by_level_and_by_what_was_found(tmp_path: Path) -> None:
    said, drafts = looked(tmp_path / "errors", reply='level = "error"')
    assert len(drafts) == 1
    allowed = [
        f'[[suppress]]\nrule = "{rule}"\nreason = "known"\n'
        for rule in ("abort-before-radio", "failure-is-told")
    ]
    (tmp_path / "allowed.toml").write_text("".join(allowed))
    known = 'suppressions = "../allowed.toml"'
    said, drafts = looked(tmp_path / "known", more=known)
    assert "nothing to say" in said and not drafts
    made = box(tmp_path / "changes", reply='speak = "changes"', more=known)
    made.put(series())
    made.look()
    (draft,) = made.drafts
    assert draft["In-Reply-To"] == "<fw-1-0@radio.example>"
    assert "I found nothing that these patches break. What they change:" in str(draft.get_payload())


def test_so_many_mails_an_hour_and_no_more(tmp_path: Path) -> None:
    made = box(tmp_path, reply="mails_per_hour = 1")
    made.put(series(stem="one"), prefix="a")
    other = [raw.replace(b"ines@", b"olga@").replace(b"Ines", b"Olga") for raw in series(stem="two")]
    made.put(other, prefix="b")
    assert "waits: 1 mails an hour may go" in made.look()
    assert len(made.drafts) == 1
    made.look(later=3000)
    assert len(made.drafts) == 1
    made.look(later=3700)
    assert len(made.drafts) == 2


@pytest.mark.parametrize(
    "rule",
    ['authors = ["ines@*"]', 'threads = ["<fw-1-0@radio.example>"]', 'titles = ["fwup: tell*"]'],
)
def test_mute(tmp_path: Path, rule: str) -> None:
    said, drafts = looked(tmp_path, more=f"[mute]\n{rule}")
    assert not drafts and "mute" in said


def test_whoever_asks_is_left_alone_until_they_ask_otherwise(tmp_path: Path) -> None:
    made = box(tmp_path)
    asked = ["Please.\n\nanalyze-series: mute\n", "> analyze-series: unmute\n", "analyze-series: unmute\n"]
    for at, text in enumerate(asked):
        made.put([mail("Re: hello", text, message_id=f"ask{at}@radio.example")], prefix=f"ask{at}")
        made.put(series(version=at + 1), prefix=f"v{at}")
        made.look()
        assert len(made.drafts) == (1 if at == 2 else 0)


MUTE = "analyze-series: mute"


@pytest.mark.parametrize(
    ("text", "heeded"),
    [
        (f"Please.\n{MUTE}\n", True),
        (f'"{MUTE}"\n', True),
        (f"> {MUTE}\n", False),
        (f"Write {MUTE} to be left alone.\n", False),
    ],
)
def test_what_counts_as_a_wish(text: str, heeded: bool) -> None:
    seen = sight(mail("Re: hello", text, message_id="ask@radio.example"), OWN, ())
    assert seen.wish == ("mute" if heeded else "")


def test_a_patch_asks_above_its_diff_alone() -> None:
    raw = series()[1].decode()
    within = raw.replace("         break;\n", f" {MUTE}\n", 1)
    above = raw.replace("---\n", f"---\n{MUTE}\n", 1)
    assert within != raw != above
    assert [sight(each.encode(), OWN, ()).wish for each in (within, above)] == ["", "mute"]


def test_who_copies_the_bots_mail_unquoted_asks_for_nothing(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(series())
    made.look()
    (draft,) = made.drafts
    assert MUTE in str(draft.get_payload())
    copied = "I see.\n\n-----Original Message-----\n" + str(draft.get_payload())
    for text in (copied, "\n".join(line.strip() for line in copied.split("\n"))):
        assert sight(mail("Re: hello", text, message_id="ask@radio.example"), OWN, ()).wish == ""


def test_a_wish_is_heeded_once_however_often_its_mail_is_read(tmp_path: Path) -> None:
    """A program that keeps a maildir may give a mail another name."""
    made = box(tmp_path)
    first = mail("Re: hello", MUTE, message_id="ask1@radio.example")
    made.put([first], prefix="a")
    made.look()
    made.put([mail("Re: hello", "analyze-series: unmute", message_id="ask2@radio.example")], prefix="b")
    made.look()
    made.put([first, *series()], prefix="c")
    made.look()
    assert len(made.drafts) == 1


@pytest.mark.parametrize("cause", ["mute", "newer", "denied", "embargo"])
def test_a_reply_that_waits_goes_only_if_it_is_still_wanted(tmp_path: Path, cause: str) -> None:
    made = box(tmp_path, reply="mails_per_hour = 1")
    made.put([raw.replace(b"ines@", b"olga@") for raw in series(stem="other")], prefix="a")
    made.put(series(), prefix="b")
    assert "waits: 1 mails an hour" in made.look()
    config = (tmp_path / "bot.toml").read_text()
    if cause == "mute":
        made.put([mail("Re: hello", MUTE, message_id="ask@radio.example")], prefix="c")
    elif cause == "newer":
        made.put([series(version=2)[0], series(version=2)[1]], prefix="c")
    elif cause == "denied":
        (tmp_path / "bot.toml").write_text(config.replace("allow =", 'deny = ["ines@*"]\nallow ='))
    else:
        embargo = '\n[[embargo]]\nauthors = ["ines@*"]\nreason = "later"\nuntil = 2026-11-24\n'
        (tmp_path / "bot.toml").write_text(config + embargo)
    made.look(later=60)
    said = made.look(later=4000)
    assert len(made.drafts) == 1 and "is in " not in said
    made.look(later=90_000)
    others = {"embargo": ["<fw-1-2@radio.example>"], "newer": ["<fw-2-1@radio.example>"]}.get(cause, [])
    assert sorted(str(draft["In-Reply-To"]) for draft in made.drafts) == [
        *others,
        "<other-1-2@radio.example>",
    ]


def test_nobody_mutes_another(tmp_path: Path) -> None:
    made = box(tmp_path)
    text = "analyze-series: mute\n"
    made.put([mail("Re: hello", text, message_id="ask@x.example", sender="Eve <eve@x.example>"), *series()])
    made.look()
    assert len(made.drafts) == 1


@pytest.mark.parametrize(
    "rule", ['paths = ["fwup/*"]', 'authors = ["ines@*"]', 'titles = ["*end of an update"]']
)
def test_an_embargo_holds_up_to_its_day(tmp_path: Path, rule: str) -> None:
    made = box(tmp_path, more=f'[[embargo]]\n{rule}\nreason = "fixed elsewhere first"\nuntil = 2026-11-25')
    made.put(series())
    never = lambda task: pytest.fail("it was analysed")  # noqa: E731
    made.look(judging=never)
    made.look(judging=never, later=86400)
    assert not made.drafts
    made.look(later=2 * 86400 + 1)
    assert len(made.drafts) == 1


def test_an_embargo_outlasts_the_age_from_which_on_series_are_left_aside(tmp_path: Path) -> None:
    """In between nothing is said in the log either, even of a version that another one replaces."""
    more = '[[embargo]]\npaths = ["fwup/*"]\nreason = "fixed elsewhere first"\nuntil = 2026-12-24'
    made = box(tmp_path, more=more)
    text = (tmp_path / "bot.toml").read_text().replace("max_age_days = 0", "max_age_days = 7")
    (tmp_path / "bot.toml").write_text(text)
    made.put(series())
    made.put(series(version=2), prefix="b")
    count = f"{tmp_path}/mails: 6 new mails: 4 patches, 2 cover letters"
    assert [made.look(later=days * 86400) for days in (0, 8, 29)] == [count, "", ""]
    made.look(later=31 * 86400)
    assert [draft["In-Reply-To"] for draft in made.drafts] == ["<fw-2-2@radio.example>"]


def test_an_embargo_on_paths_holds_where_not_all_of_them_are_known() -> None:
    files = "".join(f"--- a/x{at}.c\n+++ b/x{at}.c\n@@ -1 +1 @@\n-a\n+b\n" for at in range(1001))
    seen = sight(mail("[PATCH] x", f"x\n---\n\n{files}", message_id="a@x.example"), OWN, ())
    assert len(seen.paths) == 1001 and seen.paths[-1] == MORE


def test_old_series_are_left_aside(tmp_path: Path) -> None:
    made = box(tmp_path, series="")
    text = (tmp_path / "bot.toml").read_text().replace("max_age_days = 0", "max_age_days = 7")
    (tmp_path / "bot.toml").write_text(text)
    made.put([raw.replace(b"23 Nov 2026", b"23 Nov 2025") for raw in series()])
    assert "too old" in made.look() and not made.drafts


# The configuration


def test_a_plain_configuration(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text(PLAIN)
    policy = read_policy(str(tmp_path / "bot.toml"))
    assert policy.state == tmp_path / "s" and policy.sources[0].path == tmp_path / "mails"
    assert (policy.reply.own, policy.reply.own_name) == ("bot@lists.example", "Order bot")
    assert policy.smtp is None


def shown(page: str) -> list[str]:
    """The configurations that a page shows, each an indented block."""
    lines = [line if line.startswith("    ") or not line else "\f" for line in page.splitlines()]
    blocks = "\n".join(lines).split("\f")
    return [textwrap.dedent(block) for block in blocks if "[[source]]" in block and "[reply]" in block]


@pytest.mark.parametrize("page", ["README.md", "docs/bot.md", "bot --help"])
def test_what_the_documents_show_is_a_configuration(tmp_path: Path, page: str) -> None:
    text = BOT.teaching if page.endswith("--help") else (ROOT / page).read_text()
    (configuration,) = shown(text)
    (tmp_path / "bot.toml").write_text(configuration)
    assert read_policy(str(tmp_path / "bot.toml")).reply.own == "bot@lists.example"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('state = "s"', "", ":2: [bot] lacks 'state'; add state = ..."),
        ('path = "mails"', 'kind = "imap"\npath = "m"', ":6: 'kind' is 'imap'; known are: maildir, mbox"),
        ("[[source]]\npath = \"mails\"", "", ":1: no source of mails; add [[source]]"),
        (ALLOW, "", ":7: [reply] lacks 'allow'"),
        (ALLOW, "allow = []", ":9: 'allow' is empty; name at least one"),
        (FROM, 'from = "Order bot"', ":8: 'from' is 'Order bot'; write it as"),
        (ALLOW, ALLOW + '\ncc = ["x"]', ":10: 'x' is not an address; write it as name@example.org"),
        (ALLOW, ALLOW + '\nspeek = "x"', ":10: unknown key 'speek' in [reply]; did you mean 'speak'?"),
        (ALLOW, ALLOW + '\nmails_per_hour = 0', ":10: 'mails_per_hour' is 0; write a number from 1 on"),
        (ALLOW, ALLOW + '\nroles = ["Q"]', ":10: unknown role 'Q'; known are: M, R, L"),
        (ALLOW, ALLOW + '\narchive = "lists"', ":10: 'archive' is 'lists'; write a web address"),
        (ALLOW, ALLOW + '\n[smtp]\nhost = "h"\nuser = "u"', ":10: [smtp] has one of 'user' and"),
        (ALLOW, ALLOW + '\n[[embargo]]\nreason = "r"', ":10: [[embargo]] names nothing"),
        (ALLOW, ALLOW + '\n[analysis]\nmegabytes = "x"', ":11: 'megabytes' is 'x', not an integer"),
        (ALLOW, "allow = [", ":9: not valid TOML"),
    ],
)  # fmt: skip
def test_errors_name_file_line_and_mend(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in PLAIN
    path = tmp_path / "bot.toml"
    path.write_text(PLAIN.replace(old, new))
    with pytest.raises(InputError) as wrong:
        read_policy(str(path))
    assert f"{path}{said}" in str(wrong.value)


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"bot\.toml: cannot be read"):
        read_policy(str(tmp_path / "bot.toml"))
    (tmp_path / "bot.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_policy(str(tmp_path / "bot.toml"))


def test_two_bots_do_not_share_a_state(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(series())

    def meanwhile(task: object) -> object:
        with pytest.raises(InputError, match="another bot works with this state"):
            made.look()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.look(judging=meanwhile)  # type: ignore[arg-type]
    made.look()
    assert len(made.drafts) == 1


def test_a_state_that_is_none_is_refused(tmp_path: Path) -> None:
    made = box(tmp_path)
    (tmp_path / "state.sqlite").write_text("hello " * 1000)
    with pytest.raises(InputError, match="is no state of a bot"):
        made.look()
    assert LIST
