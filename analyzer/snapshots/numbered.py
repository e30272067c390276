"""The files of a series as far as its patches show them, laid by line number alone.

Job: tell from patches alone whether they could be applied otherwise. Input: a series without a tree.
Output: for each stage the touched files as `Text`s in which a line that no patch shows is a line all the
same, or None if the numbers of the hunks do not agree. Not modelled: a series of which patches are missing
or were damaged.
"""

from __future__ import annotations

from itertools import count

from analyzer.model.series import FileChange, FileDiff, Hunk, LineKind, Series
from analyzer.snapshots.merge import Text
from analyzer.snapshots.pick import Texts

_LONGEST = 200_000  # lines of a file; hunks that lie further down are not followed


class _Disagree(Exception):
    """The line numbers of the series do not fit together."""


def numbered(series: Series) -> tuple[Texts, ...] | None:
    """The files before the series and after each patch."""
    if series.missing or series.unknown or series.repairs:
        return None
    try:
        return _Numbered(series).run()
    except _Disagree:
        return None


class _Numbered:
    """Lays the patches; `shown` are the texts of lines whose place in the base some patch shows."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.fresh = count()
        self.shown: dict[int, str] = {}
        hunks = [hunk for patch in series.patches for diff in patch.files for hunk in diff.hunks]
        grown = sum(len(hunk.lines) for hunk in hunks)
        last = max((max(h.old_start + h.old_count, h.new_start + h.new_count) for h in hunks), default=0)
        self.length = last + grown
        if self.length > _LONGEST:
            raise _Disagree

    def run(self) -> tuple[Texts, ...]:
        first: dict[str, tuple[int, ...] | None] = {}
        made: set[str] = set()
        for patch in self.series.patches:
            for diff in patch.files:
                if diff.old_path not in made and diff.change is not FileChange.ADDED:
                    first.setdefault(diff.old_path, self._lines(self.length))
                made.update((diff.old_path, diff.new_path))
        stages = [first]
        for patch in self.series.patches:
            files = dict(stages[-1])
            for diff in patch.files:
                self._lay(diff, stages[-1], files)
            stages.append(files)
        return tuple(
            {path: None if file is None else self._text(file) for path, file in stage.items()}
            for stage in stages
        )

    def _lines(self, length: int) -> tuple[int, ...]:
        return tuple(next(self.fresh) for _ in range(length))

    def _text(self, file: tuple[int, ...]) -> Text:
        # A line that nobody shows reads like itself alone.
        return Text(tuple(self.shown.get(line, f"\0{line}") for line in file), file)

    def _lay(
        self,
        diff: FileDiff,
        before: dict[str, tuple[int, ...] | None],
        files: dict[str, tuple[int, ...] | None],
    ) -> None:
        if diff.change in (FileChange.BINARY, FileChange.MODE):
            return
        old = () if diff.change is FileChange.ADDED else before.get(diff.old_path)
        if old is None:
            raise _Disagree
        done: list[int] = []
        at = 0
        for hunk in diff.hunks:
            # Of a hunk without old lines the header names the line before it.
            start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
            if start < at or start > len(old):
                raise _Disagree
            done += old[at:start]
            at = self._hunk(hunk, old, start, done)
        done += old[at:]
        if diff.change is FileChange.DELETED:
            files[diff.old_path] = None
            return
        if diff.change is FileChange.RENAMED:
            files[diff.old_path] = None
        files[diff.new_path] = tuple(done)

    def _hunk(self, hunk: Hunk, old: tuple[int, ...], at: int, done: list[int]) -> int:
        for line in hunk.lines:
            if line.kind is LineKind.ADDED:
                identity = next(self.fresh)
                self.shown[identity] = line.text
                done.append(identity)
                continue
            if at >= len(old) or self.shown.setdefault(old[at], line.text) != line.text:
                raise _Disagree
            if line.kind is LineKind.CONTEXT:
                done.append(old[at])
            at += 1
        return at
