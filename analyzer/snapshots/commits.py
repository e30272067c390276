"""Commits of a repository: which ones some words name, and what each says and does.

Job: turn a range into commits along the first parents, and commits into messages and diffs. Input: the
words, ids. Output: ids in order, oldest first, and `Commit`s. Messages are read by GitPython, which is
imported here and only then. Not modelled: dates, signatures, notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.model.commit import Commit
from analyzer.model.unknown import InputError
from analyzer.snapshots.objects import Objects

_REPLACED = "\ufffd"
MOST = 2_000  # commits in a range that is read as one series
LARGEST = 64 * 1024 * 1024  # bytes of one commit's diff
EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_DIFF = (
    "diff-tree", "-r", "-p", "--full-index", "-M", "-C", "--text", "--no-ext-diff", "--no-textconv",
    "--no-color", "--diff-algorithm=myers", "--src-prefix=a/", "--dst-prefix=b/", "-U3",
    "--inter-hunk-context=0", "--ignore-submodules=none", "-O/dev/null", "--no-relative", "--submodule=short",
    "--indent-heuristic",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Range:
    """Commits along the first parents, oldest first. `base` is what they begin on: a commit, or the empty
    tree. `merges` are those with more than one parent."""

    base: str
    ids: tuple[str, ...]
    merges: tuple[str, ...] = ()


def named(objects: Objects, words: str, base: str | None = None) -> Range | None:
    """The commits that `words` name: ``A..B``, ``A...B`` (from where they part), or one revision: what it
    has over `base`, over the branch it follows or over HEAD, else that commit alone. None if some part
    names no commit; `InputError` if there is nothing in it, or far too much."""
    for dots in ("...", ".."):
        first, found, last = words.partition(dots)
        if found:
            begin, end = objects.found(first or "HEAD"), objects.found(last or "HEAD")
            if begin is None or end is None:
                return None
            return _between(objects, words, _parted(objects, begin, end) if dots == "..." else begin, end)
    alone = words.endswith("^!")
    tip = objects.found(words.removesuffix("^!"))
    if tip is None:
        return None
    if base is not None:
        return _between(objects, f"{base}..{words}", objects.commit(base), tip)
    over = None if alone else objects.found(f"{words}@{{upstream}}") or objects.found("HEAD")
    if over is not None and over != tip and not _is_ancestor(objects, tip, over):
        return _between(objects, words, _parted(objects, over, tip), tip)
    return _range(objects, [tip])


def _between(objects: Objects, words: str, first: str | None, last: str) -> Range:
    """The commits on the way of the first parents to `last` that `first` does not have."""
    excluded = () if first is None else (f"^{first}",)
    feed = "".join(f"{line}\n" for line in (last, *excluded)).encode()
    asked = ("rev-list", "--first-parent", "--reverse", f"--max-count={MOST + 1}", "--stdin")
    ids = objects.git.run(asked, feed=feed).decode().split()
    if not ids:
        raise InputError(f"{words}: there is no commit in it; is it the wrong way round?")
    if len(ids) > MOST:
        raise InputError(f"{words}: more than {MOST} commits are no series; name fewer")
    return _range(objects, ids)


def _range(objects: Objects, ids: Sequence[str]) -> Range:
    parents = parents_of(objects, ids)
    merges = tuple(each for each in ids if len(parents[each]) > 1)
    first = parents[ids[0]]
    return Range(first[0] if first else EMPTY_TREE[objects.git.hash_name], tuple(ids), merges)


def parents_of(objects: Objects, ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The full ids of each commit's parents, as far as the repository has them."""
    asked = ("rev-list", "--no-walk=unsorted", "--parents", "--stdin")
    raw = objects.git.run(asked, feed="".join(f"{each}\n" for each in ids).encode())
    return {words[0]: tuple(words[1:]) for words in map(str.split, raw.decode().splitlines())}


def _parted(objects: Objects, one: str, other: str) -> str | None:
    """Where two commits' histories part, or None."""
    found = objects.git.run(("merge-base", one, other), allowed=(0, 1)).decode().split()
    return found[0] if found else None


def _is_ancestor(objects: Objects, one: str, other: str) -> bool:
    return _parted(objects, one, other) == one


def commits(objects: Objects, ids: Sequence[str], paths: Sequence[str] = ()) -> tuple[Commit, ...]:
    """Each commit with its message and its diff to its first parent, within `paths` (git's own globs)."""
    parents = parents_of(objects, ids)
    said = messages(objects, ids)
    return tuple(
        Commit(each, parents[each], *said[each], diff(objects, parents[each], each, paths)) for each in ids
    )


def diff(objects: Objects, parents: Sequence[str], commit: str, paths: Sequence[str] = ()) -> bytes:
    """The diff of a commit to its first parent, or to the empty tree."""
    parent = parents[0] if parents else EMPTY_TREE[objects.git.hash_name]
    raw = objects.git.run((*_DIFF, parent, commit, "--", *paths))
    if len(raw) > LARGEST:
        raise InputError(
            f"{objects.name}: commit {commit[:12]} changes {len(raw) >> 20} MB, too much at once"
        )
    return raw


def messages(objects: Objects, ids: Sequence[str]) -> Mapping[str, tuple[str, str, str]]:
    """Author, title and the rest of the message of each commit."""
    found = {}
    for each, (author, message) in zip(ids, _said(objects, ids), strict=True):
        title, _, rest = message.partition("\n")
        found[each] = (author, title.strip(), rest.strip("\n"))
    return found


def _said(objects: Objects, ids: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Author and message of each commit."""
    if objects.git.hash_name == "sha1":  # GitPython knows no other
        try:
            return tuple(_read(objects, ids))
        except InputError:
            raise
        except Exception:  # whatever it makes of a repository that git itself can read
            pass
    return tuple(_stored(objects.raw(each)) for each in ids)


def _read(objects: Objects, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """As GitPython reads them. It takes every message for UTF-8, whatever the commit's header says."""
    from git import Repo

    with Repo(objects.git.folder, expand_vars=False) as repository:
        repository.git.update_environment(**objects.git.environment, GIT_DIR=str(objects.git.folder))
        for each in ids:
            read = repository.commit(each)
            author, message = f"{read.author.name or ''} <{read.author.email or ''}>", str(read.message)
            yield _stored(objects.raw(each)) if _REPLACED in message + author else (author, message)


def _stored(raw: bytes) -> tuple[str, str]:
    """Author and message of a commit as it is stored, by the encoding that its header names."""
    head, _, message = raw.partition(b"\n\n")
    author = re.search(rb"^author (.*>)", head, re.MULTILINE)
    named = re.search(rb"^encoding (\S+)$", head, re.MULTILINE)
    encoding = named.group(1).decode("ascii", "replace") if named else ""
    return _text(author.group(1) if author else b"", encoding), _text(message, encoding)


def _text(raw: bytes, encoding: str) -> str:
    for name in (encoding, "utf-8"):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")
