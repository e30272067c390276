"""Names that a patch renames throughout a tree, told from its hunks.

Job: find pairs (new name, old name). Input: a patch, the touched files' texts before and after it, and a
question to all the rest. Output: pairs. What stands in the hunks is compared as `renames` does; that a name
is defined here, and is gone or was absent everywhere, is asked of the whole texts. Not modelled: a name
that is defined outside the files at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from analyzer.model.series import Patch
from analyzer.snapshots.changes import path_of
from analyzer.snapshots.images import is_source, sides
from analyzer.snapshots.renames import Defined, Line, line_of, renamed_names

_STATEMENTS = frozenset({"return", "goto", "case", "else", "typedef", "sizeof", "break", "continue", "do"})
_TYPED = re.compile(r"[ \t]*([^\W\d]\w*)(?:[ \t]+[^\W\d]\w*)*[ \t]*(?:[ \t]|\*)[ \t*]*\Z")
_ENUM_END = re.compile(r"\s*(?:=[^,;{}]*)?(?:[,}]|/[*/])")
_ENUM = re.compile(r"\benum\b[^;{}()]*\Z")
_DECLARED_END = re.compile(r"\s*(?:\[[^\]\n]*\]\s*)*(?:[;,]|=[^=])")
_BODY = re.compile(r"(?:\s|[^\W\d]\w*(?:\([^(){};]*\))?)*\{")


def renamed_throughout(
    patch: Patch,
    before: Mapping[str, str],
    after: Mapping[str, str],
    was_used: Callable[[str], bool],
    is_used: Callable[[str], bool],
) -> dict[str, str]:
    """New name -> old name. `before` and `after` are the touched files; `was_used` and `is_used` say
    whether any file of the stage before or after the patch holds a word."""
    old: dict[str, str] = {}
    new: dict[str, str] = {}
    words: tuple[set[str], set[str]] = set(), set()
    for diff in patch.files:
        if not is_source(path_of(diff)):
            continue
        for number, hunk in enumerate(diff.hunks):
            key = f"{diff.new_path}\0{number}"
            old[key], new[key] = (side.text for side in sides(diff, hunk))
            for found, text in zip(words, (old[key], new[key]), strict=True):
                found.update(re.findall(r"[^\W\d]\w*", text))
    gone = _absent(words[0] - words[1], after.values())
    come = _absent(words[1] - words[0], before.values())
    if not gone or not come:
        return {}
    defined = _defined(gone, before.values()), _defined(come, after.values())
    pairs = renamed_names(old, new, *defined) if all(defined) else {}
    return {name: source for name, source in pairs.items() if not is_used(source) and not was_used(name)}


def _defined(names: Iterable[str], texts: Iterable[str]) -> Defined:
    """The names that some text defines as a function, a macro, an enum constant, a field or a variable, with
    the lines that do."""
    found: dict[str, set[Line]] = {}
    every = list(texts)
    for name in names:
        for text in every:
            for at, stop in _places(name, text):
                if _defines(text, at, stop):
                    end = text.find("\n", stop)
                    line = text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]
                    found.setdefault(name, set()).add(line_of(line))
    return {name: frozenset(lines) for name, lines in found.items()}


def _absent(names: Iterable[str], texts: Iterable[str]) -> set[str]:
    """Those of the names that no text holds as a word."""
    every = list(texts)
    return {name for name in names if not any(next(_places(name, text), None) for text in every)}


def _places(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a word stands, as (start, end). Faster than an expression that begins with an edge."""
    at = text.find(name)
    while at >= 0:
        stop = at + len(name)
        if not (at and _is_word(text[at - 1])) and not _is_word(text[stop : stop + 1]):
            yield at, stop
        at = text.find(name, stop)


def _is_word(char: str) -> bool:
    return char == "_" or char.isalnum()


def _defines(text: str, at: int, stop: int) -> bool:
    lead = text[text.rfind("\n", 0, at) + 1 : at]
    if re.fullmatch(r"\s*#\s*define\s+", lead):
        return True
    typed = _TYPED.match(lead)
    if typed and typed.group(1) in _STATEMENTS:
        return False
    if text[stop : stop + 1] == "(" or text[stop : stop + 2] == " (":
        return bool(typed or not lead) and _has_body(text, text.index("(", stop))
    if typed and _DECLARED_END.match(text, stop):
        return True
    return _ENUM_END.match(text, stop) is not None and _in_enum(text, at)


def _in_enum(text: str, at: int) -> bool:
    brace = text.rfind("{", 0, at)
    head = text[max(brace - 100, 0) : max(brace, 0)]
    return _ENUM.search(head) is not None and "}" not in text[brace:at]


def _has_body(text: str, at: int) -> bool:
    depth = 0
    for place in range(at, min(len(text), at + 4000)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
            if not depth:
                return _BODY.match(text, place + 1) is not None
    return False
