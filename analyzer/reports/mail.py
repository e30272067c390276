"""The report as people write it on a mailing list: plain text, at most 76 columns.

Input: a `Report`. Output: the lists of every scenario that a patch changes, then findings, what could
not be told and the subscribers as an org-mode table. With scenarios named, their lists alone; only what
makes the answer incomplete or came out of damaged text is said after them. Not modelled: witnesses, and
what a handler can see of an order (the `text` report has them).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from analyzer.model.report import Report, ScenarioSequences
from analyzer.reports import claims, heard, impact, versions, words
from analyzer.reports.escape import visible
from analyzer.reports.grouped import SHOWN_CAUSES
from analyzer.reports.layout import columns_of, fold
from analyzer.reports.lists import Listing, StageList, alike, chosen, listing
from analyzer.reports.org import org_table
from analyzer.reports.subscribers import rows

WIDTH = 76
_CONSONANT_SOUND = re.compile(r"(?i)(uni|use|usu|eu|one\b|once\b)")


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """The whole mail. Ends in one newline."""
    if not report.concerned:
        return "".join(f"{visible(line)}\n" for line in words.not_concerned(report))
    picked = chosen(report, scenarios)
    listings = [listing(report, scenario) for scenario in picked]
    blocks: list[list[str]] = []
    if scenarios:
        for entry in listings:
            blocks += _scenario(entry)
        blocks += _reservations(report, picked)
    else:
        for same in alike(entry for entry in listings if entry.changes or not entry.told):
            blocks += _scenario(*same)
        blocks += _unchanged(listings)
        blocks += _findings(report)
        blocks += _section(versions.HEADING, versions.lines(report))
        blocks += _section(words.SUGGESTIONS, words.suggestions(report))
        blocks += claims.mail_blocks(report, WIDTH)
        blocks += _section(words.SUPPRESSIONS, words.suppressions(report))
        blocks += _section("What could not be told", map(words.unknown_words, words.incomplete(report)))
        blocks += _subscribers(report)
        blocks += _section("Notes", _notes(report))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def article(title: str) -> str:
    """``a failed handover``, ``an early stop``."""
    vowel = title[:1].lower() in {"a", "e", "i", "o", "u"} and not _CONSONANT_SOUND.match(title)
    return f"{'an' if vowel else 'a'} {title}"


def _scenario(entry: Listing, *same: Listing) -> list[list[str]]:
    titles = [e.scenario.title if e.scenario.generated else article(e.scenario.title) for e in (entry, *same)]
    subject = " or ".join([", ".join(titles[:-1]), titles[-1]] if same else titles)
    blocks = [fold(f"For {visible(subject)} we have the following behavior:", WIDTH)]
    for group, shown in zip(entry.groups, entry.lists, strict=True):
        blocks += [_heading(group.heading), _list(shown)]
    return blocks


def _heading(text: str) -> list[str]:
    lines = fold(text, WIDTH)
    return [*lines, "=" * max(columns_of(line) for line in lines)]


def _list(shown: StageList) -> list[str]:
    parts = [[line for entry in run for line in _item(entry.words)] for run in shown.runs]
    lines: list[str] = []
    for part in parts:
        lines += ["", "or:", "", *part] if lines else part
    for aside in shown.asides:
        lines += ([""] if lines else []) + fold(aside, WIDTH)
    return lines


def _item(text: str, mark: str = "- ") -> list[str]:
    # Continued lines are indented, so that no foreign text can begin a line of the mail.
    return fold(visible(text), WIDTH, mark, "  ")


def _section(title: str, items: Iterable[str]) -> list[list[str]]:
    lines = [line for text in items for line in _item(text)]
    return [_heading(title), lines] if lines else []


def _reservations(report: Report, picked: tuple[ScenarioSequences, ...]) -> list[list[str]]:
    """What must be said even where only lists were asked for."""
    said = [words.unknown_words(entry) for entry in words.incomplete(report, picked)]
    blocks = _section("What could not be told", said)
    if report.repairs:
        count = len(report.repairs)
        told = f"the input was damaged and read with {count} repair{'s' * (count > 1)}; `text` lists them"
        blocks += _section("Notes", [told])
    return blocks


def _unchanged(listings: list[Listing]) -> list[list[str]]:
    kept = [entry.scenario.title for entry in listings if not entry.changes and entry.told]
    return [_item(f"No patch changes the list of: {', '.join(kept)}.", "")] if kept else []


def _findings(report: Report) -> list[list[str]]:
    blocks: list[list[str]] = []
    for finding in words.ordered_findings(report.findings):
        lines = _item(f"{words.finding_head(finding)} ({words.finding_kind(finding)})")
        said = [f"scenario: {words.titles(report, finding.scenarios)}"] if finding.scenarios else []
        said += [
            f"at: {words.way_out_words(finding)}",
            *(f"{name}: {text}" for name, text in words.cause_lines(finding, SHOWN_CAUSES)),
            f"stages: {words.status_words(report, finding)}",
            *(f"{name}: {text}" for name, text in words.sequence_lines(finding)),
            *(f"{name}: {text}" for name, text in impact.lines(finding.hits, short=True)),
            finding.reason,
        ]
        said += [f"suppressed: {words.suppressed_words(finding)}"] if finding.suppressed else []
        lines += [line for text in said if text for line in fold(visible(text), WIDTH, "  ")]
        blocks.append(lines)
    return [_heading("Findings"), *blocks] if blocks else []


def _subscribers(report: Report) -> list[list[str]]:
    if not report.subscribers:
        return []
    table = org_table([words.SUBSCRIBER_HEADS, *rows(report.subscribers)])
    hits = [hit for change in report.changes for hit in change.hits]
    seen = dict.fromkeys(text for name, text in heard.lines(hits) if name == "sees it")
    return [
        _heading("Subscribers"),
        table,
        *([[line for text in seen for line in _item(text)]] if seen else []),
    ]


def _notes(report: Report) -> list[str]:
    return [
        f"computed {words.source_words(report)}",
        *([words.what_if_words(report)] if report.what_if else []),
        *report.notes,
        *(f"assumed: {text}" for text in words.assumptions(report)),
        *(f"repaired: {words.repair_words(repair)}" for repair in report.repairs),
    ]
