"""Who is right about ways to write the last patch that keep or break the order it is about.

Input: the room. Output: a table in markdown. Not measured: time.
"""

from __future__ import annotations

import json

from benchmarks.measure import Command, Failed, once
from benchmarks.room import RULES, SUBJECT, Room
from tests.real.orders import ORDERS, as_series

RULE = "failed-before-guest-starts"


def told(room: Room) -> str:
    """One row for each way, with what the program and the peer say."""
    answers = {"analyze-series": _mine(room), "spatch": _spatch(room)}
    lines = [
        "| the notification | right is | " + " | ".join(answers) + " |",
        "|---|---|" + "---|" * len(answers),
    ]
    for number, order in enumerate(ORDERS):
        said = [
            "not available" if found is None else "right" if found[number] is not order.kept else "**wrong**"
            for found in answers.values()
        ]
        lines.append(f"| {order.name} | {'kept' if order.kept else 'broken'} | {' | '.join(said)} |")
    counts = [
        "" if found is None else str(sum(b is not o.kept for b, o in zip(found, ORDERS, strict=True)))
        for found in answers.values()
    ]
    lines.append(f"| right, of {len(ORDERS)} | | {' | '.join(counts)} |")
    return "\n".join(lines) + "\n"


def _mine(room: Room) -> list[bool] | None:
    folder = room.folder / "orders"
    folder.mkdir(exist_ok=True)
    paths = []
    for number, text in enumerate(as_series([path.read_text() for path in room.stages], SUBJECT), 1):
        paths.append(folder / f"{number:04}.patch")
        paths[-1].write_text(text)
    try:
        run = once(room.analyse("accuracy", "--format", "json", "--repo", room.tree, *paths))
    except Failed:
        return None
    statuses = [one["status"] for one in json.loads(run.output)["findings"] if one["rule"] == RULE]
    return [any(status[len(room.stages) + number] for status in statuses) for number in range(len(ORDERS))]


def _spatch(room: Room) -> list[bool] | None:
    folder = room.folder / "orders"
    folder.mkdir(exist_ok=True)
    text = room.stages[-1].read_text()
    files = []
    for number, order in enumerate(ORDERS):
        files.append(folder / f"{number}.c")
        files[-1].write_text(order(text))
    rule = ("--macro-file", str(RULES / "macros.h"), "--sp-file", str(RULES / "order.cocci"))
    try:
        run = once(Command("spatch", ("spatch", "--very-quiet", *rule, *map(str, files))))
    except (Failed, OSError):
        return None
    return [f"untold {file}:" in run.output for file in files]
