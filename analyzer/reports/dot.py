"""What patches do to scenarios, drawn: a graph in DOT for each change.

Input: a `Report`. Output: DOT, one digraph a change, with a cluster for the runs before the patch and one
for those after it; what only one side has is marked by + or -, and by its line. What could not be told
stands in comments and, where it is about a drawn scenario, in a box. Not modelled: findings, and other
layouts.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.model.report import Report
from analyzer.reports import words
from analyzer.reports.automata import Automaton, Drawing, drawings, undrawn
from analyzer.reports.escape import visible
from analyzer.reports.lists import chosen
from analyzer.reports.mermaid import NOTHING, SIGNS, title

_LOOKS = ("color=red, style=dashed", "color=darkgreen, penwidth=2")


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """The graphs, with comments before them. Ends in one newline."""
    if not report.concerned:
        return "".join(f"// {visible(line)}\n" for line in words.not_concerned(report))
    found = drawings(report, scenarios)
    notes = [report.title or "Patch series", f"computed {words.source_words(report)}"]
    missing = undrawn(report, scenarios)
    notes += [] if found or missing else [NOTHING]
    notes += [f"not every change is drawn, as not all could be told: {one}" for one in missing]
    doubts = words.incomplete(report, chosen(report, scenarios))
    notes += [f"could not be told: {words.unknown_words(one)}" for one in doubts]
    blocks = ["\n".join(f"// {visible(note)}" for note in notes)]
    return "\n\n".join([*blocks, *(_graph(drawing) for drawing in found)]) + "\n"


def quoted(said: str) -> str:
    """`said` as a string of DOT, in which nothing is an escape."""
    escaped = visible(said).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _graph(drawing: Drawing) -> str:
    name = quoted(title(drawing))
    lines = [f"digraph {name} {{", "    rankdir=LR;", f"    label={name};"]
    for side, automaton in enumerate(drawing.sides):
        lines += [f"    subgraph cluster_{side} {{", f"        label={quoted(automaton.heading)};"]
        lines += [f"        {line};" for line in _states(automaton, side)]
        for edge in automaton.edges:
            marked = edge.marked and len(drawing.sides) > 1
            label = quoted(f"{SIGNS[side]} {edge.words}" if marked else edge.words)
            look = f", {_LOOKS[side]}" if marked else ""
            lines.append(f"        s{side}_{edge.source} -> s{side}_{edge.target} [label={label}{look}];")
        lines.append("    }")
    return "\n".join([*lines, "}"])


def _states(automaton: Automaton, side: int) -> Iterator[str]:
    for number in range(automaton.states):
        shape = "doublecircle" if number in automaton.ends else "circle"
        yield f's{side}_{number} [shape={shape}, label="{"start" if number == 0 else ""}"]'
    for number, aside in enumerate(automaton.asides):
        yield f"a{side}_{number} [shape=box, label={quoted(aside)}]"
