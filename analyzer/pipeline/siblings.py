"""Finds the other patches of a series of which one mail is given.

Job: what b4 hands to a check is one mail. Input: the mail, the file in which b4 keeps track of a review, a
folder in a repository. Output: `Siblings`: the commits of b4's review branch, else the thread that b4 keeps
in the repository, else commits below HEAD, at the place where one has the mail's title; else the mail
alone. Nothing is fetched. Not modelled: a review branch on which somebody has dropped or reordered patches
(a title that does not fit is refused later).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path
from typing import Any

from analyzer.intake.mail import decoded_words
from analyzer.intake.subject import Subject, parse
from analyzer.model.siblings import Siblings
from analyzer.model.unknown import InputError
from analyzer.snapshots.objects import Objects

BRANCH = "b4/review/"
_LARGEST = 64 * 1024 * 1024  # bytes of the tracking file, or of a thread
_DEEPEST = 200  # commits below HEAD that are looked at
_ID = re.compile(r"[0-9a-f]{7,64}\Z")
_NAME = re.compile(r"[\w.+-]+\Z")


def siblings_of(mail: bytes, tracking: str, folder: str) -> Siblings:
    """The series of `mail`; `tracking` is the file that b4 names, or "". Raises `InputError` if the mail
    has no subject."""
    subject = _subject(mail)
    number = max(subject.number, 0)
    alone = Siblings(number, subject.title, "", mail, "the mail alone")
    if subject.number > 0 and subject.total <= 1:
        return alone
    with suppress(InputError), Objects(Path(folder)) as objects:
        series = _tracked(tracking)
        words = _review(objects, series) or _below_head(objects, subject)
        kept = _thread(objects, series)
        if words and (series or not kept):
            how = "commits of the review branch" if series else "commits below HEAD"
            return Siblings(number, subject.title, words, b"", how)
        if kept:
            return Siblings(number, subject.title, "", kept, "the thread that b4 keeps")
    return alone


def _subject(mail: bytes) -> Subject:
    head = BytesHeaderParser(policy=compat32).parsebytes(mail[: 1 << 20])
    said = decoded_words(str(head.get("Subject", "")))
    if not said.strip():
        raise InputError("standard input: no mail with a subject; b4 hands over one mail")
    return parse(said)


def _tracked(path: str) -> Mapping[str, Any]:
    """What b4 knows of the series; {} for no file, or one that is not as b4 writes it."""
    if not path:
        return {}
    try:
        if Path(path).stat().st_size > _LARGEST:
            return {}
        found = json.loads(Path(path).read_text(encoding="utf-8"))
        series = found["series"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return series if isinstance(series, dict) else {}


def _review(objects: Objects, series: Mapping[str, Any]) -> str:
    """The commits of the review branch but the last, in which b4 keeps its notes."""
    first, name = str(series.get("first-patch-commit", "")), str(series.get("change-id", ""))
    if not _ID.match(first) or not _NAME.match(name):
        return ""
    tip = objects.found(f"refs/heads/{BRANCH}{name}")
    before = objects.found(f"{first}^")
    last = objects.found(f"{tip}^") if tip else None
    if before is None or last is None or not _is_below(objects, first, last):
        return ""
    return f"{before}..{last}"


def _is_below(objects: Objects, first: str, last: str) -> bool:
    with suppress(InputError):
        objects.git.run(("merge-base", "--is-ancestor", first, last))
        return True
    return False


def _thread(objects: Objects, series: Mapping[str, Any]) -> bytes:
    """The mails that b4 keeps as a blob."""
    blob = str(series.get("thread-blob", ""))
    if not _ID.match(blob):
        return b""
    with suppress(InputError):
        size = int(objects.git.run(("cat-file", "-s", blob)))
        if size <= _LARGEST:
            return objects.git.run(("cat-file", "blob", blob))
    return b""


def _below_head(objects: Objects, subject: Subject) -> str:
    """Commits of which the one at the mail's place has the mail's title."""
    if not 0 < subject.number <= subject.total or subject.total > _DEEPEST:
        return ""
    listed = objects.git.run(
        ("log", "--first-parent", f"--max-count={_DEEPEST}", "--format=%H %s", "HEAD", "--")
    )
    lines = [line.partition(" ") for line in listed.decode("utf-8", "replace").splitlines()]
    wanted = " ".join(subject.title.split())
    for at, (_, _, title) in enumerate(lines):
        first, last = at + subject.number - 1, at - (subject.total - subject.number)
        if " ".join(title.split()) == wanted and last >= 0 and first + 1 < len(lines):
            return f"{lines[first + 1][0]}..{lines[last][0]}"
    return ""
