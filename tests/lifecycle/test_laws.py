# ruff: noqa: E501 (texts of C stand on one line each)
"""Edits that change no behaviour change nothing that is told; each has a twin that does and is told.

The second domain is rewritten, function by function and statement by statement, and compared with itself.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest

from analyzer import cfront, profiles
from analyzer.lifecycle.changes import Compared, compare
from analyzer.lifecycle.stages import Stage, bind
from analyzer.snapshots.texts import from_texts
from tests.builders import BOUNDS, sequences, spelled

DOMAIN = Path(__file__).resolve().parents[2] / "fixtures" / "second-domain"
PROFILE = profiles.load(str(DOMAIN))
BASE = {file.path: file.text for file in PROFILE.model}
UPDATE = "fwup/update.c"


def edited(*replacements: tuple[str, str]) -> dict[str, str]:
    """The base with texts replaced, each of which stands there exactly once."""
    text = BASE[UPDATE]
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return BASE | {UPDATE: text}


def renamed(old: str, new: str) -> tuple[str, str]:
    """Marks a renaming of an identifier, for `REWRITES`."""
    return (f"\0{old}", new)


def rewritten(*replacements: tuple[str, str]) -> dict[str, str]:
    """The base with texts and identifiers replaced."""
    plain = [pair for pair in replacements if pair[0][0] != "\0"]
    files = edited(*plain)
    for old, new in replacements:
        if old[0] == "\0":
            files = {path: re.sub(rf"\b{old[1:]}\b", new, text) for path, text in files.items()}
    return files


SETTLE = BASE[UPDATE][BASE[UPDATE].index("/* The worker's last step") : BASE[UPDATE].index("/* From here on")]
RESUME = "        if (u->radio_parked) {\n            radio_resume(u);\n        }\n"
VERIFY = '    if (slot_verify(u) < 0) {\n        log_note("the new slot does not verify");\n        goto fail;\n    }\n'
TELL_APPLIED = "    if (!fwup_failed(u)) {\n        fwup_tell(NOTE_APPLIED, u);\n    }\n"
CANCEL = "void fwup_cancel(Updater *u)\n{\n    upd_move(&u->phase, UPD_STAGING, UPD_CANCELLING);\n}\n"

REWRITES: dict[str, tuple[tuple[str, str], ...]] = {
    "an inverted branch": (
        (
            TELL_APPLIED,
            "    if (fwup_failed(u)) {\n        log_note(0);\n    } else {\n"
            "        fwup_tell(NOTE_APPLIED, u);\n    }\n",
        ),
    ),
    "an inverted branch on a result": (
        (
            "        if (ret < 0) {\n            upd_move(&u->phase, UPD_STAGING, UPD_FAILED);\n"
            "            break;\n        }\n",
            "        if (ret >= 0) {\n            ;\n        } else {\n"
            "            upd_move(&u->phase, UPD_STAGING, UPD_FAILED);\n            break;\n        }\n",
        ),
    ),
    "a result in a local": ((VERIFY, VERIFY.replace("if (slot_verify(u) < 0)", "int bad = slot_verify(u);\n    if (bad < 0)")),),
    "a result no longer in a local": (
        (
            "    if (fwup_quiesce(u) < 0) {\n        return;\n    }\n",
            "    int quiet = fwup_quiesce(u);\n\n    if (0 > quiet) {\n        return;\n    }\n",
        ),
    ),
    "a renamed local": (renamed("ret", "status"),),
    "a renamed parameter": (renamed("u", "updater"),),
    "a renamed function": (renamed("fwup_settle", "fwup_finish"),),
    "a renamed label": (renamed("fail", "broken"),),
    "a renamed entry's helper and a local": (renamed("fwup_quiesce", "fwup_calm"), renamed("ret", "rc")),
    "an extracted function": (
        (SETTLE, "static void fwup_restart(Updater *u)\n{\n    if (u->radio_parked) {\n        radio_resume(u);\n    }\n}\n\n"
         + SETTLE.replace(RESUME, "        fwup_restart(u);\n")),
    ),
    "an event in an extracted function": (
        (SETTLE, "static void fwup_abort(Updater *u)\n{\n    fwup_tell(NOTE_ABORTED, u);\n}\n\n"
         + SETTLE.replace("fwup_tell(NOTE_ABORTED, u);", "fwup_abort(u);")),
    ),
    "an extracted step that fails": (
        ("static void fwup_switch(Updater *u)\n", "static int fwup_verify(Updater *u)\n{\n    if (slot_verify(u) < 0) {\n"
         "        return -1;\n    }\n    return 0;\n}\n\nstatic void fwup_switch(Updater *u)\n"),
        ("    if (slot_verify(u) < 0) {\n        log_note", "    if (fwup_verify(u) < 0) {\n        log_note"),
    ),
    "an inlined predicate": (
        ("    if (!fwup_failed(u)) {", "    if (u->phase != UPD_FAILED && u->phase != UPD_CANCELLED) {"),
    ),
    "a moved function": ((SETTLE, ""), ("static void *fwup_worker", SETTLE + "static void *fwup_worker")),
    "a switch as a chain of branches": (
        (
            SETTLE,
            "static void fwup_settle(Updater *u)\n{\n    loop_lock();\n"
            "    if (u->phase == UPD_CANCELLING || u->phase == UPD_FAILED) {\n        fwup_tell(NOTE_ABORTED, u);\n"
            + RESUME
            + "    } else if (u->phase != UPD_APPLIED) {\n        log_note(0);\n    }\n    loop_post(fwup_reap, u);\n"
            "    loop_unlock();\n}\n\n",
        ),
    ),
    "goto instead of an early return": (
        ("    if (fwup_quiesce(u) < 0) {\n        return;\n    }\n", "    if (fwup_quiesce(u) < 0) {\n        goto out;\n    }\n"),
        ("    upd_move(&u->phase, UPD_SWITCHING, UPD_FAILED);\n}\n", "    upd_move(&u->phase, UPD_SWITCHING, UPD_FAILED);\nout:\n    return;\n}\n"),
    ),
    "a constant through a local": (
        ("    fwup_tell(NOTE_ABORTED, u);\n    image_close(u);", "    int note = NOTE_ABORTED;\n    fwup_tell(note, u);\n    image_close(u);"),
    ),
    "comments and logs": (
        ("    radio_park(u);\n", "    /* radio_resume(u); fwup_tell(NOTE_ABORTED, u); */\n    log_note(\"parked\");\n    radio_park(u);\n"),
    ),
    "a loop turned round": (
        ("    while (u->phase == UPD_STAGING) {\n", "    for (;;) {\n        if (u->phase != UPD_STAGING) {\n            break;\n        }\n"),
    ),
}  # fmt: skip

BREAKS: dict[str, tuple[tuple[str, str], ...]] = {
    "an inverted branch": ((TELL_APPLIED, TELL_APPLIED.replace("!fwup_failed", "fwup_failed")),),
    "an inverted branch on a result": (("        if (ret < 0) {", "        if (ret >= 0) {"),),
    "a result in a local": ((VERIFY, VERIFY.replace("if (slot_verify(u) < 0)", "int bad = slot_verify(u);\n    if (bad > 0)")),),
    "a result no longer in a local": (
        ("    if (fwup_quiesce(u) < 0) {\n        return;\n    }\n", "    if (fwup_quiesce(u) == 0) {\n        return;\n    }\n"),
    ),
    "a renamed local": (("        if (ret == 0) {", "        if (ret != 0) {"),),
    "a renamed function": (("    fwup_settle(u);\n    return NULL;", "    return NULL;"),),
    "a renamed label": (("        log_note(\"the new slot does not verify\");\n        goto fail;", "        log_note(0);\n        return;"),),
    "an extracted function": (
        (SETTLE, "static void fwup_restart(Updater *u)\n{\n    if (!u->radio_parked) {\n        radio_resume(u);\n    }\n}\n\n"
         + SETTLE.replace(RESUME, "        fwup_restart(u);\n")),
    ),
    "an event in an extracted function": (
        (SETTLE, "static void fwup_abort(Updater *u)\n{\n    fwup_tell(NOTE_APPLIED, u);\n}\n\n"
         + SETTLE.replace("fwup_tell(NOTE_ABORTED, u);", "fwup_abort(u);")),
    ),
    "an extracted step that fails": (
        ("static void fwup_switch(Updater *u)\n", "static int fwup_verify(Updater *u)\n{\n    if (slot_verify(u) < 0) {\n"
         "        return 0;\n    }\n    return 0;\n}\n\nstatic void fwup_switch(Updater *u)\n"),
        ("    if (slot_verify(u) < 0) {\n        log_note", "    if (fwup_verify(u) < 0) {\n        log_note"),
    ),
    "an inlined predicate": (("    if (!fwup_failed(u)) {", "    if (u->phase != UPD_FAILED) {"),),
    "a switch as a chain of branches": (("    case UPD_CANCELLING:\n    case UPD_FAILED:\n", "    case UPD_FAILED:\n"),),
    "goto instead of an early return": (
        ("    if (fwup_quiesce(u) < 0) {\n        return;\n    }\n", "    if (fwup_quiesce(u) < 0) {\n        goto fail;\n    }\n    return;\n"),
    ),
    "a constant through a local": (
        ("    fwup_tell(NOTE_ABORTED, u);\n    image_close(u);", "    int note = NOTE_APPLIED;\n    fwup_tell(note, u);\n    image_close(u);"),
    ),
    "comments and logs": (("        fwup_tell(NOTE_ABORTED, u);\n        if", "        /* fwup_tell(NOTE_ABORTED, u); */\n        if"),),
    "a loop turned round": (
        ("    while (u->phase == UPD_STAGING) {\n", "    for (;;) {\n        if (u->phase == UPD_STAGING) {\n            break;\n        }\n"),
    ),
    "an event behind a landmark": (
        ("        fwup_tell(NOTE_ABORTED, u);\n" + RESUME, RESUME + "        fwup_tell(NOTE_ABORTED, u);\n"),
    ),
    "an event outside the lock": (
        (
            "    upd_move(&u->phase, UPD_IDLE, UPD_STAGING);\n    if (fwup_tell(NOTE_BEGUN, u) < 0)",
            "    loop_unlock();\n    upd_move(&u->phase, UPD_IDLE, UPD_STAGING);\n    if (fwup_tell(NOTE_BEGUN, u) < 0)",
        ),
    ),
}  # fmt: skip


def bound(*trees: Mapping[str, str]) -> list[Stage]:
    found = bind(
        from_texts([(str(n), tree) for n, tree in enumerate(trees)]),
        PROFILE,
        cfront.Store(PROFILE.dialect),
        BOUNDS,
    )
    return [stage for stage in found if stage is not None]


def between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Compared, list[Stage]]:
    pair = bound(before, after)
    return compare(pair[0], pair[1], PROFILE, BOUNDS), pair


def told(result: Compared) -> list[str]:
    return [
        f"{one.kind.value}: {spelled(one.before, True)} -> {spelled(one.after, True)}"
        for one in result.changes
    ]


def assert_the_same(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    result, pair = between(before, after)
    assert told(result) == []
    assert result.unknown == ()
    assert sequences(pair[0], PROFILE) == sequences(pair[1], PROFILE)


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_changes_nothing(name: str) -> None:
    assert_the_same(BASE, rewritten(*REWRITES[name]))


@pytest.mark.slow
@pytest.mark.parametrize("name", REWRITES)
def test_nor_does_undoing_it(name: str) -> None:
    assert_the_same(rewritten(*REWRITES[name]), BASE)


@pytest.mark.parametrize("name", BREAKS)
def test_its_breaking_twin_is_told(name: str) -> None:
    result, _ = between(BASE, rewritten(*BREAKS[name]))
    assert told(result) != []


@pytest.mark.slow
@pytest.mark.parametrize("name", BREAKS)
def test_a_change_and_its_revert_end_where_they_began(name: str) -> None:
    there, _, back = bound(BASE, rewritten(*BREAKS[name]), BASE)
    assert sequences(there, PROFILE) == sequences(back, PROFILE)


@pytest.mark.slow
@pytest.mark.parametrize("name", BREAKS)
def test_a_revert_undoes_each_change(name: str) -> None:
    broken = rewritten(*BREAKS[name])
    forth, back = between(BASE, broken)[0], between(broken, BASE)[0]
    if forth.unknown or back.unknown:
        pytest.skip("lockstep says that it could not follow")
    there = {line.partition(": ")[2] for line in told(forth)}
    again = {" -> ".join(reversed(line.partition(": ")[2].split(" -> "))) for line in told(back)}
    assert there == again


def test_a_stage_compared_with_itself() -> None:
    assert_the_same(BASE, BASE)


def independent() -> list[tuple[str, str]]:
    """Pairs of rewrites that do not touch the same text."""
    pairs = []
    for one, two in combinations(REWRITES, 2):
        try:
            rewritten(*REWRITES[one], *REWRITES[two])
        except AssertionError:
            continue
        pairs.append((one, two))
    return pairs


@pytest.mark.slow
@pytest.mark.parametrize(("one", "two"), independent())
def test_two_rewrites_at_once(one: str, two: str) -> None:
    assert_the_same(BASE, rewritten(*REWRITES[one], *REWRITES[two]))


@pytest.mark.slow
@pytest.mark.parametrize("harmless", REWRITES)
def test_a_rewrite_hides_no_change(harmless: str) -> None:
    expected = told(between(BASE, rewritten(*BREAKS["an event behind a landmark"]))[0])
    try:
        after = rewritten(*BREAKS["an event behind a landmark"], *REWRITES[harmless])
    except AssertionError:
        pytest.skip("both touch the same text")
    assert told(between(BASE, after)[0]) == expected


def laid_out(text: str, seed: int) -> str:
    """The same tokens in another layout, with comments; preprocessor lines stay as they are."""
    choose = random.Random(seed)
    lines = []
    for line in text.split("\n"):
        if line.startswith(("#", " *")) or not line.strip() or "/*" in line or "*/" in line:
            lines.append(line)
            continue
        words = re.findall(r'"[^"]*"|\w+|->|[<>=!&|+-]=|&&|\|\||.', line.strip())
        made = ""
        for word in (word for word in words if word.strip()):
            gap = choose.choice([" ", " ", "\n    ", "  ", " /* a word */ "])
            made += word + gap
        lines.append(made.rstrip() + choose.choice(["", "\n", "  /* so */"]))
    return "\n".join(lines)


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 16))]
)
def test_layout_and_comments_change_nothing(seed: int) -> None:
    assert_the_same(BASE, {path: laid_out(text, seed) for path, text in BASE.items()})
