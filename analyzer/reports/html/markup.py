"""Markup from names, attributes and texts: the one place where HTML and SVG are put together.

Input: text from anywhere. Output: `Markup`, in which every text and attribute is escaped: control and
direction characters are spelled out, and what would be markup is shown as it is. Not modelled: raw HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

from analyzer.reports.escape import visible

Markup = NewType("Markup", str)
NONE = Markup("")
_VOID = frozenset({"br", "input", "line", "meta", "path", "rect"})


def text(said: str) -> Markup:
    """`said` as text of one line."""
    return Markup(escape(visible(said), quote=False))


def element(name: str, /, *children: Markup, **attributes: str | int | None) -> Markup:
    """``<name attributes>children</name>``. A trailing ``_`` of an attribute is dropped (``class_``), other
    ``_`` become ``-``; an attribute that is None is left out. `name` and the attributes' names are ours."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(visible(str(value)), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{''.join(children)}</{name}>")


def joined(parts: Iterable[Markup], between: str = "") -> Markup:
    """Parts one after the other; `between` is ours."""
    return Markup(between.join(parts))


def code(said: str) -> Markup:
    """Text of a program."""
    return element("code", text(said))
