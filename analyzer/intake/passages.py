"""What people say beside their patches: the prose of a series' mails, and of a discussion about it.

Input: a `Series`, or the files of a thread. Output: `Passage`s in the order of the mails, with the place of
every line. A mail with a diff is a passage too: its message. Not modelled: who said what is only quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from analyzer.intake import posts
from analyzer.intake.lines import Line, clean_block
from analyzer.intake.posts import Kind, Post
from analyzer.intake.sources import LARGE, decoded, raw_mails, sources
from analyzer.model.claim import Medium, Passage
from analyzer.model.series import Patch, Series
from analyzer.model.unknown import InputError

_MEDIA = {Kind.COVER: Medium.COVER, Kind.REPLY: Medium.REPLY, Kind.PATCH: Medium.MESSAGE}


def passages_of(series: Series) -> tuple[Passage, ...]:
    """The messages of the patches, then cover letters and replies."""
    found = [_message(patch) for patch in series.patches]
    for reply in series.replies:
        medium = Medium.COVER if reply.cover else Medium.REPLY
        rows = reply.text.split("\n")
        places = reply.places or (0,) * len(rows)
        subject = ((reply.line, reply.subject),) if reply.cover and reply.subject else ()
        lines = (*subject, *zip(places, rows, strict=True))
        found.append(Passage(reply.author, medium, reply.source, lines, titled=bool(subject)))
    return tuple(found)


def _message(patch: Patch) -> Passage:
    rows = patch.message.split("\n") if patch.message else []
    places = patch.places or (0,) * len(rows)
    lines = ((patch.line, patch.title), *zip(places, rows, strict=True))
    return Passage(patch.author, Medium.MESSAGE, patch.source, lines, patch.number, True, patch.files)


def read_thread(paths: Sequence[str], stdin: BinaryIO | None = None) -> tuple[Passage, ...]:
    """The passages of a discussion, whether it holds patches or not; `InputError` for what cannot be read."""
    found = sources(paths, stdin)
    size = sum(source.size for source in found)
    if size > LARGE:
        label = found[0].label
        raise InputError(f"{label}: {size >> 20} MB are too much for a thread: give the mails of this one")
    made = [
        posts.post(letter, {}, checked=False)
        for source in found
        for raw in raw_mails(source)
        for letter in decoded(source, raw)
    ]
    return tuple(_passage(post) for post in made if post.kind is not Kind.PULL)


def _passage(post: Post) -> Passage:
    letter, parts = post.letter, post.body
    title = post.subject.title if post.kind is not Kind.REPLY and not post.subject.reply else ""
    rows = parts.prose if post.kind is Kind.PATCH else letter.lines
    lines = _shown(rows)
    subject = ((letter.line, title),) if title else ()
    return Passage(
        parts.author or letter.sender,
        _MEDIA[post.kind],
        letter.source,
        (*subject, *lines),
        titled=bool(subject),
        files=parts.cut.files if post.kind is Kind.PATCH else (),
        number=max(post.subject.number, 0) if post.kind is Kind.PATCH else 0,
    )


def _shown(rows: Iterable[Line]) -> tuple[tuple[int, str], ...]:
    """The lines without control characters."""
    return tuple((row.number, clean_block([row.text])) for row in rows)
