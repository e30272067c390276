"""Reads what has come, and keeps what may belong to a series.

Input: the sources of a policy, a function that tells what a mail is, which may raise `Failed`. Output: mails
in the state, what their senders wish, how far each source was read; lines for a log. Mails are dealt with
some at a time, each time in one change of the state. Not modelled: what becomes of a series.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

from analyzer.bot.apart import Failed
from analyzer.bot.arrival import Arrival
from analyzer.bot.letterbox import MOST_HEADER, Part, Sight, header_of
from analyzer.bot.maildir import listing
from analyzer.bot.policy import Policy, SourceKind, WatchedSource
from analyzer.bot.sources import arrivals
from analyzer.bot.state import State
from analyzer.model.unknown import InputError

Say = Callable[[str], None]

_DAY = 86400.0
_AT_ONCE = 64  # mails in one change of the state
_NAMES = {
    "patch": ("patch", "patches"),
    "cover": ("cover letter", "cover letters"),
    "other": ("other", "others"),
}


class Reader:
    """The sources of one bot. `say` is told what came, `trouble` what could not be read."""

    def __init__(
        self,
        policy: Policy,
        state: State,
        reading: Callable[[bytes], Sight],
        say: Say,
        trouble: Say,
        now: Callable[[], float],
    ) -> None:
        self._policy, self._state, self._reading = policy, state, reading
        self._say, self._trouble, self._now = say, trouble, now
        self._ailing: dict[WatchedSource, str] = {}  # sources that cannot be read, and why

    def read(self) -> None:
        """Everything that has come since the last time."""
        for source in self._policy.sources:
            try:
                self._read_source(source)
            except InputError as wrong:
                if self._ailing.get(source) != str(wrong):  # said once, however often it is looked at
                    self._ailing[source] = str(wrong)
                    self._trouble(str(wrong))
            else:
                self._ailing.pop(source, None)

    def _read_source(self, source: WatchedSource) -> None:
        state, series = self._state, self._policy.series
        is_maildir = source.kind is SourceKind.MAILDIR
        seen = state.seen(source.name) if is_maildir else set()
        since = self._now() - series.most_age - _DAY if series.most_age else 0.0
        place = state.cursor(source.name)
        found = arrivals(source, place, seen, series.largest, since)
        count: Counter[str] = Counter()
        while some := list(itertools.islice(found, _AT_ONCE)):
            sights = [self._seen(arrival) for arrival in some]
            with state.change():
                for arrival, one in zip(some, sights, strict=True):
                    if one is not None and arrival.raw is not None:
                        self._keep(one, arrival)
                        count[f"by robots ({one.robot})" if one.robot else one.part.value] += 1
                    if arrival.name:
                        state.set_seen(source.name, arrival.name)
                if some[-1].place:
                    state.set_cursor(source.name, some[-1].place)
        if count:
            self._say(f"{source.path}: {_counted(count)}")
        if is_maildir and (gone := seen - listing(source.path).keys()):
            with state.change():
                state.forget_seen(source.name, gone)

    def _seen(self, arrival: Arrival) -> Sight | None:
        """What a mail is; None if it is left aside, which is said."""
        if arrival.raw is None:
            if arrival.why:
                self._trouble(f"{arrival.label}: the mail {arrival.why} and is left aside")
            return None
        if len(header_of(arrival.raw)) > MOST_HEADER:
            self._trouble(f"{arrival.label}: the mail's header is too long, and it is left aside")
            return None
        try:
            return self._reading(arrival.raw)
        except Failed as why:
            self._trouble(f"{arrival.label}: the mail cannot be read ({why}) and is left aside")
            return None

    def _keep(self, one: Sight, arrival: Arrival) -> None:
        """Keeps what may belong to a series, and heeds what its sender wishes."""
        assert arrival.raw is not None
        if one.robot or self._state.is_own(one.message_id):
            return
        if one.wish and one.sender and self._state.heed(one.message_id, one.sender, one.wish == "mute"):
            self._say(f"{one.sender} asks to {one.wish}")
        if one.part is Part.OTHER:
            return
        if not one.message_id or not one.sender:
            lacks = "no usable Message-ID" if one.sender else "no usable sender"
            self._say(f"{arrival.label}: the mail has {lacks} and is left aside")
            return
        self._state.keep(one, arrival.raw, self._now(), grown=arrival.grown)


def _counted(count: Counter[str]) -> str:
    """``7 new mails: 3 patches, 1 cover letter, 2 others, 1 by robots (Auto-Submitted)``."""
    told = [f"{count[key]} {some[count[key] != 1]}" for key, some in _NAMES.items() if count[key]]
    told += [f"{count[key]} {key}" for key in sorted(count.keys() - _NAMES.keys())]
    total = count.total()
    return f"{total} new mail{'s' if total != 1 else ''}: {', '.join(told)}"
