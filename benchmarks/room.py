"""What the benchmark works on: an installed copy, the tree, the series at its stages, and repositories.

All of it lies in one folder, which is the benchmark's own; the tree is only read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.measure import Command
from tests.real.patches import at_head, patch

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "benchmarks" / "rules"
SUBJECT = "migration/migration.c"  # the file that the series changes
DONE = (0, 1, 3)  # a report was written
FURTHER = 10


@dataclass(frozen=True)
class Room:
    """`folder` is made and filled on demand; `series` are the patches in order."""

    folder: Path
    tree: Path
    series: tuple[Path, ...]

    @cached_property
    def python(self) -> Path:
        """The Python that has an installed copy of the project; pip compiles the byte code."""
        venv = self.folder / "venv"
        python = venv / "bin" / "python"
        if not python.exists():
            _run(sys.executable, "-m", "venv", venv)
            _run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", ROOT)
        else:
            # A room that is used again: its packages stand, the project is copied anew.
            again = ("--disable-pip-version-check", "--force-reinstall", "--no-deps")
            _run(python, "-m", "pip", "install", "-q", *again, ROOT)
        shutil.rmtree(ROOT / "build", ignore_errors=True)
        return python

    @cached_property
    def program(self) -> Path:
        return self.python.with_name("analyze-series")

    def analyse(self, name: str, *words: object, statuses: tuple[int, ...] = DONE, told: str = "") -> Command:
        """A run of the installed program with a cache folder of its own, in an empty folder."""
        aside = self.folder / "aside"
        aside.mkdir(exist_ok=True)
        order = (str(self.program), *map(str, words))
        environment = {"XDG_CACHE_HOME": str(self.folder / "cache"), "NO_COLOR": "1"}
        return Command(name, order, statuses, told, aside, environment)

    @cached_property
    def stages(self) -> tuple[Path, ...]:
        """The subject at the base and after each patch of the series."""
        work = self.folder / "stages"
        shutil.rmtree(work, ignore_errors=True)
        file = work / "tree" / SUBJECT
        file.parent.mkdir(parents=True)
        file.write_text(at_head(self.tree, (SUBJECT,))[SUBJECT])
        stages = [shutil.copy(file, work / "0.c")]
        for number, path in enumerate(self.series, 1):
            _run("git", "-C", work / "tree", "apply", f"--include={SUBJECT}", path, aside=True)
            stages.append(shutil.copy(file, work / f"{number}.c"))
        return tuple(map(Path, stages))

    @cached_property
    def further(self) -> tuple[Path, ...]:
        """Patches on the subject, each of which changes another function on the way of a migration."""
        work = self.folder / "further"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        texts = further_texts(at_head(self.tree, (SUBJECT,))[SUBJECT])
        paths = []
        for number in range(1, FURTHER + 1):
            path = work / f"{number:04}.patch"
            was, now = ({SUBJECT: text} for text in texts[number - 1 : number + 1])
            path.write_text(patch(was, now, f"migration: Step {number}", number, FURTHER))
            paths.append(path)
        return tuple(paths)

    @cached_property
    def past(self) -> Path:
        """A repository on top of the tree's commit: branch `aside` has 40 commits that change nothing that
        matters, branch `subject` has one for each further patch."""
        bare = self.folder / "past.git"
        shutil.rmtree(bare, ignore_errors=True)
        _run("git", "clone", "-q", "--bare", "--shared", self.tree, bare, aside=True)
        head = _run("git", "-C", bare, "rev-parse", "HEAD", aside=True).strip()
        other = "hw/char/serial.c"
        text = at_head(self.tree, (other,))[other]
        aside = [(other, f"{text}/* {number} */\n") for number in range(40)]
        texts = further_texts(at_head(self.tree, (SUBJECT,))[SUBJECT])
        subject = [(SUBJECT, text) for text in texts[1:]]
        stream = b"".join(
            _commits(branch, head, files) for branch, files in (("aside", aside), ("subject", subject))
        )
        _run("git", "-C", bare, "fast-import", "--quiet", aside=True, given=stream)
        return bare


STEPS = (
    "migration_cleanup",
    "migration_iteration_finish",
    "migration_completion",
    "postcopy_start",
    "migration_thread",
    "migration_connect",
    "migration_iteration_run",
    "migration_cancel",
    "migration_call_notifiers",
    "migration_has_failed",
)  # fmt: skip


def further_texts(text: str) -> list[str]:
    """The subject, then after each of ten edits: one more function begins with a trace."""
    texts = [text]
    for number, function in enumerate(STEPS, 1):
        at = texts[-1].index("\n{\n", _definition(texts[-1], function)) + 3
        end = texts[-1].index("\n\n", at) + 2
        texts.append(f"{texts[-1][:end]}    trace_migration_step({number});\n\n{texts[-1][end:]}")
    return texts


def _definition(text: str, function: str) -> int:
    at = -1
    while True:
        at = text.index(f"{function}(", at + 1)
        body, end = text.find("\n{\n", at), text.find(";", at)
        if 0 <= body < end:
            return at


def _commits(branch: str, head: str, files: Sequence[tuple[str, str]]) -> bytes:
    made = b""
    for number, (path, text) in enumerate(files):
        content = text.encode()
        start = f"from {head}\n" if number == 0 else ""
        made += (
            f"commit refs/heads/{branch}\ncommitter A <a@example.org> {1800000000 + number} +0000\n"
            f"data 5\nstep\n{start}M 100644 inline {path}\ndata {len(content)}\n"
        ).encode() + content + b"\n"  # fmt: skip
    return made


def _run(*words: object, aside: bool = False, given: bytes | None = None) -> str:
    """Runs a step of the preparation; `aside` shuts the user's git settings out."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull} if aside else {}
    done = subprocess.run(list(map(str, words)), input=given, capture_output=True, env=os.environ | settings)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: {done.stderr.decode().strip()}")
    return done.stdout.decode()


Said = Callable[[str], None]
