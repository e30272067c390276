"""Who is hit: the subscribers of the tree, joined to the changes and findings of a series.

Input: changes and findings, the snapshots, the base in a repository. Output: the same changes
and findings with their `hits`, and the subscribers that are hit. An event is told elsewhere when a change has
it at another function, or on the other side of a landmark. Not modelled: subscribers that only a stage in
the middle has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analyzer.cfront import Store
from analyzer.model.contract import letters
from analyzer.model.effect import Effect
from analyzer.model.letters import Letter
from analyzer.model.letters import Sequence as Letters
from analyzer.model.profile import LetterKind, Profile
from analyzer.model.report import Change, Finding
from analyzer.model.series import Series
from analyzer.model.snapshot import Snapshot
from analyzer.model.subscriber import Hit, Subscriber
from analyzer.profiles import parse_contract
from analyzer.regress.effects import affected
from analyzer.snapshots.objects import Objects
from analyzer.subscribers.join import Difference, Join, join
from analyzer.subscribers.listing import open_code
from analyzer.subscribers.source import Tree

Values = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Heard:
    """Changes and findings with their hits, all subscribers that are hit, and `every` one there is (None:
    they were not looked for)."""

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    subscribers: tuple[Subscriber, ...]
    every: tuple[Subscriber, ...] | None = None


def heard(
    changes: Sequence[Change],
    findings: Sequence[Finding],
    snapshots: Sequence[Snapshot],
    series: Series,
    profile: Profile,
    objects: Objects,
    commit: str,
    store: Store,
    *,
    always: bool = False,
) -> Heard:
    """See the module's docstring. With `always`, the subscribers are looked for even if nothing changes."""
    if not profile.registrations or not (changes or always):
        return Heard(tuple(changes), tuple(findings), ())
    tree = Tree(objects, commit, _laid(series, snapshots))
    known = join(open_code(tree, profile, store), profile)
    hit = tuple(_with_hits(change, known) for change in changes)
    told = tuple(replace(finding, hits=_of_finding(finding, profile, known)) for finding in findings)
    where = {(h.handler, h.where) for change in hit for h in change.hits}
    hits = tuple(s for s in known.subscribers if (s.handler, s.where) in where)
    return Heard(hit, told, hits, known.subscribers)


def _laid(series: Series, snapshots: Sequence[Snapshot]) -> dict[str, str]:
    """The texts of the last stage that the series touched."""
    done = [snapshot for snapshot in snapshots if snapshot.analysed]
    if not done:
        return {}
    paths = {diff.new_path for patch in series.patches for diff in patch.files}
    files = done[-1].files
    return {path: files[path] for path in paths if path in files}


def _with_hits(change: Change, known: Join) -> Change:
    hits: list[Hit] = []
    for event in change.events:
        letters = [x for x in (*change.before.letters, *change.after.letters) if x.name == event]
        if letters and letters[0].kind is LetterKind.EVENT:
            hits += known.hits(event, change.modes, differences(event, change))
    return replace(change, hits=tuple(hits))


def differences(event: str, change: Change, *, first: bool = False) -> tuple[Difference, ...]:
    """What is different where the event is told after the change; () if it is not told elsewhere. With
    `first` where it is told first alone: an order is broken there, whatever is told again later."""
    before, after = change.values
    old, new = _places(event, change.before), _places(event, change.after)
    if first:
        old, new = old[:1], new[:1]
    if not old or not new:
        return ()
    kept = [place for place in old if place in new]
    gone = [place for place in old if place not in kept]
    come = [place for place in new if place not in kept]
    found: list[Difference] = []
    if gone and come:
        was = _together(before, (place.letter for place in gone))
        now = _together(after, (place.letter for place in come))
        for name in sorted(was.keys() & now.keys()):
            if was[name] != now[name] and "" not in was[name] | now[name]:
                found.append(Difference(name, was[name], now[name]))
        for landmark in sorted({*gone[0].landmarks} ^ {*come[0].landmarks}):
            first = landmark in gone[0].landmarks
            found.append(Difference(landmark, frozenset({str(int(first))}), frozenset({str(int(not first))})))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an event stands in a sequence: its letter's label and the landmarks before it."""

    label: str
    landmarks: frozenset[str]
    letter: Letter

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Place) and (self.label, self.landmarks) == (other.label, other.landmarks)

    def __hash__(self) -> int:
        return hash((self.label, self.landmarks))


def _places(event: str, sequence: Letters) -> list[_Place]:
    found = []
    passed: set[str] = set()
    for letter in sequence.letters:
        if letter.kind is LetterKind.LANDMARK:
            passed.add(letter.name)
        elif letter.name == event:
            found.append(_Place(letter.label, frozenset(passed), letter))
    return found


def _together(
    places: Mapping[tuple[str, str], Values], letters: Iterable[Letter]
) -> dict[str, frozenset[str]]:
    """What the variables may be at some letters."""
    found: dict[str, frozenset[str]] = {}
    for letter in letters:
        for name, values in places.get((letter.name, letter.function), {}).items():
            found[name] = found.get(name, frozenset()) | values
    return found


def _of_finding(finding: Finding, profile: Profile, known: Join) -> tuple[Hit, ...]:
    """Who acts on an event that a finding is about, and what it means for each."""
    rule = next(rule for rule in profile.rules if rule.name == finding.rule)
    reads = letters(parse_contract(rule.contract)).union(rule.reads)
    change = finding.change
    acts_on = {(one.handler, one.where): one.events for one in known.subscribers}
    heard = tuple(dict.fromkeys(x.name for x in finding.bad.letters if x.kind is LetterKind.EVENT))
    found = []
    for one in affected(finding.bad, finding.nearest, reads):
        different: tuple[Difference, ...] = ()
        if one.effect is Effect.ORDER and change is not None:
            different = differences(one.event, change, first=True)
        for hit in known.hits(one.event, change.modes if change else (), different):
            also = tuple(e for e in heard if e != one.event and e in acts_on[hit.handler, hit.where])
            found.append(
                replace(
                    hit,
                    effect=one.effect,
                    beside=one.beside,
                    compared=bool(different),
                    heard=also if one.effect is Effect.LOSES else (),
                )
            )
    return tuple(found)
