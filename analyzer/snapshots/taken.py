"""A series over a repository, taken otherwise than it was sent.

Job: bring the patches of a series together in another order, without some, several as one commit. Input: a
series, a profile, the objects of a repository, a commit, what to make of the series. Output: one `Snapshot` a
stage. Each patch is picked as `git cherry-pick` would, from the stages of the series as it was sent; where
that does not come so far on this commit, as `git am --3way` would. A patch that conflicts is named with file
and hunk, and its stage and all later ones are not analysed. Not modelled: what `tree` does not model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.model.profile import Profile
from analyzer.model.series import FileChange, Patch, Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.unknown import Unknown
from analyzer.model.what_if import WhatIf
from analyzer.snapshots.apply import Misfit, apply
from analyzer.snapshots.files import decoded
from analyzer.snapshots.merge import Text, by_content
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.pick import Clash, Texts, pick, refusal
from analyzer.snapshots.rearranged import composed, kept_lines, titled
from analyzer.snapshots.tree import Layer, Refused, TreeFile, TreeStage, copied_by, identities_of, lines_of


def lay_otherwise(
    series: Series, profile: Profile, objects: Objects, commit: str, what_if: WhatIf
) -> tuple[Snapshot, ...]:
    """The base, which is `commit`, and one stage per step of `what_if`. `InputError` if the repository cannot
    be read."""
    return _Taker(Layer(series, profile, objects, commit)).run(what_if)


class _Taker:
    """Takes the patches that a layer knows one after the other."""

    def __init__(self, layer: Layer) -> None:
        self.layer, self.series, self.objects = layer, layer.series, layer.objects

    def run(self, what_if: WhatIf) -> tuple[Snapshot, ...]:
        """One snapshot a stage."""
        own, _ = self.layer.laid()
        order = {patch.number: at for at, patch in enumerate(self.series.patches)}
        stages = [own[0]]
        failed: tuple[Unknown, ...] = ()
        for step in what_if.steps:
            try:
                stages.append(self._step([order[number] for number in step], own, stages[-1]))
            except Refused as refused:
                failed = (
                    refusal(refused.patch, refused.clash, f"{self.layer.commit[:12]} and what is before it"),
                )
                break
        return self.layer.snapshots(stages, titled(self.series, what_if), failed)

    def _step(self, members: Sequence[int], own: Sequence[TreeStage], stage: TreeStage) -> TreeStage:
        """The stage after one more commit, made of the patches at these places of the series."""
        last, renamed = stage, stage.renamed
        for number, at in enumerate(members):
            last = self._picked(at, own, last)
            renamed = composed(renamed, last.renamed) if number else last.renamed
        if len(members) == 1:
            return last
        copied = {
            diff.new_path
            for at in members
            for diff in self.series.patches[at].files
            if diff.change is FileChange.COPIED
        }
        return self.layer.tied(stage, last.files, self._kept(stage.files, last.files), renamed, copied)

    def _picked(self, at: int, own: Sequence[TreeStage], stage: TreeStage) -> TreeStage:
        """The stage after the patch at place `at` of the series."""
        patch = self.series.patches[at]
        if at + 1 < len(own):
            before, after = own[at].files, own[at + 1].files
            return self._brought(patch, _plain(before), _plain(after), stage, (after, stage.files, before))
        try:  # the series as sent does not come so far: by its context alone, as `git am` does
            return self.layer.after(patch, stage)
        except Refused:
            made_for = self._made_for(patch, stage)
            if made_for is None:
                raise
        return self._brought(patch, *made_for, stage, (stage.files,))

    def _made_for(self, patch: Patch, stage: TreeStage) -> tuple[Texts, Texts] | None:
        """The files a patch was made for and what it made of them, by its index lines, their lines tied to
        those of the stage; None if the repository does not have them all. As `git am --3way` does."""
        before: dict[str, Text | None] = {}
        after: dict[str, Text | None] = {}
        for diff in patch.files:
            ours = stage.files.get(diff.old_path)
            content = self.objects.blob(diff.old_blob)
            if diff.change is not FileChange.MODIFIED or ours is None or content is None:
                return None
            lines = tuple(lines_of(decoded(content)[0]))
            done = apply(lines, diff)
            if isinstance(done, Misfit):
                return None
            base = Text(lines, self.layer.numbers(len(lines)))
            same = dict(by_content(base, Text(ours.lines, ours.identities)))
            known = [ours.identities[same[n]] if n in same else own for n, own in enumerate(base.identities)]
            fresh = iter(self.layer.numbers(done.kept.count(0)))
            made = tuple(known[line - 1] if line else next(fresh) for line in done.kept)
            self.layer.shown.update(known[line - 1] for line in done.shown)
            self.layer.shown.update(made[line - 1] for line in done.shown_after)
            before[diff.old_path] = Text(lines, tuple(known))
            after[diff.new_path] = Text(done.lines, made)
        return before, after

    def _brought(
        self,
        patch: Patch,
        before: Texts,
        after: Texts,
        stage: TreeStage,
        like: Sequence[Mapping[str, TreeFile | None]],
    ) -> TreeStage:
        """The stage with what the patch made of `before`, which was `after`. A file is encoded as in the
        first of `like` that has it."""
        found = pick(patch, before, after, _plain(stage.files))
        if isinstance(found, Clash):
            raise Refused(patch, found)
        files = dict(stage.files)
        for path, text in found.items():
            old = files.get(path)
            if text is None or old is None or text.lines != old.lines or text.identities != old.identities:
                files[path] = self._merged(text, [each.get(path) for each in like])
        changed = self._kept(stage.files, files)
        return self.layer.tied(
            stage, files, changed, self.layer.renamed(patch, stage.files, files, changed), copied_by(patch)
        )

    def _merged(self, text: Text | None, like: Sequence[TreeFile | None]) -> TreeFile | None:
        """A file of these lines, encoded as the first of `like` that is there."""
        if text is None:
            return None
        for file in like:
            if file is not None and (file.lines, file.identities) == (text.lines, text.identities):
                return file
        encoding = next((file.encoding for file in like if file is not None), "utf-8")
        content = "".join(text.lines).encode(encoding, "replace")
        return TreeFile(text.lines, encoding, text.identities, self.objects.blob_id(content))

    def _kept(
        self, before: Mapping[str, TreeFile | None], after: Mapping[str, TreeFile | None]
    ) -> dict[str, tuple[str, tuple[int, ...]]]:
        """The files that changed: each with the path it had, and for its lines the 1-based old ones."""
        return {
            path: kept_lines(path, file.identities, identities_of(before))
            for path, file in after.items()
            if file is not None and file != before.get(path)
        }


def _plain(files: Mapping[str, TreeFile | None]) -> dict[str, Text | None]:
    return {path: Text(file.lines, file.identities) if file else None for path, file in files.items()}
