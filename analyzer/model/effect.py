"""What a broken rule means for a handler that acts on an event. Data only."""

from __future__ import annotations

from enum import Enum


class Effect(Enum):
    """What happens to it."""

    LOSES = "loses"  # it is not told, or once too seldom
    AGAIN = "again"  # it is told once more than it should be
    EXTRA = "extra"  # it is told what it should not be told at all
    ORDER = "order"  # it is told on the other side of something else
