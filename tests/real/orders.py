# ruff: noqa: E501 (texts of C stand on one line each)
"""Ways to write the last patch of the real series that keep or break the order it is about.

Each takes the subject as the series leaves it and says the notification otherwise. It is kept if on every way
on which the guest is started, the failure was told before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.real.patches import patch

TELL = "migration_call_notifiers(s, MIG_EVENT_PRECOPY_FAILED, NULL);"
LINE = f"        {TELL}\n"
START = "        if (runstate_is_live(s->vm_old_state)) {\n            if (!runstate_check(RUN_STATE_SHUTDOWN)) {\n"
STARTED = "                vm_start();\n"
OTHERWISE = "        } else {\n            if (runstate_check(RUN_STATE_FINISH_MIGRATE)) {\n"
FINISH = "static void migration_iteration_finish(MigrationState *s)\n{\n"
LABEL = "    case MIGRATION_STATUS_FAILED:\n    case MIGRATION_STATUS_CANCELLED:\n    case MIGRATION_STATUS_CANCELLING:\n"


@dataclass(frozen=True, slots=True)
class Order:
    """`kept` is what reading the code says; `edits` are (old, new), each in `migration_iteration_finish`."""

    name: str
    kept: bool
    edits: tuple[tuple[str, str], ...]
    function: str = ""  # put before it

    def __call__(self, text: str) -> str:
        """The subject with the notification said so."""
        at = text.index(FINISH)
        head, body = text[:at], text[at:]
        for old, new in self.edits:
            assert old in body, f"{self.name}: {old}"
            body = body.replace(old, new, 1)
        return head + self.function + body


def helper(body: str) -> str:
    return f"static void migration_tell_failed(MigrationState *s)\n{{\n{body}}}\n\n"


IF_FAILED = "if (s->state == MIGRATION_STATUS_FAILED) {"
ORDERS = (
    Order("in one branch only", False, ((LINE, f"        {IF_FAILED}\n    {LINE}        }}\n"),)),
    Order(
        "in both branches",
        True,
        (
            (LINE, ""),
            (START, START.replace("{\n", f"{{\n    {LINE}", 1)),
            (OTHERWISE, OTHERWISE.replace("{\n", f"{{\n    {LINE}", 1)),
        ),
    ),
    Order("in a helper", True, ((LINE, "        migration_tell_failed(s);\n"),), helper(f"    {TELL}\n")),
    Order(
        "only by fallthrough",
        False,
        ((LINE, ""), (LABEL, LABEL.replace("FAILED:\n", f"FAILED:\n{LINE}        /* fallthrough */\n", 1))),
    ),
    Order(
        "skipped by goto",
        False,
        (
            (
                LINE,
                f"        if (s->state != MIGRATION_STATUS_FAILED) {{\n            goto start;\n        }}\n{LINE}start:\n",
            ),
        ),
    ),
    Order("in a loop", True, ((LINE, f"        for (int i = 0; i < 1; i++) {{\n    {LINE}        }}\n"),)),
    Order(
        "constant in a variable",
        True,
        (
            (
                LINE,
                "        MigrationEventType type = MIG_EVENT_PRECOPY_FAILED;\n        migration_call_notifiers(s, type, NULL);\n",
            ),
        ),
    ),
    Order("after the start", False, ((LINE, ""), (STARTED, f"{STARTED}        {LINE}"))),
    Order("another event", False, ((LINE, LINE.replace("FAILED", "DONE")),)),
    Order(
        "in a helper that may say nothing",
        False,
        ((LINE, "        migration_tell_failed(s);\n"),),
        helper(f"    {IF_FAILED}\n{LINE}    }}\n"),
    ),
    Order(
        "in the condition of the start",
        True,
        (
            (LINE, ""),
            (
                "        if (runstate_is_live(s->vm_old_state)) {\n",
                f"        if ({TELL[:-1]} == 0 ||\n            true) {{\n        }}\n        if (runstate_is_live(s->vm_old_state)) {{\n",
            ),
        ),
    ),
)


def as_series(stages: Sequence[str], path: str) -> list[str]:
    """Patches from each text of the subject to the next, and after the last through all ways to write it."""
    texts = [*stages, *(order(stages[-1]) for order in ORDERS)]
    last = len(texts) - 1
    return [
        patch({path: before}, {path: after}, f"migration: Step {number}", number, last)
        for number, (before, after) in enumerate(pairwise(texts), 1)
    ]
