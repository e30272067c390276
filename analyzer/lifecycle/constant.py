"""Which values a tracked variable may have in some runs, where nothing on the way writes it.

Input: the graph of pairs of two stages, the variable. Output: for every pair, the values with which runs
can come there: what the runs decide about this variable and about those that exclude some of its values is
heeded, also after the runs have forgotten it. Not modelled: writes to the variable on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from analyzer.lifecycle.lockstep import Joined, Lockstep, Pairing, PairNode
from analyzer.lifecycle.select import Exclusions, may_be
from analyzer.lifecycle.values import Unsure, Value, constant_of
from analyzer.model.profile import Profile, Selection


def values_of(profile: Profile, name: str) -> tuple[str, ...]:
    """The values of a tracked variable that the profile names anywhere."""
    found: dict[str, None] = {}
    for registration in profile.registrations:
        if name == profile.mode and registration.mode:
            found[registration.mode] = None
    for exclusion in profile.exclusions:
        found.update(dict.fromkeys(exclusion.values.get(name, ())))
    selections: Sequence[Selection] = (
        *(scenario.select for scenario in profile.scenarios),
        *(rule.select for rule in profile.rules),
    )
    for select in selections:
        for asked in (select.final, select.passed, select.never):
            found.update(dict.fromkeys(asked.get(name, ())))
    return tuple(found)


class Possible:
    """The values of one variable at every pair of a graph, each a bit in the order of `values`."""

    def __init__(self, pairing: Pairing, graph: Lockstep, profile: Profile, name: str) -> None:
        self.values = values_of(profile, name)
        self._pairing = pairing
        self._constants = profile.constants
        self._exclusions = Exclusions(profile)
        self._variable = [variable.name for variable in profile.tracked].index(name)
        self._all = (1 << len(self.values)) - 1
        self._memo: dict[tuple[Value, ...], int] = {}
        self._graph = graph
        begun = {n: self._in(node) for n, node in enumerate(graph.nodes) if node.parent is None}
        self._at = self._spread(begun)

    def at(self, numbers: Sequence[int], arrows: Sequence[tuple[int, Joined]] = ()) -> tuple[str, ...]:
        """The values with which runs come to one of these pairs, on the way through one of some arrows (told
        with the pair that each leaves) if there are any."""
        at: Mapping[int, int] = self._at
        if arrows:
            begun: dict[int, int] = {}
            for number, arrow in arrows:
                begun[arrow.target] = begun.get(arrow.target, 0) | self._passing(self._at, number, arrow)
            at = self._spread(begun)
        bits = 0
        for number in numbers:
            bits |= at.get(number, 0)
        return tuple(value for place, value in enumerate(self.values) if bits >> place & 1)

    def _spread(self, at: dict[int, int]) -> dict[int, int]:
        """What comes to each pair from those at which something is known."""
        work = deque(at)
        while work:
            number = work.popleft()
            for arrow in self._graph.nodes[number].arrows:
                bits = self._passing(at, number, arrow)
                if bits & ~at.get(arrow.target, 0):
                    at[arrow.target] = at.get(arrow.target, 0) | bits
                    work.append(arrow.target)
        return at

    def _passing(self, at: Mapping[int, int], number: int, arrow: Joined) -> int:
        """What goes along an arrow that leaves a pair."""
        node = self._graph.nodes[number]
        return at.get(number, 0) & self._along(node, arrow) & self._in(self._graph.nodes[arrow.target])

    def _in(self, node: PairNode) -> int:
        first, second = self._pairing.nodes_of(node)
        return self._allowed(first.tracked) & self._allowed(second.tracked)

    def _along(self, node: PairNode, arrow: Joined) -> int:
        """What the decision of an arrow leaves."""
        token, known = arrow.choice.token, arrow.option.known
        if token is None or known is None:
            return self._all
        tracked = self._pairing.nodes_of(node)[arrow.side].tracked
        return self._allowed(
            tuple(known if isinstance(v, Unsure) and v.token == token else v for v in tracked)
        )

    def _allowed(self, tracked: tuple[Value, ...]) -> int:
        """The values that fit what is known of all variables."""
        found = self._memo.get(tracked)
        if found is None:
            found = sum(1 << place for place, value in enumerate(self.values) if self._fits(value, tracked))
            self._memo[tracked] = found
        return found

    def _fits(self, value: str, tracked: tuple[Value, ...]) -> bool:
        if not may_be(tracked[self._variable], (value,), self._constants):
            return False
        supposed = list(tracked)
        supposed[self._variable] = constant_of(self._constants.get(value, value))
        return not self._exclusions.holds(supposed)
