"""Lists of events below headings: *Before patch 2*, *After patch 2*, underlined or not.

Input: a `Block`. Output: `ListStatement`s with the rows that state them. What a heading heads counts as a
list if a line of it names a letter; lines that name none make the list uncertain, and are kept. Not
modelled: nested lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.claims.blocks import Block, Row
from analyzer.claims.courses import led
from analyzer.claims.moments import moment
from analyzer.claims.stated import Course, Item, ListStatement, Moment, Side
from analyzer.claims.words import Token, Vocabulary, tokens

_RULE = re.compile(r"\s*([=~^_-])\1{2,}\s*")
_MARK = re.compile(r"\s*(?:[-*+•·o]|\(?\d{1,3}[.)])\s+")
_DRESS = re.compile(r"^[\s#*_>-]+|[\s#*_]+$")
_OR = re.compile(r"\s*or:?\s*", re.IGNORECASE)
_ARROWS = re.compile(r"\s*(?:-+>|=+>|→|⇒|,|;)\s*")
_NOTHING = frozenset(
    {"( no run )", "no run", "( no event )", "no event", "nothing", "( nothing )", "none", "( none )"}
)
_BLOCKED = ("blocked", "stuck", "hangs")
_AT = frozenset({"during", "in", "from", "at", "by", "inside", "within", "while"})
_LEADING = frozenset({"call", "calls", "then", "and", "first", "finally"})
_BEHIND = frozenset(
    {"notification", "notifications", "event", "is", "notified", "sent", "called", "again", "once"}
)
_LONGEST = 400  # columns of a line of a list
_LEAD = 10  # lines of a sentence that introduces one


@dataclass(frozen=True, slots=True)
class Listed:
    """A list and where it stands: the rows `first` up to `end`, of the line that names the course on if there
    is one."""

    statement: ListStatement
    first: int
    end: int
    rest: str = ""  # prose behind the last line of a folded list


def read(block: Block, vocabulary: Vocabulary, own: int) -> tuple[Listed, ...]:
    """The lists of a block; `own` is the number of the patch whose message it is, or 0."""
    found: list[Listed] = []
    at = 0
    lead: tuple[tuple[Course, ...], str] = ((), "no line before it names the course of events")
    fresh = 0
    while at < len(block.rows):
        heading = _heading(block.rows, at, own)
        if heading is None:
            at += 1
            continue
        made = _list(block.rows, at, heading, vocabulary)
        if made is None:
            at += 1
            continue
        lead = _lead(block.rows, fresh, at, vocabulary) or lead
        found.append(replace(made, statement=replace(made.statement, courses=lead[0], doubt=lead[1])))
        at = fresh = made.end
    return tuple(_together(found))


def _together(found: Sequence[Listed]) -> Iterator[Listed]:
    """The lists with what those about the same courses speak of."""
    names: dict[tuple[Course, ...], set[str]] = {}
    for one in found:
        said = names.setdefault(one.statement.courses, set())
        said.update(name for run in one.statement.runs for item in run for name in item.names)
    spoken = {courses: frozenset(said) for courses, said in names.items()}
    for one in found:
        yield replace(one, statement=replace(one.statement, spoken_of=spoken[one.statement.courses]))


@dataclass(frozen=True, slots=True)
class _Heading:
    moment: Moment
    end: int  # the first row behind it
    inline: str = ""


def _heading(rows: Sequence[Row], at: int, own: int) -> _Heading | None:
    text = rows[at].text
    if len(text) > _LONGEST:
        return None
    plain = _DRESS.sub("", text)
    found = [token for token in tokens(plain) if token.text not in ("[", "]")]
    named = _named(found, own)
    if named is None:
        return None
    when, length = named
    rest = found[length:]
    inline = ""
    if when.every and rest and rest[0].text == "(" and rest[-1].text in (")", ":"):
        rest = []
    if rest and rest[0].text in (":", "-") and len(rest) > 1:
        inline = plain.partition(rest[0].text)[2]
        if rest[0].text == "-" and inline.startswith(("-", ">")):
            return None
    elif [token.text for token in rest] not in ([], [":"], ["."]):
        return None
    end = at + 1
    below = next((n for n in range(end, min(end + 2, len(rows))) if rows[n].text.strip()), None)
    if not inline and below is not None and _RULE.fullmatch(rows[below].text):
        end = below + 1
    return _Heading(when, end, inline)


def _named(found: Sequence[Token], own: int) -> tuple[Moment, int] | None:
    named = moment(found, 0, own)
    if named is not None or not own or not found or found[0].word not in ("before", "after", "now"):
        return named
    if len(found) == 2 and found[1].text == ":":
        return Moment(Side.BEFORE if found[0].word == "before" else Side.AFTER, own), 1
    return None


def _lead(
    rows: Sequence[Row], start: int, end: int, vocabulary: Vocabulary
) -> tuple[tuple[Course, ...], str] | None:
    """The courses that the last sentence before a heading names, if that introduces something."""
    last = end - 1
    while last >= start and (not rows[last].text.strip() or _RULE.fullmatch(rows[last].text)):
        last -= 1
    first = last
    most = max(start, last - _LEAD)
    while first > most and rows[first - 1].text.strip() and not _MARK.match(rows[first].text):
        if re.search(r"[.!?:]\s*$", rows[first - 1].text):
            break
        first -= 1
    if last < start:
        return None
    text = " ".join(row.text.strip() for row in rows[first : last + 1])
    sentence = re.split(r"(?<=[.!?]) +(?=[A-Z])", text[-2000:])[-1]
    found, lost = led(tokens(sentence), vocabulary)
    introduces = sentence.rstrip().endswith(":") or sentence.lower().startswith(("for ", "in ", "on "))
    if not found:
        if introduces and sentence.lower().startswith(("for ", "in ", "on ")):
            return (), f"no course of the profile is called so: {sentence}"
        return None
    if lost and introduces:
        return (), f"{lost!r} may say that only a part of the course is meant: {sentence}"
    return None if lost else (found, "")


def _list(
    rows: Sequence[Row],
    at: int,
    heading: _Heading,
    vocabulary: Vocabulary,
) -> Listed | None:
    """The list below a heading, its course not yet known."""
    if heading.inline:
        parts = [item(part, vocabulary) for part in _ARROWS.split(heading.inline) if part.strip()]
        run = tuple(part for part in parts if part is not None)
        if not run or len(run) != len(parts):
            return None
        return Listed(ListStatement(heading.moment, (), (run,)), at, heading.end)
    gathered = _Gathered(vocabulary)
    row = heading.end
    end = row
    while row < len(rows) and gathered.takes(rows, row):
        row = gathered.next
        end = row
    if not gathered.understood:
        return None
    statement = ListStatement(
        heading.moment,
        (),
        tuple(tuple(run) for run in gathered.runs if run),
        gathered.nothing,
        tuple(gathered.lost),
    )
    return Listed(statement, at, end, gathered.rest)


class _Gathered:
    """The lines of one list, taken one after the other."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.runs: list[list[Item]] = [[]]
        self.lost: list[str] = []
        self.nothing = False
        self.rest = ""
        self.next = 0

    @property
    def understood(self) -> bool:
        """Whether this is a list of letters at all."""
        return self.nothing or any(self.runs)

    def takes(self, rows: Sequence[Row], at: int) -> bool:
        """Whether the row at `at` belongs to the list; `next` is then the one behind it."""
        while at < len(rows) and not rows[at].text.strip():
            at += 1
        if at >= len(rows) or self.rest:
            return False
        row = rows[at]
        self.next = at + 1
        if _OR.fullmatch(row.text):
            self.runs.append([])
            return True
        mark = _MARK.match(row.text)
        text = row.text[mark.end() :] if mark else row.text
        if len(text) > _LONGEST and not row.folded:
            return False
        if row.folded:
            return bool(mark) and self._folded(text)
        text = self._continued(rows, text, indented=bool(mark))
        plain = " ".join(token.text for token in tokens(text)).lower().rstrip(" .")
        if plain in _NOTHING and (mark or plain.startswith("(")):
            self.nothing = True
            return True
        if self.runs[-1] and plain.strip("( )").startswith(_BLOCKED):
            self.runs[-1].append(Item(text.strip(), (), blocked=True))
            return True
        made = item(text, self._vocabulary)
        if made is not None:
            self.runs[-1].append(made)
            return True
        if mark:
            self.lost.append(text.strip())
            return True
        return False

    def _folded(self, text: str) -> bool:
        made = _prefix(text, self._vocabulary)
        if made is None:
            self.lost.append(text[:_LONGEST])
            return True
        self.runs[-1].append(made[0])
        self.rest = made[1]
        return True

    def _continued(self, rows: Sequence[Row], text: str, *, indented: bool) -> str:
        """A line with those that continue it: an open parenthesis, or lines that stand further in."""
        while self.next < len(rows) and len(text) < _LONGEST:
            following = rows[self.next].text
            if not following.strip() or _MARK.match(following):
                break
            open_ = text.count("(") > text.count(")")
            if not open_ and not (indented and following.startswith("  ")):
                break
            text = f"{text.rstrip()} {following.strip()}"
            self.next += 1
        return text


def item(text: str, vocabulary: Vocabulary) -> Item | None:
    """One line: ``notify STOP (during filling)``, ``pump_on()*``; None if it says anything else."""
    made = _prefix(text, vocabulary, whole=True)
    return made[0] if made is not None else None


def _prefix(text: str, vocabulary: Vocabulary, *, whole: bool = False) -> tuple[Item, str] | None:
    """The item that a text begins with, and what stands behind it."""
    text = text.strip()
    repeats = bool(re.match(r"[^\s]*\)\*|[\w ]+\*(?:\s|$)", text))
    found = tokens(text)
    at = 0
    while at < len(found) and found[at].word in _LEADING and vocabulary.letter(found, at) is None:
        at += 1
    match = vocabulary.letter(found, at)
    if match is None:
        return None
    at += match.length
    while at < len(found) and found[at].word in _BEHIND and not _place_at(found, at):
        at += 1
    functions: tuple[str, ...] | None = None
    strange = ""
    begun = at
    if at < len(found) and (found[at].text == "(" or found[at].word in _AT):
        closed = found[at].text == "("
        end = _closing(found, at) if closed else _sentence(found, at, whole)
        if end is None:
            return None
        inner = list(found[at + closed : end])
        inner = inner[1:] if inner and inner[0].word in _AT else inner
        place = vocabulary.place(inner, 0) if inner else None
        if place is not None and place.length == len(inner):
            functions = place.names
        elif closed or whole:
            strange = " ".join(token.text for token in inner)
        else:
            end = begun  # prose goes on here
            closed = False
        at = end + closed
    rest = found[at:]
    if whole and [token.text for token in rest] not in ([], ["."], [","], [";"]):
        return None
    behind = text[rest[0].at :] if rest else ""
    words = " ".join(text[: len(text) - len(behind)].split())
    return Item(words, match.names, functions, strange, repeats), behind


def _place_at(found: Sequence[Token], at: int) -> bool:
    return found[at].word in _AT


def _closing(found: Sequence[Token], at: int) -> int | None:
    """Where the parenthesis at `at` closes."""
    return next((n for n in range(at + 1, len(found)) if found[n].text == ")"), None)


def _sentence(found: Sequence[Token], at: int, whole: bool) -> int:
    """Where the words behind a preposition end."""
    if whole:
        return len(found) - (found[-1].text in (".", ",", ";"))
    return min(at + 2, len(found))
