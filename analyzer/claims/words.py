"""Prose as tokens, and the words a profile has for letters, courses and places.

Input: text; a `Profile` and the names a report gives. Output: `Token`s, and `Vocabulary`, which finds the
longest known words at a token. Articles are no tokens. Not modelled: inflection, spelling, any language but
English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyzer.model.profile import Profile
from analyzer.model.report import Report

_TOKEN = re.compile(r"[^\W\d]\w*(?:['’][a-z]{1,3})?(?:\(\))?|\d{1,9}|[^\s\w]|\w")
_ARTICLES = frozenset({"a", "an", "the"})
_EMPHASIS = frozenset("*_`\"“”'‘’")
_LONGEST = 12  # words of one name


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark, and its place in the text."""

    text: str
    at: int = 0

    @property
    def word(self) -> str:
        """In lower case, without the parentheses of a call."""
        return self.text.removesuffix("()").lower().replace("’", "'")


def tokens(text: str) -> list[Token]:
    """The tokens of a text, without articles and without marks of emphasis."""
    found = (Token(match.group(), match.start()) for match in _TOKEN.finditer(text))
    return [each for each in found if each.text.lower() not in _ARTICLES and each.text not in _EMPHASIS]


@dataclass(frozen=True, slots=True)
class Match:
    """What the `length` tokens at a place mean."""

    names: tuple[str, ...]
    length: int


class _Names:
    """Names of one or several words. A word with capitals that is `exact` is only itself."""

    def __init__(
        self, found: Iterable[tuple[str, Sequence[str]]], exact: frozenset[str] = frozenset()
    ) -> None:
        self._exact = exact
        self._known: dict[tuple[str, ...], list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for words, names in found:
            spelled = tuple(token.text.removesuffix("()") for token in tokens(words)[:_LONGEST])
            if spelled:
                key = tuple(word.lower() for word in spelled)
                self._known.setdefault(key, []).append((spelled, tuple(names)))
        self._longest = max(map(len, self._known), default=0)

    def at(self, text: Sequence[Token], start: int) -> Match | None:
        """The longest name that begins at `start`."""
        for length in range(min(self._longest, len(text) - start), 0, -1):
            here = text[start : start + length]
            for spelled, names in self._known.get(tuple(token.word for token in here), ()):
                if all(
                    word == token.text.removesuffix("()") or word not in self._exact
                    for word, token in zip(spelled, here, strict=True)
                ):
                    return Match(names, length)
        return None


class Vocabulary:
    """The words of one profile, with what a report of it names."""

    def __init__(self, profile: Profile, report: Report) -> None:
        events = _events(profile)
        capitals = (word for word in profile.called.letters if word.isupper() and " " not in word)
        exact = frozenset([*(word for word in events if word != word.lower()), *capitals])
        self.events = tuple(dict.fromkeys(name for names in events.values() for name in names))
        self._letters = _Names(
            [*events.items(), *_landmarks(profile), *profile.called.letters.items()], exact
        )
        shown = [scenario for scenario in report.scenarios if not scenario.failing]
        named = [(scenario.title, (scenario.id,)) for scenario in shown]
        named += [(scenario.id, (scenario.id,)) for scenario in shown]
        known = {scenario.id for scenario in shown}
        called = {
            word: tuple(name for name in names if name in known)
            for word, names in profile.called.scenarios.items()
        }
        self._scenarios = _Names([*named, *called.items()])
        self._places = _Names([*_places(profile, report).items(), *profile.called.places.items()])

    def letter(self, text: Sequence[Token], start: int) -> Match | None:
        """The letters that the tokens from `start` on name."""
        return self._letters.at(text, start)

    def scenario(self, text: Sequence[Token], start: int) -> Match | None:
        """The ids of scenarios."""
        return self._scenarios.at(text, start)

    def place(self, text: Sequence[Token], start: int) -> Match | None:
        """The functions in which letters stand."""
        return self._places.at(text, start)


def _events(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Short names, constants, and what lists print -> the letter."""
    found: dict[str, tuple[str, ...]] = {}
    for event in profile.events:
        named = {**event.names, **{state.name: state.name for state in event.states}}
        for constant, name in named.items():
            for words in (name, constant, event.words.replace("{}", name)):
                if words:
                    found[words] = (name,)
    return found


def _landmarks(profile: Profile) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (words, (landmark.name,))
        for landmark in profile.landmarks
        for words in (landmark.name, landmark.call, landmark.words)
        if words
    ]


def _places(profile: Profile, report: Report) -> Mapping[str, tuple[str, ...]]:
    """Functions in which letters stand, and the words for them."""
    found: dict[str, dict[str, None]] = {}
    for phase in profile.phases:
        found.setdefault(phase.words, {})[phase.function] = None
    for scenario in report.scenarios:
        for stage in scenario.stages:
            for sequence in stage.sequences:
                for letter in sequence.letters:
                    for words in (letter.function, letter.phase):
                        found.setdefault(words, {})[letter.function] = None
    return {words: tuple(functions) for words, functions in found.items()}
