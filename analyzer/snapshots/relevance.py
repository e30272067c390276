"""What could matter to a lifecycle, statement by statement.

Job: sort statements into those that touch what the profile names, those that call what nobody knows, and
the rest. Input: the profile and the texts of the stage. Output: yes or no per unit. Not modelled: types
(a write to a field counts for every object that has a field of that name).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

from analyzer.model.profile import Profile
from analyzer.snapshots.statements import KEYWORDS, Unit, UnitKind, cut, definitions

_ASSIGN = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--"})
_WORD = re.compile(r"[^\W\d]\w*\Z")


def called(texts: Sequence[str]) -> list[str]:
    """Names directly before a parenthesis."""
    return [
        name for name, after in pairwise(texts) if after == "(" and name not in KEYWORDS and _WORD.match(name)
    ]


def declares(texts: Sequence[str]) -> bool:
    """Whether a statement is a function's prototype: a type and a name before the first parenthesis."""
    if "(" not in texts or "=" in texts or texts[0] in KEYWORDS:
        return False
    at = texts.index("(")
    return at >= 2 and all(_WORD.match(text) or text == "*" for text in texts[:at]) and texts[at - 1] != "*"


def profile_names(profile: Profile) -> frozenset[str]:
    """Every call and constant that the profile takes for an event, a landmark or a writer."""
    names: set[str] = set()
    for event in profile.events:
        # A call that serves many chains tells of this domain only by the chain's name.
        names.add(event.chain or event.call)
        names.update(name for name in event.names if name)
    for landmark in profile.landmarks:
        names.add(landmark.call)
    for tracked in profile.tracked:
        names.update(writer.call for writer in tracked.writers)
        names.update(name for name in tracked.fields if "." not in name)
    return frozenset(names - {""})


def _task_names(profile: Profile) -> frozenset[str]:
    deferrals = (deferral.call for deferral in profile.deferrals)
    return frozenset((*deferrals, *(thread.call for thread in profile.threads), *profile.joins))


@dataclass(frozen=True, slots=True)
class Relevance:
    """What a stage knows. `telling` are names that matter wherever they stand; `known` are calls that
    the model makes or defines."""

    telling: frozenset[str]
    prefixes: tuple[str, ...]
    fields: frozenset[str]
    functions: frozenset[str]
    effective: frozenset[str]
    known: frozenset[str]
    inert: tuple[str, ...]
    labels: frozenset[str]  # C labels that are landmarks
    tasks: frozenset[str]  # telling names that defer, start or join, which a model may leave out

    def touches(self, unit: Unit) -> bool:
        """It names an event, a landmark, a writer or a task call, writes tracked state, or calls a
        modelled function that does."""
        if unit.kind is UnitKind.DIRECTIVE:
            words = re.findall(r"\w+", unit.texts[0])
            return words[:1] != ["include"] and any(word in self.telling for word in words)
        if unit.function or declares(unit.texts):
            return False
        texts = unit.texts
        if unit.kind is UnitKind.LABEL and texts[0] in self.labels:
            return True
        if any(text in self.telling or text in self.effective for text in texts):
            return True
        if any(text.startswith(prefix) for prefix in self.prefixes for text in texts):
            return True
        return any(
            texts[at] in self.fields and texts[at - 1] in ("->", ".") and _written(texts, at)
            for at in range(1, len(texts))
        )

    def contradicts(self, unit: Unit) -> bool:
        """It matters so much that a model which lacks it is another program."""
        return self.touches(unit) and not any(text in self.tasks for text in unit.texts)

    def unfamiliar(self, unit: Unit) -> bool:
        """It calls something that neither the model nor the profile's `inert` patterns know."""
        if unit.function or unit.kind is UnitKind.DIRECTIVE or declares(unit.texts):
            return False
        return any(not self._familiar(name) for name in called(unit.texts))

    def could_matter(self, unit: Unit) -> bool:
        """Alone, without what stands around it."""
        return self.touches(unit) or self.unfamiliar(unit) or unit.jumps or self._asks(unit)

    def names_call(self, unit: Unit) -> bool:
        """It calls, or hands on, a function that the profile or the model names."""
        if unit.function or unit.kind is UnitKind.DIRECTIVE or declares(unit.texts):
            return False
        return any(
            text in self.functions or (text in self.telling and text in called(unit.texts))
            for text in unit.texts
        )

    def acts(self, unit: Unit) -> bool:
        """It calls something that is not inert, be it known to the model or not."""
        if unit.function or unit.kind is UnitKind.DIRECTIVE or declares(unit.texts):
            return False
        return any(
            not any(fnmatchcase(name, pattern) for pattern in self.inert) for name in called(unit.texts)
        )

    def _asks(self, unit: Unit) -> bool:
        return any(name in self.functions for name in called(unit.texts))

    def _familiar(self, name: str) -> bool:
        return name in self.known or any(fnmatchcase(name, pattern) for pattern in self.inert)


def _written(texts: Sequence[str], at: int) -> bool:
    after = texts[at + 1] if at + 1 < len(texts) else ""
    return after in _ASSIGN or texts[0] in ("++", "--")


def relevance(profile: Profile, texts: Iterable[str]) -> Relevance:
    """What matters, given the profile and the present texts of all files."""
    tasks = _task_names(profile)
    labels = frozenset(mark.label.rpartition(":")[2] for mark in profile.landmarks if mark.label)
    telling = profile_names(profile) | tasks
    prefixes = tuple(event.prefix for event in profile.events if event.prefix)
    fields = frozenset(name.rpartition(".")[2] for t in profile.tracked for name in t.fields)
    known: set[str] = set(telling)
    bodies: dict[str, list[Unit]] = {}
    for text in texts:
        units = cut(text)
        for unit in units:
            known.update(called(unit.texts))
        for found in definitions(units):
            bodies.setdefault(found.name, []).extend(units[found.first + 1 : found.last])
    dialect = profile.dialect
    for tracked in profile.tracked:
        known.update(tracked.predicates)
    for lock in profile.locks:
        known.update(lock.acquire, lock.release)
    known.update(profile.waits, profile.leaves, bodies)
    inert = (
        *profile.inert,
        *profile.asserts,
        *profile.refutes,
        *dialect.attributes,
        *dialect.auto_types,
        *dialect.block_macros,
        *dialect.loop_macros,
        *dialect.guards,
    )
    functions = frozenset(bodies)
    base = Relevance(
        telling, prefixes, fields, functions, frozenset(), frozenset(known), tuple(inert), labels, tasks
    )
    effective = {name for name, body in bodies.items() if any(base.touches(unit) for unit in body)}
    while True:
        more = {
            name
            for name, body in bodies.items()
            if name not in effective and any(text in effective for unit in body for text in unit.texts)
        }
        if not more:
            break
        effective |= more
    return Relevance(
        telling,
        prefixes,
        fields,
        functions,
        frozenset(effective),
        frozenset(known),
        tuple(inert),
        labels,
        tasks,
    )
