"""Who listens to events, and what a change means for whom."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.model.effect import Effect
from analyzer.model.unknown import Location, Unknown


@dataclass(frozen=True, slots=True)
class Look:
    """A place that asks about `subject`: a tracked variable, or a landmark whose effect it sees.

    `text` is what it reads or calls, in `function`; `way` are the functions from the handler on, one that is
    called through a pointer as ``.field = function``.
    """

    subject: str
    text: str
    function: str
    where: Location
    way: tuple[str, ...]
    landmark: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A look whose subject is different at an event's new place: the values it may have at the old place and
    the new one (of a landmark ``1``: it came before), and what `look.function` answers then, () if that could
    not be told."""

    look: Look
    before: tuple[str, ...]
    after: tuple[str, ...]
    answered: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A handler that acts on an event that a change is about, in a mode that its runs may have.

    `where` is its registration; `certain` is False if it could not be told whether it acts on the event.
    `seen` is what of the difference between the old and the new place it may notice; `lost` are calls that
    were not followed when that was looked for. Of a finding, `effect` says what it means for the handler: for
    an order `beside` what the event is told on the other side of, and `compared` whether there is a place
    at which these runs tell it in order; for a lost event `heard` are the others of the run that it acts on.
    """

    event: str
    device: str
    handler: str
    where: Location
    certain: bool
    seen: tuple[Seen, ...]
    lost: tuple[str, ...]
    effect: Effect | None = None
    beside: tuple[str, ...] = ()
    compared: bool = False
    heard: tuple[str, ...] = ()

    @property
    def observes(self) -> bool | None:
        """Whether it can observe that an event is told out of order; None if that could not be told."""
        if self.seen:
            return True
        return None if self.lost or not self.certain or not self.compared else False


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A handler and where it is registered.

    `device` is what people call the file that registers it; `modes` empty: for every mode, or, if `unknown`
    says so, not told. `events` are those it acts on; `perhaps` those of which it could not be told, and
    `unknown` says why. `defined` is the handler's own place.
    """

    device: str
    handler: str
    where: Location
    modes: tuple[str, ...]
    events: tuple[str, ...]
    perhaps: tuple[str, ...] = ()
    defined: Location | None = None
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The subscribers of the tree of one commit, as one profile finds them."""

    profile: str
    profile_title: str
    repository: str
    commit: str
    subscribers: tuple[Subscriber, ...]
