"""Who maintains a file, as a MAINTAINERS file of the kernel's form says it.

Input: the file's text, paths. Output: addresses. It is read as text alone: no script is run, and fields that
are regular expressions (``N:``, ``K:``) are left aside. ``F:`` and ``X:`` are globs: one that ends in ``/``
is a folder with all below it, else ``*`` and ``?`` stay within one folder. The people of an entry for
everything (``F: *``, ``F: */``) are asked only where nobody else is. Not modelled: git's history.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from analyzer.bot.addresses import address_of
from analyzer.intake.lines import decode
from analyzer.model.unknown import InputError

_FIELD = re.compile(r"^([A-Z]):\s*(\S.*?)\s*$")
_LARGEST = 16_000_000
_EVERYTHING = ("*", "*/", "*/*")
_LIST = "L"


@dataclass(frozen=True, slots=True)
class Section:
    """One entry: role letter and address of each person, globs of its files and of those it leaves out."""

    people: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    apart: tuple[str, ...]

    @property
    def everything(self) -> bool:
        """Whether it is for what is not told apart."""
        return any(glob in _EVERYTHING for glob in self.files)

    def covers(self, path: str) -> bool:
        return _any(self.files, path) and not _any(self.apart, path)


def read_maintainers(path: Path) -> tuple[Section, ...]:
    """The sections of a file."""
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: too large for a MAINTAINERS file; check the path")
        text = decode(path.read_bytes())
    except OSError as wrong:
        raise InputError(f"{path}: cannot be read ({wrong.strerror}); check the path") from None
    return sections(text)


def sections(text: str) -> tuple[Section, ...]:
    """The sections of a text: paragraphs that hold fields."""
    found = []
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        fields = [field.groups() for line in paragraph.split("\n") if (field := _FIELD.match(line))]
        people = [(name, address_of(value)) for name, value in fields if name in "MRL"]
        section = Section(
            tuple((role, address) for role, address in people if address),
            tuple(value for name, value in fields if name == "F"),
            tuple(value for name, value in fields if name == "X"),
        )
        if section.people and section.files:
            found.append(section)
    return tuple(found)


def maintainers_of(known: Sequence[Section], paths: Sequence[str], roles: Sequence[str]) -> tuple[str, ...]:
    """The addresses of those with one of the roles, those with most of the paths first."""
    near: dict[str, int] = {}
    far: dict[str, int] = {}
    people = False  # of a section that is not for everything
    for section in known:
        covered = sum(section.covers(path) for path in paths)
        if covered:
            counts = far if section.everything else near
            people = people or not section.everything
            for role, address in section.people:
                if role in roles:
                    counts[address] = counts.get(address, 0) + covered
    if people:
        lists = {each for one in known if one.everything for role, each in one.people if role == _LIST}
        far = {address: count for address, count in far.items() if address in lists}
    ordered = (sorted(counts, key=lambda address: -counts[address]) for counts in (near, far))
    return tuple(dict.fromkeys(itertools.chain(*ordered)))


def _any(globs: Iterable[str], path: str) -> bool:
    return any(_matches(glob, path) for glob in globs)


def _matches(glob: str, path: str) -> bool:
    if glob.endswith("/") and path.count("/") > glob.count("/") - 1:
        path, glob = "/".join(path.split("/")[: glob.count("/")]), glob[:-1]
    elif not any(mark in glob for mark in "*?[") and path.startswith(f"{glob}/"):
        return True  # a folder written without its slash
    parts, wanted = path.split("/"), glob.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))
