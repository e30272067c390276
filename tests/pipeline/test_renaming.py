"""Nothing knows a name: the series and its profile, all renamed, give the same report up to the names."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from analyzer.model.report import Report
from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.options import Options

from .renaming import copied, names_in, renamer, turned

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "analyzer" / "profiles" / "qemu-migration"
SERIES = sorted((ROOT / "fixtures" / "qemu-reduced" / "series").glob("*.patch"))
NAMES = names_in([path.read_text() for path in [*SERIES, *SHIPPED.rglob("*.c")]])


def keys_of(table: object) -> set[str]:
    if isinstance(table, dict):
        return set(table) | {key for value in table.values() for key in keys_of(value)}
    if isinstance(table, list):
        return {key for value in table for key in keys_of(value)}
    return set()


def plain(value: Any, spell: Callable[[str], str]) -> Any:
    """A report as lists and texts; what has no order of its own is sorted, for order may follow names."""
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name), spell) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return sorted(([plain(k, spell), plain(v, spell)] for k, v in value.items()), key=json.dumps)
    if isinstance(value, frozenset):
        return sorted(plain(item, spell) for item in value)
    if isinstance(value, (tuple, list)):
        return [plain(item, spell) for item in value]
    return spell(value) if isinstance(value, str) else value


ORDERED_BY_NAME = ("changes", "findings", "assumptions", "unknown", "notes")


def told(report: Report, folder: Path, spell: Callable[[str], str]) -> dict[str, Any]:
    """What a report says, without the folder its profile lies in and without identities made of names."""
    made = plain(report, lambda text: spell(text.replace(str(folder), "")))
    assert isinstance(made, dict)
    for finding in made["findings"]:
        del finding["fingerprint"]
    made["spots"]["findings"] = sorted((spot for _, spot in made["spots"]["findings"]), key=json.dumps)
    for change in made["changes"]:
        change["causes"].sort(key=json.dumps)
        change["events"].sort()
    for scenario in made["scenarios"]:
        for stage in scenario["stages"]:
            stage["sequences"].sort(key=json.dumps)
    for key in ORDERED_BY_NAME:
        made[key].sort(key=json.dumps)
    return made


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report as it is, and the one of the renamed series with its names turned back."""
    reports = []
    back = renamer(frozenset(turned(name) for name in NAMES))
    for rename, spell in ((str, str), (renamer(NAMES), back)):
        folder = tmp_path_factory.mktemp("renamed")
        copied(SHIPPED, SERIES, folder, rename)
        paths = tuple(str(path) for path in sorted((folder / "series").iterdir()))
        # The ids of generated scenarios are made of names in a spelling that does not turn back.
        (report,) = analyse(Options(paths, profile=str(folder / "profile"), failing=False))
        reports.append(told(report, folder, spell))
    return reports[0], reports[1]


def test_the_renaming_is_thorough(tmp_path: Path) -> None:
    assert len(NAMES) > 200
    assert not NAMES & {turned(name) for name in NAMES}
    table = tomllib.loads((SHIPPED / "profile.toml").read_text())
    named = {key for table_of in ("objects", "results", "same") for key in table[table_of]}
    assert not {key for key in keys_of(table) if key in NAMES and key == key.lower()} - named
    copied(SHIPPED, SERIES, tmp_path, renamer(NAMES))
    for path in [*tmp_path.rglob("*.c"), *tmp_path.rglob("*.toml"), *tmp_path.rglob("*.patch")]:
        assert "MIG_EVENT" not in path.read_text()
        assert "migration_cleanup" not in path.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Report)])
def test_the_report_is_the_same_up_to_the_names(
    pair: tuple[dict[str, Any], dict[str, Any]], field: str
) -> None:
    if field == "source_lines":
        pytest.skip("texts of places: comments in them are not names")
    assert pair[1][field] == pair[0][field]
