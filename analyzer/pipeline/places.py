"""The source lines that a report shows, as they stand at the stage that they are shown for.

Input: a report, its snapshots. Output: by stage, path and line the text, and which patches put it in and take
it out. A place that stands for several lines of a stage has what they agree on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.model.report import Report, SourceLine
from analyzer.model.snapshot import Snapshot
from analyzer.model.witness import Witness

_Places = set[tuple[str, int]]


def source_lines(report: Report, snapshots: Sequence[Snapshot]) -> dict[tuple[int, str, int], SourceLine]:
    """The lines at the places that the report's witnesses show."""
    wanted: dict[int, _Places] = {}
    for witness in _witnesses(report):
        places = wanted.setdefault(witness.patch, set())
        places.update((step.where.path, step.where.line) for step in witness.steps)
    found: dict[tuple[int, str, int], SourceLine] = {}
    for snapshot in snapshots:
        for (path, line), shown in _lines(snapshot, wanted.get(snapshot.patch, set())):
            place = (snapshot.patch, path, line)
            found[place] = _agreed(found.get(place, shown), shown)
    return found


def _agreed(one: SourceLine, other: SourceLine) -> SourceLine:
    return SourceLine(
        one.text if one.text == other.text else "",
        one.put if one.put == other.put else 0,
        one.taken if one.taken == other.taken else 0,
    )


def _lines(snapshot: Snapshot, wanted: _Places) -> Iterator[tuple[tuple[str, int], SourceLine]]:
    if not wanted:
        return
    for path, places in snapshot.lines.items():
        asked = [at for at, (_, shown, line) in enumerate(places) if (shown, line) in wanted]
        if asked:
            lines = snapshot.files[path].split("\n")
            put, taken = snapshot.put.get(path, {}), snapshot.taken.get(path, {})
            for at in asked:
                shown = SourceLine(lines[at], put.get(at + 1, 0), taken.get(at + 1, 0))
                yield (places[at][1], places[at][2]), shown
    files = {path for path, _ in wanted if path not in snapshot.lines and path in snapshot.files}
    for path in files:
        lines = snapshot.files[path].split("\n")
        yield from (
            ((p, n), SourceLine(lines[n - 1])) for p, n in wanted if p == path and 0 < n <= len(lines)
        )


def _witnesses(report: Report) -> Iterator[Witness]:
    for finding in report.findings:
        yield from (one for one in (finding.witness, finding.witness_good) if one is not None)
    for change in report.changes:
        yield from (change.witness_before, change.witness_after)
    for claim in report.claims:
        yield from (point.witness for point in claim.points if point.witness is not None)
