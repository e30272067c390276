"""A series over a repository: the texts of its stages are those that git would make, or it says why not."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer import intake
from analyzer.model.profile import Profile
from analyzer.model.series import FileDiff, Series
from analyzer.model.snapshot import Evidence, Snapshot
from analyzer.snapshots.lines import Part, continued_parts
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.tree import lay
from tests.repositories import IDENTITY, commit, every_byte, git, make_hostile, repository, write
from tests.snapshots.sample import profile

BODY = """int {name}(Object *o)
{{
    int ret = first_{name}(o);

    if (ret < 0) {{
        tell(o, NOTE_DOWN);
        return ret;
    }}
    second_{name}(o);
    return go(o);
}}
"""
LIFE = "\n".join(BODY.format(name=name) for name in ("one", "two", "three", "four"))
FILES = {
    "core/life.c": LIFE,
    "core/life.h": "int one(Object *o);\nint two(Object *o);\n",
    "doc.txt": "words\n",
}


def domain(*globs: str) -> Profile:
    return replace(profile({}), paths=globs or ("core/*",))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "tree")
    commit(folder, FILES)
    return folder


def series_of(tree: Path, *since: str) -> Series:
    """What format-patch makes of the commits after `since`."""
    folder = tree.parent / "patches"
    git(tree, "format-patch", "-q", "--find-copies-harder", "-o", str(folder), *(since or ("HEAD~1",)))
    (series,) = intake.read([str(path) for path in folder.iterdir()])
    return series


def laid(tree: Path, series: Series, base: str = "HEAD", *globs: str) -> tuple[Snapshot, ...]:
    with Objects(tree) as objects:
        snapshots = lay(series, domain(*globs), objects, base)
        for snapshot in snapshots:
            assert {
                path: snapshot.files[path] for path in snapshot.files
            }  # read while the repository is open
        return snapshots


def after(tree: Path, files: Mapping[str, str | bytes | None], *globs: str) -> tuple[Snapshot, ...]:
    """The snapshots of one commit on top of the tree, laid over what was there before it."""
    commit(tree, files, "a step")
    snapshots = laid(tree, series_of(tree), "HEAD~1", *globs)
    assert [snapshot.unknown for snapshot in snapshots] == [()] * len(snapshots)
    return snapshots


def sources(tree: Path, revision: str) -> dict[str, str]:
    """The C files of a commit, and their ids."""
    with Objects(tree) as objects:
        return dict(objects.listing(revision, ("core/*.c", "core/*.h")))


def test_the_base_has_the_c_files_of_the_profile(tree: Path) -> None:
    commit(tree, {"other/x.c": "int x;\n", "core/notes.txt": "notes\n"})
    (base,) = laid(tree, Series("none", 1, ()))
    assert dict(base.files) == {"core/life.c": LIFE, "core/life.h": FILES["core/life.h"]}
    assert set(base.blobs) == set(base.files)
    assert (base.patch, base.title, dict(base.lines), dict(base.moved)) == (0, "base", {}, {})


def test_a_patch_changes_text_blob_and_lines(tree: Path) -> None:
    base, one = after(
        tree, {"core/life.c": LIFE.replace("    second_two(o);\n", "    extra(o);\n    second_two(o);\n")}
    )
    assert one.files["core/life.c"] == (tree / "core/life.c").read_text()
    assert one.files["core/life.h"] == base.files["core/life.h"]
    assert dict(one.blobs) == sources(tree, "HEAD")
    assert one.title == "a step"
    at = one.files["core/life.c"].split("\n").index("    extra(o);")
    moved = one.moved["core/life.c"]
    assert moved[at] == 0
    assert moved[:at] == tuple(range(1, at + 1))
    assert moved[at + 1 :] == tuple(range(at + 1, len(moved)))
    assert "core/life.h" not in one.moved
    assert not one.origins


def test_lines_that_a_diff_shows_are_in_the_diff_at_every_stage(tree: Path) -> None:
    base, one = after(
        tree, {"core/life.c": LIFE.replace("    second_two(o);\n", "    extra(o);\n    second_two(o);\n")}
    )
    at = one.files["core/life.c"].split("\n").index("    extra(o);")
    shown = [line for evidence, _, line in one.lines["core/life.c"] if evidence is Evidence.DIFF]
    assert shown == list(range(at - 2, at + 5))
    shown = [line for evidence, _, line in base.lines["core/life.c"] if evidence is Evidence.DIFF]
    assert shown == list(range(at - 2, at + 4))
    assert {(path, n) for n, (_, path, line) in enumerate(base.lines["core/life.c"], 1) if line == n} == {
        ("core/life.c", n) for n in range(1, LIFE.count("\n") + 1)
    }
    assert set(base.lines) == {"core/life.c"}


def test_a_file_that_is_renamed_keeps_its_lines(tree: Path) -> None:
    base, one = after(tree, {"core/life.c": None, "core/new.c": LIFE.replace("first_two", "begin_two")})
    assert "core/life.c" in base.files
    assert set(one.files) == {"core/new.c", "core/life.h"} == set(one.blobs)
    assert one.origins["core/new.c"] == tuple(("core/life.c", n) for n in range(1, LIFE.count("\n") + 1))
    assert set(one.moved["core/new.c"]) == {0}
    assert one.lines["core/new.c"][0][1:] == ("core/new.c", 1)


def test_a_function_that_moves_to_another_file_keeps_its_lines(tree: Path) -> None:
    moved = BODY.format(name="two")
    base, one = after(
        tree, {"core/life.c": LIFE.replace(moved + "\n", ""), "core/more.c": "/* more */\n" + moved}
    )
    first = base.files["core/life.c"].split("\n").index("int two(Object *o)") + 1
    lines = one.files["core/more.c"].split("\n")[:-1]
    assert one.origins["core/more.c"][0] == ("", 0)
    assert [
        origin for origin, text in zip(one.origins["core/more.c"][1:], lines[1:], strict=True) if text
    ] == [("core/life.c", first + k) for k, text in enumerate(lines[1:]) if text]


def test_a_function_that_moves_within_its_file_keeps_its_lines(tree: Path) -> None:
    two = BODY.format(name="two") + "\n"
    base, one = after(tree, {"core/life.c": LIFE.replace(two, "") + "\n" + two})
    before, now = base.files["core/life.c"].split("\n"), one.files["core/life.c"].split("\n")
    named = [(now[n], before[line - 1]) for n, line in enumerate(one.moved["core/life.c"]) if now[n].strip()]
    assert all(a == b for a, b in named)
    assert not one.origins


def test_a_copy_goes_on_in_both_places(tree: Path) -> None:
    _, one = after(tree, {"core/copy.c": LIFE + "int more;\n"})
    assert one.origins["core/copy.c"][:2] == (("core/life.c", 1), ("core/life.c", 2))
    assert one.origins["core/copy.c"][-1] == ("", 0)
    assert "core/life.c" not in one.moved


def test_files_come_and_go(tree: Path) -> None:
    _, one = after(tree, {"core/life.h": None, "core/fresh.c": "int fresh;\n"})
    assert set(one.files) == {"core/life.c", "core/fresh.c"}
    assert one.moved["core/fresh.c"] == (0,)


def test_touched_c_files_outside_the_globs_are_there_at_every_stage(tree: Path) -> None:
    commit(tree, {"other/x.c": "int x;\n", "other/y.c": "int y;\n"})
    base, one = after(tree, {"other/x.c": "int z;\n", "doc.txt": "more\n"})
    assert base.files["other/x.c"] == "int x;\n"
    assert one.files["other/x.c"] == "int z;\n"
    assert "other/y.c" not in base.files
    assert "doc.txt" not in one.files


def test_a_name_that_is_renamed_throughout_is_known(tree: Path) -> None:
    commit(tree, {"core/use.c": "void use(Object *o)\n{\n    two(o);\n}\n"})
    changed = {
        "core/life.c": LIFE.replace("int two(", "int second("),
        "core/life.h": "int one(Object *o);\nint second(Object *o);\n",
        "core/use.c": "void use(Object *o)\n{\n    second(o);\n}\n",
    }
    _, one = after(tree, changed)
    assert dict(one.renamed) == {"second": "two"}


@pytest.mark.parametrize(
    ("head", "use"),
    [
        ("struct s {{\n    Lock {};\n    int n;\n}};\n", "void f(S *s)\n{{\n    take(&s->{});\n}}\n"),
        ("static Lock {};\nint other;\n", "void f(void)\n{{\n    take(&{});\n}}\n"),
        ("enum {{\n    FIRST,\n    {},\n}};\n", "void f(void)\n{{\n    tell(0, {});\n}}\n"),
        ("#define {} 3\n\n", "void f(void)\n{{\n    tell(0, {});\n}}\n"),
        ("int {}(int a,\n        int b)\n{{\n    return a;\n}}\n", "void f(void)\n{{\n    {}(1, 2);\n}}\n"),
    ],
)
def test_fields_variables_constants_and_functions_can_be_renamed(tree: Path, head: str, use: str) -> None:
    commit(tree, {"core/d.h": head.format("OLD_ONE"), "core/u.c": use.format("OLD_ONE")})
    _, one = after(tree, {"core/d.h": head.format("NEW_ONE"), "core/u.c": use.format("NEW_ONE")})
    assert dict(one.renamed) == {"NEW_ONE": "OLD_ONE"}


def test_a_renamed_constant_that_gives_way_to_another_at_one_place(tree: Path) -> None:
    """The hunk that renames the constant need not show that it is one."""
    enum = "enum Note {\n" + "".join(f"    NOTE_{n},\n" for n in range(9)) + "    OLD_ONE,\n};\n"
    uses = "".join(f"void f{n}(void)\n{{\n    tell({n}, OLD_ONE);\n}}\n" for n in range(4))
    commit(tree, {"core/d.h": enum, "core/u.c": uses})
    new = uses.replace("OLD_ONE", "NOTE_3", 1).replace("OLD_ONE", "NEW_ONE")
    _, one = after(tree, {"core/d.h": enum.replace("OLD_ONE", "NEW_ONE"), "core/u.c": new})
    assert dict(one.renamed) == {"NEW_ONE": "OLD_ONE"}


def test_a_name_that_is_still_used_elsewhere_is_not_renamed(tree: Path) -> None:
    commit(tree, {"core/use.c": "void use(Object *o)\n{\n    two(o);\n}\n"})
    _, one = after(tree, {"core/life.c": LIFE.replace("int two(", "int second(")})
    assert not one.renamed


def test_a_call_of_something_else_is_not_a_rename(tree: Path) -> None:
    _, one = after(tree, {"core/life.c": LIFE.replace("first_two", "begin_two")})
    assert not one.renamed


def test_line_ends_of_the_file_are_kept_and_not_shown(tree: Path) -> None:
    commit(tree, {"core/life.c": LIFE.replace("\n", "\r\n").encode()})
    _, one = after(tree, {"core/life.c": LIFE.replace("go(o)", "gone(o)").replace("\n", "\r\n").encode()})
    assert one.files["core/life.c"] == LIFE.replace("go(o)", "gone(o)")
    assert dict(one.blobs) == sources(tree, "HEAD")


def test_a_mail_that_lost_the_line_ends_of_the_file_still_applies(tree: Path) -> None:
    commit(tree, {"core/life.c": LIFE.replace("go(o)", "gone(o)")})
    series = series_of(tree)
    git(tree, "reset", "-q", "--hard", "HEAD~1")
    commit(tree, {"core/life.c": LIFE.replace("\n", "\r\n").encode()})
    _, one = laid(tree, series)
    assert one.analysed
    assert one.files["core/life.c"] == LIFE.replace("go(o)", "gone(o)")


def test_text_that_is_not_utf_8_is_kept(tree: Path) -> None:
    latin = LIFE.replace("second_one(o);", "second_one(o); /* \xe9 */").encode("latin-1")
    commit(tree, {"core/life.c": latin})
    _, one = after(tree, {"core/life.c": latin.replace(b"go(o)", b"gone(o)")})
    assert "\xe9" in one.files["core/life.c"]
    assert dict(one.blobs) == sources(tree, "HEAD")


def test_a_file_may_lack_its_last_line_end(tree: Path) -> None:
    bare = FILES["core/life.h"].rstrip("\n")
    _, one = after(tree, {"core/life.h": bare})
    assert one.files["core/life.h"] == bare
    _, two = after_more(tree, {"core/life.h": bare + "\nint three;\n"})
    assert two.files["core/life.h"] == bare + "\nint three;\n"
    assert dict(two.blobs) == sources(tree, "HEAD")


def after_more(tree: Path, files: Mapping[str, str | bytes | None]) -> tuple[Snapshot, ...]:
    for path in (tree.parent / "patches").iterdir():
        path.unlink()
    return after(tree, files)


# --- what does not apply ---------------------------------------------------------------------------


def three_steps(tree: Path) -> Series:
    """Three patches; the second changes `core/life.h` and, in a second hunk, the end of `core/life.c`."""
    commit(tree, {"core/life.c": LIFE.replace("first_one", "begin_one")}, "first")
    text = (
        LIFE.replace("first_one", "begin_one")
        .replace("second_one", "then_one")
        .replace("second_four", "then_four")
    )
    commit(tree, {"core/life.c": text, "core/life.h": "int one(Object *o);\n"}, "second")
    commit(tree, {"core/life.c": text + "int more;\n"}, "third")
    series = series_of(tree, "HEAD~3")
    git(tree, "reset", "-q", "--hard", "HEAD~3")
    return series


def test_stages_before_a_patch_that_does_not_apply_are_there(tree: Path) -> None:
    series = three_steps(tree)
    commit(tree, {"core/life.c": LIFE.replace("second_four", "other_four")}, "elsewhere")
    before = every_byte(tree)
    base, one, two, three = laid(tree, series)
    assert [s.analysed for s in (base, one, two, three)] == [True, True, False, False]
    assert "begin_one" in one.files["core/life.c"]
    (why,) = two.unknown
    assert why.what == "patch 2, core/life.c, hunk 2"
    assert "does not apply" in why.why
    assert why.where.startswith(series.patches[1].source) and why.where.endswith(
        str(series.patches[1].files[0].hunks[1].source)
    )
    assert three.unknown == (why,)
    assert every_byte(tree) == before


def test_a_wrong_base_is_named_at_the_first_patch(tree: Path) -> None:
    series = three_steps(tree)
    commit(tree, {"core/life.c": "int nothing;\n"}, "wrong")
    base, *rest = laid(tree, series)
    assert base.analysed
    assert not any(snapshot.analysed for snapshot in rest)
    assert rest[0].unknown[0].what == "patch 1, core/life.c, hunk 1"


def test_files_that_are_there_or_are_not_are_named(tree: Path) -> None:
    commit(tree, {"core/fresh.c": "int fresh;\n"})
    series = series_of(tree)
    _, one = laid(tree, series)
    assert "there already" in one.unknown[0].why
    git(tree, "rm", "-q", "core/life.h")
    git(tree, "commit", "-q", "-m", "gone")
    gone = replace(series.patches[0].files[0], old_path="core/life.h", new_path="core/life.h")
    _, one = laid(tree, with_files(series, replace(gone, change=type(gone.change).MODIFIED)))
    assert one.unknown[0].what.startswith("patch 1, core/life.h")
    assert "not there" in one.unknown[0].why


def with_files(series: Series, *files: FileDiff) -> Series:
    return replace(series, patches=(replace(series.patches[0], files=files),))


def test_what_lies_outside_c_must_apply_too(tree: Path) -> None:
    commit(tree, {"doc.txt": "other words\n", "core/life.c": LIFE.replace("go(o)", "gone(o)")})
    series = series_of(tree)
    git(tree, "reset", "-q", "--hard", "HEAD~1")
    commit(tree, {"doc.txt": "strange\n"})
    _, one = laid(tree, series)
    assert one.unknown[0].what == "patch 1, doc.txt, hunk 1"


def test_modes_links_submodules_and_binary_files_do_no_harm(tree: Path) -> None:
    (tree / "core" / "link.h").symlink_to("life.h")
    (tree / "core" / "life.c").chmod(0o755)
    git(tree, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    _, one = after(tree, {"image.png": b"\x89PNG\0\0\1", "core/life.h": "int one;\n"})
    assert one.files["core/life.h"] == "int one;\n"


# --- the law ---------------------------------------------------------------------------------------

WORDS = st.sampled_from(["a", "b", "c", "", "}", "    if (x) {", "    go();"])
TEXT = st.lists(WORDS, max_size=30)


def edited(lines: list[str], seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    result = list(lines)
    for _ in range(count):
        at = chance.randrange(len(result) + 1)
        match chance.randrange(3):
            case 0:
                result.insert(at, chance.choice(["new", "a", "", "    go();"]))
            case 1 if at < len(result):
                del result[at]
            case _ if at < len(result):
                result[at] = chance.choice(["other", "b"])
    return result


@given(
    TEXT, st.integers(), st.integers(0, 4), st.integers(), st.integers(0, 5), st.integers(0, 3), st.booleans()
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_diff_applies_where_and_as_git_applies_it(
    tmp_path: Path, lines: list[str], shift: int, shifts: int, seed: int, count: int, context: int, bare: bool
) -> None:
    folder = tmp_path / "law"
    if not folder.exists():
        repository(folder)
    old = "".join(f"{line}\n" for line in lines)
    new = "".join(f"{line}\n" for line in edited(lines, seed, count))
    new = new.removesuffix("\n") if bare else new
    there = "".join(f"{line}\n" for line in edited(lines, shift, shifts))
    write(folder, {"a": old, "b": new})
    diff = git(folder, "diff", "--no-index", f"-U{context}", "--", "a", "b", check=False)
    if "@@" not in diff or not old or not new or not there:
        return
    diff = diff.replace("b/b", "b/core/f.c").replace("a/a", "a/core/f.c") + "\n"
    commit(folder, {"core/f.c": there}, "there")
    done = subprocess.run(
        ("git", "apply", "-"), cwd=folder, input=diff.encode(), env={**IDENTITY, "PATH": "/usr/bin:/bin"},
        capture_output=True, check=False,
    )  # fmt: skip
    (folder / "the.patch").write_text(diff)
    (series,) = intake.read([str(folder / "the.patch")])
    _, one = laid(folder, series)
    assert one.analysed == (done.returncode == 0), (one.unknown, done.stderr)
    if one.analysed:
        assert one.files["core/f.c"].encode() == (folder / "core/f.c").read_bytes()
        blob = git(folder, "hash-object", "--no-filters", "core/f.c")
        assert one.blobs["core/f.c"] == blob


def test_nothing_runs_and_nothing_changes(tree: Path) -> None:
    series = three_steps(tree)
    seen = make_hostile(tree)
    before = every_byte(tree)
    snapshots = laid(tree, series)
    assert all(snapshot.analysed for snapshot in snapshots)
    assert every_byte(tree) == before
    assert not seen.exists()


CODE = st.sampled_from(
    ["a(x);", "b(x, y);", "if (a) {", "}", "", "return c;", "/* d */", "* e", "f = g + h;"]
)


@given(st.lists(CODE, max_size=60), st.integers(), st.integers(1, 6), st.integers(0, 59))
@settings(max_examples=60, deadline=None)
def test_lines_near_changes_are_all_that_need_be_looked_at(
    lines: list[str], seed: int, count: int, move: int
) -> None:
    changed = edited(lines, seed, count)
    at = move % (len(changed) + 1)
    changed = changed[at:] + changed[:at] if seed % 3 == 0 else changed
    old, new = ["".join(f"{line}\n" for line in text) for text in (lines, changed)]
    kept = [0] * len(changed)
    for block in SequenceMatcher(None, lines, changed, autojunk=False).get_matching_blocks():
        for k in range(block.size):
            kept[block.b + k] = block.a + k + 1
    (found,) = continued_parts([Part(old.splitlines(True), new.splitlines(True), kept)])
    assert not found.elsewhere
    assert all(there == line for there, line in zip(found.lines, kept, strict=True) if line)
    assert all(0 <= line <= len(lines) for line in found.lines)
    used = [line for line in found.lines if line]
    exact = [
        line for line, text in zip(found.lines, changed, strict=True) if line and lines[line - 1] == text
    ]
    assert len(set(exact)) == len(exact) <= len(used)
