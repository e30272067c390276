"""Subjects in all the forms that lists know."""

from __future__ import annotations

import pytest

from analyzer.intake.subject import from_file_name, parse


@pytest.mark.parametrize(
    ("text", "version", "number", "total", "title"),
    [
        ("[PATCH v3 02/25] a: b", 3, 2, 25, "a: b"),
        ("[PATCH for-10.2 v3 2/9] a: b", 3, 2, 9, "a: b"),
        ("[PATCHv3 1/8] a: b", 3, 1, 8, "a: b"),
        ("[PATCH 1/2 v4] a: b", 4, 1, 2, "a: b"),
        ("[PATCH v6,19/24] a: b", 6, 19, 24, "a: b"),
        ("[RFC PATCH RESEND] a: b", 0, -1, 0, "a: b"),
        ("[RFC PATCH v2 RESEND 1/3] a: b", 2, 1, 3, "a: b"),
        ("[Qemu-devel] [PATCH V2 1/3] a: b", 2, 1, 3, "a: b"),
        ("[PATCH net-next v2 10/12] a: b", 2, 10, 12, "a: b"),
        ("[PATCH 5.10 001/200] a: b", 0, 1, 200, "a: b"),
        ("[PATCH 10.2/stable 3/4] a: b", 0, 3, 4, "a: b"),
        ("[PATCH][v2][1/3] a: b", 2, 1, 3, "a: b"),
        ("[PATCH v2 2 of 3] a: b", 2, 2, 3, "a: b"),
        ("[PATCH] a: use [brackets] 1/2", 0, -1, 0, "a: use [brackets] 1/2"),
        ("PATCH 2/3: a: b", 0, 2, 3, "a: b"),
        ("[PATCH 0/3] a", 0, 0, 3, "a"),
        ("a: b without a tag", 0, -1, 0, "a: b without a tag"),
        ("", 0, -1, 0, ""),
    ],
)
def test_numbers(text: str, version: int, number: int, total: int, title: str) -> None:
    subject = parse(text)
    assert (subject.version, subject.number, subject.total, subject.title) == (version, number, total, title)
    assert not subject.reply


@pytest.mark.parametrize(
    "prefix",
    [
        "Re:",
        "RE: ",
        "Aw:",
        "AW: Re:",
        "Antw: ",
        "Sv: ",
        "VS: ",
        "Odp: ",
        "Rif: ",
        "Ynt: ",
        "回复：",
        "답장: ",
        "Re[2]: ",
        "[list] Re: ",
    ],
)
def test_replies_in_any_language(prefix: str) -> None:
    subject = parse(prefix + "[PATCH v2 1/3] a: b")
    assert subject.reply
    assert (subject.version, subject.number, subject.total, subject.title) == (2, 1, 3, "a: b")


@pytest.mark.parametrize(
    "text", ["reset: b", "Revert: b", "i: b", "sv_init: b", "[PATCH] ref: b", "[PATCH v2 1/2] vs: b"]
)
def test_prefixes_that_are_none(text: str) -> None:
    assert not parse(text).reply


def test_pull_requests_are_told() -> None:
    assert parse("[PULL 01/20] a: b").pull
    assert parse("[GIT PULL] a").pull
    assert not parse("[PATCH] pull: b").pull


@pytest.mark.parametrize(
    ("name", "number", "version"),
    [
        ("0001-a.patch", 1, 0),
        ("v3-0012-a.patch", 12, 3),
        ("2-a.diff", 2, 0),
        ("2026-01-01.patch", -1, 0),
        ("a.patch", -1, 0),
        ("thread.txt", -1, 0),
    ],
)
def test_file_names(name: str, number: int, version: int) -> None:
    assert from_file_name(name) == (number, version)
