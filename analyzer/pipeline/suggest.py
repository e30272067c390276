"""The smallest reorder or squash that closes a window.

Input: a series, the report on it, a way to report on it taken otherwise. Output: `Suggestion`s, those that
close every window first. Tried are the patch that closes a window moved before the one that opens it, the
opening one moved behind, and both squashed, with and without what stands between; if none of these helps,
other moves of one patch, as far as `_MOST` allows. Not modelled: a patch that is split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from analyzer.model.report import Finding, FindingKind, Report
from analyzer.model.suggestion import Broken, Suggestion
from analyzer.model.unknown import Weight
from analyzer.model.what_if import WhatIf, number_of
from analyzer.pipeline.what_if import spelt
from analyzer.regress.findings import classify

_MOST = 8  # runs for one series
Steps = tuple[tuple[int, ...], ...]


def suggested(
    own: Sequence[int], report: Report, check: Callable[[WhatIf], Report]
) -> tuple[Suggestion, ...]:
    """What was tried, each applied and analysed anew by `check`. `own` are the patches' numbers."""
    steps = _steps(own, report)
    open_ = _windows(report)
    if len(set(own)) < len(own) or not open_:
        return ()
    found: dict[Steps, Suggestion] = {}
    for tried in _near(steps, open_):
        if tried not in found and len(found) < _MOST:
            found[tried] = _judged(check(WhatIf(tried, spelt(own, tried))))
    if not any(one.closes for one in found.values()):
        for tried in _moves(steps):
            if tried not in found and len(found) < _MOST:
                found[tried] = _judged(check(WhatIf(tried, spelt(own, tried))))
                if found[tried].closes:
                    break
    return tuple(sorted(found.values(), key=_rank))


def at_hand(own: Sequence[int], report: Report) -> tuple[Suggestion, ...]:
    """What is known without another analysis: from the patch that opens a window to the one that closes it,
    all in one commit. Its stages are those of the report with some left out."""
    steps = _steps(own, report)
    if len(set(own)) < len(own):
        return ()
    found: dict[Steps, Suggestion] = {}
    for window in _windows(report):
        first, last = _span(steps, window)
        tried = _squashed(steps, first, last)
        kept = [at for at in range(len(steps) + 1) if not first < at <= last]
        what_if = WhatIf(tried, spelt(own, tried))
        found.setdefault(tried, _projected(what_if, report, kept))
    return tuple(sorted(found.values(), key=_rank))


def _steps(own: Sequence[int], report: Report) -> Steps:
    return report.what_if.steps if report.what_if else tuple((number,) for number in own)


def _windows(report: Report) -> list[Finding]:
    told = {stage.patch for stage in report.stages if not stage.note}
    return [
        finding
        for finding in report.findings
        if finding.kind is FindingKind.WINDOW
        and finding.suppressed is None
        and {finding.patch, finding.closed_by} <= told
    ]


def _span(steps: Steps, window: Finding) -> tuple[int, int]:
    """The steps that open and close a window."""
    numbers = [number_of(step) for step in steps]
    assert window.patch is not None
    assert window.closed_by is not None
    return numbers.index(window.patch), numbers.index(window.closed_by)


def _near(steps: Steps, windows: Sequence[Finding]) -> Iterator[Steps]:
    for window in windows:
        first, last = _span(steps, window)
        yield _moved(steps, last, first)
        yield _moved(steps, first, last)
        yield _squashed(steps, first, last)
        yield _squashed(_moved(steps, last, first + 1), first, first + 1)
        yield _squashed(_moved(steps, first, last - 1), last - 1, last)


def _moves(steps: Steps) -> Iterator[Steps]:
    """One step elsewhere, the shortest ways first."""
    for away in range(1, len(steps)):
        for at in range(len(steps)):
            for to in (at - away, at + away):
                if 0 <= to < len(steps):
                    yield _moved(steps, at, to)


def _moved(steps: Steps, at: int, to: int) -> Steps:
    rest = [*steps[:at], *steps[at + 1 :]]
    return (*rest[:to], steps[at], *rest[to:])


def _squashed(steps: Steps, first: int, last: int) -> Steps:
    return (*steps[:first], tuple(n for step in steps[first : last + 1] for n in step), *steps[last + 1 :])


def _judged(report: Report) -> Suggestion:
    """What the report on a series taken otherwise says of it."""
    assert report.what_if is not None
    broken = dict.fromkeys(
        Broken(f.rule, f.violation, f.level, f.kind.value, f.patch, f.status)
        for f in report.findings
        if f.kind in (FindingKind.INTRODUCED, FindingKind.WINDOW)
    )
    failed = next((stage.note for stage in report.stages if stage.note), "")
    doubts = [f"{d.what}: {d.why}" for d in report.unknown if d.weight is Weight.INCOMPLETE]
    if failed or doubts:
        return Suggestion(report.what_if, None, tuple(broken), doubts[0] if doubts else failed)
    closes = not any(_reopens(finding.status) for finding in report.findings)
    return Suggestion(report.what_if, closes, tuple(broken))


def _projected(what_if: WhatIf, report: Report, kept: Sequence[int]) -> Suggestion:
    patches = [0, *what_if.numbers]
    broken: dict[Broken, None] = {}
    closes = True
    for finding in report.findings:
        status = tuple(finding.status[at] for at in kept)
        if not any(status):
            continue
        closes = closes and not _reopens(status)
        kind, patch, _ = classify(status, patches)
        if kind in (FindingKind.INTRODUCED, FindingKind.WINDOW):
            one = Broken(finding.rule, finding.violation, finding.level, kind.value, patch, status)
            broken[one] = None
    return Suggestion(what_if, closes, tuple(broken), checked=False)


def _reopens(status: Sequence[int | None]) -> bool:
    """Whether a rule is kept, then broken, then kept again."""
    known = [value for value in status if value is not None]
    if 0 not in known:
        return False
    first, last = known.index(0), len(known) - known[::-1].index(0)
    return 1 in known[first:last]


def _rank(suggestion: Suggestion) -> tuple[int, int, int]:
    """What closes the windows first; then what breaks least; then what keeps most apart."""
    order = {True: 0, None: 1, False: 2}
    broken = {(one.rule, one.violation) for one in suggestion.broken}
    return order[suggestion.closes], len(broken), -len(suggestion.apart)
