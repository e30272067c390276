"""What the analysis found, ready to be written in any format. Reports are pure functions of `Report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from analyzer.model.claim import Claim
from analyzer.model.letters import Sequence
from analyzer.model.level import Level as Level
from analyzer.model.profile import Rule
from analyzer.model.series import Repair
from analyzer.model.snapshot import Evidence
from analyzer.model.spot import Spots
from analyzer.model.subscriber import Hit, Subscriber
from analyzer.model.suggestion import Suggestion
from analyzer.model.suppression import Outcome, Suppression
from analyzer.model.unknown import Location, Unknown
from analyzer.model.versions import Versions
from analyzer.model.what_if import WhatIf
from analyzer.model.witness import Cause, StepKind, Witness


@dataclass(frozen=True, slots=True)
class StageInfo:
    """A stage: patch number (0 = base) and the patch's title; `note` says why it was not analysed, or ""."""

    patch: int
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class StageSequences:
    """A scenario at a stage. Empty `sequences`, no `unknown`: no run meets the scenario there."""

    patch: int
    sequences: tuple[Sequence, ...]
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioSequences:
    id: str
    title: str
    summary: str
    stages: tuple[StageSequences, ...]
    generated: bool = False  # "other outcomes", and one for each call that may fail

    @property
    def failing(self) -> bool:
        """Whether it is what follows if one call fails."""
        return self.generated and self.id.startswith(FAILING)


FAILING = "failing-"  # begins the ids of scenarios of calls that fail


class ChangeKind(Enum):
    ADDED = "added"
    LOST = "lost"
    DUPLICATED = "duplicated"
    DEDUPLICATED = "deduplicated"
    REORDERED = "reordered"
    MOVED = "moved"
    CONTEXT = "context"
    BLOCKED = "blocked"  # the same letters, and now the run never ends, or ends where it did not


@dataclass(frozen=True, slots=True)
class Change:
    """What patch `patch` did to runs that went `before` and now go `after` on the same decisions.

    `modes` are those the runs may have, () for any; `hits` are the handlers that act on `events` in them.
    `values` are, before and after, what the tracked variables may be at letters of `events`, by the letter's
    name and function and the variable; "" stands for undecided.
    """

    patch: int
    kind: ChangeKind
    events: tuple[str, ...]
    scenarios: tuple[str, ...]
    before: Sequence
    after: Sequence
    causes: tuple[Cause, ...]
    way_out: Location | None
    way_out_words: str
    witness_before: Witness
    witness_after: Witness
    modes: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    values: tuple[
        Mapping[tuple[str, str], Mapping[str, frozenset[str]]],
        Mapping[tuple[str, str], Mapping[str, frozenset[str]]],
    ] = field(default=({}, {}), compare=False)


class FindingKind(Enum):
    INTRODUCED = "introduced"
    WINDOW = "window"
    FIXED = "fixed"
    PREEXISTING = "preexisting"


@dataclass(frozen=True, slots=True)
class Finding:
    """A contract broken: by rule, kind of violation, status over the stages (1 = broken) and way out.

    `change` is what its patch does to runs that it breaks or mends, where that is known, or what leads to
    them at the base, if it was broken there already; its causes meet at the way out. `good` and `bad` are
    then the sequences before and after it (where it mends, after and before), `witness` is the path of the
    bad one. `hits` are the handlers that act on its events.
    """

    rule: str
    violation: str  # duplicate, missing, extra, out of order
    level: Level
    kind: FindingKind
    patch: int | None  # the patch that introduced or fixed it, or opened the window
    closed_by: int | None
    status: tuple[int | None, ...]  # None: could not tell at that stage, or its runs differ
    scenarios: tuple[str, ...]
    reason: str
    documented: str
    nearest: tuple[str, ...]  # the nearest allowed word
    good: Sequence | None
    bad: Sequence
    witness: Witness | None
    where: Location
    fingerprint: str
    hits: tuple[Hit, ...] = ()
    change: Change | None = None
    suppressed: Suppression | None = None  # what the project says of it: it does not fail the gate

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The decisions that lead to it."""
        return self.change.causes if self.change else ()

    @property
    def way_out(self) -> Location | None:
        """Where the ways on from its causes meet."""
        return self.change.way_out if self.change else None

    @property
    def way_out_words(self) -> str:
        """``fail: in fill()``, or ""."""
        return self.change.way_out_words if self.change else ""

    @property
    def witness_good(self) -> Witness | None:
        """The path of the good sequence."""
        if self.change is None or self.kind is FindingKind.PREEXISTING:
            return None
        mends = self.kind is FindingKind.FIXED
        return self.change.witness_after if mends else self.change.witness_before

    @property
    def evidence(self) -> Evidence | None:
        """What it rests on: the weakest evidence along its path, or of its letters if none is known."""
        steps = self.witness.steps if self.witness else ()
        shown = [step.evidence for step in steps if step.where.path and step.kind is not StepKind.TASK]
        shown += [letter.evidence for letter in self.bad.letters]
        return max(shown, key=(Evidence.DIFF, Evidence.TREE, Evidence.BUILT_IN).index, default=None)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of source at a stage. `put` is the patch of the series that put it in, `taken` the one that
    takes it out later, 0 for none: a line that a diff only shows around them has neither."""

    text: str
    put: int = 0
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report format may say. `source_lines` holds the lines of places that are shown, by stage,
    path and line."""

    profile: str
    profile_title: str
    source: str  # "tree" or "built-in"
    follows: str  # the release or commit that the source is
    title: str
    stages: tuple[StageInfo, ...]
    scenarios: tuple[ScenarioSequences, ...]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    subscribers: tuple[Subscriber, ...]
    repairs: tuple[Repair, ...]
    notes: tuple[str, ...]
    assumptions: tuple[str, ...]
    unknown: tuple[Unknown, ...]
    exit_status: int
    source_lines: Mapping[tuple[int, str, int], SourceLine]
    concerned: bool = True
    base: str = ""  # the full id of the commit that stage 0 is, if there is a tree
    base_reason: str = ""  # why this one
    what_if: WhatIf | None = None  # how the series was taken, if not as it was sent
    versions: Versions | None = None  # how it differs from the version before it, if there is one
    suppressions: tuple[Outcome, ...] = ()  # what became of the project's suppressions
    suggestions: tuple[Suggestion, ...] = ()  # other ways to take it, where a window stands open
    claims: tuple[Claim, ...] = ()
    rules: tuple[Rule, ...] = ()  # of the profile
    repository: str = ""  # where the tree was cloned from, as a URI
    url: str = ""  # where people can read it
    spots: Spots = field(default_factory=Spots)  # where a forge can show the findings

    def source_line(self, stage: int, where: Location) -> SourceLine:
        """The line that stands at a place at a stage; without a text where that is not known."""
        return self.source_lines.get((stage, where.path, where.line), SourceLine(""))
