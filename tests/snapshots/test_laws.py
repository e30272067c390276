"""Laws of laying a series over a model, on texts and hunks made at random."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model.series import FileChange, FileDiff, Hunk, HunkLine, LineKind, Patch, Series
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.snapshots.built_in import lay
from tests.snapshots.sample import profile, series, tokens

# A block is lines that stand together; those marked "d" are dropped by the model.
BLOCKS = (
    ("", ("    tell(o, NOTE_UP);",)),
    ("", ("    set_phase(o, PHASE_BUSY);",)),
    ("", ("    go();",)),
    ("", ("    if (ready(o)) {", "        go();", "    }")),
    ("", ("    if (o->phase == PHASE_FAILED) {", "        tell(o, NOTE_DOWN);", "        return;", "    }")),
    ("", ("    first_step(o);",)),
    ("", ("    second_step(o,", "                1);")),
    ("d", ("    log_it(o);",)),
    ("d", ("    trace_it(o);",)),
    ("d", ("    if (loud) {", "        log_it(o);", "    }")),
    ("d", ("    /* a word", "     * more; words", "     */")),
    ("d", ("    o->count = 1;",)),
    ("d", ("",)),
)
BODY = st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=8)
PROGRAM = st.lists(BODY, min_size=1, max_size=3)
ADDED = st.sampled_from([BLOCKS[0], BLOCKS[1], BLOCKS[4], BLOCKS[6], ("", ("    brand_new(o);",))])


def text(program: list[list[tuple[str, tuple[str, ...]]]], reduced: bool) -> str:
    lines: list[str] = []
    for number, body in enumerate(program):
        lines += [f"static void step_{number}(Object *o)", "{"]
        lines += [line for mark, block in body if not (reduced and mark) for line in block]
        lines += ["}", ""]
    return "".join(line + "\n" for line in lines)


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[list[tuple[str, tuple[str, ...]]]], ...]:
    """A program and the programs after one to three edits that matter."""
    programs = [draw(PROGRAM)]
    for _ in range(draw(st.integers(1, 3))):
        program = [list(body) for body in programs[-1]]
        body = program[draw(st.integers(0, len(program) - 1))]
        at = draw(st.integers(0, len(body)))
        if draw(st.booleans()) and at < len(body) and not body[at][0]:
            del body[at]
        else:
            body.insert(at, draw(ADDED))
        programs.append(program)
    return tuple(programs)


def check(trees: list[str], model: str, expected: list[str]) -> tuple[Snapshot, ...]:
    """Up to the first stage that says Unknown, every stage reads as expected."""
    snapshots = lay(series([{"life.c": tree} for tree in trees]), profile({"life.c": model}))
    for snapshot, wanted in zip(snapshots, expected, strict=True):
        if snapshot.unknown:
            break
        assert tokens(snapshot.files["life.c"]) == tokens(wanted)
    return snapshots


@given(edits())
@settings(max_examples=30, deadline=None)
def test_on_a_model_that_is_the_whole_text_a_patch_is_applied_or_unknown(
    programs: tuple[list[list[tuple[str, tuple[str, ...]]]], ...],
) -> None:
    texts = [text(program, False) for program in programs]
    check(texts, texts[0], texts)


@given(edits())
@settings(max_examples=30, deadline=None)
def test_on_a_reduced_model_a_patch_does_the_same_or_is_unknown(
    programs: tuple[list[list[tuple[str, tuple[str, ...]]]], ...],
) -> None:
    texts = [text(program, False) for program in programs]
    reduced = [text(program, True) for program in programs]
    check(texts, reduced[0], reduced)


def telling(shown: str) -> str:
    """The text without what cannot matter: a diff may take one of two equal such lines for the other."""
    said = " ".join(tokens(shown))
    for mark, block in BLOCKS:
        if mark and len(block) == 1 and block[0]:
            said = said.replace(" ".join(tokens(block[0])) + " ", "")
    return said.replace("if ( loud ) { } ", "")


@given(edits())
@settings(max_examples=15, deadline=None)
def test_a_series_and_its_reverts_end_where_it_began(
    programs: tuple[list[list[tuple[str, tuple[str, ...]]]], ...],
) -> None:
    there = [text(program, False) for program in programs]
    reduced = text(programs[0], True)
    trees = [{"life.c": tree} for tree in [*there, *there[-2::-1]]]
    snapshots = lay(series(trees), profile({"life.c": reduced}))
    if not any(snapshot.unknown for snapshot in snapshots):
        assert telling(snapshots[-1].files["life.c"]) == telling(reduced)


@given(edits())
@settings(max_examples=15, deadline=None)
def test_maps_and_evidence_fit_the_text(
    programs: tuple[list[list[tuple[str, tuple[str, ...]]]], ...],
) -> None:
    trees = [{"life.c": text(program, False)} for program in programs]
    snapshots = lay(series(trees), profile({"life.c": text(programs[0], True)}))
    for before, snapshot in itertools.pairwise(snapshots):
        for path, now in snapshot.files.items():
            assert len(snapshot.lines[path]) == now.count("\n")
            moved = snapshot.moved.get(path)
            if moved is None:
                assert before.files[path] == now
                continue
            assert len(moved) == now.count("\n")
            assert all(0 <= line <= before.files[path].count("\n") for line in moved)
            for evidence, place, line in snapshot.lines[path]:
                assert line > 0
                assert place == ("life.c" if evidence is Evidence.DIFF else "lifecycle/life.c")


def test_a_patch_that_changes_nothing_leaves_the_identity() -> None:
    tree = {"life.c": text([list(BLOCKS)], False)}
    base, one = lay(series([tree, tree]), profile({"life.c": text([list(BLOCKS)], True)}))
    assert one.files == base.files
    assert not one.moved and not one.renamed and not one.unknown


SCRAP = st.sampled_from(
    [
        *(line for _, block in BLOCKS for line in block),
        *("}", "{", "static void step_0(Object *o)", "int x = {", "#if A", "#else", "#endif", "/*", "*/"),
        *(
            "case A:",
            "out:",
            "else",
            "} else {",
            "(",
            ")",
            '"',
            "'",
            "tell(o,",
            "NOTE_UP);",
            "\x0c",
            "ä\u2028",
        ),
    ]
)
LINE = st.builds(HunkLine, st.sampled_from(LineKind), SCRAP)
HUNK = st.builds(
    Hunk,
    st.integers(0, 99),
    st.integers(0, 9),
    st.integers(0, 99),
    st.integers(0, 9),
    st.sampled_from(["", "out:", "static void step_0(Object *o)", "void other(void)", "struct x {"]),
    st.lists(LINE, max_size=12).map(tuple),
)
FILE = st.builds(
    FileDiff,
    st.sampled_from(["life.c", "other.c", "README"]),
    st.sampled_from(["life.c", "other.c", "new.h"]),
    st.sampled_from(FileChange),
    st.lists(HUNK, max_size=3).map(tuple),
)


@given(PROGRAM, st.lists(st.lists(FILE, max_size=3), max_size=3))
@settings(max_examples=40, deadline=None)
def test_no_hunk_makes_it_raise(
    program: list[list[tuple[str, tuple[str, ...]]]], files: list[list[FileDiff]]
) -> None:
    patches = tuple(Patch(n, 0, 1, "t", "a", "", tuple(part)) for n, part in enumerate(files, 1))
    snapshots = lay(Series("s", 1, patches), profile({"life.c": text(program, True)}))
    assert len(snapshots) == len(patches) + 1
    for snapshot in snapshots:
        assert all(len(snapshot.lines[path]) == now.count("\n") for path, now in snapshot.files.items())
