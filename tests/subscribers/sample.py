"""A small domain: a bus that tells its listeners of UP, DOWN and BROKEN, in two modes."""

from __future__ import annotations

from analyzer.model.profile import EventCall, Landmark, Lock, Profile, Registration, Tracked, Writer
from analyzer.model.subscriber import Subscriber
from analyzer.model.summary import Dialect
from analyzer.model.unknown import Location
from analyzer.subscribers.listing import open_code, subscribers
from analyzer.subscribers.source import Texts

AT = Location("profile.toml", 1)
NAMES = {"BUS_UP": "UP", "BUS_DOWN": "DOWN", "BUS_BROKEN": "BROKEN"}
BY_EVENT = (
    Registration("bus_add", 1, -1, "MODE_WARM", event=1, event_member="type"),
    Registration("bus_add_mode", 1, 2, "", event=1, event_member="type"),
    Registration("bus_add_list", 1, 2, "", mode_list=True, event=1, event_member="type"),
)
BY_CHAIN = (
    Registration("chain_register", 0, -1, "", member="call", event=1, quiet=("SAID_OK", "SAID_NOTHING")),
    Registration("chain", 0, -1, "", event=1, quiet=("SAID_OK", "SAID_NOTHING")),
)
BY_STATE = (
    Registration(
        "bus_watch",
        0,
        -1,
        "",
        member="notify",
        event=1,
        event_member="state",
        means={
            "UP": ("STATE_UP", "bus_is_up"),
            "DOWN": ("STATE_DOWN", "bus_is_down"),
            "BROKEN": ("STATE_BROKEN", "STATE_LOST", "bus_has_failed"),
        },
    ),
)
SPIN = Landmark("spin", "fan_spin", "", "fan_spin()", AT, ("fan_spins",))
TRACKED = (
    Tracked("state", ("Bus.state",), ("bus_state",), (Writer("bus_set", 0, -1, 1),), "", True, AT),
    Tracked("mode", ("Bus.mode",), (), (), "", False, AT),
)


EVENTS = (EventCall("bus_tell", 1, "BUS_", NAMES, "tell {}", AT),)


def profile(
    registrations: tuple[Registration, ...] = BY_EVENT, events: tuple[EventCall, ...] = EVENTS
) -> Profile:
    return Profile(
        name="bus", title="Bus", follows="bus 1", source="profile.toml", dialect=Dialect(), model=(),
        inert=(), asserts=("assert",), distinct=("STATE_", "MODE_"), constants={},
        events=events, landmarks=(SPIN,), tracked=TRACKED,
        exclusions=(), objects={"the_bus": "Bus"}, deferrals=(), threads=(), joins=(), waits=(),
        locks=(Lock("big", ("big_lock",), ("big_unlock",)),), entries=(), interference=(), phases=(),
        scenarios=(), rules=(), registrations=registrations, paths=("bus/*",), components={"disks/*": "disk"},
        silent=("trace_*", "log_*", "container_of"), blind=("close", "str*"), mode="mode",
    )  # fmt: skip


def found(
    texts: dict[str, str] | str, registrations: tuple[Registration, ...] = BY_EVENT
) -> tuple[Subscriber, ...]:
    """The subscribers of a tree, or of one file ``dev/fan.c``."""
    tree = {"dev/fan.c": texts} if isinstance(texts, str) else texts
    given = profile(registrations)
    return subscribers(open_code(Texts(tree), given), given)


def handler(body: str, more: str = "") -> Subscriber:
    """The one subscriber of a file whose handler has this body; `more` stands before it."""
    (one,) = found(
        f"{more}\nstatic int fan_notify(Notifier *n, BusEvent *e, Error **errp)\n{{\n{body}\n}}\n"
        "void fan_init(Fan *f)\n{\n    bus_add(&f->notifier, fan_notify);\n}\n"
    )
    return one
