"""The rows of the table: what is compared with what, and how far it may go.

A row runs its commands in turn and tells its `Answer`s. A command that does not do its work makes a row *not
available*, with its reason; a peer that is not installed likewise.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Command, Taken, in_turn
from benchmarks.room import FURTHER, RULES, Room, Said

HERE = Path(__file__).resolve().parent
REGISTRATION = "migration_add_notifier"


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is to be at most `limit` (and better, at most `stretch`); `spread` its least and largest."""

    work: str
    against: str
    value: float
    limit: float
    took: str
    rounds: int
    stretch: float | None = None
    spread: tuple[float, float] | None = None
    unit: str = "x"

    @property
    def reached(self) -> bool:
        return self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Missing:
    """A row that has no answer here, and why."""

    work: str
    why: str


Told = tuple[Answer | Missing, ...]
Row = Callable[[Room, int, Said], Told]


def order_by_spatch(room: Room) -> Command:
    """The one order rule over all stages, which are laid out beforehand."""
    files = tuple(map(str, room.stages))
    words = (_peer("spatch"), "--very-quiet", "--macro-file", str(RULES / "macros.h"), "--sp-file")
    return Command("spatch", (*words, str(RULES / "order.cocci"), *files), told=f"told {files[-1]}")


def whole(room: Room, rounds: int, said: Said) -> Told:
    """Everything on the real tree without a cache, its memory, and the same from the cache."""
    series = ("--repo", room.tree, *room.series)
    cold = room.analyse("cold", "--no-cache", *series, told="vm_start()")
    warm = room.analyse("warm", *series, told="vm_start()")
    peer = order_by_spatch(room)
    taken = in_turn((cold, warm, peer), rounds, said)
    against = "spatch, one order rule"
    return (
        _ratio(taken, "whole run, no cache", "cold", "spatch", against, 1.0, 0.6),
        _ratio(taken, "whole run, warm cache", "warm", "spatch", against, 0.5, 0.3),
        _memory(taken, "peak memory of the whole run", "cold", 96.0),
    )


def alone(room: Room, rounds: int, said: Said) -> Told:
    """The patches without a tree."""
    mine = room.analyse("alone", *room.series, told="vm_start()")
    taken = in_turn((mine, order_by_spatch(room)), rounds, said)
    return (_ratio(taken, "patches alone", "alone", "spatch", "spatch, one order rule", 0.4),)


def further(room: Room, rounds: int, said: Said) -> Told:
    """What each further patch on the same file costs, from the cache."""
    two = room.analyse("two", "--repo", room.tree, *room.further[:2])
    ten = room.analyse("ten", "--repo", room.tree, *room.further)
    taken = in_turn((two, ten, _parse(room)), rounds, said)
    work = "each further patch on the same file, warm"
    if why := taken.why("two", "ten", "parse"):
        return (Missing(work, why),)
    each = [
        (b.seconds - a.seconds) / (FURTHER - 2) / float(p.output)
        for a, b, p in zip(taken.runs["two"], taken.runs["ten"], taken.runs["parse"], strict=True)
    ]
    took = f"{taken.seconds('two'):.2f} s and {taken.seconds('ten'):.2f} s for two and ten patches"
    return (_answer(work, "parsing the file once", each, 7.0, took),)


def subscribers(room: Room, rounds: int, said: Said) -> Told:
    """Who listens, in the whole tree."""
    mine = room.analyse("subscribers", "subscribers", "--repo", room.tree, statuses=(0, 3), told="SETUP")
    words = ("git", "-C", str(room.tree), "grep", "-lF", REGISTRATION, "HEAD", "--", "*.c")
    grep = Command("git grep", words, told="cpr.c")
    spatch = Command(
        "spatch",
        (_peer("spatch"), "--very-quiet", "--macro-file", str(RULES / "macros.h"), "--sp-file",
         str(RULES / "registrations.cocci"), "--use-gitgrep", "--dir", "."),
        told="registered", folder=room.tree,
    )  # fmt: skip
    taken = in_turn((mine, grep, spatch), rounds, said)
    work = "subscribers of the whole tree"
    return (
        _ratio(taken, work, "subscribers", "spatch", "spatch --use-gitgrep", 0.25),
        _ratio(taken, work, "subscribers", "git grep", "git grep -lF at the revision", 2.5),
    )


def start(room: Room, rounds: int, said: Said) -> Told:
    """How long a user waits for nothing."""
    mine = room.analyse("help", "--help", told="analyze-series")
    python = Command("python", (str(room.python), "-c", "pass"))
    taken = in_turn((mine, python), max(rounds, 4 * rounds), said)
    return (_ratio(taken, "`--help`", "help", "python", "`python -c pass`", 6.0),)


def history(room: Room, rounds: int, said: Said) -> Told:
    """What each commit costs, where it does not matter and where it does."""

    def walk(name: str, branch: str, commits: int) -> Command:
        words = ("history", "--no-cache", "--repo", room.past, f"{branch}~{commits}..{branch}")
        return room.analyse(name, *words, statuses=(0, 1, 3))

    diff = Command("diff", ("git", "-C", str(room.past), "diff-tree", "-r", "aside"), told="serial.c")
    order: tuple[Command, ...] = (walk("few", "aside", 5), walk("many", "aside", 35), diff)
    order += (walk("one", "subject", 2), walk("nine", "subject", 9), _parse(room))
    taken = in_turn(order, rounds, said)
    told: list[Answer | Missing] = []
    for work, fewer, more, count, against, limit in (
        ("`history`, a commit that changes nothing relevant", "few", "many", 30, "diff", 3.0),
        ("`history`, a commit that changes the file", "one", "nine", 7, "parse", 10.0),
    ):
        if why := taken.why(fewer, more, against):
            told.append(Missing(work, why))
            continue
        runs = zip(taken.runs[fewer], taken.runs[more], taken.runs[against], strict=True)
        each = [
            (b.seconds - a.seconds) / count / (p.seconds if against == "diff" else float(p.output))
            for a, b, p in runs
        ]
        words = "`git diff-tree` of it" if against == "diff" else "parsing the file once"
        took = f"{1000 * (taken.seconds(more) - taken.seconds(fewer)) / count:.1f} ms"
        told.append(_answer(work, words, each, limit, took))
    return tuple(told)


ROWS: dict[str, Row] = {
    "whole": whole,
    "alone": alone,
    "further": further,
    "subscribers": subscribers,
    "start": start,
    "history": history,
}


def _peer(name: str) -> str:
    """The peer's program, or its name, which then fails to start and says so."""
    return shutil.which(name) or name


def _parse(room: Room) -> Command:
    """Prints the seconds that parsing the subject once takes, the median of many within one process."""
    words = (str(room.python), str(HERE / "parse_once.py"), str(room.stages[0]))
    return Command("parse", words)


def _ratio(
    taken: Taken, work: str, name: str, other: str, against: str, limit: float, stretch: float | None = None
) -> Answer | Missing:
    if why := taken.why(name, other):
        return Missing(f"{work}, against {against}", why)
    value, least, most = taken.ratio(name, other)
    took = f"{taken.seconds(name):.3f} s against {taken.seconds(other):.3f} s"
    return Answer(work, against, value, limit, took, taken.rounds, stretch, (least, most))


def _memory(taken: Taken, work: str, name: str, limit: float) -> Answer | Missing:
    if why := taken.why(name):
        return Missing(work, why)
    return Answer(work, "", taken.megabytes(name), limit, "the largest of all", taken.rounds, unit=" MB")


def _answer(work: str, against: str, each: list[float], limit: float, took: str) -> Answer:
    ordered = sorted(each)
    return Answer(
        work, against, ordered[len(ordered) // 2], limit, took, len(each), None, (ordered[0], ordered[-1])
    )
