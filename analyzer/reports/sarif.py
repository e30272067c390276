"""The report as a SARIF 2.1.0 log of one run, for code scanning and the viewers of editors.

Input: a `Report`. Output: JSON in ASCII. A finding is a result with its paths as code flows, what could not
be told a result of the kind ``open``. GitHub's documented limits are kept, and what is cut is said. Text is
escaped for SARIF messages, in which brackets make links and braces stand for arguments. Not modelled: claims,
changes that break no rule, and SARIF's graphs.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import analyzer
from analyzer.model.profile import Rule
from analyzer.model.report import Finding, FindingKind, Level, Report
from analyzer.model.snapshot import Evidence
from analyzer.model.unknown import Location, Unknown
from analyzer.model.witness import Step
from analyzer.reports import impact, versions, words
from analyzer.reports.escape import code_span, visible
from analyzer.reports.escape import markdown as plain
from analyzer.reports.remarks import OPEN, Remark, remarks
from analyzer.reports.sarif_flows import Place, code_flows
from analyzer.reports.selection import selection_words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
NAME = "analyze-series"
MOST_RESULTS = 5_000  # more are not shown by GitHub
MOST_RELATED = 99  # with the result's own place a hundred
MOST_FLOWS = 200  # results with code flows; GitHub takes ten megabytes
OURS = "analyzeSeries/v1"
THEIRS = "primaryLocationLineHash"
BUILT_IN = "BUILT_IN_LIFECYCLE"
_OPEN_HELP = (
    "Something that could matter was not understood, so the answer is incomplete. It is neither a defect nor "
    "a sign that there is none. The message says what it was and why; often the source tree helps (--repo)."
)

Json = dict[str, Any]


def render(report: Report, scenarios: tuple[str, ...] = ()) -> str:
    """One log with one run."""
    return _text([_run(report, scenarios)])


def join(texts: tuple[str, ...], _exit_status: int) -> str:
    """Several series in one input: one log, and one run with the results of all."""
    runs = [run for text in texts for run in json.loads(text)["runs"]]
    return _text([_joined(runs)])


def message(text: str) -> Json:
    """`text` as a message in which nothing is a link or an argument."""
    said = visible(text).replace("{", "{{").replace("}", "}}")
    return {"text": said.replace("[", "\\[").replace("]", "\\]") if "](" in said else said}


def _text(runs: list[Json]) -> str:
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}
    return json.dumps(log, indent=1).replace("\x7f", "\\u007f") + "\n"


def _run(report: Report, scenarios: tuple[str, ...]) -> Json:
    found = remarks(report, scenarios)
    shown = found[:MOST_RESULTS]
    rules = _rules(report, shown)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    hashes = Counter((one.rule, one.line_hash) for one in shown)
    place = _placing(report)
    results = []
    for number, one in enumerate(shown):
        shared = hashes[one.rule, one.line_hash] > 1
        results.append(_result(report, one, index, place, shared=shared, flows=number < MOST_FLOWS))
    cut = []
    if len(found) > len(shown):
        cut.append(f"{len(found) - len(shown)} of {len(found)} results are left out")
    if sum(one.finding is not None for one in shown) > MOST_FLOWS:
        cut.append(f"code flows stand only at the first {MOST_FLOWS} results")
    run: Json = {
        "tool": {
            "driver": {
                "name": NAME,
                "version": analyzer.__version__,
                "semanticVersion": analyzer.__version__,
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"{NAME}/{quote(report.profile, safe='')}/"},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {
            BUILT_IN: {"description": message("the built-in lifecycle of the profile, if no tree was given")}
        },
        "invocations": [_invocation(report, cut)],
        "results": results,
        "properties": _about(report, [one.text for one in found if one.unknown]),
    }
    if report.repository and report.base:
        run["versionControlProvenance"] = [
            {"repositoryUri": report.repository, "revisionId": report.base, "properties": {"stage": "base"}}
        ]
    return run


def _about(report: Report, doubts: Sequence[str]) -> Json:
    return {
        "title": visible(report.title),
        "concerned": report.concerned,
        "profile": visible(report.profile),
        "computed": visible(words.source_words(report)),
        "base": report.base,
        "whatIf": visible(words.what_if_words(report)),
        "stages": [
            {"patch": s.patch, "title": visible(s.title), "note": visible(s.note)} for s in report.stages
        ],
        "incomplete": bool(doubts),
    }


def _invocation(report: Report, cut: Sequence[str]) -> Json:
    notes = [("warning", text) for text in cut]
    notes += [("note", text) for text in (words.not_concerned(report) if not report.concerned else ())]
    notes += [("note", f"assumed: {text}") for text in words.assumptions(report)]
    notes += [("note", text) for text in (*report.notes, *map(words.repair_words, report.repairs))]
    notes += [("warning", text) for text in words.suppressions(report)]
    notes += [("note", f"against the previous version: {text}") for text in versions.lines(report)]
    notes += [("note", f"what would close the window: {text}") for text in words.suggestions(report)]
    return {
        "executionSuccessful": True,
        "exitCode": report.exit_status,
        "toolExecutionNotifications": [{"level": level, "message": message(text)} for level, text in notes],
    }


# --- rules --------------------------------------------------------------------------------------


def _rules(report: Report, found: Iterable[Remark]) -> list[Json]:
    """Every rule of the profile, and those that results name all the same."""
    known = {rule.name: rule for rule in report.rules}
    ids = dict.fromkeys([*known, *(one.rule for one in found if one.finding), OPEN])
    reasons = {one.rule: one.finding for one in found if one.finding}
    return [_open_rule() if name == OPEN else _rule(name, known.get(name), reasons.get(name)) for name in ids]


def _rule(name: str, rule: Rule | None, example: Finding | None) -> Json:
    reason = rule.reason if rule else example.reason if example else ""
    documented = rule.documented if rule else example.documented if example else ""
    lines: list[tuple[str, str]] = []
    if rule:
        lines.append(("contract", rule.contract))
        lines += [("of runs of which", said) for said in selection_words(rule.select)]
    lines += [("documented in", documented)] if documented else []
    lines.append(("more", f"{NAME} rules {name}"))
    level = Level(rule.level).value if rule else example.level.value if example else "warning"
    body = [f"{what}: {said}" for what, said in lines]
    listed = "\n".join(f"- {what}: {code_span(said)}" for what, said in lines)
    short = _short(f"{name}: {rule.contract}" if rule else name)
    return {
        "id": visible(name),
        "name": "".join(part.capitalize() for part in visible(name).split("-")),
        "shortDescription": message(short),
        "fullDescription": message(_short(reason or short)),
        "help": {
            "text": "\n".join(message(line)["text"] for line in [*([reason, ""] if reason else []), *body]),
            "markdown": f"{plain(reason)}\n\n{listed}" if reason else listed,
        },
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["lifecycle"], "precision": "high", "problem.severity": _severity(level)},
    }


def _open_rule() -> Json:
    return {
        "id": OPEN,
        "name": "CouldNotTell",
        "shortDescription": message("Something could not be told"),
        "fullDescription": message(_OPEN_HELP),
        "help": {"text": _OPEN_HELP, "markdown": plain(_OPEN_HELP)},
        "defaultConfiguration": {"level": "note"},
        "properties": {"tags": ["lifecycle"], "problem.severity": "recommendation"},
    }


def _severity(level: str) -> str:
    return "recommendation" if level == "note" else level


def _short(text: str) -> str:
    """As long as GitHub shows."""
    return text if len(text) <= 1000 else text[:1000] + "..."


# --- results ------------------------------------------------------------------------------------


def _result(
    report: Report, one: Remark, index: dict[str, int], place: Place, *, shared: bool, flows: bool
) -> Json:
    result: Json = {
        "ruleId": visible(one.rule),
        "ruleIndex": index[visible(one.rule)],
        "message": message(one.text.removeprefix(f"{one.rule}: ")),
        "partialFingerprints": _fingerprints(one, shared=shared),
    }
    result["locations"] = [{"physicalLocation": place(one.where)}]
    related = _related(one, place)
    if related:
        result["relatedLocations"] = related[:MOST_RELATED]
    properties: Json = {"patch": one.patch}
    if len(related) > MOST_RELATED:
        properties["cut"] = [f"{len(related) - MOST_RELATED} related places are left out"]
    if one.finding is None:
        return {**result, "kind": "open", "level": "none", "properties": properties}
    finding = one.finding
    result |= {"kind": "fail", "level": one.level.value}
    if state := _baseline(finding):
        result["baselineState"] = state
    if flows and (drawn := code_flows(finding, report.stages[-1].patch, place, message)):
        result["codeFlows"] = drawn
    if finding.suppressed:
        entry = finding.suppressed
        where = {"location": {"physicalLocation": place(entry.where)}} if entry.where.path else {}
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": visible(words.suppressed_words(finding)),
                **where,
            }
        ]
    properties |= {
        "kind": finding.kind.value,
        "violation": visible(finding.violation),
        "levelOfRule": finding.level.value,
        "closedBy": finding.closed_by,
        "status": list(finding.status),
        "stages": visible(words.status_words(report, finding)),
        "scenarios": [visible(name) for name in finding.scenarios],
        "allowed": [visible(name) for name in finding.nearest],
        "restsOn": visible(words.evidence_words(finding.evidence)) if finding.evidence else "",
        "listeners": [visible(f"{name}: {said}") for name, said in impact.lines(finding.hits)],
    }
    return {**result, "properties": properties}


def _fingerprints(one: Remark, *, shared: bool) -> dict[str, str]:
    """Ours, and GitHub's. GitHub takes results of one rule with the same value for one alert: where several
    ways out are shown at one line, ours is put behind it."""
    ours = one.fingerprint or _of_unknown(one.unknown)
    found = {OURS: ours}
    if one.line_hash:
        found[THEIRS] = f"{one.line_hash}/{ours}" if shared else one.line_hash
    return found


def _of_unknown(doubt: Unknown | None) -> str:
    said = f"{doubt.what}\0{doubt.why}" if doubt else ""
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _baseline(finding: Finding) -> str | None:
    """How it stands to the base; None where one of the ends could not be told."""
    if finding.status and None in (finding.status[0], finding.status[-1]):
        return None
    if finding.kind is FindingKind.FIXED:
        return "absent"
    if finding.kind is FindingKind.PREEXISTING:
        return "unchanged" if all(value == 1 for value in finding.status) else "updated"
    return "new"


def _related(one: Remark, place: Place) -> list[Json]:
    """Where it really happens, the decisions that lead there, and who listens."""
    places: list[tuple[Location, str]] = []
    finding = one.finding
    if finding is None:
        places.append((one.real, "what could not be told"))
    else:
        places.append((finding.where, f"it happens at {words.way_out_words(finding)}"))
        places += [(cause.where, f"it is decided by {cause.text}") for cause in finding.causes]
        for hit in finding.hits:
            acts = "acts on" if hit.certain else "may act on"
            places.append((hit.where, f"{hit.handler} ({hit.device}) {acts} {hit.event}"))
    return [
        {"id": number, "physicalLocation": place(where), "message": message(text)}
        for number, (where, text) in enumerate(dict.fromkeys(places))
        if where.path
    ]


# --- places -------------------------------------------------------------------------------------


def _placing(report: Report) -> Place:
    """How places are written. Files of the built-in lifecycle are no files of the repository."""
    inside = _built_in(report) if report.source == "built-in" else frozenset()

    def place(where: Location) -> Json:
        artifact: Json = {"uri": uri(where.path)}
        if where.path in inside:
            artifact["uriBaseId"] = BUILT_IN
        found: Json = {"artifactLocation": artifact}
        if where.line:
            found["region"] = {"startLine": where.line}
        return found

    return place


def _built_in(report: Report) -> frozenset[str]:
    paths: set[str] = set()
    for finding in report.findings:
        steps: tuple[Step, ...] = ()
        for witness in (finding.witness, finding.witness_good):
            steps += witness.steps if witness else ()
        paths |= {step.where.path for step in steps if step.evidence is Evidence.BUILT_IN}
        paths |= {one.where.path for one in finding.bad.letters if one.evidence is Evidence.BUILT_IN}
    return frozenset(paths)


def uri(path: str) -> str:
    """A file's path as a reference, relative if the path is; "." for none: GitHub takes no result without."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogatepass")
    absolute = raw.startswith(b"/")
    return ("file:///" if absolute else "") + (quote(raw.lstrip(b"/"), safe="/~") or ".")


# --- several series -----------------------------------------------------------------------------


def _joined(runs: Sequence[Json]) -> Json:
    """The runs as one: rules and provenance each once, notifications and results of all."""
    first: Json = dict(runs[0])
    rules: dict[str, Json] = {}
    results: list[Json] = []
    for run in runs:
        for rule in run["tool"]["driver"]["rules"]:
            rules.setdefault(rule["id"], rule)
        results += run["results"]
    index = {name: number for number, name in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
    first["tool"] = {"driver": {**first["tool"]["driver"], "rules": list(rules.values())}}
    first["results"] = results[:MOST_RESULTS]
    first["invocations"] = [one for run in runs for one in run["invocations"]]
    if len(results) > MOST_RESULTS:
        said = f"{len(results) - MOST_RESULTS} of {len(results)} results are left out"
        first["invocations"][0]["toolExecutionNotifications"].append(
            {"level": "warning", "message": message(said)}
        )
    tied = {
        json.dumps(one, sort_keys=True): one
        for run in runs
        for one in run.get("versionControlProvenance", ())
    }
    if tied:
        first["versionControlProvenance"] = list(tied.values())
    first["properties"] = {"series": [run["properties"] for run in runs]}
    return first
