"""A scenario's stages as sequence diagrams, side by side, drawn as SVG.

Input: a `Listing`. Output: one picture. Each column is a group of stages with equal lists. In it, the tasks
of the runs are lifelines, and the handlers that hear an event are one at the right: an event is an arrow to
them, a landmark a box on its task's lifeline. What stays stands in one row over all columns; marks and
colours are those of the tables. Not modelled: contexts other than the task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.model.profile import LetterKind
from analyzer.reports.html.markup import Markup, element, joined, text
from analyzer.reports.layout import columns_of
from analyzer.reports.lists import Listing, letter_words
from analyzer.reports.table import Cell, Column, marked

_ROW = 44  # px
_HEAD = 74  # px, above the first row
_LANE = 84  # px between lifelines
_GLYPH = 7.3  # px, of a character of a label
_MARGIN = 34  # px, left of the first lifeline: marks stand there
_WIDEST = 56  # characters of a label; longer ones are cut, and whole in the title
_NAMES = {"+": "new", "*": "at another place than before", "-": "gone at the next stage"}
_HANDLERS = "handlers"


@dataclass(frozen=True, slots=True)
class _Lanes:
    """The lifelines of a column and where they stand, in px from its left edge."""

    tasks: tuple[str, ...]
    width: int

    def at(self, task: str) -> int:
        return _MARGIN + self.tasks.index(task) * _LANE

    @property
    def handlers(self) -> int:
        return self.width - 40


def diagram(listing: Listing, name: str) -> Markup:
    """The picture; `name` makes its ids unique on the page."""
    columns = marked(listing)
    lanes = [_lanes(column) for column in columns]
    height = _HEAD + _ROW * max((len(column) for column in columns), default=0) + 16
    left = 0
    drawn = []
    for group, column, own in zip(listing.groups, columns, lanes, strict=True):
        drawn.append(
            element("g", *_column(group.heading, column, own, height), transform=f"translate({left} 0)")
        )
        left += own.width + 24
    return element(
        "svg",
        element(
            "title",
            text(f"{listing.scenario.title}: the order of events, stage by stage"),
            id=f"{name}-title",
        ),
        element("desc", text("The table below the picture says the same in words."), id=f"{name}-desc"),
        *drawn,
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {left} {height}",
        width=left,
        height=height,
        style=f"min-width: {left * 7 // 10}px",  # smaller it could not be read: then it is scrolled
    )


def _lanes(column: Column) -> _Lanes:
    cells = [cell for cell in column if cell is not None]
    tasks = list(dict.fromkeys(c.entry.letter.context.task for c in cells if c.entry.letter))
    labels = [_cut(_label(cell)) for cell in cells]
    wide = max([columns_of(label) for label in labels], default=8)
    room = int(_GLYPH * min(wide, _WIDEST)) + 60
    return _Lanes(tuple(tasks), max(_MARGIN + max(len(tasks) - 1, 0) * _LANE + room, 240))


def _label(cell: Cell) -> str:
    letter = cell.entry.letter
    return cell.entry.words if letter is None else letter_words(letter)


def _cut(label: str) -> str:
    return label if columns_of(label) <= _WIDEST else f"{label[: _WIDEST - 1]}…"


def _column(heading: str, column: Column, lanes: _Lanes, height: int) -> Sequence[Markup]:
    parts = [element("text", text(heading), x=4, y=18, class_="heading")]
    events = any(c and c.entry.letter and c.entry.letter.kind is LetterKind.EVENT for c in column)
    lines = [(task or "main", lanes.at(task)) for task in lanes.tasks]
    lines += [(_HANDLERS, lanes.handlers)] if events else []
    for number, (task, x) in enumerate(lines):
        # Names of neighbours stand at two heights, so that long ones do not run into each other.
        y = 40 + 14 * (number % 2)
        last = number == len(lines) - 1 and number > 0
        parts.append(
            element("text", text(_cut(task)), x=x, y=y, class_="lane", text_anchor="end" if last else "start")
        )
        parts.append(element("line", x1=x, y1=_HEAD - 14, x2=x, y2=height - 8, class_="lifeline"))
    for index, cell in enumerate(column):
        if cell is not None:
            parts.append(_row(cell, _HEAD + index * _ROW, lanes))
    return parts


def _row(cell: Cell, y: int, lanes: _Lanes) -> Markup:
    letter = cell.entry.letter
    middle = y + _ROW - 18
    if letter is None:
        return element("text", text(_cut(cell.entry.words)), x=_MARGIN + 8, y=middle - 4, class_="aside")
    marks = cell.marks.strip()
    x = lanes.at(letter.context.task)
    said = letter_words(letter)
    words = "; ".join([said, *(_NAMES[mark] for mark in marks), f"{letter.evidence.value}: {letter.where}"])
    parts = [element("title", text(words))]
    if marks:
        parts.append(element("rect", x=2, y=y, width=lanes.width - 4, height=_ROW - 4, rx=4, class_="band"))
        parts.append(element("text", text(marks), x=8, y=middle, class_="mark"))
    if letter.kind is LetterKind.EVENT:
        end = lanes.handlers
        parts.append(element("line", x1=x, y1=middle, x2=end - 8, y2=middle, class_="arrow"))
        head = f"M{end - 9} {middle - 5} L{end} {middle} L{end - 9} {middle + 5} Z"
        parts.append(element("path", d=head, class_="head"))
        parts.append(element("text", text(_cut(said)), x=x + 8, y=middle - 7, class_="label"))
    else:
        parts.append(element("rect", x=x - 5, y=middle - 12, width=10, height=20, class_="box"))
        parts.append(element("text", text(_cut(said)), x=x + 12, y=middle + 3, class_="label"))
    looks = {"+": "new", "*": "elsewhere", "-": "gone"}
    return element("g", joined(parts), class_=" ".join(["letter", *(looks[mark] for mark in marks)]))
