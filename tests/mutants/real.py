"""Mutants of a real tree's file: what is told of them from the patch alone, and on the tree.

Job: the words of each scenario, twice. Input: a repository and mutants of one of its files. Output:
`Answer`s. On the tree, mutants are laid one after the other as a series, each in place of the last, so that
what they have in common is executed once; alone, each is one patch, as its author would send it. What is
Unknown alone is not asked on the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from analyzer import cfront
from analyzer.model.profile import Profile
from tests.mutants.mutate import Mutant
from tests.mutants.told import Told, told_of
from tests.real.patches import patch

LONGEST = 8  # mutants of a series: each stage takes memory


@dataclass(frozen=True)
class Answer:
    """`unknown` is what could not be told from the patch alone, as ``what: why``; if it names no place,
    `differing` says what of it the tree can tell. If all was told, `differing` says in which scenarios the
    words before or after the mutant are others on the tree. `changed` tells whether the mutant changes any.
    """

    mutant: Mutant
    unknown: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    changed: bool = False

    @property
    def right(self) -> bool:
        """Whether the tree tells the same, or is as unknown, or the answer is Unknown and names the hunk."""
        return not self.differing

    @property
    def verdict(self) -> str:
        if self.differing:
            return "differs"
        if self.unknown:
            named = any(map(_names_a_place, self.unknown))
            return "unknown, with the place" if named else "unknown, and on the tree too"
        return "the same" if self.changed else "the same, nothing changed"


def _names_a_place(doubt: str) -> bool:
    return "hunk" in doubt or doubt.startswith("a statement in")


def answers(mutants: Sequence[Mutant], tree: Path, profile: Profile, folder: Path) -> Iterator[Answer]:
    """What is told of each mutant, all of one file of `tree`; those that are Unknown first."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting: list[tuple[Mutant, Told]] = []
    with closing(cfront.Store(profile.dialect)) as alone, closing(cfront.Store(profile.dialect)) as store:
        for mutant in mutants:
            text = patch({mutant.path: mutant.before}, {mutant.path: mutant.text}, "a mutant")
            told = told_of([text], profile, folder, alone, None, False)
            doubts = tuple(f"{one.what}: {one.why}" for one in told.open(1))
            if any(map(_names_a_place, doubts)):
                yield Answer(mutant, doubts)
                continue
            waiting.append((mutant, told))
            if len(waiting) == LONGEST:
                yield from _on_tree(waiting, tree, profile, folder, store)
                waiting = []
        if waiting:
            yield from _on_tree(waiting, tree, profile, folder, store)


def _on_tree(
    mutants: Sequence[tuple[Mutant, Told]], tree: Path, profile: Profile, folder: Path, store: cfront.Store
) -> Iterator[Answer]:
    texts = [mutants[0][0].before, *(mutant.text for mutant, _ in mutants)]
    path = mutants[0][0].path
    patches = [
        patch({path: was}, {path: now}, "a mutant", number, len(mutants))
        for number, (was, now) in enumerate(pairwise(texts), 1)
    ]
    on_tree = told_of(patches, profile, folder, store, tree, False)
    for number, (mutant, alone) in enumerate(mutants, 1):
        yield _compared(mutant, alone, on_tree, number)


def _compared(mutant: Mutant, alone: Told, on_tree: Told, stage: int) -> Answer:
    doubts = tuple(f"{one.what}: {one.why}" for one in alone.open(1))
    if doubts:
        shared = {f"{one.what}: {one.why}" for one in on_tree.open(stage)}
        return Answer(
            mutant, doubts, tuple(f"{one} (not on the tree)" for one in doubts if one not in shared)
        )
    before = (alone.words(0), on_tree.words(0))
    after = (alone.words(1), on_tree.words(stage))
    wrong = [f"{one.what}: {one.why} (on the tree alone)" for one in on_tree.open(stage)]
    for when, (patch_only, tree) in (("before", before), ("after", after)):
        for name in sorted(patch_only.keys() | tree.keys()):
            ours, theirs = patch_only.get(name, frozenset()), tree.get(name, frozenset())
            for words, side in ((theirs - ours, "tree"), (ours - theirs, "patch")):
                wrong += [
                    f"{name} {when}: only the {side} has {' '.join(word) or '-'}" for word in sorted(words)
                ]
    return Answer(mutant, (), tuple(wrong), before[0] != after[0])
