"""Where the suppressions of a series come from: a file that was named, else the base of the series.

Input: options, a repository and the base. Output: suppressions, and what is to be said of them. The patches
under review have no say, nor has the work tree: the file is read from the base commit. Without a repository
only a named file counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from analyzer import profiles
from analyzer.model.profile import Profile
from analyzer.model.report import Report
from analyzer.model.series import Series
from analyzer.model.suppression import Suppression
from analyzer.model.unknown import InputError, Weight
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import Base, Repository
from analyzer.regress.suppress import suppress

FILE = ".analyze-series.toml"
_LARGEST = 1_000_000


def suppressed(
    report: Report, series: Series, profile: Profile, entries: Sequence[Suppression], today: date
) -> Report:
    """The report with the project's suppressions applied to its findings; its exit status is as it was."""
    entries = [entry for entry in entries if entry.profile in ("", profile.name)]
    complete = not any(doubt.weight is Weight.INCOMPLETE for doubt in report.unknown)
    rules = {rule.name for rule in profile.rules}
    found, outcomes = suppress(report.findings, entries, today, rules, complete)
    touched = any(FILE in (d.old_path, d.new_path) for patch in series.patches for d in patch.files)
    said = (
        f"the series changes {FILE}: which findings are suppressed is what the base says" if touched else ""
    )
    notes = (*report.notes, said) if said else report.notes
    return replace(report, findings=found, suppressions=outcomes, notes=notes)


def read_suppressions(
    options: Options, repository: Repository | None, base: Base | None
) -> tuple[Suppression, ...]:
    """All entries that hold for the series; `InputError` with one line for each error in the file."""
    if options.suppressions is not None:
        return profiles.read_suppressions(_text_of(options.suppressions), options.suppressions)
    if repository is None or base is None:
        return ()
    objects = repository.objects
    blob = objects.listing(base.commit, (), {FILE}).get(FILE)
    if blob is None:
        return ()
    name = f"{base.short}:{FILE}"
    return profiles.read_suppressions(_decoded(objects.read((blob,))[blob], name), name)


def _text_of(name: str) -> str:
    path = Path(name)
    try:
        if path.is_file() and path.stat().st_size > _LARGEST:
            raise InputError(f"{name}: too large for a suppressions file; check the path")
        return _decoded(path.read_bytes(), name)
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or str(wrong)
        raise InputError(f"{name}: cannot be read ({reason}); check the path") from None


def _decoded(content: bytes, name: str) -> str:
    if len(content) > _LARGEST:
        raise InputError(f"{name}: too large for a suppressions file; shorten it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name}: not UTF-8 text; save it as UTF-8") from None
