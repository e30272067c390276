"""Read all C files of a tree and count what was understood.

``python -m tests.cfront.count TREE [qemu|linux]`` prints the counts that docs/front-end.md publishes, and
with ``--names`` each function that is not understood in full. The exit status is 1 if a file raised anything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from analyzer.cfront import index, parse
from analyzer.model.summary import Dialect
from tests.cfront.dialects import LINUX, QEMU

DIALECTS = {"qemu": QEMU, "linux": LINUX}


@dataclass(frozen=True, slots=True)
class Count:
    """What became of one file. `hurt` are its functions with a problem, `lost` those that the index lacks."""

    path: str
    functions: int
    hurt: tuple[str, ...]
    lost: tuple[str, ...]
    raised: str = ""


def count(path: Path, dialect: Dialect) -> Count:
    text = path.read_text("utf-8", errors="replace")
    try:
        functions = parse(str(path), text, dialect).functions
        known = {one.name for one in index(str(path), text, dialect).functions}
    except Exception as error:
        return Count(str(path), 0, (), (), f"{type(error).__name__}: {error}")
    return Count(
        str(path),
        len(functions),
        tuple(f"{one.name}: {one.problems[0].text}" for one in functions if one.problems),
        tuple(one.name for one in functions if one.name not in known),
    )


def files_of(tree: Path) -> list[Path]:
    """All C files under `tree`, in order."""
    return sorted(path for path in tree.rglob("*.c") if path.is_file())


def counted(paths: Iterable[Path], dialect: str, jobs: int) -> Iterator[Count]:
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_count, ((path, dialect) for path in paths), chunksize=32)


def _count(asked: tuple[Path, str]) -> Count:
    return count(asked[0], DIALECTS[asked[1]])


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("tree", type=Path)
    asked.add_argument("dialect", choices=sorted(DIALECTS), nargs="?", default="qemu")
    asked.add_argument("--jobs", type=int, default=1)
    asked.add_argument("--names", action="store_true")
    given = asked.parse_args()
    found = list(counted(files_of(given.tree), given.dialect, given.jobs))
    hurt = [f"{one.path}: {name}" for one in found for name in one.hurt]
    lost = [f"{one.path}: {name}" for one in found for name in one.lost]
    raised = [f"{one.path}: {one.raised}" for one in found if one.raised]
    print(f"files {len(found)}, functions {sum(one.functions for one in found)}, with a problem {len(hurt)}")
    print(f"not in the index {len(lost)}, exceptions {len(raised)}")
    print("\n".join([*raised, *lost, *(hurt if given.names else [])]))
    return 1 if raised else 0


if __name__ == "__main__":
    sys.exit(main())
