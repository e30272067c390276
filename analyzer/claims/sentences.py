"""Statements in sentences: orders, *no functional change*, *only fixes the duplicate*.

Input: a `Block`, the rows of it that are no list or table. Output: statements with their sentences. A
sentence is understood only if every word of it is: a condition, a doubt or an unknown word anywhere in it,
and it is left alone. Not modelled: what a sentence takes over from the one before it, but *it* for an event
of the same sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.claims.blocks import Block, Row
from analyzer.claims.courses import course, scope
from analyzer.claims.moments import moment, subject
from analyzer.claims.phrases import phrases, words
from analyzer.claims.stated import (
    Course,
    DuplicateStatement,
    Moment,
    NoChangeStatement,
    Often,
    OrderStatement,
    Side,
    Statement,
)
from analyzer.claims.words import Token, Vocabulary, tokens
from analyzer.model.claim import Medium

_BULLET = re.compile(r"\s*(?:[-*+•]|\(?\d{1,3}[.)])\s+")
_END = re.compile(r"[.!?](?=\s|$)")
_AREA = re.compile(r"(?:[\w./,{}*+-]{1,60}:\s+){1,3}")
_LONGEST = 60  # tokens of a sentence that is looked at
# What follows tells one version of a series from another.
_LOG = re.compile(
    r"\W{0,8}(?:v\d{1,3}(?:\s*-+>\s*v?\d{1,3})?\s*:?\s*$|v\d{1,3}\s*(?:->|:)|change ?log\b"
    r"|(?:changes?|changed|differences?|diff)\s+(?:in|since|from|to|for|between|with)\s+(?:v|version|rfc|\d)"
    r"|since v\d|history:)",
    re.IGNORECASE,
)
# Before the first word that says something.
_SKIPPED = words(", so then thus hence therefore also and still now i.e - :")
# Any of these, and what is said may not be meant, or not always.
_HEDGES = words(
    """if unless except when whenever should could would might may maybe perhaps likely probably possibly
    want wants try tries hope hopes not never cannot until while but however although though ideally
    assume assumes think thinks expect expected suppose supposed ? apart besides other otherwise without
    unlike only why whether once most some sometimes usually mostly often rarely hopefully almost nearly"""
)
_BEFORE = phrases("before | prior to | ahead of | earlier than | precedes | precede")
_AFTER = phrases("after | later than | follows | behind")
# Behind these begins what a patch brings about.
_CLAUSE = phrases(
    "so that | such that | : | makes sure that | make sure that | ensures that | ensure that"
    " | guarantees that"
)
_ALWAYS = phrases(
    "always | in all cases | every time | on all paths | on every path | in every case | in any case"
)
_ORDER_FILL = words(
    """notification notifications notifier notifiers event events is are was be being been will gets happens
    happen comes come occurs occur goes notified notify notifies sent called invoked emitted told raised
    delivered announced handlers listeners subscribers makes make keeps keep we it they now still already
    that , place ( )"""
)
_NO = phrases(
    "no | without any | without | zero | "
    + " | ".join(
        f"{negated} {verb}{any_}"
        for negated in ("does not", "do not", "doesn't", "don't")
        for verb in ("introduce", "cause", "make", "bring", "contain", "have", "imply")
        for any_ in ("", " any")
    )
)
_CHANGE = phrases(
    """functional change | functional changes | functional difference | functional differences | functional
    impact | functional effect | functional change at all | behavioral change | behavioral changes |
    behavioural change | behavioural changes | behavior change | behavior changes | behaviour change |
    behaviour changes | change in behavior | change in behaviour | changes in behavior | changes in
    behaviour | change of behavior | change of behaviour | change in functionality | changes in
    functionality | semantic change | semantic changes | logical change | logical changes | logic change |
    logic changes"""
)
_UNCHANGED = phrases(
    "changes nothing | change nothing | nfc | non - functional change | "
    + " | ".join(
        f"{verb} change {any_}{what}"
        for verb in ("does not", "do not", "doesn't", "don't")
        for any_ in ("", "any ")
        for what in ("behavior", "behaviour", "functionality")
    )
)
_CHANGE_FILL = words(
    """is are was be has have makes make brings bring introduces introduce contains contain causes cause does
    do there should with this that it intended intend expected meant here just pure refactoring cleanup ,
    : ; - and so ( ) [ ] in patch at all whatsoever which from by"""
)
_FIXES = words(
    """fix fixes fixed remove removes removed drop drops dropped avoid avoids eliminate eliminates delete
    deletes solve solves address addresses cure cures mend mends"""
)
_DOUBLE = words("duplicate duplicates duplicated double doubled duplication")
_DOUBLE_FILL = words(
    """notification notifications notify event events issue problem bug of and / , : - it this that is are
    does do which so then just now calls call for"""
)
_NOTIFICATION = words("notification notifications event events")
_ONLY = words("only just merely solely nothing")
_ONLY_TAIL = phrases(
    """and only fixes that | and fixes only that | and only that | and that only | and nothing else | only
    fixes that | nothing else | nothing more | and nothing more | and does nothing else | and only does
    that | and only removes that | and changes nothing else | and does not change anything else | and
    doesn't change anything else"""
)


_ALL_UNCHANGED = NoChangeStatement(())


@dataclass(frozen=True, slots=True)
class Said:
    """A statement and the sentence that makes it, which begins in row `row` of the block."""

    statement: Statement
    sentence: str
    row: int


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a sentence stands: the number of the patch whose message it is (0: none), what it is part of."""

    own: int
    medium: Medium
    title: bool = False


def read(
    block: Block, rows: Sequence[tuple[int, Row]], vocabulary: Vocabulary, setting: Setting
) -> tuple[Said, ...]:
    """The statements in `rows`, each with its index in the block."""
    found: list[Said] = []
    log = next((at for at, row in rows if _LOG.match(row.text)), len(block.rows))
    named = -1  # the last row that names a patch
    for sentence, row in _sentences([each for each in rows if each[0] < log], block.titled):
        text = tokens(sentence)
        if any(token.word in ("patch", "patches") for token in text):
            named = row
        if not 0 < len(text) <= _LONGEST:
            continue
        for statement in understood(text, vocabulary, setting):
            if statement == _ALL_UNCHANGED and _together(block, named, row) and "series" not in sentence:
                continue  # it may be said of that patch alone
            found.append(Said(statement, sentence, row))
    return tuple(found)


def _together(block: Block, first: int, last: int) -> bool:
    """Whether two rows belong to one paragraph."""
    return first >= 0 and all(row.text.strip() for row in block.rows[first : last + 1])


def understood(text: Sequence[Token], vocabulary: Vocabulary, setting: Setting) -> tuple[Statement, ...]:
    """What a sentence states; () if it is not understood."""
    plain = list(text)
    while plain and plain[-1].text in (".", "!", ";", ","):
        plain.pop()
    if not plain:
        return ()
    for reader in (_no_change, _duplicate, _order):
        made = reader(plain, vocabulary, setting)
        if made is not None:
            return (made,)
    return ()


def _sentences(rows: Sequence[tuple[int, Row]], title: bool) -> Iterator[tuple[str, int]]:
    """Sentences with the row each begins in; a paragraph ends at an empty line, a bullet, a gap between
    rows."""
    gathered: list[tuple[str, int]] = []
    last = -2
    for at, row in rows:
        text = row.text
        if title:
            text = _AREA.sub("", text, count=1)
        mark = _BULLET.match(text)
        if not text.strip() or mark or at != last + 1:
            yield from _split(gathered)
            gathered = []
        if text.strip():
            gathered.append((text[mark.end() :] if mark else text, at))
        last = at
    yield from _split(gathered)


def _split(rows: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    parts: list[str] = []
    begun = -1
    for text, at in rows:
        start = 0
        for end in _END.finditer(text):
            piece = text[start : end.end()].strip()
            if piece:
                begun = at if begun < 0 else begun
                yield " ".join([*parts, piece]), begun
            parts, begun, start = [], -1, end.end()
        rest = text[start:].strip()
        if rest:
            begun = at if begun < 0 else begun
            parts.append(rest)
            if len(parts) > _LONGEST:
                parts, begun = [], -1
    if parts:
        yield " ".join(parts), begun


def _begins(text: Sequence[Token], at: int, phrases: Sequence[tuple[str, ...]]) -> int:
    """How many tokens the longest phrase takes that begins at `at`; 0 if none does."""
    words = [token.word for token in text[at : at + 6]]
    return max((len(phrase) for phrase in phrases if tuple(words[: len(phrase)]) == phrase), default=0)


def _no_change(text: list[Token], vocabulary: Vocabulary, setting: Setting) -> Statement | None:
    """``Patch 1: no functional change intended``."""
    patches: tuple[int, ...] | None = None
    courses: tuple[Course, ...] = ()
    said = False
    at = 0
    first = subject(text, 0, setting.own)
    prose = first is not None  # words of the named patch may come before the phrase
    if first is not None:
        patches, at = first
    while at < len(text):
        negated = _begins(text, at, _NO)
        if negated and (length := _begins(text, at + negated, _CHANGE)):
            said, at, prose = True, at + negated + length, False
        elif length := _begins(text, at, _UNCHANGED):
            said, at, prose = True, at + length, False
        elif (named := subject(text, at, setting.own)) is not None and patches is None:
            patches, at = named[0], at + named[1]
        elif said and (scoped := scope(text, at, vocabulary)) is not None:
            courses, at = (*courses, *scoped[0]), at + scoped[1]
        elif text[at].word in _CHANGE_FILL or (
            prose and not said and (text[at].word == "only" or text[at].word not in _HEDGES)
        ):
            at += 1
        else:
            return None
    if not said:
        return None
    if patches is None:
        if setting.own:
            patches = (setting.own,)
        elif setting.medium is Medium.COVER:
            patches = ()
        else:
            return None
    return NoChangeStatement(patches, courses)


def _duplicate(text: list[Token], vocabulary: Vocabulary, setting: Setting) -> Statement | None:
    """``Patch 2 only fixes the duplicate STOP``."""
    patch = 0
    events: list[str] = []
    courses: tuple[Course, ...] = ()
    fixes = double = only = noun = False
    at = 0
    while at < len(text) and text[at].word in _SKIPPED:
        at += 1
    named = subject(text, at, setting.own)
    if named is not None:
        if len(named[0]) != 1:
            return None
        patch, at = named[0][0], at + named[1]
    while at < len(text):
        word = text[at].word
        match = vocabulary.letter(text, at)
        if length := (_begins(text, at, _ONLY_TAIL) if double else 0):
            only, at = True, at + length
        elif word in _ONLY and not double:
            only, at = True, at + 1
        elif word in _FIXES:
            fixes, at = True, at + 1
        elif word in _DOUBLE and fixes:
            double, at = True, at + 1
        elif match is not None and fixes and all(name in vocabulary.events for name in match.names):
            events += match.names
            at += match.length
        elif double and (scoped := scope(text, at, vocabulary)) is not None:
            courses, at = (*courses, *scoped[0]), at + scoped[1]
        elif word in _DOUBLE_FILL:
            noun = noun or word in _NOTIFICATION
            at += 1
        else:
            return None
    patch = patch or setting.own
    # A duplicate of what? Without a word for it, it may be anything, unless a sentence says this of a patch.
    if not (fixes and double and patch and (events or noun or only or named is not None)):
        return None
    return DuplicateStatement(patch, tuple(dict.fromkeys(events)), only, courses)


def _order(text: list[Token], vocabulary: Vocabulary, setting: Setting) -> Statement | None:
    """``after patch 3, STOP always comes before pump_on()``."""
    when: Moment | None = None
    it: tuple[str, ...] = ()
    clause = text
    split = next((n for n in range(1, len(text)) if _begins(text, n, _CLAUSE)), 0)
    if split:
        head = _patch_clause(text[:split], vocabulary, setting)
        if head is None:
            return None
        when, it = head
        clause = text[split + _begins(text, split, _CLAUSE) :]
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    side: Side | None = None
    often = Often.SAID
    courses: tuple[Course, ...] = ()
    named = subject(clause, 0, setting.own)
    at = 0
    if named is not None and len(named[0]) < 2:
        when, at = Moment(Side.AFTER, (*named[0], 0)[0]), named[1]
    while at < len(clause):
        word = clause[at].word
        stage = moment(clause, at, setting.own)
        letter = vocabulary.letter(clause, at)
        if stage is not None and when is None:
            when, at = stage[0], at + stage[1]
        elif letter is not None and (not first or (side is not None and not second)):
            first, second = (first or letter.names), (letter.names if first else second)
            at += letter.length
        elif first or it:
            if length := _begins(clause, at, _ALWAYS):
                often, at = Often.ALWAYS, at + length
            elif word == "never" and side is None:
                often, at = Often.NEVER, at + 1
            elif side is None and word == "only" and _begins(clause, at + 1, _BEFORE + _AFTER):
                often, at = Often.ALWAYS, at + 1
            elif side is None and (length := _begins(clause, at, _BEFORE)):
                side, at, first = Side.BEFORE, at + length, first or it
            elif side is None and (length := _begins(clause, at, _AFTER)):
                side, at, first = Side.AFTER, at + length, first or it
            elif second and (scoped := scope(clause, at, vocabulary)) is not None:
                courses, at = (*courses, *scoped[0]), at + scoped[1]
            elif word in _ORDER_FILL:
                at += 1
            else:
                return None
        elif length := _begins(clause, at, _ALWAYS):
            often, at = Often.ALWAYS, at + length
        elif (scoped := scope(clause, at, vocabulary)) is not None:
            courses, at = (*courses, *scoped[0]), at + scoped[1]
        elif (named_course := course(clause, at, vocabulary)) is not None:
            courses, at = (*courses, named_course[0]), at + named_course[1]
        elif word in _ORDER_FILL or word in _SKIPPED:
            at += 1
        else:
            return None
    when = when or _usual(setting, often, any(token.word == "now" for token in clause))
    if when is None or side is None or not first or not second or first == second:
        return None
    return OrderStatement(when, first, side, second, often, courses)


def _usual(setting: Setting, often: Often, now: bool) -> Moment | None:
    """The stage that is meant where none is named: a title tells what its patch brings about, and so does who
    says *now*; a cover letter that says *always* tells what the series does."""
    cover = setting.medium is Medium.COVER
    if (setting.title or now) and (setting.own or cover):
        return Moment(Side.AFTER, setting.own)
    return Moment(Side.AFTER, 0) if cover and often is not Often.SAID else None


def _patch_clause(
    text: Sequence[Token], vocabulary: Vocabulary, setting: Setting
) -> tuple[Moment, tuple[str, ...]] | None:
    """The stage in ``Patch 3 changes the place of STOP so that it ...``, and what *it* is: () if not one
    event."""
    stage = moment(text, 0, setting.own)
    if stage is not None and stage[1] == len(text):
        return stage[0], ()
    named = subject(text, 0, setting.own)
    if named is None or len(named[0]) > 1:
        return None
    letters: dict[tuple[str, ...], None] = {}
    at = named[1]
    while at < len(text):
        match = vocabulary.letter(text, at)
        if match is not None:
            letters[match.names] = None
        elif text[at].word in _HEDGES:
            return None
        at += match.length if match is not None else 1
    return Moment(Side.AFTER, (*named[0], 0)[0]), next(iter(letters)) if len(letters) == 1 else ()
