"""Functions and constants that a patch renames throughout.

Job: find pairs (new name, old name). Input: the texts of two stages. A name counts only if it is
*defined* as a function, an enum constant or a macro in both texts, the old name is gone from the new
stage, the new one is absent from the old stage, and every place of the old name is now a place of the
new one between the same tokens. Not modelled: renamed locals, fields and types; a rename that also
drops a use of the name (it is left as two names, which is always safe).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from difflib import SequenceMatcher

from analyzer.snapshots.tokens import Token, tokenise

_DEFINE = re.compile(r"#\s*define\s+([^\W\d]\w*)")
_INNER = re.compile(r"[^\W\d]\w*")
_HOLE = "\0"


def renamed_names(
    old: Mapping[str, str],
    new: Mapping[str, str],
    defined_old: frozenset[str] = frozenset(),
    defined_new: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """New name -> old name for every definition that was renamed throughout. `defined_old` and
    `defined_new` are names known to be defined although the texts, being parts, do not show it."""
    changed_old = {path: text for path, text in old.items() if new.get(path) != text}
    changed_new = {path: text for path, text in new.items() if old.get(path) != text}
    if not changed_old or not changed_new:
        return {}
    kept = set().union(*(_words(t) for p, t in old.items() if p not in changed_old), set())
    before = {path: tokenise(text) for path, text in changed_old.items()}
    after = {path: tokenise(text) for path, text in changed_new.items()}
    words_before = kept.union(*(_spelt(tokens) for tokens in before.values()))
    words_after = kept.union(*(_spelt(tokens) for tokens in after.values()))
    # Any word may be exchanged on the same line, a renamed local say: only its place counts.
    exchanged = words_before - words_after, words_after - words_before
    gone, come = exchanged
    gone = gone & defined_old.union(*(defined_names(tokens) for tokens in before.values()))
    come = come & defined_new.union(*(defined_names(tokens) for tokens in after.values()))
    if not gone or not come:
        return {}
    pairs = _pairs(before, after, *exchanged)
    uses = Counter(word for tokens in before.values() for word in _sequence(tokens) if word in gone)
    result: dict[str, str] = {}
    for name in come:
        olds = {a for (a, b) in pairs if b == name and a in gone}
        if len(olds) != 1:
            continue
        (source,) = olds
        one_to_one = len({b for (a, b) in pairs if a == source and b in come}) == 1
        if one_to_one and pairs[source, name] == uses[source]:
            result[name] = source
    return result


def _words(text: str) -> set[str]:
    return set(_INNER.findall(text))


def _spelt(tokens: tuple[Token, ...]) -> set[str]:
    return set(_sequence(tokens))


def _sequence(tokens: tuple[Token, ...]) -> list[str]:
    """Token texts, with directives cut into words so that a name inside a macro counts."""
    parts: list[str] = []
    for token in tokens:
        if token.is_directive:
            parts.extend(re.findall(r"\w+|[^\w\s]", token.text))
        else:
            parts.append(token.text)
    return parts


def defined_names(tokens: tuple[Token, ...]) -> set[str]:
    """Names of function definitions, enum constants and macros."""
    names: set[str] = set()
    depth = 0
    enum_depth = -1
    for index, token in enumerate(tokens):
        text = token.text
        if token.is_directive:
            match = _DEFINE.match(text)
            if match is not None:
                names.add(match.group(1))
        elif text == "{":
            if depth == 0:
                name = _function_before(tokens, index)
                if name:
                    names.add(name)
            if enum_depth < 0 and _enum_before(tokens, index):
                enum_depth = depth
            depth += 1
        elif text == "}":
            depth = max(depth - 1, 0)
            if depth == enum_depth:
                enum_depth = -1
        elif enum_depth >= 0 and token.is_word and index and tokens[index - 1].text in ("{", ","):
            names.add(text)
    return names


def _enum_before(tokens: tuple[Token, ...], index: int) -> bool:
    return any(t.text == "enum" for t in tokens[max(index - 2, 0) : index])


def _function_before(tokens: tuple[Token, ...], index: int) -> str:
    """The name in front of a parameter list that ends right before `index`, or ""."""
    if not index or tokens[index - 1].text != ")":
        return ""
    depth = 0
    for at in range(index - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(tokens[at].text, 0)
        if depth == 0:
            return tokens[at - 1].text if at and tokens[at - 1].is_word else ""
    return ""


def _pairs(
    before: Mapping[str, tuple[Token, ...]],
    after: Mapping[str, tuple[Token, ...]],
    gone: set[str],
    come: set[str],
) -> Counter[tuple[str, str]]:
    """How often each vanished name stands where a new one stands now."""
    counted: Counter[tuple[str, str]] = Counter()
    rest_old: list[list[str]] = []
    rest_new: list[list[str]] = []
    for path in sorted({*before, *after}):
        left, right = _lines(before.get(path, ())), _lines(after.get(path, ()))
        keys = [_holed(line, gone) for line in left], [_holed(line, come) for line in right]
        matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal":
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                    counted.update(_holes(left[i], right[j], gone, come))
            else:
                rest_old.extend(left[i1:i2])
                rest_new.extend(right[j1:j2])
    # Lines that moved, within a file or between files, pair when each is the only one of its form.
    old_forms = Counter(_holed(line, gone) for line in rest_old)
    new_forms = Counter(_holed(line, come) for line in rest_new)
    targets = {_holed(line, come): line for line in rest_new}
    for line in rest_old:
        form = _holed(line, gone)
        if _HOLE in form and old_forms[form] == 1 and new_forms[form] == 1:
            counted.update(_holes(line, targets[form], gone, come))
    return counted


def _lines(tokens: tuple[Token, ...]) -> list[list[str]]:
    lines: dict[int, list[str]] = {}
    for token in tokens:
        lines.setdefault(token.line, []).extend(_sequence((token,)))
    return list(lines.values())


def _holed(line: list[str], names: set[str]) -> tuple[str, ...]:
    return tuple(_HOLE if word in names else word for word in line)


def _holes(left: list[str], right: list[str], gone: set[str], come: set[str]) -> list[tuple[str, str]]:
    return [(a, b) for a, b in zip(left, right, strict=True) if a in gone and b in come]
