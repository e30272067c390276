"""Where the time of a run goes: seconds by module, from one run under cProfile.

cProfile slows calls down, so that a module of many small calls seems heavier than it is; the shares tell
where to look, not how long it takes. Code that is not Python is counted by what it is called as.
"""

from __future__ import annotations

import os
import pstats
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.room import DONE, Room


def by_module(room: Room, words: Iterable[object]) -> list[tuple[str, float, int]]:
    """(module, seconds of its own, calls), the heaviest first; [] when the run fails."""
    file = room.folder / "profile.out"
    order = [str(room.python), "-m", "cProfile", "-o", str(file), "-m", "analyzer", *map(str, words)]
    environment = os.environ | dict(room.analyse("", "").environment)
    done = subprocess.run(order, capture_output=True, cwd=room.folder / "aside", env=environment)
    if done.returncode not in DONE:
        return []
    seconds: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    table = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]
    for (path, _, name), (_, count, own, _, _) in table.items():
        module = _module(path, name)
        seconds[module] += own
        calls[module] += count
    return [(module, own, calls[module]) for module, own in seconds.most_common()]


def _module(path: str, name: str) -> str:
    if path == "~":
        return name.strip("<>").removeprefix("built-in method ").partition(" object")[0]
    parts = Path(path).with_suffix("").parts
    if "analyzer" in parts:
        return ".".join(parts[parts.index("analyzer") + 1 :]) or "analyzer"
    if "site-packages" in parts:
        return f"({parts[parts.index('site-packages') + 1]})"
    return "(standard library)"
