"""Snapshots without a tree: the profile's built-in lifecycle with the series laid over it.

Job: build one stage per patch from the model. Input: a series and a profile. Output: the same `Snapshot`s
a tree would give, with evidence per line: a line that some patch shows is *in the diff*, at the place the
diff's line numbers name; any other is *built in*, at its place in the model. A hunk that could matter and
cannot be placed is named in `unknown`, and its stage goes on without it. Not modelled: the source the
model leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from analyzer.model.profile import Profile
from analyzer.model.series import Patch, Series
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.model.unknown import Unknown
from analyzer.snapshots.changes import renames, words_of
from analyzer.snapshots.images import Place
from analyzer.snapshots.lines import continued_lines
from analyzer.snapshots.numbers import hunks_of, line_after, line_before
from analyzer.snapshots.relevance import relevance
from analyzer.snapshots.sheet import Sheet
from analyzer.snapshots.stage import State, lay_patch
from analyzer.snapshots.tokens import split_lines, tokenise

_Marks = dict[int, list[tuple[int, Place | None, Place | None]]]


def lay(series: Series, profile: Profile) -> tuple[Snapshot, ...]:
    """The base and one stage per patch of `series`, on the profile's model files; without any, no stage
    can be built."""
    if not profile.model:
        return _nothing(series, profile)
    state, origin = _base(profile)
    stages: list[dict[str, Sheet]] = [dict(state.sheets)]
    marks: _Marks = {}
    unknown: list[tuple[Unknown, ...]] = [()]
    renamed: list[Mapping[str, str]] = [MappingProxyType({})]
    for order, patch in enumerate(series.patches, 1):
        names = renames(patch)
        lenient = any(number < patch.number for number in series.missing) or bool(series.unknown)
        state.marks = []
        unknown.append(lay_patch(state, patch, profile, names, lenient))
        for identity, before, after in state.marks:
            marks.setdefault(identity, []).append((order, before, after))
        words = {token.text for sheet in state.sheets.values() for token in tokenise(sheet.text)}
        names = {new: old for new, old in names.items() if old not in words}
        renamed.append(MappingProxyType(names))
        stages.append(dict(state.sheets))
    known = concerned(series, profile)
    return tuple(
        Snapshot(
            patch=series.patches[order - 1].number if order else 0,
            title=series.patches[order - 1].title if order else "base",
            files=MappingProxyType({key: sheet.text for key, sheet in sheets.items()}),
            lines=MappingProxyType(
                {
                    key: tuple(
                        _evidence(identity, order, marks, origin, series.patches)
                        for identity in sheet.identities
                    )
                    for key, sheet in sheets.items()
                }
            ),
            moved=_moved(stages[order - 1], sheets, renamed[order]) if order else MappingProxyType({}),
            renamed=renamed[order],
            concerned=known,
            unknown=unknown[order],
        )
        for order, sheets in enumerate(stages)
    )


def _nothing(series: Series, profile: Profile) -> tuple[Snapshot, ...]:
    why = f"the profile {profile.name} has no built-in lifecycle: give --repo"
    unknown = (Unknown("the series", why),)
    empty: Mapping[str, str] = MappingProxyType({})
    stages = [(0, "base"), *((patch.number, patch.title) for patch in series.patches)]
    known = concerned(series, profile)
    return tuple(
        Snapshot(number, title, empty, {}, {}, empty, analysed=False, concerned=known, unknown=unknown)
        for number, title in stages
    )


def concerned(series: Series, profile: Profile) -> bool:
    """Whether a name of the profile or a modelled function or file occurs anywhere in the series."""
    known = relevance(profile, [model.text for model in profile.model])
    calls = {event.chain or event.call for event in profile.events}
    calls |= {name for event in profile.events for name in event.names if name}
    calls |= {mark.call for mark in profile.landmarks if mark.call}
    calls |= {writer.call for tracked in profile.tracked for writer in tracked.writers}
    names = calls | known.functions
    paths = {model.path for model in profile.model}
    for patch in series.patches:
        for diff in patch.files:
            if diff.old_path in paths or diff.new_path in paths:
                return True
            if any(words_of(hunk) & names for hunk in diff.hunks):
                return True
    return False


def _base(profile: Profile) -> tuple[State, dict[int, Place]]:
    sheets: dict[str, Sheet] = {}
    origin: dict[int, Place] = {}
    fresh = 0
    for model in profile.model:
        text = model.text.replace("\r\n", "\n")
        lines = split_lines(text)
        identities = tuple(range(fresh, fresh + len(lines)))
        fresh += len(lines)
        sheets[model.path] = Sheet("".join(line + "\n" for line in lines), identities)
        origin.update({identity: (model.shown, k) for k, identity in enumerate(identities, 1)})
    return State(sheets, {model.path: model.path for model in profile.model}, fresh), origin


def _evidence(
    identity: int, order: int, marks: _Marks, origin: Mapping[int, Place], patches: Sequence[Patch]
) -> tuple[Evidence, str, int]:
    """What shows a line at stage `order`: the last patch up to it, else the first one after it."""
    past = [(at, after) for at, _, after in marks.get(identity, ()) if at <= order and after is not None]
    if past:
        at, (path, line) = past[-1]
        for patch in patches[at:order]:
            line = line_after(hunks_of(patch, path), line)
        return Evidence.DIFF, path, line
    coming = [(at, before) for at, before, _ in marks.get(identity, ()) if at > order and before is not None]
    if coming:
        at, (path, line) = coming[0]
        for patch in reversed(patches[order : at - 1]):
            line = line_before(hunks_of(patch, path), line)
        return Evidence.DIFF, path, line
    path, line = origin.get(identity, ("", 0))
    return Evidence.BUILT_IN, path, line


def _moved(
    before: Mapping[str, Sheet], after: Mapping[str, Sheet], renamed: Mapping[str, str]
) -> Mapping[str, tuple[int, ...]]:
    result: dict[str, tuple[int, ...]] = {}
    for key, sheet in after.items():
        old = before.get(key)
        if old is not None and old.text == sheet.text:
            continue
        places: dict[int, int] = {}
        for line, identity in enumerate(old.identities if old else (), 1):
            places.setdefault(identity, line)
        kept: Sequence[int] = [places.get(identity, 0) for identity in sheet.identities]
        result[key] = continued_lines(old.text if old else "", sheet.text, renamed, kept)
    return MappingProxyType(result)
