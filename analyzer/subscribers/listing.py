"""The subscribers of a tree: the handlers it registers, for which modes, and the events each acts on.

Input: a tree's `Code` and a profile. Output: `Subscriber`s, by place of registration. What could not be told
of one stands in it, with the reason.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from analyzer.cfront.store import Store
from analyzer.model.profile import Profile
from analyzer.model.subscriber import Subscriber
from analyzer.model.unknown import Unknown
from analyzer.subscribers.acts import Acts, acts
from analyzer.subscribers.code import Code
from analyzer.subscribers.found import Registered
from analyzer.subscribers.registrations import registrations
from analyzer.subscribers.source import Source

_PLAIN = ("main", "core", "init", "common", "base")  # names of files that say nothing: their folder's does


def open_code(source: Source, profile: Profile, store: Store | None = None) -> Code:
    """The tree as this package reads it, with what `store` remembers of its files."""
    return Code(source, store or Store(profile.dialect), profile.paths)


def subscribers(code: Code, profile: Profile) -> tuple[Subscriber, ...]:
    """All subscribers of a tree."""
    return tuple(one for one, _ in known(code, profile))


def known(code: Code, profile: Profile) -> list[tuple[Subscriber, Acts]]:
    """All subscribers of a tree, with what was found out about their handlers."""
    found = []
    for one in registrations(code, profile.registrations):
        done = acts(code, one, profile)
        found.append((_subscriber(one, done, profile), done))
    return found


def _subscriber(one: Registered, found: Acts, profile: Profile) -> Subscriber:
    subject = f"registration of {one.handler or 'a handler'}"
    doubts = tuple(Unknown(subject, why, str(one.where)) for why in one.doubts if one.handler)
    return Subscriber(
        device=_component(one.where.path, profile),
        handler=one.handler or "?",
        where=one.where,
        modes=one.modes,
        events=found.events,
        perhaps=found.perhaps,
        defined=found.defined,
        unknown=(*doubts, *found.doubts),
    )


def _component(path: str, profile: Profile) -> str:
    for glob, name in profile.components.items():
        if fnmatchcase(path, glob):
            return name
    file = PurePosixPath(path)
    return file.parent.name if file.stem in _PLAIN and file.parent.name else file.stem
