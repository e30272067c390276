"""One look of the bot: mails in, drafts out, each once and to the right mail."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from analyzer.bot import body
from tests.bot.mails import OWN, Box, body_of, box, chatter, mail, series


def test_a_series_among_other_mails_gets_one_draft(tmp_path: Path) -> None:
    made = box(tmp_path)
    mails = series() + chatter(30, seed=1)
    random.Random(4).shuffle(mails)
    made.put(mails)
    said = made.run()
    (draft,) = made.drafts
    assert draft["To"] == "ines@radio.example"
    assert draft["In-Reply-To"] == "<fw-1-2@radio.example>"  # the patch with the error
    assert draft["References"] == "<fw-1-0@radio.example>\n <fw-1-2@radio.example>"
    assert draft["Auto-Submitted"] == "auto-generated"
    assert draft["Subject"] == "Re: [PATCH 2/2] fwup: tell listeners of every failed update"
    assert draft["From"] == f"Order bot <{OWN}>"
    text = body_of(draft)
    assert max(map(len, text.splitlines())) <= 76
    order = ["> -            fwup_tell(NOTE_ABORTED, u);", "error: abort-before-radio: out of order"]
    order += [
        "warning: failure-is-told",
        "For a write failure we have",
        "- radio_resume()",
        "analyze-series ",
    ]
    order += ["analyze-series: mute"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert str(tmp_path) not in text and "/fixtures/" not in text
    assert "is answered" in said

    assert "answered" not in made.look() and len(made.draft_files) == 1


def test_lists_that_are_long_are_named_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = box(tmp_path)
    made.put(series(stem="long"))
    monkeypatch.setattr(body, "MOST_LIST_LINES", 20)
    made.look()
    text = body_of(made.drafts[0])
    assert text.count("we have the following behavior") == 1
    assert "more can be seen with the command below: " in text
    assert text.index("can be seen with the command below") < text.index("analyze-series --profile")


def test_no_draft_for_a_series_that_breaks_nothing(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(chatter(20, seed=2))
    said = made.look()
    assert not made.draft_files
    assert "not concerned" in said


def test_a_patch_that_is_missing_is_waited_for(tmp_path: Path) -> None:
    made = box(tmp_path)
    cover, first, second = series()
    made.put([second, cover])
    assert "waits for patch 1 of 2" in made.look()
    assert not made.draft_files
    made.put([first], prefix="late")
    made.look()
    assert [draft["In-Reply-To"] for draft in made.drafts] == ["<fw-1-2@radio.example>"]


def test_after_the_wait_what_is_there_is_analysed(tmp_path: Path) -> None:
    made = box(tmp_path)
    _, first, _ = series()
    made.put([first])
    assert "waits for patch 2 of 2" in made.look()
    made.look(later=7100)
    assert not made.draft_files
    made.look(later=7300)
    (draft,) = made.drafts
    assert draft["In-Reply-To"] == "<fw-1-1@radio.example>"
    assert "- patch 2: it is missing from the input" in body_of(draft)
    assert not list(tmp_path.glob("*.work"))


def test_a_cover_letter_that_never_comes_is_waited_for_no_longer_than_said(tmp_path: Path) -> None:
    _, first, second = series()
    made = box(tmp_path / "patient")
    made.put([first, second])
    made.look()
    assert not made.draft_files
    made = box(tmp_path / "quick", series="cover_minutes = 0")
    made.put([first, second])
    made.look()
    assert [draft["In-Reply-To"] for draft in made.drafts] == ["<fw-1-2@radio.example>"]


@pytest.mark.parametrize("first", [1, 2])
def test_a_newer_version_is_answered_in_place_of_the_older(tmp_path: Path, first: int) -> None:
    made = box(tmp_path)
    made.put(series(version=3 - first), prefix="a")
    made.put(series(version=first), prefix="b")
    said = made.look()
    assert [draft["In-Reply-To"] for draft in made.drafts] == ["<fw-2-2@radio.example>"]
    assert "superseded by v2" in said and "is not written" not in said


def test_a_later_version_of_an_answered_series_is_answered_too(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(series(), prefix="a")
    made.look()
    made.put(series(version=2), prefix="b")
    made.look()
    assert {draft["In-Reply-To"] for draft in made.drafts} == {
        "<fw-1-2@radio.example>",
        "<fw-2-2@radio.example>",
    }


def test_what_is_sent_again_is_not_answered_again(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put(series(), prefix="a")
    made.look()
    made.put(series(), prefix="over-another-list")
    made.put(series(stem="resent"), prefix="c")
    said = made.look()
    assert len(made.drafts) == 1
    assert "sent again" in said


def test_a_series_without_threads_is_put_together(tmp_path: Path) -> None:
    made = box(tmp_path)
    mails = series(threaded=False)
    made.put(reversed(mails))
    made.look()
    assert [draft["In-Reply-To"] for draft in made.drafts] == ["<fw-1-2@radio.example>"]


def follow_up(made: Box) -> bytes:
    links = ["fw-1-0@radio.example", "fw-1-2@radio.example"]
    return mail("Re: [PATCH 2/2] fwup: tell", "> a\n\nWhy?\n", message_id="why@x.example", references=links)


def test_follow_ups_change_nothing(tmp_path: Path) -> None:
    made = box(tmp_path)
    made.put([*series(), follow_up(made)])
    made.look()
    made.put([follow_up(made).replace(b"why@", b"why2@")], prefix="later")
    made.look()
    assert len(made.drafts) == 1


def test_a_series_of_several_senders_in_one_thread(tmp_path: Path) -> None:
    """Each mail comes from its patch's author; all get the reply."""
    made = box(tmp_path)
    cover, first, second = series()
    first = first.replace(b"Ines Falk <ines@radio.example>", b"Olga <olga@radio.example>")
    made.put([second, cover])
    made.look()
    assert not made.draft_files
    made.put([first], prefix="late")
    made.look()
    (draft,) = made.drafts
    assert (draft["In-Reply-To"], draft["To"]) == ("<fw-1-2@radio.example>", "ines@radio.example")
    assert draft["Cc"] == "olga@radio.example"


def test_a_patch_that_a_stranger_puts_in_twice_completes_nothing(tmp_path: Path) -> None:
    made = box(tmp_path)
    cover, first, second = series()
    others = [
        first.replace(b"ines@", f"eve{at}@".encode()).replace(b"fw-1-1@", f"eve{at}-1@".encode())
        for at in (1, 2)
    ]
    made.put([second, cover, *others])
    made.look()
    assert not made.draft_files
    made.put([first], prefix="late")
    made.look()
    assert len(made.drafts) == 1


def test_a_cover_letter_of_somebody_else(tmp_path: Path) -> None:
    """As git format-patch makes them: the patches come from their author, the cover letter from who sends."""
    made = box(tmp_path)
    cover, first, second = series()
    made.put([cover.replace(b"Ines Falk <ines@radio.example>", b"Olga <olga@radio.example>"), first, second])
    made.look()
    (draft,) = made.drafts
    assert (draft["To"], draft["Cc"]) == ("ines@radio.example", "olga@radio.example")
