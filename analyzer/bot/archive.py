"""New mails of a public-inbox archive: each is the file `m` of a commit, in repositories called epochs.

Input: the archive's folder, or one epoch's repository; how far each was read. Output: `Arrival`s, the oldest
first. git is run so that it only reads. Not modelled: archives of version 1, which keep mails under digests
of their Message-IDs; mails taken out of an archive after they were read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from analyzer.bot.arrival import Arrival
from analyzer.model.unknown import InputError
from analyzer.snapshots.plumbing import Git

MOST_AT_FIRST = 50_000  # mails of an archive that was never read
_AT_ONCE = 64


def arrivals(path: Path, place: str, largest: int, since: float) -> Iterator[Arrival]:
    """The mails behind `place`; in an epoch that was never read, those from `since` on."""
    marks: dict[str, str] = json.loads(place) if place else {}
    for name, folder in epochs(path).items():
        git = Git(folder)
        commits = _commits(git, marks.get(name, ""), since)
        for at in range(0, len(commits), _AT_ONCE):
            some = commits[at : at + _AT_ONCE]
            found = _mails(git, some, largest)
            for commit in some:
                marks[name] = commit
                mark = json.dumps(marks)
                label = f"{folder}, commit {commit[:12]}"
                if commit not in found:
                    # Nothing to read, but how far the archive was read.
                    yield Arrival(label, None, place=mark)
                    continue
                raw = found[commit]
                why = "" if raw is not None else f"is larger than {largest} bytes"
                yield Arrival(label, raw, why, place=mark)


def epochs(path: Path) -> Mapping[str, Path]:
    """Name -> repository, the oldest first; a folder that is a repository itself is the only one."""
    folder = path / "git" if (path / "git").is_dir() else path
    found = [each for each in folder.glob("*.git") if each.stem.isdigit() and each.is_dir()]
    if found:
        return {each.stem: each for each in sorted(found, key=lambda each: int(each.stem))}
    if not path.is_dir():
        raise InputError(f"{path}: is no folder: name a public-inbox archive")
    return {"": path}


def _commits(git: Git, mark: str, since: float) -> Sequence[str]:
    """The commits to read, the oldest first."""
    if git.run(("rev-parse", "--verify", "--quiet", "HEAD^{commit}"), allowed=(0, 1)).strip() == b"":
        return ()  # an archive without mails
    if mark and _is_behind(git, mark):
        words: tuple[str, ...] = (f"{mark}..HEAD",)
    else:
        words = (f"--max-age={int(max(since, 0))}", f"--max-count={MOST_AT_FIRST}", "HEAD")
    listed = git.run(("rev-list", *words, "--"), allowed=(0,)).decode("ascii").split()
    return listed[::-1]


def _is_behind(git: Git, mark: str) -> bool:
    """Whether what was read last is still a part of the history."""
    there = git.run(("cat-file", "--batch-check"), feed=mark.encode() + b"\n").split()
    if there[1:2] != [b"commit"]:
        return False
    return git.run(("merge-base", mark, "HEAD"), allowed=(0, 1)).strip().decode("ascii") == mark


def _mails(git: Git, commits: Sequence[str], largest: int) -> Mapping[str, bytes | None]:
    """Commit -> mail, None if it is too large; a commit that only takes a mail out has none."""
    asked = "".join(f"{commit}:m\n" for commit in commits).encode()
    found: dict[str, bytes | None] = {}
    small = []
    for commit, row in zip(
        commits, git.run(("cat-file", "--batch-check"), feed=asked).split(b"\n"), strict=False
    ):
        words = row.split()
        if words[1:2] != [b"blob"]:
            continue
        if int(words[2]) > largest:
            found[commit] = None
        else:
            small.append((commit, words[0], int(words[2])))
    answer = git.run(("cat-file", "--batch"), feed=b"".join(blob + b"\n" for _, blob, _ in small))
    start = 0
    for commit, _, size in small:
        start = answer.index(b"\n", start) + 1
        found[commit] = answer[start : start + size]
        start += size + 1
    return found
