"""Functions and constants that a patch renames throughout.

Job: find pairs (new name, old name). Input: the texts of two stages. A name counts only if it is
*defined* as a function, an enum constant or a macro in both texts, the old name is gone from the new
stage, and the new one is absent from the old stage. Then every place of the old name is now a place of
the new one between the same tokens; or the definition is, and with it most places of either name, so that
what else stands at the others is a change beside the renaming. Not modelled: renamed locals, fields and
types; a rename that also drops most uses of the name (it is left as two names, which is always safe).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from difflib import SequenceMatcher
from typing import TypeAlias

from analyzer.snapshots.tokens import Token, tokenise

_DEFINE = re.compile(r"#\s*define\s+([^\W\d]\w*)")
_INNER = re.compile(r"[^\W\d]\w*")
_HOLE = "\0"
Line: TypeAlias = tuple[str, ...]  # the words and signs of a line
Defined: TypeAlias = Mapping[str, frozenset[Line]]  # names, with the lines that define them as far as known


def renamed_names(
    old: Mapping[str, str],
    new: Mapping[str, str],
    defined_old: Defined | None = None,
    defined_new: Defined | None = None,
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
    defining = _defining(before.values(), defined_old or {}), _defining(after.values(), defined_new or {})
    gone, come = exchanged[0] & defining[0].keys(), exchanged[1] & defining[1].keys()
    if not gone or not come:
        return {}
    pairs, declared = _pairs(before, after, exchanged, defining)
    uses, uses_now = _uses(before, gone), _uses(after, come)
    result: dict[str, str] = {}
    found = {(old, new): count for (old, new), count in pairs.items() if old in gone and new in come}
    partners = Counter(old for old, _ in found), Counter(new for _, new in found)
    for (source, name), count in found.items():
        alone = partners[0][source] == partners[1][name] == 1
        most = 2 * count > max(uses[source], uses_now[name])
        if (alone and count == uses[source]) or (most and (source, name) in declared):
            result[name] = source
    return result


def _uses(texts: Mapping[str, tuple[Token, ...]], names: Set[str]) -> Counter[str]:
    return Counter(word for tokens in texts.values() for word in _sequence(tokens) if word in names)


def _defining(texts: Iterable[tuple[Token, ...]], known: Defined) -> dict[str, set[Line]]:
    """The names that are defined, with the lines that show it."""
    found = {name: set(lines) for name, lines in known.items()}
    for tokens in texts:
        lines = _lines(tokens)
        for name, line in _definitions(tokens):
            found.setdefault(name, set()).add(tuple(lines[line]))
    return found


def line_of(text: str) -> Line:
    """A line's words and signs."""
    return tuple(_sequence(tokenise(text)))


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


def _definitions(tokens: tuple[Token, ...]) -> Iterator[tuple[str, int]]:
    """Names of function definitions, enum constants and macros, with their lines."""
    depth = 0
    enum_depth = -1
    for index, token in enumerate(tokens):
        text = token.text
        if token.is_directive:
            match = _DEFINE.match(text)
            if match is not None:
                yield match.group(1), token.line
        elif text == "{":
            if depth == 0:
                name = _function_before(tokens, index)
                if name is not None:
                    yield name.text, name.line
            if enum_depth < 0 and _enum_before(tokens, index):
                enum_depth = depth
            depth += 1
        elif text == "}":
            depth = max(depth - 1, 0)
            if depth == enum_depth:
                enum_depth = -1
        elif enum_depth >= 0 and token.is_word and index and tokens[index - 1].text in ("{", ","):
            yield text, token.line


def _enum_before(tokens: tuple[Token, ...], index: int) -> bool:
    return any(t.text == "enum" for t in tokens[max(index - 2, 0) : index])


def _function_before(tokens: tuple[Token, ...], index: int) -> Token | None:
    """The name in front of a parameter list that ends right before `index`."""
    if not index or tokens[index - 1].text != ")":
        return None
    depth = 0
    for at in range(index - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(tokens[at].text, 0)
        if depth == 0:
            return tokens[at - 1] if at and tokens[at - 1].is_word else None
    return None


def _pairs(
    before: Mapping[str, tuple[Token, ...]],
    after: Mapping[str, tuple[Token, ...]],
    exchanged: tuple[set[str], set[str]],
    defining: tuple[Mapping[str, set[Line]], Mapping[str, set[Line]]],
) -> tuple[Counter[tuple[str, str]], set[tuple[str, str]]]:
    """How often each vanished name stands where a new one stands now, and for which of them that is a
    definition of both."""
    gone, come = exchanged
    counted: Counter[tuple[str, str]] = Counter()
    declared: set[tuple[str, str]] = set()

    def pair(left: list[str], right: list[str]) -> None:
        for a, b in _holes(left, right, gone, come):
            counted[a, b] += 1
            if tuple(left) in defining[0].get(a, ()) and tuple(right) in defining[1].get(b, ()):
                declared.add((a, b))

    rest_old: list[list[str]] = []
    rest_new: list[list[str]] = []
    for path in sorted({*before, *after}):
        left, right = (list(_lines(side.get(path, ())).values()) for side in (before, after))
        keys = [_holed(line, gone) for line in left], [_holed(line, come) for line in right]
        matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal":
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                    pair(left[i], right[j])
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
            pair(line, targets[form])
    return counted, declared


def _lines(tokens: tuple[Token, ...]) -> dict[int, list[str]]:
    lines: dict[int, list[str]] = {}
    for token in tokens:
        lines.setdefault(token.line, []).extend(_sequence((token,)))
    return lines


def _holed(line: list[str], names: set[str]) -> tuple[str, ...]:
    return tuple(_HOLE if word in names else word for word in line)


def _holes(left: list[str], right: list[str], gone: set[str], come: set[str]) -> list[tuple[str, str]]:
    return [(a, b) for a, b in zip(left, right, strict=True) if a in gone and b in come]
