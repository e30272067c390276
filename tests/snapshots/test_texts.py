"""Snapshots of whole texts: what continues what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.model.snapshot import Evidence
from analyzer.snapshots.texts import from_texts

A = """\
int first(int a)
{
    one(a);
    if (a) {
        two();
    }
    return 0;
}

int second(void)
{
    return first(LIMIT);
}
"""


def moved(old: str, new: str) -> tuple[int, ...]:
    return from_texts([("base", {"a.c": old}), ("one", {"a.c": new})])[1].moved["a.c"]


def renamed(old: str, new: str) -> dict[str, str]:
    return dict(from_texts([("base", {"a.c": old}), ("one", {"a.c": new})])[1].renamed)


def test_every_line_has_its_evidence_and_place() -> None:
    base, one = from_texts([("base", {"a.c": "int a;\nint b;\n"}), ("one", {"a.c": "int b;"})])
    assert (base.patch, base.title, one.patch, one.title) == (0, "base", 1, "one")
    assert base.lines["a.c"] == ((Evidence.TREE, "a.c", 1), (Evidence.TREE, "a.c", 2))
    assert one.moved["a.c"] == (2,)


def test_a_file_that_did_not_change_has_no_line_map() -> None:
    assert from_texts([("base", {"a.c": A}), ("one", {"a.c": A})])[1].moved == {}


def test_indentation_and_comments_keep_identity() -> None:
    new = A.replace("    ", "\t").replace("one(a);", "one(a); /* why */")
    assert moved(A, new) == tuple(range(1, 14))


def test_a_line_that_is_the_only_one_of_its_kind_may_move() -> None:
    assert moved("a();\nb();\nc();\nd();\n", "b();\nc();\nd();\na();\n") == (2, 3, 4, 1)


def test_a_function_that_moves_keeps_its_lines() -> None:
    first, second = A.split("\n\n")
    assert moved(A, f"{second}{first}\n") == (10, 11, 12, 13, 1, 2, 3, 4, 5, 6, 7, 8)


def test_a_line_changed_in_part_continues_and_a_new_line_does_not() -> None:
    assert moved(A, A.replace("if (a)", "if (!a)")) == tuple(range(1, 14))
    new = A.replace("    return 0;", "    brand_new(1, 2);\n    return 0;")
    assert moved(A, new) == (1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12, 13)


def test_a_statement_broken_over_two_lines_continues_in_both() -> None:
    assert moved("call(one, two);\n", "call(one,\n     two);\n") == (1, 1)


def test_a_function_renamed_throughout_is_named() -> None:
    assert renamed(A, A.replace("first", "primary")) == {"primary": "first"}


def test_a_constant_renamed_throughout_is_named() -> None:
    old = "enum { LIMIT, OTHER };\n" + A
    assert renamed(old, old.replace("LIMIT", "BOUND")) == {"BOUND": "LIMIT"}
    assert renamed("#define LIMIT 3\n" + A, ("#define LIMIT 3\n" + A).replace("LIMIT", "BOUND")) == {
        "BOUND": "LIMIT"
    }


def test_what_is_no_definition_is_not_renamed() -> None:
    assert renamed(A, A.replace("two()", "three()")) == {}
    assert renamed(A, A.replace("LIMIT", "BOUND")) == {}


def test_a_name_that_stood_before_or_still_stands_is_no_rename() -> None:
    assert renamed(A, A.replace("first", "second")) == {}
    assert renamed(A, A.replace("int first", "int primary")) == {}


def test_two_renames_at_once_are_told_apart() -> None:
    assert renamed(A, A.replace("first", "f1").replace("second", "f2")) == {"f1": "first", "f2": "second"}


USES = "".join(f"void f{n}(void)\n{{\n    tell({name});\n}}\n" for n, name in enumerate(["DONE", "LOST"] * 3))
ENUM = "enum {\n    DONE,\n    LOST,\n};\n"
SAID = (ENUM + USES).replace("DONE", "NOTE_DONE").replace("LOST", "NOTE_LOST")


@pytest.mark.parametrize("instead", ["tell(NOTE_DONE);", "ask(NOTE_LOST, 1);", ";"])
def test_a_rename_that_also_changes_a_use_is_named(instead: str) -> None:
    assert renamed(ENUM + USES, SAID.replace("tell(NOTE_LOST);", instead, 1)) == {
        "NOTE_DONE": "DONE",
        "NOTE_LOST": "LOST",
    }


def test_a_rename_that_changes_half_of_the_places_is_not_named() -> None:
    assert renamed(ENUM + USES, SAID.replace("tell(NOTE_LOST);", "tell(NOTE_DONE);", 2)) == {
        "NOTE_DONE": "DONE"
    }


def test_another_definition_that_takes_over_all_uses_is_no_rename() -> None:
    old = "#define DONE 1\n" + USES
    new = "int other;\n" + USES.replace("DONE", "OVER") + "\n#define OVER(x) 2\n"
    assert renamed(old, new) == {}


LINE = st.sampled_from(["a();", "b();", "}", "{", "if (x) {", "", "/*", "*/", "#if A", "return 1;", '"', "'"])
TEXT = st.lists(LINE, max_size=12).map(lambda lines: "".join(line + "\n" for line in lines))


@given(TEXT, TEXT)
def test_maps_are_sound_for_any_text(old: str, new: str) -> None:
    lines = from_texts([("base", {"a.c": old}), ("one", {"a.c": new})])[1].moved.get("a.c")
    if lines is None:
        assert old == new
        return
    assert len(lines) == new.count("\n")
    assert all(0 <= line <= old.count("\n") for line in lines)
