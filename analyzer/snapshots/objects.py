"""The objects of a repository, read and never written.

Job: commits, paths and texts as git stores them. Input: revisions, globs, blob ids. Output: ids and bytes;
`InputError` when something is not there. Not modelled: the work tree and the index; what lies there and
is not committed is not seen.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import re
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO

from analyzer.model.unknown import InputError
from analyzer.snapshots.plumbing import Git, fell_short, said, scratch

LARGEST = 16 * 1024 * 1024  # bytes of one blob; no C file by hand is near it
_AT_ONCE = 256  # requests written before answers are read: less than a pipe holds
_ROOTS = 1000  # paths that are named to git; beyond, the whole tree is listed
_SHORTENED = re.compile(r"[0-9a-f]{7,64}\Z")
_FULL = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_FILES = (b"100644", b"100755", b"100664")


class Objects:
    """The repository that `directory` lies in. Raises `InputError` with the reason if it cannot be read.

    Close it, or use it in a `with`, to end the git that answers it.
    """

    def __init__(self, directory: Path) -> None:
        self.git = Git(directory)
        self._reader: _Reader | None = None

    def __enter__(self) -> Objects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the git that answers; a later question starts another."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @property
    def name(self) -> str:
        """How messages call the repository."""
        return self.git.name

    def commit(self, revision: str) -> str:
        """The full id of the commit that `revision` names."""
        found = self.found(revision)
        if found is None:
            why = "its history is shallow: git fetch --unshallow brings the rest" if self.git.shallow else ""
            raise InputError(
                f"{self.name}: no commit {revision!r} is there; {why or 'check the revision, or fetch it'}"
            )
        return found

    def found(self, revision: str) -> str | None:
        """The full id of the commit that `revision` names, or None."""
        answer = self._commit(revision)
        return answer[0] if answer else None

    def raw(self, commit: str) -> bytes:
        """A commit as it is stored: header lines, a blank line, the message."""
        answer = self._commit(commit)
        if answer is None:
            raise InputError(f"{self.name}: the commit {commit[:12]} is not there")
        return answer[1]

    def listing(
        self, commit: str, patterns: Sequence[str], exactly: Collection[str] = ()
    ) -> Mapping[str, str]:
        """Path -> blob id of all regular files of a commit, or of a tree by its full id, one of whose globs
        matches the whole path (``*`` matches ``/`` too), or whose path is among `exactly`."""
        if not patterns and not exactly:
            return {}
        wanted = re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns) or r"(?!)")
        roots = sorted({*map(_fixed, patterns), *exactly})
        narrow = ("--", *roots) if all(roots) and len(roots) <= _ROOTS else ()
        tree = commit if _FULL.match(commit) else self.commit(commit)
        asked = ("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", tree, *narrow)
        known = frozenset(exactly)
        found: dict[str, str] = {}
        for row in self.git.run(asked).split(b"\0"):
            head, _, name = row.partition(b"\t")
            if head[:6] not in _FILES:
                continue
            path = name.decode("utf-8", "surrogateescape")
            if path in known or wanted.match(path):
                found[path] = head.rsplit(b" ", 1)[1].decode()
        return found

    def read(self, blobs: Iterable[str]) -> Mapping[str, bytes]:
        """Full blob id -> content. `InputError` names a blob that is not there, is not what its id says, or
        is larger than `LARGEST`."""
        ids = list(dict.fromkeys(blobs))
        texts = self._open().contents(ids)
        for blob in ids:
            if blob not in texts:
                raise InputError(f"{self.name}: the file with id {blob[:12]} is not there, or is too large")
            if self.blob_id(texts[blob]) != blob:
                raise InputError(f"{self.name}: the file with id {blob[:12]} is damaged: run git fsck in it")
        return texts

    def blob(self, name: str) -> bytes | None:
        """The content of the file with this id, which may be shortened; None if there is none or it is too
        large, or if it does not say which."""
        try:
            answer = self._open().one(f"{name}^{{blob}}") if _SHORTENED.match(name) else None
        except InputError:
            self.close()
            return None
        return answer[1] if answer else None

    def mentioning(
        self, commit: str, words: Sequence[str], suffixes: Sequence[str] = (".c", ".h")
    ) -> tuple[str, ...]:
        """The paths, sorted, of files at `commit` whose text holds one of `words` as it stands."""
        return self.start_mentioning(commit, words, suffixes).paths()

    def start_mentioning(
        self, commit: str, words: Sequence[str], suffixes: Sequence[str] = (".c", ".h")
    ) -> Mentions:
        """The same search, begun now, its answer to be collected later."""
        return Mentions(self.git, self.commit(commit), words, suffixes)

    def blob_id(self, content: bytes) -> str:
        """The id that this repository would give the content."""
        digest = hashlib.new(self.git.hash_name, usedforsecurity=False)
        digest.update(b"blob %d\0" % len(content))
        digest.update(content)
        return digest.hexdigest()

    def _commit(self, revision: str) -> tuple[str, bytes] | None:
        if not revision or "\n" in revision or "\0" in revision:
            return None
        try:
            return self._open().one(f"{revision}^{{commit}}")
        except InputError:  # git gives up on some revisions, such as NAME@{upstream} of what is no branch
            self.close()
            return None

    def _open(self) -> _Reader:
        if self._reader is None:
            self._reader = _Reader(self.git)
        return self._reader


class Mentions:
    """A search that runs beside everything else."""

    def __init__(self, git: Git, commit: str, words: Sequence[str], suffixes: Sequence[str]) -> None:
        self._git = git
        self._prefix = f"{commit}:"
        self._paths: tuple[str, ...] | None = None if words else ()
        if not words:
            return
        patterns = [word for each in words for word in ("-e", each)]
        kinds = ("-l", "-z", "-F", "-a", "--full-name", "--no-color", "--no-textconv")
        self._out, self._err = scratch(), scratch()
        self._running = git.start(
            (
                "grep",
                *kinds,
                "--no-recurse-submodules",
                *patterns,
                commit,
                "--",
                *(f"*{s}" for s in suffixes),
            ),
            stdin=None,
            stdout=self._out,
            stderr=self._err,
        )

    def paths(self) -> tuple[str, ...]:
        """Waits for the search to end; the paths, sorted."""
        if self._paths is None:
            status = self._running.wait()
            names, errors = said(self._out), said(self._err)
            self._out.close()
            self._err.close()
            if status not in (0, 1) or fell_short(errors):  # 1: found nothing
                raise InputError(f"{self._git.name}: {self._git.reason(errors)}")
            found = (name.decode("utf-8", "surrogateescape") for name in names.split(b"\0") if name)
            self._paths = tuple(sorted(name.removeprefix(self._prefix) for name in found))
        return self._paths


class _Reader:
    """One ``git cat-file --batch`` that answers all questions."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._err: IO[bytes] = scratch()
        self._running = git.start(
            ("cat-file", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._err
        )
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._into, self._from = self._running.stdin, self._running.stdout

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._into.close()
        self._from.close()
        self._running.wait()
        self._err.close()

    def one(self, name: str) -> tuple[str, bytes] | None:
        """The full id and the content of what `name` means; None when it is not there."""
        self._write((name,))
        answer = self._answer()
        return None if answer is None else (answer[0], answer[1] or b"")

    def contents(self, ids: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        left = iter(ids)
        while part := tuple(islice(left, _AT_ONCE)):
            self._write(part)
            for name in part:
                answer = self._answer()
                if answer is not None and answer[1] is not None:
                    found[name] = answer[1]
        return found

    def _write(self, names: Sequence[str]) -> None:
        try:
            self._into.write("".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape"))
            self._into.flush()
        except BrokenPipeError:
            self._ended()

    def _answer(self) -> tuple[str, bytes | None] | None:
        """The next answer; no content if it is too large."""
        head = self._from.readline()
        if not head:
            self._ended()
        words = head.split()
        if len(words) != 3 or not words[2].isdigit() or len(words[0]) < 40:
            return None  # "NAME missing", "NAME ambiguous"
        size = int(words[2])
        content: bytes | None = b""
        if size > LARGEST:
            content = None
            while size:
                size -= len(self._from.read(min(size, 1 << 20)))
        else:
            content = self._from.read(size)
        self._from.read(1)
        return words[0].decode(), content

    def _ended(self) -> None:
        self._running.wait()
        raise InputError(f"{self._git.name}: {self._git.reason(said(self._err))}")


def _fixed(pattern: str) -> str:
    """The folders of a glob before its first wild letter."""
    wild = re.search(r"[*?\[]", pattern)
    return pattern if wild is None else pattern[: wild.start()].rpartition("/")[0]
