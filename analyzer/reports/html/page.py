"""The page: head, filters, and a section for each thing a report says.

Input: a `Report`. Output: one HTML document without scripts: what is folded or filtered is so by HTML and CSS
alone, and the page forbids everything else to the browser. Not modelled: sorting.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from analyzer.model.claim import Claim, ClaimVerdict, Point
from analyzer.model.report import ChangeKind, Finding, FindingKind, Report, SourceLine
from analyzer.model.subscriber import Subscriber
from analyzer.reports import claims, heard, impact, versions, words
from analyzer.reports.escape import source_line
from analyzer.reports.failures import HEADING, failures
from analyzer.reports.grouped import ChangeGroup, grouped
from analyzer.reports.highlight import c_page, page_colours
from analyzer.reports.html.diagram import diagram
from analyzer.reports.html.markup import NONE, Markup, code, element, joined, text
from analyzer.reports.lists import Listing, chosen, listing
from analyzer.reports.path import PathLine
from analyzer.reports.subscribers import events_words
from analyzer.reports.table import LEGEND, Cell, marked
from analyzer.reports.witness import path_of, path_of_finding, paths_of, skipped_words, step_words

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_REPORT = "<!-- a report -->"  # no escaped text can hold this
_OWN = re.compile(r'<article id="(r[0-9a-f]{8})"')
_RULES = "/* what is chosen */"
_SIDES = {" ": ("", "both stages"), "-": ("−", "before only"), "+": ("+", "after only")}
_PATHS = (
    "In the paths: − and + before a step say that it is of one of the two stages only. Beside a line of"
    " source, +2 says that patch 2 adds the line, −2 that patch 2 takes it out."
)


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """The whole page. Ends in one newline."""
    title = report.title or "Patch series"
    parts = _Page(report, scenarios)
    style = f"{_style()}\n{_RULES}\n{parts.rules()}\n{_RULES}"
    head = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", text(title)),
        Markup(f"<style>\n{style}\n</style>"),
    ]
    body = Markup(f"{_REPORT}{parts.article()}{_REPORT}")
    page = element("html", element("head", *head), element("body", element("main", body)), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def join(pages: tuple[str, ...], _exit_status: int) -> str:
    """Several pages as one."""
    first, *others = pages
    for number, other in enumerate(others, 2):
        article, rules = (other.split(mark)[1] for mark in (_REPORT, _RULES))
        if match := _OWN.match(article):  # reports on two versions of a series may have the same
            own = match[1]
            article, rules = (part.replace(own, f"{own}-{number}") for part in (article, rules))
        first = first.replace(f"{_REPORT}</main>", f"{article}{_REPORT}</main>")
        before, known, after = first.split(_RULES)
        first = f"{before}{_RULES}{known}{rules}{_RULES}{after}"
    return first


@lru_cache(maxsize=1)
def _style() -> str:
    own = (files("analyzer.reports.html") / "style.css").read_text(encoding="utf-8")
    light, dark = page_colours()
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}"


def _source(line: SourceLine) -> Markup:
    """A line of C behind what the series does to it."""
    painted = c_page(source_line(line.text).strip())
    shown = Markup(f'<code class="src">{painted}</code>') if painted else NONE
    edits = [("put", "+", "added by", line.put), ("taken", "−", "taken out by", line.taken)]
    return joined([*(_edit(*edit) for edit in edits if edit[-1]), shown])


def _edit(looks: str, mark: str, said: str, patch: int) -> Markup:
    """``+2``, for who sees it and for who hears it."""
    seen = element("span", text(f"{mark}{patch}"), aria_hidden="true")
    heard_ = element("span", text(f"{said} patch {patch}: "), class_="spoken")
    return element("span", seen, heard_, class_=f"edit {looks}", title=f"{said} patch {patch}")


@dataclass(frozen=True, slots=True)
class _Choice:
    """An option of a filter: its value, which is a class of what it shows, and its words."""

    value: str
    words: str


class _Page:
    """The parts of one report's page."""

    def __init__(self, report: Report, scenarios: tuple[str, ...]) -> None:
        self._report = report
        self._asked = bool(scenarios)
        self._picked = chosen(report, scenarios)
        self._lists = [listing(report, scenario) for scenario in self._picked]
        ids = {scenario.id for scenario in self._picked}
        every = not scenarios
        self._findings = [
            f for f in words.ordered_findings(report.findings) if every or ids & set(f.scenarios)
        ]
        self._changes = list(grouped(c for c in report.changes if every or ids & set(c.scenarios)))
        # Ids and classes must not be those of another report on the same page.
        said = "\0".join((report.title, report.profile, *(stage.title for stage in report.stages)))
        self._own = f"r{hashlib.sha256(said.encode(errors='replace')).hexdigest()[:8]}"
        self._numbers = {scenario.id: number for number, scenario in enumerate(report.scenarios)}

    # --- the whole ----------------------------------------------------------------------------

    def article(self) -> Markup:
        report = self._report
        head = element("h1", text(report.title or "Patch series"))
        if not report.concerned:
            lines = [element("p", text(line)) for line in words.not_concerned(report)]
            return element("article", head, *lines, id=self._own)
        found = [self._finding(n, f) for n, f in enumerate(self._findings)]
        if any(path_of_finding(one) for one in self._findings):
            found.insert(0, element("p", text(_PATHS), class_="legend"))
        sections = [
            self._section("findings", "Findings", found),
            self._section("versions", versions.HEADING, [_items(versions.lines(report))]),
            self._section("window", words.SUGGESTIONS, [_items(words.suggestions(report))]),
            self._section("suppressions", words.SUPPRESSIONS, [_items(words.suppressions(report))]),
            self._section("scenarios", "The order of events", self._scenarios()),
            self._section("changes", "Changes", [self._change(group) for group in self._changes]),
        ]
        if not self._asked:
            sections += [
                self._section(
                    "claims", "What the mails claim", [self._claim(c) for c in claims.ordered(report.claims)]
                ),
                self._section("subscribers", "Subscribers", self._subscribers()),
            ]
        doubts = words.incomplete(report, self._picked)
        sections += [
            self._section("untold", "Could not be told", [_items(map(words.unknown_words, doubts))]),
            self._section("assumed", "Assumed", [_items(words.assumptions(report))], folded=True),
            self._section("notes", "Notes", [_items(report.notes)], folded=True),
            self._section(
                "repairs",
                "Repairs to the input",
                [_items(map(words.repair_words, report.repairs))],
                folded=True,
            ),
        ]
        return element("article", head, self._opening(), self._filters(), *sections, id=self._own)

    def _section(self, name: str, title: str, parts: Iterable[Markup], *, folded: bool = False) -> Markup:
        inside = joined(parts)
        if not inside:
            return NONE
        if folded:
            inside = element("details", element("summary", text("show")), inside)
        return element(
            "section", element("h2", text(title), id=f"{self._own}-{name}-title"), inside,
            id=f"{self._own}-{name}", class_=name, aria_labelledby=f"{self._own}-{name}-title",
        )  # fmt: skip

    def _opening(self) -> Markup:
        report = self._report
        lines = [element("p", text(f"Computed {words.source_words(report)}."))]
        if report.what_if:
            lines.append(element("p", text(words.what_if_words(report))))
        short = [
            element("li", element("strong", text(f"{len(found)} {name}")))
            for name, found in self._counts()
            if found
        ]
        if not short:
            short = [element("li", text("nothing was found"))]
        rows = [
            (text(str(stage.patch or "base")), text(_stage(stage.title, stage.note)))
            for stage in report.stages
        ]
        return element(
            "header", *lines, element("ul", *short, class_="short"), _table(("patch", "title"), rows)
        )

    def _counts(self) -> list[tuple[str, Sequence[object]]]:
        own = [f for f in self._findings if not f.suppressed]
        found: list[tuple[str, Sequence[object]]] = [
            (kind.value, [f for f in own if f.kind is kind]) for kind in FindingKind
        ]
        found.append(("suppressed", [f for f in self._findings if f.suppressed]))
        wrong = [c for c in self._report.claims if c.verdict is ClaimVerdict.CONTRADICTED]
        return [
            *found,
            ("claims contradicted", wrong),
            ("not told", words.incomplete(self._report, self._picked)),
        ]

    # --- filters ------------------------------------------------------------------------------

    def _choices(self) -> list[tuple[str, str, list[_Choice]]]:
        """Each filter: its name, its label, its options."""
        own = self._own
        scenarios = [_Choice(self._scenario_class(s.id), s.title) for s in self._picked]
        patches = [
            _Choice(f"{own}-p{s.patch}", f"{s.patch}: {s.title}") for s in self._report.stages if s.patch
        ]
        kinds = [_Choice(f"{own}-k-{k.value}", f"finding: {k.value}") for k in FindingKind]
        kinds += [_Choice(f"{own}-k-{k.value}", f"change: {k.value}") for k in ChangeKind]
        shown = {f.kind.value for f in self._findings} | {g.first.kind.value for g in self._changes}
        kinds = [kind for kind in kinds if kind.value.rpartition("-k-")[2] in shown]
        return [("scenario", "Scenario", scenarios), ("patch", "Patch", patches), ("kind", "Kind", kinds)]

    def _filters(self) -> Markup:
        parts = []
        for name, label, choices in self._choices():
            options = [element("option", text("all"), value="all")]
            options += [element("option", text(c.words), value=c.value) for c in choices]
            ident = f"{self._own}-by-{name}"
            parts.append(
                element("p", element("label", text(label), for_=ident), element("select", *options, id=ident))
            )
        return element("form", element("h2", text("Show")), *parts, class_="filters", autocomplete="off")

    def rules(self) -> str:
        """The style rules by which the filters work."""
        found = []
        for name, _, choices in self._choices():
            for choice in choices:
                chosen_ = f'#{self._own}-by-{name} option[value="{choice.value}"]:checked'
                found.append(
                    f"body:has({chosen_}) #{self._own} .by-{name}:not(.{choice.value}) {{ display: none }}"
                )
        return "\n".join(found)

    def _scenario_class(self, ident: str) -> str:
        return f"{self._own}-s{self._numbers[ident]}"

    def _classes(self, scenarios: Iterable[str], patches: Iterable[int | None], kind: str = "") -> str:
        """The classes by which the filters find something."""
        found = ["by-scenario", "by-patch", *(["by-kind", f"{self._own}-k-{kind}"] if kind else [])]
        found += [self._scenario_class(name) for name in scenarios if name in self._numbers]
        return " ".join([*found, *(f"{self._own}-p{patch}" for patch in patches if patch)])

    # --- scenarios ----------------------------------------------------------------------------

    def _scenarios(self) -> list[Markup]:
        parts = [self._scenario(entry) for entry in self._lists]
        if any(entry.changes for entry in self._lists):
            parts.insert(
                0, element("p", text(f"In the pictures: {LEGEND.replace('   ', ', ')}."), class_="legend")
            )
        if not self._asked and (found := failures(self._report)):
            lines = [element("li", text(f"{one.title}: {'; '.join(one.lines)}")) for one in found]
            inside = element("details", element("summary", text(HEADING)), element("ul", *lines))
            parts.append(inside)
        return parts

    def _scenario(self, entry: Listing) -> Markup:
        scenario = entry.scenario
        name = self._scenario_class(scenario.id)
        patches = {c.patch for c in self._report.changes if scenario.id in c.scenarios}
        parts = [element("h3", text(scenario.title))]
        if scenario.summary:
            parts.append(element("p", text(scenario.summary)))
        if entry.changes:
            # A picture wider than the page is scrolled, also by keyboard.
            said = f"{scenario.title}, picture"
            parts.append(
                element(
                    "div", diagram(entry, name), class_="picture", tabindex=0, role="group", aria_label=said
                )
            )
            parts.append(element("details", element("summary", text("as a table")), _lists(entry)))
        else:
            parts.append(_lists(entry))
        return element("section", *parts, class_=self._classes([scenario.id], sorted(patches)))

    # --- findings and changes -------------------------------------------------------------------

    def _finding(self, number: int, finding: Finding) -> Markup:
        report = self._report
        facts = [("in", words.titles(report, finding.scenarios))] if finding.scenarios else []
        facts += [("at", words.way_out_words(finding))]
        facts += [(name, said) for name, said in words.cause_lines(finding, len(finding.causes))]
        facts += [("stages", words.status_words(report, finding))]
        facts += words.sequence_lines(finding)
        facts += [("allowed", " ".join(finding.nearest))] if finding.nearest else []
        facts += [("why", finding.reason)] if finding.reason else []
        facts += [("see", finding.documented)] if finding.documented else []
        facts += [("suppressed", words.suppressed_words(finding))] if finding.suppressed else []
        facts += [("rests on", words.evidence_words(finding.evidence))] if finding.evidence else []
        facts += impact.lines(finding.hits)
        apart = finding.kind in words.APART or finding.suppressed is not None
        head = f"{words.finding_head(finding)} ({words.finding_kind(finding)})"
        parts = [element("h3", text(head)), _facts(facts)]
        if path := path_of_finding(finding):
            parts.append(self._path(*path, open_=not apart))
        looks = "apart" if apart else finding.level.value
        patches = (finding.patch, finding.closed_by)
        return element(
            "article", *parts,
            id=f"{self._own}-finding-{number + 1}",
            class_=f"finding {looks} {self._classes(finding.scenarios, patches, finding.kind.value)}",
        )  # fmt: skip

    def _change(self, group: ChangeGroup) -> Markup:
        first = group.first
        facts = [("in", words.titles(self._report, group.scenarios))] if group.scenarios else []
        for change in group.changes:
            facts += [("before", words.run_words(change.before)), ("after", words.run_words(change.after))]
        facts += [("cause", words.cause_words(cause)) for cause in group.causes]
        if first.way_out:
            facts.append(("way out", f"{first.way_out_words} ({first.way_out})".strip()))
        facts += heard.lines(group.hits)
        parts = [element("h3", text(f"Patch {first.patch}: {words.change_words(first)}")), _facts(facts)]
        if shown := words.shown_by(first, self._findings):
            number = self._findings.index(shown) + 1
            link = element("a", text(f"finding {number}"), href=f"#{self._own}-finding-{number}")
            parts.append(element("p", text("Its path is that of "), link, text(".")))
        else:
            parts += [self._path(title, path, open_=False) for title, path in paths_of(first)]
        return element(
            "article",
            *parts,
            class_=f"change {self._classes(group.scenarios, [first.patch], first.kind.value)}",
        )

    def _path(self, title: str, path: Sequence[PathLine], *, open_: bool) -> Markup:
        rows = [self._step(line) for line in path]
        heads = ("", "step", "what happens", "place", "source")
        table = element("table", _heads(heads), element("tbody", *rows), class_="path")
        summary = element("summary", text(f"{title[:1].upper()}{title[1:]}"))
        scrolled = element("div", table, class_="scrolled", tabindex=0, role="group", aria_label=title)
        return element("details", summary, scrolled, open="open" if open_ else None)

    def _step(self, line: PathLine) -> Markup:
        step = line.step
        if step is None:
            return element(
                "tr", element("td", text(skipped_words(line.skipped)), colspan=5), class_="skipped"
            )
        mark, side = _SIDES[line.mark]
        looks = {"-": "before", "+": "after"}.get(line.mark, "both")
        place = text(f"{step.where}, {step.evidence.value}") if step.where.path else NONE
        return element(
            "tr",
            element("td", text(mark), element("span", text(side), class_="spoken")),
            element("td", text(str(line.number or ""))),
            element("td", text(step_words(line))),
            element("td", place),
            element("td", _source(self._report.source_line(line.stage, step.where))),
            class_=f"{looks} {step.kind.value}",
        )

    # --- claims and subscribers -----------------------------------------------------------------

    def _claim(self, claim: Claim) -> Markup:
        parts = [
            element("h3", text(f"{claim.verdict.value}: {claim.meaning}")),
            element("blockquote", *(element("p", text(line)) for line in claim.quote)),
            element("p", text(claims.said_by(claim))),
            element("p", text(claim.why)),
        ]
        if claim.points:
            points = [self._point(point) for point in claim.points]
            wrong = claim.verdict is ClaimVerdict.CONTRADICTED
            said = f"what it comes down to ({len(points)})"
            parts.append(
                element("details", element("summary", text(said)), *points, open="open" if wrong else None)
            )
        if claim.misses:
            parts += [element("p", text("It leaves out:")), _items(claim.misses)]
        return element("article", *parts, class_=f"claim {claim.verdict.name.lower()}")

    def _point(self, point: Point) -> Markup:
        where = f" ({point.where})" if point.where and point.where.path else ""
        said = [element("p", text(f"{point.subject}: {point.verdict.value}: {point.text}{where}"))]
        if point.witness is not None and point.witness.steps:
            title, path = path_of("path", point.witness)
            said.append(self._path(title, path, open_=False))
        return element("div", *said, class_="point")

    def _subscribers(self) -> list[Markup]:
        rows = [
            (text(s.device), code(s.handler), text(events_words(s)), text(_modes(s)), text(str(s.where)))
            for s in self._report.subscribers
        ]  # fmt: skip
        return [_table((*words.SUBSCRIBER_HEADS, "modes", "registered at"), rows)] if rows else []


def _modes(subscriber: Subscriber) -> str:
    return ", ".join(subscriber.modes) or "any"


def _stage(title: str, note: str) -> str:
    return f"{title} (not analysed: {note})" if note else title


def _lists(entry: Listing) -> Markup:
    columns = marked(entry)
    rows = [[_cell(column[at]) for column in columns] for at in range(len(columns[0]) if columns else 0)]
    return _table([group.heading for group in entry.groups], rows)


def _cell(cell: Cell | None) -> Markup:
    if cell is None:
        return NONE
    letter = cell.entry.letter
    if letter is None:
        return text(cell.entry.words)
    marks = cell.marks.strip()
    parts = [element("strong", text(f"{marks} "))] if marks else []
    place = element("small", text(f" ({letter.evidence.value}, {letter.where})"))
    return joined([*parts, code(cell.entry.words), place])


def _facts(facts: Iterable[tuple[str, str]]) -> Markup:
    parts = [element("div", element("dt", text(name)), element("dd", text(said))) for name, said in facts]
    return element("dl", *parts)


def _items(lines: Iterable[str]) -> Markup:
    items = [element("li", text(line)) for line in lines]
    return element("ul", *items) if items else NONE


def _heads(heads: Iterable[str]) -> Markup:
    return element("thead", element("tr", *(element("th", text(head), scope="col") for head in heads)))


def _table(heads: Iterable[str], rows: Iterable[Iterable[Markup]]) -> Markup:
    lines = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    return element("div", element("table", _heads(heads), element("tbody", *lines)), class_="scrolled")
