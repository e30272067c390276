"""A search through the work tree finds what a search of the commit finds, or says that it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.model.unknown import InputError
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.standing import Standing
from tests.repositories import commit, every_byte, git, make_hostile, repository, write

FILES = {
    "a.c": "int tell(void);\n",
    "b/deep.c": "int other(void);\n",
    "b/word.h": "int say_it(void);\n",
    "notes.txt": "tell\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = repository(tmp_path / "tree")
    commit(folder, FILES)
    return folder


def both(folder: Path, *words: str, revision: str = "HEAD") -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """What the search through the work tree finds, and what that of the commit does."""
    with Objects(folder) as objects:
        full = objects.commit(revision)
        found = Standing(objects.git, full, words, (".c", ".h")).paths()
        return found, objects.mentioning(full, words)


def test_what_stands_there_is_found(tree: Path) -> None:
    assert both(tree, "tell", "say") == (("a.c", "b/word.h"), ("a.c", "b/word.h"))
    assert both(tree, "nowhere") == ((), ())


def changed(tree: Path) -> None:
    write(tree, {"a.c": "int silent(void);\n", "b/deep.c": "int tell(void);\n"})


def staged(tree: Path) -> None:
    changed(tree)
    git(tree, "add", "-A")


def removed(tree: Path) -> None:
    (tree / "a.c").unlink()


def removed_and_staged(tree: Path) -> None:
    git(tree, "rm", "-q", "a.c")


def new(tree: Path) -> None:
    write(tree, {"c.c": "tell\n", "d.c": "tell\n"})
    git(tree, "add", "c.c")


def unwatched(tree: Path) -> None:
    git(tree, "update-index", "--assume-unchanged", "a.c")
    changed(tree)


def left_out(tree: Path) -> None:
    git(tree, "update-index", "--skip-worktree", "a.c")
    removed(tree)


def a_later_commit(tree: Path) -> None:
    commit(tree, {"a.c": "int silent(void);\n", "c.c": "tell\n"})
    git(tree, "tag", "later")
    git(tree, "reset", "-q", "--hard", "HEAD~1")
    git(tree, "checkout", "-q", "later")


def intended(tree: Path) -> None:
    write(tree, {"c.c": "tell\n"})
    git(tree, "add", "-N", "c.c")


@pytest.mark.parametrize(
    "happens",
    [changed, staged, removed, removed_and_staged, new, unwatched, left_out, a_later_commit, intended],
    ids=lambda happens: happens.__name__,
)
def test_what_is_not_committed_makes_no_difference(tree: Path, happens: object) -> None:
    base = git(tree, "rev-parse", "HEAD")
    assert callable(happens)
    happens(tree)
    found, wanted = both(tree, "tell", revision=base)
    assert found == wanted == ("a.c",)


def test_a_file_of_another_line_end_or_a_strange_name_is_the_same(tree: Path) -> None:
    base = commit(tree, {".gitattributes": "*.c eol=crlf\n", 'ö "\t.c': "tell\r\n", ":(top)x.c": "tell\n"})
    git(tree, "checkout", "-q", "--", ".")
    found, wanted = both(tree, "tell", revision=base)
    assert found == wanted
    assert len(wanted) == 3
    write(tree, {":(top)x.c": "silent\n"})
    assert both(tree, "tell", revision=base) == (wanted, wanted)


@pytest.mark.parametrize("place", [".gitattributes", "b/.gitattributes", ".git/info/attributes"])
def test_files_in_another_encoding_are_not_searched(tree: Path, place: str) -> None:
    write(tree, {place: "*.c working-tree-encoding=UTF-16\n"})
    if not place.startswith(".git/"):
        git(tree, "add", place)
    assert both(tree, "tell") == (None, ("a.c",))


def test_where_a_filter_is_configured_files_are_not_searched(tree: Path) -> None:
    git(tree, "config", "filter.large.clean", "cat")
    assert both(tree, "tell") == (None, ("a.c",))


def test_many_differences_are_left_to_the_commit(tree: Path) -> None:
    write(tree, {f"many/{number}.c": "tell\n" for number in range(401)})
    git(tree, "add", "-A")
    assert both(tree, "tell") == (None, ("a.c",))


def test_a_bare_repository_has_nothing_to_search(tree: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(tree), "bare")
    assert both(tmp_path / "bare", "tell") == (None, ("a.c",))


def test_a_worktree_of_its_own_is_searched(tree: Path, tmp_path: Path) -> None:
    git(tree, "worktree", "add", "-q", str(tmp_path / "second"))
    assert both(tmp_path / "second", "tell") == (("a.c",), ("a.c",))
    assert both(tree / "b", "tell") == (("a.c",), ("a.c",))


def test_nothing_is_run_and_nothing_written(tree: Path) -> None:
    write(tree, {"a.c": "int silent(void);\n"})
    seen = make_hostile(tree)
    before = every_byte(tree)
    assert both(tree, "tell") == (None, ("a.c",))
    assert every_byte(tree) == before
    for name in ("clean", "smudge", "process"):
        git(tree, "config", "--unset", f"filter.bad.{name}")
    before = every_byte(tree)
    assert both(tree, "tell") == (("a.c",), ("a.c",))
    assert every_byte(tree) == before
    assert not seen.exists()


def test_a_file_that_is_not_among_the_objects_is_not_passed_over(tree: Path) -> None:
    lost = git(tree, "rev-parse", "HEAD:a.c")
    (tree / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    with Objects(tree) as objects:
        full = objects.commit("HEAD")
        with pytest.raises(InputError, match="a\\.c"):
            objects.mentioning(full, ("tell",))
        assert Standing(objects.git, full, ("tell",), (".c",)).paths() == ("a.c",)  # it stands there
        write(tree, {"a.c": "int other(void);\n"})
        assert Standing(objects.git, full, ("tell",), (".c",)).paths() is None
