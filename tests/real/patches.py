"""Texts before and after as a patch in git's own format, and a tree's texts from its repository."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_ALONE = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def at_head(tree: Path, paths: Sequence[str]) -> dict[str, str]:
    """The texts of files as they are committed."""
    texts = {}
    for path in paths:
        call = ["git", "-C", str(tree), "show", f"HEAD:{path}"]
        texts[path] = subprocess.run(call, capture_output=True, check=True, env=_ALONE).stdout.decode()
    return texts


def holding(tree: Path, words: Sequence[str]) -> set[str]:
    """The committed files that hold one of some words."""
    call = ["git", "-C", str(tree), "grep", "-lwIzF", *(f"-e{word}" for word in words), "HEAD"]
    done = subprocess.run(call, capture_output=True, check=True, env=_ALONE)
    return {name.removeprefix("HEAD:") for name in done.stdout.decode().split("\0") if name}


def patch(
    before: Mapping[str, str], after: Mapping[str, str], subject: str, number: int = 1, of: int = 1
) -> str:
    """A mail with the difference of two trees; files that are only in `after` are new."""
    changed = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    assert changed, f"{subject}: nothing changes"
    with tempfile.TemporaryDirectory() as room:
        for side, texts in (("a", before), ("b", after)):
            Path(room, side).mkdir()
            for path in changed:
                if path in texts:
                    file = Path(room, side, path)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(texts[path].encode())
        call = ["git", "diff", "--no-index", "--no-color", "--no-ext-diff", "--no-prefix", "--full-index"]
        done = subprocess.run([*call, "a", "b"], cwd=room, capture_output=True, text=True, env=_ALONE)
        assert done.returncode == 1, done.stderr
    tag = f"[PATCH {number}/{of}]" if of > 1 else "[PATCH]"
    return (
        f"From {'0' * 40} Mon Sep 17 00:00:00 2001\nFrom: A Tester <tester@example.org>\n"
        f"Date: Thu, 22 Jan 2026 22:00:{number:02} +0000\nSubject: {tag} {subject}\n\n---\n{done.stdout}"
        "-- \n2.50.1\n\n"
    )
