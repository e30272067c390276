"""A commit as it is handed from a repository to intake: who, what about, and the diff that it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commit:
    """`parents` are full ids, the first one is what `diff` is against (none: the empty tree). `message` is
    without its first line, which is `title`. `diff` is as git writes it, with full index lines."""

    id: str
    parents: tuple[str, ...]
    author: str
    title: str
    message: str
    diff: bytes
