"""How this version differs from the previous one, for each format.

Input: a `Report`. Output: plain sentences, not yet escaped. Not modelled: witnesses (they stand with the
findings).
"""

from __future__ import annotations

from analyzer.model.report import Report
from analyzer.model.versions import Differing, Moved, Versions
from analyzer.reports import words

HEADING = "Against the previous version"


def lines(report: Report) -> tuple[str, ...]:
    """One sentence for each difference; what could not be told first."""
    found = report.versions
    if found is None:
        return ()
    said = [_compared(found)]
    said += [f"could not be told: {why}" for why in found.untold]
    said += [_moved(one, report) for one in found.moved]
    said += [_differing(one, report) for one in found.differing if not one.patch]
    for patch in found.compared:
        ids = [one.scenario for one in found.differing if one.patch == patch]
        if ids:
            said.append(f"after patch {patch} the sequences are others in: {words.titles(report, ids)}")
    if not found.untold and not found.moved and not found.differing:
        said.append("no sequence and no finding is different")
    return tuple(said)


def _compared(found: Versions) -> str:
    version = f"v{found.version}, " if found.version > 1 else ""
    plural = "patch" if found.patches == 1 else "patches"
    follows = f", on {found.follows}" if found.follows else ""
    return f"compared with: {found.title} ({version}{found.patches} {plural}{follows})"


def _moved(one: Moved, report: Report) -> str:
    way_out = f", {one.way_out}" if one.way_out else ""
    moved = f" ({one.way_out_before} then)" if one.way_out_before else ""
    stood = one.after if one.before == one.after else f"{one.before} then, {one.after} now"
    where = words.titles(report, one.scenarios)
    return f"{one.fate.value}: {one.rule}: {one.violation}{way_out}{moved}: {stood}; in {where}"


def _differing(one: Differing, report: Report) -> str:
    before, after = set(one.before), set(one.after)
    gone = "; ".join(_run(run) for run in one.before if run not in after)
    new = "; ".join(_run(run) for run in one.after if run not in before)
    parts = ([f"gone {gone}"] if gone else []) + ([f"new {new}"] if new else [])
    return f"at the end, {words.titles(report, (one.scenario,))}: {', '.join(parts)}"


def _run(labels: tuple[str, ...]) -> str:
    return f"({', '.join(labels) or 'no event'})"
