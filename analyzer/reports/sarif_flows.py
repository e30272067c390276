"""The paths of a finding as SARIF code flows: first the one that breaks the rule, then the one that keeps it.

Input: a finding, how places and messages are written. Output: code flows; a thread flow for each task, with
the order of steps over all of them. Not modelled: where a function from another thread, which comes in
between, ends; its steps stand in the thread flow into which it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from analyzer.model.report import Finding, FindingKind
from analyzer.model.unknown import Location
from analyzer.model.witness import Step, StepKind, Witness
from analyzer.reports.escape import visible
from analyzer.reports.path import PathLine
from analyzer.reports.witness import step_words

MOST_LOCATIONS = 1_000  # of one result; more are not shown by GitHub
FIRST = "the first task"
_STARTED = " is started"  # the other task does not go on yet
_GOES_ON = " goes on"
_MAIN = "the main task"
_KINDS = {
    StepKind.ENTER: ["call", "function"],
    StepKind.LETTER: ["call"],
    StepKind.DEFER: ["call", "implicit"],
    StepKind.TASK: ["implicit"],
    StepKind.END: ["exit"],
}
_WEIGHT = {StepKind.LETTER: "essential", StepKind.BRANCH: "unimportant"}

Json = dict[str, Any]
Place = Callable[[Location], Json]
Message = Callable[[str], Json]


def code_flows(finding: Finding, last: int, place: Place, message: Message) -> list[Json]:
    """At most two, none without a path; `last` is the last stage."""
    good, bad = finding.witness_good, finding.witness
    sides: list[tuple[Witness, str]] = []
    if bad is not None and bad.steps:
        sides.append((bad, "breaks the rule"))
    if good is not None and good.steps:
        sides.append((good, "keeps the rule"))
    if finding.kind is FindingKind.FIXED:
        sides.reverse()  # the later stage is the one that keeps it
    room = MOST_LOCATIONS // max(len(sides), 1)
    flows = []
    for witness, said in sides:
        then = "" if witness.patch == last else "; its lines are those of that stage"
        flows.append(_flow(witness, f"{said}{then}", room, place, message))
    return flows


def _flow(witness: Witness, said: str, room: int, place: Place, message: Message) -> Json:
    kept = _fitting(witness.steps, room)
    stage = f"after patch {witness.patch}" if witness.patch else "at the base"
    left_out = len(witness.steps) - len(kept)
    cut = f"; {left_out} of {len(witness.steps)} steps are left out" if left_out else ""
    threads: dict[str, list[Json]] = {}
    task = FIRST
    for order, step in kept:
        task = _task(step, task)
        threads.setdefault(task, []).append(_location(step, order, place, message))
    flows = [
        {"id": str(number), "message": message(task), "locations": steps}
        for number, (task, steps) in enumerate(threads.items())
    ]
    return {"message": message(f"{stage} this run {said}{cut}"), "threadFlows": flows}


def _fitting(steps: Sequence[Step], room: int) -> list[tuple[int, Step]]:
    """The steps with their numbers; of too many those that are settled go first, then those in the middle."""
    every = list(enumerate(steps, 1))
    if len(every) > room:
        every = [(number, step) for number, step in every if step.kind is not StepKind.BRANCH]
    if len(every) > room:
        every = [*every[: room // 2], *every[len(every) - (room - room // 2) :]]
    return every


def _task(step: Step, before: str) -> str:
    if step.kind is not StepKind.TASK or step.text.endswith(_STARTED):
        return before
    if step.text.endswith(_GOES_ON):
        return step.text.removesuffix(_GOES_ON)
    return _MAIN if step.text.startswith(_MAIN) else before


def _location(step: Step, order: int, place: Place, message: Message) -> Json:
    location: Json = {
        "message": message(f"{step_words(PathLine(' ', step, number=order))} ({step.evidence.value})")
    }
    if step.where.path:
        location["physicalLocation"] = place(step.where)
    if step.function:
        location["logicalLocations"] = [{"name": visible(step.function), "kind": "function"}]
    return {
        "location": location,
        "kinds": _kinds(step),
        "executionOrder": order,
        "importance": _WEIGHT.get(step.kind, "important"),
    }


def _kinds(step: Step) -> list[str]:
    if step.kind in (StepKind.BRANCH, StepKind.DECISION):
        way = {"yes": ["true"], "no": ["false"]}.get(step.text.rpartition(": ")[2], [])
        return ["branch", *way]
    return _KINDS[step.kind]
