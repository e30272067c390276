"""Snapshots of a series on a repository: the base, and the tree after each patch, built in memory.

Job: lay the patches of a series over a commit. Input: a series, a profile, the objects of a repository, a
commit. Output: one `Snapshot` a stage. A patch that does not apply as `git apply` would is named with file
and hunk, and its stage and all later ones are not analysed. Files are those of the profile's globs and
those the series touches, as far as they are C. Not modelled: modes, links, submodules, and what a binary diff
changes.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import overload

from analyzer.model.profile import Profile
from analyzer.model.series import FileChange, FileDiff, Patch, Series
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.model.unknown import Unknown
from analyzer.snapshots.apply import Applied, Misfit, apply
from analyzer.snapshots.edits import Edits, edits
from analyzer.snapshots.files import BaseFiles, StageFiles, decoded, plain
from analyzer.snapshots.lines import Part, continued_parts
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.pick import Clash, refusal
from analyzer.snapshots.rearranged import Commit
from analyzer.snapshots.throughout import renamed_throughout

SOURCES = (".c", ".h")
_ENCODINGS = ("utf-8", "latin-1")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A touched file at a stage: lines with their ends, how to encode them, an identity for each line."""

    lines: tuple[str, ...]
    encoding: str
    identities: tuple[int, ...]
    blob: str

    @property
    def text(self) -> str:
        return plain("".join(self.lines))


@dataclass(frozen=True, slots=True)
class TreeStage:
    """A stage as far as the series touches it: files by path (None: gone), and what the patch did."""

    files: Mapping[str, TreeFile | None]
    moved: Mapping[str, tuple[int, ...]]
    origins: Mapping[str, tuple[tuple[str, int], ...]]
    renamed: Mapping[str, str]


class Refused(Exception):
    """A patch does not apply; the reason is what it holds."""

    def __init__(self, patch: Patch, clash: Clash) -> None:
        self.patch, self.clash = patch, clash


def lay(series: Series, profile: Profile, objects: Objects, commit: str) -> tuple[Snapshot, ...]:
    """The base, which is `commit`, and one stage per patch of `series`. `InputError` if the repository
    cannot be read."""
    return Layer(series, profile, objects, commit).run()


class Layer:
    """Lays the patches one after the other."""

    def __init__(self, series: Series, profile: Profile, objects: Objects, commit: str) -> None:
        self.series, self.objects = series, objects
        touched = {path for patch in series.patches for diff in patch.files for path in _paths(diff)}
        globs = tuple(profile.paths) or ("*",)
        found = objects.listing(commit, globs, touched)
        self.known = found
        in_profile = re.compile("|".join(fnmatch.translate(glob) for glob in globs))
        self.listing = {
            path: blob
            for path, blob in found.items()
            if path.endswith(SOURCES) and (path in touched or in_profile.match(path))
        }
        self.base = BaseFiles(objects, self.listing)
        self.shown: set[int] = set()
        self.fresh = 0
        self.commit = commit

    def run(self) -> tuple[Snapshot, ...]:
        stages, failed = self.laid()
        return self.snapshots(stages, [Commit(p.number, p.title) for p in self.series.patches], failed)

    def laid(self) -> tuple[list[TreeStage], tuple[Unknown, ...]]:
        """The stages of the series as it was sent, as far as it applies, and why no further."""
        stages = [TreeStage(self._first(), _NO_LINES, _NO_ORIGINS, _NOTHING)]
        for patch in self.series.patches:
            try:
                stages.append(self.after(patch, stages[-1]))
            except Refused as refused:
                why = f"{self.commit[:12]} and the patches before it"
                return stages, (refusal(patch, refused.clash, why),)
        return stages, ()

    def snapshots(
        self, stages: Sequence[TreeStage], commits: Sequence[Commit], failed: tuple[Unknown, ...]
    ) -> tuple[Snapshot, ...]:
        named = [Commit(0, "base"), *commits]
        laid = list(zip(named, stages, strict=False))
        known = [(each.number, identities_of(stage.files)) for each, stage in laid]
        snapshots = [
            self._snapshot(each, stage, own) for (each, stage), own in zip(laid, edits(known), strict=True)
        ]
        for each in named[len(stages) :]:
            last = snapshots[-1]
            snapshots.append(
                Snapshot(
                    each.number, each.title, last.files, last.lines, {}, {}, analysed=False, unknown=failed,
                    blobs=last.blobs,
                )
            )  # fmt: skip
        return tuple(snapshots)

    def _first(self) -> Mapping[str, TreeFile | None]:
        """All files the series touches and the base has."""
        wanted = {
            path: self.known[path]
            for patch in self.series.patches
            for diff in patch.files
            for path in _paths(diff)
            if path in self.known and diff.change is not FileChange.BINARY
        }
        contents = self.objects.read(wanted.values())
        return {path: self._file(contents[blob], blob) for path, blob in wanted.items()}

    def _file(self, content: bytes, blob: str) -> TreeFile:
        text, encoding = decoded(content)
        lines = tuple(lines_of(text))
        return TreeFile(lines, encoding, self.numbers(len(lines)), blob)

    def numbers(self, count: int) -> tuple[int, ...]:
        first, self.fresh = self.fresh, self.fresh + count
        return tuple(range(first, self.fresh))

    # --- one patch -----------------------------------------------------------------------------

    def after(self, patch: Patch, stage: TreeStage) -> TreeStage:
        files = dict(stage.files)
        kept: dict[str, tuple[str, tuple[int, ...]]] = {}  # new path -> old path, and the lines it keeps
        gone = {d.old_path for d in patch.files if d.change in (FileChange.DELETED, FileChange.RENAMED)}
        for diff in patch.files:
            if diff.change in (FileChange.BINARY, FileChange.MODE) or self._is_link(diff):
                continue
            again = diff.new_path in kept and diff.change is FileChange.MODIFIED
            old = files.get(diff.new_path) if again else stage.files.get(diff.old_path)
            self._check_presence(patch, diff, old, stage.files, gone)
            before = old or TreeFile((), "utf-8", (), "")
            done = apply(before.lines, diff)
            if isinstance(done, Misfit):
                raise Refused(patch, Clash(diff, done.hunk, done.why))
            if diff.change is FileChange.DELETED:
                if done.lines:
                    raise Refused(
                        patch, Clash(diff, 0, "it deletes the file, which holds more than it shows")
                    )
                self.shown.update(before.identities)
                if diff.old_path not in kept:
                    files[diff.old_path] = None
                continue
            if diff.change is FileChange.RENAMED and diff.old_path not in kept:
                files[diff.old_path] = None
            files[diff.new_path] = self._made(before, done, diff.new_blob)
            if again:
                source, first = kept[diff.new_path]
                kept[diff.new_path] = source, tuple(first[line - 1] if line else 0 for line in done.kept)
            else:
                kept[diff.new_path] = diff.old_path, done.kept
        changed = {
            path: (source, lines)
            for path, (source, lines) in kept.items()
            if path != source or files[path] != stage.files.get(path)
        }
        return self.tied(
            stage, files, changed, self.renamed(patch, stage.files, files, changed), copied_by(patch)
        )

    def _is_link(self, diff: FileDiff) -> bool:
        """Whether it is of a link or a submodule, which the listing does not have."""
        return any(line.text.startswith("Subproject commit ") for hunk in diff.hunks for line in hunk.lines)

    def _check_presence(
        self,
        patch: Patch,
        diff: FileDiff,
        old: TreeFile | None,
        before: Mapping[str, TreeFile | None],
        gone: set[str],
    ) -> None:
        if diff.change is FileChange.ADDED:
            if before.get(diff.new_path) is not None and diff.new_path not in gone:
                raise Refused(patch, Clash(diff, 0, "it adds a file that is there already"))
        elif old is None:
            raise Refused(patch, Clash(diff, 0, "the file is not there"))
        elif diff.change in (FileChange.RENAMED, FileChange.COPIED):
            there = before.get(diff.new_path) is not None
            if there and diff.new_path not in gone and diff.new_path != diff.old_path:
                raise Refused(patch, Clash(diff, 0, f"there is a file {diff.new_path} already"))

    def _made(self, before: TreeFile, done: Applied, told: str) -> TreeFile:
        self.shown.update(before.identities[line - 1] for line in done.shown)
        fresh = iter(self.numbers(done.kept.count(0)))
        known = before.identities
        identities = tuple([known[line - 1] if line else next(fresh) for line in done.kept])
        self.shown.update(identities[line - 1] for line in done.shown_after)
        content, encoded, blob = "".join(done.lines), b"", ""
        # The id on the index line tells which bytes the letters were.
        for name in dict.fromkeys((before.encoding, *_ENCODINGS)):
            found = content.encode(name, "replace")
            found_blob = self.objects.blob_id(found)
            fits = bool(told) and found_blob.startswith(told)
            if fits or not blob:
                encoded, blob = found, found_blob
            if fits or content.isascii():
                break
        # A file whose last strange bytes go becomes UTF-8, and the next diff of it comes so.
        text, encoding = decoded(encoded)
        lines = done.lines if text == content else tuple(lines_of(text))
        return TreeFile(lines, encoding, identities, blob)

    def renamed(
        self,
        patch: Patch,
        old: Mapping[str, TreeFile | None],
        new: Mapping[str, TreeFile | None],
        changed: Mapping[str, tuple[str, tuple[int, ...]]],
    ) -> Mapping[str, str]:
        """The names that a patch renames throughout."""
        sources = {path: entry for path, entry in changed.items() if path.endswith(SOURCES)}
        return renamed_throughout(
            patch,
            _texts(old, {*sources, *(source for source, _ in sources.values())}),
            _texts(new, sources),
            lambda word: self._uses(old, word),
            lambda word: self._uses(new, word),
        )

    def tied(
        self,
        stage: TreeStage,
        files: Mapping[str, TreeFile | None],
        changed: Mapping[str, tuple[str, tuple[int, ...]]],
        renamed: Mapping[str, str],
        copied: Collection[str],
    ) -> TreeStage:
        """The stage that these files make, its lines tied to those of the stage before."""
        sources = {path: entry for path, entry in changed.items() if path.endswith(SOURCES)}
        moved: dict[str, tuple[int, ...]] = {}
        origins: dict[str, tuple[tuple[str, int], ...]] = {}
        names = list(sources)
        homes = [sources[path][0] for path in names]
        lost = [
            path
            for path, file in stage.files.items()
            if file is not None and files.get(path) is None and path not in homes and path.endswith(SOURCES)
        ]
        parts = [
            Part(_old(stage.files.get(home)), _old(files[path]), sources[path][1])
            for path, home in zip(names, homes, strict=True)
        ]
        parts += [Part(_old(stage.files[path]), (), ()) for path in lost]
        for path, ties in zip([*names, *lost], continued_parts(parts, renamed), strict=True):
            if path not in sources:
                continue
            home, kept = sources[path]
            # What a copy shares with its source goes on there, and here too.
            lines, elsewhere = (kept, {}) if path in copied else (ties.lines, ties.elsewhere)
            if home == path:
                moved[path] = lines
            else:
                moved[path] = (0,) * len(lines)
            if home != path or elsewhere:
                where = [(home, line) if line else ("", 0) for line in lines]
                for at, (part, line) in elsewhere.items():
                    where[at] = ((homes + lost)[part], line)
                if any(found != ("", 0) for found in where):
                    origins[path] = tuple(where)
        return TreeStage(files, MappingProxyType(moved), MappingProxyType(origins), MappingProxyType(renamed))

    def _uses(self, files: Mapping[str, TreeFile | None], word: str) -> bool:
        """Whether any C file of a stage holds the word."""
        whole = re.compile(rf"\b{re.escape(word)}\b")
        texts = [file.text for path, file in files.items() if file and path.endswith(SOURCES)]
        texts += [text for path, text in self.base.all().items() if path not in files]
        return any(word in text and whole.search(text) for text in texts)

    # --- the outcome ---------------------------------------------------------------------------

    def _snapshot(self, commit: Commit, stage: TreeStage, own: Edits) -> Snapshot:
        sources = {path: file for path, file in stage.files.items() if path.endswith(SOURCES)}
        files = StageFiles(self.base, {path: file.text if file else None for path, file in sources.items()})
        blobs = {path: blob for path, blob in self.listing.items() if sources.get(path, "") is not None}
        blobs |= {path: file.blob for path, file in sources.items() if file}
        shown = self.shown
        return Snapshot(
            patch=commit.number,
            title=commit.title,
            files=files,
            lines=MappingProxyType(
                {path: _Lines(path, file.identities, shown) for path, file in sources.items() if file}
            ),
            moved=stage.moved,
            renamed=stage.renamed,
            origins=stage.origins,
            blobs=MappingProxyType(blobs),
            put=own.put,
            taken=own.taken,
        )


class _Lines(Sequence[tuple[Evidence, str, int]]):
    """Evidence and place of each line of a file, told when asked."""

    def __init__(self, path: str, identities: tuple[int, ...], shown: Collection[int]) -> None:
        self._path, self._identities, self._shown = path, identities, shown

    def __len__(self) -> int:
        return len(self._identities)

    @overload
    def __getitem__(self, index: int) -> tuple[Evidence, str, int]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[Evidence, str, int]]: ...
    def __getitem__(
        self, index: int | slice
    ) -> tuple[Evidence, str, int] | Sequence[tuple[Evidence, str, int]]:
        if isinstance(index, slice):
            return tuple(self)[index]
        at = range(len(self._identities))[index]
        evidence = Evidence.DIFF if self._identities[at] in self._shown else Evidence.TREE
        return evidence, self._path, at + 1


_NO_LINES: Mapping[str, tuple[int, ...]] = MappingProxyType({})
_NO_ORIGINS: Mapping[str, tuple[tuple[str, int], ...]] = MappingProxyType({})


def identities_of(files: Mapping[str, TreeFile | None]) -> dict[str, tuple[int, ...]]:
    """The identities of the lines of the files that are there."""
    return {path: file.identities for path, file in files.items() if file}


def copied_by(patch: Patch) -> set[str]:
    return {diff.new_path for diff in patch.files if diff.change is FileChange.COPIED}


def _paths(diff: FileDiff) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in (diff.old_path, diff.new_path) if path))


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends; only a line feed ends one."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _texts(files: Mapping[str, TreeFile | None], paths: Mapping[str, object] | set[str]) -> dict[str, str]:
    return {path: file.text for path in paths if (file := files.get(path))}


def _old(file: TreeFile | None) -> Sequence[str]:
    return file.lines if file else ()
