"""The files of a stage in a repository, read when somebody looks at them.

Job: be a mapping from path to text without reading a whole tree. Input: a listing, texts that patches made.
Output: texts, as if all had been read; `InputError` from the repository when one cannot be. Not modelled:
files that are no text (they come as the letters their bytes make).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analyzer.snapshots.objects import Objects


class BaseFiles(Mapping[str, str]):
    """The files at a commit. Looking at one reads it; looking at all reads the rest at once."""

    def __init__(self, objects: Objects, listing: Mapping[str, str]) -> None:
        self._objects = objects
        self._listing = listing
        self._texts: dict[str, str] = {}

    def __getitem__(self, path: str) -> str:
        if path not in self._texts:
            self.fetch((path,))
        return self._texts[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listing)

    def __len__(self) -> int:
        return len(self._listing)

    def __contains__(self, path: object) -> bool:
        return path in self._listing

    def fetch(self, paths: Iterable[str]) -> None:
        """Reads these files in one go, those that have been read apart."""
        wanted = {path: self._listing[path] for path in paths if path not in self._texts}
        contents = self._objects.read(wanted.values()) if wanted else {}
        for path, blob in wanted.items():
            self._texts[path] = plain(decoded(contents[blob])[0])

    def all(self) -> Mapping[str, str]:
        """Every file's text."""
        self.fetch(self._listing)
        return self._texts


class StageFiles(Mapping[str, str]):
    """The files of a stage: those of the base, `changed` ones instead; None: the stage lacks it."""

    def __init__(self, base: BaseFiles, changed: Mapping[str, str | None]) -> None:
        self._base = base
        self._changed = changed
        self._paths = tuple(path for path in base if changed.get(path, "") is not None)
        self._paths += tuple(p for p, text in changed.items() if text is not None and p not in base)

    def __getitem__(self, path: str) -> str:
        if path not in self._changed:
            return self._base[path]
        text = self._changed[path]
        if text is None:
            raise KeyError(path)
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return self._changed[str(path)] is not None if path in self._changed else path in self._base

    def fetch(self, paths: Iterable[str]) -> None:
        """Reads these files in one go."""
        self._base.fetch(path for path in paths if path in self._base and path not in self._changed)

    def all(self) -> Mapping[str, str]:
        """Every file's text."""
        self.fetch(self._paths)
        return {path: self[path] for path in self._paths}


def decoded(content: bytes) -> tuple[str, str]:
    """Text, and the encoding that gives the same bytes back."""
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def plain(text: str) -> str:
    """Text whose lines end in ``\\n``."""
    return text.replace("\r\n", "\n") if "\r" in text else text
