"""The default report: for a terminal, or for a file that is read in one.

Input: a `Report` and a `Style`. Output: the findings in short, scenarios with their stages side by side (one
after the other where there are many lists), then findings, changes
with causes and witness paths, subscribers, what could not be told, assumptions, notes and repairs.
Named scenarios restrict the tables, changes and findings to theirs. Not modelled: paging.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.model.report import Finding, Level, Report, ScenarioSequences
from analyzer.reports import claims, heard, impact, versions, words
from analyzer.reports.escape import visible
from analyzer.reports.failures import HEADING, failures
from analyzer.reports.grouped import SHOWN_CAUSES, ChangeGroup, grouped
from analyzer.reports.layout import columns_of, fold
from analyzer.reports.lists import Listing, alike, chosen, listing
from analyzer.reports.style import Style
from analyzer.reports.subscribers import events_words
from analyzer.reports.table import LEGEND, draw, places, short_names
from analyzer.reports.witness import drawn_path, path_of_finding, paths_of

_SIDE_BY_SIDE = 4  # lists a stage; more of them cannot be read side by side
_MARKS = {"+": "green", "-": "red"}
_LEVEL_LOOKS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}


def render(report: Report, style: Style, scenarios: tuple[str, ...] = ()) -> str:
    """The whole report. Ends in one newline."""
    if not report.concerned:
        return "".join(f"{visible(line)}\n" for line in words.not_concerned(report))
    picked = chosen(report, scenarios)
    ids = {scenario.id for scenario in picked}
    shown = [listing(report, scenario) for scenario in picked]
    changes = [c for c in report.changes if not scenarios or ids & set(c.scenarios)]
    findings = [f for f in report.findings if not scenarios or ids & set(f.scenarios)]
    blocks = [_opening(report, style)]
    blocks += _section("In short", _in_short(report, findings, picked), style)
    blocks += _scenarios(shown, style, every=bool(scenarios))
    if not scenarios:
        blocks += _failing(report, style)
    blocks += [_finding(report, finding, style) for finding in words.ordered_findings(findings)]
    blocks += _section(versions.HEADING, versions.lines(report), style)
    blocks += _section(words.SUGGESTIONS, words.suggestions(report), style)
    blocks += _section(words.SUPPRESSIONS, words.suppressions(report), style, "yellow")
    blocks += [_change(report, group, style) for group in grouped(changes)]
    if not scenarios:
        blocks += claims.text_blocks(report, style)
    if not scenarios:
        blocks += _section("Subscribers", _subscribers(report), style)
    blocks += _section(
        "Could not be told", map(words.unknown_words, words.incomplete(report, picked)), style, "yellow"
    )
    blocks += _section("Assumed", words.assumptions(report), style)
    blocks += _section("Notes", report.notes, style)
    blocks += _section("Repairs to the input", map(words.repair_words, report.repairs), style)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def render_findings(report: Report, found: Iterable[Finding], style: Style) -> str:
    """Some findings of a report alone, each with its path. Ends in one newline."""
    blocks = (_finding(report, finding, style) for finding in words.ordered_findings(found))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _opening(report: Report, style: Style) -> list[str]:
    lines = [style.paint(line, "bold") for line in fold(visible(report.title or "Patch series"), style.width)]
    lines += fold(visible(f"computed {words.source_words(report)}"), style.width)
    lines += fold(visible(words.what_if_words(report)), style.width) if report.what_if else []
    for stage in report.stages:
        note = f" (not analysed: {stage.note})" if stage.note else ""
        mark = f"  {stage.patch or 'base':>4}  "
        lines += fold(
            visible((stage.title if stage.patch else "before the series") + note), style.width, mark
        )
    return lines


def _in_short(
    report: Report, findings: list[Finding], picked: tuple[ScenarioSequences, ...]
) -> Iterable[str]:
    """A line a finding, and how much could not be told; the details follow below."""
    for finding in words.ordered_findings(findings):
        where = f", at {finding.way_out_words}" if finding.way_out_words else ""
        yield f"{words.finding_head(finding)} ({words.finding_kind(finding)}){where}"
    yield from claims.in_short(report)
    if doubts := len(words.incomplete(report, picked)):
        yield f"{doubts} thing{'s' if doubts > 1 else ''} could not be told"


def _scenarios(shown: list[Listing], style: Style, *, every: bool) -> list[list[str]]:
    blocks = []
    named = short_names(shown)
    drawn = [entry for entry in shown if every or not entry.told or entry.changes]
    kept = [entry for entry in shown if entry not in drawn]
    for same in alike(drawn):
        titles = ", ".join(visible(entry.scenario.title) for entry in same)
        lines = [style.paint(line, "bold") for line in _titled(titles, style)]
        for entry in same:
            name = f"{entry.scenario.title}: " if len(same) > 1 else ""
            if entry.scenario.summary:
                lines += fold(visible(name + entry.scenario.summary), style.width)
        many = max(len(entry.runs) for entry in same[0].lists) > _SIDE_BY_SIDE
        table = _in_turn(same[0], style) if many else draw(same[0], style, named)
        blocks.append([*lines, "", *table])
    legend = [LEGEND] if any(entry.changes for entry in shown) else []
    if said := [line for text in (*legend, *places(named)) for line in fold(visible(text), style.width)]:
        blocks.append([style.paint(line, "dim") for line in said])
    return [*blocks, *_kept(kept, style)]


def _in_turn(entry: Listing, style: Style) -> list[str]:
    """Many lists: those of the first stage, and of each later one what is gone and what is new. Of a stage
    that could not be told, and of the one behind it, all."""
    lines: list[str] = []
    before: list[str] = []
    sure = False
    for group, stage in zip(entry.groups, entry.lists, strict=True):
        now = [*(", ".join(line.words for line in run) for run in stage.runs), *stage.asides]
        marked = sure and stage.told
        kept = [run for run in now if marked and run in before]
        rest = f", and {len(kept)} as before" if kept else ""
        lines += fold(f"{visible(group.heading)}{rest}", style.width, "  ")
        gone = [run for run in before if marked and run not in now]
        for mark, runs in (("-", gone), ("+" if marked else " ", [run for run in now if run not in kept])):
            for run in runs:
                drawn = fold(run, style.width, f"  {mark} ", "      ")
                lines += [style.paint(line, _MARKS[mark]) for line in drawn] if marked else drawn
        before, sure = now, stage.told
    return lines


def _kept(kept: list[Listing], style: Style) -> list[list[str]]:
    """The scenarios whose lists no patch changes, one short line each."""
    if not kept:
        return []
    lines = [style.paint(line, "bold") for line in _titled("The list is the same at every stage", style)]
    for entry in kept:
        runs = [", ".join(line.words for line in run) for run in entry.lists[0].runs]
        said = " or: ".join([*runs, *entry.lists[0].asides])
        lines += fold(f"{visible(entry.scenario.title)}: {said}", style.width, "  ", "      ")
    return [lines]


def _failing(report: Report, style: Style) -> list[list[str]]:
    """Where each call that may fail leads, a few lines each."""
    found = failures(report)
    if not found:
        return []
    lines = [style.paint(line, "bold") for line in _titled(HEADING, style)]
    for one in found:
        lines += fold(visible(one.title), style.width, "  ", "      ")
        for text in one.lines:
            lines += fold(text, style.width, "      ", "        ")
    return [lines]


def _titled(text: str, style: Style) -> list[str]:
    lines = fold(text, style.width)
    return [*lines, "-" * max(columns_of(line) for line in lines)]


def _change(report: Report, group: ChangeGroup, style: Style) -> list[str]:
    first = group.first
    head = f"Patch {first.patch}: {visible(words.change_words(first))}"
    lines = [style.paint(line, "bold") for line in _titled(head, style)]
    if group.scenarios:
        lines += _told("in", words.titles(report, group.scenarios), style)
    for change in group.changes:
        lines += _told("before", words.run_words(change.before), style)
        lines += _told("after", words.run_words(change.after), style)
    for number, cause in enumerate(group.causes[:SHOWN_CAUSES]):
        lines += _told("and" if number else "cause", words.cause_words(cause), style)
    if len(group.causes) > SHOWN_CAUSES:
        lines += _told("and", f"{len(group.causes) - SHOWN_CAUSES} more causes (json has all)", style)
    if first.way_out:
        lines += _told("way out", f"{first.way_out_words} ({first.way_out})".strip(), style)
    for name, said in heard.lines(group.hits):
        lines += _told(name, said, style)
    if shown := words.shown_by(first, report.findings):
        return lines + _told(
            "path", f"as in: {words.finding_head(shown)}, at {words.way_out_words(shown)}", style
        )
    for title, path in paths_of(first):
        lines += drawn_path(title, path, report, style)
    return lines


def _finding(report: Report, finding: Finding, style: Style) -> list[str]:
    apart = finding.kind in words.APART
    look = "dim" if apart else _LEVEL_LOOKS[finding.level]
    head = visible(f"{words.finding_head(finding)} ({words.finding_kind(finding)})")
    lines = [style.paint(line, "bold", look) for line in _titled(head, style)]
    if finding.scenarios:
        lines += _told("in", words.titles(report, finding.scenarios), style)
    lines += _told("at", words.way_out_words(finding), style)
    for name, said in words.cause_lines(finding, SHOWN_CAUSES):
        lines += _told(name, said, style)
    lines += _told("stages", words.status_words(report, finding), style)
    for name, said in words.sequence_lines(finding):
        lines += _told(name, said, style)
    if finding.nearest:
        lines += _told("allowed", " ".join(finding.nearest), style)
    lines += _told("why", finding.reason, style) if finding.reason else []
    lines += _told("see", finding.documented, style) if finding.documented else []
    lines += _told("suppressed", words.suppressed_words(finding), style) if finding.suppressed else []
    if finding.evidence:
        lines += _told("rests on", words.evidence_words(finding.evidence), style)
    for name, said in impact.lines(finding.hits, short=apart):
        lines += _told(name, said, style)
    if path := path_of_finding(finding, short=apart):
        lines += drawn_path(*path, report, style)
    return lines


def _subscribers(report: Report) -> Iterable[str]:
    for entry in report.subscribers:
        modes = f" [{', '.join(entry.modes)}]" if entry.modes else ""
        yield f"{entry.device}: {entry.handler}{modes} acts on {events_words(entry)} ({entry.where})"


def _told(name: str, text: str, style: Style) -> list[str]:
    return fold(visible(text), style.width, f"  {name + ':':<10} ")


def _section(title: str, items: Iterable[str], style: Style, look: str = "bold") -> list[list[str]]:
    lines = [line for item in items for line in fold(visible(item), style.width, "- ")]
    return [[style.paint(line, look) for line in _titled(title, style)] + lines] if lines else []
