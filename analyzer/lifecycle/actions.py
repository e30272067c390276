"""What a call means to the engine: a closed set of actions, bound by a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from analyzer.model.profile import Deferral, EventCall, Landmark, Profile, ThreadCall, Writer

LOOKS = "looks"  # how the place is called where a notification reads tracked state


@dataclass(frozen=True, slots=True)
class Notify:
    events: tuple[EventCall, ...]  # alternatives, in the profile's order


@dataclass(frozen=True, slots=True)
class Pass:
    landmark: Landmark


@dataclass(frozen=True, slots=True)
class Write:
    writer: Writer
    variable: int | None  # None: the variable whose address the argument is


@dataclass(frozen=True, slots=True)
class Read:
    variable: int


@dataclass(frozen=True, slots=True)
class Defer:
    deferral: Deferral


@dataclass(frozen=True, slots=True)
class Start:
    thread: ThreadCall


@dataclass(frozen=True, slots=True)
class Acquire:
    lock: str


@dataclass(frozen=True, slots=True)
class Release:
    lock: str


@dataclass(frozen=True, slots=True)
class Join:
    pass


@dataclass(frozen=True, slots=True)
class Wait:
    pass


@dataclass(frozen=True, slots=True)
class Assume:
    """The argument has this truth on every run that goes on."""

    truth: bool


@dataclass(frozen=True, slots=True)
class Give:
    """A call that returns its argument number `argument`."""

    argument: int


@dataclass(frozen=True, slots=True)
class Depart:
    """A call that may not return: then the run ends there, all tasks with it."""


@dataclass(frozen=True, slots=True)
class Inline:
    function: str


@dataclass(frozen=True, slots=True)
class Ignore:
    """A call whose result is unknown and that changes nothing tracked."""


Action: TypeAlias = (
    Notify
    | Pass
    | Write
    | Read
    | Defer
    | Start
    | Acquire
    | Release
    | Join
    | Wait
    | Assume
    | Give
    | Depart
    | Inline
    | Ignore
)


def uncalled(profile: Profile) -> frozenset[str]:
    """The functions, by base names, that may begin without a call: in other threads, as handlers, and the
    predicates by which handlers look at the state."""
    names = {interference.function for interference in profile.interference}
    names |= {handler.function for handler in profile.handlers}
    names |= {state.predicate for event in profile.events for state in event.states if state.predicate}
    return frozenset(names)


def bind_calls(profile: Profile) -> dict[str, Action]:
    """What each call that the profile names means."""
    calls: dict[str, Action] = {}
    for name in profile.asserts:
        calls[name] = Assume(True)
    for name in profile.refutes:
        calls[name] = Assume(False)
    for name in profile.leaves:
        calls[name] = Depart()
    for name in profile.waits:
        calls[name] = Wait()
    for name in profile.joins:
        calls[name] = Join()
    for lock in profile.locks:
        calls.update({name: Acquire(lock.name) for name in lock.acquire})
        calls.update({name: Release(lock.name) for name in lock.release})
    for thread in profile.threads:
        calls[thread.call] = Start(thread)
    for deferral in profile.deferrals:
        calls[deferral.call] = Defer(deferral)
    for number, variable in enumerate(profile.tracked):
        for name in variable.predicates:
            calls[name] = Read(number)
        for writer in variable.writers:
            # One call may write any variable whose address it gets: then the argument decides.
            several = writer.target >= 0
            calls[writer.call] = Write(writer, None if several else number)
    for name, argument in profile.results.items():
        calls[name] = Give(argument)
    for landmark in profile.landmarks:
        if landmark.call:
            calls[landmark.call] = Pass(landmark)
    for event in profile.events:
        known = calls.get(event.call)
        before = known.events if isinstance(known, Notify) else ()
        calls[event.call] = Notify((*before, event))
    return calls
