"""The words of a domain that does not exist, and passages in which people speak of it.

The report is that of the tests of reports: a canal lock whose gates announce START and STOP, with a pump.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path

from analyzer import profiles
from analyzer.claims import found, judged
from analyzer.claims.reading import Heard
from analyzer.claims.stated import Course, Item, Moment, Side, Statement
from analyzer.claims.words import Vocabulary
from analyzer.model.claim import Claim, Medium, Passage
from analyzer.model.profile import Profile
from analyzer.model.report import Report
from analyzer.model.series import FileDiff, Patch, Series
from analyzer.model.subscriber import Subscriber
from tests.reports.sample import SAMPLE

PROFILE = """
title = "Canal lock"
follows = "canal 4.1"
[[event]]
call = "gate_tell"
argument = 1
names = { GATE_EV_START = "START", GATE_EV_STOP = "STOP" }
[[landmark]]
name = "pump_on"
call = "pump_on"
[[phase]]
function = "fill"
words = "filling the chamber"
[[entry]]
function = "open_gate"
[[scenario]]
id = "failed-filling"
[[scenario]]
id = "passage"
[[scenario]]
id = "early-stop"
[called.letters]
"HALT" = ["STOP"]
"pump starts" = ["pump_on"]
"starting pump" = ["pump_on"]
[called.scenarios]
"filling" = ["failed-filling", "passage"]
"quick passage" = ["passage"]
[called.places]
"settling" = ["settle"]
"""


@functools.cache
def profile() -> Profile:
    """The profile, loaded as a user's would be."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "profile.toml").write_text(PROFILE, encoding="utf-8")
        return profiles.load(folder)


@functools.cache
def vocabulary() -> Vocabulary:
    return Vocabulary(profile(), SAMPLE)


def passage(
    text: str,
    medium: Medium = Medium.COVER,
    *,
    author: str = "Ada",
    patch: int = 0,
    title: str = "",
    files: tuple[FileDiff, ...] = (),
) -> Passage:
    """A passage whose text begins in line 10 of its mail."""
    lines = tuple(enumerate(text.split("\n"), 10))
    if title:
        lines = ((5, title), *lines)
    return Passage(author, medium, f"{author}.mail", lines, patch, bool(title), files)


def series(*patches: Patch) -> Series:
    return Series("canal", 1, patches)


def heard(*passages: Passage, patches: Sequence[Patch] = ()) -> tuple[Heard, ...]:
    """What is understood of some passages."""
    return found(passages, series(*patches), profile(), SAMPLE)[0]


def stated(text: str, medium: Medium = Medium.COVER, *, patch: int = 0, title: str = "") -> list[Statement]:
    """The statements of one passage."""
    return [one.found.statement for one in heard(passage(text, medium, patch=patch, title=title))]


def claims(
    text: str,
    medium: Medium = Medium.COVER,
    *,
    patch: int = 0,
    title: str = "",
    report: Report = SAMPLE,
    subscribers: Sequence[Subscriber] | None = None,
    missing: Sequence[int] = (),
) -> tuple[Claim, ...]:
    """The statements of one passage with their verdicts."""
    said = passage(text, medium, patch=patch, title=title)
    every, _ = found((said,), series(), profile(), report)
    return judged(every, report, subscribers, "there is no tree", missing)


def before(patch: int) -> Moment:
    return Moment(Side.BEFORE, patch)


def after(patch: int) -> Moment:
    return Moment(Side.AFTER, patch)


def stop(words: str = "notify STOP", *functions: str, strange: str = "") -> Item:
    """A line with STOP, in some functions if any are given."""
    return Item(words, ("STOP",), functions or None, strange)


def pump(words: str = "pump_on()", *, repeats: bool = False) -> Item:
    return Item(words, ("pump_on",), repeats=repeats)


FAILED = Course("failed filling", ("failed-filling",))
FILLING = Course("filling", ("failed-filling", "passage"))
