"""What patches do to scenarios, drawn: Markdown with a Mermaid diagram for each change.

Input: a `Report`. Output: Markdown. On the left the runs before the patch, on the right those after it;
what only one side has is marked by + or -, and by its line. Every foreign character that Mermaid could heed
is written as a number. Not modelled: findings, and other layouts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.model.report import Report
from analyzer.reports import words
from analyzer.reports.automata import Automaton, Drawing, drawings, undrawn
from analyzer.reports.escape import markdown as plain
from analyzer.reports.escape import visible
from analyzer.reports.lists import chosen

NOTHING = "No patch changes the list of a scenario."
SIGNS = ("-", "+")
_LOOKS = ("stroke:#c62828,stroke-dasharray:5", "stroke:#2e7d32,stroke-width:3px")
_SAFE = re.compile(r"[^A-Za-z0-9 _(),.*=+/>-]")


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """A heading and a fenced diagram for each change. Ends in one newline."""
    if not report.concerned:
        return "\n".join(f"{plain(line)}\n" for line in words.not_concerned(report))
    blocks = [f"# {plain(report.title or 'Patch series')}", plain(f"Computed {words.source_words(report)}.")]
    found = drawings(report, scenarios)
    for drawing in found:
        blocks += [f"## {plain(title(drawing))}", f"```mermaid\n{diagram(drawing)}\n```"]
    missing = undrawn(report, scenarios)
    blocks += [] if found or missing else [NOTHING]
    for one in missing:
        blocks.append(f"Not every change is drawn, as not all could be told: {plain(one)}")
    doubts = words.incomplete(report, chosen(report, scenarios))
    if doubts:
        blocks.append("## Could not be told")
        blocks.append("\n".join(f"- {plain(words.unknown_words(one))}" for one in doubts))
    return "\n\n".join(blocks) + "\n"


def title(drawing: Drawing) -> str:
    """``failed filling, passage: After patch 3``."""
    return f"{', '.join(drawing.titles)}: {drawing.sides[-1].heading}"


def diagram(drawing: Drawing) -> str:
    """The diagram alone."""
    lines = ["flowchart LR"]
    looks: list[str] = []
    drawn = 0  # Mermaid styles edges by their number
    for side, automaton in enumerate(drawing.sides):
        lines.append(f'    subgraph side{side}["{text(automaton.heading)}"]')
        lines.append("        direction TB")
        lines += [f"        {line}" for line in _states(automaton, side)]
        for edge in automaton.edges:
            sign = f"{SIGNS[side]} " if edge.marked and len(drawing.sides) > 1 else ""
            lines.append(
                f'        s{side}_{edge.source} -->|"{sign}{text(edge.words)}"| s{side}_{edge.target}'
            )
            if sign:
                looks.append(f"    linkStyle {drawn} {_LOOKS[side]}")
            drawn += 1
        lines.append("    end")
    return "\n".join([*lines, *looks])


def text(said: str) -> str:
    """`said` for a quoted label."""
    return _SAFE.sub(lambda match: f"#{ord(match.group())};", visible(said))


def _states(automaton: Automaton, side: int) -> Iterator[str]:
    for number in range(automaton.states):
        shape = '((("end")))' if number in automaton.ends else '(("start"))' if number == 0 else '((" "))'
        yield f"s{side}_{number}{shape}"
    for number, aside in enumerate(automaton.asides):
        yield f'a{side}_{number}["{text(aside)}"]'
