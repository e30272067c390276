"""Which commits some words name, and that a series of commits is the one that was committed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer import intake
from analyzer.model.series import FileChange
from analyzer.model.unknown import InputError
from analyzer.snapshots import commits
from analyzer.snapshots.objects import Objects
from analyzer.snapshots.tree import lay
from tests.repositories import commit, every_byte, git, make_hostile, repository
from tests.snapshots.test_tree import LIFE, domain


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """``main``: root, one, two; ``topic`` leaves after one: three, and four, a merge of side."""
    folder = repository(tmp_path / "tree")
    commit(folder, {"core/life.c": LIFE}, "root")
    commit(folder, {"core/life.h": "int one;\n"}, "one")
    git(folder, "branch", "topic")
    git(folder, "branch", "side")
    commit(folder, {"core/life.h": "int one;\nint two;\n"}, "two")
    git(folder, "checkout", "-q", "side")
    commit(folder, {"core/side.c": "int side;\n"}, "side")
    git(folder, "checkout", "-q", "topic")
    commit(folder, {"core/life.c": LIFE.replace("go(o)", "gone(o)")}, "three")
    git(folder, "merge", "-q", "--no-ff", "-m", "four", "side")
    git(folder, "checkout", "-q", "main")
    return folder


def titles(tree: Path, words: str, base: str | None = None) -> tuple[str, list[str]]:
    """The title of the commit that the words' commits begin on, and theirs."""
    with Objects(tree) as objects:
        found = commits.named(objects, words, base)
        assert found is not None
        said = commits.messages(objects, found.ids)
        base_title = git(tree, "log", "-1", "--format=%s", found.base) if found.base[:4] != "4b82" else ""
        return base_title, [said[each][1] for each in found.ids]


@pytest.mark.parametrize(
    ("words", "base", "expected"),
    [
        ("main..topic", None, ("one", ["three", "four"])),
        ("main...topic", None, ("one", ["three", "four"])),
        ("topic...main", None, ("one", ["two"])),
        ("main~2..main", None, ("root", ["one", "two"])),
        ("main~2..", None, ("root", ["one", "two"])),
        ("topic", None, ("one", ["three", "four"])),  # over HEAD
        ("topic", "main~2", ("root", ["one", "three", "four"])),
        ("main", None, ("one", ["two"])),  # nothing over HEAD: the commit alone
        ("main~1", None, ("root", ["one"])),
        ("topic^!", None, ("three", ["four"])),
        ("main~2", None, ("", ["root"])),
    ],
)
def test_words_name_commits(
    tree: Path, words: str, base: str | None, expected: tuple[str, list[str]]
) -> None:
    assert titles(tree, words, base) == expected


def test_a_branch_is_what_it_has_over_the_one_it_follows(tree: Path) -> None:
    git(tree, "branch", "-q", "--set-upstream-to=side", "topic")
    assert titles(tree, "topic") == ("one", ["three", "four"])
    git(tree, "branch", "-q", "--set-upstream-to=topic~1", "main", check=False)
    git(tree, "config", "branch.main.remote", ".")
    git(tree, "config", "branch.main.merge", "refs/heads/side")
    assert titles(tree, "main") == ("one", ["two"])


@pytest.mark.parametrize("words", ["nowhere", "nowhere..main", "main..nowhere", "main....topic", "a b", ""])
def test_words_that_name_nothing_are_no_range(tree: Path, words: str) -> None:
    with Objects(tree) as objects:
        assert commits.named(objects, words) is None


@pytest.mark.parametrize("words", ["topic..main~1", "main..main"])
def test_an_empty_range_is_refused(tree: Path, words: str) -> None:
    with Objects(tree) as objects, pytest.raises(InputError, match="no commit in it"):
        commits.named(objects, words)


def test_too_many_commits_are_refused(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "MOST", 1)
    with Objects(tree) as objects, pytest.raises(InputError, match="fewer"):
        commits.named(objects, "main~2..main")


def test_a_merge_is_its_change_against_the_first_parent(tree: Path) -> None:
    with Objects(tree) as objects:
        found = commits.named(objects, "main..topic")
        assert found is not None
        assert len(found.merges) == 1
        (_, merge) = commits.commits(objects, found.ids)
        assert b"core/side.c" in merge.diff
        assert len(merge.parents) == 2


def test_messages_are_read_in_their_encoding(tree: Path) -> None:
    said = "fix \xe9 it\n\nbody \xe9\n\nSigned-off-by: A <a@b.example>\n".encode("latin-1")
    encoding = "i18n.commitEncoding=ISO-8859-1"
    git(tree, "-c", encoding, "commit", "-q", "--allow-empty", "-F", "-", feed=said)
    with Objects(tree) as objects:
        (made,) = commits.commits(objects, [objects.commit("HEAD")])
    assert (made.title, made.author) == ("fix \xe9 it", "A U Thor <author@example.org>")
    assert made.message.startswith("body \xe9")
    series = intake.series_of([made], "HEAD", made.parents[0])
    assert series.title == "fix \xe9 it"
    assert ("Signed-off-by", "A <a@b.example>") in series.patches[0].trailers


def test_a_series_of_commits_gives_their_trees(tree: Path) -> None:
    latin = "int a; /* \xe9 */\nint b;\n".encode("latin-1")
    commit(tree, {"core/latin.c": latin, "core/more.c": "/* \xe9 */\n"}, "latin")
    commit(
        tree, {"core/latin.c": latin.replace(b"b", b"c"), "core/moved.c": LIFE, "core/life.c": None}, "moved"
    )
    commit(tree, {"core/latin.c": b"int a;\nint c;\n", "core/bare.c": "int x;"}, "plain")
    commit(tree, {"core/latin.c": "int a; /* ü */\n", "core/bare.c": "int x;\nint y;\n"}, "utf-8")
    commit(tree, {"core/crlf.c": b"int a;\r\nint b;\r\n", "core/more.c": None}, "crlf")
    commit(tree, {"core/crlf.c": b"int a;\r\nint c;\r\n", "core/ä ö.c": "int x;\n"}, "crlf again")
    with Objects(tree) as objects:
        found = commits.named(objects, "main~8..main")
        assert found is not None
        series = intake.series_of(commits.commits(objects, found.ids), "main~8..main", found.base)
        snapshots = lay(series, domain(), objects, found.base)
        assert [s.unknown for s in snapshots] == [()] * 9
        for revision, snapshot in zip((found.base, *found.ids), snapshots, strict=True):
            assert dict(snapshot.blobs) == dict(objects.listing(revision, ("core/*.c", "core/*.h")))
    changes = {file.new_path: file.change for file in series.patches[3].files}
    assert changes["core/moved.c"] is FileChange.RENAMED


def test_the_first_commit_changes_the_empty_tree(tree: Path) -> None:
    with Objects(tree) as objects:
        found = commits.named(objects, "main~2")
        assert found is not None
        series = intake.series_of(commits.commits(objects, found.ids), "main~2", found.base)
        base, one = lay(series, domain(), objects, found.base)
        assert not base.files
        assert set(one.files) == {"core/life.c"}


def test_nothing_runs_and_nothing_changes(tree: Path) -> None:
    seen = make_hostile(tree)
    before = every_byte(tree)
    with Objects(tree) as objects:
        found = commits.named(objects, "main..topic")
        assert found is not None
        three, four = commits.commits(objects, found.ids)
    assert b"@@ -" in three.diff and b"\n+    return gone(o);" in three.diff
    assert b"\n    int ret" not in three.diff.replace(b"\n     int ret", b"")
    assert four.title == "four"
    assert not seen.exists()
    assert every_byte(tree) == before


def test_commits_of_a_sha256_repository_are_read(tmp_path: Path) -> None:
    folder = repository(tmp_path / "long", "--object-format=sha256")
    commit(folder, {"core/life.c": LIFE}, "one \u00e9")
    commit(folder, {"core/life.c": LIFE.replace("go(o)", "gone(o)")}, "two\n\nbody\n")
    with Objects(folder) as objects:
        found = commits.named(objects, "HEAD~1..")
        assert found is not None
        series = intake.series_of(commits.commits(objects, found.ids), "it", found.base)
        assert (series.patches[0].title, series.patches[0].message) == ("two", "body")
        assert series.patches[0].author == "A U Thor <author@example.org>"
        _, one = lay(series, domain(), objects, found.base)
        assert dict(one.blobs) == dict(objects.listing("HEAD", ("core/*",)))
        assert commits.messages(objects, [found.base])[found.base][1] == "one \u00e9"


NAMES = ("core/a.c", "core/b.c", "core/deep/c.h", "core/a b.c")


def stepped(files: dict[str, bytes], chance: random.Random) -> dict[str, bytes]:
    """The files after something of what a patch can do to them."""
    after = dict(files)
    name, other = chance.choice(NAMES), chance.choice(NAMES)
    match chance.randrange(6):
        case 0:
            after.pop(name, None)
        case 1 if name in after and name != other:
            after[other] = after.pop(name)
        case 2 if name in after:
            after[other] = after[name]
        case 3:
            after[name] = bytes(chance.choice((b"", b"\n", b"int x;", b"\xe9\n", b"a\r\nb\r\n")))
        case _:
            for path in chance.sample(sorted(after), min(2, len(after))):
                lines = after[path].split(b"\n")
                for _ in range(chance.randrange(1, 4)):
                    at = chance.randrange(len(lines))
                    lines[at : at + chance.randrange(2)] = [b"    step(%d);" % chance.randrange(9)]
                after[path] = b"\n".join(lines)
    return after


@given(st.integers(0, 10**9))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_committed_and_mailed_is_laid_as_it_was(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / f"tree{seed}"
    if folder.exists():
        return
    repository(folder)
    files: dict[str, bytes] = {name: LIFE.encode() for name in NAMES[:2]}
    base, strange = commit(folder, dict(files)), False
    for number in range(4):
        after = stepped(files, chance)
        strange = strange or any(b"\xe9" in text or b"\r" in text for text in after.values())
        commit(folder, {**dict.fromkeys(files.keys() - after.keys()), **after}, f"step {number}")
        files = after
    git(folder, "format-patch", "-q", "-C", "-o", str(folder / "mail"), base)
    with Objects(folder) as objects:
        found = commits.named(objects, f"{base}..HEAD")
        assert found is not None
        expected = [dict(objects.listing(each, ("core/*",))) for each in (base, *found.ids)]
        series = intake.series_of(commits.commits(objects, found.ids), "it", base)
        laid = lay(series, domain(), objects, base)
        assert [(dict(s.blobs), s.unknown) for s in laid] == [(each, ()) for each in expected]
        mails = sorted(map(str, (folder / "mail").iterdir()))
        # An empty commit gives an empty mail, and mail may change some letters.
        if mails and not strange and all(Path(mail).stat().st_size for mail in mails):
            (mailed,) = intake.read(mails)
            laid = lay(mailed, domain(), objects, base)
            assert not [s.unknown for s in laid if s.unknown]
            assert dict(laid[-1].blobs) == expected[-1]


@pytest.mark.parametrize("kind", ["bare", "shallow", "worktree", "submodule"])
def test_commits_of_repositories_of_all_kinds_are_read(tree: Path, tmp_path: Path, kind: str) -> None:
    other = tmp_path / kind
    if kind == "bare":
        git(tmp_path, "clone", "-q", "--bare", str(tree), kind)
    elif kind == "shallow":
        git(tmp_path, "clone", "-q", "--depth=2", f"file://{tree}", kind)
    elif kind == "worktree":
        git(tree, "worktree", "add", "-q", "--detach", str(other))
    else:
        outer = repository(tmp_path / "outer")
        git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tree), "sub")
        other = outer / "sub"
    assert titles(other, "HEAD~1..HEAD") == ("one", ["two"])
