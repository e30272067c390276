"""Real source trees for tests: laid out by a tool beside this checkout, or named by a variable.

A tree is looked for at the path that its variable holds, else `../shared/tools` lays it out (once; it is kept
in the user's cache). Where neither is there, the test is skipped and says why.
"""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT.parent / "shared" / "tools"
VARIABLES = {
    "10.2.2": "ANALYZE_SERIES_QEMU",
    "10.0.13": "ANALYZE_SERIES_QEMU_10_0",
    "7.2": "ANALYZE_SERIES_QEMU_7_2",
}


def shared(name: str) -> Path:
    """A file or folder of `../shared`, or of the folder that ANALYZE_SERIES_SHARED names."""
    folder = Path(os.environ.get("ANALYZE_SERIES_SHARED") or ROOT.parent / "shared")
    if not (folder / name).exists():
        pytest.skip(f"{name} is not beside this checkout, and ANALYZE_SERIES_SHARED names no folder with it")
    return folder / name


def qemu(version: str = "10.2.2") -> Path:
    """A repository whose one commit is this release of QEMU."""
    return _tree(VARIABLES[version], "get-qemu-source", version)


def linux() -> Path:
    """A repository whose one commit holds the parts of Linux 6.1 where notifier chains live."""
    return _tree("ANALYZE_SERIES_LINUX", "get-linux-source", "")


def _tree(variable: str, tool: str, version: str) -> Path:
    found, why = _found(variable, tool, version)
    if found is None:
        pytest.skip(why)
    return found


@functools.cache
def _found(variable: str, tool: str, version: str) -> tuple[Path | None, str]:
    """The tree, or None and why there is none."""
    named = os.environ.get(variable, "")
    if named:
        path = Path(named)
        return (path, "") if path.is_dir() else (None, f"{variable} names no folder: {named}")
    program = TOOLS / tool
    if not program.is_file():
        return None, f"{variable} is not set, and {tool} is not beside this checkout"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "analyze-series"
    name = f"qemu-{version}" if version else "linux-6.1"
    done = subprocess.run(
        [str(program), str(cache / name), *([version] if version else [])], capture_output=True, text=True
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return None, f"{tool} {version} failed: {last}"
    return Path(done.stdout.strip().splitlines()[-1]), ""
