"""Where the text of a tree comes from.

Input: a commit of a repository, or texts by path. Output: the paths whose text holds a word, and texts. Not
modelled: anything but regular files that are C by their suffix; what is not UTF-8 is read as Latin-1.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from analyzer.snapshots.objects import Objects
from analyzer.snapshots.standing import Standing

SUFFIXES = (".c", ".h")
_FEW = 3  # questions for single files before all are listed


class Source(Protocol):
    """The C files of one tree."""

    def find(self, words: Sequence[str]) -> tuple[str, ...]:
        """The paths, sorted, of the files whose text holds one of `words`."""
        ...

    def read(self, paths: Iterable[str]) -> Mapping[str, str]:
        """The texts of those of `paths` that are there."""
        ...

    def named(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """The paths, sorted, that fit one of the globs (``*`` matches ``/`` too)."""
        ...


class Texts:
    """A tree given as texts by path."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def find(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted(p for p, text in self._texts.items() if any(word in text for word in words)))

    def read(self, paths: Iterable[str]) -> Mapping[str, str]:
        return {path: self._texts[path] for path in paths if path in self._texts}

    def named(self, patterns: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted(p for p in self._texts if any(fnmatch.fnmatchcase(p, g) for g in patterns)))


class Tree:
    """The tree of one commit, with the texts of `over` in place of its own."""

    def __init__(self, objects: Objects, commit: str, over: Mapping[str, str] | None = None) -> None:
        self._objects = objects
        self._commit = commit
        self._over = Texts(over or {})
        self._listed: Mapping[str, str] | None = None
        self._asked = 0
        self._begun: dict[tuple[str, ...], Standing] = {}

    def begin(self, words: Sequence[str]) -> None:
        """Start to look for `words`, of which `find` will be asked."""
        self._begun[tuple(words)] = self._search(words)

    def _search(self, words: Sequence[str]) -> Standing:
        return Standing(self._objects.git, self._commit, words, SUFFIXES)

    def find(self, words: Sequence[str]) -> tuple[str, ...]:
        begun = self._begun.pop(tuple(words), None) or self._search(words)
        found = begun.paths()
        there = set(self._objects.mentioning(self._commit, words, SUFFIXES) if found is None else found)
        laid = set(self._over.named(("*",)))
        return tuple(sorted((there - laid) | set(self._over.find(words))))

    def read(self, paths: Iterable[str]) -> Mapping[str, str]:
        wanted = list(paths)
        if not wanted:
            return {}
        laid = self._over.read(wanted)
        rest = [path for path in wanted if path not in laid]
        blobs = self._blobs(rest) if rest else {}
        contents = self._objects.read(blobs.values())
        return {path: _text(contents[blob]) for path, blob in blobs.items()} | dict(laid)

    def named(self, patterns: Sequence[str]) -> tuple[str, ...]:
        fits = re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns)).match
        there = {path for path in self._all() if fits(path)}
        return tuple(sorted(there | set(self._over.named(patterns))))

    def _blobs(self, paths: list[str]) -> Mapping[str, str]:
        """The blobs of those of `paths` that are there. A few are asked for; later all are listed at once."""
        self._asked += 1
        if self._listed is None and self._asked <= _FEW:
            return self._objects.listing(self._commit, [_literal(path) for path in paths])
        listed = self._all()
        return {path: listed[path] for path in paths if path in listed}

    def _all(self) -> Mapping[str, str]:
        if self._listed is None:
            self._listed = self._objects.listing(self._commit, ("*.c", "*.h"))
        return self._listed


def roots(words: Iterable[str]) -> tuple[str, ...]:
    """Words without those that contain another of them: to look for the shorter one finds both."""
    unique = sorted(set(words), key=lambda word: (len(word), word))
    return tuple(w for at, w in enumerate(unique) if not any(short in w for short in unique[:at]))


def _literal(path: str) -> str:
    """A glob that matches this path alone."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n")
