"""Which courses of events some words mean: *for both X and Y*, *For a failed X we have the following
behavior:*.

Input: tokens. Output: `Course`s, or None where a word stands among them that nobody knows: it may say that
a part of the course is meant. Not modelled: exceptions (*all but X*).
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.claims.phrases import words
from analyzer.claims.stated import Course
from analyzer.claims.words import Token, Vocabulary

_SCOPES = frozenset({"for", "in", "on", "during", "of"})
_ALL = frozenset({"both", "all", "any", "each", "every", "either", "cases"})
_JOINED = frozenset({"and", "or", ",", "/", "&", "as", "well"})
_NOUNS = frozenset(
    {"case", "cases", "path", "paths", "scenario", "scenarios", "run", "runs", "course", "courses"}
)
_LEADING = words(
    """for in on of when with we have has get gets see sees is are this these following behavior behaviour
    behaviors sequence sequences order orders events event list lists looks look like as follows follow so
    then thus hence now there gives give e g i.e example case cases path paths scenario scenarios course
    both each all and or , / : . ; - # = ( ) here result results what happens happen notification
    notifications notified sent was were does do goes go called observe observed"""
)


def scope(text: Sequence[Token], start: int, vocabulary: Vocabulary) -> tuple[tuple[Course, ...], int] | None:
    """``for both X and Y``, ``in a failed X``: the courses and how many tokens name them."""
    if start >= len(text) or text[start].word not in _SCOPES:
        return None
    found: list[Course] = []
    at, end = start + 1, start
    while at < len(text):
        word = text[at].word
        named = course(text, at, vocabulary)
        if named is not None:
            found.append(named[0])
            at += named[1]
            end = at
        elif word in _NOUNS and found:
            at += 1
            end = at
        elif word in _ALL or (word in _JOINED and found) or word in _SCOPES:
            at += 1
        else:
            break
    return (tuple(found), end - start) if found else None


def led(text: Sequence[Token], vocabulary: Vocabulary) -> tuple[tuple[Course, ...], str]:
    """The courses that a line before a list names, and the first word in it that nobody knows."""
    found: list[Course] = []
    at = 0
    lost = ""
    while at < len(text):
        named = course(text, at, vocabulary)
        if named is not None:
            found.append(named[0])
            at += named[1]
            continue
        if text[at].word not in _LEADING and not lost:
            lost = text[at].text
        at += 1
    return tuple(found), lost


def course(text: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Course, int] | None:
    """The course that the tokens from `at` on name, and how many of them do."""
    match = vocabulary.scenario(text, at)
    if match is None:
        return None
    words = " ".join(token.text for token in text[at : at + match.length])
    return Course(words, match.names), match.length
