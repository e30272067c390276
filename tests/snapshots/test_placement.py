"""Hunks laid over a model, one folder of ``fixtures/cases/placement`` a case.

A case holds ``model.c`` (the built-in ``life.c``), ``1.diff``, ``2.diff``... and ``expected.toml``. A diff
is written without counts: ``file PATH``, then hunks ``@@ LINE section`` with lines that begin with a blank,
``+`` or ``-``. The expectation: ``after`` lists per patch the text of the stage, as edits of the text
before it (``remove`` a piece, ``put`` one ``after`` another); ``unknown`` gives words of each unknown.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from analyzer.model.series import FileChange, FileDiff, Hunk, HunkLine, LineKind, Patch, Series
from analyzer.model.unknown import Weight
from analyzer.snapshots.built_in import lay
from tests.snapshots.sample import profile, tokens

CASES = sorted((Path(__file__).parents[2] / "fixtures/cases/placement").iterdir())


def read_diff(path: Path, number: int) -> Patch:
    files: list[FileDiff] = []
    name, change, hunks = "", FileChange.MODIFIED, list[Hunk]()
    old_name = ""
    header, lines = (0, ""), list[HunkLine]()
    source = 0

    def close() -> None:
        if lines:
            old = sum(line.kind is not LineKind.ADDED for line in lines)
            new = sum(line.kind is not LineKind.REMOVED for line in lines)
            hunks.append(Hunk(header[0], old, header[0], new, header[1], tuple(lines), source))
            lines.clear()

    def end() -> None:
        close()
        if name:
            files.append(FileDiff(old_name, name, change, tuple(hunks)))
        hunks.clear()

    for count, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("file "):
            end()
            words = line.split()
            old_name, name = words[1], words[-1]
            change = FileChange.RENAMED if len(words) > 2 else FileChange.MODIFIED
        elif line.startswith("@@ "):
            close()
            start, _, section = line[3:].partition(" ")
            header, source = (int(start), section), count
        else:
            lines.append(HunkLine(LineKind(line[:1] or " "), line[1:], count))
    end()
    return Patch(number, 0, 1, path.stem, "someone", "", tuple(files), source=path.name)


def expected_text(before: str, edits: list[dict[str, str]]) -> str:
    text = " ".join(tokens(before))
    for edit in edits:
        for key in ("remove", "after", "before"):
            if key in edit:
                piece = " ".join(tokens(edit[key]))
                assert text.count(piece) == 1, f"{piece!r} must stand in the text once"
                put = " ".join(tokens(edit.get("put", "")))
                kept = {"remove": put, "after": f"{piece} {put}", "before": f"{put} {piece}"}[key]
                text = text.replace(piece, kept)
    return " ".join(text.split())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Path) -> None:
    expected: dict[str, Any] = tomllib.loads((case / "expected.toml").read_text())
    model = (case / "model.c").read_text()
    numbers = sorted(int(path.stem) for path in case.glob("*.diff"))
    series = Series(
        "case",
        1,
        tuple(read_diff(case / f"{number}.diff", number) for number in numbers),
        tuple(expected.get("missing", ())),
    )
    snapshots = lay(series, profile({"life.c": model}))
    text = model
    for snapshot, number in zip(snapshots[1:], numbers, strict=True):
        text = expected_text(text, expected.get("after", {}).get(str(number), []))
        shown = "\n".join(snapshot.files[path] for path in snapshot.files)
        assert " ".join(tokens(shown)) == text
        wanted = expected.get("unknown", {}).get(str(number), [])
        found = [f"{unknown.what}: {unknown.why} ({unknown.where})" for unknown in snapshot.unknown]
        assert len(found) == len(wanted), found
        for words, said in zip(wanted, found, strict=True):
            assert words in said
        assert all(unknown.weight is Weight.INCOMPLETE for unknown in snapshot.unknown)
        assert dict(snapshot.renamed) == expected.get("renamed", {}).get(str(number), {})
    assert snapshots[0].concerned is expected.get("concerned", True)
