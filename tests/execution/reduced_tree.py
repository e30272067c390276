"""Compiles the fixtures' reduced tree at a stage of its series, runs it in all ways, and reads the results.

Input: a tree (`tree_at` builds the one of a stage) and the profile that says which facts are of interest.
Output: `Execution`, the set of `Trace`s. `claims` tells whether a profile's `Selection` picks a trace.
What the executor models, and what it leaves out, stands in README beside this file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.model.profile import Outcome, Profile, Selection, Watch

HERE = Path(__file__).resolve().parent
FIXTURE = HERE.parent.parent / "fixtures" / "qemu-reduced"
STUBS = HERE / "stubs"
SOURCES = ("migration", "colo", "multifd", "options", "postcopy-ram")
MODES = ("MIG_MODE_NORMAL", "MIG_MODE_CPR_REBOOT", "MIG_MODE_CPR_TRANSFER", "MIG_MODE_CPR_EXEC")
OLD_STATE_IS_ASKED = "runstate_is_live"  # what the guest did before is decided where this is called
RUN_STATES = {-1: "-1", 4: "RUN_STATE_PAUSED", 7: "RUN_STATE_FINISH_MIGRATE", 9: "RUN_STATE_RUNNING"}
OWN = 100_000
# Functions under test whose results selections read, or are to be what the analyzer takes them for.
WATCHED = ("postcopy_start", "migrate_mode_is_cpr", "migration_call_notifiers")
# Where such a call begins a line, its result is thrown away.
_RETURNS = re.compile(rf"(?P<before>^[ \t]+\S[^\n]*?)\b(?P<name>{'|'.join(WATCHED)})\(", re.MULTILINE)
_LINE = re.compile(r"(?P<file>[\w-]+\.c)\s+(?P<line>\d+|-)\s+0x(?P<address>[0-9a-f]+)")
FLAGS = ("-std=gnu17", "-O0", "-w", "-fno-pie", "-fno-stack-protector", "-ftrivial-auto-var-init=zero")


@dataclass(frozen=True, slots=True)
class Trace:
    """What one way to run was like.

    `entered` maps a function to the number of letters before its first entry; `outcomes` maps a watched
    call to the signs it returned: ``-``, ``0``, ``+``.
    """

    letters: tuple[str, ...]
    state: str
    mode: str
    old_state: str
    ends: str
    entered: tuple[tuple[str, int], ...]
    passed: tuple[str, ...]
    outcomes: tuple[tuple[str, str], ...]

    def shown_from(self, function: str) -> tuple[str, ...]:
        """The letters from the first entry of `function` on ("" or never entered: all of them)."""
        return self.letters[dict(self.entered).get(function, 0) :]


@dataclass(frozen=True, slots=True)
class Execution:
    """`complete` is False if the bound on runs was hit; `cut` counts runs with more letters than allowed."""

    traces: frozenset[Trace]
    complete: bool
    runs: int
    states: int
    cut: int


@dataclass(frozen=True, slots=True)
class World:
    """A version of the tree, compiled: its sources, by name, what stands for the rest, and what runs it."""

    objects: Mapping[str, Path]
    rest: Path
    explorer: Path
    include: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Executable:
    program: Path
    names: Path


class Refused(Exception):
    """A text that does not compile."""


def available() -> str:
    """ "" if the reduced tree can be compiled here, else why not."""
    tools = ("gcc", "ld", "nm", "objcopy", "objdump", "git")
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return f"no {missing[0]}" if missing else ""


def patches() -> tuple[Path, ...]:
    return tuple(sorted((FIXTURE / "series").glob("*.patch")))


def tree_at(stage: int, folder: Path, series: Iterable[Path] = ()) -> Path:
    """The fixture's tree with `stage` patches of `series` (default: the fixture's) in a new `folder`."""
    shutil.copytree(FIXTURE / "tree", folder)
    sealed = os.environ | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    for patch in (tuple(series) or patches())[:stage]:
        subprocess.run(["git", "apply", str(patch)], cwd=folder, env=sealed, check=True)
    return folder


def build(tree: Path, profile: Profile, scratch: Path) -> Executable:
    """Compile `tree` with the executor into `scratch`."""
    return link((compiled(tree, scratch),), profile, scratch)


def compiled(tree: Path, scratch: Path) -> World:
    """The sources of `tree`, compiled into `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "trace.h").write_text(_trace_header(tree / "migration" / "trace-events"))
    include = (f"-I{scratch}", f"-I{STUBS}", f"-I{tree / 'include'}")
    objects = {}
    for name in SOURCES:
        objects[name] = _object((tree / "migration" / f"{name}.c").read_text(), name, scratch, include)
    rest, explorer = scratch / "world.o", scratch / "explorer.o"
    _run("gcc", *FLAGS, *include, "-c", str(HERE / "world.c"), "-o", str(rest))
    _run("gcc", *FLAGS, "-O2", "-c", str(HERE / "explorer.c"), "-o", str(explorer))
    return World(objects, rest, explorer, include, scratch)


def recompiled(world: World, name: str, text: str, scratch: Path) -> World:
    """`world` with another text of one of its sources; raises `Refused` if that does not compile."""
    scratch.mkdir(parents=True, exist_ok=True)
    objects = {**world.objects, name: _object(text, name, scratch, world.include)}
    return replace(world, objects=objects, folder=scratch)


def warnings(world: World, text: str, scratch: Path) -> str:
    """What the compiler has to say of a text of one of the sources of `world`."""
    source = scratch / "warned.c"
    source.write_text(text)
    command = ("gcc", "-std=gnu17", "-O2", "-Wall", *world.include, "-c", str(source), "-o", os.devnull)
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def _object(text: str, name: str, scratch: Path, include: tuple[str, ...]) -> Path:
    source, target = scratch / f"{name}.c", scratch / f"{name}.o"
    # What a function under test returns is noted where it is called, if somebody asks.
    source.write_text(_RETURNS.sub(r"\g<before>executor_\g<name>(", text))
    command = ("gcc", *FLAGS, "-g", "-finstrument-functions", *include, "-c", str(source), "-o", str(target))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr)
    return target


def link(
    worlds: Sequence[World],
    profile: Profile,
    scratch: Path,
    number: Callable[[int, str, int], int] = lambda world, name, line: 0,
    asked: Sequence[str] = (),
) -> Executable:
    """An executable that runs one world, or two on the same decisions.

    `number` gives the line of a source in a world (0 or 1) the number that lines of the same code share; from
    OWN on it has none in the other world. `asked` are further lines of what the executor is asked.
    """
    parts = []
    for index, world in enumerate(worlds):
        part = scratch / f"world-{index}.o"
        _run("ld", "-r", "-o", str(part), str(world.rest), *map(str, world.objects.values()))
        renamed = f"executor_world=world_{index}"
        _run("objcopy", f"--keep-global-symbol=world_{index}", f"--redefine-sym={renamed}", str(part))
        parts.append(part)
    program = scratch / "executor"
    _run("gcc", "-no-pie", str(worlds[0].explorer), *map(str, parts), "-o", str(program))
    own = {symbol for world in worlds for item in world.objects.values() for _, symbol in _functions(item)}
    placed = sorted((address, symbol) for address, symbol in _functions(program) if symbol in own)
    lines = [f"function {address:x} {symbol}" for address, symbol in placed]
    if len(worlds) > 1:
        lines += _numbered(program, placed, number)
    names = scratch / "names"
    names.write_text("\n".join([*lines, *_asked(profile), *asked]) + "\n")
    return Executable(program, names)


def _numbered(
    program: Path, placed: Sequence[tuple[int, str]], number: Callable[[int, str, int], int]
) -> Iterator[str]:
    """The numbers of the lines of all code, by address."""
    seen: set[str] = set()
    border = next(address for address, symbol in placed if symbol in seen or seen.add(symbol))
    rows: dict[int, int] = {}
    for row in _run("objdump", "--dwarf=decodedline", str(program)).splitlines():
        found = _LINE.match(row)
        if found is not None:
            address = int(found["address"], 16)
            at = 0 if found["line"] == "-" else int(found["line"])
            name = found["file"].removesuffix(".c")
            rows[address] = number(int(address >= border), name, at) if at and name in SOURCES else 0
    for address in sorted(rows):
        yield f"line {address:x} {rows[address]}"


def run_many(
    executable: Executable, max_letters: int = 8, bound: int = 1_000_000, seed: int | None = None
) -> Execution:
    """All ways to run with at most `max_letters` letters; with a `seed` a sample of `bound` runs a mode."""
    *lines, last = output_of(executable, max_letters, bound, seed)
    end, runs, states, cut, _, _ = last.removeprefix("#").split("\t")
    return Execution(frozenset(map(trace_of, lines)), end == "complete", int(runs), int(states), int(cut))


def output_of(
    executable: Executable, max_letters: int = 8, bound: int = 1_000_000, seed: int | None = None
) -> list[str]:
    """What an executable prints: its runs, and how the search ended."""
    command = [str(executable.program), str(executable.names), str(max_letters), str(bound)]
    return _run(*command, *([] if seed is None else [str(seed)])).splitlines()


def claims(selection: Selection, trace: Trace) -> bool:
    """Whether `selection` picks this run. A value that the run never decided fits, and so does any value of
    a variable that the tree lacks."""
    entered = {name for name, _ in trace.entered}
    outcomes = dict(trace.outcomes)
    values = {"state": trace.state, "mode": trace.mode}
    if trace.old_state == "-1" or OLD_STATE_IS_ASKED in entered:
        values["vm-old-state"] = trace.old_state
    taken = {"state": {*trace.passed, trace.state}, "mode": {trace.mode}}
    return (
        entered.issuperset(selection.through)
        and entered.isdisjoint(selection.avoids)
        and all(_signs(watch) & set(outcomes.get(watch.call, "")) for watch in selection.returned)
        and all(set(outcomes.get(watch.call, "")) <= _signs(watch) for watch in selection.assume)
        and all(values[name] in wanted for name, wanted in selection.final.items() if name in values)
        and all(taken[name] & set(wanted) for name, wanted in selection.passed.items())
        and not any(taken[name] & set(wanted) for name, wanted in selection.never.items())
        and selection.ends in ("", trace.ends)
    )


def _signs(watch: Watch) -> set[str]:
    table: Mapping[Outcome, str] = {
        Outcome.ZERO: "0",
        Outcome.NONZERO: "+-",
        Outcome.NEGATIVE: "-",
        Outcome.NOT_NEGATIVE: "0+",
    }
    return set(table[watch.outcome])


def trace_of(line: str) -> Trace:
    """A run, as the executor tells it."""
    letters, state, mode, old, ends, entered, passed, outcomes = line.split("\t")
    states = _states()
    marks = [item.rsplit("=", 1) for item in outcomes.split(";") if item]
    return Trace(
        tuple(letters.split()),
        states[int(state)],
        MODES[int(mode)],
        RUN_STATES[int(old)],
        ends,
        tuple((name, int(at)) for name, at in (item.split(":") for item in entered.split())),
        tuple(states[int(number)] for number in passed.split()),
        tuple(
            (call, "".join(s for bit, s in ((1, "0"), (2, "+"), (4, "-")) if int(bits) & bit))
            for call, bits in marks
        ),
    )


def _states() -> list[str]:
    header = (STUBS / "qapi" / "qapi-types-migration.h").read_text()
    return re.findall(r"^    (MIGRATION_STATUS_\w+),$", header, re.M)


def _asked(profile: Profile) -> list[str]:
    """Which facts the profile's selections read, in the executor's words."""
    selections = [scenario.select for scenario in profile.scenarios]
    selections += [rule.select for rule in profile.rules]
    functions = {name for item in selections for name in (*item.through, *item.avoids)}
    functions.add(OLD_STATE_IS_ASKED)
    functions |= {item.shown_from for item in profile.scenarios if item.shown_from}
    calls = {watch.call for item in selections for watch in (*item.returned, *item.assume)}
    taken = {
        name for item in selections for part in (item.passed, item.never) for name in part.get("state", ())
    }
    return [
        *(f"enter {name}" for name in sorted(functions)),
        *(f"watch {call}" for call in sorted(calls)),
        *(f"pass {number}" for number, name in enumerate(_states()) if name in taken),
    ]


def _trace_header(events: Path) -> str:
    names = re.findall(r"^(\w+)\(", events.read_text(), re.M)
    return "".join(f"#define trace_{name}(...) ((void)0)\n" for name in names)


def _functions(file: Path) -> list[tuple[int, str]]:
    rows = [line.split() for line in _run("nm", str(file)).splitlines()]
    return [(int(row[0], 16), row[2]) for row in rows if len(row) == 3 and row[1] in "tT"]


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stderr or done.returncode}"
    return done.stdout
