"""Edits of a real tree's migration that keep what it does, each with a twin of its kind that does not.

An edit is a function from the texts it needs (path -> text) to the edited ones; anchors are found when it
is made, and a missing one is an error. Names and one-line anchors are all that is known of the tree here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Texts: TypeAlias = Mapping[str, str]
Edit: TypeAlias = Callable[[Texts], dict[str, str]]

MAIN = "migration/migration.c"
NOTIFY = "migration_call_notifiers"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """`keeps` changes nothing that happens, `breaks` does; `words` find the files either needs."""

    name: str
    keeps: Edit
    breaks: Edit
    words: tuple[str, ...] = ()  # files that hold one of these words are edited as well


# --- ways to edit -------------------------------------------------------------------------------


def then(*edits: Edit) -> Edit:
    """One edit after the other."""

    def both(texts: Texts) -> dict[str, str]:
        found = dict(texts)
        for edit in edits:
            found = edit(found)
        return found

    return both


def everywhere(old: str, new: str) -> Edit:
    """A name exchanged in all files."""

    def edit(texts: Texts) -> dict[str, str]:
        found = {path: re.sub(rf"\b{old}\b", new, text) for path, text in texts.items()}
        assert found != texts, f"nobody names {old}"
        return found

    return edit


def span(text: str, function: str) -> tuple[int, int]:
    """From the first character of a definition to the one behind it."""
    head = re.search(rf"^[a-z][\w \*]*\b{function}\([^;{{]*\)\n\{{\n", text, re.M)
    assert head is not None, f"no definition of {function}"
    return head.start(), text.index("\n}\n", head.end()) + 3


def within(function: str, old: str, new: str, path: str = MAIN, most: int = 1) -> Edit:
    """Text matched by the pattern `old`, exchanged within one function."""

    def edit(texts: Texts) -> dict[str, str]:
        text = texts[path]
        start, end = span(text, function)
        body, count = re.subn(old, new, text[start:end], count=most, flags=re.S)
        assert count, f"{function}() has nothing like {old}"
        return {**texts, path: text[:start] + body + text[end:]}

    return edit


def before(function: str, code: str, path: str = MAIN) -> Edit:
    """Code put in front of a function."""

    def edit(texts: Texts) -> dict[str, str]:
        start = span(texts[path], function)[0]
        return {**texts, path: texts[path][:start] + code + "\n" + texts[path][start:]}

    return edit


def whole(old: str, new: str, path: str = MAIN) -> Edit:
    """A pattern exchanged throughout one file."""

    def edit(texts: Texts) -> dict[str, str]:
        found = re.sub(old, new, texts[path], flags=re.M)
        assert found != texts[path], f"{path} has nothing like {old}"
        return {**texts, path: found}

    return edit


def moved(function: str, target: str) -> Edit:
    """A function at the end of another file; it and what it calls are no longer static."""

    def edit(texts: Texts) -> dict[str, str]:
        start, end = span(texts[MAIN], function)
        code = texts[MAIN][start:end]
        rest = texts[MAIN][:start] + texts[MAIN][end:]
        words = set(re.findall(r"\w+", code))

        def opened(match: re.Match[str]) -> str:
            return match[1] if match[2] in words else match[0]

        rest = re.sub(r"^static ([\w \*]*?\b(\w+)\()", opened, rest, flags=re.M)
        return {**texts, MAIN: rest, target: texts[target] + "\n" + code.removeprefix("static ")}

    return edit


# --- the rewrites -------------------------------------------------------------------------------

FAILED, DONE = "MIG_EVENT_PRECOPY_FAILED", "MIG_EVENT_PRECOPY_DONE"
TELL_FAILED = rf"{NOTIFY}\(ms, {FAILED}, NULL\);"
LAST = rf"    type = migration_has_failed.*?{NOTIFY}\(s, type, NULL\);\n"
CANCELLED = "migrate_set_state(&s->state, MIGRATION_STATUS_CANCELLING, MIGRATION_STATUS_CANCELLED);"
SWAPPED = rf"\b{NOTIFY}\((\w+), (\w+), "
DECLARED = rf"\b{NOTIFY}\(MigrationState \*(\w*),\s*MigrationEventType (\w*),\s*"


def _plain(name: str, keeps: Edit, breaks: Edit, *words: str) -> Rewrite:
    return Rewrite(name, keeps, breaks, words)


def _renamed(function: str, new: str, breaks: Edit) -> Rewrite:
    renaming = everywhere(function, new)
    return Rewrite(f"{function} is renamed", renaming, then(breaks, renaming), (function,))


ENDING = """static void migration_announce_end(MigrationState *s)
{
    MigrationEventType type = migration_has_failed(s) ? MIG_EVENT_PRECOPY_FAILED
                                                      : MIG_EVENT_PRECOPY_DONE;

    migration_call_notifiers(s, type, NULL);
}
"""
WRAPPER = """static void migration_announce(MigrationState *s, MigrationEventType type)
{
    migration_call_notifiers(s, type, NULL);
}
"""
ASKING = """static bool migration_not_cancelling(MigrationState *s)
{
    return s->state != MIGRATION_STATUS_CANCELLING;
}
"""
FAILING = """static void migration_mark_failed(MigrationState *s)
{
    if (s->state != MIGRATION_STATUS_CANCELLING) {
        migrate_set_state(&s->state, s->state, MIGRATION_STATUS_FAILED);
    }
}
"""

REWRITES: tuple[Rewrite, ...] = (
    _renamed("migration_cleanup", "migration_tidy", within("migration_cleanup", rf"{NOTIFY}\(s, type, NULL\);", ";")),
    _renamed("migration_cleanup_bh", "migration_tidy_bh", within("migration_cleanup_bh", r"migration_cleanup\(opaque\)", "trace(opaque)")),
    _renamed("migration_iteration_finish", "migration_wind_up", within("migration_iteration_finish", r"vm_start\(\)", "trace()")),
    _renamed("migration_thread", "migration_main", within("migration_thread", r"migration_iteration_finish\(s\);", ";")),
    _plain(
        "locals are renamed",
        within("postcopy_start", r"\bms\b", "mig", most=0),
        then(within("postcopy_start", TELL_FAILED, f"{NOTIFY}(ms, {DONE}, NULL);"),
             within("postcopy_start", r"\bms\b", "mig", most=0)),
    ),
    _plain(
        "a label is renamed",
        within("migration_connect", r"\bfail\b(?!ed)", "undo", most=0),
        then(within("migration_connect", r"\bfail\b(?!ed)", "undo", most=0),
             within("migration_connect", r"migration_cleanup\(s\);\n\}", "}")),
    ),
    Rewrite(
        "an event's constant is renamed",
        everywhere(FAILED, "MIG_EVENT_PRECOPY_BROKE"),
        then(within("migration_cleanup", rf"{FAILED} :(\s*){DONE}", rf"{DONE} :\1{FAILED}"),
             everywhere(FAILED, "MIG_EVENT_PRECOPY_BROKE")),
        (FAILED,),
    ),
    Rewrite(
        "the lock is renamed",
        then(everywhere("bql_lock", "giant_lock"), everywhere("bql_unlock", "giant_unlock")),
        then(within("postcopy_start", rf"({TELL_FAILED})\n    bql_unlock\(\);", r"bql_unlock();\n    \1"),
             everywhere("bql_lock", "giant_lock"), everywhere("bql_unlock", "giant_unlock")),
        ("bql_lock", "bql_unlock"),
    ),
    Rewrite(
        "the notifying call takes its arguments in another order",
        lambda texts: {
            path: re.sub(SWAPPED, rf"{NOTIFY}(\2, \1, ", re.sub(DECLARED, rf"{NOTIFY}(MigrationEventType \2, MigrationState *\1, ", text))
            for path, text in texts.items()
        },
        lambda texts: {
            path: re.sub(SWAPPED, rf"{NOTIFY}(\2, \1, ",
                         re.sub(DECLARED, rf"{NOTIFY}(MigrationEventType \2, MigrationState *\1, ", text)).replace(
                             f"{NOTIFY}({FAILED}, ms, NULL)", f"{NOTIFY}({DONE}, ms, NULL)")
            for path, text in texts.items()
        },
        (NOTIFY,),
    ),
    Rewrite(
        "the notifying call takes one argument more",
        lambda texts: {
            path: re.sub(SWAPPED, rf"{NOTIFY}(\1, \2, 0, ", re.sub(DECLARED, rf"{NOTIFY}(MigrationState *\1, MigrationEventType \2, int flags, ", text))
            for path, text in texts.items()
        },
        then(within("migration_connect", rf"{NOTIFY}\(s, MIG_EVENT_PRECOPY_SETUP, &local_err\)", "migrate_has_error(s)"),
             lambda texts: {path: re.sub(SWAPPED, rf"{NOTIFY}(\1, \2, 0, ", re.sub(DECLARED, rf"{NOTIFY}(MigrationState *\1, MigrationEventType \2, int flags, ", text))
                            for path, text in texts.items()}),
        (NOTIFY,),
    ),
    Rewrite(
        "a function is moved to another file",
        moved("migration_cleanup", "migration/options.c"),
        then(within("migration_cleanup", rf"{NOTIFY}\(s, type, NULL\);", ";"), moved("migration_cleanup", "migration/options.c")),
        ("migrate_caps_check",),
    ),
    _plain(
        "a block becomes a function",
        then(before("migration_cleanup", ENDING), within("migration_cleanup", LAST, "    migration_announce_end(s);\n"),
             within("migration_cleanup", r"    MigrationEventType type;\n", "")),
        then(before("migration_cleanup", ENDING),
             within("migration_cleanup", LAST, "    migration_announce_end(s);\n    migration_announce_end(s);\n"),
             within("migration_cleanup", r"    MigrationEventType type;\n", "")),
    ),
    _plain(
        "a decision becomes a function",
        then(before("migration_connect", ASKING),
             within("migration_connect", r"if \(s->state != MIGRATION_STATUS_CANCELLING\)", "if (migration_not_cancelling(s))")),
        then(before("migration_connect", ASKING),
             within("migration_connect", r"if \(s->state != MIGRATION_STATUS_CANCELLING\)", "if (!migration_not_cancelling(s))")),
    ),
    _plain(
        "what is done on failure becomes a function",
        then(before("migration_completion", FAILING),
             within("migration_completion", r"    if \(s->state != MIGRATION_STATUS_CANCELLING\) \{.*?\n    \}\n", "    migration_mark_failed(s);\n")),
        within("migration_completion", r"    if \(s->state != MIGRATION_STATUS_CANCELLING\) \{.*?\n    \}\n", ""),
    ),
    _plain(
        "a predicate is written out",
        within("migration_cleanup", r"migration_has_failed\(s\)",
               "(s->state == MIGRATION_STATUS_CANCELLING || s->state == MIGRATION_STATUS_CANCELLED || s->state == MIGRATION_STATUS_FAILED)"),
        within("migration_cleanup", r"migration_has_failed\(s\)",
               "(s->state == MIGRATION_STATUS_CANCELLING || s->state == MIGRATION_STATUS_CANCELLED)"),
    ),
    _plain(
        "a branch is turned round",
        within("migration_connect", r"if \(!(qemu_file_set_blocking\([^;]*?\))\) \{\n        goto fail;\n    \}", r"if (\1) {\n        ;\n    } else {\n        goto fail;\n    }"),
        within("migration_connect", r"if \(!(qemu_file_set_blocking\([^;]*?\))\) \{", r"if (\1) {"),
    ),
    _plain(
        "a result is kept before it is asked",
        within("migration_connect", rf"if \(({NOTIFY}\([^;]*?\))\) \{{", r"ret = \1;\n        if (ret) {"),
        within("migration_connect", rf"if \(({NOTIFY}\([^;]*?\))\) \{{", r"ret = \1;\n        if (!ret) {"),
    ),
    _plain(
        "a result is asked where it is kept",
        within("postcopy_start", r"ret = (migration_stop_vm\([^;]*?\));\n    if \(ret < 0\)", r"if ((ret = \1) < 0)"),
        within("postcopy_start", r"ret = (migration_stop_vm\([^;]*?\));\n    if \(ret < 0\)", r"if ((ret = \1) >= 0)"),
    ),
    _plain(
        "nested conditions become one",
        within("migration_iteration_finish", r"if \((runstate_is_live\(s->vm_old_state\))\) \{\n\s*if \((!runstate_check\(RUN_STATE_SHUTDOWN\))\) \{\n\s*vm_start\(\);\n\s*\}\n\s*\} else \{",
               r"if (\1 && \2) {\n            vm_start();\n        } else if (!\1) {"),
        within("migration_iteration_finish", r"if \((runstate_is_live\(s->vm_old_state\))\) \{\n\s*if \((!runstate_check\(RUN_STATE_SHUTDOWN\))\) \{\n\s*vm_start\(\);\n\s*\}\n\s*\} else \{",
               r"if (\1 || \2) {\n            vm_start();\n        } else if (!\1) {"),
    ),
    _plain(
        "a case of a switch becomes a condition",
        within("migration_iteration_finish", r"switch \(s->state\) \{\n    case MIGRATION_STATUS_COMPLETED:\n(.*?;)\n        break;",
               r"if (s->state == MIGRATION_STATUS_COMPLETED) {\n\1\n    } else switch (s->state) {"),
        within("migration_iteration_finish", r"    case MIGRATION_STATUS_CANCELLED:\n    case MIGRATION_STATUS_CANCELLING:\n(        if)",
               r"        break;\n    case MIGRATION_STATUS_CANCELLED:\n    case MIGRATION_STATUS_CANCELLING:\n\1"),
    ),
    _plain(
        "a choice of values becomes a condition",
        within("migration_cleanup", r"type = migration_has_failed\(s\) \? (\w+) :\s*(\w+);", r"if (migration_has_failed(s)) {\n        type = \1;\n    } else {\n        type = \2;\n    }"),
        within("migration_cleanup", r"type = migration_has_failed\(s\) \? (\w+) :\s*(\w+);", r"if (migration_has_failed(s)) {\n        type = \2;\n    } else {\n        type = \1;\n    }"),
    ),
    _plain(
        "a constant goes through a local",
        within("postcopy_start", TELL_FAILED, f"MigrationEventType end = {FAILED};\n    {NOTIFY}(ms, end, NULL);"),
        within("postcopy_start", TELL_FAILED, f"MigrationEventType end = {DONE};\n    {NOTIFY}(ms, end, NULL);"),
    ),
    _plain(
        "a disjunction is negated twice",
        within("migration_detect_error", r"if \(state == MIGRATION_STATUS_CANCELLING \|\|\s*state == MIGRATION_STATUS_CANCELLED\)",
               "if (!(state != MIGRATION_STATUS_CANCELLING && state != MIGRATION_STATUS_CANCELLED))"),
        within("migration_detect_error", r"if \(state == MIGRATION_STATUS_CANCELLING \|\|\s*state == MIGRATION_STATUS_CANCELLED\)",
               "if (!(state == MIGRATION_STATUS_CANCELLING && state != MIGRATION_STATUS_CANCELLED))"),
    ),
    _plain(
        "a comparison is turned round",
        within("migration_cleanup", r"s->state == MIGRATION_STATUS_CANCELLING", "MIGRATION_STATUS_CANCELLING == s->state"),
        within("migration_cleanup", r"s->state == MIGRATION_STATUS_CANCELLING", "MIGRATION_STATUS_CANCELLED == s->state"),
    ),
    _plain(
        "a redundant write is dropped",
        within("migration_connect", r"        rate_limit = migrate_max_bandwidth\(\);\n", r"        rate_limit = migrate_max_bandwidth();\n        migrate_set_state(&s->state, MIGRATION_STATUS_SETUP, MIGRATION_STATUS_SETUP);\n"),
        within("migration_cleanup", LAST, r"    migrate_set_state(&s->state, s->state, MIGRATION_STATUS_COMPLETED);\n\g<0>"),
    ),
    _plain(
        "the file is laid out anew",
        whole(r"^((?:    )+)", lambda_ := r"\1\1"),
        then(within("migration_iteration_finish", r"vm_start\(\);", ";"), whole(r"^((?:    )+)", lambda_)),
    ),
    _plain(
        "comments and blank lines come in",
        whole(r"^(    if \()", r"    /* asked\n     * here */\n\n\1"),
        then(within("migration_cleanup", rf"{NOTIFY}\(s, type, NULL\);", r"/* \g<0> */"), whole(r"^(    if \()", r"    /* asked\n     * here */\n\n\1")),
    ),
    _plain(
        "the notifying call is wrapped",
        then(before("migration_cleanup", WRAPPER), within("migration_cleanup", rf"{NOTIFY}\(s, type, NULL\)", "migration_announce(s, type)"),
             within("postcopy_start", TELL_FAILED, f"migration_announce(ms, {FAILED});")),
        then(before("migration_cleanup", WRAPPER), within("migration_cleanup", rf"{NOTIFY}\(s, type, NULL\)", "migration_announce(s, type)"),
             within("postcopy_start", TELL_FAILED, "")),
    ),
    _plain(
        "a statement is put into a loop that runs once",
        within("migration_cleanup", rf"{NOTIFY}\(s, type, NULL\);", r"do {\n        \g<0>\n    } while (0);"),
        within("migration_cleanup", rf"{NOTIFY}\(s, type, NULL\);", r"do {\n        \g<0>\n    } while (migrate_has_error(s));"),
    ),
    _plain(
        "a loop is written in another form",
        within("migration_thread", r"while \((migration_is_active\(\))\) \{", r"for (; \1; ) {"),
        within("migration_thread", r"while \((migration_is_active\(\))\) \{", r"for (; !\1; ) {"),
    ),
    _plain(
        "independent statements change places",
        within("migration_cleanup", r"(    g_free\(s->hostname\);\n    s->hostname = NULL;\n)\n(    qemu_savevm_state_cleanup\(\);\n    cpr_state_close\(\);\n)", r"\2\n\1"),
        within("migration_cleanup", r"(    assert\(!migration_is_active\(\)\);\n.*?)(    if \(s->error\).*?)(    type = [^;]*;\n    \w+\(s, type, NULL\);\n)", r"\3\1\2"),
    ),
    _plain(
        "the state is written through a pointer",
        within("migration_completion", r"migrate_set_state\(&s->state, s->state, MIGRATION_STATUS_FAILED\);", r"MigrationStatus *state = &s->state;\n        migrate_set_state(state, s->state, MIGRATION_STATUS_FAILED);"),
        within("migration_completion", r"migrate_set_state\(&s->state, s->state, MIGRATION_STATUS_FAILED\);", r"MigrationStatus *state = &s->state;\n        migrate_set_state(state, s->state, MIGRATION_STATUS_COMPLETED);"),
    ),
)  # fmt: skip
