"""Runs git so that it only reads.

Job: find the repository a folder lies in, start git commands in it. Input: a folder, arguments. Output:
bytes, or `InputError` in one line. Nothing of the caller's environment but where its own configuration
lies reaches git; hooks, filters, file system monitors, external diffs, text conversions, pagers, signature
checks and the network are switched off whatever the repository's configuration says, and objects that
replace others are seen as they are. Not modelled: which arguments make git write (none here do).
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from analyzer.model.unknown import InputError

# The user's own configuration may be somewhere else, and may be what makes a repository safe to read.
_KEPT = (
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
)
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "core.useReplaceRefs=false",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "diff.external=",
    "diff.suppressBlankEmpty=false",
    "diff.renameLimit=1000",
    "log.showSignature=false",
    "submodule.recurse=false",
    "grep.fallbackToNoIndex=false",
)
_OPTIONS = tuple(word for setting in _SETTINGS for word in ("-c", setting))
SHOWN = 200  # letters of what git says


def environment() -> dict[str, str]:
    """The environment of a git that reads one repository and talks to nobody."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept |= {name: os.environ[name] for name in os.environ if name.startswith(_KEPT)}
    kept.update(
        LC_ALL="C",
        GIT_OPTIONAL_LOCKS="0",
        GIT_NO_LAZY_FETCH="1",
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_TERMINAL_PROMPT="0",
        GIT_ATTR_NOSYSTEM="1",
        GIT_PAGER="cat",
    )
    return kept


class Git:
    """git in one repository.

    `folder` is the repository's own folder (``.git``, or that of a worktree or a submodule); `hash_name`
    ``sha1`` or ``sha256``; `shallow` says that history ends early; `environment` is what git sees.
    """

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise InputError(f"{directory}: is no folder: name one inside a git repository")
        self.environment = environment()
        asked = ("--show-object-format", "--is-shallow-repository", "--absolute-git-dir")
        found = self._run(directory, ("rev-parse", *asked))
        if found.returncode:
            raise InputError(f"{directory}: {_reason(found.stderr, directory)}")
        hash_name, shallow, folder = found.stdout.decode("utf-8", "surrogateescape").split("\n", 2)
        if hash_name not in ("sha1", "sha256"):
            raise InputError(f"{directory}: git is too old to be asked about it: 2.29 or newer is needed")
        self.hash_name, self.shallow = hash_name, shallow == "true"
        self.folder = Path(folder.removesuffix("\n"))
        self.environment.update(_quarantine(self.folder))
        self.directory = directory

    @property
    def name(self) -> str:
        """How messages call the repository."""
        return str(self.directory)

    def run(self, arguments: Sequence[str], *, allowed: Sequence[int] = (0,), feed: bytes = b"") -> bytes:
        """What a command prints; `InputError` if it ends with a status that is not `allowed`."""
        done = self._run(self.folder, self._placed(arguments), feed)
        if done.returncode not in allowed:
            raise InputError(f"{self.name}: {self.reason(done.stderr)}")
        return done.stdout

    def start(
        self, arguments: Sequence[str], *, stdin: int | None, stdout: int | IO[bytes], stderr: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """A command that goes on by itself."""
        return subprocess.Popen(
            ("git", *_OPTIONS, *self._placed(arguments)),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=stdout,
            stderr=stderr,
        )

    def reason(self, stderr: bytes) -> str:
        """Why a command failed, from what it wrote to standard error."""
        return _reason(stderr, self.directory)

    def _placed(self, arguments: Sequence[str]) -> tuple[str, ...]:
        # From the repository's own folder, paths are those of the tree and no work tree is looked at. That
        # the folder may be trusted was asked when it was found.
        return (f"--git-dir={self.folder}", *arguments)

    def _run(
        self, folder: Path, arguments: Sequence[str], feed: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ("git", *_OPTIONS, *arguments),
                cwd=folder,
                env=self.environment,
                input=feed,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise InputError("git is not installed, or not on the search path: install it") from None


def _quarantine(folder: Path) -> dict[str, str]:
    """What a git needs to see objects of a push that this repository has not taken yet: git keeps them apart
    while it asks the hooks."""
    apart = os.environ.get("GIT_QUARANTINE_PATH", "")
    if not apart or (folder / "objects").resolve() not in Path(apart).resolve().parents:
        return {}
    names = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
    return {name: os.environ[name] for name in names if name in os.environ}


def said(stream: IO[bytes]) -> bytes:
    """What was written to a stream of `scratch`."""
    stream.seek(0)
    return stream.read()


def fell_short(stderr: bytes) -> bool:
    """Whether a command says that it left something out, whatever its status: an object that is not there."""
    return any(line.startswith((b"error:", b"fatal:")) for line in stderr.splitlines())


def scratch() -> IO[bytes]:
    """A nameless file that takes what a command writes, however much it is."""
    return tempfile.TemporaryFile()


def _reason(stderr: bytes, directory: Path) -> str:
    """Why git failed, in one line with its mend."""
    text = stderr.decode("utf-8", "replace")
    known: Mapping[str, str] = {
        "not a git repository": "is not inside a git repository: name one with --repo",
        "dubious ownership": "belongs to somebody else, and git does not read it: if you trust it, run"
        f" git config --global --add safe.directory {directory.resolve()}",
        "promisor remote": "is a partial clone that lacks objects which are needed: run git fetch in it",
        "must be run in a work tree": "has no work tree",
    }
    for words, reason in known.items():
        if words in text:
            return reason
    lines = [line for line in text.splitlines() if line.strip()]
    line = next((line for line in lines if line.startswith("fatal:")), lines[-1] if lines else "")
    return f"git cannot read it ({line.removeprefix('fatal:').strip()[:SHOWN] or 'no reason given'})"
