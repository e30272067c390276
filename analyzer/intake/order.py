"""Which patches belong to one series, and which series are versions of each other.

Input: `Heading`s in input order. Output: `Group`s of indices into them, the newest version of a series
first. Mails are grouped by thread, sender, version and total; files given together by version and
total. Not modelled: series whose sender changes half-way through a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.intake.posts import Heading


@dataclass(frozen=True, slots=True)
class Group:
    """One series: indices of its headings, its version and total, and its kin of other versions."""

    members: tuple[int, ...]
    version: int
    total: int
    root: str
    kin: tuple[int, ...] = ()  # versions of the same series that are in the input too


@dataclass(slots=True)
class _Gathering:
    version: int
    total: int
    root: str
    sender: str
    threadless: bool
    members: list[int] = field(default_factory=list)


def grouped(headings: Sequence[Heading]) -> tuple[Group, ...]:
    """Puts patches together; the order of the groups is that of the first appearance of their kin."""
    roots = thread_roots(headings)
    gatherings: dict[tuple[str, str, int, int, bool], _Gathering] = {}
    for at, heading in enumerate(headings):
        told = bool(heading.message_id) and not heading.loose
        root = roots[at] if told else ""
        sender = heading.sender if told else ""
        total = heading.subject.total if heading.numbered else 0
        key = (root, sender, heading.version, total, heading.numbered)
        gathering = gatherings.setdefault(
            key, _Gathering(heading.version, total, root, sender, told and not heading.references)
        )
        gathering.members.append(at)
    merged = _joined_files(_joined_threadless(list(gatherings.values()), headings), headings)
    merged.sort(key=lambda each: min(each.members))
    families = _families(merged, headings)
    out: list[Group] = []
    for family in families:
        family.sort(key=lambda each: (-each.version, min(each.members)))
        versions = {each.version for each in family}
        for each in family:
            kin = tuple(sorted(versions - {each.version}))
            out.append(Group(tuple(each.members), each.version, each.total, each.root, kin))
    return tuple(out)


def thread_roots(headings: Sequence[Heading]) -> list[str]:
    """The first mail of each one's thread, as far as its references reach."""
    known = {each.message_id: each for each in headings if each.message_id}
    roots: list[str] = []
    for heading in headings:
        current, seen = heading, {heading.message_id}
        root = heading.message_id
        while current.references:
            root = current.references[0]
            if root in seen or root not in known:
                break
            seen.add(root)
            current = known[root]
        roots.append(root)
    return roots


def _joined_threadless(gatherings: list[_Gathering], headings: Sequence[Heading]) -> list[_Gathering]:
    """Series sent without threading arrive as single mails: joined while their numbers are free."""
    out: list[_Gathering] = []
    open_ones: dict[tuple[str, int, int], list[_Gathering]] = {}
    for gathering in gatherings:
        single = gathering.threadless and len(gathering.members) == 1 and gathering.total > 1
        if not single:
            out.append(gathering)
            continue
        number = headings[gathering.members[0]].number
        key = (gathering.sender, gathering.version, gathering.total)
        for other in open_ones.get(key, ()):
            if number not in {headings[at].number for at in other.members}:
                other.members.extend(gathering.members)
                break
        else:
            open_ones.setdefault(key, []).append(gathering)
            out.append(gathering)
    return out


def _joined_files(gatherings: list[_Gathering], headings: Sequence[Heading]) -> list[_Gathering]:
    """A file without a number in its subject joins the one numbered series whose gap its name fills."""
    unnumbered = [each for each in gatherings if not each.root and not each.total]
    numbered = [each for each in gatherings if not each.root and each.total]
    for gathering in unnumbered:
        same = [each for each in numbered if each.version == gathering.version]
        taken = {headings[at].number for each in same for at in each.members}
        numbers = [headings[at].number for at in gathering.members]
        fits = len(same) == 1 and len(set(numbers)) == len(numbers)
        if fits and all(0 < number <= same[0].total and number not in taken for number in numbers):
            same[0].members.extend(gathering.members)
            same[0].members.sort()
            gatherings = [each for each in gatherings if each is not gathering]
    return gatherings


def _families(gatherings: list[_Gathering], headings: Sequence[Heading]) -> list[list[_Gathering]]:
    """Groups that are versions of one series: files given together, one thread, or a title in common."""
    family_of: dict[tuple[str, str], int] = {}
    families: list[list[_Gathering]] = []
    for gathering in gatherings:
        marks = [("root", gathering.root)] if gathering.root else [("files", "")]
        titles = (headings[at].subject.title.lower() for at in gathering.members)
        marks += [(gathering.sender, title) for title in titles if title]
        home = next((family_of[mark] for mark in marks if mark in family_of), len(families))
        if home == len(families):
            families.append([])
        families[home].append(gathering)
        for mark in marks:
            family_of.setdefault(mark, home)
    return families
