"""The sequences of each scenario at each stage, as a report shows them."""

from __future__ import annotations

from analyzer.lifecycle.automaton import TooMany, Word, words
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.runs import Emission
from analyzer.lifecycle.stages import Stage
from analyzer.model.letters import Letter, Sequence
from analyzer.model.profile import LetterKind, Profile
from analyzer.model.report import StageSequences
from analyzer.model.unknown import Unknown

OTHER = "other-outcomes"


def letter(emission: Emission, profile: Profile, repeats: bool = False) -> Letter:
    """An emission as a report's letter, with the profile's words for the phase."""
    phases = {phase.function: phase.words for phase in profile.phases}
    phase = ""
    if emission.kind is LetterKind.EVENT:
        phase = phases.get(emission.function, emission.function)
    return Letter(
        emission.name,
        emission.kind,
        emission.function,
        emission.words,
        phase,
        emission.where,
        emission.evidence,
        emission.context,
        repeats,
    )


def sequence(word: Word, profile: Profile, mark: str, blocked: bool = False) -> Sequence:
    """A word of an automaton as a report's sequence, to be shown from the entry of function `mark` on."""
    letters: list[Letter] = []
    shown_from = 0
    for spelling in word.spellings:
        if spelling.emission.mark:
            if spelling.emission.name == mark and not shown_from:
                shown_from = len(letters)
        else:
            letters.append(letter(spelling.emission, profile, spelling.repeats))
    return Sequence(tuple(letters), shown_from, blocked)


def picked(stage: Stage, selection: int) -> frozenset[int]:
    """The ends of the runs that selection number `selection` picks."""
    return frozenset(
        number
        for number in stage.graph.ends()
        if _end(stage, number) != "bound" and _picks(stage, number, selection)
    )


def _end(stage: Stage, number: int) -> str:
    end = stage.graph.nodes[number].end
    return end.kind if end is not None else ""


def _picks(stage: Stage, number: int, selection: int) -> bool:
    node = stage.graph.nodes[number]
    return stage.machine.selections.picks(selection, node.facts, node.tracked, _end(stage, number))


def read(stage: Stage, selection: int, mark: str, profile: Profile, bounds: Bounds) -> StageSequences:
    """The sequences of one selection at one stage, or why they cannot be told."""
    return listed(stage, picked(stage, selection), mark, profile, bounds)


def others(stage: Stage, profile: Profile) -> frozenset[int]:
    """The ends of the runs that no scenario claims."""
    claimed = frozenset[int]().union(*(picked(stage, n) for n in range(len(profile.scenarios))))
    return frozenset(n for n in stage.graph.ends() if _end(stage, n) != "bound") - claimed


def listed(stage: Stage, ends: frozenset[int], mark: str, profile: Profile, bounds: Bounds) -> StageSequences:
    """The sequences of the runs that end in `ends`."""
    patch = stage.snapshot.patch
    troubles = doubts(stage, ends)
    found: dict[tuple[tuple[str, bool], ...], Sequence] = {}
    blocked = frozenset(n for n in ends if _end(stage, n) == "blocked")
    try:
        for group, stuck in ((ends - blocked, False), (blocked, True)):
            if group:
                for word in words(stage.dfa, group, bounds.words, bounds.letters):
                    made = sequence(word, profile, mark, stuck)
                    found.setdefault(tuple((one.label, one.repeats) for one in made.letters), made)
    except TooMany as reason:
        troubles = (*troubles, Unknown("the sequences", str(reason), patch=patch))
    ordered = sorted(
        found.values(), key=lambda s: (s.blocked, len(s.letters), [one.label for one in s.letters])
    )
    return StageSequences(patch, tuple(ordered), troubles)


def doubts(stage: Stage, ends: frozenset[int]) -> tuple[Unknown, ...]:
    """What makes the sequences of these runs uncertain."""
    patch = stage.snapshot.patch
    found: dict[str, Unknown] = {}
    if stage.graph.exceeded:
        found["bound"] = Unknown("the search", f"it ran out: {stage.graph.exceeded}", patch=patch)
    program = stage.machine.program
    for path, problem in zip(program.unread, program.problems, strict=True):
        where = str(program.place(path, problem.span.line)[1])
        why = "the parser could not read this text outside of functions"
        found[f"outside {where}"] = Unknown(f"a part of {path}", why, where, patch)
    for entry in program.profile.entries:
        if entry.optional:
            continue
        for call in entry.calls:
            if call not in program.by_canonical:
                why = "its runs begin there, and no definition of it could be read"
                found[f"entry {call}"] = Unknown(f"{call}()", why, patch=patch)
    for number in sorted(ends):
        for fact in stage.graph.nodes[number].facts:
            if fact.startswith("problem "):
                where, _, what = fact.removeprefix("problem ").partition(" in ")
                name, _, why = what.partition(": ")
                reason = why or "the parser could not read this code"
                found[fact] = Unknown(f"a statement in {name}", reason, where, patch)
    for node in stage.graph.nodes:
        if node.end is not None and node.end.kind == "bound":
            found[node.end.reason] = Unknown("the search", f"it ran out: {node.end.reason}", patch=patch)
    return tuple(found[key] for key in sorted(found))
