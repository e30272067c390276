"""The streams a command talks to: standard output and error, their colour and width, and progress.

Not modelled: a terminal that is resized while the program runs.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TextIO

from analyzer.cli.grammar import PROGRAM

PATIENCE = 1.0  # seconds before progress is worth showing


@dataclass(frozen=True, slots=True)
class Console:
    """Where to print. `environ` decides on colour and width."""

    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]

    def say(self, text: str) -> None:
        """Prints `text` as it stands; a closed pipe shows here at the latest."""
        self.stdout.write(text)
        self.stdout.flush()

    def complain(self, message: str) -> None:
        """One line on standard error, terminal escapes made visible."""
        from analyzer.reports.escape import visible  # rarely needed

        said = visible(message)
        if self.environ.get("GITHUB_ACTIONS"):  # its runner looks for commands of this form within lines too
            said = said.replace("##[", "## [")
        with contextlib.suppress(OSError):
            self.stderr.write(f"{PROGRAM}: {said}\n")
            self.stderr.flush()

    def warn(self, text: str) -> None:
        """Prints a text that is escaped already to standard error, if that is still open."""
        with contextlib.suppress(OSError):
            self.stderr.write(text)
            self.stderr.flush()

    def colour(self, choice: str) -> bool:
        """Whether standard output gets colour."""
        return self.colour_of(choice, self.stdout)

    def colour_of(self, choice: str, stream: TextIO) -> bool:
        """Whether one of the streams gets colour."""
        if choice != "auto":
            return choice == "always"
        if self.environ.get("NO_COLOR"):
            return False
        if self.environ.get("FORCE_COLOR", "") not in ("", "0"):
            return True
        return stream.isatty() and self.environ.get("TERM") != "dumb"

    def width(self) -> int:
        """Columns of standard output: COLUMNS, the terminal's, or 80."""
        named = self.environ.get("COLUMNS", "")
        if named.isascii() and named.isdigit() and len(named) < 5 and int(named):
            return int(named)
        with contextlib.suppress(OSError, ValueError):
            if self.stdout.isatty():
                return os.get_terminal_size(self.stdout.fileno()).columns or 80
        return 80


@dataclass(slots=True)
class Progress:
    """One line on a terminal that says what goes on, once work takes longer than `PATIENCE`."""

    stream: TextIO
    enabled: bool
    width: int = 80
    started: float = field(default_factory=time.monotonic)
    shown: bool = False

    def __call__(self, what: str) -> None:
        if not self.enabled or time.monotonic() - self.started < PATIENCE:
            return
        from analyzer.reports.escape import visible
        from analyzer.reports.layout import fold

        with contextlib.suppress(OSError):
            self.stream.write(f"\r\x1b[K{fold(visible(what), max(self.width - 1, 24))[0]}")
            self.stream.flush()
            self.shown = True

    def clear(self) -> None:
        """Takes the line away."""
        if self.shown:
            with contextlib.suppress(OSError):
                self.stream.write("\r\x1b[K")
                self.stream.flush()
            self.shown = False
