"""Makes a `Series` of each group: numbers, gaps, duplicates, replies, what the whole rests on.

Input: posts, their groups. Output: `Series`. Nothing is dropped or mixed without a note; what differs
where it should not is `Unknown`. Not modelled: patches merged across versions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analyzer.intake.order import Group
from analyzer.intake.posts import Heading, Kind, Post, patch, quoted_diff, reply
from analyzer.intake.subject import parse
from analyzer.model.series import FileDiff, Patch, Repair, Reply, Series
from analyzer.model.unknown import Unknown

_MANY = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A patch on its way into a series."""

    post: Post
    heading: Heading
    stem: str


def series(
    group: Group, entries: Sequence[Entry], others: Sequence[Post], kin_notes: Sequence[str]
) -> Series:
    """One series. `others` are the covers, replies and pulls that belong to it."""
    notes = list(kin_notes)
    unknown: list[Unknown] = []
    repairs: list[Repair] = []
    members = [entries[at] for at in group.members]
    numbers = _numbers(members)
    chosen: dict[int, Patch] = {}
    for entry, number in sorted(zip(members, numbers, strict=True), key=lambda pair: pair[1]):
        made = patch(entry.post, number, group.version, entry.stem)
        if number in chosen:
            _duplicate(chosen[number], made, notes, unknown)
            continue
        chosen[number] = made
        parts = entry.post.body
        repairs += [replace(each, patch=number) for each in (*entry.post.repairs, *parts.cut.repairs)]
        unknown += [replace(each, patch=number) for each in (*parts.cut.unknown, *parts.unknown)]
    patches = tuple(chosen[number] for number in sorted(chosen))
    covers = [post for post in others if post.kind is Kind.COVER]
    replies = tuple(reply(post) for post in sorted(others, key=lambda post: post.kind is not Kind.COVER))
    notes += _asides(others)
    patches = _titled(patches, replies)
    title = covers[0].subject.title if covers else patches[0].title
    return Series(
        title=title,
        version=group.version,
        patches=patches,
        missing=_missing(group.total, numbers),
        replies=replies,
        base_commit=_base(patches, covers, notes),
        notes=tuple(notes),
        repairs=tuple(repairs),
        unknown=tuple(unknown),
    )


def _numbers(members: Sequence[Entry]) -> list[int]:
    """The number of each patch: its subject's, else its file's, else its position among the free ones."""
    taken = {entry.heading.number for entry in members if entry.heading.number > 0}
    numbers: list[int] = []
    following = 1
    for entry in members:
        number = entry.heading.number
        if number <= 0:
            while following in taken:
                following += 1
            number = following
            taken.add(number)
        numbers.append(number)
    return numbers


def _missing(total: int, numbers: Sequence[int]) -> tuple[int, ...]:
    """What the subjects promise, else what file names skip between the first and the last."""
    wanted = range(1, total + 1) if total else range(min(numbers), max(numbers))
    have = set(numbers)
    return tuple(number for number in wanted if number not in have)


def _duplicate(first: Patch, second: Patch, notes: list[str], unknown: list[Unknown]) -> None:
    where = f"{second.source}:{second.line}"
    place = f"{first.source}:{first.line}"
    if _content(first.files) == _content(second.files):
        notes.append(f"patch {first.number} is there twice: {where} is the same as {place} and is dropped")
        return
    notes.append(f"patch {first.number} is there twice and differs: {place} is taken, {where} is left aside")
    why = f"two different patches bear this number: {place} is taken, {where} is not"
    unknown.append(Unknown(f"patch {first.number}", why, where, first.number))


def _content(files: Sequence[FileDiff]) -> tuple[object, ...]:
    return tuple(
        (
            file.old_path,
            file.new_path,
            file.change,
            tuple(
                (hunk.old_start, hunk.new_start, tuple((line.kind, line.text) for line in hunk.lines))
                for hunk in file.hunks
            ),
        )
        for file in files
    )


def _titled(patches: tuple[Patch, ...], replies: Sequence[Reply]) -> tuple[Patch, ...]:
    """A single patch that came without a subject takes that of the first reply that has one."""
    if len(patches) == 1 and patches[0].total == 0 and not patches[0].message_id:
        first = next((parse(each.subject) for each in replies if each.subject and not each.cover), None)
        if first is not None and first.tagged:
            return (replace(patches[0], title=first.title),)
    return patches


def _asides(others: Sequence[Post]) -> list[str]:
    notes: list[str] = []
    quotes = [(post.letter.source, line) for post in others if (line := quoted_diff(post.letter))]
    for source, line in quotes[:_MANY]:
        notes.append(f"{source}:{line}: a reply quotes a diff; it is a copy, not a patch")
    if len(quotes) > _MANY:
        notes.append(f"{len(quotes) - _MANY} more replies quote a diff; they are copies, not patches")
    for post in others:
        where = f"{post.letter.source}:{post.letter.line}"
        if post.kind is Kind.PULL:
            notes.append(f"{where}: a pull request is no patch and is left aside")
        elif post.aside:
            what = "cover letter" if post.kind is Kind.COVER else "reply"
            notes.append(
                f"{where}: a diff stands in a {what}; it is no patch of the series and is left aside"
            )
        elif post.kind is Kind.REPLY and post.subject.number > 0 and not post.subject.reply:
            why = "it is HTML only" if post.letter.html else "it holds no diff"
            notes.append(f"{where}: the mail of patch {post.subject.number} is left aside: {why}")
    return notes


def _base(patches: Sequence[Patch], covers: Sequence[Post], notes: list[str]) -> str:
    trailers = [each for post in covers for each in post.body.trailers]
    trailers += [each for made in patches for each in made.trailers]
    bases = list(dict.fromkeys(value.split()[0] for name, value in trailers if name.lower() == "base-commit"))
    if len(bases) > 1:
        notes.append(f"the mails name {len(bases)} base commits: {bases[0][:40]} is taken")
    return bases[0] if bases else ""


def kin_notes(group: Group, groups: Sequence[Group]) -> list[str]:
    """Names the other versions of a series that are in the input, and others that came with it."""
    notes = []
    if group.kin:
        named = ", ".join(f"v{version}" for version in group.kin)
        notes.append(
            f"this is v{group.version}; {named} of this series is in the input too and is kept apart"
        )
    strangers = [each for each in groups if each is not group and not each.root and not group.root]
    totals = sorted({each.total for each in strangers if each.version == group.version})
    if totals:
        said = ", ".join(f"of {total}" if total else "without a number" for total in totals)
        notes.append(f"the input also holds patches {said}; they are kept apart as another series")
    return notes


def placed(
    posts: Sequence[Post], groups: Sequence[Group], entries: Sequence[Entry], roots: Mapping[str, str]
) -> tuple[list[list[Post]], int]:
    """Gives each cover, reply and pull to its group; also how many found none."""
    home: dict[str, int] = {}
    titles: dict[tuple[int, str], int] = {}
    for number, group in enumerate(groups):
        for at in group.members:
            heading = entries[at].heading
            if heading.message_id:
                home.setdefault(heading.message_id, number)
            titles.setdefault((group.version, heading.subject.title.lower()), number)
    by_root: dict[tuple[str, int], int] = {}
    for number, group in enumerate(groups):
        if group.root:
            by_root.setdefault((group.root, group.version), number)
            by_root.setdefault((group.root, 0), number)
    given: list[list[Post]] = [[] for _ in groups]
    lost = 0
    for post in posts:
        letter, subject = post.letter, post.subject
        version = subject.version or 1
        found = None
        if post.kind is Kind.COVER:
            found = by_root.get(
                (letter.message_id, version), by_root.get((roots.get(letter.message_id, ""), version))
            )
            if found is None:
                found = next(
                    (
                        number
                        for number, group in enumerate(groups)
                        if not (group.root and letter.message_id)
                        and (group.version, group.total) == (version, subject.total)
                    ),
                    None,
                )
        if found is None:
            found = next((home[each] for each in reversed(letter.references) if each in home), None)
        if found is None:
            found = titles.get((version, subject.title.lower()))
        if found is None:
            reach = [*letter.references, roots.get(letter.message_id, ""), letter.message_id]
            keys = [(each, at) for each in reach for at in (version, 0)]
            found = next((by_root[key] for key in keys if key in by_root), None)
        if found is None and len(groups) == 1:
            found = 0
        if found is None:
            lost += 1
        else:
            given[found].append(post)
            if letter.message_id:
                home.setdefault(letter.message_id, found)
    return given, lost
