"""Colours one line of C for a terminal.

Input: a line that is already escaped. Output: the same line with ANSI colours, or unchanged where the
style has none. Pygments is imported only when a line is coloured. Not modelled: comments and strings
that span lines.
"""

from __future__ import annotations

from analyzer.reports.style import Style


def c_line(text: str, style: Style) -> str:
    """`text` as C source."""
    if not style.colour or not text.strip():
        return text
    from pygments import highlight
    from pygments.formatters import TerminalFormatter
    from pygments.lexers import CLexer

    painted = highlight(text, CLexer(stripnl=False, ensurenl=False), TerminalFormatter())
    return painted.replace("\n", "")
