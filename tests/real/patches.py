"""Texts before and after as a patch in git's own format, and a tree's texts from its repository."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


def at_head(tree: Path, paths: tuple[str, ...]) -> dict[str, str]:
    """The texts of files as they are committed."""
    texts = {}
    for path in paths:
        done = subprocess.run(
            ["git", "-C", str(tree), "show", f"HEAD:{path}"], capture_output=True, check=True
        )
        texts[path] = done.stdout.decode()
    return texts


def blob(text: str) -> str:
    """The id that git gives a file of this text."""
    content = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def patch(
    before: Mapping[str, str], after: Mapping[str, str], subject: str, number: int = 1, of: int = 1
) -> str:
    """A mail with the difference of two trees; files that are only in `after` are new."""
    hunks = "".join(
        _difference(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )
    assert hunks, f"{subject}: nothing changes"
    tag = f"[PATCH {number}/{of}]" if of > 1 else "[PATCH]"
    return (
        f"From {'0' * 40} Mon Sep 17 00:00:00 2001\nFrom: A Tester <tester@example.org>\n"
        f"Date: Thu, 22 Jan 2026 22:00:00 +0000\nSubject: {tag} {subject}\n\n---\n{hunks}-- \n2.50.1\n\n"
    )


def _difference(path: str, before: str | None, after: str | None) -> str:
    with tempfile.TemporaryDirectory() as room:
        for side, text in (("a", before), ("b", after)):
            if text is not None:
                file = Path(room, side, path)
                file.parent.mkdir(parents=True)
                file.write_text(text, encoding="utf-8")
        sides = [
            f"{side}/{path}" if text is not None else "/dev/null"
            for side, text in (("a", before), ("b", after))
        ]
        done = subprocess.run(
            ["git", "-c", "core.safecrlf=false", "-c", "diff.noprefix=true", "diff", "--no-index",
             "--no-color", "--no-ext-diff", "--no-prefix", "--full-index", *sides],
            cwd=room, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        return done.stdout
