"""The bot on the series that this program was made for, among the other mails of a list."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.bot.mails import Box, body_of, box, chatter, posted
from tests.real_trees import ROOT, qemu, shared

REDUCED = ROOT / "fixtures" / "qemu-reduced" / "series"


def delivered(folder: Path, patches: Path, *, analysis: str = "", others: int = 200) -> Box:
    made = box(folder, profile="qemu-migration", more=analysis)
    mails = posted(patches.glob("*.patch"), stem="real") + chatter(others, seed=8)
    random.Random(9).shuffle(mails)
    made.put(mails)
    return made


@pytest.mark.slow
def test_the_real_series_among_two_hundred_mails_gets_one_draft(tmp_path: Path) -> None:
    made = delivered(tmp_path, shared("series/qemu-failed-notifier"))
    made.run()
    (draft,) = made.drafts
    assert draft["In-Reply-To"] == "<real-1-3@radio.example>"
    assert draft["Subject"].replace("\n", "") == (
        "Re: [PATCH 3/3] migration: Notify migration FAILED before starting VM"
    )
    text = body_of(draft)
    assert "failure-ends-with-failed: missing (introduced by patch 3)" in text
    assert "way out: fail: in migration_connect()" in text
    assert (
        ">      migration_call_notifiers" not in text
        and "> -    migration_call_notifiers(s, type, NULL);" in text
    )
    assert max(map(len, text.splitlines())) <= 76 and len(text.splitlines()) < 260
    made.run()
    assert len(made.draft_files) == 1


@pytest.mark.long
def test_the_real_series_on_the_real_tree(tmp_path: Path) -> None:
    made = delivered(tmp_path, shared("series/qemu-failed-notifier"), analysis=f'repo = "{qemu()}"')
    made.run()
    (draft,) = made.drafts
    assert draft["In-Reply-To"] == "<real-1-3@radio.example>"
    assert "migration/migration.c:" in body_of(draft)
    assert "--repo DIR" in body_of(draft).replace("\\\n", "")


@pytest.mark.slow
def test_the_reduced_series(tmp_path: Path) -> None:
    made = delivered(tmp_path, REDUCED, others=10)
    made.look()
    (draft,) = made.drafts
    assert draft["In-Reply-To"] == "<real-1-3@radio.example>"
