"""Runs whole processes in turn and says how long each took and how much memory it held.

Input: commands. Output: `Taken`, one `Run` a command and round. The commands take turns (A B C A B C ...),
so that a drift of the machine meets all of them alike; ratios are taken within a round. Not modelled: what
a command prints means nothing here but to tell that it did its work.

Peak memory is what the kernel says of the process and of those that it waited for, the largest of them
(`wait4`). It is never less than what this program itself holds, about 20 MB, because a child starts as a
copy of it.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LONGEST = 900.0  # seconds that one process may take


@dataclass(frozen=True, slots=True)
class Command:
    """`words` to run; `statuses` that mean it did its work; `told`, if any, stands in its output."""

    name: str
    words: tuple[str, ...]
    statuses: tuple[int, ...] = (0,)
    told: str = ""
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds on the clock, seconds of processor, megabytes at the most."""

    seconds: float
    processor: float
    megabytes: float
    output: str


class Failed(Exception):
    """A command did not do its work; the text says how."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The runs of each command by its name, in the order of the rounds; why others failed."""

    runs: Mapping[str, tuple[Run, ...]]
    failed: Mapping[str, str]

    @property
    def rounds(self) -> int:
        """How many there were, the warming up apart."""
        return max((len(found) for found in self.runs.values()), default=0)

    def why(self, *names: str) -> str:
        """Why there are no runs of one of these; "" if there are."""
        return next((self.failed[name] for name in names if name in self.failed), "")

    def seconds(self, name: str) -> float:
        """The median."""
        return statistics.median(run.seconds for run in self.runs[name])

    def megabytes(self, name: str) -> float:
        """The largest."""
        return max(run.megabytes for run in self.runs[name])

    def ratio(self, name: str, other: str) -> tuple[float, float, float]:
        """Median, least and largest of the ratios of the rounds."""
        pairs = zip(self.runs[name], self.runs[other], strict=True)
        ratios = [one.seconds / two.seconds for one, two in pairs]
        return statistics.median(ratios), min(ratios), max(ratios)


def once(command: Command) -> Run:
    """Runs a command to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        child = subprocess.Popen(
            command.words,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=command.folder,
            env=os.environ | {"LC_ALL": "C.UTF-8"} | dict(command.environment),
        )
        status, usage = _waited(child)
        seconds = time.perf_counter() - start
        out.seek(0)
        text = out.read().decode(errors="replace")
        if status not in command.statuses or command.told not in text:
            err.seek(0)
            last = err.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise Failed(f"{command.name}: exit {status}: {last or 'its output is not what it should be'}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)


def in_turn(commands: Sequence[Command], rounds: int, said: Callable[[str], None]) -> Taken:
    """Each command once to warm up, then `rounds` times in turn."""
    runs: dict[str, list[Run]] = {}
    failed: dict[str, str] = {}
    for number in range(rounds + 1):
        said(f"round {number} of {rounds}" if number else "warming up")
        for command in commands:
            if command.name in failed:
                continue
            try:
                run = once(command)
            except (Failed, OSError) as why:
                failed[command.name] = str(why)
            else:
                if number:
                    runs.setdefault(command.name, []).append(run)
    return Taken({name: tuple(found) for name, found in runs.items() if name not in failed}, failed)


def _waited(child: subprocess.Popen[bytes]) -> tuple[int, resource.struct_rusage]:
    """Waits without polling; a timer ends what takes too long."""
    timer = threading.Timer(LONGEST, child.kill)
    timer.start()
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:
        child.kill()
        raise
    finally:
        timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage
