"""Two stages run together on the same decisions: what a patch changed, run by run.

Both stages start in the same state, and each goes through the graph of its own runs. A decision that one of
them takes on an unknown value narrows what the other may take as soon as it meets the value of the same
origin (`sites`); likewise for the order of tasks. Where both have ended, the letters they emitted are
compared. A pair in which a choice of the order of tasks could not be taken over is dropped and counted: it
compares two different schedules. What both stages can do at all is compared apart from this, by the sets of
their sequences.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from analyzer.lifecycle.explore import Bounds, Edge, Graph, Node
from analyzer.lifecycle.machine import Machine
from analyzer.lifecycle.prospect import Prospect, all_decided, decided_at
from analyzer.lifecycle.runs import Choice, Emission, End, Option, Record, deciding
from analyzer.lifecycle.state import thaw
from analyzer.lifecycle.values import Origin, Token, Value, both
from analyzer.model.letters import Context
from analyzer.model.snapshot import Evidence
from analyzer.model.witness import StepKind

Sign: TypeAlias = tuple[str, str, Context | None]
Turn: TypeAlias = tuple[Origin, int]


class Side(NamedTuple):
    """One stage's part of a pair: its node, what it has yet to learn, and what it emitted.

    `numbers` gives each token of the node, in order, its occurrence as both sides count it; `counts` how
    many of each origin there were.
    """

    node: int
    numbers: tuple[int, ...]
    counts: tuple[tuple[Origin, int], ...]
    known: tuple[tuple[Token, Value], ...]
    turns: tuple[tuple[Turn, str], ...]
    word: tuple[Sign, ...]  # contexts are kept only where the other side has not emitted yet
    shifted: bool  # a letter that both sides emitted stood in different contexts


@dataclass(slots=True)
class Joined:
    """An arrow between pairs: which side chose what, and where it led."""

    side: int
    choice: Choice
    edge: Edge
    target: int

    @property
    def option(self) -> Option:
        return self.edge.option


@dataclass(slots=True)
class PairNode:
    sides: tuple[Side, Side]
    arrows: list[Joined] = field(default_factory=list)
    parent: tuple[int, int] | None = None  # node and arrow that first led here
    alike: bool = False  # from here on both sides do the same, as they did so far: it is not gone on
    open: bool = False  # not every way on from here was followed


@dataclass(slots=True)
class Lockstep:
    """The graph of pairs. `dropped` counts pairs whose schedules differ; `exceeded` names a bound hit."""

    nodes: list[PairNode]
    dropped: int = 0
    lost: int = 0
    exceeded: str = ""


@dataclass(slots=True)
class Half:
    """A side on its way. Tokens here are named as both sides count them."""

    number: int  # 0 before, 1 after
    node: int
    tokens: dict[Token, Token]  # those of the node
    counts: dict[Origin, int]
    known: dict[Token, Value]
    turns: dict[Turn, str]
    word: list[Sign]
    shifted: bool = False
    said: list[Emission] | None = None  # where a replay collects the letters
    record: Record | None = None


class _Apart(Exception):
    """The schedules of the two sides cannot be matched."""


class _Lost(Exception):
    """One side piled up decisions that the other never meets."""


class _Impossible(Exception):
    """What the two sides know excludes every way on."""


MOST_PENDING = 48
FARTHEST = 2  # occurrences in a row without consequence by which one side is ahead; more count as these
MOST_SILENT = 2_000  # edges that one side may follow without a decision of its own


class Walk:
    """The graph of one stage, and what a walk through it asks again and again."""

    def __init__(self, machine: Machine, graph: Graph) -> None:
        self.machine = machine
        self.graph = graph
        self.nodes = graph.nodes
        self._born: dict[int, dict[Origin, int]] = {}

    def born(self, node: int) -> dict[Origin, int]:
        """How many tokens of each origin a node's state holds."""
        found = self._born.get(node)
        if found is None:
            found = self._born[node] = {}
            for token in self.nodes[node].living:
                found[token.origin] = found.get(token.origin, 0) + 1
        return found


class Pairing:
    """Builds and replays the graph of pairs of two stages."""

    def __init__(self, before: tuple[Machine, Graph], after: tuple[Machine, Graph], bounds: Bounds) -> None:
        self.walks = (Walk(*before), Walk(*after))
        self.bounds = bounds
        self._roots: dict[int, int] = {}
        shared = all_decided(before[1].nodes) & all_decided(after[1].nodes)
        self._bits = {origin: 1 << place for place, origin in enumerate(sorted(shared))}
        self._prospects = tuple(Prospect(walk.nodes, self._bits) for walk in self.walks)

    def meets(self, half: Half, origin: Origin) -> bool:
        """Whether a side may still decide on values of an origin on which both stages decide somewhere."""
        return bool(self._prospects[half.number].decided[half.node] & self._bits.get(origin, 0))

    def awaits(self, half: Half, token: Token) -> bool:
        """Whether a side may still decide on just this value: it lives, or is still to come."""
        if not self.meets(half, token.origin):
            return False
        coming = self._prospects[half.number].coming[half.node] & self._bits[token.origin]
        later = coming and token.occurrence >= half.counts.get(token.origin, 0)
        return bool(later) or token in half.tokens.values()

    def end(self, side: int, node: int) -> End | None:
        """How a side's runs end in a node; None when they go on."""
        found = self.walks[side].nodes[node]
        return None if found.choice is not None else found.end

    def nodes_of(self, pair: PairNode) -> tuple[Node, Node]:
        """The nodes of both sides of a pair."""
        return (self.walks[0].nodes[pair.sides[0].node], self.walks[1].nodes[pair.sides[1].node])

    # --- building ---------------------------------------------------------------------------

    def run(self, progress: Callable[[str], None] = lambda _: None) -> Lockstep:
        """All pairs from all entries that both stages have."""
        result = Lockstep([])
        result.exceeded = self.walks[0].graph.exceeded or self.walks[1].graph.exceeded
        known: dict[Side, tuple[int, Side]] = {}  # few sides make many pairs
        numbers: dict[tuple[int, int], int] = {}
        waiting: deque[int] = deque()
        deadline = time.monotonic() + self.bounds.seconds

        def add(halves: tuple[Half, Half], parent: tuple[int, int] | None) -> int:
            (one, first), (two, second) = (known.setdefault(s, (len(known), s)) for s in self._freeze(halves))
            number = numbers.get((one, two))
            if number is None:
                number = numbers[one, two] = len(result.nodes)
                result.nodes.append(PairNode((first, second), parent=parent))
                waiting.append(number)
            return number

        for entry in sorted(self.walks[0].graph.roots.keys() & self.walks[1].graph.roots.keys()):
            try:
                self._roots[add(self._start(entry), None)] = entry
            except _Apart:
                result.dropped += 1
            except _Lost:
                result.lost += 1
        while waiting:
            if len(result.nodes) > self.bounds.states:
                result.exceeded = f"more than {self.bounds.states} pairs of states"
                break
            if time.monotonic() > deadline:
                result.exceeded = f"more than {self.bounds.seconds:g} seconds"
                break
            number = waiting.popleft()
            pair = result.nodes[number]
            pair.alike = self._alike(pair)
            side = self._chooser(pair)
            if side is None or pair.alike:
                continue
            here = self.walks[side].nodes[pair.sides[side].node]
            assert here.choice is not None
            for edge in here.edges:
                try:
                    taken = self._take(pair, side, edge)
                except _Impossible:
                    continue
                except _Apart:
                    result.dropped += 1
                    continue
                except _Lost:
                    result.lost += 1
                    pair.open = True
                    continue
                target = add(taken, (number, len(pair.arrows)))
                pair.arrows.append(Joined(side, here.choice, edge, target))
            if number % 2000 == 1999:
                progress(f"{len(result.nodes)} pairs of states")
        for number in waiting:
            result.nodes[number].open = True
        return result

    def _start(
        self,
        entry: int,
        records: tuple[Record | None, Record | None] = (None, None),
        words: tuple[list[Emission], list[Emission]] | None = None,
    ) -> tuple[Half, Half]:
        halves = (Half(0, -1, {}, {}, {}, {}, []), Half(1, -1, {}, {}, {}, {}, []))
        for half in halves:
            if words is not None:
                half.said, half.record = words[half.number], records[half.number]
        for half in halves:
            walk = self.walks[half.number]
            edge = walk.graph.roots[entry]
            if half.record is not None:
                live = walk.machine.start(entry)
                assert live is not None
                walk.machine.advance(live, [], half.record)
            self._arrive(half, edge)
            self._advance(half)
        return halves

    # --- replaying --------------------------------------------------------------------------

    def begin(
        self,
        records: tuple[Record | None, Record | None],
        words: tuple[list[Emission], list[Emission]],
        root: int,
    ) -> None:
        """Record what both sides do before the first choice."""
        self._start(self._roots.get(root, 0), records, words)

    def follow(
        self,
        pair: PairNode,
        arrow: Joined,
        records: tuple[Record | None, Record | None],
        words: tuple[list[Emission], list[Emission]],
    ) -> None:
        """Record what both sides do along one arrow."""
        self._take(pair, arrow.side, arrow.edge, records, words)

    # --- one step ---------------------------------------------------------------------------

    def _alike(self, pair: PairNode) -> bool:
        """Whether both sides stand at the same, with nothing behind them and nothing before them that tells
        them apart."""
        first, second = pair.sides
        after = self.walks[1].graph
        if after.twins.get(second.node) != first.node or second.node in after.unlike:
            return False
        if first.known or second.known or first.turns or second.turns:
            return False
        # The contexts of letters that both sides have are dropped when they are compared.
        same = first.word == second.word and not first.shifted
        return same and first.numbers == second.numbers and first.counts == second.counts

    def _chooser(self, pair: PairNode) -> int | None:
        """Whose turn it is: the side that has something of the other's to catch up with."""
        first, second = self.nodes_of(pair)
        if first.choice is None:
            return None if second.choice is None else 1
        if second.choice is None:
            return 0
        # What the other does not meet any more need not be remembered for it.
        for side, choice in enumerate((first.choice, second.choice)):
            other = self._prospects[1 - side].decided[pair.sides[1 - side].node]
            if not other & self._bits.get(decided_at(choice), 0):
                return side
        return 1 if pair.sides[1].known or pair.sides[1].turns else 0

    def _take(
        self,
        pair: PairNode,
        side: int,
        edge: Edge,
        records: tuple[Record | None, Record | None] = (None, None),
        words: tuple[list[Emission], list[Emission]] | None = None,
    ) -> tuple[Half, Half]:
        """Let `side` go along `edge`, and both go on."""
        halves = (self._thaw(pair, 0), self._thaw(pair, 1))
        if words is not None:
            for half in halves:
                half.said, half.record = words[half.number], records[half.number]
        mine, other = halves[side], halves[1 - side]
        choice = self.walks[side].nodes[mine.node].choice
        assert choice is not None
        if choice.token is not None:
            token = mine.tokens[choice.token]
            assert edge.option.known is not None
            if not self._learns(mine, token, edge.option.known):
                raise _Impossible
            if self.awaits(other, token):
                self._tell(other, token, edge.option.known)
        elif self.meets(other, choice.origin):
            turn = (choice.origin, mine.counts.get(choice.origin, 0) + choice.occurrence)
            if turn[1] >= other.counts.get(choice.origin, 0):
                other.turns[turn] = edge.option.action
        else:
            # The other does not come here any more: what it did not do here, nobody does.
            offered = {one.option.action for one in self.walks[side].nodes[mine.node].edges}
            if "stay" in offered and edge.option.action != "stay":
                raise _Apart
        if len(other.known) + len(other.turns) > MOST_PENDING:
            raise _Lost
        self._follow(mine, edge)
        self._advance(mine)
        self._advance(other)
        return halves

    @staticmethod
    def _learns(half: Half, token: Token, known: Value) -> bool:
        """Take note that this side decided `known` of a token; False when it knew otherwise already."""
        told = half.known.get(token)
        if told is not None:
            together = both(told, known)
            if together is None:
                return False
            if together == known:
                del half.known[token]
            else:
                half.known[token] = together
        return True

    @staticmethod
    def _tell(other: Half, token: Token, known: Value) -> None:
        told = other.known.get(token)
        together = known if told is None else both(told, known)
        if together is None:
            raise _Impossible
        other.known[token] = together

    def _advance(self, half: Half) -> None:
        """Go on to the next choice that is this side's to take."""
        for _ in range(MOST_SILENT):
            node = self.walks[half.number].nodes[half.node]
            choice = node.choice
            if choice is None:
                break
            if choice.token is not None:
                edge = self._settled(half, node, half.tokens[choice.token])
            else:
                edge = self._scheduled(half, node, choice)
            if edge is None:
                break
            if choice.token is not None:
                assert edge.option.known is not None
                self._learns(half, half.tokens[choice.token], edge.option.known)
            self._follow(half, edge)
        else:
            raise _Lost
        for (origin, occurrence), action in list(half.turns.items()):
            if occurrence < half.counts.get(origin, 0) or not self.meets(half, origin):
                del half.turns[origin, occurrence]
                if action != "stay":
                    raise _Apart

    @staticmethod
    def _settled(half: Half, node: Node, token: Token) -> Edge | None:
        """The one way on that what the other side decided leaves; None when there are several."""
        told = half.known.get(token)
        if told is None:
            return None
        left = [
            e for e in node.edges if e.option.known is not None and both(told, e.option.known) is not None
        ]
        if not left:
            raise _Impossible
        return left[0] if len(left) == 1 else None

    def _scheduled(self, half: Half, node: Node, choice: Choice) -> Edge | None:
        """The way on that the other side's order of tasks prescribes; None when it prescribes none."""
        wanted = half.turns.pop((choice.origin, half.counts.get(choice.origin, 0) + choice.occurrence), None)
        if wanted is None:
            if choice.origin in self._bits:
                return None
            # A place that only this side has: nobody cuts in there.
            return next((e for e in node.edges if e.option.action == "stay"), None)
        found = next((e for e in node.edges if e.option.action == wanted), None)
        if found is None:
            raise _Apart
        return found

    def _follow(self, half: Half, edge: Edge) -> None:
        """Go along an edge."""
        walk = self.walks[half.number]
        if half.record is not None:
            node = walk.nodes[half.node]
            choice = node.choice
            assert choice is not None
            if choice.token is None and edge.option.action != "stay":
                half.record(
                    StepKind.TASK, choice.where, choice.function, edge.option.words, Evidence.BUILT_IN
                )
            live = thaw(node.state, node.living)
            walk.machine.choose(live, choice, edge.option)
            record = half.record if choice.token is None else deciding(half.record, choice)
            walk.machine.advance(live, [], record)
        self._arrive(half, edge)

    def _arrive(self, half: Half, edge: Edge) -> None:
        """Take over what an edge emits, and name the tokens of its target as both sides count them."""
        walk = self.walks[half.number]
        if half.said is not None:
            half.said.extend(edge.emitted)
        for emission in edge.emitted:
            self._say(half.word, emission)
        if len(half.word) > self.bounds.letters:
            raise _Lost
        # A run that has not begun has no node, and so no tokens.
        born = walk.born(half.node) if half.tokens else {}
        tokens: dict[Token, Token] = {}
        for token in walk.nodes[edge.target].living:
            was = edge.came.get(token, token)
            named = half.tokens.get(was)
            if named is None:
                count = half.counts.get(was.origin, 0)
                named = Token(was.origin, count + was.occurrence - born.get(was.origin, 0))
            tokens[token] = named
        for origin, number in edge.passed.items():
            half.counts[origin] = half.counts.get(origin, 0) + number
        half.tokens = tokens
        half.node = edge.target

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

    @staticmethod
    def _side(half: Half, shifted: bool) -> Side:
        return Side(
            half.node,
            tuple([token.occurrence for token in half.tokens.values()]),
            tuple(sorted(half.counts.items())),
            tuple(sorted(half.known.items(), key=_first)) if half.known else (),
            tuple(sorted(half.turns.items())) if half.turns else (),
            tuple(half.word),
            shifted,
        )

    def _thaw(self, pair: PairNode, number: int) -> Half:
        side = pair.sides[number]
        walk = self.walks[number]
        tokens = {
            token: Token(token.origin, occurrence)
            for token, occurrence in zip(walk.nodes[side.node].living, side.numbers, strict=True)
        }
        return Half(
            number, side.node, tokens, dict(side.counts), dict(side.known), dict(side.turns),
            list(side.word), side.shifted,
        )  # fmt: skip

    def _renumber(self, halves: tuple[Half, Half]) -> None:
        """Count anew what matters of the occurrences of each origin, so that loops close.

        They matter as long as both sides may decide on the origin, and to a side that has yet to meet what
        the other decided.
        """
        for half in halves:
            if half.known:
                # What was decided of a value that is gone cannot be met any more.
                half.known = {t: v for t, v in half.known.items() if self.awaits(half, t)}
        first, second = halves
        both_decide = self._prospects[0].decided[first.node] & self._prospects[1].decided[second.node]
        used = (self._used(first, both_decide), self._used(second, both_decide))
        together = {
            origin: self._closed_up(origin, halves, used)
            for origin in used[0].keys() | used[1].keys()
            if self._bits[origin] & both_decide
        }
        for half, own in zip(halves, used, strict=True):
            named = dict(together)
            for origin in own:
                if origin not in named:
                    named[origin] = self._closed_up(origin, (half,), (own,))
            half.tokens = {
                # Which of them it is that nothing depends on is said by the state.
                local: Token(token.origin, named[token.origin][token.occurrence])
                if token.origin in named
                else local
                for local, token in half.tokens.items()
            }
            half.known = {Token(t.origin, named[t.origin][t.occurrence]): v for t, v in half.known.items()}
            half.turns = {(o, named[o][n]): action for (o, n), action in half.turns.items()}
            coming = self._prospects[half.number].coming[half.node]
            counts = {
                origin: names[half.counts.get(origin, 0)]
                for origin, names in named.items()
                if coming & self._bits[origin]
            }
            half.counts = {origin: count for origin, count in counts.items() if count}

    def _used(self, half: Half, both_decide: int) -> dict[Origin, set[int]]:
        """The occurrences that matter to a side, or to either, by origin."""
        found: dict[Origin, set[int]] = {}
        for token in half.known:
            found.setdefault(token.origin, set()).add(token.occurrence)
        for origin, occurrence in half.turns:
            found.setdefault(origin, set()).add(occurrence)
        for token in half.tokens.values():
            if token.origin in found or self._bits.get(token.origin, 0) & both_decide:
                found.setdefault(token.origin, set()).add(token.occurrence)
        return found

    def _closed_up(
        self, origin: Origin, halves: Sequence[Half], used: Sequence[Mapping[Origin, set[int]]]
    ) -> dict[int, int]:
        """New numbers of the occurrences of an origin, and of the counts of sides that come to more of them.

        Of those that none of the sides comes to any more only the order matters. Where one side is ahead
        without consequence, by what is gone or not decided, it is not counted how far.
        """
        numbers = sorted(set().union(*(one.get(origin, ()) for one in used)))
        bit = self._bits[origin]
        counts = {
            half.counts.get(origin, 0)
            for half in halves
            if self._prospects[half.number].coming[half.node] & bit
        }
        lowest = min(counts, default=None)
        if lowest is None:
            return {number: place for place, number in enumerate(numbers)}
        passed = [number for number in numbers if number < lowest]
        names = {number: place for place, number in enumerate(passed)}
        last, place = lowest, len(passed)
        for number in sorted(counts.union(numbers[len(passed) :])):
            place += min(number - last, FARTHEST)
            names[number] = place
            last = number
        return names


def _first(item: tuple[Token, Value]) -> Token:
    return item[0]
