"""Search a commit through the work tree, as far as its files stand there as they were committed.

Job: the same answer as a search of the commit's objects, sooner: files in the work tree need not be unpacked.
Input: a repository, a commit, words. Output: paths, or None where the work tree is of no use (there is none,
too much of it differs, or its files may be converted). Whether a file stands there as committed is what the
index knows of it; what differs from that, or is not watched, is searched in the commit. Nothing is written,
and no filter runs: where one is configured the answer is None. Not modelled: a file that was changed and
given back its size and times.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from analyzer.snapshots.plumbing import Git, fell_short, said, scratch

MOST = 400  # files that differ; beyond, searching the commit at once is as good
_SEARCH = (
    "grep",
    "-l",
    "-z",
    "-F",
    "-a",
    "--full-name",
    "--no-color",
    "--no-textconv",
    "--no-recurse-submodules",
)
# A filter, or a work tree that lies elsewhere, or none.
_SETTINGS = r"^(filter\..*\.(clean|smudge|process)|core\.(worktree|bare))$"


class Standing:
    """A search that goes on by itself, at `commit` (a full id), for texts that hold one of `words`."""

    def __init__(self, git: Git, commit: str, words: Sequence[str], suffixes: Sequence[str]) -> None:
        self._git = git
        self._commit = commit
        self._patterns = [part for word in words for part in ("-e", word)]
        self._entries: list[str] = []
        self._asked: tuple[_Asked, ...] = ()
        self._top = _top(git.folder)
        if self._top is None or not words:
            return
        kinds = [f"*{suffix}" for suffix in suffixes]
        top = ("-C", str(self._top), f"--work-tree={self._top}")
        # Before anything looks into files, for that would run them: is there any filter?
        first = _Asked(git, ("config", "-z", "--get-regexp", _SETTINGS))
        listing = _Asked(git, (*top, "ls-files", "-v", "-z", "--", *kinds, ":(glob)**/.gitattributes"))
        settings, listed = first.answer(), listing.answer()
        if settings is None or listed is None or set(_split(settings)) - {"core.bare\nfalse"}:
            return
        self._entries = _split(listed)
        if self._converts(entry[2:] for entry in self._entries if entry.endswith(".gitattributes")):
            return
        differ = ("diff-index", "--name-only", "-z", "--no-renames", commit, "--", *kinds)
        search = (*_SEARCH, *self._patterns, "--", *kinds)
        self._asked = (_Asked(git, (*top, *search)), _Asked(git, (*top, *differ)))

    def paths(self) -> tuple[str, ...] | None:
        """Waits for the search to end; the paths, sorted, or None."""
        answers = [one.answer() for one in self._asked]
        if not answers or None in answers:
            return None
        found, changed = (_split(answer or b"") for answer in answers)
        differ = {entry[2:] for entry in self._entries if not entry.startswith("H ")} | set(changed)
        if len(differ) > MOST:
            return None
        stand = {path for path in found if path not in differ}
        if differ:
            paths = [f":(literal,top){path}" for path in sorted(differ)]
            search = (*_SEARCH, *self._patterns, self._commit, "--", *paths)
            committed = _Asked(self._git, search).answer()
            if committed is None:
                return None
            stand |= {path.removeprefix(f"{self._commit}:") for path in _split(committed)}
        return tuple(sorted(stand))

    def _converts(self, paths: Iterable[str]) -> bool:
        """Whether files stand in the work tree in another encoding than in the commit."""
        assert self._top is not None
        shared = [
            self._git.folder,
            *self._git.folder.parents[1:2],
        ]  # of several work trees: the one they share
        files = [
            *(folder / "info" / "attributes" for folder in shared),
            *(self._top / path for path in paths),
        ]
        for file in files:
            try:
                text = file.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                return True
            if b"working-tree-encoding" in text:
                return True
        return False


class _Asked:
    """A command that goes on beside the others."""

    def __init__(self, git: Git, arguments: Sequence[str]) -> None:
        self._out: IO[bytes] = scratch()
        self._err: IO[bytes] = scratch()
        self._running: subprocess.Popen[bytes] = git.start(
            arguments, stdin=None, stdout=self._out, stderr=self._err
        )

    def answer(self) -> bytes | None:
        """What it printed, None if it failed; 1 is what git ends with when it found nothing."""
        status = self._running.wait()
        text, errors = said(self._out), said(self._err)
        self._out.close()
        self._err.close()
        return text if status in (0, 1) and not fell_short(errors) else None


def _top(folder: Path) -> Path | None:
    """The work tree of a repository's own folder, if it lies where git puts it."""
    try:
        if (folder / "gitdir").is_file():  # one of several work trees
            return Path((folder / "gitdir").read_text("utf-8", "surrogateescape").strip()).parent
    except OSError:
        return None
    return folder.parent if folder.name == ".git" else None


def _split(text: bytes) -> list[str]:
    return [part.decode("utf-8", "surrogateescape") for part in text.split(b"\0") if part]
