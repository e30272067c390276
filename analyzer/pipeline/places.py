"""The text of the source lines that a report shows.

Input: a report, its snapshots. Output: text by the place that is shown. A place that stands for different
lines at the stages it is shown for has no text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.model.report import Report
from analyzer.model.snapshot import Snapshot
from analyzer.model.unknown import Location


def source_lines(report: Report, snapshots: Sequence[Snapshot]) -> dict[tuple[str, int], str]:
    """The texts of the places that the report's witnesses show."""
    wanted: dict[int, set[tuple[str, int]]] = {}
    for patch, where in _steps(report):
        wanted.setdefault(patch, set()).add((where.path, where.line))
    lines: dict[tuple[str, int], str] = {}
    unclear: set[tuple[str, int]] = set()
    for snapshot in snapshots:
        for place, text in _texts(snapshot, wanted.get(snapshot.patch, set())):
            if lines.setdefault(place, text) != text:
                unclear.add(place)
    return {place: line for place, line in lines.items() if place not in unclear}


def _texts(snapshot: Snapshot, wanted: set[tuple[str, int]]) -> Iterator[tuple[tuple[str, int], str]]:
    if not wanted:
        return
    for path, places in snapshot.lines.items():
        asked = [at for at, (_, shown, line) in enumerate(places) if (shown, line) in wanted]
        if asked:
            lines = snapshot.files[path].split("\n")
            yield from (((places[at][1], places[at][2]), lines[at]) for at in asked)
    files = {path for path, _ in wanted if path not in snapshot.lines and path in snapshot.files}
    for path in files:
        lines = snapshot.files[path].split("\n")
        yield from (((p, n), lines[n - 1]) for p, n in wanted if p == path and 0 < n <= len(lines))


def _steps(report: Report) -> Iterator[tuple[int, Location]]:
    witnesses = [one.witness for one in report.findings if one.witness is not None]
    witnesses += [one for change in report.changes for one in (change.witness_before, change.witness_after)]
    return ((witness.patch, step.where) for witness in witnesses for step in witness.steps)
