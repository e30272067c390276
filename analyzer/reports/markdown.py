"""The report in Markdown, for a forge's comment or a wiki.

Input: a `Report`. Output: GitHub-flavoured Markdown: a table a scenario with the stages side by side,
then findings, changes, subscribers and what could not be told. Every foreign text is escaped or stands
as code; no HTML, link, mention or heading can come out of a patch. Not modelled: folding (renderers do).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.model.report import Finding, Report
from analyzer.reports import claims, heard, impact, versions, words
from analyzer.reports.escape import code_span, source_line
from analyzer.reports.escape import markdown as plain
from analyzer.reports.failures import HEADING, failures
from analyzer.reports.grouped import SHOWN_CAUSES, ChangeGroup, grouped
from analyzer.reports.lists import Listing, chosen, listing
from analyzer.reports.path import PathLine
from analyzer.reports.subscribers import events_words
from analyzer.reports.table import Cell, marked
from analyzer.reports.witness import path_of_finding, paths_of, skipped_words, sources, step_words


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """The whole report. Ends in one newline."""
    if not report.concerned:
        return "\n".join(f"{plain(line)}\n" for line in words.not_concerned(report))
    picked = chosen(report, scenarios)
    ids = {scenario.id for scenario in picked}
    blocks = [f"# {plain(report.title or 'Patch series')}", plain(f"Computed {words.source_words(report)}.")]
    blocks += [plain(words.what_if_words(report))] if report.what_if else []
    blocks += _table(
        ("patch", "title"), [(str(s.patch or "base"), plain(_stage(s.title, s.note))) for s in report.stages]
    )
    for scenario in picked:
        blocks += _scenario(listing(report, scenario))
    if not scenarios and (found := failures(report)):
        blocks.append(f"## {HEADING}")
        blocks.append("\n".join(f"- {plain(one.title)}: {plain('; '.join(one.lines))}" for one in found))
    for finding in words.ordered_findings(report.findings):
        if not scenarios or ids & set(finding.scenarios):
            blocks += _finding(report, finding)
    blocks += _section(versions.HEADING, versions.lines(report))
    blocks += _section(words.SUGGESTIONS, words.suggestions(report))
    blocks += _section(words.SUPPRESSIONS, words.suppressions(report))
    for group in grouped(c for c in report.changes if not scenarios or ids & set(c.scenarios)):
        blocks += _change(report, group)
    if not scenarios:
        blocks += claims.markdown_blocks(report)
    if report.subscribers and not scenarios:
        rows = [(plain(s.device), code_span(s.handler), plain(events_words(s))) for s in report.subscribers]
        blocks += ["## Subscribers", *_table(words.SUBSCRIBER_HEADS, rows)]
    blocks += _section("Could not be told", map(words.unknown_words, words.incomplete(report, picked)))
    blocks += _section("Assumed", words.assumptions(report))
    blocks += _section("Notes", report.notes)
    blocks += _section("Repairs to the input", map(words.repair_words, report.repairs))
    return "\n\n".join(blocks) + "\n"


def _stage(title: str, note: str) -> str:
    return f"{title} (not analysed: {note})" if note else title


def _scenario(entry: Listing) -> list[str]:
    columns = marked(entry)
    rows = [
        [_cell(column[index]) for column in columns] for index in range(len(columns[0]) if columns else 0)
    ]
    blocks = [f"## {plain(entry.scenario.title)}"]
    if entry.scenario.summary:
        blocks.append(plain(entry.scenario.summary))
    return blocks + _table([group.heading for group in entry.groups], rows)


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.entry.letter is None:
        return plain(cell.entry.words)
    marks = cell.marks.strip()
    text = code_span(cell.entry.words)
    letter = cell.entry.letter
    said = f"{text} ({letter.evidence.value}, {code_span(str(letter.where))})"
    return f"**{plain(marks)}** {said}" if marks else said


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["\n".join(f"| {' | '.join(line)} |" for line in lines)]


def _change(report: Report, group: ChangeGroup) -> list[str]:
    first = group.first
    items = [f"in: {plain(words.titles(report, group.scenarios))}"] if group.scenarios else []
    for change in group.changes:
        items += [
            f"before: {plain(words.run_words(change.before))}",
            f"after: {plain(words.run_words(change.after))}",
        ]
    for cause in group.causes[:SHOWN_CAUSES]:
        place = (
            f" ({code_span(words.cause_place(cause))}, in {code_span(cause.function)})"
            if cause.where.path
            else ""
        )
        items.append(f"cause: {plain(cause.text)}{place}")
    if len(group.causes) > SHOWN_CAUSES:
        items.append(f"and {len(group.causes) - SHOWN_CAUSES} more causes (json has all)")
    if first.way_out:
        items.append(f"way out: {plain(first.way_out_words)} ({code_span(str(first.way_out))})")
    items += [f"{name}: {plain(said)}" for name, said in heard.lines(group.hits)]
    blocks = [f"## Patch {first.patch}: {plain(words.change_words(first))}", _items(items)]
    if shown := words.shown_by(first, report.findings):
        said = f"as in: {words.finding_head(shown)}, at {words.way_out_words(shown)}"
        return [*blocks[:-1], _items([*items, f"path: {plain(said)}"])]
    for title, path in paths_of(first):
        blocks += _path(title, path, report)
    return blocks


def _finding(report: Report, finding: Finding) -> list[str]:
    items = [f"in: {plain(words.titles(report, finding.scenarios))}"] if finding.scenarios else []
    out = f"{plain(finding.way_out_words)} " if finding.way_out_words else ""
    items.append(f"at: {out}{code_span(str(finding.where))}")
    items += [f"{name}: {plain(said)}" for name, said in words.cause_lines(finding, SHOWN_CAUSES)]
    items.append(f"stages: {plain(words.status_words(report, finding))}")
    items += [f"{name}: {plain(said)}" for name, said in words.sequence_lines(finding)]
    if finding.nearest:
        items.append(f"allowed: {plain(' '.join(finding.nearest))}")
    items += [f"why: {plain(finding.reason)}"] if finding.reason else []
    items += [f"see: {plain(finding.documented)}"] if finding.documented else []
    items += [f"suppressed: {plain(words.suppressed_words(finding))}"] if finding.suppressed else []
    if finding.evidence:
        items.append(f"rests on: {plain(words.evidence_words(finding.evidence))}")
    items += [f"{name}: {plain(said)}" for name, said in impact.lines(finding.hits)]
    head = f"{words.finding_head(finding)} ({words.finding_kind(finding)})"
    blocks = [f"## {plain(head)}", _items(items)]
    if path := path_of_finding(finding, short=finding.kind in words.APART):
        blocks += _path(*path, report)
    return blocks


def _path(title: str, path: Sequence[PathLine], report: Report) -> list[str]:
    lines = []
    for line, text in zip(path, sources(path, report), strict=True):
        step = line.step
        if step is None:
            lines.append(f"- {skipped_words(line.skipped)}")
            continue
        where = f"{code_span(str(step.where))}, " if step.where.path else ""
        mark = "" if line.mark == " " else f"**{plain(line.mark)}** "
        number = f"{line.number}: " if line.number else ""
        said = f"{mark}{number}{plain(step_words(line))} ({where}{step.evidence.value})"
        source = source_line(text)
        lines.append(f"- {said}" + (f": {code_span(source)}" if source else ""))
    return [plain(f"{title[0].upper()}{title[1:]}:"), "\n".join(lines)]


def _section(title: str, items: Iterable[str]) -> list[str]:
    lines = [plain(item) for item in items]
    return [f"## {title}", _items(lines)] if lines else []


def _items(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
