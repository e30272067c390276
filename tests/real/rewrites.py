"""Rewrites of QEMU's migration that keep its behaviour, each with an edit on top that breaks it.

Each is an edit of a tree (see `edits`); its texts are those that `WORDS` and `PATHS` name. What the breaking
edit changes is stated as a kind of change, the event or landmark it is about, and a scenario that shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.model.report import ChangeKind
from tests.real.edits import (
    Change,
    Edit,
    NoAnchor,
    Tree,
    after,
    before,
    block,
    body,
    both,
    branch,
    chain,
    definition,
    everywhere,
    in_file,
    in_function,
    instead,
    labelled,
    statement,
    swap,
    without,
)

MAIN = "migration/migration.c"
HEADER = "migration/migration.h"
MISC = "include/migration/misc.h"
EXEC = "migration/cpr-exec.c"
OTHER = "migration/multifd.c"
PATHS = (MAIN, HEADER, MISC, EXEC, OTHER)
EVENTS = ("MIG_EVENT_PRECOPY_SETUP", "MIG_EVENT_PRECOPY_DONE", "MIG_EVENT_PRECOPY_FAILED")
WORDS = (
    "migration_call_notifiers", "bql_lock", "bql_unlock", "migration_cleanup", "migration_cleanup_bh",
    "migration_iteration_finish", "postcopy_start", "migration_thread", *EVENTS,
)  # fmt: skip

FAILED = "    migration_call_notifiers(ms, MIG_EVENT_PRECOPY_FAILED, NULL);\n"
TELL = "migration_call_notifiers(s, type, NULL);"
RESUME = "if (runstate_is_live(s->vm_old_state)) {"


@dataclass(frozen=True)
class Rewrite:
    """`keeps` changes nothing; with `breaks` on top of it, a run of `scenario` has a change of `kind` that is
    about `event`, and `rule` ("": perhaps some) is broken. `open` says why not all that it then does is
    listed."""

    name: str
    keeps: Edit
    breaks: Edit
    kind: ChangeKind
    event: str
    scenario: str
    rule: str = ""
    open: frozenset[str] = frozenset()


def main(function: str, *changes: Change) -> Edit:
    return in_function(MAIN, function, both(*changes))


def _dedent(lines: str, by: int = 4) -> str:
    return re.sub(rf"^ {{{by}}}", "", lines, flags=re.MULTILINE)


def _indent(lines: str, by: int = 4) -> str:
    return re.sub(r"^(?=.)", " " * by, lines, flags=re.MULTILINE)


def _moved(name: str, source: str, target: str, header: str) -> Edit:
    """A function goes to another file; what it needs of its old one is declared in a header."""

    def edit(tree: Tree) -> Tree:
        start, end = definition(tree[source], name)
        text = tree[source][start:end]
        rest = tree[source][:start] + tree[source][end:]
        needed = [name]
        for found in re.findall(r"\b(\w+)\(", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
            if re.search(rf"^static [\w *]*\b{found}\(", rest, re.MULTILINE) and found not in needed:
                needed.append(found)
        declared = ""
        for one in needed:
            home = text if one == name else rest
            at, _ = definition(home, one)
            declared += home[at : home.index(")", at) + 1].removeprefix("static ") + ";\n"
            rest = re.sub(rf"^static ([\w *]*\b{one}\()", r"\1", rest, flags=re.MULTILINE)
        lines = re.findall(r"^#include .*\n", tree[source], re.MULTILINE)
        missing = "".join(line for line in lines if line not in tree[target])
        last = tree[target].rindex("#include ")
        last = tree[target].index("\n", last) + 1
        moved = tree[target][:last] + missing + tree[target][last:] + "\n" + text.removeprefix("static ")
        at = tree[header].rindex("#endif")
        headed = tree[header][:at] + declared + "\n" + tree[header][at:]
        return {**tree, source: rest, target: moved, header: headed}

    return edit


def _function_before(anchor: str, text: str) -> Edit:
    """A new function in front of the definition of another one."""

    def change(whole: str) -> str:
        at, _ = definition(whole, anchor)
        return whole[:at] + text + "\n" + whole[at:]

    return in_file(MAIN, change)


def _extracted(function: str, anchor: str, name: str, local: str = "") -> Edit:
    """The statement that begins at the anchor's line becomes a function of the state."""

    def edit(tree: Tree) -> Tree:
        start, end = definition(tree[MAIN], function)
        text = tree[MAIN][start:end]
        lines = text[slice(*statement(text, anchor))]
        deep = len(lines) - len(lines.lstrip())
        new = f"static void {name}(MigrationState *s)\n{{\n{local}{_dedent(lines, deep - 4)}}}\n"
        call = instead(anchor, lambda _: f"{' ' * deep}{name}(s);\n")
        return chain(main(function, call), _function_before(function, new))(tree)

    return edit


def _renamed_locals(**names: str) -> Change:
    def change(text: str) -> str:
        for old, new in names.items():
            if re.search(rf"\b{new}\b", text):
                raise NoAnchor(f"{new} is a name already")
            text = re.sub(rf"(?<!->)(?<!\.)\b{old}\b", new, text)
        return text

    return change


def _inverted(anchor: str) -> Change:
    def new(lines: str) -> str:
        one = branch(lines)
        return (
            f"{one.indent}if (!({one.condition})) {{\n{one.otherwise or one.indent + '    ;' + chr(10)}"
            f"{one.indent}}} else {{\n{one.then}{one.indent}}}\n"
        )

    return instead(anchor, new)


CLEANUP = "migration_cleanup"
FINISH = "migration_iteration_finish"


def _tail_extracted(tree: Tree) -> Tree:
    """What follows the last label of the switchover to postcopy becomes a function."""
    start, end = definition(tree[MAIN], "postcopy_start")
    text = tree[MAIN][start:end]
    tail = labelled(text, "fail")
    lines = tail.rstrip("\n").split("\n")
    kept = "\n".join(lines[-2:]) + "\n"  # the lock is given back, and the error returned
    moved = tail[: -len(kept)]
    new = f"static void postcopy_start_failed(MigrationState *ms)\n{{\n{moved}}}\n"
    call = swap(tail, "    postcopy_start_failed(ms);\n" + kept)
    return chain(main("postcopy_start", call), _function_before("postcopy_start", new))(tree)


def _end_inlined(tree: Tree) -> Tree:
    """A function that is called in two places is written out in both."""
    name = "migration_completion_end"
    whole = tree[MAIN]
    start, end = definition(whole, name)
    lines = body(whole[start:end])
    whole = whole[:start] + whole[end:]
    whole = swap(f"static void {name}(MigrationState *s);\n", "")(whole)

    def written_out(found: re.Match[str]) -> str:
        deep = len(found[1])
        return f"{found[1]}{{\n{_indent(lines, deep)}{found[1]}}}\n"

    whole, times = re.subn(rf"^( *){name}\(s\);\n", written_out, whole, flags=re.MULTILINE)
    if times != 2:
        raise NoAnchor(f"{name} is called {times} times")
    return {**tree, MAIN: whole}


def _early_return_to_nested(text: str) -> str:
    """`if (!a) { b; return; } if (c) ...` at an end becomes `if (a) { if (c) .. } else { b; }`."""
    first = slice(*statement(text, "if (!migration_block_activate(&err)) {"))
    second = slice(*statement(text, RESUME))
    one = branch(text[first])
    left = swap("        return;\n", "")(one.then)
    asked, then = one.condition.removeprefix("!"), _indent(text[second])
    new = f"    if ({asked}) {{\n{then}    }} else {{\n{left}    }}\n"
    return text[: first.start] + new + text[second.stop :]


def _goto_to_else(text: str) -> str:
    """`if (a) goto out; b; out: c;` becomes `if (!a) { b; } c;`."""
    anchor = "if (!migration_switchover_start(s, NULL)) {"
    first = slice(*statement(text, anchor))
    one = branch(text[first])
    left = swap("        goto out_unlock;\n", "")(one.then)
    label = text.index("out_unlock:\n")
    rest = text[first.stop : label]
    new = f"    if ({one.condition}) {{\n{left}    }} else {{\n{_indent(rest)}    }}\n"
    return text[: first.start] + new + text[label:]


def _goto_to_copy(text: str) -> str:
    """A `goto` becomes what stands at its label, up to the end of the function."""
    tail = _indent(labelled(text, "fail"), 8)
    anchor = "if (migration_call_notifiers(s, MIG_EVENT_PRECOPY_SETUP, &local_err)) {"
    return instead(anchor, swap("            goto fail;\n", f"{tail}            return;\n"))(text)


def _switch_to_chain(text: str) -> str:
    """The switch over how it ended as a chain, what fell through as a condition in the next arm."""
    lines = text[slice(*statement(text, "switch (s->state) {"))]
    inside = block(lines)
    parts = re.split(r"^    (?:case (\w+)|default):\n", inside, flags=re.MULTILINE)[1:]
    named = list(zip(parts[::2], parts[1::2], strict=True))
    (done, done_lines), (colo, colo_lines), *same, (last, last_lines), (_, rest) = named
    ends = f"(end == {last}" + "".join(f" || end == {name}" for name, _ in same) + f" || end == {colo})"
    new = (
        f"    MigrationStatus end = s->state;\n\n    if (end == {done}) {{\n"
        + done_lines.replace("        break;\n", "")
        + f"    }} else if {ends} {{\n        if (end == {colo}) {{\n{_indent(colo_lines)}        }}\n"
        + f"        do {{\n{_indent(last_lines)}        }} while (0);\n    }} else {{\n"
        + rest.replace("        break;\n", "")
        + "    }\n"
    )
    return swap(lines, new)(text)


def _chain_to_switch(text: str) -> str:
    """The chain over the state in which the completion begins as a switch."""
    lines = text[slice(*statement(text, "if (s->state == MIGRATION_STATUS_ACTIVE) {"))]
    arms = re.findall(r"(?:if \(s->state == (\w+)\)|else) \{\n(.*?)    \}", lines, re.DOTALL)
    cases = "".join(
        (f"    case {name}:\n" if name else "    default:\n") + inside + "        break;\n"
        for name, inside in arms
    )
    return swap(lines, f"    switch (s->state) {{\n{cases}    }}\n")(text)


def _ternary_to_if(text: str) -> str:
    lines = text[slice(*statement(text, "type = migration_has_failed(s) ?"))]
    found = re.match(r"\s*type = (.*?) \? (\w+) :\s*(\w+);\n", lines, re.DOTALL)
    if found is None:
        raise NoAnchor("no conditional expression")
    condition, yes, no = found.groups()
    new = f"    if ({condition}) {{\n        type = {yes};\n    }} else {{\n        type = {no};\n    }}\n"
    return swap(lines, new)(text)


def _de_morgan(text: str) -> str:
    lines = text[slice(*statement(text, "return ("))]
    states = re.findall(r"s->state == (\w+)", lines)
    return swap(lines, "    return !(" + " && ".join(f"s->state != {one}" for one in states) + ");\n")(text)


def _predicate_written_out(tree: Tree) -> Tree:
    """What a predicate returns stands in place of its call."""
    text = tree[MAIN][slice(*definition(tree[MAIN], "migration_has_failed"))]
    states = re.findall(r"s->state == (\w+)", text)
    new = "(" + " || ".join(f"s->state == {one}" for one in states) + ")"
    return main(CLEANUP, swap("migration_has_failed(s)", new))(tree)


def _asked_at_once(assigned: str, asked: str) -> Change:
    """`x = f(); if (x) {` becomes `if (f()) {`."""

    def change(text: str) -> str:
        start, end = statement(text, assigned)
        found = re.match(r"( *)(\w+) = (.*);\n$", text[start:end], re.DOTALL)
        if found is None or not text.startswith(f"{found[1]}{asked}", end):
            raise NoAnchor(f"{asked} does not follow {assigned}")
        return (
            text[:start] + found[1] + asked.replace(found[2], found[3]) + text[end + len(found[1] + asked) :]
        )

    return change


def _turned_round(text: str) -> str:
    return re.sub(r"\b(s->state) (==|!=) (MIGRATION_STATUS_\w+)", r"\3 \2 \1", text)


def _signature(pattern: str, call: str, declaration: str) -> Edit:
    """The notifying function's parameters, and the arguments of all its calls."""

    def edit(tree: Tree) -> Tree:
        result = {}
        for path, text in tree.items():
            text = re.sub(
                r"migration_call_notifiers\(MigrationState \*s, MigrationEventType type,"
                r"(\s*)Error \*\*errp\)",
                rf"migration_call_notifiers({declaration})",
                text,
            )
            result[path] = re.sub(
                rf"migration_call_notifiers\({pattern}\)", rf"migration_call_notifiers({call})", text
            )
        if result == tree:
            raise NoAnchor("no call of the notifying function")
        return result

    return edit


def _reformatted(text: str) -> str:
    """Two blanks for four, brackets on their own lines, no comments, more blank lines."""
    text = re.sub(r"[ \t]*/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"^([ \t]*)((?:if|while|for|switch) \(.*\)) \{$", r"\1\2\n\1{", text, flags=re.MULTILINE)
    text = re.sub(r"^([ \t]*)\} else \{$", r"\1}\n\1else\n\1{", text, flags=re.MULTILINE)
    text = re.sub(r"^((?: {4})+)", lambda m: m[1][::2], text, flags=re.MULTILINE)
    return re.sub(r"\n\n+", "\n\n\n", text)


def _commented(text: str) -> str:
    """A comment and a blank line after each simple statement that is a line of its own."""
    return re.sub(r"^( +)(\w[^\n{}]*\);)\n", r"\1\2 /* so far */\n\n", text, flags=re.MULTILINE)


def _loop_turned(text: str) -> str:
    """`while (a) { b }` becomes `for (;;) { if (!a) break; b }`."""
    return swap(
        "    while (migration_is_active()) {\n",
        "    for (;;) {\n        if (!migration_is_active()) {\n            break;\n        }\n\n",
    )(text)


def _helper_in_header(tree: Tree) -> Tree:
    """One notification as an inline function that two files share."""
    at = tree[HEADER].rindex("#endif")
    new = (
        "static inline void migration_tell_failed(MigrationState *s)\n{\n"
        "    migration_call_notifiers(s, MIG_EVENT_PRECOPY_FAILED, NULL);\n}\n\n"
    )
    headed = {**tree, HEADER: tree[HEADER][:at] + new + tree[HEADER][at:]}
    return chain(
        main("postcopy_start", swap(FAILED, "    migration_tell_failed(ms);\n")),
        in_function(
            EXEC, "cpr_exec_cb", swap(FAILED.replace("ms", "s", 1), "    migration_tell_failed(s);\n")
        ),
    )(headed)


def _lines_swapped(first: str, second: str) -> Change:
    """Two statements that stand one after the other change places."""

    def change(text: str) -> str:
        one, two = statement(text, first), statement(text, second)
        if one[1] != two[0]:
            raise NoAnchor(f"{second!r} does not follow {first!r}")
        return text[: one[0]] + text[slice(*two)] + text[slice(*one)] + text[two[1] :]

    return change


def _notifies_in_place_of(call: str, *functions: str) -> Edit:
    """The calls without an error become calls of something else with the first two arguments."""

    def change(text: str) -> str:
        result, times = re.subn(
            r"\bmigration_call_notifiers\((\w+), (\w+), NULL\);", rf"{call}(\1, \2);", text
        )
        if not times:
            raise NoAnchor("nothing is notified")
        return result

    return chain(*(main(function, change) for function in functions))


def _after_guest(text: str) -> str:
    """The notification comes after the guest was started."""
    start, end = statement(text, "migration_call_notifiers(")
    line = text[start:end]
    text = text[:start] + text[end:]
    start, end = statement(text, RESUME)
    return text[:end] + line + text[end:]


MACRO = "#define TELL_ALL(s, event) migration_call_notifiers(s, event, NULL)\n"
NOT_FAILED = "        if (migration_has_failed(s)) {\n            break;\n        }\n"
NOT_DONE = "    if (event == MIG_EVENT_PRECOPY_DONE) {\n        return;\n    }\n"
LOST, CONTEXT = ChangeKind.LOST, ChangeKind.CONTEXT
DUPLICATED, DEDUPLICATED = ChangeKind.DUPLICATED, ChangeKind.DEDUPLICATED
REORDERED = ChangeKind.REORDERED
TRIED_AGAIN = frozenset(
    {"several events repeat in turn", "what follows if one of them fails is too much to list"}
)

REWRITES: tuple[Rewrite, ...] = (
    Rewrite(
        "rename-cleanup",
        everywhere({CLEANUP: "migration_tidy_up"}),
        main("migration_cleanup_bh", swap("    migration_tidy_up(opaque);\n", "")),
        LOST,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "rename-finish",
        everywhere({FINISH: "migration_thread_finish"}),
        main("migration_thread_finish", swap("vm_start();", ";")),
        LOST,
        "vm_start",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "rename-postcopy-start",
        everywhere({"postcopy_start": "postcopy_switch"}),
        main("postcopy_switch", swap(FAILED, FAILED * 2)),
        DUPLICATED,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "rename-thread",
        everywhere({"migration_thread": "source_main_thread"}),
        main(
            "source_main_thread", instead("if (!multifd_send_setup()) {", swap("goto out;", "return NULL;"))
        ),
        LOST,
        "FAILED",
        "precopy-failure-before-switchover",
    ),
    Rewrite(
        "rename-bottom-half",
        everywhere({"migration_cleanup_bh": "migration_end_in_main_loop"}),
        main(
            "migration_end_in_main_loop", swap("(opaque);\n", "(opaque);\n    migration_cleanup(opaque);\n")
        ),
        DUPLICATED,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "move-function",
        _moved(CLEANUP, MAIN, OTHER, HEADER),
        in_function(OTHER, CLEANUP, without(TELL)),
        LOST,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "split-block",
        _extracted(FINISH, RESUME, "migration_resume_guest"),
        main(FINISH, without("migration_resume_guest(s);")),
        LOST,
        "vm_start",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "split-notification",
        chain(
            _function_before(
                CLEANUP,
                "static void migration_tell_end(MigrationState *s)\n{\n"
                "    migration_call_notifiers(s, migration_has_failed(s) ? MIG_EVENT_PRECOPY_FAILED :\n"
                "                             MIG_EVENT_PRECOPY_DONE, NULL);\n}\n",
            ),
            main(
                CLEANUP,
                without("MigrationEventType type;"),
                without("type = migration_has_failed(s)"),
                swap(TELL, "migration_tell_end(s);"),
            ),
        ),
        main(CLEANUP, instead("migration_tell_end(s);", lambda line: f"    if (tmp) {{\n    {line}    }}\n")),
        LOST,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "split-decision",
        chain(
            main(FINISH, swap("runstate_is_live(s->vm_old_state)", "migration_guest_ran(s)")),
            _function_before(
                FINISH,
                "static bool migration_guest_ran(MigrationState *s)\n{\n"
                "    return runstate_is_live(s->vm_old_state);\n}\n",
            ),
        ),
        main("migration_guest_ran", swap("return ", "return !")),
        LOST,
        "vm_start",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "split-failure",
        _tail_extracted,
        main("postcopy_start_failed", without(FAILED.strip())),
        DEDUPLICATED,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "merge-into-callers",
        _end_inlined,
        main("migration_completion", swap("MIGRATION_STATUS_COMPLETED", "MIGRATION_STATUS_FAILED")),
        LOST,
        "DONE",
        "precopy-success",
    ),
    Rewrite(
        "rename-locals",
        chain(
            main("postcopy_start", _renamed_locals(ms="mig", ret="status", fb="bundle")),
            main(CLEANUP, _renamed_locals(s="mig", type="event", tmp="closing")),
            main(FINISH, _renamed_locals(s="mig", local_err="why")),
        ),
        main("postcopy_start", without(FAILED.replace("ms", "mig").strip())),
        DEDUPLICATED,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "invert-branch",
        main(FINISH, _inverted(RESUME)),
        main(FINISH, swap("if (!(runstate_is_live(s->vm_old_state))) {", RESUME)),
        LOST,
        "vm_start",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "condition-through-local",
        main(
            "migration_connect",
            instead(
                "MIG_EVENT_PRECOPY_SETUP",
                lambda lines: re.sub(r"( *)if \((.*)\) \{", r"\1ret = \2;\n\1if (ret) {", lines, count=1),
            ),
        ),
        main("migration_connect", instead("if (ret) {", swap("goto fail;", "return;"))),
        LOST,
        "FAILED",
        "setup-refused",
    ),
    Rewrite(
        "condition-without-local",
        main(
            "postcopy_start",
            _asked_at_once("ret = qemu_savevm_state_complete_precopy_iterable(", "if (ret) {"),
        ),
        main(
            "postcopy_start",
            instead(
                "if (qemu_savevm_state_complete_precopy_iterable(",
                swap("        goto fail;\n", f"    {FAILED}        goto fail;\n"),
            ),
        ),
        DUPLICATED,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "early-return-to-nested",
        in_function(EXEC, "cpr_exec_cb", _early_return_to_nested),
        in_function(EXEC, "cpr_exec_cb", swap("vm_start();", ";")),
        LOST,
        "vm_start",
        "cpr-exec-failure",
    ),
    Rewrite(
        "goto-to-else",
        main("migration_completion_precopy", _goto_to_else),
        main(
            "migration_completion_precopy",
            instead("migration_switchover_start", swap("ret = -EFAULT;", "ret = 0;")),
        ),
        LOST,
        "FAILED",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "goto-to-copy",
        main("migration_connect", _goto_to_copy),
        main(
            "migration_connect",
            instead("MIG_EVENT_PRECOPY_SETUP", swap("            migration_cleanup(s);\n", "")),
        ),
        LOST,
        "FAILED",
        "setup-refused",
    ),
    Rewrite(
        "switch-to-chain",
        main(FINISH, _switch_to_chain),
        main(FINISH, swap("(end == MIGRATION_STATUS_CANCELLING || ", "(")),
        LOST,
        "vm_start",
        "cancel-at-switchover",
    ),
    Rewrite(
        "chain-to-switch",
        main("migration_completion", _chain_to_switch),
        main("migration_completion", swap("_postcopy(s);\n        break;\n", "_postcopy(s);\n")),
        LOST,
        "DONE",
        "postcopy-success",
    ),
    Rewrite(
        "ternary-to-if",
        main(CLEANUP, _ternary_to_if),
        main(CLEANUP, swap("if (migration_has_failed(s)) {", "if (!migration_has_failed(s)) {")),
        LOST,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "constant-through-local",
        main(
            "postcopy_start",
            swap("    QEMUFile *fb;\n", f"    QEMUFile *fb;\n    MigrationEventType event = {EVENTS[2]};\n"),
            swap(FAILED, FAILED.replace(EVENTS[2], "event")),
        ),
        main("postcopy_start", swap("event = MIG_EVENT_PRECOPY_FAILED", "event = MIG_EVENT_PRECOPY_DONE")),
        LOST,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "de-morgan",
        main("migration_has_failed", _de_morgan),
        main("migration_has_failed", swap(" && s->state != MIGRATION_STATUS_FAILED", "")),
        LOST,
        "FAILED",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "double-negation",
        main(FINISH, swap("!runstate_check(", "!!!runstate_check(")),
        main(FINISH, swap("!!!", "!!")),
        LOST,
        "vm_start",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "comparisons-turned-round",
        chain(
            in_file(MAIN, _turned_round),
            main(
                FINISH,
                swap(
                    "!migration_block_activate(&local_err)", "migration_block_activate(&local_err) == false"
                ),
            ),
        ),
        main(FINISH, swap("== false", "!= false")),
        LOST,
        "vm_start",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "parameters-swapped",
        _signature(
            r"(\w+), (\w+), ([&\w]+)",
            r"\2, \1, \3",
            r"MigrationEventType type, MigrationState *s,\1Error **errp",
        ),
        main(CLEANUP, without("migration_call_notifiers(type, s, NULL);")),
        LOST,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "parameter-added",
        _signature(
            r"(\w+), (\w+), ([&\w]+)",
            r"\1, \2, __func__, \3",
            r"MigrationState *s, MigrationEventType type,\1const char *caller, Error **errp",
        ),
        main(CLEANUP, instead("migration_call_notifiers(s, type, __func__, NULL);", lambda line: line * 2)),
        DUPLICATED,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "events-renamed",
        everywhere({name: name.replace("PRECOPY_", "SOURCE_") for name in EVENTS}),
        main("postcopy_start", swap("MIG_EVENT_SOURCE_FAILED", "MIG_EVENT_SOURCE_DONE")),
        LOST,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "lock-renamed",
        everywhere({"bql_lock": "big_lock_take", "bql_unlock": "big_lock_drop"}),
        main("postcopy_start", swap(f"{FAILED}    big_lock_drop();\n", f"    big_lock_drop();\n{FAILED}")),
        CONTEXT,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "redundant-write-added",
        main(
            "postcopy_start",
            before(
                FAILED.strip(),
                "    migrate_set_state(&ms->state, MIGRATION_STATUS_COMPLETED, MIGRATION_STATUS_ACTIVE);\n",
            ),
        ),
        main(
            "postcopy_start", swap("COMPLETED, MIGRATION_STATUS_ACTIVE", "FAILED, MIGRATION_STATUS_COMPLETED")
        ),
        LOST,
        "FAILED",
        "failed-postcopy-after-package",
    ),
    Rewrite(
        "redundant-test-dropped",
        main(
            CLEANUP,
            instead(
                "if (s->state == MIGRATION_STATUS_CANCELLING) {", lambda lines: _dedent(branch(lines).then)
            ),
        ),
        main(CLEANUP, swap("MIGRATION_STATUS_CANCELLED", "MIGRATION_STATUS_COMPLETED")),
        LOST,
        "FAILED",
        "cancel-before-switchover",
    ),
    Rewrite(
        "reformatted",
        in_file(MAIN, _reformatted),
        main("postcopy_start", swap("  migration_call_notifiers(ms, MIG_EVENT_PRECOPY_FAILED, NULL);\n", "")),
        DEDUPLICATED,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "comments",
        in_file(MAIN, _commented),
        main(CLEANUP, swap("    migration_call_notifiers(s, type, NULL); /* so far */\n", "")),
        LOST,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "declarations-moved",
        chain(
            main(
                CLEANUP,
                swap("    MigrationEventType type;\n    QEMUFile *tmp = NULL;\n", "    QEMUFile *tmp;\n"),
                swap("    type = ", "    MigrationEventType type = "),
                after("migration_cleanup_json_writer(s);", "    tmp = NULL;\n"),
            ),
            main(
                "postcopy_start",
                swap("    int ret;\n", ""),
                swap("    QEMUFile *fb;\n", "    QEMUFile *fb;\n    int ret;\n"),
            ),
        ),
        main(CLEANUP, instead(TELL, lambda line: line * 2)),
        DUPLICATED,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "statements-swapped",
        chain(
            main(CLEANUP, _lines_swapped("cpr_state_close();", "migrate_hup_delete(s);")),
            in_function(
                EXEC, "cpr_exec_cb", _lines_swapped("migrate_set_state(", "migrate_set_error(s, err);")
            ),
        ),
        in_function(EXEC, "cpr_exec_cb", _after_guest),
        REORDERED,
        "FAILED",
        "cpr-exec-failure",
    ),
    Rewrite(
        "loop-form",
        main("migration_thread", _loop_turned),
        main("migration_thread", instead("if (!migration_is_active()) {", swap("break;", "return NULL;"))),
        LOST,
        "FAILED",
        "failed-postcopy",  # precopy leaves the loop by its other way out
    ),
    Rewrite(
        "notify-by-macro",
        chain(
            in_file(MAIN, before("static GSList *migration_state_notifiers[", MACRO)),
            _notifies_in_place_of("TELL_ALL", CLEANUP, "postcopy_start"),
        ),
        main("postcopy_start", instead("TELL_ALL(ms, MIG_EVENT_PRECOPY_FAILED);", lambda line: line * 2)),
        DUPLICATED,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "notify-by-wrapper",
        chain(
            _function_before(
                CLEANUP,
                "static void migration_tell(MigrationState *s, MigrationEventType event)\n{\n"
                "    migration_call_notifiers(s, event, NULL);\n}\n",
            ),
            _notifies_in_place_of("migration_tell", CLEANUP, "postcopy_start"),
        ),
        main("migration_tell", before("migration_call_notifiers(", NOT_DONE)),
        LOST,
        "DONE",
        "precopy-success",
        rule="success-ends-with-done",
    ),
    Rewrite(
        "notify-in-a-loop-of-one",
        main(CLEANUP, instead(TELL, lambda line: f"    do {{\n    {line}    }} while (0);\n")),
        main(CLEANUP, swap("    do {\n", f"    do {{\n{NOT_FAILED}")),
        LOST,
        "FAILED",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "field-through-pointer",
        main(
            "postcopy_start",
            swap("    QEMUFile *fb;\n", "    QEMUFile *fb;\n    MigrationStatus *now = &ms->state;\n"),
            swap("(&ms->state, ms->state, MIGRATION_STATUS_FAILED)", "(now, *now, MIGRATION_STATUS_FAILED)"),
        ),
        main("postcopy_start", swap("*now, MIGRATION_STATUS_FAILED", "*now, MIGRATION_STATUS_COMPLETED")),
        LOST,
        "vm_start",
        "failed-postcopy",
    ),
    Rewrite(
        "inline-helper-in-header",
        _helper_in_header,
        main("postcopy_start", without("migration_tell_failed(ms);")),
        DEDUPLICATED,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "rename-label",
        main("migration_connect", swap("goto fail;", "goto undo;", 3), swap("\nfail:\n", "\nundo:\n")),
        main("migration_connect", instead("qemu_file_set_blocking(", swap("goto undo;", "return;"))),
        LOST,
        "FAILED",
        "connect-failure-after-setup",
    ),
    Rewrite(
        "predicate-written-out",
        _predicate_written_out,
        main(CLEANUP, swap(" || s->state == MIGRATION_STATUS_FAILED", "")),
        LOST,
        "FAILED",
        "precopy-failure-at-switchover",
    ),
    Rewrite(
        "assignment-in-condition",
        main(
            "postcopy_start",
            _asked_at_once("ret = migration_stop_vm(", "if (ret < 0) {"),
            swap(
                "if (migration_stop_vm(ms, RUN_STATE_FINISH_MIGRATE) < 0)",
                "if ((ret = migration_stop_vm(ms, RUN_STATE_FINISH_MIGRATE)) < 0)",
            ),
        ),
        main(
            "postcopy_start",
            instead("migration_stop_vm(", swap("goto fail;", "bql_unlock();\n        return -1;")),
        ),
        LOST,
        "FAILED",
        "failed-postcopy",
    ),
    Rewrite(
        "state-read-once",
        main(
            "postcopy_start",
            swap("    int ret;\n", "    int ret;\n    MigrationStatus was;\n"),
            swap("fail:\n", "fail:\n    was = ms->state;\n"),
            swap("\n    if (ms->state != ", "\n    if (was != "),
            swap(
                "\n        migrate_set_state(&ms->state, ms->state",
                "\n        migrate_set_state(&ms->state, was",
            ),
        ),
        main("postcopy_start", swap("if (was != ", "if (was == ")),
        LOST,
        "FAILED",
        "failed-postcopy",
        open=TRIED_AGAIN,
    ),
)
