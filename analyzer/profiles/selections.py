"""Selections of runs: the `select` of scenarios and rules, and the named sets that they `use`.

Input are the tables of a profile, output are `Selection` records with all sets merged in. Lists add up; of
two words on the same call, variable or end the later one holds. Not modelled: which runs fit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from analyzer.model.profile import Outcome, Selection, Watch
from analyzer.profiles.tables import Table, nearest

_WATCH = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\(([^()]*)\))?\s*=\s*(\S+)\s*", re.ASCII)
_CONSTANT = re.compile(r"[A-Za-z_]\w*|-?[0-9]+", re.ASCII)
_T = TypeVar("_T")
_ENDS = ("", "done", "blocked")


@dataclass(frozen=True, slots=True)
class _Named:
    """A set before its own `use` is followed."""

    table: Table
    use: tuple[str, ...]
    own: Selection


class Sets:
    """The named sets of a profile, and the way to read a `select` that uses them."""

    def __init__(self, sets: Table, tracked: Collection[str]) -> None:
        self._tracked = tracked
        self._named: dict[str, _Named] = {}
        for name in sets.keys:
            table = sets.table(name)
            self._named[name] = _Named(table, table.names("use"), self._own(table))
            table.done()
        for name, entry in self._named.items():
            self._check_use(entry.table, entry.use)
            if name in self._below(name):
                entry.table.wrong(("use",), f"the set {name!r} uses itself", "take it out of the circle")

    def select(self, table: Table) -> Selection:
        """The selection of a scenario's or a rule's table: its sets in order, then its own words."""
        use = table.names("use")
        self._check_use(table, use)
        own = table.table("select")
        merged = merge(self._resolve(use, frozenset()), self._own(own))
        own.done()
        for function in merged.through:
            if function in merged.avoids:
                table.wrong(
                    ("select",), f"{function!r} is both in through and in avoids", "take it out of one"
                )
        return merged

    def _resolve(self, use: tuple[str, ...], above: frozenset[str]) -> Selection:
        merged = Selection()
        for name in use:
            if name in self._named and name not in above:
                entry = self._named[name]
                merged = merge(merge(merged, self._resolve(entry.use, above | {name})), entry.own)
        return merged

    def _below(self, name: str) -> set[str]:
        """All sets that `name` uses, directly or not."""
        found: set[str] = set()
        ahead = list(self._named[name].use)
        while ahead:
            used = ahead.pop()
            if used not in found and used in self._named:
                found.add(used)
                ahead.extend(self._named[used].use)
        return found

    def _check_use(self, table: Table, use: tuple[str, ...]) -> None:
        for at, name in enumerate(use):
            if name not in self._named:
                table.wrong(("use", at), f"there is no set {name!r}", nearest(name, self._named))

    def _own(self, table: Table) -> Selection:
        return Selection(
            through=table.identifiers("through"),
            avoids=table.identifiers("avoids"),
            returned=_watches(table, "returned"),
            assume=_watches(table, "assume"),
            final=table.value_map("final", self._tracked),
            passed=table.value_map("passed", self._tracked),
            never=table.value_map("never", self._tracked),
            ends=table.one_of("ends", _ENDS, ""),
        )


def merge(first: Selection, then: Selection) -> Selection:
    """Both at once; where they speak of the same call, variable or end, `then` holds."""
    return Selection(
        through=_joined(first.through, then.through),
        avoids=_joined(first.avoids, then.avoids),
        returned=_joined(first.returned, then.returned),
        assume=tuple({watch.call: watch for watch in (*first.assume, *then.assume)}.values()),
        final=_over(first.final, then.final),
        passed=_over(first.passed, then.passed),
        never=_over(first.never, then.never),
        ends=then.ends or first.ends,
    )


def _joined(first: tuple[_T, ...], then: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys((*first, *then)))


def _over(
    first: Mapping[str, tuple[str, ...]], then: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    return {**first, **then}


def _watches(table: Table, key: str) -> tuple[Watch, ...]:
    read: list[Watch] = []
    for at, text in enumerate(table.names(key)):
        found = _WATCH.fullmatch(text)
        constants = (
            [part.strip() for part in (found[2] or "").split(",")] if found and found[2] is not None else []
        )
        if found is None or not all(_CONSTANT.fullmatch(part) for part in constants):
            table.wrong(
                (key, at), f"{text!r} is no watched call", 'write "call = zero" or "call(CONSTANT) = zero"'
            )
            continue
        outcomes = {outcome.value: outcome for outcome in Outcome}
        if found[3] not in outcomes:
            table.wrong((key, at), f"{found[3]!r} is no outcome", nearest(found[3], outcomes))
            continue
        call = f"{found[1]}({', '.join(constants)})" if constants else found[1]
        read.append(Watch(call, outcomes[found[3]]))
    return tuple(read)
