"""Which functions the patches of a series touch, at any stage.

A part that a patch takes out of a function, or puts into one, decides there what it decided before. Such
functions are executed at every stage that has them, whatever else they do, so that the decisions in them
can be matched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from analyzer.model.snapshot import Snapshot

Definition: TypeAlias = tuple[str, int, int]  # name, first and last line


def touched(
    stages: Sequence[tuple[Snapshot, Mapping[str, Iterable[Definition]]]],
    canonical: Sequence[Callable[[str], str]],
) -> frozenset[str]:
    """The base names of all functions whose text differs between two neighbouring stages.

    Each stage comes with the definitions of its files, and with what gives a name of it as at the base.
    """
    found: set[str] = set()
    for (one, (before, old)), (two, (after, new)) in zip(
        enumerate(stages), enumerate(stages[1:], 1), strict=False
    ):
        paths = {
            path
            for path in before.files.keys() | after.files.keys()
            if before.contents(path) != after.contents(path)
        }
        was = _bodies(before, old, paths, canonical[one])
        now = _bodies(after, new, paths, canonical[two])
        found.update(name for name, texts in (was - now) | (now - was))
    return frozenset(found)


def _bodies(
    snapshot: Snapshot,
    definitions: Mapping[str, Iterable[Definition]],
    paths: Iterable[str],
    canonical: Callable[[str], str],
) -> set[tuple[str, tuple[str, ...]]]:
    """The functions of some files: base name and words."""
    bodies: set[tuple[str, tuple[str, ...]]] = set()
    for path in paths:
        if path in snapshot.files:
            lines = snapshot.files[path].split("\n")
            for name, first, last in definitions.get(path, ()):
                bodies.add((canonical(name), tuple(" ".join(lines[first - 1 : last]).split())))
    return bodies
