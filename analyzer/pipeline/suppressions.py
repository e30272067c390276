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
from analyzer.model.unknown import Weight
from analyzer.pipeline.options import Options
from analyzer.pipeline.repository import Base, Repository
from analyzer.profiles.text import decoded, read_text
from analyzer.regress.suppress import suppress

FILE = ".analyze-series.toml"
_WHAT = "a suppressions file"
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
        name = options.suppressions
        return profiles.read_suppressions(read_text(Path(name), name, _WHAT, _LARGEST), name)
    if repository is None or base is None:
        return ()
    objects = repository.objects
    blob = objects.listing(base.commit, (), {FILE}).get(FILE)
    if blob is None:
        return ()
    name = f"{base.short}:{FILE}"
    text = decoded(objects.read((blob,))[blob], name, _WHAT, _LARGEST, mend="shorten it")
    return profiles.read_suppressions(text, name)
