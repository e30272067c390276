"""Quotes of a patch the lines that a finding rests on, as people do above what they say of them.

Input: the patch, the finding, its report. Output: lines that begin with ``> ``. Quoted are the changed lines
of a hunk that stand on the finding's path, each changed block as a whole if it is small, under the hunk's own
heading. If none of them does, what the patch changes where it names the finding's events; else nothing. Not
modelled: lines that are alike at two places of a patch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from analyzer.model.report import Finding, Report
from analyzer.model.series import Hunk, HunkLine, LineKind, Patch
from analyzer.model.snapshot import Evidence
from analyzer.model.witness import StepKind
from analyzer.reports.escape import source_line
from analyzer.reports.layout import columns_of

WIDTH = 76
MOST = 24  # lines
_WHOLE = 6  # changed lines that are quoted together
Counts = Callable[[HunkLine], bool]
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)|//.*")
_WORD = re.compile(r"[A-Za-z_]\w*")


def quoted(patch: Patch, finding: Finding, report: Report) -> list[str]:
    """The quoted lines, [] if no line of the patch can be named."""
    on_path = _texts(finding, report)
    found = _of_patch(patch, lambda line: _plain(line.text) in on_path)
    if not found:
        names = {letter.name for letter in finding.bad.letters}
        names |= {letter.name for letter in finding.good.letters} if finding.good else set()
        found = _of_patch(patch, lambda line: _names_one(line.text, names))
    if len(found) > MOST:
        found = [*found[: MOST - 1], "> [...]"]
    return found


def _of_patch(patch: Patch, counts: Counts) -> list[str]:
    found: list[str] = []
    for diff in patch.files:
        lines = [line for hunk in diff.hunks for line in _of_hunk(hunk, counts)]
        if lines:
            found += [_cut(f"> +++ b/{diff.new_path}"), *lines]
    return found


def _of_hunk(hunk: Hunk, counts: Counts) -> list[str]:
    picked: set[int] = set()
    for block in _blocks(hunk.lines):
        those = [at for at in block if counts(hunk.lines[at])]
        if those:
            picked.update(block if len(block) <= _WHOLE else those)
    if not picked:
        return []
    section = f" {hunk.section}" if hunk.section else ""
    head = f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@{section}"
    found = [_cut(f"> {head}")]
    last = min(picked) - 1
    for at in sorted(picked):
        found += ["> [...]"] if at != last + 1 else []
        line = hunk.lines[at]
        found.append(_cut(f"> {line.kind.value}{source_line(line.text)}"))
        last = at
    return found


def _blocks(lines: Sequence[HunkLine]) -> Iterable[list[int]]:
    """The indices of changed lines that stand together."""
    block: list[int] = []
    for at, line in enumerate(lines):
        if line.kind is not LineKind.CONTEXT:
            block.append(at)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _texts(finding: Finding, report: Report) -> set[str]:
    """The lines of the finding's paths that the patches themselves show, and those that decide."""
    witnesses = [witness for witness in (finding.witness, finding.witness_good) if witness is not None]
    deciding = {(cause.where.path, cause.where.line) for cause in finding.causes}
    found = set()
    for witness in witnesses:
        for step in witness.steps:
            place = (step.where.path, step.where.line)
            shown = step.evidence is Evidence.DIFF or step.kind is StepKind.LETTER or place in deciding
            text = _plain(report.source_line(witness.patch, step.where).text) if shown else ""
            if _WORD.search(text):
                found.add(text)
    return found


def _names_one(text: str, names: set[str]) -> bool:
    """Whether a word of the line is one of the names, or ends in one as constants do."""
    words = _WORD.findall(text)
    return any(word == name or word.endswith(f"_{name}") for word in words for name in names)


def _plain(text: str) -> str:
    return "".join(_COMMENT.sub("", text).split())


def _cut(line: str) -> str:
    """The line in the columns of a mail; a quoted line is cut, for folded it would be no quote."""
    shown = source_line(line)
    if columns_of(shown) <= WIDTH:
        return shown
    while columns_of(shown) > WIDTH - 3:
        shown = shown[:-1] if len(shown) <= WIDTH else shown[:WIDTH]
    return f"{shown}..."
