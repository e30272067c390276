"""Which of the mails that came are series, which of those are whole, and which one a newer version replaces.

Input: the patches and covers of one sender. Output: `Candidate`s. The grouping is that of `analyzer.intake`;
here is only what time brings: what is still missing, and how long it is worth waiting for. A series whose
patches come from several addresses is put together where they fill it exactly. Not modelled: a version that
somebody else sends on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.bot.letterbox import Part
from analyzer.bot.policy import SeriesPolicy
from analyzer.bot.state import Kept
from analyzer.intake.order import Group, grouped


@dataclass(frozen=True, slots=True)
class Candidate:
    """Mails that make a series. `patches` are in order; `total` is what their subjects say, or 0; `root` is
    the Message-ID of the thread's first mail; `newer` the version that replaces it, or 0; `whole` tells that
    no patch is missing."""

    sender: str
    version: int
    total: int
    patches: tuple[Kept, ...]
    cover: Kept | None
    root: str
    newer: int
    whole: bool

    @property
    def mails(self) -> tuple[Kept, ...]:
        return (self.cover, *self.patches) if self.cover else self.patches

    @property
    def senders(self) -> tuple[str, ...]:
        """All who sent a part of it."""
        return tuple(dict.fromkeys(mail.heading.sender for mail in self.mails))

    @property
    def open(self) -> bool:
        """Whether a patch of it has not been judged."""
        return any(not mail.outcome for mail in self.patches)

    @property
    def reply(self) -> str:
        """The Message-ID of the reply to it, or ""."""
        return next((mail.reply for mail in self.patches if mail.reply), "")

    @property
    def key(self) -> str:
        """What its attempts are kept under."""
        said = "\0".join((str(self.version), *(mail.message_id for mail in self.mails)))
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(mail.heading.subject.title for mail in self.mails)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that the patches touch."""
        return tuple(dict.fromkeys(path for mail in self.patches for path in mail.paths))

    @property
    def title(self) -> str:
        """What log lines call it."""
        return f"[{self.sender} v{self.version}] {self.titles[0]}"

    def dated(self, now: float) -> float:
        """When its newest patch was written, as far as that can be; else when it came."""
        return max(min(mail.dated, now) if mail.dated > 0 else mail.arrived for mail in self.patches)

    def due(self, policy: SeriesPolicy) -> float:
        """From when on it is analysed, whatever may still come."""
        last = max(mail.arrived for mail in self.mails)
        if not self.whole:
            return last + policy.wait
        begins = self.cover is not None or self.root in {mail.message_id for mail in self.patches}
        return last if self.total <= 1 or begins else last + policy.cover


def candidates(kept: Sequence[Kept]) -> tuple[Candidate, ...]:
    """The series of one sender, in the order in which their first patches came."""
    alone = [mail for mail in kept if mail.part is Part.PATCH and mail.patches > 1]
    single = [mail for mail in kept if mail.part is Part.PATCH and mail.patches == 1]
    covers = [mail for mail in kept if mail.part is Part.COVER]
    found = [Candidate(m.heading.sender, m.heading.version, 0, (m,), None, _root(m), 0, True) for m in alone]
    taken: set[int] = set()
    for group in grouped([mail.heading for mail in single]):
        members = tuple(single[at] for at in group.members)
        cover = _cover(group, members, [cover for cover in covers if cover.id not in taken])
        taken |= {cover.id} if cover else set()
        found.append(_candidate(group, members, cover))
    return tuple(sorted(found, key=lambda one: min(mail.id for mail in one.patches)))


def completed(one: Candidate, thread: Sequence[Kept]) -> Candidate:
    """The series with the cover letter that somebody else sent, and with the patches that others sent in its
    thread, if with them it is whole; `thread` are all patches and covers of the thread."""
    covers = (mail for mail in thread if mail.part is Part.COVER and mail.message_id == one.root)
    covered = replace(one, cover=one.cover or next(covers, None))
    own = {mail.heading.number for mail in one.patches}
    others: dict[int, Kept] = {}
    for mail in thread:
        heading = mail.heading
        alike = (heading.version, heading.subject.total) == (one.version, one.total)
        if mail.part is Part.PATCH and mail.patches == 1 and alike and heading.sender != one.sender:
            if heading.number in own or heading.number in others:
                return covered  # more than one answers to a number: nobody knows which is meant
            others[heading.number] = mail
    if not others or own | set(others) != set(range(1, one.total + 1)) or len(own) != len(one.patches):
        return covered
    patches = tuple(sorted((*one.patches, *others.values()), key=lambda mail: mail.heading.number))
    return replace(covered, sender=patches[0].heading.sender, patches=patches, whole=True)


def _candidate(group: Group, members: tuple[Kept, ...], cover: Kept | None) -> Candidate:
    numbers = {mail.heading.number for mail in members}
    whole = all(number in numbers for number in range(1, min(group.total, len(members) + 1) + 1))
    return Candidate(
        members[0].heading.sender,
        group.version,
        group.total,
        tuple(sorted(members, key=lambda mail: (mail.heading.number, mail.id))),
        cover,
        group.root,
        max((version for version in group.kin if version > group.version), default=0),
        whole,
    )


def _root(mail: Kept) -> str:
    return mail.heading.references[0] if mail.heading.references else mail.message_id


def _cover(group: Group, members: tuple[Kept, ...], covers: Sequence[Kept]) -> Kept | None:
    """The cover letter of a group: the one its patches refer to, else one that was sent as they were."""
    alike = [
        cover
        for cover in covers
        if (cover.heading.version, cover.heading.subject.total) == (group.version, group.total)
    ]
    linked = {group.root, *(link for mail in members for link in mail.heading.references)}
    for cover in alike:
        if cover.message_id in linked or group.root in cover.heading.references[:1]:
            return cover
    threadless = all(not mail.heading.references for mail in members)
    return next((cover for cover in alike if threadless and not cover.heading.references), None)
