"""Cross-checks of a profile: do its parts fit one another?

Input is a `Profile` as read and the `Table` it was read from (for the lines); every misfit is noted there.
What one key alone shows wrong (its type, its name) has been noted before. Not modelled: the text of any
tree; `analyzer.profiles.match` compares with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from analyzer.model.contract import letters
from analyzer.model.profile import Profile
from analyzer.profiles.contract import ContractError, parse_contract
from analyzer.profiles.lines import Step
from analyzer.profiles.tables import IDENTIFIER, Table, nearest

_FIELD = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
_LABEL = re.compile(r"[A-Za-z_]\w*:[A-Za-z_]\w*", re.ASCII)


def validate(profile: Profile, top: Table) -> None:
    """Note every misfit in the errors of `top`."""
    _check_once(profile, top)
    _check_parts(profile, top)
    _check_events(profile, top)
    _check_landmarks(profile, top)
    _check_tracked(profile, top)
    _check_holds(profile, top)
    _check_scenarios(profile, top)
    _check_rules(profile, top)
    _check_registrations(profile, top)


def _check_once(profile: Profile, top: Table) -> None:
    """What names something must name one thing."""
    _once(top, "file", "path", (file.path for file in profile.model))
    _once(top, "landmark", "label", (landmark.label for landmark in profile.landmarks))
    _once(top, "tracked", "name", (variable.name for variable in profile.tracked))
    _once(top, "lock", "name", (lock.name for lock in profile.locks))
    _once(top, "phase", "function", (phase.function for phase in profile.phases))
    _once(top, "scenario", "id", (scenario.id for scenario in profile.scenarios))
    _once(top, "scenario", "title", (scenario.title for scenario in profile.scenarios))
    _once(top, "rule", "name", (rule.name for rule in profile.rules))
    _once(top, "register", "call", (entry.call for entry in profile.registrations))


def _parts(profile: Profile) -> Iterator[tuple[str, str, tuple[Step, ...]]]:
    """Every call that has a part: its name, the part, and where the profile gives it."""
    for at, event in enumerate(profile.events):
        yield event.call, "an event", ("event", at, "call")
    for at, landmark in enumerate(profile.landmarks):
        yield landmark.call, "a landmark", ("landmark", at, "call")
    for at, deferral in enumerate(profile.deferrals):
        yield deferral.call, "a deferral", ("defer", at, "call")
    for at, thread in enumerate(profile.threads):
        yield thread.call, "a thread's start", ("thread", at, "call")
    for key, part, calls in (
        ("asserts", "an assertion", profile.asserts),
        ("joins", "a join", profile.joins),
        ("waits", "a wait", profile.waits),
    ):
        for number, call in enumerate(calls):
            yield call, part, (key, number)
    for at, lock in enumerate(profile.locks):
        for number, call in enumerate(lock.acquire):
            yield call, f"the taking of {lock.name!r}", ("lock", at, "acquire", number)
        for number, call in enumerate(lock.release):
            yield call, f"the release of {lock.name!r}", ("lock", at, "release", number)
    for at, variable in enumerate(profile.tracked):
        for number, call in enumerate(variable.predicates):
            yield call, f"a predicate of {variable.name!r}", ("tracked", at, "predicates", number)
        for number, writer in enumerate(variable.writers):
            part = "a writer by target" if writer.target >= 0 else f"a writer of {variable.name!r}"
            yield writer.call, part, ("tracked", at, "write", number, "call")


def _check_parts(profile: Profile, top: Table) -> None:
    """A call has one part; the engine would know only one of two."""
    first: dict[str, tuple[str, tuple[Step, ...]]] = {}
    for call, part, place in _parts(profile):
        if not call:
            continue
        before, there = first.setdefault(call, (part, place))
        if there != place and not (before == part == "a writer by target"):
            line = top.line_of(*there)
            what = f"{call!r} is {part} here and {before} in line {line}"
            top.wrong(place, what, "give a call one part")


def _once(top: Table, section: str, key: str, found: Iterable[str]) -> None:
    first: dict[str, int] = {}
    for at, entry in enumerate(found):
        if not entry:
            continue
        if entry in first:
            line = top.line_of(section, first[entry], key)
            top.wrong(
                (section, at, key),
                f"[[{section}]] {key} {entry!r} stands twice",
                f"the first is in line {line}",
            )
        else:
            first[entry] = at


def _check_events(profile: Profile, top: Table) -> None:
    for at, event in enumerate(profile.events):
        if event.argument < 0 and (set(event.names) != {""} or event.prefix):
            mend = 'write names = { "" = "NAME" } and no prefix, or give the argument'
            top.wrong(("event", at, "names"), "an event without an argument has one name", mend)
        if event.argument >= 0 and not event.names and not event.prefix:
            top.wrong(
                ("event", at), "the event has neither names nor prefix", 'add names = { CONSTANT = "NAME" }'
            )
        if (len(event.names) > 1 or event.prefix) and "{}" not in event.words:
            top.wrong(("event", at, "words"), "'words' does not show which event it is", "put {} into it")
        for constant in event.names:
            if event.argument >= 0 and not IDENTIFIER.fullmatch(constant):
                top.wrong(
                    ("event", at, "names", constant), f"{constant!r} is no constant", "write its C name"
                )


def _check_landmarks(profile: Profile, top: Table) -> None:
    events = {name for event in profile.events for name in event.names.values()}
    for at, landmark in enumerate(profile.landmarks):
        if bool(landmark.call) == bool(landmark.label):
            top.wrong(
                ("landmark", at), "a landmark is a call or a label", "give exactly one of 'call' and 'label'"
            )
        if landmark.label and not _LABEL.fullmatch(landmark.label):
            top.wrong(("landmark", at, "label"), f"{landmark.label!r} is no label", "write function:label")
        if landmark.name in events:
            top.wrong(
                ("landmark", at, "name"),
                f"{landmark.name!r} is an event too",
                "give the landmark another name",
            )


def _check_tracked(profile: Profile, top: Table) -> None:
    owner: dict[str, str] = {}
    for at, variable in enumerate(profile.tracked):
        for number, path in enumerate(variable.fields):
            place: tuple[Step, ...] = ("tracked", at, "fields", number)
            if not _FIELD.fullmatch(path):
                top.wrong(place, f"{path!r} is no field", "write Type.field")
            if owner.setdefault(path, variable.name) != variable.name:
                top.wrong(place, f"{path!r} belongs to {owner[path]!r} already", "take it out of one")
        if not (variable.fields or variable.predicates or variable.writers):
            mend = "give it fields, predicates or a [[tracked.write]]"
            top.wrong(("tracked", at), "nothing in the code is this variable", mend)
        for number, writer in enumerate(variable.writers):
            if writer.target >= 0 and not variable.fields:
                mend = "give the variable its fields, or leave 'target' out"
                top.wrong(("tracked", at, "write", number), "'target' needs a field to point at", mend)


def _check_holds(profile: Profile, top: Table) -> None:
    known = [lock.name for lock in profile.locks]
    sections = {
        "defer": [deferral.holds for deferral in profile.deferrals],
        "entry": [entry.holds for entry in profile.entries],
        "interference": [entry.holds for entry in profile.interference],
    }
    for section, records in sections.items():
        for at, holds in enumerate(records):
            for number, name in enumerate(holds):
                if name not in known:
                    top.wrong(
                        (section, at, "holds", number), f"there is no lock {name!r}", nearest(name, known)
                    )


def _check_scenarios(profile: Profile, top: Table) -> None:
    text = "\n".join(file.text for file in profile.model)
    phases = [phase.function for phase in profile.phases]
    modelled = set(IDENTIFIER.findall(text))
    for at, scenario in enumerate(profile.scenarios):
        shown = scenario.shown_from
        if shown and shown not in phases and shown not in modelled:
            mend = nearest(shown, phases)
            what = f"{shown!r} is neither a phase nor in the built-in lifecycle"
            top.wrong(("scenario", at, "shown_from"), what, mend)


def _check_rules(profile: Profile, top: Table) -> None:
    known = {name for event in profile.events for name in event.names.values()}
    known |= {landmark.name for landmark in profile.landmarks}
    for at, rule in enumerate(profile.rules):
        for number, letter in enumerate(rule.reads):
            if letter not in known:
                top.wrong(
                    ("rule", at, "reads", number), f"there is no letter {letter!r}", nearest(letter, known)
                )
        if not rule.contract.strip():
            continue
        try:
            named = letters(parse_contract(rule.contract))
        except ContractError as wrong:
            top.wrong(("rule", at, "contract"), f"the contract does not parse: {wrong}", "mend it there")
            continue
        for letter in sorted(named - known):
            top.wrong(("rule", at, "contract"), f"there is no letter {letter!r}", nearest(letter, known))


def _check_registrations(profile: Profile, top: Table) -> None:
    known = {name for event in profile.events for name in event.names.values()}
    tracked = [variable.name for variable in profile.tracked]
    if profile.mode and profile.mode not in tracked:
        top.wrong(("mode",), f"{profile.mode!r} is no tracked name", nearest(profile.mode, tracked))
    for at, entry in enumerate(profile.registrations):
        for name in entry.means:
            if name not in known:
                place = ("register", at, "means", name)
                top.wrong(place, f"there is no event {name!r}", nearest(name, known))
        if entry.event < 0 and (entry.event_member or entry.means):
            mend = "give 'event', the handler's parameter that carries it"
            top.wrong(("register", at), "nothing says which parameter shows the event", mend)
        if entry.mode_list and entry.mode_argument < 0:
            mend = "give 'mode_argument', where the list begins"
            top.wrong(("register", at), "the list of modes has no beginning", mend)
