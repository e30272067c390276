"""The report for machines: one JSON object, described by ``report.schema.json`` and docs/json.md.

Input: a `Report`. Output: text in ASCII, so that no character of a patch can act on a terminal. The
layout is a promise of its own, apart from the model: fields may be added under the same schema name,
none is taken away. Not modelled: colour, folding, wording.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeAlias

from analyzer.model.claim import Claim, ClaimVerdict, Point
from analyzer.model.effect import Effect
from analyzer.model.letters import Letter, Sequence
from analyzer.model.report import Change, Finding, Report, ScenarioSequences, StageSequences
from analyzer.model.subscriber import Hit, Seen, Subscriber
from analyzer.model.suggestion import Suggestion
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import Location, Unknown
from analyzer.model.versions import Versions
from analyzer.model.what_if import WhatIf, members_of
from analyzer.model.witness import Cause, Step, StepKind, Witness
from analyzer.reports import words
from analyzer.reports.lists import chosen

SCHEMA = "analyze-series/1"
Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """One report as one object."""
    return _text(_report(report, scenarios))


def join(texts: tuple[str, ...], exit_status: int) -> str:
    """Several series in one input: one object with their reports side by side."""
    reports: list[Json] = [json.loads(text) for text in texts]
    return _text({"schema": SCHEMA, "reports": reports, "exit_status": exit_status})


def label(letter: Letter) -> str:
    """``STOP@close_gate``, with ``*`` behind it where the letter may repeat."""
    return letter.label + ("*" if letter.repeats else "")


def _text(value: Json) -> str:
    # DEL is the one control character that JSON leaves as it is.
    return json.dumps(value, indent=2).replace("\x7f", "\\u007f") + "\n"


def _report(report: Report, scenarios: tuple[str, ...]) -> dict[str, Json]:
    return {
        "schema": SCHEMA,
        "title": report.title,
        "concerned": report.concerned,
        "profile": report.profile,
        "profile_title": report.profile_title,
        "source": report.source,
        "follows": report.follows,
        "base": {"commit": report.base, "reason": report.base_reason} if report.base else None,
        "what_if": what_if_json(report.what_if),
        "stages": [
            {
                "patch": s.patch,
                "patches": [*members_of(s.patch)] if s.patch else [],
                "title": s.title,
                "note": s.note,
            }
            for s in report.stages
        ],
        "scenarios": [
            _scenario(scenario) for scenario in (chosen(report, scenarios) if scenarios else report.scenarios)
        ],
        "changes": [_change(report, change) for change in report.changes],
        "findings": [_finding(report, finding) for finding in report.findings],
        "versions": None if report.versions is None else _versions(report.versions),
        "suppressions": [
            {
                **entry_json(outcome.suppression),
                "standing": outcome.standing.value,
                "findings": outcome.findings,
                "why": outcome.why,
            }
            for outcome in report.suppressions
        ],
        "suggestions": [_suggestion(one) for one in report.suggestions],
        "claims": [_claim(report, claim) for claim in report.claims],
        "subscribers": [subscriber_json(subscriber) for subscriber in report.subscribers],
        "repairs": [{"what": r.what, "where": r.where, "patch": r.patch} for r in report.repairs],
        "notes": _strings(report.notes),
        "assumptions": _strings(words.assumptions(report)),
        "unknown": [unknown_json(unknown) for unknown in words.incomplete(report)],
        "exit_status": report.exit_status,
    }


def what_if_json(what_if: WhatIf | None) -> Json:
    """How a series was taken; None as it was sent."""
    if what_if is None:
        return None
    return {"words": what_if.words, "steps": [[*step] for step in what_if.steps]}


def _scenario(scenario: ScenarioSequences) -> Json:
    return {
        "id": scenario.id,
        "title": scenario.title,
        "summary": scenario.summary,
        "generated": scenario.generated,
        "stages": [_stage(stage) for stage in scenario.stages],
    }


def _stage(stage: StageSequences) -> Json:
    return {
        "patch": stage.patch,
        "sequences": [_labels(sequence) for sequence in stage.sequences],
        "letters": [_letters(sequence) for sequence in stage.sequences],
        "shown_from": [sequence.shown_from for sequence in stage.sequences],
        "blocked": [sequence.blocked for sequence in stage.sequences],
        "unknown": [unknown_json(unknown) for unknown in stage.unknown],
    }


def _labels(sequence: Sequence) -> list[Json]:
    return [label(letter) for letter in sequence.letters]


def _letters(sequence: Sequence) -> list[Json]:
    return [_letter(letter) for letter in sequence.letters]


def _letter(letter: Letter) -> Json:
    return {
        "name": letter.name,
        "kind": letter.kind.value,
        "function": letter.function,
        "words": letter.words,
        "phase": letter.phase,
        "repeats": letter.repeats,
        "evidence": letter.evidence.value,
        **_place(letter.where),
        "context": {
            "state": dict(letter.context.state),
            "task": letter.context.task,
            "locks": _strings(letter.context.locks),
        },
    }


def _change(report: Report, change: Change) -> Json:
    way_out: Json = None
    if change.way_out:
        way_out = {**_place(change.way_out), "text": change.way_out_words}
    return {
        "patch": change.patch,
        "kind": change.kind.value,
        "events": _strings(change.events),
        "scenarios": _strings(change.scenarios),
        "before": _labels(change.before),
        "after": _labels(change.after),
        "before_letters": _letters(change.before),
        "after_letters": _letters(change.after),
        "causes": _causes(change.causes),
        "way_out": way_out,
        "modes": _strings(change.modes),
        "hits": [_hit(hit) for hit in change.hits],
        "witness_before": _witness(report, change.witness_before),
        "witness_after": _witness(report, change.witness_after),
    }


def _causes(causes: Iterable[Cause]) -> list[Json]:
    return [
        {"text": cause.text, "function": cause.function, **_place(cause.where), "patch": cause.patch}
        for cause in causes
    ]


def _finding(report: Report, finding: Finding) -> Json:
    return {
        "rule": finding.rule,
        "violation": finding.violation,
        "level": finding.level.value,
        "kind": finding.kind.value,
        "patch": finding.patch,
        "closed_by": finding.closed_by,
        "status": list(finding.status),
        "scenarios": _strings(finding.scenarios),
        "reason": finding.reason,
        "documented": finding.documented,
        "nearest": _strings(finding.nearest),
        "good": None if finding.good is None else _labels(finding.good),
        "bad": _labels(finding.bad),
        "bad_letters": _letters(finding.bad),
        "way_out": None
        if finding.way_out is None
        else {**_place(finding.way_out), "text": finding.way_out_words},
        "causes": _causes(finding.causes),
        "evidence": None if finding.evidence is None else finding.evidence.value,
        "witness": None if finding.witness is None else _witness(report, finding.witness),
        "witness_good": None if finding.witness_good is None else _witness(report, finding.witness_good),
        **_place(finding.where),
        "fingerprint": finding.fingerprint,
        "hits": [_effect(hit) for hit in finding.hits],
        "suppressed": None if finding.suppressed is None else entry_json(finding.suppressed),
    }


def _effect(hit: Hit) -> Json:
    """A hit of a finding."""
    said = None if hit.observes is None else "yes" if hit.observes else "no"
    return {
        **_hit(hit),
        "effect": hit.effect.value if hit.effect else None,
        "beside": _strings(hit.beside),
        "heard": _strings(hit.heard),
        "observes": (said or "could not tell") if hit.effect is Effect.ORDER else None,
    }


def entry_json(entry: Suppression) -> dict[str, Json]:
    """An entry of the suppressions file, at its place there."""
    return {
        "rule": entry.rule,
        "fingerprint": entry.fingerprint,
        "violation": entry.violation,
        "scenarios": _strings(entry.scenarios),
        "way_out": entry.way_out,
        "path": entry.path,
        "profile": entry.profile,
        "reason": entry.reason,
        "until": None if entry.until is None else entry.until.isoformat(),
        **_place(entry.where),
    }


def _versions(found: Versions) -> Json:
    return {
        "title": found.title,
        "version": found.version,
        "patches": found.patches,
        "follows": found.follows,
        "moved": [
            {
                "fate": one.fate.value,
                "rule": one.rule,
                "violation": one.violation,
                "way_out": one.way_out,
                "way_out_before": one.way_out_before,
                "before": one.before,
                "after": one.after,
                "scenarios": _strings(one.scenarios),
            }
            for one in found.moved
        ],
        "differing": [
            {
                "patch": one.patch,
                "scenario": one.scenario,
                "before": [_strings(run) for run in one.before],
                "after": [_strings(run) for run in one.after],
            }
            for one in found.differing
        ],
        "compared": [*found.compared],
        "untold": _strings(found.untold),
    }


def _suggestion(one: Suggestion) -> Json:
    return {
        "what_if": what_if_json(one.what_if),
        "closes": one.closes,
        "checked": one.checked,
        "why": one.why,
        "breaks": [
            {
                "rule": broken.rule,
                "violation": broken.violation,
                "level": broken.level.value,
                "kind": broken.kind,
                "patch": broken.patch,
                "status": list(broken.status),
            }
            for broken in one.broken
        ],
    }


def _witness(report: Report, witness: Witness) -> Json:
    return {"patch": witness.patch, "steps": [_step(report, witness.patch, step) for step in witness.steps]}


def _step(report: Report, stage: int, step: Step) -> Json:
    line = report.source_line(stage, step.where)
    return {
        "kind": StepKind.BRANCH.value if step.kind is StepKind.DECISION else step.kind.value,
        "settled": step.kind is not StepKind.DECISION,
        "text": step.text,
        "function": step.function,
        "evidence": step.evidence.value,
        "added_by": line.put or None,
        "removed_by": line.taken or None,
        **_place(step.where),
    }


def _hit(hit: Hit) -> dict[str, Json]:
    return {
        "event": hit.event,
        "device": hit.device,
        "handler": hit.handler,
        "certain": hit.certain,
        "seen": [_seen(seen) for seen in hit.seen],
        "lost": _strings(hit.lost),
        **_place(hit.where),
    }


def _seen(seen: Seen) -> Json:
    return {
        "subject": seen.look.subject,
        "text": seen.look.text,
        "function": seen.look.function,
        "way": _strings(seen.look.way),
        "before": _strings(seen.before),
        "after": _strings(seen.after),
        "answered": _strings(seen.answered),
        "answers": _strings(seen.answers),
        **_place(seen.look.where),
    }


def _claim(report: Report, claim: Claim) -> Json:
    return {
        "kind": claim.kind.value,
        "verdict": claim.verdict.value,
        "author": claim.author,
        "quoted_by": claim.quoted_by,
        "medium": claim.medium.value,
        "quote": _strings(claim.quote),
        "meaning": claim.meaning,
        "why": claim.why,
        "points": [_point(report, point) for point in claim.points],
        "misses": _strings(claim.misses),
        "again": [_place(where) for where in claim.again],
        **_place(claim.where),
    }


def _point(report: Report, point: Point) -> Json:
    proves = point.witness is not None and point.verdict is ClaimVerdict.CONTRADICTED
    return {
        "subject": point.subject,
        "verdict": point.verdict.value,
        "text": point.text,
        "sequence": None if point.sequence is None else _labels(point.sequence),
        "witness": _witness(report, point.witness) if proves and point.witness is not None else None,
        **(_place(point.where) if point.where else {"where": "", "file": "", "line": 0}),
    }


def subscriber_json(subscriber: Subscriber) -> Json:
    """A registration; its place is where the handler is registered."""
    return {
        "device": subscriber.device,
        "handler": subscriber.handler,
        "modes": _strings(subscriber.modes),
        "events": _strings(subscriber.events),
        "perhaps": _strings(subscriber.perhaps),
        "defined": None if subscriber.defined is None else _place(subscriber.defined),
        "unknown": [unknown_json(doubt) for doubt in subscriber.unknown],
        **_place(subscriber.where),
    }


def unknown_json(unknown: Unknown) -> Json:
    """Something that could not be told."""
    return {
        "what": unknown.what,
        "why": unknown.why,
        "where": unknown.where,
        "patch": unknown.patch,
        "weight": unknown.weight.value,
    }


def _place(where: Location) -> dict[str, Json]:
    return {"where": str(where), "file": where.path, "line": where.line}


def _strings(values: Iterable[str]) -> list[Json]:
    return list(values)
