"""The subscribers of a tree, for the command of that name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from analyzer import profiles
from analyzer.model.subscriber import Subscribed
from analyzer.model.unknown import InputError
from analyzer.snapshots.objects import Objects
from analyzer.subscribers.source import Source, Tree, roots


def list_subscribers(
    repository: str,
    revision: str,
    profile: str | None,
    progress: Callable[[str], None] = lambda _: None,
    *,
    cache: bool = False,
) -> tuple[Subscribed, ...]:
    """What each profile's registrations say of the tree of `revision` in the repository that the folder
    `repository` lies in; with `cache`, what is read is remembered in the user's cache folder. Profiles that
    find none are left out; `InputError` if none finds any."""
    asked = (profile,) if profile is not None else profiles.names()
    words = {name: profiles.registering(name) for name in asked}
    with Objects(Path(repository)) as objects:
        commit = objects.commit(revision)
        progress(f"{repository}: searching for registrations")
        tree = _Searched(Tree(objects, commit), [word for calls in words.values() for word in calls])
        # What takes its time to load, while the search runs.
        from analyzer import cfront
        from analyzer.subscribers.listing import open_code, subscribers

        found = []
        for name, calls in words.items():
            if profile is None and not tree.find(calls):
                continue
            one = profiles.load(name)
            if not one.registrations:
                raise InputError(f"profile {one.name}: has no [[register]]; add one")
            store = cfront.Store(one.dialect, cfront.cache_folder() if cache else None)
            try:
                listed = subscribers(open_code(tree, one, store), one)
            finally:
                store.close()
            if listed:
                found.append(Subscribed(one.name, one.title, repository, commit, listed))
    if not found:
        named = " or ".join(asked)
        raise InputError(f"{repository}: {revision} has no registration that {named} knows; give --profile")
    return tuple(found)


class _Searched:
    """A tree that is searched once for all `words`, from now on."""

    def __init__(self, tree: Tree, words: Iterable[str]) -> None:
        self._tree: Source = tree
        self._words = roots(words)
        self._texts: Mapping[str, str] | None = None  # of the files that were found
        tree.begin(self._words)

    def find(self, words: Sequence[str]) -> tuple[str, ...]:
        if not all(any(known in word for known in self._words) for word in words):
            return self._tree.find(words)
        if self._texts is None:
            self._texts = self._tree.read(self._tree.find(self._words))
        return tuple(sorted(p for p, text in self._texts.items() if any(word in text for word in words)))

    def read(self, paths: Iterable[str]) -> Mapping[str, str]:
        wanted = list(paths)
        known = {path: self._texts[path] for path in wanted if path in self._texts} if self._texts else {}
        return {**known, **self._tree.read([path for path in wanted if path not in known])}

    def named(self, patterns: Sequence[str]) -> tuple[str, ...]:
        return self._tree.named(patterns)
