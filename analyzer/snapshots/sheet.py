"""A text under edit whose lines keep their identity.

Job: apply edits to a text and know for each line which line of the base, or which inserted line, it is.
Input: a text, then edits by offset. Output: the new text and one identity per line. Not modelled: why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.snapshots.images import Place
from analyzer.snapshots.tokens import split_lines


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``[start, end)`` by `text`, whose lines come from `places`."""

    start: int
    end: int
    text: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text and the identity of each of its lines."""

    text: str
    identities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """The new sheet, and the place of each line that was inserted."""

    sheet: Sheet
    inserted: dict[int, Place]


def edited(sheet: Sheet, edits: Sequence[Edit], fresh: int) -> Edited:
    """Apply edits that do not overlap; new lines get identities from `fresh` on. Later edits that overlap
    an earlier one are cut to what is left."""
    text = sheet.text if not sheet.text or sheet.text.endswith("\n") else sheet.text + "\n"
    owners: list[int] = []
    for line, identity in zip(split_lines(text), sheet.identities, strict=True):
        owners.extend([identity] * (len(line) + 1))
    pieces: list[str] = []
    kept: list[int] = []
    inserted: dict[int, Place] = {}
    at = 0
    order = sorted(range(len(edits)), key=lambda k: (edits[k].start, edits[k].end > edits[k].start, k))
    for index in order:
        edit = edits[index]
        start = edit.start
        if edit.text:
            line_start = text.rfind("\n", 0, start) + 1
            if not text[line_start:start].strip():
                start = line_start
        start = max(start, at)
        pieces.append(text[at:start])
        kept.extend(owners[at:start])
        if edit.text:
            before = "".join(pieces[-1:])[-1:] or "\n"
            lead = "" if start == 0 or before == "\n" else "\n"
            pieces.append(lead)
            kept.extend([kept[-1]] * len(lead) if kept else [fresh] * len(lead))
            for line, place in zip(edit.text.split("\n"), edit.places, strict=True):
                inserted[fresh] = place
                pieces.append(line + "\n")
                kept.extend([fresh] * (len(line) + 1))
                fresh += 1
        at = max(edit.end, start, at)
    pieces.append(text[at:])
    kept.extend(owners[at:])
    return Edited(_folded("".join(pieces), kept, sheet), inserted)


def _folded(text: str, owners: list[int], old: Sheet) -> Sheet:
    """Lines with their owner; lines that an edit left blank are dropped."""
    blank = {
        identity
        for line, identity in zip(split_lines(old.text), old.identities, strict=True)
        if not line.strip()
    }
    known = set(old.identities)
    lines: list[str] = []
    identities: list[int] = []
    offset = 0
    for line in split_lines(text):
        lead = len(line) - len(line.lstrip())
        owner = owners[offset + (lead if lead < len(line) else 0)]
        offset += len(line) + 1
        if line.strip() or owner not in known or owner in blank:
            lines.append(line)
            identities.append(owner)
    return Sheet("".join(line + "\n" for line in lines), tuple(identities))
