"""What a broken rule means for whoever acts on an event."""

from __future__ import annotations

import pytest

from analyzer.model.effect import Effect
from analyzer.model.letters import Context, Letter, Sequence
from analyzer.model.profile import LetterKind
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location
from analyzer.regress.effects import affected

LANDMARKS = ("go", "rest")


def letter(name: str) -> Letter:
    landmark = name in LANDMARKS
    return Letter(
        name,
        LetterKind.LANDMARK if landmark else LetterKind.EVENT,
        "run",
        f"{name}()" if landmark else f"notify {name}",
        "",
        Location("life.c", 1),
        Evidence.DIFF,
        Context((), "main", ()),
    )


def sequence(word: str) -> Sequence:
    return Sequence(tuple(letter(name) for name in word.split()))


CASES = [
    ("OPEN", "OPEN DONE", [("DONE", Effect.LOSES, ())]),
    ("OPEN DONE DONE", "OPEN DONE", [("DONE", Effect.AGAIN, ())]),
    ("OPEN FAIL DONE", "OPEN DONE", [("FAIL", Effect.EXTRA, ())]),
    ("go FAIL", "FAIL go", [("FAIL", Effect.ORDER, ("after go()",))]),
    ("go FAIL", "FAIL go FAIL", [("FAIL", Effect.ORDER, ("after go()",))]),
    ("FAIL rest go", "rest FAIL go", [("FAIL", Effect.ORDER, ("before rest()",))]),
    (
        "DONE OPEN",
        "OPEN DONE",
        [("DONE", Effect.ORDER, ("before OPEN",)), ("OPEN", Effect.ORDER, ("after DONE",))],
    ),
    ("OPEN", "OPEN go", []),
    ("OTHER OPEN DONE", "OPEN DONE", []),
]


@pytest.mark.parametrize(("bad", "nearest", "expected"), CASES)
def test_an_event_is(bad: str, nearest: str, expected: list[tuple[str, Effect, tuple[str, ...]]]) -> None:
    found = affected(sequence(bad), tuple(nearest.split()), {"OPEN", "DONE", "FAIL", *LANDMARKS})
    assert [(one.event, one.effect, one.beside) for one in found if one.event not in LANDMARKS] == expected
