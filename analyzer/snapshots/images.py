"""The two sides of a hunk, cut at the functions they show.

Job: turn a hunk into its text before and after, with the place in the tree of each line, and into
segments: the part before the first function head, each function, and what stands between functions.
Input: one hunk of one file. Output: `Side`s and `Segment`s. Not modelled: which function the first part
lies in; only its section line hints at that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from analyzer.model.series import FileDiff, Hunk, LineKind
from analyzer.snapshots.statements import KEYWORDS, Unit, brace_pairs, cut

Place = tuple[str, int]
_STAR = re.compile(r"\s*\*(?:\s|$)")
_NAMED = re.compile(r"([^\W\d]\w*)\s*\(")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a hunk: its text, the place of each line, its units."""

    text: str
    places: tuple[Place, ...]
    units: tuple[Unit, ...]

    def place(self, line: int) -> Place:
        return self.places[line - 1]

    def verbatim(self, first: int, stop: int) -> tuple[str, tuple[Place, ...]]:
        """The text of units `first` to `stop`, from its indentation on, and the places of its lines."""
        start, end = self.units[first].start, self.units[stop - 1].end
        line_start = self.text.rfind("\n", 0, start) + 1
        if not self.text[line_start:start].strip():
            start = line_start
        text = self.text[start:end]
        line = self.units[first].tokens[0].line
        return text, self.places[line - 1 : line + text.count("\n")]


def side(path: str, start: int, lines: list[str]) -> Side:
    """A side from its lines; `start` is the number of the first one."""
    seen = list(lines)
    joined = "\n".join(lines)
    close, opened = joined.find("*/"), joined.find("/*")
    if close < 0 or 0 <= opened < close:
        # A hunk may begin inside a comment whose end it does not show.
        for index, line in enumerate(seen):
            if not _STAR.match(line):
                break
            seen[index] = ""
    text = "\n".join(seen)
    return Side(text, tuple((path, start + k) for k in range(len(lines))), cut(text))


def sides(diff: FileDiff, hunk: Hunk) -> tuple[Side, Side]:
    """The hunk's text before and after."""
    before = [line.text for line in hunk.lines if line.kind is not LineKind.ADDED]
    after = [line.text for line in hunk.lines if line.kind is not LineKind.REMOVED]
    return side(diff.old_path, hunk.old_start, before), side(diff.new_path, hunk.new_start, after)


class Scope(Enum):
    """What a segment is a part of."""

    OPENING = "opening"  # some function, or the space between functions
    FUNCTION = "function"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Segment:
    """Units `first` up to `stop` of a side; `whole` if a function is shown with its closing brace."""

    scope: Scope
    function: str
    first: int
    stop: int
    whole: bool = False

    @property
    def width(self) -> int:
        return self.stop - self.first


def segments(units: tuple[Unit, ...]) -> tuple[Segment, ...]:
    """The segments of one side, in order, none of them empty."""
    heads = [index for index, unit in enumerate(units) if unit.function]
    result: list[Segment] = []
    first = heads[0] if heads else len(units)
    if first:
        result.append(Segment(Scope.OPENING, "", 0, first))
    for at, head in enumerate(heads):
        end = heads[at + 1] if at + 1 < len(heads) else len(units)
        # Pairs are sought inside the part alone, so that a half function before it does no harm.
        closing = brace_pairs(units[head:end]).get(1)
        name = units[head].function
        if closing is None:
            result.append(Segment(Scope.FUNCTION, name, head, end))
            continue
        result.append(Segment(Scope.FUNCTION, name, head, head + closing + 1, True))
        if head + closing + 1 < end:
            result.append(Segment(Scope.BETWEEN, "", head + closing + 1, end))
    return tuple(result)


def hinted_function(section: str) -> str:
    """The function a hunk's section line names, or "" if it names a label or nothing."""
    match = _NAMED.search(section)
    if match is None or match.group(1) in KEYWORDS or section[:1].isspace():
        return ""
    return match.group(1)


def is_source(path: str) -> bool:
    """Whether a path is C text."""
    return path.endswith((".c", ".h", ".inc", ".C", ".cc", ".hh", ".h.inc", ".c.inc"))
