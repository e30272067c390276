"""What a scenario's lists say at each stage, as escaped lines that every format can lay out.

Input: a `Report` and one of its scenarios. Output: a `Listing` with one `StageList` a stage. Sequences
that print the same are one; they stand in the order in which they first appear over the stages, so that
stages with the same set of sequences are equal. Not modelled: what comes before `Sequence.shown_from`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.model.letters import Letter, Sequence
from analyzer.model.profile import LetterKind
from analyzer.model.report import Report, ScenarioSequences, StageInfo, StageSequences
from analyzer.model.snapshot import Evidence
from analyzer.reports.escape import visible
from analyzer.reports.stages import NO_CHANGE, UNCHANGED, Group, merged

NO_RUN = "(no run)"
NO_LETTER = "(no event)"
BLOCKED = "(blocked: goes no further)"
_STRENGTH = (Evidence.DIFF, Evidence.TREE, Evidence.BUILT_IN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list. `letter` is None for words in place of a letter."""

    words: str
    letter: Letter | None = None


Run = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class StageList:
    """A scenario at a stage: its runs, and asides such as `NO_RUN` or what could not be told."""

    runs: tuple[Run, ...]
    asides: tuple[str, ...]

    @property
    def printed(self) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
        """Equal for stages whose printed lists are equal."""
        return tuple(_printed(run) for run in self.runs), self.asides

    @property
    def told(self) -> bool:
        """Whether this is the whole answer."""
        return all(aside == NO_RUN for aside in self.asides)


@dataclass(frozen=True, slots=True)
class Listing:
    """A scenario over all stages: `groups[i]` is shown by `lists[i]`."""

    scenario: ScenarioSequences
    groups: tuple[Group, ...]
    lists: tuple[StageList, ...]

    @property
    def changes(self) -> bool:
        """Whether any patch changes the printed list."""
        return len(self.groups) > 1

    @property
    def told(self) -> bool:
        """Whether every stage could be told in full."""
        return all(entry.told for entry in self.lists)


def normalised(name: str) -> str:
    """A scenario's id from its id or title as typed."""
    return "-".join(name.lower().split())


def chosen(report: Report, names: Iterable[str]) -> tuple[ScenarioSequences, ...]:
    """The scenarios that `names` (ids or titles) pick, in the report's order; for no names all but those of
    `failing`."""
    wanted = {normalised(name) for name in names}
    if not wanted:
        return tuple(entry for entry in report.scenarios if not entry.failing)
    return tuple(
        entry for entry in report.scenarios if {normalised(entry.id), normalised(entry.title)} & wanted
    )


def failing(report: Report) -> tuple[ScenarioSequences, ...]:
    """The scenarios that are generated one for each call that may fail."""
    return tuple(entry for entry in report.scenarios if entry.failing)


def letter_words(letter: Letter) -> str:
    """``notify STOP (during filling)``; landmarks carry no label."""
    words = visible(letter.words) + ("*" if letter.repeats else "")
    if letter.kind is LetterKind.LANDMARK:
        return words
    return f"{words} (during {visible(letter.phase or letter.function)})"


def entries(sequence: Sequence, *, whole: bool = False) -> Run:
    """The lines of one sequence, from where lists show it on (`whole`: from its start)."""
    letters = sequence.letters if whole else sequence.letters[sequence.shown_from :]
    run = tuple(Entry(letter_words(letter), letter) for letter in letters) or (Entry(NO_LETTER),)
    return (*run, Entry(BLOCKED)) if sequence.blocked else run


def listing(report: Report, scenario: ScenarioSequences) -> Listing:
    """The lists of `scenario`, neighbouring stages with equal lists merged."""
    at = {stage.patch: stage for stage in scenario.stages}
    order: dict[tuple[str, ...], int] = {}
    lists = tuple(_stage_list(stage, at.get(stage.patch), order) for stage in report.stages)
    groups = merged([stage.patch for stage in report.stages], [entry.printed for entry in lists])
    shown = tuple(_strongest([lists[member] for member in group.members]) for group in groups)
    result = Listing(scenario, groups, shown)
    if result.changes:
        return result
    return Listing(scenario, tuple(Group(group.members, _single(report, result)) for group in groups), shown)


def alike(listings: Iterable[Listing]) -> list[list[Listing]]:
    """Listings that print the same lists, put together in the order of their first ones."""
    found: dict[object, list[Listing]] = {}
    for entry in listings:
        heads = tuple(group.heading for group in entry.groups)
        found.setdefault((heads, tuple(shown.printed for shown in entry.lists)), []).append(entry)
    return list(found.values())


def _single(report: Report, result: Listing) -> str:
    """The heading of the only list: it may claim no change only where nothing is known to change."""
    touched = sorted({c.patch for c in report.changes if result.scenario.id in c.scenarios})
    if touched:
        patches = ", ".join(str(patch) for patch in touched)
        return f"{UNCHANGED} (the list stays, runs change at patch {patches})"
    return NO_CHANGE if result.told and len(report.stages) > 1 else UNCHANGED


def _stage_list(
    stage: StageInfo, found: StageSequences | None, order: dict[tuple[str, ...], int]
) -> StageList:
    runs: dict[tuple[str, ...], Run] = {}
    for sequence in found.sequences if found else ():
        run = entries(sequence)
        key = _printed(run)
        order.setdefault(key, len(order))
        runs[key] = _stronger(runs[key], run) if key in runs else run
    reasons = list(dict.fromkeys(visible(u.why) for u in found.unknown)) if found else []
    if stage.note:
        reasons.insert(0, visible(stage.note))
    elif found is None:
        reasons.append("not analysed")
    asides = tuple(f"(could not tell: {reason})" for reason in dict.fromkeys(reasons))
    ordered = tuple(runs[key] for key in sorted(runs, key=order.__getitem__))
    return StageList(ordered, asides if asides or ordered else (NO_RUN,))


def _printed(run: Run) -> tuple[str, ...]:
    return tuple(entry.words for entry in run)


def _strongest(lists: list[StageList]) -> StageList:
    """One of several lists that print the same, each letter with the best evidence among them."""
    first, *others = lists
    runs = first.runs
    for other in others:
        runs = tuple(_stronger(one, two) for one, two in zip(runs, other.runs, strict=True))
    return StageList(runs, first.asides)


def _stronger(one: Run, two: Run) -> Run:
    return tuple(
        second if first.letter and second.letter and _rank(second.letter) < _rank(first.letter) else first
        for first, second in zip(one, two, strict=True)
    )


def _rank(letter: Letter) -> int:
    return _STRENGTH.index(letter.evidence)
