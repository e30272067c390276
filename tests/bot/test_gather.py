"""Series are the same in whatever order their mails come."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.bot.gather import Candidate, candidates, completed
from analyzer.bot.letterbox import sight
from analyzer.bot.policy import SeriesPolicy
from analyzer.bot.state import State
from tests.bot.mails import OWN, chatter, series

POLICY = SeriesPolicy()
SIGHTS = {
    seen.message_id: (seen, raw)
    for raw in [
        *series(),
        *series(version=2),
        *series(stem="bare", threaded=False),
        *(raw.replace(b"fwup:", b"other:") for raw in series(stem="other")),
        *chatter(6, seed=3),
    ]
    if (seen := sight(raw, OWN, ("fwup.lists.example",))).part.value != "other"
}


def arrived(order: list[str], pause: float = 1.0) -> list[Candidate]:
    """The candidates after all these mails came, one a `pause`."""
    with tempfile.TemporaryDirectory() as folder, closing(State(Path(folder) / "state")) as state:
        with state.change():
            for at, name in enumerate(order):
                seen, raw = SIGHTS[name]
                assert state.keep(seen, raw, at * pause)
                assert not state.keep(seen, raw, at * pause)
        every = [one for sender in state.waiting() for one in candidates(state.of_sender(sender, 1000))]
        return [completed(one, state.of_thread(one.root, 100)) for one in every]


def told(found: list[Candidate]) -> set[tuple[object, ...]]:
    return {
        (one.sender, one.version, one.newer, one.whole, *(mail.message_id for mail in one.mails))
        for one in found
    }


@settings(max_examples=30, deadline=None)
@given(st.permutations(sorted(name for name in SIGHTS if not name.startswith("bare"))))
def test_the_order_of_arrival_does_not_matter(order: list[str]) -> None:
    found = arrived(order)
    assert told(found) == told(arrived(sorted(order)))
    assert ("ines@radio.example", 1, 2, True, *(f"fw-1-{at}@radio.example" for at in range(3))) in told(found)


@settings(max_examples=30, deadline=None)
@given(st.permutations(sorted(SIGHTS)), st.integers(0, len(SIGHTS)))
def test_each_patch_is_in_one_series_and_nothing_is_lost(order: list[str], count: int) -> None:
    found = arrived(order[:count])
    patches = [mail.message_id for one in found for mail in one.patches]
    assert sorted(patches) == sorted(name for name in order[:count] if SIGHTS[name][0].part.value == "patch")


@settings(max_examples=30, deadline=None)
@given(st.permutations(["fw-1-0", "fw-1-1", "fw-1-2"]), st.integers(1, 3))
def test_when_a_series_is_due(order: list[str], count: int) -> None:
    """At once if it is whole, after the cover's time if only that is missing, else after the long wait."""
    names = [f"{name}@radio.example" for name in order[:count]]
    for one in arrived(names):
        last = count - 1
        have = {name.partition("@")[0] for name in names}
        if {"fw-1-1", "fw-1-2"} <= have:
            assert one.due(POLICY) == last + (0 if "fw-1-0" in have else POLICY.cover)
        else:
            assert one.due(POLICY) == max(mail.arrived for mail in one.mails) + POLICY.wait
        assert len(one.key) == 64
