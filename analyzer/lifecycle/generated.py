"""Failure scenarios that nobody named: every call on the way of a successful run that may spoil it.

A call is fallible if its result decides a branch, on a way to a success, from one side of which no success
can be reached any more. Input: the stages and the profile, which says what a success is. Output: scenarios
with the sequences of the runs on which this call is the first to fail; those that go the same way at every
stage stand together. Another thread's interference is left out. Not modelled: two failures at once, and a
failure that a successful run survives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from analyzer.lifecycle.actions import Notify
from analyzer.lifecycle.backwards import reaching
from analyzer.lifecycle.explore import Edge
from analyzer.lifecycle.parts import callee_name, symbols_in
from analyzer.lifecycle.program import Program
from analyzer.lifecycle.runs import Emission
from analyzer.lifecycle.sequences import doubts, letter, picked
from analyzer.lifecycle.stages import Stage
from analyzer.lifecycle.tasks import is_interference
from analyzer.model.letters import Sequence as Letters
from analyzer.model.profile import Profile
from analyzer.model.report import FAILING, ScenarioSequences, StageSequences
from analyzer.model.summary import Call, ControlFlowSummary
from analyzer.model.unknown import Location, Unknown, Weight

MOST_WORDS = 24
LONGEST = 24
MOST_GROUPS = 24
MOST_NAMED = 8

Label: TypeAlias = tuple[str, str]
Told: TypeAlias = tuple[str, str, str, int]  # a letter by its label and its place
Word: TypeAlias = tuple[Told, ...]
Words: TypeAlias = frozenset[Word]
Outcome: TypeAlias = frozenset[tuple[Label, ...]]  # words without the places
ENDLESS: Told = ("", "...", "", 0)  # closes the word of a run that never ends
SILENT: Words = frozenset({()})


@dataclass(frozen=True, slots=True)
class Step:
    """A fallible call: its identity over the stages, what to call it, and where it stands."""

    site: str
    words: str
    where: Location


def generated(
    stages: Sequence[Stage | None], missing: Sequence[StageSequences], profile: Profile
) -> tuple[ScenarioSequences, ...]:
    """The generated scenarios, in the order of the places; none if the profile marks no success. `missing`
    has for each stage what stands in the place of one that was not analysed."""
    wanted = [number for number, scenario in enumerate(profile.scenarios) if scenario.success]
    if not wanted:
        return ()
    found = [None if stage is None else _Failures(stage, wanted, profile) for stage in stages]
    steps: dict[str, Step] = {}
    for one in found:
        for step in one.steps if one is not None else ():
            steps.setdefault(step.site, step)
    groups: dict[tuple[Outcome | None, ...], list[Step]] = {}
    words: dict[str, list[Words | None]] = {}
    unlisted = 0
    for step in sorted(steps.values(), key=lambda s: (s.where.path, s.where.line, s.words)):
        told = words[step.site] = [None if one is None else one.words(step.site) for one in found]
        if any(one is not None and here is None for one, here in zip(found, told, strict=True)):
            unlisted += 1
        else:
            groups.setdefault(tuple(None if here is None else _outcome(here) for here in told), []).append(
                step
            )
    made = [
        _scenario(members, words[members[0].site], found, missing)
        for members in list(groups.values())[:MOST_GROUPS]
    ]  # fmt: skip
    unlisted += sum(len(members) for members in list(groups.values())[MOST_GROUPS:])
    return (*made, _rest(unlisted, missing)) if unlisted else tuple(made)


def _scenario(
    members: Sequence[Step],
    told: Sequence[Words | None],
    found: Sequence[_Failures | None],
    missing: Sequence[StageSequences],
) -> ScenarioSequences:
    first = members[0]
    more = len(members) - 1
    title = f"{first.words} at {first.where}" + (f", or one of {more} more" if more else "")
    named = "; ".join(f"{one.words} at {one.where}" for one in members[:MOST_NAMED])
    rest = f"; and {len(members) - MOST_NAMED} more" if len(members) > MOST_NAMED else ""
    summary = f"The first thing to fail: {named}{rest}."
    rows = tuple(
        instead if one is None else one.row(words or frozenset())
        for instead, one, words in zip(missing, found, told, strict=True)
    )
    return ScenarioSequences(f"{FAILING}{_plain(first.site)}", title, summary, rows, generated=True)


def _outcome(words: Words) -> Outcome:
    return frozenset(tuple(told[:2] for told in word) for word in words)


def _plain(site: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in site.lower()).strip("-")


def _rest(count: int, missing: Sequence[StageSequences]) -> ScenarioSequences:
    """The calls whose failures are not listed."""
    why = f"what follows if {'it fails' if count == 1 else 'one of them fails'} is too much to list"
    doubt = Unknown(f"{count} more call{'s' * (count > 1)} that may fail", why, weight=Weight.ASSUMPTION)
    rows = tuple(StageSequences(instead.patch, (), (doubt,)) for instead in missing)
    return ScenarioSequences(f"{FAILING}rest", doubt.what, f"{why}.".capitalize(), rows, generated=True)


class _Failures:
    """The fallible calls of one stage, and the words of the runs on which each is the first to fail."""

    def __init__(self, stage: Stage, wanted: Sequence[int], profile: Profile) -> None:
        self._stage = stage
        self._profile = profile
        self._graph = stage.graph
        self._emissions: dict[Told, Emission] = {}
        goals = frozenset[int]().union(*(picked(stage, number) for number in wanted))
        self._hopeful = reaching(self._graph.callers(), goals)
        self._before = self._words_before()
        self._after: dict[int, Words | None] | None = None
        self._failing = self._failing_edges()
        self.steps = self._named()

    def _failing_edges(self) -> dict[str, list[tuple[int, Edge]]]:
        """By the site of a call: the edges by which its result leaves the ways to a success."""
        found: dict[str, list[tuple[int, Edge]]] = {}
        for number in sorted(self._before):
            node = self._graph.nodes[number]
            origin = node.choice.origin if node.choice is not None and node.choice.token is not None else ()
            if origin[:1] == ("minus",):
                origin = origin[1:]
            if origin[:1] != ("call",):
                continue
            lost = [edge for edge in node.edges if edge.target not in self._hopeful]
            if lost and len(lost) < len(node.edges):
                found.setdefault(origin[1], []).extend((number, edge) for edge in lost)
        return found

    def _named(self) -> tuple[Step, ...]:
        places = _places(self._stage.machine.program, self._failing)
        return tuple(places[site] for site in self._failing if site in places)

    # --- words ------------------------------------------------------------------------------

    def _words_before(self) -> dict[int, Words | None]:
        """For each node on a way to a success the words that lead to it; None for too many."""
        found: dict[int, Words | None] = {}
        work: deque[int] = deque()
        for root in self._graph.roots.values():
            if root.target in self._hopeful:
                _grow(found, root.target, _joined(SILENT, self._told(root.emitted)))
                work.append(root.target)
        waiting = set(work)
        while work:
            number = work.popleft()
            waiting.discard(number)
            words = found[number]
            for edge in self._graph.nodes[number].edges:
                target = edge.target
                if target not in self._hopeful or is_interference(edge.option):
                    continue
                if _grow(found, target, _joined(words, self._told(edge.emitted))) and target not in waiting:
                    waiting.add(target)
                    work.append(target)
        return found

    def _words_after(self) -> dict[int, Words | None]:
        """For each node the words that follow it; None for too many. Nodes that reach no end have none."""
        found: dict[int, Words | None] = {}
        callers, ends = self._spoilt()
        work: deque[int] = deque()
        for number in ends:
            end = self._graph.nodes[number].end
            if end is not None and end.kind != "bound":
                found[number] = frozenset({(ENDLESS,)}) if end.kind == "blocked" else SILENT
                work.append(number)
        waiting = set(work)
        while work:
            number = work.popleft()
            waiting.discard(number)
            words = found[number]
            for caller, told in callers.get(number, ()):
                if _grow(found, caller, _joined(words, told, in_front=True)) and caller not in waiting:
                    waiting.add(caller)
                    work.append(caller)
        return found

    def _spoilt(self) -> tuple[dict[int, list[tuple[int, Word]]], list[int]]:
        """What follows a failure, turned round: for each node those before it, with what is told between;
        and the ends."""
        callers: dict[int, list[tuple[int, Word]]] = {}
        ends: list[int] = []
        seen = {edge.target for edges in self._failing.values() for _, edge in edges}
        work = list(seen)
        while work:
            number = work.pop()
            node = self._graph.nodes[number]
            if node.end is not None:
                ends.append(number)
                continue
            for edge in node.edges:
                if is_interference(edge.option):
                    continue
                callers.setdefault(edge.target, []).append((number, self._told(edge.emitted)))
                if edge.target not in seen:
                    seen.add(edge.target)
                    work.append(edge.target)
        return callers, ends

    def words(self, site: str) -> Words | None:
        """The words of the runs on which the call at `site` is the first to fail; None for too many."""
        if self._after is None:
            self._after = self._words_after()
        found: set[Word] = set()
        for number, edge in self._failing.get(site, ()):
            before = _joined(self._before[number], self._told(edge.emitted))
            after = self._after.get(edge.target, frozenset())
            if before is None or after is None:
                return None
            found.update(one + two for one in before for two in after)
        return frozenset(found) if len(found) <= MOST_WORDS else None

    def row(self, words: Words) -> StageSequences:
        """The words as a report's sequences."""
        # Of words that differ in their places alone the first one is shown.
        by_label = {tuple(told[:2] for told in word): word for word in sorted(words, reverse=True)}
        ordered = sorted(by_label.values(), key=lambda word: (word[-1:] == (ENDLESS,), len(word), word))
        unsure = [
            Unknown(one.what, one.why, one.where, one.patch, Weight.ASSUMPTION)
            for one in doubts(self._stage, frozenset())
        ]
        return StageSequences(self._stage.snapshot.patch, tuple(map(self._sequence, ordered)), tuple(unsure))

    def _sequence(self, word: Word) -> Letters:
        blocked = word[-1:] == (ENDLESS,)
        told = word[:-1] if blocked else word
        return Letters(tuple(letter(self._emissions[one], self._profile) for one in told), 0, blocked)

    def _told(self, emitted: tuple[Emission, ...]) -> Word:
        if not emitted:
            return ()
        word = tuple((*one.label, one.where.path, one.where.line) for one in emitted if not one.mark)
        for told, one in zip(word, (one for one in emitted if not one.mark), strict=True):
            self._emissions.setdefault(told, one)
        return word


def _joined(words: Words | None, told: Word, *, in_front: bool = False) -> Words | None:
    """`words` with `told` behind, or in front of, each; None where one gets too long."""
    if words is None or not told:
        return words
    joined = frozenset(told + word if in_front else word + told for word in words)
    return None if any(len(word) > LONGEST for word in joined) else joined


def _grow(found: dict[int, Words | None], number: int, words: Words | None) -> bool:
    """Add words to those of a node; True if that is news."""
    known = found.get(number)
    if number in found and (known is None or (words is not None and words <= known)):
        return False
    if words is None or len(words | (known or frozenset())) > MOST_WORDS:
        found[number] = None
    else:
        found[number] = words | (known or frozenset())
    return True


def _places(program: Program, sites: Iterable[str]) -> dict[str, Step]:
    """Where the calls of some sites stand, and what to call their failure."""
    wanted = set(sites)
    at = {place[:3]: site for place, site in program.sites.items() if site in wanted}
    found: dict[str, Step] = {}
    for name in program.relevant:
        function = program.functions[name]
        for block in function.blocks:
            for one in block.instructions:
                if not isinstance(one, Call):
                    continue
                site = at.get((function.path, one.span.line, one.span.column))
                if site is not None and site.partition("#")[0] == program.canonical(callee_name(one)):
                    found[site] = Step(site, _failure(program, function, one), _place(program, function, one))
    return found


def _place(program: Program, function: ControlFlowSummary, call: Call) -> Location:
    return program.place(function.path, call.span.line)[1]


def _failure(program: Program, function: ControlFlowSummary, call: Call) -> str:
    name = callee_name(call)
    action = program.action(function.path, name)
    if isinstance(action, Notify):
        named = [program.canonical(symbol) for a in call.arguments for symbol in symbols_in(a)]
        events = [event.names[symbol] for event in action.events for symbol in named if symbol in event.names]
        if events:
            return f"a handler refuses {events[0]}"
    return f"{name}() fails"
