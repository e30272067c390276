"""What reading the source by hand gives for the real series, for tests on either source of it.

Letters: S SETUP when the connection is made; Dp, Fp DONE and FAILED in the start of the postcopy; Dc, Fc the
same in the cleanup; Fi FAILED when the iteration finishes; V the guest is started again.
"""

from __future__ import annotations

from analyzer.model.report import Change, Report

PLACES = {
    "S": "SETUP@migration_connect",
    "Dp": "DONE@postcopy_start",
    "Fp": "FAILED@postcopy_start",
    "Dc": "DONE@migration_cleanup",
    "Fc": "FAILED@migration_cleanup",
    "Fi": "FAILED@migration_iteration_finish",
    "V": "vm_start@migration_iteration_finish",
}
SHORT = {label: letter for letter, label in PLACES.items()}

# scenario: at the base, after patch 1, after patch 2, after patch 3
TABLE: dict[str, tuple[str, str, str, str]] = {
    "precopy-success": ("S Dc", "S Dc", "S Dc", "S Dc"),
    "precopy-failure-at-switchover": ("S V Fc", "S V Fc", "S V Fc", "S Fi V"),
    "precopy-failure-before-switchover": ("S Fc", "S Fc", "S Fc", "S Fi"),
    "postcopy-success": ("S Dp Dc", "S Dp Dc", "S Dc", "S Dc"),
    "failed-postcopy": ("S Fp V Fc", "S Fp V Fc", "S V Fc", "S Fi V"),
    "failed-postcopy-after-package": ("S Dp Fp V Fc", "S Dp Fp V Fc", "S V Fc", "S Fi V"),
    "cancel-before-switchover": ("S Fc", "S Fc", "S Fc", "S Fi"),
    "connect-failure-after-setup": ("S Fc", "S Fc", "S Fc", "S"),
}


def row(report: Report, scenario: str) -> tuple[str, ...]:
    """A scenario's sequences at each stage; every one of them has to be told for certain."""
    (found,) = [one for one in report.scenarios if one.id == scenario]
    assert not any(stage.unknown for stage in found.stages)
    return tuple(
        " or ".join(" ".join(SHORT.get(one.label, one.label) for one in s.letters) for s in stage.sequences)
        for stage in found.stages
    )


def words(change: Change) -> tuple[str, str]:
    """The sequences before and after a change."""
    before, after = (
        " ".join(SHORT.get(one.label, one.label) for one in sequence.letters)
        for sequence in (change.before, change.after)
    )
    return before, after


def changes(report: Report, patch: int, scenario: str) -> list[Change]:
    """What a patch changed in a scenario."""
    return [one for one in report.changes if one.patch == patch and scenario in one.scenarios]


def status(report: Report, rule: str, scenario: str) -> list[tuple[int | None, ...]]:
    """The status vectors of a rule's findings that a scenario stands in."""
    found = (one.status for one in report.findings if one.rule == rule and scenario in one.scenarios)
    return list(dict.fromkeys(found))
