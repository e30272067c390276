"""What a reply says: findings first, then the lists, then how to mute it and how to see it for oneself.

Input: a report and the series it is about. Output: a text of lines of at most 76 columns, foreign text made
visible, or "" where the policy is silent. Not modelled: other languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

import analyzer
from analyzer.bot.policy import AnalysisPolicy, ReplyPolicy, Speak
from analyzer.bot.quote import WIDTH, quoted
from analyzer.model.level import Level
from analyzer.model.report import Finding, FindingKind, Report
from analyzer.model.series import Patch, Series
from analyzer.reports import impact, mail, words
from analyzer.reports.escape import visible
from analyzer.reports.layout import columns_of, fold
from analyzer.reports.lists import alike, listing

MOST_FINDINGS = 5  # that are told in full
MOST_SCENARIOS = 6
MOST_LIST_LINES = 100  # of all scenarios together; the first is there however long it is
_MOST_CAUSES = 3
_COUNTING = (FindingKind.INTRODUCED, FindingKind.WINDOW)
_LEVELS = (Level.NOTE, Level.WARNING, Level.ERROR)


def findings_of(report: Report, level: Level) -> tuple[Finding, ...]:
    """The findings that are worth a mail, the gravest first."""
    least = _LEVELS.index(level)
    told = (
        finding
        for finding in report.findings
        if finding.kind in _COUNTING and finding.suppressed is None and _LEVELS.index(finding.level) >= least
    )
    return words.ordered_findings(told)


def answered(report: Report, policy: ReplyPolicy) -> tuple[int, ...] | None:
    """The numbers of the patches that the reply may answer, the best first; 0 is the cover letter. None for
    silence. The one patch with the gravest findings comes first, the cover letter if there are several."""
    found = findings_of(report, policy.level)
    if found:
        gravest = dict.fromkeys(one.patch for one in found if one.level is found[0].level and one.patch)
        patches = tuple(number for number in gravest if number is not None)
        return patches if len(patches) == 1 else (0, *patches)
    speaks = report.concerned and (
        policy.speak is Speak.ALWAYS or (policy.speak is Speak.CHANGES and bool(report.changes))
    )
    return (0,) if speaks else None


def body(
    report: Report, series: Series, policy: ReplyPolicy, analysis: AnalysisPolicy, message_id: str
) -> str:
    """The whole text; `message_id` is that of the mail that is answered."""
    found = findings_of(report, policy.level)
    patches = {patch.number: patch for patch in series.patches}
    blocks: list[list[str]] = []
    for one in found[:MOST_FINDINGS]:
        # What was quoted or explained above is not said again.
        blocks += [block for block in _finding(one, patches, report, blocks) if block not in blocks]
    if len(found) > MOST_FINDINGS:
        blocks.append([f"And {len(found) - MOST_FINDINGS} more findings; the command below tells all."])
    if not found:
        blocks.append(fold("I found nothing that these patches break. What they change:", WIDTH))
    lists = _lists(report, found)
    blocks += [lists] if lists else []
    blocks.append(fold(visible(f"This was computed {words.source_words(report)}."), WIDTH))
    blocks += _again(policy, analysis, message_id)
    blocks += _mute(found)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _finding(
    finding: Finding, patches: dict[int, Patch], report: Report, above: Sequence[list[str]]
) -> list[list[str]]:
    blocks = []
    patch = patches.get(finding.patch or 0)
    if patch is not None:
        lines = quoted(patch, finding, report)
        if lines:
            blocks.append([*fold(visible(f"In patch {patch.number}, {patch.title}:"), WIDTH), *lines])
    said = fold(visible(f"{words.finding_head(finding)} ({words.finding_kind(finding)})"), WIDTH)
    titles = _titles(report, finding.scenarios)
    rows = [("in", titles)] if titles else []
    rows += [("stages", words.status_words(report, finding)), *words.sequence_lines(finding)]
    rows += [("way out", words.way_out_words(finding)), *words.cause_lines(finding, _MOST_CAUSES)]
    said_above = {line for block in above for line in block}
    why = fold(visible(f"why: {finding.reason}"), WIDTH, "  ", "    ")
    if why[-1] not in said_above:
        rows += [("why", finding.reason), ("see", finding.documented)]
    rows += [*impact.lines(finding.hits, short=True), ("mark", finding.fingerprint)]
    for name, text in rows:
        if text:
            said += fold(visible(f"{name}: {text}"), WIDTH, "  ", "    ")
    return [*blocks, said]


def _titles(report: Report, ids: Sequence[str]) -> str:
    shown = words.titles(report, ids[:MOST_SCENARIOS])
    return f"{shown} and {len(ids) - MOST_SCENARIOS} more" if len(ids) > MOST_SCENARIOS else shown


def _lists(report: Report, found: Iterable[Finding]) -> list[str]:
    """The lists of the scenarios that the findings are about, else of those that change."""
    ids = dict.fromkeys(name for finding in found for name in finding.scenarios)
    ids = ids or dict.fromkeys(name for change in report.changes for name in change.scenarios)
    order = {name: at for at, name in enumerate(ids)}
    known = [scenario for scenario in report.scenarios if scenario.id in order]
    named = [listing(report, one) for one in sorted(known, key=lambda one: order[one.id])]
    picked: list[str] = []
    left: list[str] = []
    room = MOST_LIST_LINES
    for same in alike(named):
        lines = mail.render(report, (same[0].scenario.id,)).count("\n")
        fits = not picked or (len(picked) < MOST_SCENARIOS and lines <= room)
        (picked if fits else left).append(same[0].scenario.id)
        room -= lines if fits else 0
    if not picked:
        return []
    told = mail.render(report, tuple(picked)).rstrip("\n").split("\n")
    more = f"The lists of {len(left)} more can be seen with the command below: {_titles(report, left)}."
    return [*told, "", *fold(visible(more), WIDTH)] if left else told


def _again(policy: ReplyPolicy, analysis: AnalysisPolicy, message_id: str) -> list[list[str]]:
    options = f" --profile {_shown(analysis.profile)}" if analysis.profile else ""
    options += " --repo DIR" if analysis.repo else " --no-repo"
    options += f" --base {_shown(analysis.base)}" if analysis.base and analysis.repo else ""
    if policy.archive:
        place = f"{policy.archive}/{quote(message_id, safe='@')}/t.mbox.gz"
        said = "To see it for yourself, with every step of the path:"
        command = f"curl -s '{place}' | gunzip | analyze-series{options} -"
    else:
        said = "To see it for yourself, with every step of the path, save this thread and run:"
        command = f"analyze-series{options} thread.mbox"
    return [fold(said, WIDTH), _command(command)]


def _shown(name: str) -> str:
    """The last part of a path: the whole is one of the bot's own machine."""
    return quote(name.rstrip("/").rpartition("/")[2] or name, safe="@^~._-")


def _command(command: str) -> list[str]:
    """A command on as many lines as it takes; a shell reads them as one, wherever they are broken."""
    lines = []
    while columns_of(command) > WIDTH:
        at = command.rfind(" ", 0, WIDTH - 2) + 1 or WIDTH - 1
        lines.append(f"{command[:at]}\\")
        command = command[at:]
    return [*lines, command]


def _mute(found: Sequence[Finding]) -> list[list[str]]:
    told = f"This mail was written by a program (analyze-series {analyzer.__version__}). If you want none of"
    told += " its mails any more, answer on the list with a line by itself:"
    # In quotation marks and behind a word: a mail that copies this one unquoted asks for nothing.
    blocks = [fold(told, WIDTH), ['    write "analyze-series: mute"']]
    if found:
        live = "If the project means to live with a finding, its .analyze-series.toml can say so, and why:"
        entry = ("[[suppress]]", f'fingerprint = "{visible(found[0].fingerprint)}"', 'reason = "..."')
        blocks += [fold(live, WIDTH), [f"    {line}" for line in entry]]
    return blocks
