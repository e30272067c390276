"""The engine against a plain interpreter, on programs made at random.

A program is a tree of statements, written as C for the engine and translated to a few instructions for the
interpreter, which tries every outcome of every unknown call. Both have to come to the same words. Every loop
may be left by an unknown call: the engine takes loops without effect to end, whatever their condition says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.lifecycle.automaton import Automaton
from tests.builders import compared, stages

LONGEST = 5
FLAGS = ("a", "b")
NOTES = ("UP", "DOWN")

Tree: TypeAlias = tuple  # type: ignore[type-arg]


def conditions() -> st.SearchStrategy[Tree]:
    leaf = st.sampled_from([("ask",), ("ask",), ("negative",), *(("flag", name) for name in FLAGS)])
    return st.recursive(
        leaf,
        lambda inner: (
            st.tuples(st.just("not"), inner)
            | st.tuples(st.sampled_from(["and", "or"]), inner, inner)
        ),
        max_leaves=3,
    )  # fmt: skip


def may_end() -> st.SearchStrategy[Tree]:
    return conditions().map(lambda condition: ("and", ("ask",), condition))


def statements() -> st.SearchStrategy[Tree]:
    leaf = (
        st.sampled_from([("tell", name) for name in NOTES])
        | st.sampled_from([("set", name, value) for name in FLAGS for value in (0, 1)])
        | st.tuples(st.just("ask into"), st.sampled_from(FLAGS))
        | st.sampled_from([("return",), ("break",), ("continue",), ("leave",), ("help",)])
    )
    return st.recursive(
        leaf,
        lambda inner: (
            st.tuples(st.just("if"), conditions(), blocks(inner), blocks(inner))
            | st.tuples(st.just("while"), may_end(), blocks(inner))
            | st.tuples(st.just("switch"), st.sampled_from(FLAGS), blocks(inner), blocks(inner))
        ),
        max_leaves=8,
    )


def blocks(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[tuple[Tree, ...]]:
    return st.lists(inner, max_size=3).map(tuple)


PROGRAM = st.tuples(
    st.lists(statements(), min_size=1, max_size=4).map(tuple),
    st.lists(statements(), max_size=2).map(tuple),
)

# --- as C -----------------------------------------------------------------------------------------


def condition_in_c(tree: Tree) -> str:
    match tree:
        case ("ask",):
            return "ask()"
        case ("negative",):
            return "measure() < 0"
        case ("flag", name):
            return str(name)
        case ("not", inner):
            return f"!({condition_in_c(inner)})"
        case (op, left, right):
            return f"({condition_in_c(left)}) {'&&' if op == 'and' else '||'} ({condition_in_c(right)})"
    raise AssertionError(tree)


def in_c(body: tuple[Tree, ...], loop: bool = False) -> str:
    return "\n".join(statement_in_c(tree, loop) for tree in body)


def statement_in_c(tree: Tree, loop: bool) -> str:
    match tree:
        case ("tell", name):
            return f"tell(NOTE_{name});"
        case ("set", name, value):
            return f"{name} = {value};"
        case ("ask into", name):
            return f"{name} = ask() > 0;"
        case ("return",):
            return "return;"
        case ("leave",):
            return "goto out;"
        case ("nothing",):
            return "trace_it();"
        case ("help",):
            return "assist();"
        case ("break" | "continue" as word,):
            return f"{word};" if loop else "trace_it();"
        case ("if", condition, then, otherwise):
            head = f"if ({condition_in_c(condition)}) {{\n{in_c(then, loop)}\n}}"
            return f"{head} else {{\n{in_c(otherwise, loop)}\n}}"
        case ("while", condition, body):
            return f"while ({condition_in_c(condition)}) {{\n{in_c(body, True)}\n}}"
        case ("switch", name, first, second):
            # The first arm falls through to the second. A break would leave the switch: none stands in it.
            return f"switch ({name}) {{\ncase 0:\n{in_c(first)}\ncase 1:\n{in_c(second)}\n}}"
    raise AssertionError(tree)


def without_help(tree: Tree) -> Tree:
    """The function that helps does not call itself."""
    if tree == ("help",):
        return ("nothing",)
    return tuple(
        tuple(map(without_help, item)) if isinstance(item, tuple) and item and isinstance(item[0], tuple)
        else item
        for item in tree
    )  # fmt: skip


def text_of(program: Tree) -> str:
    main, assist = program
    alone = tuple(without_help(tree) for tree in assist)
    flags = "".join(f"int {name} = 0;\n" for name in FLAGS)
    return (
        f"static void assist(void)\n{{\n{flags}{in_c(alone)}\nout:\ntrace_it();\n}}\n"
        f"void run(Object *o)\n{{\n{flags}{in_c(main)}\nout:\ntrace_it();\n}}\n"
    )


# --- as instructions ------------------------------------------------------------------------------


@dataclass
class Code:
    """``tell N``, ``set F V``, ``fork T`` (or go on), ``test F T`` (0: go to T), ``goto T``, ``end``."""

    steps: list[list[object]] = field(default_factory=list)

    def put(self, *step: object) -> list[object]:
        self.steps.append(list(step))
        return self.steps[-1]

    @property
    def here(self) -> int:
        return len(self.steps)


def translate(program: Tree) -> Code:
    code = Code()
    _function(code, program[0], program[1], "")
    code.put("end")
    return code


def _function(code: Code, body: tuple[Tree, ...], assist: tuple[Tree, ...], scope: str) -> None:
    for name in FLAGS:
        code.put("set", scope + name, 0)
    ends: list[list[object]] = []
    _block(code, body, assist, scope, None, ends)
    for jump in ends:
        jump[1] = code.here


def _block(
    code: Code,
    body: tuple[Tree, ...],
    assist: tuple[Tree, ...],
    scope: str,
    loop: tuple[int, list[list[object]]] | None,
    ends: list[list[object]],
) -> None:
    for tree in body:
        match tree:
            case ("tell", name):
                code.put("tell", name)
            case ("set", name, value):
                code.put("set", scope + name, value)
            case ("ask into", name):
                code.put("set", scope + name, 0)
                fork = code.put("fork", 0)
                code.put("set", scope + name, 1)
                fork[1] = code.here
            case ("return",) | ("leave",):
                ends.append(code.put("goto", 0))
            case ("help",) if not scope:
                _function(code, assist, (), "inner ")
            case ("break",):
                if loop:
                    loop[1].append(code.put("goto", 0))
            case ("continue",):
                if loop:
                    code.put("goto", loop[0])
            case ("if", condition, then, otherwise):
                wrong = _condition(code, condition, scope)
                _block(code, then, assist, scope, loop, ends)
                over = code.put("goto", 0)
                _land(code, wrong)
                _block(code, otherwise, assist, scope, loop, ends)
                over[1] = code.here
            case ("while", condition, inner):
                start = code.here
                wrong = _condition(code, condition, scope)
                breaks: list[list[object]] = []
                _block(code, inner, assist, scope, (start, breaks), ends)
                code.put("goto", start)
                _land(code, wrong + breaks)
            case ("switch", name, first, second):
                zero = code.put("test", scope + name, 0)
                other = code.put("goto", 0)
                zero[2] = code.here
                _block(code, first, assist, scope, None, ends)
                other[1] = code.here
                _block(code, second, assist, scope, None, ends)


def _condition(code: Code, tree: Tree, scope: str) -> list[list[object]]:
    """Instructions that go on if the condition holds; the jumps taken if it does not."""
    match tree:
        case ("ask",) | ("negative",):
            return [code.put("fork", 0)]
        case ("flag", name):
            return [code.put("test", scope + name, 0)]
        case ("not", inner):
            wrong = _condition(code, inner, scope)
            jump = code.put("goto", 0)
            _land(code, wrong)
            return [jump]
        case ("and", left, right):
            return _condition(code, left, scope) + _condition(code, right, scope)
        case ("or", left, right):
            wrong = _condition(code, left, scope)
            over = code.put("goto", 0)
            _land(code, wrong)
            both = _condition(code, right, scope)
            over[1] = code.here
            return both
    raise AssertionError(tree)


def _land(code: Code, jumps: list[list[object]]) -> None:
    for jump in jumps:
        jump[-1] = code.here


def interpreted(code: Code) -> set[tuple[str, ...]]:
    """The words of all runs that end, of at most `LONGEST` letters."""
    found: set[tuple[str, ...]] = set()
    seen = set()
    work: list[tuple[int, tuple[tuple[str, int], ...], tuple[str, ...]]] = [(0, (), ())]
    while work:
        here = work.pop()
        if here in seen or len(here[2]) > LONGEST:
            continue
        seen.add(here)
        at, flags, word = here
        match code.steps[at]:
            case ["end"]:
                found.add(word)
            case ["tell", str(name)]:
                work.append((at + 1, flags, (*word, name)))
            case ["set", str(name), int(value)]:
                work.append((at + 1, tuple(sorted({**dict(flags), name: value}.items())), word))
            case ["fork", int(target)]:
                work += [(at + 1, flags, word), (target, flags, word)]
            case ["test", name, int(target)]:
                work.append((at + 1 if dict(flags)[str(name)] else target, flags, word))
            case ["goto", int(target)]:
                work.append((target, flags, word))
    return found


# --- both -----------------------------------------------------------------------------------------


def explored(program: Tree) -> set[tuple[str, ...]]:
    (stage,) = stages(text_of(program))
    ends = frozenset(
        n for n in stage.graph.ends() if (end := stage.graph.nodes[n].end) and end.kind == "done"
    )
    return words(stage.dfa, ends)


def words(dfa: Automaton, ends: frozenset[int]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    seen: set[tuple[int, tuple[str, ...]]] = set()
    work: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while work:
        state, word = here = work.pop()
        if here in seen or len(word) > LONGEST:
            continue
        seen.add(here)
        if dfa.ends[state] & ends:
            found.add(word)
        work += [(target, (*word, label[0])) for label, target in dfa.arrows[state].items()]
    return found


def check(program: Tree) -> None:
    assert explored(program) == interpreted(translate(program)), text_of(program)


@given(PROGRAM)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_both_come_to_the_same_words(program: Tree) -> None:
    check(program)


@pytest.mark.slow
@given(PROGRAM)
@settings(max_examples=800, deadline=None)
def test_both_come_to_the_same_words_on_many_programs(program: Tree) -> None:
    check(program)


def silenced(tree: Tree, note: str) -> Tree:
    """The same without one of the events."""
    if tree == ("tell", note):
        return ("nothing",)
    return tuple(silenced(part, note) if isinstance(part, tuple) else part for part in tree)


def check_lockstep(program: Tree, note: str) -> None:
    after = silenced(program, note)
    result = compared(text_of(program), text_of(after))
    if explored(program) != explored(after):
        assert result.changes or result.unknown, text_of(program)
    elif not any(note in word for word in explored(program)):
        assert not result.changes, text_of(program)


@given(PROGRAM, st.sampled_from(NOTES))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_lockstep_tells_every_difference(program: Tree, note: str) -> None:
    check_lockstep(program, note)


@given(PROGRAM)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_lockstep_with_itself_tells_none(program: Tree) -> None:
    text = text_of(program)
    other = "".join(line.lstrip() + "\n" for line in text.replace("{", "{\n/* as before */\n").splitlines())
    result = compared(text, other)
    assert result.changes == (), text
    assert result.unknown == (), text


@pytest.mark.slow
@given(PROGRAM, st.sampled_from(NOTES))
@settings(max_examples=100, deadline=None)
def test_lockstep_tells_every_difference_of_many_programs(program: Tree, note: str) -> None:
    check_lockstep(program, note)
