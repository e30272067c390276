"""Makes foreign text safe for the medium it is printed in.

Input: any string that came from a patch, a profile or a file name. Output: one line of text without
control characters, invisible characters or direction marks (they are shown as ``\\x1b``), and with the
medium's own markup taken away. Not modelled: which fonts have which characters.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MARKDOWN = re.compile(r"[\\`*_\[\]#|~$]")
_BLOCK = re.compile(r"^([-+=]|\d+(?=[.)]))")  # would begin a list or underline a heading
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def visible(text: str) -> str:
    """`text` as one line: what would move the cursor, hide or reorder text is spelled out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(character) for character in text)


def source_line(text: str) -> str:
    """A line of source: tabs become blanks, the rest as in `visible`."""
    return visible(text.expandtabs(8).rstrip())


def markdown(text: str) -> str:
    """`text` for running Markdown: no markup, no HTML, no mention, no link comes out of it."""
    plain = visible(text).strip()
    plain = "".join(_ENTITIES.get(character, character) for character in plain)
    plain = _MARKDOWN.sub(lambda match: "\\" + match.group(), plain)
    plain = _BLOCK.sub(lambda m: f"\\{m[0]}" if m[0] in "-+=" else f"{m[0]}\\", plain)
    # An entity or a backslash alone does not stop forges from pinging people: a joiner does.
    plain = re.sub(r"(@|\\#)(?=\w)", lambda match: match.group() + "&#8203;", plain)
    plain = plain.replace("://", "&#58;//")
    return re.sub(r"(?i)\b(www)\.", r"\1&#46;", plain)


def code_span(text: str) -> str:
    """`text` as inline code that also stands in a table cell."""
    plain = visible(text) or " "
    if "|" in plain:  # no backslash keeps a bar inside both a cell and a code span
        return f"<code>{markdown(plain).replace(chr(92) + '|', '&#124;')}</code>"
    longest = max((len(run) for run in re.findall(r"`+", plain)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def org_cell(text: str) -> str:
    """`text` for a cell of an org-mode table."""
    return visible(text).replace("|", "\\vert{}")


def _spelled(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
