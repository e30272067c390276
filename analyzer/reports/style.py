"""How a report is drawn: width and colour.

Not modelled: light or dark backgrounds (only the 16 base colours are used).
"""

from __future__ import annotations

from dataclasses import dataclass

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Style:
    """`width` in columns, at least 24; `colour` says whether ANSI colours may be written."""

    colour: bool = False
    width: int = 80

    def paint(self, text: str, *looks: str) -> str:
        """`text` in the named looks, or as it is without colour. Paint last: lengths no longer count."""
        if not self.colour or not looks or not text:
            return text
        return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"
