"""What holds of any input: no exception but `InputError`, no control characters, counts that add up."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.intake import read
from analyzer.model.series import LineKind, Series
from analyzer.model.unknown import InputError

CASES = Path(__file__).parents[2] / "fixtures" / "cases" / "intake"
SEEDS = [
    path.read_bytes()
    for path in sorted(CASES.rglob("*"))
    if path.is_file() and path.suffix not in (".toml", ".gz")
]
PIECES = [
    b"From a@b Thu Jan  1 12:00:00 2026\n",
    b"From: a <a@b>\nSubject: [PATCH 1/2] =?utf-8?q?x=FF?=\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Type: text/plain; format=flowed; delsp=yes\n",
    b"--b\n",
    b"\n",
    b"---\n",
    b"diff --git a/x b/x\n",
    b"diff --cc x\nindex 1111,2222..3333\n",
    b"--- a/x\n+++ b/x\n",
    b"@@ -1,3 +1,4 @@ f\n",
    b"@@ -1 +1 @@\n",
    b"@@ -999999999,999999999 +1,999999999 @@\n",
    b" a\n",
    b"+b\n",
    b"-c\n",
    b"c\n",
    b"\\ No newline at end of file\n",
    b"-- \n2.50.1\n",
    b"> > @@ -1,3 +1,4 @@ f\n> >\n> > a\n",
    b"On Fri, Jan 2, 2026, A <a@b> wrote:\n> x\n",
    b"* [PATCH 1/2] a\nFrom: A @ 2026-01-01 12:00 UTC\n\n",
    b"commit 0123456789\nAuthor: A\n\n    t\n\n",
    b'rename from "\\377\\0\n',
    b"\r\n",
    b"\x00\xff\xfe",
    b"=\n=3D=\n",
    "\u00a0a\u2028\u202e\n".encode(),
]


def taken(raw: bytes) -> tuple[Series, ...]:
    try:
        return read(["-"], stdin=io.BytesIO(raw))
    except InputError as error:
        assert "\n" not in str(error)
        return ()


def assert_sound(series: Series) -> None:
    assert series.patches
    numbers = [patch.number for patch in series.patches]
    assert numbers == sorted(set(numbers))
    assert not set(series.missing) & set(numbers)
    for patch in series.patches:
        for text in (patch.title, patch.author, series.title):
            assert not any(unicodedata.category(char) == "Cc" for char in text)
        for file in patch.files:
            assert not file.new_path.startswith("/")
            assert ".." not in file.new_path.split("/")
            for hunk in file.hunks:
                kinds = [line.kind for line in hunk.lines]
                assert len(kinds) - kinds.count(LineKind.ADDED) == hunk.old_count
                assert len(kinds) - kinds.count(LineKind.REMOVED) == hunk.new_count


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=25))
def test_any_bytes_are_read_or_refused(pieces: list[bytes]) -> None:
    for series in taken(b"".join(pieces)):
        assert_sound(series)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_cases_are_read_or_refused(seed: bytes, draw: st.DataObject) -> None:
    raw = bytearray(seed)
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, max(len(raw) - 1, 0)))
        length = draw.draw(st.sampled_from([0, 1, 2, 40, 4000]))
        raw[at : at + length] = draw.draw(
            st.one_of(st.just(b""), st.sampled_from(PIECES), st.binary(max_size=3))
        )
    for series in taken(bytes(raw)):
        assert_sound(series)


def test_every_cut_of_a_patch_is_read_or_refused() -> None:
    whole = (CASES / "list-footer" / "t.eml").read_bytes()
    for end in range(0, len(whole), 3):
        for series in taken(whole[:end]):
            assert_sound(series)


def test_a_patch_cut_short_never_reads_as_whole() -> None:
    whole = (CASES / "numbered-files" / "a.patch").read_bytes()
    last = whole.index(b"\n-- \n")
    for end in range(whole.index(b"diff --git") + 60, last):
        for series in taken(whole[:end]):
            if whole[end - 1 : end + 1] in (b"\n ",) and whole[end:last].strip() == b"":
                continue
            complete = series.patches[0].files and not series.unknown
            assert not complete or whole[end:last].strip(b" }\n;") in (b"",), end
