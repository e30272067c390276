"""Cross-checks of a profile: do its parts fit one another?

Input is a `Profile` as read and the `Table` it was read from (for the lines); every misfit is noted there.
What one key alone shows wrong (its type, its name) has been noted before. Not modelled: the text of any
tree; `analyzer.profiles.match` compares with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from analyzer.model.contract import letters
from analyzer.model.profile import ANY_ARGUMENT, EventCall, Profile, Veto
from analyzer.profiles.contract import ContractError, parse_contract
from analyzer.profiles.lines import Step
from analyzer.profiles.tables import IDENTIFIER, Table, nearest

_FIELD = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_LABEL = re.compile(r"[A-Za-z_]\w*:[A-Za-z_]\w*", re.ASCII)


# Parts that one call may have several times: the argument decides between writers, alternatives of an event
# are tried in turn.
_SHARED = ("a writer by target", "an event")


def validate(profile: Profile, top: Table) -> None:
    """Note every misfit in the errors of `top`."""
    _check_once(profile, top)
    _check_parts(profile, top)
    _check_events(profile, top)
    _check_landmarks(profile, top)
    _check_handlers(profile, top)
    _check_courses(profile, top)
    _check_same(profile, top)
    _check_tracked(profile, top)
    _check_holds(profile, top)
    _check_scenarios(profile, top)
    _check_rules(profile, top)
    _check_registrations(profile, top)
    _check_called(profile, top)


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
    for call in profile.results:
        yield call, "a call that returns its argument", ("results", call)
    for at, deferral in enumerate(profile.deferrals):
        yield deferral.call, "a deferral", ("defer", at, "call")
    for at, thread in enumerate(profile.threads):
        yield thread.call, "a thread's start", ("thread", at, "call")
    for key, part, calls in (
        ("asserts", "an assertion", profile.asserts),
        ("refutes", "an assertion", profile.refutes),
        ("leaves", "a call that may not return", profile.leaves),
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
        if there != place and not (before == part and part in _SHARED):
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
        here: tuple[Step, ...] = ("event", at)
        if event.states:
            _check_states(profile, top, at)
        elif event.argument == -1 and (set(event.names) != {""} or event.prefix):
            mend = 'write names = { "" = "NAME" } and no prefix, or give the argument or [[event.state]]s'
            top.wrong((*here, "names"), "an event without an argument has one name", mend)
        if event.argument != -1 and not event.names and not event.prefix:
            top.wrong(here, "the event has neither names nor prefix", 'add names = { CONSTANT = "NAME" }')
        if (len(event.names) > 1 or event.prefix or event.states) and "{}" not in event.words:
            top.wrong((*here, "words"), "'words' does not show which event it is", "put {} into it")
        for constant in event.names:
            if event.argument != -1 and not IDENTIFIER.fullmatch(constant):
                top.wrong((*here, "names", constant), f"{constant!r} is no constant", "write its C name")
        _check_veto(event, top, at)
        known = [variable.name for variable in profile.tracked]
        if event.shows and event.shows not in known:
            top.wrong((*here, "shows"), f"{event.shows!r} is no tracked name", nearest(event.shows, known))
    _check_alternatives(profile, top)


def _check_states(profile: Profile, top: Table, at: int) -> None:
    """An event read off the state carries no constant, and each state says when it holds."""
    event = profile.events[at]
    if event.argument != -1 or event.names or event.prefix:
        mend = "write argument = -1 and neither names nor prefix"
        top.wrong(("event", at), "the event has a constant and is read off the state too", mend)
    for number, state in enumerate(event.states):
        place: tuple[Step, ...] = ("event", at, "state", number)
        if not (state.when or state.predicate):
            top.wrong(place, "nothing says when handlers see this event", "give 'when' or 'predicate'")
        if state.predicate and not state.when:
            mend = "add 'when', for trees without that function"
            top.wrong(place, f"where {state.predicate}() is missing nothing says when it holds", mend)


def _check_veto(event: EventCall, top: Table, at: int) -> None:
    undoes = event.veto in (Veto.UNDOES_BEFORE, Veto.UNDOES_ALL)
    if undoes and event.undo < 0:
        mend = "give 'undo', the argument with the event that takes it back"
        top.wrong(("event", at, "veto"), "nothing says what the handlers are told on a refusal", mend)
    if event.undo >= 0 and not undoes:
        mend = f"write veto = {Veto.UNDOES_BEFORE.value!r} or {Veto.UNDOES_ALL.value!r}"
        top.wrong(("event", at, "undo"), "'undo' without a veto that undoes", mend)
    if event.undo >= 0 and event.argument == ANY_ARGUMENT:
        mend = "give the event's own argument by its number"
        top.wrong(("event", at, "argument"), "which of two constants is the event, nothing says", mend)


def _check_alternatives(profile: Profile, top: Table) -> None:
    """Of the alternatives of one call each must have a way to be the one that fits."""
    first: dict[tuple[str, str, int, int], int] = {}
    for at, event in enumerate(profile.events):
        if not event.call:
            continue
        before = first.setdefault((event.call, event.chain, event.argument, event.undo), at)
        if before != at:
            line = top.line_of("event", before, "call")
            what = f"{event.call!r} is an event by the same argument in line {line} already"
            top.wrong(
                ("event", at, "call"), what, "put the names into one, or give another argument or chain"
            )


def _check_handlers(profile: Profile, top: Table) -> None:
    known = _event_names(profile)
    for at, handler in enumerate(profile.handlers):
        for number, name in enumerate(handler.events):
            if name not in known:
                place: tuple[Step, ...] = ("handler", at, "events", number)
                top.wrong(place, f"there is no event {name!r}", nearest(name, known))


def _check_courses(profile: Profile, top: Table) -> None:
    for at, entry in enumerate({entry.at: entry for entry in profile.entries}.values()):
        if entry.function in {step.call for step in entry.course}:
            mend = "give the course a name of its own"
            top.wrong(("entry", at, "function"), f"{entry.function!r} is a step of its own course", mend)


def _check_same(profile: Profile, top: Table) -> None:
    """The profile speaks by one name of what several trees call differently."""
    for name in dict.fromkeys(profile.same.values()):
        if name in profile.same:
            top.wrong(("same", name), f"{name!r} is itself another name of {profile.same[name]!r}",
                      "put all names below the one that the profile uses")  # fmt: skip
    for call, part, place in _parts(profile):
        if call in profile.same:
            top.wrong(place, f"{call!r} is {part} here and another name of {profile.same[call]!r} in [same]",
                      f"write {profile.same[call]!r}")  # fmt: skip


def _event_names(profile: Profile) -> set[str]:
    """The short names of all events that the profile names."""
    found = {name for event in profile.events for name in event.names.values()}
    return found | {state.name for event in profile.events for state in event.states}


def _check_landmarks(profile: Profile, top: Table) -> None:
    events = _event_names(profile)
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
                top.wrong(place, f"{path!r} is no field", "write Type.field, or a global variable's name")
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
        # One table may stand for several entries.
        "entry": list({entry.at: entry.holds for entry in profile.entries}.values()),
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
    known = _event_names(profile) | {landmark.name for landmark in profile.landmarks}
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
    known = _event_names(profile)
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


def _check_called(profile: Profile, top: Table) -> None:
    """Other words stand for something there is, and hide no name that the profile gives."""
    letters_known = _event_names(profile) | {landmark.name for landmark in profile.landmarks}
    scenarios = {scenario.id for scenario in profile.scenarios}
    own = {scenario.title.lower() for scenario in profile.scenarios}
    for section, words, known, taken in (
        ("letters", profile.called.letters, letters_known, set[str]()),
        ("scenarios", profile.called.scenarios, scenarios, own),
        ("places", profile.called.places, None, set[str]()),
    ):
        for word, names in words.items():
            if not any(character.isalpha() for character in word):
                top.wrong(("called", section, word), f"{word!r} is no word", "write what people say")
            if word.lower() in taken:
                mend = "a title means its own scenario; take another word"
                top.wrong(("called", section, word), f"{word!r} is the title of a scenario", mend)
            if not names:
                top.wrong(
                    ("called", section, word), f"{word!r} stands for nothing", "name what it stands for"
                )
            for at, name in enumerate(names):
                place: tuple[Step, ...] = ("called", section, word, at)
                if known is not None and name not in known:
                    top.wrong(place, f"there is no {section[:-1]} {name!r}", nearest(name, known))
                elif known is None and not IDENTIFIER.fullmatch(name):
                    top.wrong(place, f"{name!r} is no function", "write the name of a C function")
