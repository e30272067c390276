"""Two repositories that push to each other, a series that breaks something, and a Python that is noticed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from analyzer.__main__ import _doors
from analyzer.cli import run
from tests.repositories import IDENTITY, commit, git, repository

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "fixtures" / "second-domain"
# Patch 2 on top of patch 1 breaks a rule; patch 1 alone breaks another.
PATCHES = sorted((DOMAIN / "series").glob("*.patch"))[1:]
COVER = sorted((DOMAIN / "series").glob("*.patch"))[0]
SOURCE = {f"fwup/{path.name}": path.read_text() for path in (DOMAIN / "lifecycle").iterdir()}
LOST = "failure-is-told: missing"  # what patch 1 does
SUPPRESSIONS = """[[suppress]]
rule = "failure-is-told"
reason = "the next push mends it"
"""


@dataclass(frozen=True)
class Done:
    """How a program ended; `err` without what would depend on a terminal's width."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class World:
    """`here` pushes to the bare repository `there`, its `origin`."""

    folder: Path
    here: Path
    there: Path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
        return {
            **kept,
            **IDENTITY,
            "PATH": f"{self.folder / 'shims'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{self.folder / 'noticed'}{os.pathsep}{ROOT}",
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "200",
        }

    def run(self, *words: str | Path, cwd: Path | None = None, **more: str) -> Done:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=cwd or self.here,
            env={**self.environment(), **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def hook(self, *words: str | Path, cwd: Path | None = None) -> Done:
        """`analyze-series hook ...`, in this process, which is quicker; what it starts is not noticed."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.chdir(cwd or self.here), mock.patch.dict(os.environ, self.environment(), clear=True):
            status = run(["hook", *map(str, words)], _doors(), io.BytesIO(), out, err)
        return Done(status, out.getvalue(), err.getvalue())

    def install(self, *words: str | Path, cwd: Path | None = None) -> Done:
        """Installs a hook that judges by the second domain."""
        done = self.hook("install", "--profile", DOMAIN / "profile.toml", *words, cwd=cwd)
        assert (done.status, done.err) == (0, ""), done
        return done

    def push(self, *words: str, **more: str) -> Done:
        return self.run("git", "push", *(words or ("origin", "main")), **more)

    def apply(self, *patches: Path) -> None:
        git(self.here, "am", "-q", *map(str, patches))

    def there_has(self, ref: str = "main") -> str:
        return git(self.there, "rev-parse", "--verify", "-q", ref, check=False)

    def head(self) -> str:
        return git(self.here, "rev-parse", "HEAD")

    def starts_of_python(self) -> list[str]:
        """Every start of a Python since the world began: by name on the path, or of any other."""
        log = self.folder / "pythons"
        return log.read_text().splitlines() if log.exists() else []

    def asked_of_git(self, trace: Path) -> list[str]:
        """The git commands that a traced push started itself, by way of its hook, but for those that carry
        the push over."""
        starts = [json.loads(line) for line in trace.read_text().splitlines()]
        own = [
            entry["argv"] for entry in starts if entry["event"] == "start" and entry["sid"].count("/") == 1
        ]
        words = [Path(argv[0]).name if Path(argv[0]).name != "git" else argv[1] for argv in own]
        return [word for word in words if word not in ("git-receive-pack", "receive-pack", "pack-objects")]


def world(folder: Path) -> World:
    """`here` with the source of the second domain, pushed to `there`."""
    log = folder / "pythons"
    (folder / "shims").mkdir()
    for name in ("python", "python3", "analyze-series"):
        shim = folder / "shims" / name
        shim.write_text(f'#!/bin/sh\necho "shim $0 $*" >> "{log}"\nexec "{sys.executable}" "$@"\n')
        shim.chmod(0o755)
    # Whichever Python is started by whatever name: it reads this before anything else.
    (folder / "noticed").mkdir()
    (folder / "noticed" / "sitecustomize.py").write_text(
        f"import sys\nopen({str(log)!r}, 'a').write('start ' + ' '.join(sys.orig_argv) + '\\n')\n"
    )
    here, there = repository(folder / "here"), repository(folder / "there.git", "--bare")
    commit(here, {"README": "words\n"}, "before")
    commit(here, SOURCE, "the source")
    git(here, "remote", "add", "origin", str(there))
    git(here, "push", "-q", "origin", "main")
    return World(folder, here, there)
