"""The reading itself: small input in one pass, very large input in two, so that memory stays bounded.

Input: sources, a predicate on patches. Output: `Series`. The first pass over large input keeps a
`Heading` of every patch and whether it is wanted; the second decodes only the mails of kept series and
the replies to them. Not modelled: a mail's quoted copies across series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from analyzer.intake import assemble, mbox, posts
from analyzer.intake.assemble import Entry
from analyzer.intake.mail import Letter
from analyzer.intake.order import Group, grouped, thread_roots
from analyzer.intake.posts import Heading, Kind, Post
from analyzer.intake.quotes import QuotedHunk, quoted_hunks
from analyzer.intake.sources import LARGE, Shape, Source, decoded, raw_mails
from analyzer.model.series import Patch, Series
from analyzer.model.unknown import InputError

_Wanted = Callable[[Patch], bool]
_Progress = Callable[[str], None]
_MARKS = (b"\ndiff --", b"\n--- ", b"base64", b"BASE64", b"Base64", b"multipart/", b"Multipart/")
_EVERY = 1000


def read_sources(
    found: Sequence[Source], wanted: _Wanted | None, progress: _Progress | None
) -> tuple[Series, ...]:
    """All series in the sources; of large input those in which some patch is wanted."""
    if wanted is not None and sum(source.size for source in found) > LARGE:
        keep = _first_pass(found, wanted, progress)
        if keep is None:
            raise InputError(_nothing(found, [], ()))
        if not keep[0]:
            return ()
        letters = list(_second_pass(found, *keep, progress))
    else:
        letters = [
            (source, letter)
            for source in found
            for raw in raw_mails(source)
            for letter in decoded(source, raw)
        ]
    return _series(found, letters)


def _series(found: Sequence[Source], letters: Sequence[tuple[Source, Letter]]) -> tuple[Series, ...]:
    copies = _copies(letters)
    entries: list[Entry] = []
    others: list[Post] = []
    held: dict[str, int] = {}
    for source, letter in letters:
        made = posts.post(letter, copies)
        held[source.label] = held.get(source.label, 0) + 1
        if made.kind is Kind.PATCH:
            heading = posts.heading(made, source.loose, source.stem + "-")
            entries.append(Entry(made, heading, letter.name.rpartition(".")[0] or source.stem))
        else:
            others.append(made)
    if not entries:
        raise InputError(_nothing(found, others, letters))
    headings = [entry.heading for entry in entries]
    groups = grouped(headings)
    links = [*headings, *(posts.heading(post, False, "") for post in others)]
    roots = dict(zip((link.message_id for link in links), thread_roots(links), strict=True))
    given, lost = assemble.placed(others, groups, entries, roots)
    out = []
    for group, belonging in zip(groups, given, strict=True):
        notes = assemble.kin_notes(group, groups)
        if lost and group is groups[0]:
            notes.append(f"{lost} mail{'s' if lost > 1 else ''} of no series left aside")
        out.append(assemble.series(group, entries, belonging, notes))
    return tuple(out)


def _copies(letters: Sequence[tuple[Source, Letter]]) -> Mapping[str, tuple[QuotedHunk, ...]]:
    found: dict[str, tuple[QuotedHunk, ...]] = {}
    for _, letter in letters:
        for key, copies in quoted_hunks(letter.lines, letter.source).items():
            found[key] = (*found.get(key, ()), *copies)
    return found


def _first_pass(
    found: Sequence[Source], wanted: _Wanted, progress: _Progress | None
) -> tuple[set[tuple[int, int]], set[str]] | None:
    """The places of the mails to keep and the threads to listen to; None if there is no patch at all."""
    headings: list[Heading] = []
    places: list[tuple[int, int]] = []
    chosen: set[int] = set()
    for at, number, raw in _mails(found, progress, "looking through"):
        source = found[at]
        if source.shape is Shape.MBOX and not any(mark in raw.raw for mark in _MARKS):
            continue
        for letter in decoded(source, raw):
            made = posts.post(letter, {}, checked=False)
            if made.kind is not Kind.PATCH:
                continue
            heading = posts.heading(made, source.loose, source.stem + "-")
            if wanted(posts.patch(made, max(heading.number, 1), heading.version, source.stem)):
                chosen.add(len(headings))
            headings.append(heading)
            places.append((at, number))
    if not headings:
        return None
    kept: list[Group] = [group for group in grouped(headings) if chosen.intersection(group.members)]
    threads = {headings[member].message_id for group in kept for member in group.members}
    threads |= {group.root for group in kept}
    return {places[member] for group in kept for member in group.members}, threads - {""}


def _second_pass(
    found: Sequence[Source], places: set[tuple[int, int]], threads: set[str], progress: _Progress | None
) -> Iterator[tuple[Source, Letter]]:
    needles = [f"<{each}>".encode("utf-8", "replace") for each in threads]
    for at, number, raw in _mails(found, progress, "reading"):
        source = found[at]
        if (at, number) in places:
            yield from ((source, letter) for letter in decoded(source, raw))
            continue
        head = raw.raw.partition(b"\n\n")[0][: 1 << 16]
        if b"<" not in head or not _touches(head, threads, needles):
            continue
        for letter in decoded(source, raw):
            near = letter.message_id in threads or threads.intersection(letter.references)
            if near and posts.post(letter, {}, checked=False).kind is not Kind.PATCH:
                yield source, letter


def _touches(head: bytes, threads: set[str], needles: Sequence[bytes]) -> bool:
    if len(needles) < 8:
        return any(needle in head for needle in needles)
    return any(
        piece.partition(b">")[0].decode("utf-8", "replace") in threads for piece in head.split(b"<")[1:]
    )


def _mails(
    found: Sequence[Source], progress: _Progress | None, verb: str
) -> Iterator[tuple[int, int, mbox.RawMail]]:
    for at, source in enumerate(found):
        for number, raw in enumerate(raw_mails(source)):
            if progress is not None and number % _EVERY == 0:
                progress(f"{verb} {source.label}: {number} mails")
            yield at, number, raw


def _nothing(
    found: Sequence[Source], others: Sequence[Post], letters: Sequence[tuple[Source, Letter]]
) -> str:
    """Why there is no patch, and the mend, for the first of the sources."""
    label = found[0].label if len(found) == 1 else f"{found[0].label} and {len(found) - 1} more"
    if any(post.letter.html for post in others):
        return f"{label}: the mail is HTML without a text: save it as plain text or give the .patch file"
    if any(post.kind is Kind.PULL for post in others):
        return f"{label}: a pull request is no patch: give the mails it pulls, or its commits as patches"
    for post in others:
        line = posts.quoted_diff(post.letter)
        if line:
            where = f"{post.letter.source}:{line}"
            return f"{where}: the diff is only quoted here: give the mail that carries the patch"
        if post.aside:
            where = f"{post.letter.source}:{post.letter.line}"
            return f"{where}: a diff in a reply is no patch of a series: give the mail that carries the patch"
    if any(source.shape is not Shape.TEXT for source in found):
        return f"{label}: no mail in it holds a diff: give the mail that carries the patch"
    return f"{label}: no diff found in it: give a patch, an mbox or a saved thread"
