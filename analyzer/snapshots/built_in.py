"""Snapshots without a tree: the profile's built-in lifecycle with the series laid over it.

Job: build one stage per patch from the model. Input: a series and a profile. Output: the same `Snapshot`s
a tree would give, with evidence per line: a line that some patch shows is *in the diff*, at the place the
diff's line numbers name; any other is *built in*, at its place in the model. A hunk that could matter and
cannot be placed is named in `unknown`, and its stage goes on without it. Not modelled: the source the
model leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from analyzer.model.profile import Profile
from analyzer.model.series import LineKind, Patch, Series
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.model.unknown import Unknown, Weight
from analyzer.model.what_if import WhatIf
from analyzer.snapshots.changes import renames, words_of
from analyzer.snapshots.edits import edits
from analyzer.snapshots.images import Place
from analyzer.snapshots.lines import continued_lines
from analyzer.snapshots.merge import Conflict, Text, by_content, merged
from analyzer.snapshots.numbered import numbered
from analyzer.snapshots.numbers import hunks_of, line_after, line_before
from analyzer.snapshots.pick import Clash, Texts, pick, refusal
from analyzer.snapshots.rearranged import Commit, composed, titled
from analyzer.snapshots.relevance import relevance
from analyzer.snapshots.sheet import Sheet
from analyzer.snapshots.stage import State, lay_patch
from analyzer.snapshots.tokens import split_lines, tokenise

_Marks = dict[int, list[tuple[int, Place | None, Place | None]]]


@dataclass(frozen=True, slots=True)
class _Stage:
    """The model's sheets at a stage, the names its patch renames, and what found no place. `own` is the place
    in the series as it was sent whose line numbers are shown."""

    sheets: Mapping[str, Sheet]
    renamed: Mapping[str, str]
    unknown: tuple[Unknown, ...]
    own: int


def lay(series: Series, profile: Profile, what_if: WhatIf | None = None) -> tuple[Snapshot, ...]:
    """The base and one stage per patch of `series`, or per step of `what_if`, on the profile's model files;
    without any, no stage can be built."""
    commits = (
        [Commit(p.number, p.title) for p in series.patches] if what_if is None else titled(series, what_if)
    )
    named = [Commit(0, "base"), *commits]
    if not profile.model:
        return _nothing(series, profile, named)
    state, origin = _base(profile)
    stages = [_Stage(dict(state.sheets), MappingProxyType({}), (), 0)]
    marks: _Marks = {}
    for order, patch in enumerate(series.patches, 1):
        names = renames(patch)
        lenient = any(number < patch.number for number in series.missing) or bool(series.unknown)
        state.marks = []
        unknown = lay_patch(state, patch, profile, names, lenient)
        for identity, before, after in state.marks:
            marks.setdefault(identity, []).append((order, before, after))
        words = {token.text for sheet in state.sheets.values() for token in tokenise(sheet.text)}
        names = {new: old for new, old in names.items() if old not in words}
        stages.append(_Stage(dict(state.sheets), MappingProxyType(names), unknown, order))
    failed: tuple[Unknown, ...] = ()
    if what_if is not None:
        stages, failed = _otherwise(series, what_if, stages)
    known = concerned(series, profile)
    laid = list(zip(named, stages, strict=False))
    own_lines = [
        (commit.number, {key: sheet.identities for key, sheet in stage.sheets.items()})
        for commit, stage in laid
    ]
    added, removed = _changed(series.patches, LineKind.ADDED), _changed(series.patches, LineKind.REMOVED)
    changed = edits(
        own_lines,
        lambda identity: any(
            before is None and (order, after) in added for order, before, after in marks.get(identity, ())
        ),
        lambda identity: any(
            after is None and (order, before) in removed for order, before, after in marks.get(identity, ())
        ),
    )
    found = [
        Snapshot(
            patch=commit.number,
            title=commit.title,
            files=MappingProxyType({key: sheet.text for key, sheet in stage.sheets.items()}),
            lines=MappingProxyType(
                {
                    key: tuple(
                        _evidence(identity, stage.own, marks, origin, series.patches)
                        for identity in sheet.identities
                    )
                    for key, sheet in stage.sheets.items()
                }
            ),
            moved=_moved(before.sheets, stage.sheets, stage.renamed) if before else MappingProxyType({}),
            renamed=stage.renamed,
            concerned=known,
            unknown=stage.unknown,
            put=own.put,
            taken=own.taken,
        )
        for (commit, stage), before, own in zip(laid, [None, *stages], changed, strict=False)
    ]
    last = found[-1]
    found += [
        replace(
            last, patch=each.number, title=each.title, moved={}, renamed={}, analysed=False, unknown=failed
        )
        for each in named[len(stages) :]
    ]
    return tuple(found)


def _otherwise(
    series: Series, what_if: WhatIf, own: Sequence[_Stage]
) -> tuple[list[_Stage], tuple[Unknown, ...]]:
    """The stages of a series taken otherwise, and why there are no more. What the patches show of the tree
    tells whether they conflict; then the model's lines are brought together in the same way."""
    order = {patch.number: at for at, patch in enumerate(series.patches)}
    shown = numbered(series)
    untold: tuple[Unknown, ...] = ()
    if shown is None:
        why = "the line numbers of their hunks do not tell; the built-in lifecycle allows it"
        untold = (Unknown("the patches are taken to apply so", why, weight=Weight.ASSUMPTION),)
    tree: Texts = {} if shown is None else shown[0]
    stages = [own[0]]
    for step in what_if.steps:
        stage = replace(stages[-1], renamed=MappingProxyType({}), unknown=untold)
        for number in step:
            at = order[number]
            patch = series.patches[at]
            if shown is not None:
                laid = pick(patch, shown[at], shown[at + 1], tree)
                if isinstance(laid, Clash):
                    return stages, (refusal(patch, laid, "what is before it then"),)
                tree = laid
            sheets = _merged(own[at].sheets, own[at + 1].sheets, stage.sheets)
            if sheets is None:
                why = "what it changes of the built-in lifecycle was changed there as well: give --repo"
                return stages, (Unknown(f"patch {number}", why, patch=number),)
            stage = _Stage(
                sheets,
                MappingProxyType(composed(stage.renamed, own[at + 1].renamed)),
                (*stage.unknown, *own[at + 1].unknown),
                max(stage.own, at + 1),
            )
        stages.append(stage)
    return stages, ()


def _merged(
    before: Mapping[str, Sheet], after: Mapping[str, Sheet], onto: Mapping[str, Sheet]
) -> dict[str, Sheet] | None:
    """The sheets of `onto` with what changed from `before` to `after`; None if they conflict."""
    sheets = dict(onto)
    for key, sheet in after.items():
        if sheet == before.get(key):
            continue
        base, ours = before.get(key, _NO_SHEET), onto.get(key, _NO_SHEET)
        made = merged(_text(base), _text(ours), _text(sheet), by_content)
        if isinstance(made, Conflict):
            return None
        sheets[key] = Sheet("".join(line + "\n" for line in made.lines), made.identities)
    return sheets


def _text(sheet: Sheet) -> Text:
    return Text(tuple(split_lines(sheet.text)), sheet.identities)


_NO_SHEET = Sheet("", ())


def _nothing(series: Series, profile: Profile, stages: Sequence[Commit]) -> tuple[Snapshot, ...]:
    why = f"the profile {profile.name} has no built-in lifecycle: give --repo"
    unknown = (Unknown("the series", why),)
    empty: Mapping[str, str] = MappingProxyType({})
    known = concerned(series, profile)
    return tuple(
        Snapshot(s.number, s.title, empty, {}, {}, empty, analysed=False, concerned=known, unknown=unknown)
        for s in stages
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


def _changed(patches: Sequence[Patch], kind: LineKind) -> set[tuple[int, Place | None]]:
    """The places of the lines of this kind in the diffs, each with the place of its patch in the series. What
    a statement shares with the one that it replaces is context in the diff."""
    found: set[tuple[int, Place | None]] = set()
    for order, patch in enumerate(patches, 1):
        for diff in patch.files:
            for hunk in diff.hunks:
                old, new = hunk.old_start, hunk.new_start
                for line in hunk.lines:
                    if line.kind is kind:
                        removed = kind is LineKind.REMOVED
                        found.add((order, (diff.old_path, old) if removed else (diff.new_path, new)))
                    old += line.kind is not LineKind.ADDED
                    new += line.kind is not LineKind.REMOVED
    return found


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
