"""File names as diffs write them: quotes, prefixes, time stamps; and which of them may be trusted.

Input: what stands after ``---``, ``+++``, ``diff --git`` or ``rename from``. Output: a path relative
to the tree's root, or the reason why it is refused. Not modelled: ``-p`` levels other than 0 and 1.
"""

from __future__ import annotations

import re

from analyzer.intake.lines import clean, decode

NULL = "/dev/null"
_LONGEST = 4200  # no system has longer paths
_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
_STAMP = re.compile(r"\s+(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*|\w{3} \w{3} +\d+ \d\d:\d\d.*|\(.*\))$")
_PREFIXES = frozenset("abciow12")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def unquote(name: str) -> str:
    """Undoes git's C quoting (octal escapes are bytes of UTF-8); other names come back unchanged."""
    if len(name) < 2 or name[0] != '"' or name[-1] != '"':
        return name
    out = bytearray()
    inner = name[1:-1]
    at = 0
    while at < len(inner):
        char = inner[at]
        if char != "\\":
            out += char.encode("utf-8", "replace")
            at += 1
            continue
        octal = re.match(r"[0-3][0-7]{2}", inner[at + 1 : at + 4])
        if octal:
            out.append(int(octal.group(), 8))
            at += 4
        else:
            follower = inner[at + 1 : at + 2]
            out += (
                bytes([_ESCAPES[follower]]) if follower in _ESCAPES else follower.encode("utf-8", "replace")
            )
            at += 2
    return decode(bytes(out))


def named(text: str) -> str:
    """The name in the rest of a ``---`` or ``+++`` line, its time stamp taken off."""
    text = text[:_LONGEST].rstrip("\r")
    quoted = _QUOTED.match(text)
    if quoted:
        return unquote(quoted.group())
    return _STAMP.sub("", text.split("\t", 1)[0]).strip()


def pair(old: str, new: str) -> tuple[str, str]:
    """Both names without the prefixes (``a/``, ``b/``, ``linux.orig/``) that are no part of the tree."""
    if old == NULL or new == NULL:
        real = new if old == NULL else old
        real = real[2:] if real[1:2] == "/" and real[0] in _PREFIXES else real
        return (NULL, real) if old == NULL else (real, NULL)
    if old == new:
        return old, new
    first_old, _, rest_old = old.partition("/")
    first_new, _, rest_new = new.partition("/")
    if rest_old and rest_new:
        git_like = first_old in _PREFIXES and first_new in _PREFIXES and first_old != first_new
        if git_like or rest_old == rest_new:
            return rest_old, rest_new
    if old in (f"{new}.orig", f"{new}.old", f"{new}~"):
        return new, new
    return old, new


def from_git_line(rest: str) -> tuple[str, str]:
    """Both names of ``diff --git OLD NEW``; blanks in names are told by the names being equal."""
    rest = rest[: 2 * _LONGEST].strip()
    quoted = _QUOTED.match(rest)
    if quoted:
        return pair(unquote(quoted.group()), unquote(rest[quoted.end() :].strip()))
    if rest.endswith('"') and ' "' in rest:
        old, _, new = rest.partition(' "')
        return pair(old, unquote('"' + new))
    middle = len(rest) // 2
    if len(rest) % 2 and rest[middle] == " ":
        old, new = rest[:middle], rest[middle + 1 :]
        if old == new or old.partition("/")[2] == new.partition("/")[2]:
            return pair(old, new)
    at = rest.find(" b/")
    if at > 0:
        return pair(rest[:at], rest[at + 1 :])
    old, _, new = rest.partition(" ")
    return pair(old, new or old)


def refusal(path: str) -> str:
    """Why this path from a stranger is not taken, or ""."""
    if not path:
        return "the file has no name"
    if path.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[\\/]", path):
        return f"the path '{clean(path)}' is absolute and is refused"
    parts = path.replace("\\", "/").split("/")
    if ".." in parts or ".git" in parts:
        return f"the path '{clean(path)}' leaves the tree and is refused"
    if clean(path) != " ".join(path.split(" ")) and any(not char.isprintable() for char in path):
        return f"the path '{clean(path)}' holds control characters and is refused"
    return ""
