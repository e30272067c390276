"""What holds for any text: nothing moves, nothing raises, and what comes out is a valid summary."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.cfront import parse, show, verify
from analyzer.cfront.normalise import normalise, rewritten
from analyzer.cfront.plain import as_it_stands
from analyzer.model.summary import Call, Dialect, FileSummary, Symbol

DIALECT = Dialect(
    attributes=("attr",),
    auto_types=("auto_ptr", "auto_value(T)"),
    block_macros=("WITH_*",),
    loop_macros=("*_FOREACH",),
    noreturn=("abort",),
    guards=("GUARD",),
    definers=("TASK?(do_*)",),
)
PIECES = (
    "int f(int a) {",
    "}",
    "{",
    "(",
    ")",
    ";",
    ",",
    ":",
    "a",
    "b",
    "f(",
    "if (",
    "else ",
    "while (",
    "for (;;) ",
    "do ",
    "switch (a) {",
    "case 1:",
    "default:",
    "goto l;",
    "l:",
    "return ",
    "break;",
    "continue;",
    "=",
    "==",
    "&&",
    "'",
    '"',
    "++",
    "->",
    ".",
    "*",
    "&",
    "?",
    "[",
    "]",
    "\n#ifdef A\n",
    "\n#if 0\n",
    "\n#else\n",
    "\n#elif B\n",
    "\n#endif\n",
    "#",
    "\\\n",
    "/*",
    "*/",
    "//",
    "\n",
    "\r\n",
    "WITH_L(&a) {",
    "WITH_L() {",
    "GUARD(&a);",
    "TASK2(f, int, a) {",
    ".a = ",
    "X_FOREACH(a, b) {",
    "auto_ptr(T) ",
    "auto_value(T) ",
    "attr ",
    "struct S ",
    "typedef ",
    "static ",
    "case 1 ... 2:",
    "({",
    "})",
    "(T){",
    "offsetof(S, a.b)",
    "goto *a;",
    "1",
    "0x",
    "'c'",
    "é",
    "\x00",
    "\x0c",
    "sizeof(int)",
    "||",
)
ANY_TEXT = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join))


def understood(text: str) -> FileSummary:
    summary = parse("a.c", text, DIALECT)
    for function in summary.functions:
        assert verify(function) == ()
        assert show(function)
    return summary


@given(ANY_TEXT)
@settings(deadline=None, max_examples=300)
def test_normalising_moves_nothing(text: str) -> None:
    found = normalise(text, DIALECT)
    ends = [index for index, letter in enumerate(text) if letter == "\n"]
    for result in (found.code, found.clean):
        assert len(result) == len(text)
        assert [index for index, letter in enumerate(result) if letter == "\n"] == ends


@given(ANY_TEXT)
@settings(deadline=None, max_examples=300)
def test_no_text_raises_and_every_summary_is_valid(text: str) -> None:
    understood(text)
    understood("int f(int a, int b) {\n" + text + "\n}")


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=50)
def test_bytes_read_with_any_error_policy_do_not_raise(raw: bytes) -> None:
    understood(raw.decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("{", "}"),
        ("if (x) {", "}"),
        ("do {", "} while (x);"),
        ("switch (x) { case 1: ", "}"),
        ("X_FOREACH(a, b) {", "}"),
        ("x = (", ");"),
        ("g(", ");"),
        ("x = !", ";"),
        ("x = y ? z : ", ";"),
        ("\n#ifdef A\n", "\n#endif\n"),
        ("({ ", "; });"),
    ],
)
@pytest.mark.parametrize("depth", [400, pytest.param(20_000, marks=pytest.mark.slow)])
def test_deep_nesting_is_a_problem_and_not_a_crash(opening: str, closing: str, depth: int) -> None:
    text = f"void f(void) {{ {opening * depth} a() {closing * depth} }}\nvoid g(void) {{ b(); }}"
    summary = understood(text)
    assert summary.problems or any(function.problems for function in summary.functions)


def test_twenty_thousand_braces_and_what_stands_after_them() -> None:
    summary = understood(
        "void f(void) {" + "{" * 20_000 + "a();" + "}" * 20_000 + "b(); }\nvoid g(void) { c(); }"
    )
    assert [function.name for function in summary.functions] == ["f", "g"]
    assert [problem.text[:17] for problem in summary.functions[0].problems] == ["nested too deeply"]
    assert called(summary, 0) == ["b"]


def test_long_chains_are_no_problem() -> None:
    chains = ["if (x) a(); else " * 500, "if (" + "a && " * 500 + "b) ", "x = " + "a + " * 500 + "b;"]
    summary = understood("void f(int x) { " + "c(); ".join(chains) + "c(); }")
    assert summary.functions[0].problems == ()


def test_reformatting_changes_the_lines_only() -> None:
    text = "int f(S *s) { if (a(s) && !s->up) { go(s, 1); } return s->x ? 1 : 0; }"
    wide = "int\nf ( S *s )\n{ /* c */\n if ( a(s)\n && ! s->up )\n { go( s,1 ) ; }"
    wide += " // d\n return s->x ? 1 : 0 ;\n}"
    assert shape(text) == shape(wide)


def shape(text: str) -> list[str]:
    lines = show(understood(text).functions[0]).splitlines()[1:]
    return [line[10:].partition("    of:")[0] for line in lines]


def called(summary: FileSummary, index: int) -> list[str]:
    blocks = summary.functions[index].blocks
    return [
        part.callee.name
        for block in blocks
        for part in block.instructions
        if isinstance(part, Call) and isinstance(part.callee, Symbol)
    ]


def test_two_calls_without_a_semicolon_are_not_silence() -> None:
    for text in ("a() b();", "a()\nb = 1;", "a() {"):
        summary = understood("void f(void) { first(); " + text + " last(); }")
        assert summary.problems or summary.functions[0].problems


def test_an_arm_that_had_to_be_left_out_is_named() -> None:
    text = "void f(int v) {\n if (v)\n#ifdef Z\n  z();\n#else\n  y();\n#endif\n done();\n}"
    (function,) = understood(text).functions
    assert [(p.text, p.span.line) for p in function.problems] == [("only one arm of #ifdef Z is read", 3)]


@given(ANY_TEXT)
@settings(deadline=None, max_examples=500)
def test_what_is_parsed_as_it_stands_needs_no_rewriting(text: str) -> None:
    for piece in (text, "int f(int a, int b) {\n" + text + "\n}", "int f(int a) {\n a(); " + text + "}"):
        found = as_it_stands(piece, DIALECT)
        if found is not None:
            whole = rewritten(piece, DIALECT)
            assert (whole.code, whole.clean) == found
            assert not (whole.macros or whole.conditions or whole.lost or whole.labels)


@pytest.mark.parametrize(
    "text",
    [
        "void f(void) { " + "a " * 500_000 + "}",
        'void f(void) { g("' + "x" * 1_000_000 + '"); }',
        'void f(void) { g("' + "x" * 1_000_000,
        "/*" + "*" * 1_000_000,
        "}" * 50_000,
        ";" * 200_000,
        ")" * 100_000,
        "a(b)" * 10_000 + "{ }",
        "\n#ifdef A\n#else\n" * 5_000,
        "\n#ifdef A\nint f(void) {" * 2_000,
        "\n#endif\n" * 20_000,
        "\0" * 500_000,
        "int f(void) { }" * 5_000,
        "void f(void) { g(a, " + "*" * 30_000 + "b); }",
        'extern "C" {' * 5_000,
    ],
    ids=lambda text: text[:14].strip(),
)
def test_long_and_senseless_text_comes_to_an_end(text: str) -> None:
    understood(text)


def test_a_definition_that_is_too_long_is_named_and_unknown() -> None:
    summary = understood(
        "int a;\n\nint f(void)\n{\n" + "    g();\n" * 60_000 + "}\nint h(void) { return 1; }\n"
    )
    assert [(one.name, one.span.line, len(one.problems)) for one in summary.functions] == [
        ("f", 3, 1),
        ("h", 60_006, 0),
    ]
