"""RESULTS.md: the table, the machine, the profile, and what was missed and why."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.room import ROOT
from benchmarks.rows import Answer, Told

MISSED = Path(__file__).resolve().parent / "missed.md"


def page(told: Told, profiles: Sequence[tuple[str, list[tuple[str, float, int]]]], accuracy: str) -> str:
    """The whole page."""
    parts = [
        "# Speed and accuracy, measured\n",
        "Written by `python benchmarks/run.py`; only the last section is by hand. What is compared takes\n"
        "turns within one run, as many rounds as the row says after one to warm up; a ratio is the median\n"
        "of the rounds', with the least and the largest behind it. All are whole processes of an\n"
        "installed copy with its byte code.\n",
        table(told),
        "## Accuracy\n",
        accuracy,
        "## Where the time goes\n",
        "One run under cProfile, seconds in the module itself; calls cost more under it than they do.\n",
        *(profile(title, rows) for title, rows in profiles),
        "## The machine\n",
        *(f"- {line}" for line in machine()),
        "",
        MISSED.read_text(encoding="utf-8") if MISSED.exists() else "",
    ]
    return "\n".join(parts).rstrip() + "\n"


def table(told: Told) -> str:
    lines = ["| work | against | to reach | measured | | rounds | took |", "|---|---|---|---|---|---|---|"]
    for one in told:
        if not isinstance(one, Answer):
            lines.append(f"| {one.work} | | | not available | | | {one.why.replace('|', '/')} |")
            continue
        limit = f"≤ {one.limit:g}{one.unit}" + (f", stretch {one.stretch:g}{one.unit}" if one.stretch else "")
        value = f"**{one.value:.2f}{one.unit}**"
        if one.spread:
            value += f" ({one.spread[0]:.2f} to {one.spread[1]:.2f})"
        word = "reached" if one.reached else "missed"
        if one.stretch and one.value <= one.stretch:
            word = "stretch reached"
        lines.append(
            f"| {one.work} | {one.against} | {limit} | {value} | {word} | {one.rounds} | {one.took} |"
        )
    return "\n".join(lines) + "\n"


def profile(title: str, rows: Sequence[tuple[str, float, int]]) -> str:
    if not rows:
        return f"### {title}\n\nnot available\n"
    whole = sum(own for _, own, _ in rows)
    lines = [f"### {title}\n", "| module | seconds | share | calls |", "|---|---|---|---|"]
    lines += [f"| {name} | {own:.2f} | {own / whole:.0%} | {calls} |" for name, own, calls in rows[:18]]
    lines.append(f"| all | {whole:.2f} | 100% | |")
    return "\n".join(lines) + "\n"


def machine() -> Iterable[str]:
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in _text("/proc/cpuinfo").split("\n")
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = int(_text("/proc/meminfo").split()[1]) // 1024 if _text("/proc/meminfo") else 0
    yield f"{cpu}, {os.cpu_count()} processors, {memory} MB, {platform.system()} {platform.release()}"
    yield f"Python {platform.python_version()}, {_first('git', '--version')}, {_first('spatch', '--version')}"
    yield f"load average when it ended: {', '.join(f'{n:.1f}' for n in os.getloadavg())}"
    changed = " with changes" if _first("git", "-C", ROOT, "status", "--porcelain", "-uno") else ""
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    yield f"commit {_first('git', '-C', ROOT, 'rev-parse', '--short', 'HEAD')}{changed}, {when}"


def _text(path: str) -> str:
    file = Path(path)
    return file.read_text() if file.exists() else ""


def _first(*words: object) -> str:
    try:
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
    except OSError:
        return f"no {words[0]}"
    return done.stdout.partition("\n")[0].strip()
