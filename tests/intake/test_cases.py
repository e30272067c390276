"""Every folder in fixtures/cases/intake is a case: its input and `expected.toml`. Adding one needs no Python.

`expected.toml` may say: `inputs` (default: all that lies beside it), `stdin` (a file piped in), `error` (part
of the one line of the error), or `[[series]]` with `title`, `version`, `missing`, `base_commit`, `replies`
(author: subject), `notes`, `repairs`, `unknown` (one part of each, in order; absent means none), `tokens_of`
or `text_of` (a file whose diff must come out the same, by tokens or exactly), and `[[series.patches]]`.
"""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest

from analyzer.intake import read
from analyzer.model.series import FileDiff, Patch, Series
from analyzer.model.unknown import InputError

CASES = Path(__file__).parents[2] / "fixtures" / "cases" / "intake"
ASIDE = {"expected.toml", "reference"}


def folders() -> list[Path]:
    return [path.parent for path in sorted(CASES.glob("*/expected.toml"))]


def summary(file: FileDiff) -> str:
    kinds = [line.kind.value for hunk in file.hunks for line in hunk.lines]
    moved = f" -> {file.new_path}" if file.new_path != file.old_path else ""
    mark = " repaired" if file.repaired else ""
    return f"{file.change.value} {file.old_path}{moved} +{kinds.count('+')} -{kinds.count('-')}{mark}"


def shown(patch: Patch) -> dict[str, Any]:
    return {
        "number": patch.number,
        "total": patch.total,
        "title": patch.title,
        "author": patch.author,
        "message": patch.message,
        "files": [summary(file) for file in patch.files],
        "trailers": [f"{name}: {value}" for name, value in patch.trailers],
        "at": f"{patch.source}:{patch.line}",
    }


def content(patch: Patch, exact: bool) -> list[Any]:
    return [
        (file.new_path, [[(line.kind, line.text if exact else line.text.split()) for line in hunk.lines]])
        for file in patch.files
        for hunk in file.hunks
    ]


def assert_parts(parts: list[str], wholes: list[str]) -> None:
    assert len(parts) == len(wholes), wholes
    for part, whole in zip(parts, wholes, strict=True):
        assert part in whole


def check(wanted: dict[str, Any], got: Series) -> None:
    for key in wanted.keys() & {"title", "version", "base_commit"}:
        assert getattr(got, key) == wanted[key]
    assert list(got.missing) == wanted.get("missing", [])
    assert_parts(wanted.get("notes", []), list(got.notes))
    assert_parts(wanted.get("repairs", []), [f"{each.where}: {each.what}" for each in got.repairs])
    assert_parts(
        wanted.get("unknown", []),
        [f"{each.where}: {each.what}: {each.why} ({each.weight.value})" for each in got.unknown],
    )
    if "replies" in wanted:
        assert [f"{each.author}: {each.subject}" for each in got.replies] == wanted["replies"]
    assert len(got.patches) == len(wanted["patches"])
    for expected, patch in zip(wanted["patches"], got.patches, strict=True):
        actual = shown(patch)
        assert {key: actual[key] for key in expected} == expected
    for key in wanted.keys() & {"tokens_of", "text_of"}:
        reference = read([wanted[key]])[0].patches[0]
        exact = key == "text_of"
        assert content(got.patches[0], exact) == content(reference, exact)


def inputs(folder: Path, wanted: dict[str, Any]) -> list[str]:
    beside = sorted(path.name for path in folder.iterdir() if path.name not in ASIDE)
    return list(wanted.get("inputs", ["-"] if "stdin" in wanted else beside))


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_case(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    monkeypatch.chdir(folder)
    stream = io.BytesIO(Path(wanted["stdin"]).read_bytes()) if "stdin" in wanted else None
    if "error" in wanted:
        with pytest.raises(InputError) as caught:
            read(inputs(folder, wanted), stdin=stream)
        assert wanted["error"] in str(caught.value)
        assert "\n" not in str(caught.value)
        return
    got = read(inputs(folder, wanted), stdin=stream)
    assert len(got) == len(wanted["series"])
    for expected, series in zip(wanted["series"], got, strict=True):
        check(expected, series)


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_the_order_of_the_input_does_not_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    given = inputs(folder, wanted)
    if len(given) < 2 or "error" in wanted:
        return
    monkeypatch.chdir(folder)
    there = read(given)
    assert read(given[::-1]) == there
    assert read(given[1:] + given[:1]) == there
