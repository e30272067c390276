"""What a patch changed, read off the lockstep of the stages before and after it.

A change is one pair of words (before, after) on the same decisions, with the scenarios that show it, the
decisions after each of which only this outcome is left (its causes), the place where those ways meet (the
way out) and a witness at both stages.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from analyzer.lifecycle.automaton import TooMany
from analyzer.lifecycle.backwards import callers_of, spread
from analyzer.lifecycle.constant import Possible
from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.groups import ends_of, unchanged
from analyzer.lifecycle.lockstep import Joined, Lockstep, Pairing, Side, Sign
from analyzer.lifecycle.places import Places, Values
from analyzer.lifecycle.runs import Emission, Record
from analyzer.lifecycle.sequences import OTHER, letter
from analyzer.lifecycle.stages import Stage
from analyzer.lifecycle.tasks import is_interference
from analyzer.model.group import Group, Pairs
from analyzer.model.letters import Sequence
from analyzer.model.profile import Profile
from analyzer.model.report import Change, ChangeKind
from analyzer.model.snapshot import Evidence
from analyzer.model.summary import Call
from analyzer.model.unknown import Location, Unknown
from analyzer.model.witness import Cause, Step, StepKind, Witness

Outcome = TypeVar("Outcome")
Key = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...], str]


@dataclass(frozen=True, slots=True)
class Compared:
    """The changes of one patch, what could not be compared, and which groups of runs belong together.

    `pairs` is None where there are too many. `reading` tells more of pairs of groups that are not the same
    before and after; None if all are.
    """

    changes: tuple[Change, ...]
    unknown: tuple[Unknown, ...]
    dropped: int
    pairs: Pairs | None = frozenset()
    reading: Reading | None = None


def compare(
    before: Stage,
    after: Stage,
    profile: Profile,
    bounds: Bounds,
    progress: Callable[[str], None] = lambda _: None,
) -> Compared:
    """What changed from `before` to `after`."""
    patch = after.snapshot.patch
    if after.same:
        return Compared((), (), 0, _if_told(lambda: unchanged(before, after, bounds)))
    pairing = Pairing((before.machine, before.graph), (after.machine, after.graph), bounds)
    graph = pairing.run(progress)
    reading = Reading(pairing, graph, before, after, profile)
    changes = reading.changes()
    unknown: list[Unknown] = []
    if graph.exceeded:
        unknown.append(Unknown("what changed", f"lockstep ran out: {graph.exceeded}", patch=patch))
    if reading.exceeded:
        unknown.append(Unknown("what changed", f"not all of it is told: {reading.exceeded}", patch=patch))
    if graph.lost:
        why = f"lockstep lost its footing on {graph.lost} ways: one side decides what the other never asks"
        unknown.append(Unknown("what changed", why, patch=patch))
    return Compared(changes, tuple(unknown), graph.dropped, _if_told(reading.pairs), reading)


def _if_told(pairs: Callable[[], Pairs]) -> Pairs | None:
    try:
        return pairs()
    except TooMany:
        return None


def alone(stage: Stage, profile: Profile, bounds: Bounds) -> Reading | None:
    """A stage read as one that changes nothing, to ask what leads to some of its runs; None past a bound."""
    walk = (stage.machine, stage.graph)
    pairing = Pairing(walk, walk, bounds)
    graph = pairing.run()
    return None if graph.exceeded else Reading(pairing, graph, stage, stage, profile)


def project(word: Iterable[Sign]) -> tuple[tuple[str, str], ...]:
    """A word without the contexts of its letters."""
    return tuple((name, function) for name, function, _ in word)


def kind_of(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> ChangeKind:
    """The kind of change between two words, by the events alone, then by where they happen."""
    if before == after:
        return ChangeKind.CONTEXT
    was, now = Counter(name for name, _ in before), Counter(name for name, _ in after)
    if was == now:
        same_order = [name for name, _ in before] == [name for name, _ in after]
        return ChangeKind.MOVED if same_order else ChangeKind.REORDERED
    more, fewer = now - was, was - now
    if fewer and not more:
        return ChangeKind.DEDUPLICATED if all(now[name] for name in fewer) else ChangeKind.LOST
    if more and not fewer:
        return ChangeKind.DUPLICATED if all(was[name] for name in more) else ChangeKind.ADDED
    return ChangeKind.LOST


def touched(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The names of the letters that a change is about."""
    was, now = Counter(name for name, _ in before), Counter(name for name, _ in after)
    names = set((was - now) + (now - was))
    if not names:
        moved = Counter(before) - Counter(after)
        names = {name for name, _ in moved}
    if not names:
        for left, right in zip(before, after, strict=False):
            if left != right:
                names.update((left[0], right[0]))
    if not names:
        names = {name for name, _ in before}
    return tuple(sorted(names))


@dataclass(frozen=True, slots=True)
class _Way:
    """Causes that lead out by the same place, and the arrows that decide."""

    out: Location | None
    words: str
    causes: tuple[Cause, ...]
    deciding: tuple[tuple[int, Joined], ...]


class Reading:
    """Reads changes off one graph of pairs. `exceeded` names the bound past which changes were left out."""

    def __init__(
        self, pairing: Pairing, graph: Lockstep, before: Stage, after: Stage, profile: Profile
    ) -> None:
        self.pairing = pairing
        self.graph = graph
        self.before = before
        self.after = after
        self.profile = profile
        self._modes: Possible | None = None
        self._places: list[Places | None] = [None, None]
        self._ends: dict[int, tuple[Group, Group]] | None = None
        # On the first way found to each pair: how often another thread comes in, and how many choices.
        self._lengths: list[tuple[int, int]] = []
        for node in graph.nodes:
            cut_in, choices = (0, 0)
            if node.parent is not None:
                number, arrow = node.parent
                cut_in, choices = self._lengths[number]
                cut_in += is_interference(graph.nodes[number].arrows[arrow].option)
                choices += 1
            self._lengths.append((cut_in, choices))
        self.exceeded = ""

    def changes(self) -> tuple[Change, ...]:
        """All changes, by kind and word."""
        endings: dict[Key, list[int]] = {}
        keys: dict[int, Key | None] = {}
        for number, node in enumerate(self.graph.nodes):
            first, second = node.sides
            if node.alike:
                keys[number] = None
                continue
            ends = (self.pairing.end(0, first.node), self.pairing.end(1, second.node))
            if ends[0] is None or ends[1] is None:
                continue
            key = self._key(first, second, ends[0].kind != ends[1].kind)
            keys[number] = key
            if key is not None:
                endings.setdefault(key, []).append(number)
        if not endings:
            return ()
        bounds = self.pairing.bounds
        deadline = time.monotonic() + bounds.seconds
        deciding = self._deciding(keys)
        made: list[Change] = []
        for key, numbers in sorted(endings.items(), key=lambda item: (len(item[0][0] + item[0][1]), item[0])):
            for way in self._ways(deciding.get(key, ())):
                if len(made) == bounds.changes:
                    self.exceeded = f"there are more than {bounds.changes} changes"
                elif time.monotonic() > deadline:
                    self.exceeded = f"more than {bounds.seconds:g} seconds"
                else:
                    made.append(self._change(key[2], numbers, way))
            if self.exceeded:
                break
        made.sort(
            key=lambda c: (
                c.kind.value,
                [one.label for one in c.before.letters],
                [one.label for one in c.after.letters],
                str(c.way_out),
            )
        )
        return tuple(made)

    # --- groups of runs ---------------------------------------------------------------------

    def ends(self) -> dict[int, tuple[Group, Group]]:
        """The pairs in which both sides have ended, with the groups of runs that end there."""
        if self._ends is None:
            self._ends = {}
            for number, node in enumerate(self.graph.nodes):
                first, second = node.sides
                if not node.alike and self.pairing.end(0, first.node) and self.pairing.end(1, second.node):
                    self._ends[number] = (
                        Group(first.node, project(first.word)),
                        Group(second.node, project(second.word)),
                    )
        return self._ends

    def pairs(self) -> Pairs:
        """Which groups before and after belong together: some decisions lead to both. Raises `TooMany`."""
        alike = {
            Group(node.sides[1].node, project(node.sides[1].word)) for node in self.graph.nodes if node.alike
        }
        after = self.after.graph
        same = ends_of(after, alike, self.pairing.bounds)
        return frozenset(self.ends().values()).union(
            (Group(after.twins[group.end], group.word), group) for group in same
        )

    def along(self, wanted: Pairs) -> tuple[tuple[Change, Pairs], ...]:
        """What the patch does to runs that go from one group to the other of a pair in `wanted`: one change
        for each way out, told of the run with the shortest path, and which of the pairs it leads to."""
        ends = self.ends()
        keys: dict[int, str | None] = {n: None for n, node in enumerate(self.graph.nodes) if node.alike}
        keys.update({number: "wanted" if pair in wanted else None for number, pair in ends.items()})
        numbers = [number for number, key in keys.items() if key]
        if not numbers:
            return ()
        found = []
        for way in self._ways(self._deciding(keys).get("wanted", ())):
            change = self._change("", numbers, way)
            led_to = self._led_to(way, numbers)
            found.append((change, frozenset(ends[number] for number in led_to)))
        return tuple(found)

    @staticmethod
    def _key(first: Side, second: Side, apart: bool) -> Key | None:
        was, now = project(first.word), project(second.word)
        if was != now:
            return (was, now, "")
        if apart:
            return (was, now, ChangeKind.BLOCKED.value)
        return (was, now, ChangeKind.CONTEXT.value) if first.shifted else None

    def _deciding(self, keys: Mapping[int, Outcome | None]) -> dict[Outcome, list[tuple[int, Joined]]]:
        """For each outcome the arrows after which only this one is left although others were before."""
        bits: dict[Outcome | None, int] = {None: 1}  # no change; what was not followed may be that
        left = [int(node.open) for node in self.graph.nodes]
        for number, key in keys.items():
            left[number] |= bits.setdefault(key, 1 << len(bits))
        spread(left, callers_of([arrow.target for arrow in node.arrows] for node in self.graph.nodes))
        keyed = {bit: key for key, bit in bits.items()}
        found: dict[Outcome, list[tuple[int, Joined]]] = {}
        for number, node in enumerate(self.graph.nodes):
            for arrow in node.arrows:
                if left[arrow.target] != left[number]:
                    key = keyed.get(left[arrow.target])
                    if key is not None:
                        found.setdefault(key, []).append((number, arrow))
        return found

    def _led_to(self, way: _Way, numbers: list[int]) -> list[int]:
        """Those of the ends that a way leads to; all if nothing decides it."""
        if not way.deciding:
            return numbers
        return sorted(self._reachable({arrow.target for _, arrow in way.deciding}) & set(numbers))

    def _change(self, kind: str, numbers: list[int], way: _Way) -> Change:
        if way.deciding:
            first = min(way.deciding, key=lambda step: self._lengths[step[0]])
            path = [*self._path(first[0]), first, *self._to_end(first[1].target, set(numbers))]
        else:
            path = self._path(min(numbers, key=self._lengths.__getitem__))
        numbers = self._led_to(way, numbers)
        end = path[-1][1].target if path else numbers[0]
        was, now = (project(side.word) for side in self.graph.nodes[end].sides)
        steps, words = self._replay(path)
        scenarios = sorted({s for number in numbers for s in self._scenarios(number)})
        return Change(
            self.after.snapshot.patch,
            ChangeKind(kind) if kind else kind_of(was, now),
            touched(was, now),
            tuple(scenarios),
            self._sequence(words[0], 0, end),
            self._sequence(words[1], 1, end),
            way.causes,
            way.out,
            way.words,
            Witness(self.before.snapshot.patch, tuple(steps[0])),
            Witness(self.after.snapshot.patch, tuple(steps[1])),
            self._modes_of(numbers, way),
            values=(self._values(0, touched(was, now), numbers), self._values(1, touched(was, now), numbers)),
        )

    def _values(self, side: int, names: tuple[str, ...], numbers: list[int]) -> Values:
        """What the tracked variables may be at the letters of these names, on the ways to these pairs."""
        places = self._places[side]
        if places is None:
            places = self._places[side] = Places((self.before, self.after)[side].graph)
        ends = frozenset(self.graph.nodes[number].sides[side].node for number in numbers)
        found = places.values(ends)
        return {label: values for label, values in found.items() if label[0] in names}

    def _modes_of(self, numbers: list[int], way: _Way) -> tuple[str, ...]:
        """The modes that the runs of a way to these pairs may have; () if that leaves all of them."""
        if not self.profile.mode:
            return ()
        if self._modes is None:
            self._modes = Possible(self.pairing, self.graph, self.profile, self.profile.mode)
        found = self._modes.at(numbers, way.deciding)
        return () if found == self._modes.values else found

    def _sequence(self, word: list[Emission], side: int, number: int) -> Sequence:
        end = self.pairing.end(side, self.graph.nodes[number].sides[side].node)
        letters = tuple(letter(emission, self.profile) for emission in word)
        return Sequence(letters, 0, end is not None and end.kind == "blocked")

    def _scenarios(self, number: int) -> set[str]:
        found: set[str] = set()
        for node in self.pairing.nodes_of(self.graph.nodes[number]):
            assert node.end is not None
            claimed = {
                scenario.id
                for index, scenario in enumerate(self.profile.scenarios)
                if self.before.machine.selections.picks(index, node.facts, node.tracked, node.end.kind)
            }
            found |= claimed or {OTHER}
        return found

    # --- paths ------------------------------------------------------------------------------

    def _path(self, number: int) -> list[tuple[int, Joined]]:
        """The first way found to a pair: pairs with the arrow taken from each."""
        path: list[tuple[int, Joined]] = []
        parent = self.graph.nodes[number].parent
        while parent is not None:
            node, arrow = parent
            path.append((node, self.graph.nodes[node].arrows[arrow]))
            parent = self.graph.nodes[node].parent
        path.reverse()
        return path

    def _replay(self, path: list[tuple[int, Joined]]) -> tuple[list[list[Step]], list[list[Emission]]]:
        """The steps and the letters of both sides along a path."""
        steps: tuple[list[Step], list[Step]] = ([], [])
        words: tuple[list[Emission], list[Emission]] = ([], [])

        def recorder(side: int) -> Record:
            def record(kind: StepKind, where: Location, function: str, text: str, evidence: Evidence) -> None:
                steps[side].append(Step(kind, where, function, text, evidence))

            return record

        records = (recorder(0), recorder(1))
        self.pairing.begin(records, words, path[0][0] if path else 0)
        for number, arrow in path:
            self.pairing.follow(self.graph.nodes[number], arrow, records, words)
        return [list(steps[0]), list(steps[1])], [
            [e for e in words[0] if not e.mark],
            [e for e in words[1] if not e.mark],
        ]

    # --- causes -----------------------------------------------------------------------------

    def _ways(self, deciding: Iterable[tuple[int, Joined]]) -> list[_Way]:
        """Decisions that settle an outcome, put together by the place where the ways on from them meet."""
        groups: dict[tuple[str, int, str], tuple[dict[Cause, None], list[tuple[int, Joined]]]] = {}
        known: dict[tuple[str, int, str, str], tuple[str, int, str]] = {}
        for number, arrow in deciding:
            cause = self._cause(number, arrow)
            place = (cause.where.path, cause.where.line, cause.text, cause.function)
            meet = known.get(place)
            if meet is None:
                meet = known[place] = self._meeting(number, arrow, cause)
            causes, settling = groups.setdefault(meet, ({}, []))
            causes[cause] = None
            settling.append((number, arrow))
        ways = []
        for (path, line, words), (causes, settling) in sorted(groups.items()):
            ordered = sorted(causes, key=lambda c: (c.where.path, c.where.line, c.text))
            out = Location(path, line) if path else None
            ways.append(_Way(out, words, tuple(ordered), tuple(settling)))
        return ways or [_Way(None, "", (), ())]

    def _cause(self, number: int, arrow: Joined) -> Cause:
        """What decides at an arrow. What a predicate decides inside is told where it is called."""
        choice = arrow.choice
        stage = (self.before, self.after)[arrow.side]
        patch = stage.snapshot.patch
        if choice.token is None:
            return Cause(arrow.option.words, choice.where, choice.function, patch)
        text = f"{choice.text}: {arrow.option.words}"
        state = self.pairing.nodes_of(self.graph.nodes[number])[arrow.side].state
        program = stage.machine.program
        frames = state.tasks[state.current].frames
        depth = len(frames) - 1
        while depth > 0 and program.only_computes(frames[depth].function):
            depth -= 1
        frame = frames[depth]
        code = program.code(frame.function)
        instructions = code.blocks[frame.block].instructions
        if depth == len(frames) - 1 or not 0 < frame.position <= len(instructions):
            return Cause(text, choice.where, choice.function, patch)
        call = instructions[frame.position - 1]
        if not isinstance(call, Call):
            return Cause(text, choice.where, choice.function, patch)
        where = program.place(code.path, call.span.line)[1]
        return Cause(f"{call.text}, where {text}", where, frame.function, patch)

    def _meeting(self, number: int, arrow: Joined, cause: Cause) -> tuple[str, int, str]:
        """The first label passed after a decision in its own function, else the function itself."""
        if arrow.choice.token is None:
            return ("", 0, "the order of tasks")
        found: tuple[list[tuple[str, int, str]], list[tuple[str, int, str]]] = ([], [])

        def recorder(labels: list[tuple[str, int, str]]) -> Record:
            def record(kind: StepKind, where: Location, function: str, text: str, evidence: Evidence) -> None:
                if kind is StepKind.ENTER and text.endswith(":") and function == cause.function:
                    labels.append((where.path, where.line, f"{text} in {function}()"))

            return record

        self.pairing.follow(
            self.graph.nodes[number], arrow, (recorder(found[0]), recorder(found[1])), ([], [])
        )
        # Where causes stand is told of the stage before, as long as they are there.
        labels = found[0] or found[1]
        return labels[0] if labels else (cause.where.path, 0, f"{cause.function}()")

    def _reachable(self, numbers: set[int]) -> set[int]:
        seen = set(numbers)
        work = list(numbers)
        while work:
            for arrow in self.graph.nodes[work.pop()].arrows:
                if arrow.target not in seen:
                    seen.add(arrow.target)
                    work.append(arrow.target)
        return seen

    def _to_end(self, number: int, wanted: set[int]) -> list[tuple[int, Joined]]:
        """The shortest way from a pair to one of `wanted`."""
        came: dict[int, tuple[int, Joined] | None] = {number: None}
        work = deque([number])
        while work:
            here = work.popleft()
            if here in wanted:
                path: list[tuple[int, Joined]] = []
                step = came[here]
                while step is not None:
                    path.append(step)
                    step = came[step[0]]
                path.reverse()
                return path
            for arrow in self.graph.nodes[here].arrows:
                if arrow.target not in came:
                    came[arrow.target] = (here, arrow)
                    work.append(arrow.target)
        return []
