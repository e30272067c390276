"""Who is hit when events of some runs are told elsewhere, and what of it each can see.

Input: the subscribers of a tree, an event, the modes the runs may have, what differs between the event's old
and new place. Output: `Hit`s. Only the handlers registered for one of the modes count. Not modelled: the
order of the handlers among each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from analyzer.model.profile import Profile
from analyzer.model.subscriber import Hit, Look, Seen, Subscriber
from analyzer.subscribers.acts import Acts
from analyzer.subscribers.answers import Answer, answers
from analyzer.subscribers.code import Code
from analyzer.subscribers.listing import known
from analyzer.subscribers.reach import Reach, Reached
from analyzer.subscribers.sights import sought


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different at an event's new place: of a tracked variable, the values it may have at the old one
    and the new one; of a landmark, whether it comes before the event (``1``)."""

    subject: str
    before: frozenset[str]
    after: frozenset[str]


def concerned(
    subscribers: Iterable[Subscriber], event: str, modes: Sequence[str]
) -> tuple[tuple[Subscriber, bool], ...]:
    """The subscribers that act on `event` in a run with one of `modes` (none: in any mode), each with whether
    that is certain."""
    found = []
    for one in subscribers:
        if modes and one.modes and not set(modes) & set(one.modes):
            continue
        if event in one.events:
            found.append((one, True))
        elif event in one.perhaps:
            found.append((one, False))
    return tuple(found)


def join(code: Code, profile: Profile) -> Join:
    """The subscribers of a tree, ready to be joined to what changed."""
    return Join(code, profile, known(code, profile))


class Join:
    """The subscribers of one tree, with what was found out about them."""

    def __init__(self, code: Code, profile: Profile, found: Sequence[tuple[Subscriber, Acts]]) -> None:
        self._code = code
        self._profile = profile
        self._known = dict(found)
        self.subscribers = tuple(self._known)
        self._reaches: dict[frozenset[str], Reach] = {}
        self._reached: dict[tuple[Subscriber, str, frozenset[str]], Reached] = {}
        self._answers: dict[tuple[Look, frozenset[str]], Answer | None] = {}

    def hits(self, event: str, modes: Sequence[str], differences: Sequence[Difference]) -> tuple[Hit, ...]:
        """Who is hit when `event` moves, or comes or goes (no `differences`)."""
        found = []
        for one, certain in concerned(self._known, event, modes):
            seen: tuple[Seen, ...] = ()
            lost: tuple[str, ...] = ()
            if differences:
                reached = self._reach(one, event, frozenset(d.subject for d in differences))
                seen = tuple(s for look in reached.looks for d in differences if (s := self._seen(look, d)))
                lost = reached.lost
            found.append(Hit(event, one.device, one.handler, one.where, certain, seen, lost))
        return tuple(found)

    def _reach(self, one: Subscriber, event: str, subjects: frozenset[str]) -> Reached:
        key = (one, event, subjects)
        if key not in self._reached:
            acts = self._known[one]
            if acts.handler is None:
                self._reached[key] = Reached((), (f"{one.handler}()",))
            else:
                reach = self._reaches.get(subjects)
                if reach is None:
                    wanted = sought(self._profile, subjects, self._silent)
                    reach = self._reaches[subjects] = Reach(self._code, self._profile, wanted)
                self._reached[key] = reach.of(acts.handler, acts.passed.get(event, {}))
        return self._reached[key]

    def _silent(self, name: str) -> bool:
        return any(fnmatchcase(name, glob) for glob in self._profile.silent)

    def _seen(self, look: Look, difference: Difference) -> Seen | None:
        """What a look sees of a difference; None if the same as before."""
        if look.subject != difference.subject:
            return None
        before, after = tuple(sorted(difference.before)), tuple(sorted(difference.after))
        variable = next((v for v in self._profile.tracked if v.name == look.subject), None)
        if variable is None:
            return Seen(look, before, after, (), ())
        was = self._answer(variable.name, look, difference.before)
        now = self._answer(variable.name, look, difference.after)
        if was is not None and was == now:
            return None
        if was is None or now is None or was.numbers == now.numbers:
            return Seen(look, before, after, (), ())
        return Seen(look, before, after, _words(was), _words(now))

    def _answer(self, name: str, look: Look, values: frozenset[str]) -> Answer | None:
        key = (look, values)
        if key not in self._answers:
            variable = next(v for v in self._profile.tracked if v.name == name)
            self._answers[key] = answers(self._code, self._profile, variable, look, sorted(values))
        return self._answers[key]


def _words(answer: Answer) -> tuple[str, ...]:
    return tuple(str(number) for number in sorted(answer.numbers))
