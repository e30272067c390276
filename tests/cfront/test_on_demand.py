"""Reading on demand: what the index says of a file, and that a function read alone is the same function."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.cfront import index, lower, parse
from analyzer.cfront.shift import moved
from analyzer.model.summary import Dialect, FileIndex, FunctionEntry
from tests.cfront.test_laws import ANY_TEXT, DIALECT

OUTER = (
    "static int f(int a)\n{\n    g(a);\n}\n",
    "int g(void) { return h(1); }",
    "struct S { int a; void (*go)(void); };",
    "#ifdef A\n",
    "#if 0\n",
    "#else\n",
    "#endif\n",
    "static const struct S s = { .a = 1, .go = f };",
    "int x;",
    "/* } */",
    "#define M(a) do { f(a); } while (0)\n",
    "attr(1)\n",
    'extern "C" {\n',
    "}\n",
    "int f(int b)\n{\n#ifdef B\n  if (b) {\n#else\n  if (!b) {\n#endif\n    f(b);\n  }\n}\n",
    "int (*h(int a))(int) { return 0; }",
    "void k(void)\n{\n",
)
FILES = st.lists(st.sampled_from(OUTER), max_size=12).map("".join)


def indexed(text: str, dialect: Dialect = DIALECT) -> FileIndex:
    return index("a.c", text, dialect)


def entry(text: str, name: str) -> FunctionEntry:
    (found,) = [one for one in indexed(text).functions if one.name == name]
    return found


@given(st.one_of(FILES, ANY_TEXT))
@settings(deadline=None, max_examples=300)
def test_lowering_all_names_is_parsing(text: str) -> None:
    whole = parse("a.c", text, DIALECT)
    names = {function.name for function in whole.functions}
    assert lower("a.c", text, DIALECT, names).functions == whole.functions


@given(st.one_of(FILES, ANY_TEXT), st.sampled_from(("f", "g", "h", "k")))
@settings(deadline=None, max_examples=300)
def test_a_function_read_alone_is_the_same(text: str, name: str) -> None:
    whole = parse("a.c", text, DIALECT)
    expected = tuple(function for function in whole.functions if function.name == name)
    assert lower("a.c", text, DIALECT, (name,)).functions == expected


@given(st.one_of(FILES, ANY_TEXT), st.integers(1, 5))
@settings(deadline=None, max_examples=300)
def test_a_text_further_down_is_the_same_further_down(text: str, by: int) -> None:
    here, there = parse("a.c", text, DIALECT), parse("b.c", "\n" * by + text, DIALECT)
    expected = [replace(moved(function, by), path="b.c") for function in here.functions]
    assert list(there.functions) == expected
    assert parse("b.c", text, DIALECT).functions == tuple(replace(one, path="b.c") for one in here.functions)


@given(FILES)
@settings(deadline=None, max_examples=300)
def test_the_index_knows_every_function_that_the_parser_finds(text: str) -> None:
    found = indexed(text)
    if not found.problems:  # where brackets match
        known = {one.name for one in found.functions}
        assert {function.name for function in parse("a.c", text, DIALECT).functions} <= known


@given(st.one_of(FILES, ANY_TEXT))
@settings(deadline=None, max_examples=300)
def test_no_text_raises(text: str) -> None:
    for one in indexed(text).functions:
        assert 1 <= one.line <= one.end_line <= text.count("\n") + 1


def test_an_entry_says_where_and_what() -> None:
    found = entry("int x;\n\n/* f */\nstatic inline int\nf(S *s)\n{\n    s->go(MODE_A, 1);\n}\n", "f")
    assert (found.static, found.inline, found.line, found.end_line) == (True, True, 4, 8)
    assert found.mentions == {"static", "inline", "int", "f", "S", "s", "go", "MODE_A"}


def test_both_arms_and_macros_are_mentioned_but_no_comment_and_no_string() -> None:
    text = 'void f(void)\n{\n#ifdef A\n  a();\n#else\n  b();\n#endif\n  M(c, d->e);\n  /* no */ p("never");'
    text += " // not\n"
    text += "#define LOCAL(x) inner(x)\n}\n"
    mentions = entry(text, "f").mentions
    assert {"a", "b", "M", "c", "d", "e", "p", "LOCAL", "inner"} <= mentions
    assert mentions.isdisjoint({"no", "never", "not"})


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("static int __attribute__((unused)) f(int a)", "f"),
        ("int f(int a) __attribute__((cold))", "f"),
        ("DEFINE_THING(x)\nstatic int f(void)", "f"),
        ("attr(3) int f(void)", "f"),
        ("int (*f(int a))(int b)", "f"),
        ("struct T *f(struct T (*a)(int))", "f"),
        ("enum E f(void)", "f"),
        ("int f(\n#ifdef A\n int a\n#else\n long a\n#endif\n)", "f"),
        ("TASK2(f, int, a)", "do_f"),
        ("void HELPER(f)(int a)", "HELPER"),
        ("module_init(x)\nTASK2(f, int, a)", "do_f"),
        ("#ifdef A\nint f(int a)\n#else\nint f(void)\n#endif\n", "f"),
    ],
)
def test_a_head_names_its_function(head: str, name: str) -> None:
    text = head + "\n{\n    go();\n}\nint last(void) { }\n"
    assert [one.name for one in indexed(text).functions] == [name, "last"]


@pytest.mark.parametrize(
    "text",
    [
        "struct S { int (*f)(int a); };",
        "struct attr(4) S { int a; };",
        "static struct S s = { f(1) };",
        "enum { A = F(1), B };",
        "typedef union { int a; } __attribute__((packed)) U;",
        "#if 0\nint f(void) { }\n#endif\n",
        "#define F int f(void) { }\n",
        "/* int f(void) { } */",
        "int f(void);",
    ],
)
def test_what_is_no_definition(text: str) -> None:
    assert [one.name for one in indexed(text + "\nint last(void) { }\n").functions] == ["last"]


def pointers(text: str) -> set[tuple[str, str, str]]:
    return {(one.field, one.function, one.within) for one in indexed(text).pointers}


def test_functions_in_initialisers() -> None:
    text = """
struct Ops { int id; void (*start)(int a), *other; void (*stop)(void); };
static struct Ops a = { .start = a_start, .stop = &a_stop, .id = ID };
static const Outer b[] = { [1] = { .ops = { .start = b_start }, .ops.stop = (T *) b_stop, .n = f(x, y) } };
static struct Ops c[] = { { 1, c_start, none, c_stop }, { 2, d_start } };
static struct Ops d = { 1, e_start };
"""
    assert pointers(text) == {
        ("start", "a_start", ""),
        ("stop", "a_stop", ""),
        ("ops.start", "b_start", ""),
        ("ops.stop", "b_stop", ""),
        ("start", "e_start", ""),
        ("start", "c_start", ""),
        ("other", "none", ""),
        ("stop", "c_stop", ""),
        ("start", "d_start", ""),
    }


def test_functions_stored_in_functions() -> None:
    text = "void f(K *k, int v) { k->realize = up; k->a.down = &down; k->level = v; k->mode = MODE;"
    text += " k->same == up2; }"
    assert pointers(text) == {("realize", "up", "f"), ("a.down", "down", "f")}


def test_macros_that_call_and_names_for_names() -> None:
    text = "#define GO(a, b) \\\n    do { go(a); } while (0)\n"
    text += "#define N 3\n#define OLD fresh\n#define MAX(a, b) (a)\n"
    found = indexed(text)
    assert [(one.name, sorted(one.mentions), one.line) for one in found.macros] == [
        ("GO", ["do", "go", "while"], 1)
    ]
    assert found.aliases == (("OLD", "fresh"),)


def test_brackets_that_belong_to_nothing_are_problems() -> None:
    assert [one.span.line for one in indexed("int a;\n}\nint f(void) {\n").problems] == [2, 3]
    assert indexed("int f(void) { }").problems == ()
