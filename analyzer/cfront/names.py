"""Say what a name means in a code base, by the globs of its dialect.

Input: names and patterns. Output: whether one fits, and the function that a defining macro defines.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

from analyzer.model.summary import Dialect

ALWAYS_ATTRIBUTES = ("__attribute__", "__extension__", "__restrict", "__restrict__")


@lru_cache(maxsize=65536)
def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name fits one of the globs."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def defined_name(macro: str, first: str, dialect: Dialect) -> str:
    """The function that ``macro(first, ...) { ... }`` defines; "" if the macro defines none."""
    for pattern in dialect.definers:
        shape, _, name = pattern.partition("(")
        if fnmatchcase(macro, shape):
            return name.rstrip(")").replace("*", first, 1) if "*" in name else first
    return ""
