"""A suppressions file, read: which findings a project has decided to live with, and why.

Input: TOML text and the name it goes by in errors. Output: `Suppression`s, or an `InputError` with every
error and its line. The form is described in ``docs/suppressions.md``. Not modelled: whether any finding is as
an entry says.
"""

from __future__ import annotations

from analyzer.model.suppression import Suppression
from analyzer.model.unknown import InputError, Location
from analyzer.profiles.tables import Table, parsed

VIOLATIONS = ("duplicate", "missing", "extra", "out of order")


def read_suppressions(text: str, name: str) -> tuple[Suppression, ...]:
    """The entries in order; raises `InputError` with one line for each error."""
    top, errors = parsed(text, name)
    found = tuple(_entry(table, name) for table in top.tables("suppress"))
    top.done()
    if errors:
        raise InputError(str(errors))
    return found


def _entry(table: Table, name: str) -> Suppression:
    rule, fingerprint = table.text("rule", ""), table.text("fingerprint", "")
    if not rule and not fingerprint:
        table.wrong((), "[[suppress]] names neither a rule nor a fingerprint", "add rule = ...")
    violation = table.text("violation", "")
    if violation and violation not in VIOLATIONS:
        table.wrong(("violation",), f"'violation' is {violation!r}", f"known are: {', '.join(VIOLATIONS)}")
    found = Suppression(
        rule,
        fingerprint,
        table.text("reason"),
        Location(name, table.line),
        violation,
        table.names("scenario"),
        table.text("way_out", ""),
        table.text("path", ""),
        table.text("profile", ""),
        table.date("until"),
    )
    table.done()
    return found
