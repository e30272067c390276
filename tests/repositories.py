"""Git repositories for tests: made from texts, hostile ones, and what their bytes were."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "A U Thor",
    "GIT_COMMITTER_EMAIL": "author@example.org",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *arguments: str, feed: str | bytes | None = None, check: bool = True) -> str:
    """What a git command prints."""
    raw = feed.encode() if isinstance(feed, str) else feed
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ("git", *arguments), cwd=folder, env={**kept, **IDENTITY}, input=raw, capture_output=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def repository(folder: Path, *options: str) -> Path:
    """An empty repository whose branch is `main`."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", *options)
    return folder


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Lays the files out; None removes one."""
    for path, text in files.items():
        file = folder / path
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)


def commit(folder: Path, files: Mapping[str, str | bytes | None], message: str = "a commit") -> str:
    """Commits the files on top of what is there; the commit's id."""
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-F", "-", feed=message)
    return git(folder, "rev-parse", "HEAD")


def every_byte(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Each file and link under a folder: a digest of its content, its mode and its time of change."""
    found = {}
    for path in sorted(folder.rglob("*")):
        told = path.lstat()
        content = str(path.readlink()).encode() if path.is_symlink() else b""
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
        changed = 0 if path.is_dir() and not path.is_symlink() else told.st_mtime_ns
        found[str(path.relative_to(folder))] = (hashlib.sha256(content).hexdigest(), told.st_mode, changed)
    return found


def make_hostile(folder: Path) -> Path:
    """Gives a repository everything that runs a program of its own; the file each of them would write."""
    seen = folder.parent / f"{folder.name}-was-run"
    program = folder.parent / f"{folder.name}-program"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> "{seen}"\nexit 1\n')
    program.chmod(0o755)
    hooks = folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in (
        "post-index-change",
        "post-checkout",
        "reference-transaction",
        "pre-commit",
        "fsmonitor-watchman",
    ):
        (hooks / name).write_text(program.read_text())
        (hooks / name).chmod(0o755)
    settings = {
        "core.fsmonitor": str(program),
        "core.hooksPath": str(hooks),
        "core.pager": str(program),
        "core.sshCommand": str(program),
        "core.gitProxy": str(program),
        "core.alternateRefsCommand": str(program),
        "diff.external": str(program),
        "diff.bad.command": str(program),
        "diff.bad.textconv": str(program),
        "diff.bad.cachetextconv": "true",
        "diff.noprefix": "true",
        "diff.algorithm": "patience",
        "diff.suppressBlankEmpty": "true",
        "diff.context": "0",
        "diff.renames": "false",
        "filter.bad.clean": str(program),
        "filter.bad.smudge": str(program),
        "filter.bad.process": str(program),
        "log.showSignature": "true",
        "gpg.program": str(program),
        "color.ui": "always",
        "grep.patternType": "perl",
        "submodule.recurse": "true",
        "alias.cat-file": f"!{program}",
        "alias.grep": f"!{program}",
        "pager.grep": str(program),
        "pager.diff-tree": str(program),
    }
    for name, value in settings.items():
        git(folder, "config", name, value)
    attributes = "* diff=bad filter=bad\n*.c -text diff=bad\n*.h binary\n"
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text(attributes)
    (folder / ".gitattributes").write_text(attributes)
    return seen
