"""Puts changes of one kind that go one way out together, so that a reader meets each change once.

Input: the changes of a `Report`. Output: `ChangeGroup`s in the order of their first members. Not
modelled: whether changes with several ways out have one root.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.model.report import Change
from analyzer.model.subscriber import Hit
from analyzer.model.witness import Cause

SHOWN_CAUSES = 8


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Changes by one patch, of one kind and events, with one way out; at least one."""

    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The one with the shortest path, which stands for the others."""
        return min(self.changes, key=lambda c: len(c.witness_after.steps))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Those of all, each once."""
        return tuple(dict.fromkeys(name for change in self.changes for name in change.scenarios))

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Those of all, each once."""
        return tuple(dict.fromkeys(cause for change in self.changes for cause in change.causes))

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Those of all, each once."""
        return tuple(dict.fromkeys(hit for change in self.changes for hit in change.hits))


def grouped(changes: Iterable[Change]) -> tuple[ChangeGroup, ...]:
    """The groups."""
    found: dict[object, list[Change]] = {}
    for change in changes:
        # A way out may be a whole function, which only its words name.
        out = (str(change.way_out), change.way_out_words) if change.way_out else id(change)
        found.setdefault((change.patch, change.kind, change.events, out), []).append(change)
    return tuple(ChangeGroup(tuple(members)) for members in found.values())
