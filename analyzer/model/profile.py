"""A profile: what one domain calls its events, state, tasks, scenarios and rules. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from analyzer.model.summary import Dialect
from analyzer.model.unknown import Location


class LetterKind(Enum):
    EVENT = "event"
    LANDMARK = "landmark"


class Outcome(Enum):
    """How a call returned."""

    ZERO = "zero"  # also false and NULL
    NONZERO = "nonzero"  # also true
    NEGATIVE = "negative"
    NOT_NEGATIVE = "not-negative"


class Veto(Enum):
    """What it does to a notification that a handler refuses it."""

    UNSAID = ""
    IGNORED = "ignored"  # nothing: the call never says so
    STOPS = "stops"  # the handlers behind the one that refuses are not told
    UNDOES_BEFORE = "undoes-before"  # and those before it are told the opposite
    UNDOES_ALL = "undoes-all"  # and all are told the opposite


ANY_ARGUMENT = -2


@dataclass(frozen=True, slots=True)
class StateEvent:
    """An event that handlers read off the state when they are called, by its short name `name`.

    It is this one if `predicate`, a function of the tree that gets what the call passes at
    `EventCall.object`, is true; where the tree has no such function, if all of `when` (tracked name ->
    values) hold.
    """

    name: str
    predicate: str
    when: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class EventCall:
    """A call that notifies; several with one `call` are alternatives, the first that fits counts.

    The constant stands at `argument` (-1: the call carries none, and either `names` has one entry under ""
    or `states` tell the event, the first that holds, none: nobody is told anything; `ANY_ARGUMENT`: wherever
    one of the constants stands). `names` maps the constant to the event's short name; `prefix` derives the
    name of a constant that `names` lacks. `words` is a template such as ``notify {}``. `chain`: one of the
    arguments must name this object. `undo` is the argument (-1: none) with the event that handlers are told
    when one refused; the call refuses if it returns `refused`. `shows` names the tracked variable in which
    modelled handlers see the constant ("": none).
    """

    call: str
    argument: int
    prefix: str
    names: Mapping[str, str]
    words: str
    at: Location
    chain: str = ""
    undo: int = -1
    veto: Veto = Veto.UNSAID
    refused: Outcome = Outcome.NONZERO
    states: tuple[StateEvent, ...] = ()
    object: int = -1
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler that takes part in the lifecycle itself: it is executed at each notification of `events`
    (none named: of all) at which the tracked values match `when`."""

    function: str
    events: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]]
    at: Location


@dataclass(frozen=True, slots=True)
class Landmark:
    """A call, or a C label (``function:label``), that matters for the order. `words` is what to print.

    `seen_by` are calls whose results may be others once it has happened.
    """

    name: str
    call: str
    label: str
    words: str
    at: Location
    seen_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """A call that writes the tracked variable whose address is argument `target`, to argument `value`
    (-1: to `constant`, or without one to a value that nothing is known of), if argument `expect` (-1:
    unconditionally) equals its value. With `target` -1 the call always means this variable."""

    call: str
    target: int
    expect: int
    value: int
    constant: str = ""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A variable of the abstract state.

    `fields` are ``Type.field`` (also nested, ``Type.a.b``) and global variables; `predicates` are calls
    whose result *is* the variable's value (``level_get()``; the same value every time until it is written).
    `initial` is a constant's name, an integer, or "" for undecided. `context` puts the value into each
    letter. `absent` is the value in a tree that has none of its names: ``any`` for undecided, "" for
    `initial`.
    """

    name: str
    fields: tuple[str, ...]
    predicates: tuple[str, ...]
    writers: tuple[Writer, ...]
    initial: str
    context: bool
    at: Location
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A combination of tracked values that cannot occur at the start: name -> values, all together."""

    values: Mapping[str, tuple[str, ...]]
    why: str
    at: Location


@dataclass(frozen=True, slots=True)
class Deferral:
    """``call(function, argument)`` queues a function on the main task's unordered queue; it runs
    with `holds`."""

    call: str
    function: int
    argument: int
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreadCall:
    """``call(..., function, argument)`` starts a task of its own."""

    call: str
    function: int
    argument: int


@dataclass(frozen=True, slots=True)
class Lock:
    """Calls that take and release a lock; `lock` names it for people."""

    name: str
    acquire: tuple[str, ...]
    release: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CourseStep:
    """A call from outside: `repeats` for any number of times; `outcome` for how it must return for the next
    step to follow (None: however)."""

    call: str
    repeats: bool
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Entry:
    """Where runs begin: the function the main task executes, the locks it holds, tracked values that
    differ from `Tracked.initial`. A tree may lack an `optional` one. With a `course`, `function` is a name
    for what calls its steps in turn, as a user of the code would."""

    function: str
    holds: tuple[str, ...]
    state: Mapping[str, str]
    at: Location
    optional: bool = False
    course: tuple[CourseStep, ...] = ()

    @property
    def calls(self) -> tuple[str, ...]:
        """The functions of the tree that it begins in."""
        return tuple(step.call for step in self.course) or (self.function,)


@dataclass(frozen=True, slots=True)
class Interference:
    """A function another thread may run at most once, at any switch point at which it can have `holds`
    and the tracked values match `when` (name -> values); with `during` only while a task is in that
    function."""

    function: str
    holds: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]]
    at: Location
    during: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """Words for the function an event happens in: ``notify STOP (during <words>)``."""

    function: str
    words: str


@dataclass(frozen=True, slots=True)
class Watch:
    """``call`` or ``call(CONSTANT, ...)`` and how it returned."""

    call: str
    outcome: Outcome

    def __str__(self) -> str:
        return f"{self.call} = {self.outcome.value}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which runs: all parts must hold.

    `through`/`avoids`: functions entered (modelled or not) or not. `returned`: calls that returned so at
    least once; `assume`: calls that never returned otherwise. `final`: tracked values at the end;
    `never`/`passed`: tracked values that were not / were taken on the way. A value that a run never
    decided fits. `ends`: "done", "blocked" or "" for either.
    """

    through: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    returned: tuple[Watch, ...] = ()
    assume: tuple[Watch, ...] = ()
    final: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named course of events. `shown_from` is the function from whose entry on lists show it
    ("" = start). `success` says that it is the course things are meant to take."""

    id: str
    title: str
    summary: str
    select: Selection
    shown_from: str
    at: Location
    success: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A contract: a regular expression over letter names for the runs `select` picks.

    `contract` reads as ``START (STOP | BREAK)*``; letters it does not name are erased; `allowed` are
    further whole words that are no violation. `level` is error, warning or note.
    """

    name: str
    contract: str
    reads: tuple[str, ...]
    select: Selection
    level: str
    reason: str
    documented: str
    at: Location


@dataclass(frozen=True, slots=True)
class Registration:
    """A call that registers a handler, and how the handler learns which event it is.

    The handler stands at argument `handler`; if `member` is not "", that argument is a structure, or its
    address, and the handler is what its member `member` was set to. The mode stands at argument
    `mode_argument` (a constant, or a set of bits of several), with `mode_list` also in all arguments after
    it; -1: it is `mode`, "" for every mode.

    The handler's parameter `event` (-1: not said) is the event's constant, or, if `event_member` is not "",
    points to a structure whose member `event_member` is. `means` is for handlers that get no constant and
    look at an object instead: event -> values of that member, or calls that are true then. `quiet` are
    results that say the handler did nothing.
    """

    call: str
    handler: int
    mode_argument: int
    mode: str
    member: str = ""
    mode_list: bool = False
    event: int = -1
    event_member: str = ""
    means: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quiet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of the built-in lifecycle: its text and the path in the tree it stands for."""

    path: str
    shown: str
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """What people call things in prose, beside the names the profile gives them: words -> letters, ids of
    scenarios, functions in which events happen. One word may stand for several."""

    letters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scenarios: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    title: str
    follows: str
    source: str  # the profile's own file
    dialect: Dialect
    model: tuple[ModelFile, ...]
    inert: tuple[str, ...]  # globs of calls that change nothing that is tracked
    asserts: tuple[str, ...]
    distinct: tuple[str, ...]  # prefixes of constants that are pairwise distinct
    constants: Mapping[str, int]  # constants whose number matters (signs)
    events: tuple[EventCall, ...]
    landmarks: tuple[Landmark, ...]
    tracked: tuple[Tracked, ...]
    exclusions: tuple[Exclusion, ...]
    objects: Mapping[str, str]  # globals and calls that yield a tracked object -> its type
    deferrals: tuple[Deferral, ...]
    threads: tuple[ThreadCall, ...]
    joins: tuple[str, ...]
    waits: tuple[str, ...]
    locks: tuple[Lock, ...]
    entries: tuple[Entry, ...]
    interference: tuple[Interference, ...]
    phases: tuple[Phase, ...]
    scenarios: tuple[Scenario, ...]
    rules: tuple[Rule, ...]
    registrations: tuple[Registration, ...]
    paths: tuple[str, ...] = ()  # globs of files the domain lives in, for "not concerned"
    components: Mapping[str, str] = field(default_factory=dict)  # globs of files -> what people call them
    silent: tuple[str, ...] = ()  # globs of calls by which a handler does nothing: traces, logs, looks
    blind: tuple[str, ...] = ()  # globs of calls that see what they are given, and nothing else: libraries
    mode: str = ""  # the tracked variable that registrations' modes are values of
    handlers: tuple[Handler, ...] = ()
    same: Mapping[str, str] = field(default_factory=dict)  # other trees' names -> the profile's name
    refutes: tuple[str, ...] = ()  # calls that prune the runs on which their argument is true
    leaves: tuple[str, ...] = ()  # calls that may not return, and end the run then
    results: Mapping[str, int] = field(default_factory=dict)  # calls that return one of their arguments
    called: Called = field(default_factory=Called)
