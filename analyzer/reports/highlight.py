"""Colours one line of C for a terminal or a page.

Input: a line without control characters. Output: the same line with ANSI colours, or unchanged where the
style has none; or as HTML. Pygments is imported only when a line is coloured. Not modelled: comments and
strings that span lines.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analyzer.reports.style import Style

if TYPE_CHECKING:
    from pygments.formatters import HtmlFormatter


def c_line(text: str, style: Style) -> str:
    """`text` as C source."""
    if not style.colour or not text.strip():
        return text
    from pygments import highlight
    from pygments.formatters import TerminalFormatter
    from pygments.lexers import CLexer

    painted = highlight(text, CLexer(stripnl=False, ensurenl=False), TerminalFormatter())
    return painted.replace("\n", "")


@lru_cache(maxsize=4096)
def c_page(line: str) -> str:
    """`line` as HTML: escaped, with the classes that `page_colours` colours."""
    if not line:
        return ""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import CLexer

    lexer = CLexer(stripnl=False, ensurenl=False)
    return str(highlight(line, lexer, HtmlFormatter(nowrap=True))).rstrip()


def page_colours() -> tuple[str, str]:
    """CSS for what stands in ``.src``, on light and on dark ground, with enough contrast."""
    from pygments.formatters import HtmlFormatter

    return _rules(HtmlFormatter(style="xcode")), _rules(HtmlFormatter(style="zenburn"))


def _rules(formatter: HtmlFormatter[str]) -> str:
    """Without the rules for a whole block."""
    said: str = formatter.get_style_defs(".src")  # type: ignore[no-untyped-call]
    return "\n".join(line for line in said.splitlines() if line.startswith(".src ."))
