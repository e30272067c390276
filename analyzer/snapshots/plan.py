"""What an aligned change does to the model's text.

Job: turn a change (statements before and after) and an alignment of its old side with the model into
edits. Input: both sides, the alignment. Output: edits, marks (which model lines the change shows), and
objections: parts of the change that could matter and found no place. Added text goes in verbatim between
its nearest matched neighbours; statements the model never had are left out when they go. Not modelled: a
guard that the model drops around something the change adds; that is an objection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from analyzer.snapshots.align import Alignment
from analyzer.snapshots.images import Place, Side
from analyzer.snapshots.relevance import Relevance, called
from analyzer.snapshots.sheet import Edit
from analyzer.snapshots.statements import Unit, UnitKind, brace_pairs

Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """Statements before and after: units ``[a, b)`` of a side, ``[c, d)`` of the other."""

    old: Side
    first: int
    stop: int
    new: Side
    new_first: int
    new_stop: int

    @property
    def before(self) -> tuple[Unit, ...]:
        return self.old.units[self.first : self.stop]

    @property
    def after(self) -> tuple[Unit, ...]:
        return self.new.units[self.new_first : self.new_stop]


@dataclass(slots=True)
class Plan:
    """`marks` are (1-based line of the model, place before, place after the patch or None)."""

    edits: list[Edit] = field(default_factory=list)
    marks: list[tuple[int, Place, Place | None]] = field(default_factory=list)
    objections: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)


def opcodes(before: Sequence[Unit], after: Sequence[Unit]) -> list[Opcode]:
    """How `before` becomes `after`, statement by statement; braces alone anchor nothing."""
    matcher = SequenceMatcher(
        lambda texts: texts in (("{",), ("}",)),
        [unit.texts for unit in before],
        [unit.texts for unit in after],
        autojunk=False,
    )
    return list(matcher.get_opcodes())


def focused(change: Change) -> dict[int, float]:
    """How much more the units count that a change removes or stands next to."""
    before = change.before
    result: dict[int, float] = {}
    for tag, i1, i2, _, _ in opcodes(before, change.after):
        if tag == "equal":
            continue
        result.update(dict.fromkeys(range(i1, i2), 2.0))
        above = next((k for k in range(i1 - 1, -1, -1) if not before[k].is_brace), None)
        below = next((k for k in range(i2, len(before)) if not before[k].is_brace), None)
        for near in (above, below):
            if near is not None:
                result.setdefault(near, 1.3)
    return result


def plan(
    change: Change,
    alignment: Alignment,
    model: Sequence[Unit],
    relevance: Relevance,
    elsewhere: AbstractSet[tuple[str, ...]] = frozenset(),
    whole: bool = False,
) -> Plan:
    """The edits of one change. `elsewhere` are statements that the same patch adds at other places; with
    `whole` the hunk shows all of a function, so that nothing is cut off at its ends."""
    before, after, match = change.before, change.after, alignment.match
    result = Plan()
    steps = opcodes(before, after)
    counterpart = {i1 + k: j1 + k for tag, i1, i2, j1, _ in steps if tag == "equal" for k in range(i2 - i1)}
    _mark(change, match, model, counterpart, result)
    _contradict(before, match, model, relevance, result, whole)
    # A call that the model leaves out and that comes back with other arguments is still left out.
    again = {
        frozenset(called(unit.texts))
        for tag, _, _, j1, j2 in steps
        if tag != "equal"
        for unit in after[j1:j2]
        if called(unit.texts)
    }
    for tag, i1, i2, j1, j2 in steps:
        if tag == "equal":
            continue
        for at in range(i1, i2):
            if at in match:
                # Half a statement at the hunk's edge goes or stays with the half that is not shown.
                unit = model[match[at]]
                if len(before[at].texts) < len(unit.texts) and not unit.function:
                    result.objections.append(f"changes a part of '{spelt(unit)}'")
                    continue
                result.edits.append(Edit(unit.start, unit.end))
            elif before[at].texts in elsewhere or (
                not relevance.touches(before[at])
                and not before[at].jumps
                and not before[at].governs
                and frozenset(called(before[at].texts)) in again
            ):
                continue
            elif _missed(before, at, match, relevance):
                result.objections.append(f"removes '{spelt(before[at])}', which the model does not have")
        if j2 > j1:
            _insert(change, (i1, i2, j1, j2), match, model, relevance, result)
    return result


def spelt(unit: Unit) -> str:
    """A unit for people, cut to a readable length."""
    text = " ".join(unit.texts)
    return text if len(text) <= 60 else text[:57] + "..."


def _mark(
    change: Change,
    match: Mapping[int, int],
    model: Sequence[Unit],
    counterpart: Mapping[int, int],
    result: Plan,
) -> None:
    before, after = change.before, change.after
    for at, column in match.items():
        unit, mine = model[column], before[at]
        if len(mine.tokens) > len(unit.tokens) or mine.is_brace:
            continue
        offset = 0
        if mine.texts != unit.texts and unit.texts[-len(mine.texts) :] == mine.texts:
            offset = len(unit.tokens) - len(mine.tokens)
        kept = after[counterpart[at]] if at in counterpart else None
        seen: set[int] = set()
        for k, token in enumerate(mine.tokens):
            line = unit.tokens[offset + k].line
            if line in seen:
                continue
            seen.add(line)
            later = change.new.place(kept.tokens[k].line) if kept is not None else None
            result.marks.append((line, change.old.place(token.line), later))


def _contradict(
    before: Sequence[Unit],
    match: Mapping[int, int],
    model: Sequence[Unit],
    relevance: Relevance,
    result: Plan,
    whole: bool,
) -> None:
    for at, unit in enumerate(before):
        edge = not whole and (at == 0 or at == len(before) - 1)
        if at not in match and not edge and relevance.contradicts(unit) and unit.kind is not UnitKind.LABEL:
            result.contradictions.append(f"shows '{spelt(unit)}', which the model does not have there")
    columns = sorted(match.values())
    taken = set(columns)
    for column in range(columns[0], columns[-1]) if columns else ():
        if column not in taken and relevance.contradicts(model[column]):
            result.contradictions.append(f"does not show '{spelt(model[column])}', which the model has there")


def _missed(before: Sequence[Unit], at: int, match: Mapping[int, int], relevance: Relevance) -> bool:
    """Whether a statement that goes and that the model lacks could have mattered."""
    unit = before[at]
    if relevance.could_matter(unit) and not unit.governs:
        return True
    if not unit.governs:
        return unit.kind is UnitKind.LABEL and relevance.touches(unit)
    if relevance.touches(unit) or relevance.unfamiliar(unit):
        return True
    return any(k in match or relevance.touches(before[k]) for k in _governed(before, at))


def _governed(units: Sequence[Unit], at: int) -> range:
    """Indices of what a head governs, as far as it is shown."""
    if at + 1 >= len(units):
        return range(0)
    if units[at + 1].kind is not UnitKind.OPEN:
        return range(at + 1, at + 2)
    return range(at + 2, brace_pairs(tuple(units)).get(at + 1, len(units)))


def _insert(
    change: Change,
    span: tuple[int, int, int, int],
    match: Mapping[int, int],
    model: Sequence[Unit],
    relevance: Relevance,
    result: Plan,
) -> None:
    i1, i2, j1, j2 = span
    before = change.before
    added = change.after[j1:j2]
    offset = _place(before, i1, i2, match, model)
    floating = (added[0].texts == ("else",) and i1 - 1 not in match) or (
        added[-1].governs and i2 < len(before) and i2 not in match
    )
    if offset is None or floating:
        weighty = [unit for unit in added if relevance.could_matter(unit) or unit.kind is UnitKind.LABEL]
        if weighty:
            result.objections.append(f"adds '{spelt(weighty[0])}' where the model has no neighbour for it")
        elif any(unit.is_brace for unit in added) and _uneven(added):
            result.objections.append("changes a block that the model does not have")
        return
    text, places = change.new.verbatim(change.new_first + j1, change.new_first + j2)
    result.edits.append(Edit(offset, offset, text, places))


def _place(
    before: Sequence[Unit], i1: int, i2: int, match: Mapping[int, int], model: Sequence[Unit]
) -> int | None:
    """The offset in the model's text at which something between units `i1` and `i2` belongs."""
    replaced = [match[k] for k in range(i1, i2) if k in match]
    if replaced:
        return model[replaced[0]].start
    above = max((k for k in match if k < i1), default=None)
    below = min((k for k in match if k >= i2), default=None)
    after_above = above is not None and not _uneven(before[above + 1 : i1])
    before_below = below is not None and not _uneven(before[i2:below])
    near = below is not None and (above is None or below - i2 < i1 - 1 - above)
    if after_above and above is not None and not (near and before_below):
        return model[match[above]].end
    if before_below and below is not None:
        return model[match[below]].start
    return None


def _uneven(units: Sequence[Unit]) -> bool:
    """Whether blocks are opened or closed that do not close or open among `units`."""
    depth = 0
    for unit in units:
        depth += {UnitKind.OPEN: 1, UnitKind.CLOSE: -1}.get(unit.kind, 0)
        if depth < 0:
            return True
    return depth != 0
