"""Two stages run together on the same decisions: what a patch changed, run by run.

Both stages start in the same state. A decision that one of them takes on an unknown value is taken over
by the other as soon as it meets the value of the same origin (`sites`); likewise for the order of tasks.
Where both have ended, the letters they emitted are compared. A pair in which a choice of the order of
tasks could not be taken over is dropped and counted: it compares two different schedules. What both stages
can do at all is compared apart from this, by the sets of their sequences.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from analyzer.lifecycle.explore import Bounds
from analyzer.lifecycle.machine import Machine
from analyzer.lifecycle.runs import Choice, Emission, End, Option, Record
from analyzer.lifecycle.state import Live, State, thaw
from analyzer.lifecycle.values import Origin, Token, Value
from analyzer.model.report import Context, StepKind
from analyzer.model.snapshot import Evidence

Sign: TypeAlias = tuple[str, str, Context | None]
Turn: TypeAlias = tuple[Origin, int]


@dataclass(frozen=True, slots=True)
class Side:
    """One stage's part of a pair: its state, what it has yet to learn, what it emitted, how it ended."""

    state: State
    counts: tuple[tuple[Origin, int], ...]
    known: tuple[tuple[Token, Value], ...]
    turns: tuple[tuple[Turn, str], ...]
    word: tuple[Sign, ...]  # contexts are kept only where the other side has not emitted yet
    end: End | None
    shifted: bool  # a letter that both sides emitted stood in different contexts


@dataclass(slots=True)
class Joined:
    """An arrow between pairs: which side chose what, and where it led."""

    side: int
    choice: Choice
    option: Option
    target: int


@dataclass(slots=True)
class PairNode:
    sides: tuple[Side, Side]
    arrows: list[Joined] = field(default_factory=list)
    parent: tuple[int, int] | None = None  # node and arrow that first led here


@dataclass(slots=True)
class Lockstep:
    """The graph of pairs. `dropped` counts pairs whose schedules differ; `exceeded` names a bound hit."""

    nodes: list[PairNode]
    dropped: int = 0
    lost: int = 0
    exceeded: str = ""


@dataclass(slots=True)
class Half:
    """A side being executed."""

    machine: Machine
    live: Live
    turns: dict[Turn, str]
    word: list[Sign]
    end: End | None
    shifted: bool = False
    said: list[Emission] | None = None  # where a replay collects the letters


class _Apart(Exception):
    """The schedules of the two sides cannot be matched."""


class _Lost(Exception):
    """One side piled up decisions that the other never meets."""


MOST_PENDING = 48


class Pairing:
    """Builds and replays the graph of pairs of two machines."""

    def __init__(self, before: Machine, after: Machine, bounds: Bounds) -> None:
        self.machines = (before, after)
        self.bounds = bounds
        self._roots: dict[int, int] = {}
        self._shared = set(before.program.sites.values()) & set(after.program.sites.values())

    def shared(self, origin: Origin) -> bool:
        """Whether both stages have the place an unknown value or a switch point comes from."""
        if origin[0] in ("tracked", "idle", "entry"):
            return True
        if origin[0] == "minus":
            return self.shared(origin[1:])
        return len(origin) > 1 and origin[1] in self._shared

    # --- building ---------------------------------------------------------------------------

    def run(self, progress: Callable[[str], None] = lambda _: None) -> Lockstep:
        """All pairs from all entries that both stages have."""
        result = Lockstep([])
        numbers: dict[tuple[Side, Side], int] = {}
        waiting: deque[int] = deque()
        deadline = time.monotonic() + self.bounds.seconds

        def add(halves: tuple[Half, Half], parent: tuple[int, int] | None) -> int:
            sides = self._freeze(halves)
            number = numbers.get(sides)
            if number is None:
                number = numbers[sides] = len(result.nodes)
                result.nodes.append(PairNode(sides, parent=parent))
                waiting.append(number)
            return number

        for entry in range(len(self.machines[0].profile.entries)):
            halves = self._start(entry)
            if halves is None:
                continue
            try:
                for half in halves:
                    self._advance(half, None)
                self._roots[add(halves, None)] = entry
            except _Apart:
                result.dropped += 1
        while waiting:
            if len(result.nodes) > self.bounds.states:
                result.exceeded = f"more than {self.bounds.states} pairs of states"
                break
            if time.monotonic() > deadline:
                result.exceeded = f"more than {self.bounds.seconds:g} seconds"
                break
            number = waiting.popleft()
            node = result.nodes[number]
            if node.sides[0].end is not None and node.sides[1].end is not None:
                continue
            side, choice = self._chooser(node)
            for option in choice.options:
                try:
                    taken = self._take(node, side, choice, option, (None, None))
                except _Apart:
                    result.dropped += 1
                    continue
                except _Lost:
                    result.lost += 1
                    continue
                if taken is None:
                    continue
                target = add(taken, (number, len(node.arrows)))
                node.arrows.append(Joined(side, choice, option, target))
            if number % 2000 == 1999:
                progress(f"{len(result.nodes)} pairs of states")
        return result

    def _start(self, entry: int) -> tuple[Half, Half] | None:
        lives = (self.machines[0].start(entry), self.machines[1].start(entry))
        if lives[0] is None or lives[1] is None:
            return None
        return (
            Half(self.machines[0], lives[0], {}, [], None),
            Half(self.machines[1], lives[1], {}, [], None),
        )

    # --- replaying --------------------------------------------------------------------------

    def begin(
        self,
        records: tuple[Record | None, Record | None],
        words: tuple[list[Emission], list[Emission]],
        root: int,
    ) -> None:
        """Record what both sides do before the first choice."""
        halves = self._start(self._roots.get(root, 0))
        assert halves is not None
        for half, record, word in zip(halves, records, words, strict=True):
            half.said = word
            self._advance(half, record)

    def follow(
        self,
        node: PairNode,
        arrow: Joined,
        records: tuple[Record | None, Record | None],
        words: tuple[list[Emission], list[Emission]],
    ) -> None:
        """Record what both sides do along one arrow."""
        record = records[arrow.side]
        if record is not None and arrow.choice.token is None and arrow.option.action != "stay":
            choice = arrow.choice
            record(StepKind.TASK, choice.where, choice.function, arrow.option.words, Evidence.BUILT_IN)
        self._take(node, arrow.side, arrow.choice, arrow.option, records, words)

    def _chooser(self, node: PairNode) -> tuple[int, Choice]:
        """Whose turn it is: the side that has something of the other's to catch up with."""
        first, second = node.sides
        if first.end is not None:
            side = 1
        elif second.end is not None:
            side = 0
        elif second.known or second.turns:
            side = 1
        else:
            side = 0
        half = self._thaw(node, side)
        halt = half.machine.advance(half.live, [])
        assert isinstance(halt, Choice)
        return side, halt

    def _take(
        self,
        node: PairNode,
        side: int,
        choice: Choice,
        option: Option,
        records: tuple[Record | None, Record | None],
        words: tuple[list[Emission], list[Emission]] | None = None,
    ) -> tuple[Half, Half] | None:
        """Let `side` go the way of `option` and both go on; None when the combination cannot be."""
        halves = (self._thaw(node, 0), self._thaw(node, 1))
        if words is not None:
            halves[0].said, halves[1].said = words
        mine, other = halves[side], halves[1 - side]
        mine.machine.choose(mine.live, choice, option)
        if mine.machine.exclusions.holds(mine.live.tracked):
            return None
        if self.shared(choice.origin) and other.end is None:
            if choice.token is not None:
                assert option.known is not None
                self._tell(other, choice.token, option.known)
            elif choice.occurrence >= other.live.counts.get(choice.origin, 0):
                other.turns[choice.origin, choice.occurrence] = option.action
        if len(other.live.known) + len(other.turns) > MOST_PENDING:
            raise _Lost
        self._advance(mine, records[side])
        self._advance(other, records[1 - side])
        return halves

    def _tell(self, other: Half, token: Token, known: Value) -> None:
        if token in other.live.tokens():
            other.live.learn(token, known)
        elif token.occurrence >= other.live.counts.get(token.origin, 0):
            other.live.known[token] = known

    def _advance(self, half: Half, record: Record | None) -> None:
        """Go on to the next choice that is this side's to take."""
        while half.end is None:
            emitted: list[Emission] = []
            halt = half.machine.advance(half.live, emitted, record)
            if half.said is not None:
                half.said.extend(emitted)
            for emission in emitted:
                self._say(half.word, emission)
            if len(half.word) > self.bounds.letters:
                raise _Lost
            if isinstance(halt, End):
                half.end = halt
                break
            if halt.token is not None:
                break
            wanted = half.turns.pop((halt.origin, halt.occurrence), None)
            if wanted is None:
                stay = next((o for o in halt.options if o.action == "stay"), None)
                if stay is not None and not self.shared(halt.origin):
                    half.machine.choose(half.live, halt, stay)
                    continue
                break
            option = next((o for o in halt.options if o.action == wanted), None)
            if option is None:
                raise _Apart
            if record is not None and option.action != "stay":
                record(StepKind.TASK, halt.where, halt.function, option.words, Evidence.BUILT_IN)
            half.machine.choose(half.live, halt, option)
        for (origin, occurrence), action in list(half.turns.items()):
            passed = occurrence < half.live.counts.get(origin, 0)
            if passed or half.end is not None:
                del half.turns[origin, occurrence]
                if action != "stay":
                    raise _Apart
        if half.end is not None:
            half.live.known.clear()

    @staticmethod
    def _say(word: list[Sign], emission: Emission) -> None:
        """Append a letter; from the third time in a row on a letter that repeats adds nothing."""
        if emission.mark:
            return
        label = emission.label
        if len(word) > 1 and word[-1][:2] == label and word[-2][:2] == label:
            return
        word.append((*label, emission.context))

    # --- freezing ---------------------------------------------------------------------------

    def _freeze(self, halves: tuple[Half, Half]) -> tuple[Side, Side]:
        for half in halves:
            half.machine.forget(half.live)
        self._renumber(halves)
        shifted = self._match_contexts(halves)
        return (self._side(halves[0], shifted), self._side(halves[1], shifted))

    @staticmethod
    def _match_contexts(halves: tuple[Half, Half]) -> bool:
        """Compare the contexts of the letters that both sides have, and drop them."""
        first, second = halves
        shifted = first.shifted or second.shifted
        for number, (left, right) in enumerate(zip(first.word, second.word, strict=False)):
            if left[2] is not None and right[2] is not None:
                shifted = shifted or left[2] != right[2]
                first.word[number] = (left[0], left[1], None)
                second.word[number] = (right[0], right[1], None)
        return shifted

    def _side(self, half: Half, shifted: bool) -> Side:
        return Side(
            half.live.freeze(),
            tuple(sorted(half.live.counts.items())),
            tuple(sorted(half.live.known.items(), key=lambda item: item[0])),
            tuple(sorted(half.turns.items())),
            tuple(half.word),
            half.end,
            shifted,
        )

    def _thaw(self, node: PairNode, side: int) -> Half:
        frozen = node.sides[side]
        live = thaw(frozen.state, dict(frozen.counts))
        live.known = dict(frozen.known)
        return Half(
            self.machines[side], live, dict(frozen.turns), list(frozen.word), frozen.end, frozen.shifted
        )

    def _renumber(self, halves: tuple[Half, Half]) -> None:
        """Count occurrences from the oldest that either side still knows, so that loops close."""
        living = [half.live.tokens() | set(half.live.known) for half in halves]
        turns = [set(half.turns) for half in halves]
        origins: set[Origin] = set()
        for half in halves:
            origins.update(half.live.counts)
        settled = self._settled(living, turns)
        for half in halves:
            # How often a place was passed without consequence says nothing of what comes next.
            half.live.counts = {o: n for o, n in half.live.counts.items() if not settled(o)}
        for number, half in enumerate(halves):
            names: dict[Token, Token] = {}
            counts: dict[Origin, int] = {}
            renamed_turns: dict[Turn, str] = {}
            for origin in origins:
                base = self._oldest(halves, living, turns, origin, number)
                count = half.live.counts.get(origin, 0)
                if count - base > 0:
                    counts[origin] = count - base
                if base:
                    for token in living[number]:
                        if token.origin == origin:
                            names[token] = Token(origin, token.occurrence - base)
                for (turn, occurrence), action in half.turns.items():
                    if turn == origin:
                        renamed_turns[turn, occurrence - base] = action
            for (turn, occurrence), action in half.turns.items():
                if turn not in origins:
                    renamed_turns[turn, occurrence] = action
            if names:
                half.live.rename(names)
                half.live.known = {names.get(t, t): v for t, v in half.live.known.items()}
            half.live.counts = counts
            half.turns = renamed_turns

    def _oldest(
        self,
        halves: tuple[Half, Half],
        living: list[set[Token]],
        turns: list[set[Turn]],
        origin: Origin,
        number: int,
    ) -> int:
        """The lowest occurrence of `origin` that matters to a side, or to either when it is shared."""
        together = self.shared(origin)
        lowest: list[int] = []
        for other in range(2):
            if other != number and (not together or halves[other].end is not None):
                continue
            if halves[other].end is None or not together:
                lowest.append(halves[other].live.counts.get(origin, 0))
            lowest.extend(token.occurrence for token in living[other] if token.origin == origin)
            lowest.extend(occurrence for turn, occurrence in turns[other] if turn == origin)
        return min(lowest, default=halves[number].live.counts.get(origin, 0))

    @staticmethod
    def _settled(living: list[set[Token]], turns: list[set[Turn]]) -> Callable[[Origin], bool]:
        """Tells of an origin whether neither side still knows or expects anything of it."""
        open_ones = {token.origin for side in living for token in side}
        open_ones |= {origin for side in turns for origin, _ in side}
        return lambda origin: origin not in open_ones
