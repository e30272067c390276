"""How grave a finding is. Apart from the report, for what only has to read the word."""

from __future__ import annotations

from enum import Enum


class Level(Enum):
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
