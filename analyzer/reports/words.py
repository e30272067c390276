"""The phrases that formats share. Input: parts of a `Report`. Output: single lines, not yet escaped.

Each format escapes what it gets from here for its own medium.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.model.letters import Sequence
from analyzer.model.report import Change, ChangeKind, Finding, FindingKind, Level, Report, ScenarioSequences
from analyzer.model.series import Repair
from analyzer.model.snapshot import Evidence
from analyzer.model.suggestion import Broken, Suggestion
from analyzer.model.suppression import Outcome, Standing
from analyzer.model.unknown import Unknown, Weight
from analyzer.model.witness import Cause
from analyzer.reports.lists import entries

APART = (FindingKind.FIXED, FindingKind.PREEXISTING)  # told last, and shorter
SUBSCRIBER_HEADS = ("device", "handler", "events needed")
SUGGESTIONS = "What would close the window"
SUPPRESSIONS = "Suppressions to look at"
_CHANGES = {
    ChangeKind.ADDED: "is added",
    ChangeKind.LOST: "is lost",
    ChangeKind.DUPLICATED: "comes once more",
    ChangeKind.DEDUPLICATED: "comes once less",
    ChangeKind.REORDERED: "comes in another order",
    ChangeKind.MOVED: "moves",
    ChangeKind.CONTEXT: "comes in another context",
    ChangeKind.BLOCKED: "stays, but the run ends otherwise",
}
_EVIDENCE = {
    Evidence.DIFF: "what the patches themselves show",
    Evidence.TREE: "the source tree",
    Evidence.BUILT_IN: "the built-in lifecycle, where the patches do not show it",
}
_LEVELS = (Level.ERROR, Level.WARNING, Level.NOTE)


def source_words(report: Report) -> str:
    """What the answer is computed on."""
    follows = f" ({report.follows})" if report.follows else ""
    if report.source == "tree":
        reason = f": {report.base_reason}" if report.base_reason else ""
        return f"on the source tree{follows}, profile {report.profile}{reason}"
    return f"on the patches alone and the built-in lifecycle of {report.profile_title}{follows}"


def what_if_words(report: Report) -> str:
    """How the series was taken if not as it was sent, else ""."""
    if report.what_if is None:
        return ""
    own = {number for step in report.what_if.steps for number in step}
    taken = ", ".join(str(number) for number in report.what_if.numbers)
    patches = "patch" if len(own) == 1 else "patches"
    return f"what if: {report.what_if.words} (taken: {patches} {taken})"


def suggestions(report: Report) -> tuple[str, ...]:
    """One sentence or two for each other way to take a series that has a window."""
    return tuple(_suggestion(one) for one in report.suggestions)


def _suggestion(one: Suggestion) -> str:
    outcome = {
        True: "no window stands open",
        False: "a window stands open all the same",
        None: f"could not be told: {one.why}",
    }[one.closes]
    *most, last = (str(number) for number in one.apart)
    keeps = f"keeps {', '.join(most)} and {last} apart" if most else f"makes one commit of {last}"
    said = f"{one.what_if.words}: {outcome}; it {keeps}"
    if one.closes is not None:
        breaks = dict.fromkeys(_broken(broken) for broken in one.broken)
        said += f"; it breaks {', '.join(breaks)}" if breaks else "; it breaks no rule"
    if not one.checked:
        said += " (told from the stages above; --suggest tries other orders as well)"
    return said


def _broken(broken: Broken) -> str:
    done = "introduced" if broken.kind == FindingKind.INTRODUCED.value else "a window opened"
    return f"{broken.rule}: {broken.violation} ({done} by patch {broken.patch})"


def not_concerned(report: Report) -> tuple[str, ...]:
    """The one line for a series that touches nothing any profile knows; more where it was not all read."""
    title = report.title or "these patches"
    doubts = incomplete(report)
    if doubts:
        head = f"incomplete: what could be read concerns no profile, but not all could be read: {title}"
        return (head, *(unknown_words(doubt) for doubt in doubts))
    return (f"not concerned: no name of any profile and no modelled function occurs in: {title}",)


def change_words(change: Change) -> str:
    """``STOP moves``."""
    return f"{', '.join(change.events) or 'the sequence'} {_CHANGES[change.kind]}"


def cause_words(cause: Cause) -> str:
    """The decision and where it is taken, by the line's number at which stage."""
    place = cause_place(cause)
    place = f"{place}, in {cause.function}" if cause.function else place
    return f"{cause.text} ({place})" if cause.where.path else cause.text


def cause_place(cause: Cause) -> str:
    """``gate.c:40 after patch 2``."""
    if cause.patch is None:
        return str(cause.where)
    return f"{cause.where} {f'after patch {cause.patch}' if cause.patch else 'at the base'}"


def titles(report: Report, ids: Iterable[str]) -> str:
    """Scenario ids as titles."""
    known = {scenario.id: scenario.title for scenario in report.scenarios}
    return ", ".join(known.get(name, name) for name in ids)


def run_words(sequence: Sequence) -> str:
    """A sequence in one line, from its start."""
    return ", ".join(entry.words for entry in entries(sequence, whole=True))


def finding_head(finding: Finding) -> str:
    """``error: start-stop: missing STOP``."""
    return f"{finding.level.value}: {finding.rule}: {finding.violation}"


def finding_kind(finding: Finding) -> str:
    """Which patch did it, in words, and that it is suppressed."""
    return f"{_done_by(finding)}; suppressed" if finding.suppressed else _done_by(finding)


def _done_by(finding: Finding) -> str:
    patch = "an unknown patch" if finding.patch is None else f"patch {finding.patch}"
    if finding.kind is FindingKind.INTRODUCED:
        return f"introduced by {patch}"
    if finding.kind is FindingKind.FIXED:
        return f"fixed by {patch}"
    if finding.kind is FindingKind.PREEXISTING:
        return "preexisting"
    closed = "a later patch" if finding.closed_by is None else f"patch {finding.closed_by}"
    return f"a window: opened by {patch}, closed by {closed}"


def suppressed_words(finding: Finding) -> str:
    """Why a suppressed finding fails nothing, where that stands and until when; "" for any other."""
    entry = finding.suppressed
    if entry is None:
        return ""
    until = f", until {entry.until}" if entry.until else ""
    return f"{entry.reason} ({entry.where}{until})"


def suppressions(report: Report) -> tuple[str, ...]:
    """The project's suppressions that hold for nothing any more, or that nothing could be told of."""
    return tuple(said for outcome in report.suppressions if (said := _suppression(outcome)) is not None)


def _suppression(outcome: Outcome) -> str | None:
    entry = outcome.suppression
    about = f"{entry.where}: {entry.rule or entry.fingerprint}"
    match outcome.standing:
        case Standing.EXPIRED:
            count = f"; {outcome.findings} would be suppressed" if outcome.findings else ""
            return f"{about}: expired on {entry.until}{count} (reason: {entry.reason})"
        case Standing.STALE:
            why = outcome.why or "no finding is as it says"
            return f"{about}: stale, {why}: take it out (reason: {entry.reason})"
        case Standing.UNTOLD:
            return f"{about}: no finding is as it says, but not all could be told"
        case Standing.APPLIED:
            return None


def status_words(report: Report, finding: Finding) -> str:
    """``base kept, patch 1 broken``."""
    say = {0: "kept", 1: "broken", None: "open"}
    names = [stage_name(stage.patch) for stage in report.stages]
    return ", ".join(f"{name} {say[value]}" for name, value in zip(names, finding.status, strict=False))


def way_out_words(finding: Finding) -> str:
    """``fail: in fill() (gate.c:7)``: where the ways from its causes meet."""
    return f"{finding.way_out_words} ({finding.where})" if finding.way_out_words else str(finding.where)


def cause_lines(finding: Finding, most: int) -> list[tuple[str, str]]:
    """``("cause", ...)`` and ``("and", ...)`` for the others, at most `most` of them."""
    found = [("and" if n else "cause", cause_words(c)) for n, c in enumerate(finding.causes[:most])]
    more = len(finding.causes) - most
    return [*found, ("and", f"{more} more causes (json has all)")] if more > 0 else found


def sequence_lines(finding: Finding) -> list[tuple[str, str]]:
    """The broken sequence and the good one, the earlier first."""
    bad = ("broken", run_words(finding.bad))
    if finding.good is None:
        return [bad]
    if finding.kind is FindingKind.FIXED:
        return [bad, ("now", run_words(finding.good))]
    return [("before", run_words(finding.good)), bad]


def evidence_words(evidence: Evidence) -> str:
    """What the weakest of the evidence means."""
    return _EVIDENCE[evidence]


def shown_by(change: Change, findings: Iterable[Finding]) -> Finding | None:
    """The finding whose path is that of a change."""
    steps = change.witness_after.steps
    for finding in findings:
        other = finding.change
        if steps and other and (other.patch, other.witness_after.steps) == (change.patch, steps):
            return finding
    return None


def stage_name(patch: int) -> str:
    return f"patch {patch}" if patch else "base"


def ordered_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first; what was there before the series and what it fixes last."""
    return tuple(sorted(findings, key=lambda f: (f.kind in APART, _LEVELS.index(f.level))))


def unknown_words(unknown: Unknown) -> str:
    """What, why, where and from which stage on."""
    where = f" ({unknown.where})" if unknown.where else ""
    since = f" [from patch {unknown.patch} on]" if unknown.patch else ""
    return f"{unknown.what}: {unknown.why}{where}{since}"


def repair_words(repair: Repair) -> str:
    where = f" ({repair.where})" if repair.where else ""
    return f"{f'patch {repair.patch}: ' if repair.patch else ''}{repair.what}{where}"


def incomplete(report: Report, picked: Iterable[ScenarioSequences] | None = None) -> tuple[Unknown, ...]:
    """What leaves the answer incomplete, each once, with what single scenarios could not tell.

    With `picked`, what only other scenarios could not tell is left out.
    """
    asked = report.scenarios if picked is None else tuple(picked)
    within = _within(asked)
    elsewhere = set(_within(report.scenarios)) - set(within)
    found = dict.fromkeys((*report.unknown, *within))
    return tuple(u for u in found if u.weight is Weight.INCOMPLETE and u not in elsewhere)


def assumptions(report: Report) -> tuple[str, ...]:
    """The standing assumptions in words."""
    weighed = (u for u in (*report.unknown, *_within(report.scenarios)) if u.weight is Weight.ASSUMPTION)
    return tuple(dict.fromkeys((*report.assumptions, *(unknown_words(entry) for entry in weighed))))


def _within(scenarios: Iterable[ScenarioSequences]) -> list[Unknown]:
    return [u for scenario in scenarios for stage in scenario.stages for u in stage.unknown]
