"""One patch laid over one stage of the built-in lifecycle.

Job: find the place of each piece of a patch in the model and edit the model there. Input: the model's
sheets before the patch, the patch. Output: the sheets after it, marks for evidence, and what could matter
but found no place. Not modelled: anything the model does not hold; such a piece either cannot matter or
is an `Unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from analyzer.model.profile import Profile
from analyzer.model.series import FileChange, Patch
from analyzer.model.unknown import Unknown
from analyzer.snapshots.align import Weights, weights
from analyzer.snapshots.changes import Piece, PieceKind, path_of, pieces
from analyzer.snapshots.images import Place, hinted_function
from analyzer.snapshots.plan import opcodes, spelt
from analyzer.snapshots.relevance import Relevance, relevance
from analyzer.snapshots.sheet import Edit, Edited, Sheet, edited
from analyzer.snapshots.sites import Candidate, candidates, model_text, narrowed
from analyzer.snapshots.statements import Unit, balanced, cut, definitions
from analyzer.snapshots.verdicts import changed_units, weighty

NOT_MODELLED = "this hunk changes code the built-in lifecycle does not model: give --repo"


@dataclass(slots=True)
class State:
    """The model as it stands: sheets by key, and the key of each path in the tree. `marks` collects
    (identity of a line, place before, place after) of the patch at hand."""

    sheets: dict[str, Sheet]
    keys: dict[str, str]
    fresh: int
    marks: list[tuple[int, Place | None, Place | None]] = field(default_factory=list)


_Taken: TypeAlias = tuple[Piece, str, Candidate]


class _Layer:
    """Lays one patch. Everything is placed against the text before the patch, then applied at once."""

    def __init__(
        self, state: State, patch: Patch, profile: Profile, renamed: Mapping[str, str], lenient: bool
    ) -> None:
        self.state, self.patch, self.renamed, self.lenient = state, patch, renamed, lenient
        self.relevance: Relevance = relevance(profile, [s.text for s in state.sheets.values()])
        self.texts = {key: model_text(sheet) for key, sheet in state.sheets.items()}
        self.weights: Weights = weights(text.units for text in self.texts.values())
        self.unknown: list[Unknown] = []
        self.edits: dict[str, list[tuple[Piece, list[Edit]]]] = {}
        self.dropped: set[tuple[str, str]] = set()
        self.fresh_files: dict[str, list[tuple[str, tuple[Place, ...]]]] = {}

    def run(self) -> None:
        self._rename_files()
        found = pieces(self.patch)
        elsewhere = frozenset(
            unit.texts
            for piece in found
            for tag, _, _, j1, j2 in opcodes(piece.change.before, piece.change.after)
            if tag != "equal"
            for unit in piece.change.after[j1:j2]
            if not unit.is_brace
        )
        deferred: list[tuple[Piece, list[Candidate]]] = []
        taken: list[_Taken] = []
        for piece in found:
            key = self._key(piece)
            if piece.kind is PieceKind.ADD:
                self._add(piece, key)
            elif key is None:
                self._outside(piece)
            elif piece.kind is PieceKind.BETWEEN:
                self._between(piece)
            elif piece.kind is PieceKind.DELETE:
                self._delete(piece, key)
            else:
                places = candidates(piece, self.texts[key], self.weights, self.relevance, elsewhere)
                if len(places) == 1:
                    taken.append((piece, key, places[0]))
                elif places:
                    deferred.append((piece, places))
                else:
                    self._unplaced(piece, key)
        for piece, places in deferred:
            key = self._key(piece)
            assert key is not None
            self._choose(piece, key, places, taken)
        self._settle(taken)
        self._apply()

    # --- where a piece belongs -----------------------------------------------------------------

    def _key(self, piece: Piece) -> str | None:
        keys = self.state.keys
        if piece.diff.change is FileChange.COPIED:
            return keys.get(piece.diff.new_path)
        return keys.get(piece.diff.old_path) or keys.get(piece.diff.new_path)

    def _rename_files(self) -> None:
        """A renamed file keeps its key, so that its lines keep their identity."""
        for diff in self.patch.files:
            if diff.change is FileChange.RENAMED and diff.old_path in self.state.keys:
                self.state.keys[diff.new_path] = self.state.keys[diff.old_path]

    def _choose(self, piece: Piece, key: str, places: list[Candidate], order: list[_Taken]) -> None:
        """Several equally good places: what else the hunk shows decides, then the order of the hunks."""
        left = narrowed(piece, self.texts[key], places)
        if len(left) > 1:
            mine = [(p.number, c.first) for p, _, c in order if p.diff is piece.diff]
            low = max((first for number, first in mine if number < piece.number), default=-1)
            high = min((first for number, first in mine if number > piece.number), default=1 << 60)
            left = [c for c in left if low <= c.first <= high]
        if len(left) == 1:
            order.append((piece, key, left[0]))
        elif any(c.plan.edits or c.plan.objections for c in places) and weighty(
            self._changed(piece), self.relevance, True
        ):
            names = sorted({c.function or "the file" for c in places})
            self._object(
                piece, f"it fits {len(places)} places equally well, in {', '.join(names)}: give --repo"
            )

    def _settle(self, taken: list[_Taken]) -> None:
        """Two hunks never show the same line: of two that claim one, the better founded keeps it."""

        def founded(item: _Taken) -> tuple[bool, float]:
            piece, _, candidate = item
            named = piece.function or hinted_function(piece.hunk.section)
            return named == candidate.function, candidate.alignment.score

        claimed: dict[tuple[str, int], Piece] = {}
        kept: list[_Taken] = []
        for item in sorted(taken, key=founded, reverse=True):
            piece, key, candidate = item
            units, before = self.texts[key].units, piece.change.before
            mine = {
                (key, column)
                for at, column in candidate.alignment.match.items()
                if before[at].texts == units[column].texts and not units[column].is_brace
            }
            if any(claimed.get(place, piece).hunk is not piece.hunk for place in mine):
                self._unplaced(piece, key)
                continue
            claimed.update(dict.fromkeys(mine, piece))
            kept.append(item)
        for item in taken:
            if item in kept:
                self._take(*item)

    def _take(self, piece: Piece, key: str, candidate: Candidate) -> None:
        made = candidate.plan
        sheet = self.texts[key].sheet
        self.state.marks.extend(
            (sheet.identities[line - 1], before, after) for line, before, after in made.marks
        )
        if made.contradictions and not self.lenient:
            self._object(
                piece, f"it {made.contradictions[0]}: the tree is not what the model follows; give --repo"
            )
        elif made.objections:
            self._object(piece, f"it {made.objections[0]}; {NOT_MODELLED}")
        elif (
            not candidate.alignment.firm
            and made.edits
            and weighty(self._changed(piece), self.relevance, True)
        ):
            self._object(piece, f"its blocks do not fit the model's; {NOT_MODELLED}")
        else:
            self.edits.setdefault(key, []).append((piece, made.edits))

    # --- pieces without a place ----------------------------------------------------------------

    def _changed(self, piece: Piece) -> list[Unit]:
        return changed_units(piece, self.renamed)

    def _unplaced(self, piece: Piece, key: str) -> None:
        hint = piece.function or hinted_function(piece.hunk.section)
        modelled = not hint or hint in self.texts[key].functions
        unit = weighty(self._changed(piece), self.relevance, modelled)
        if unit is not None:
            self._object(piece, f"it changes '{spelt(unit)}'; {NOT_MODELLED}")

    def _outside(self, piece: Piece) -> None:
        """A file the model does not hold: only what the profile or the model names can matter."""
        for unit in self._changed(piece):
            if self.relevance.names_call(unit):
                self._object(piece, f"it changes '{spelt(unit)}'; {NOT_MODELLED}")
                return

    def _between(self, piece: Piece) -> None:
        for unit in self._changed(piece):
            if self.relevance.touches(unit):
                self._object(piece, f"it changes '{spelt(unit)}'; {NOT_MODELLED}")
                return

    def _object(self, piece: Piece, why: str) -> None:
        subject = path_of(piece.diff)
        unknown = Unknown(
            what=f"patch {self.patch.number}, {subject}, hunk {piece.number}",
            why=why,
            where=f"{self.patch.source}:{piece.hunk.source}" if self.patch.source else "",
            patch=self.patch.number,
        )
        if unknown not in self.unknown:
            self.unknown.append(unknown)

    # --- whole functions -----------------------------------------------------------------------

    def _add(self, piece: Piece, key: str | None) -> None:
        change = piece.change
        text, places = change.new.verbatim(change.new_first, change.new_stop)
        if key is None:
            self.fresh_files.setdefault(piece.diff.new_path, []).append((text, places))
            return
        model = self.texts[key]
        if piece.function in model.functions:
            self._object(piece, f"it defines '{piece.function}' a second time; {NOT_MODELLED}")
            return
        above, below = model.functions.get(piece.follows), model.functions.get(piece.precedes)
        offset = len(model.sheet.text)
        if above is not None:
            offset = model.units[above.last].end
        elif below is not None:
            offset = model.units[below.first].start
        self.edits.setdefault(key, []).append(
            (piece, [Edit(offset, offset, "\n" + text, (places[0], *places))])
        )

    def _delete(self, piece: Piece, key: str) -> None:
        model = self.texts[key]
        place = model.functions.get(piece.function)
        if place is None:
            self._between(piece)
            return
        start, end = model.units[place.first].start, model.units[place.last].end
        first, last = model.units[place.first].tokens[0].line, model.units[place.last].tokens[-1].line
        shown = piece.change.old.place(piece.change.before[0].tokens[0].line)
        self.state.marks.extend((model.sheet.identities[n - 1], shown, None) for n in range(first, last + 1))
        self.edits.setdefault(key, []).append((piece, [Edit(start, end)]))
        self.dropped.add((key, piece.function))

    # --- applying ------------------------------------------------------------------------------

    def _apply(self) -> None:
        for key, found in self.edits.items():
            kept = self._balanced(key, found)
            done = self._try(key, kept)
            self.state.sheets[key] = done.sheet
            self.state.marks.extend((identity, None, place) for identity, place in done.inserted.items())
            self.state.fresh += sum(len(edit.places) for _, edits in kept for edit in edits)
        for path, parts in self.fresh_files.items():
            if self._wanted(path, [text for text, _ in parts]):
                self._write(path, parts)

    def _try(self, key: str, found: Sequence[tuple[Piece, list[Edit]]]) -> Edited:
        edits = [edit for _, part in found for edit in part]
        return edited(self.texts[key].sheet, edits, self.state.fresh)

    def _balanced(self, key: str, found: list[tuple[Piece, list[Edit]]]) -> list[tuple[Piece, list[Edit]]]:
        """What can be applied without tearing a block apart; the rest becomes unknown."""
        if not balanced(self.texts[key].units) or self._sound(key, found):
            return found
        for index, (piece, _) in enumerate(found):
            rest = found[:index] + found[index + 1 :]
            if self._sound(key, rest):
                self._object(piece, f"its braces do not fit the model's; {NOT_MODELLED}")
                return rest
        for piece, _ in found:
            self._object(piece, f"its braces do not fit the model's; {NOT_MODELLED}")
        return []

    def _sound(self, key: str, found: Sequence[tuple[Piece, list[Edit]]]) -> bool:
        units = cut(self._try(key, found).sheet.text)
        if not balanced(units):
            return False
        names = {definition.name for definition in definitions(units)}
        changed = {piece.function for piece, edits in found if edits and piece.function}
        kept = {
            name
            for name in self.texts[key].functions
            if (key, name) not in self.dropped and name not in changed and name not in self.renamed.values()
        }
        return kept <= names

    def _wanted(self, path: str, texts: list[str]) -> bool:
        """A function in a file that the model lacks is taken in if it or its callers could matter."""
        units = [unit for text in texts for unit in cut(text)]
        names = {unit.function for unit in units if unit.function}
        used = {
            token.text
            for sheet in self.state.sheets.values()
            for unit in cut(sheet.text)
            for token in unit.tokens
        }
        return bool(names & used) or any(
            self.relevance.touches(unit) or self.relevance.names_call(unit) for unit in units
        )

    def _write(self, path: str, parts: list[tuple[str, tuple[Place, ...]]]) -> None:
        lines: list[str] = []
        identities: list[int] = []
        for text, places in parts:
            for line, place in zip(text.split("\n"), places, strict=True):
                lines.append(line + "\n")
                identities.append(self.state.fresh)
                self.state.marks.append((self.state.fresh, None, place))
                self.state.fresh += 1
        self.state.sheets[path] = Sheet("".join(lines), tuple(identities))
        self.state.keys[path] = path


def lay_patch(
    state: State, patch: Patch, profile: Profile, renamed: Mapping[str, str], lenient: bool
) -> tuple[Unknown, ...]:
    """Lay `patch` over `state`, in place. `lenient`: patches before it are missing, so that a context
    that the model does not have is no contradiction."""
    layer = _Layer(state, patch, profile, renamed, lenient)
    layer.run()
    return tuple(layer.unknown)
