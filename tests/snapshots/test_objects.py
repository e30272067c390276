"""Reading a repository: what is found, what is said when it is not, and that nothing is written or run."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from analyzer.model.unknown import InputError
from analyzer.snapshots import objects
from analyzer.snapshots.objects import Objects
from tests.repositories import commit, every_byte, git, make_hostile, repository

FILES = {
    "core/a.c": "int a(void) { return tell(o, UP); }\n",
    "core/deep/b.c": "/* nothing */\n",
    "core/a.h": "int a(void);\n",
    "other/c.c": "tell(o, DOWN);\n",
    "other/notes.txt": "tell\n",
    "core/ä b.c": "ä\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "tree")
    commit(folder, FILES)
    return folder


def test_a_revision_becomes_the_full_id_of_its_commit(tree: Path) -> None:
    git(tree, "tag", "-a", "-m", "one", "v1")
    head = git(tree, "rev-parse", "HEAD")
    with Objects(tree) as found:
        assert {found.commit(name) for name in ("HEAD", "main", "v1", head[:8], "@{0}", "HEAD^0")} == {head}


@pytest.mark.parametrize("revision", ["nowhere", "", "--output=x", "-h", "HEAD\nHEAD", "HEAD:core", "HEAD^5"])
def test_what_names_no_commit_is_refused_by_name(tree: Path, revision: str) -> None:
    with Objects(tree) as found, pytest.raises(InputError) as error:
        found.commit(revision)
    assert repr(revision) in str(error.value)


def test_the_listing_has_the_files_that_a_glob_matches(tree: Path) -> None:
    with Objects(tree) as found:
        assert set(found.listing("HEAD", ("core/*",))) == {p for p in FILES if p.startswith("core/")}
        assert set(found.listing("HEAD", ("*.h", "other/c.c"))) == {"core/a.h", "other/c.c"}
        assert set(found.listing("HEAD", ("core/?.c",))) == {"core/a.c"}
        assert found.listing("HEAD", ()) == {}
        assert set(found.listing("HEAD", (), {"core/a.c", "core/*", "absent"})) == {"core/a.c"}
        assert set(found.listing("HEAD", ("*.h",), {"core/a.c"})) == {"core/a.c", "core/a.h"}
        assert found.listing("HEAD", ("nowhere/*",)) == {}


def test_paths_are_no_patterns_of_git(tree: Path) -> None:
    strange = {":(glob)x.c": "1\n", "-r": "2\n", "core/[a].c": "3\n", "core/*.c": "4\n", "!a": "5\n"}
    commit(tree, strange)
    with Objects(tree) as found:
        assert set(found.listing("HEAD", (), strange.keys())) == strange.keys()


def test_links_and_submodules_are_no_files(tree: Path) -> None:
    (tree / "core" / "link.c").symlink_to("a.c")
    git(tree, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},core/sub.c")
    git(tree, "add", "core/link.c")
    git(tree, "commit", "-q", "-m", "link")
    with Objects(tree) as found:
        assert set(found.listing("HEAD", ("core/*.c",))) == {"core/a.c", "core/deep/b.c", "core/ä b.c"}


def test_the_texts_are_those_of_the_blobs(tree: Path) -> None:
    with Objects(tree) as found:
        listing = found.listing("HEAD", ("*",))
        texts = found.read(listing.values())
        assert {path: texts[blob].decode() for path, blob in listing.items()} == FILES
        assert all(found.blob_id(text) == blob for blob, text in texts.items())


def test_many_and_large_blobs_are_read(tree: Path) -> None:
    many = {f"many/{n}.c": f"{n}\n" + "x" * (n * 977 % 90_000) for n in range(600)}
    commit(tree, many)
    with Objects(tree) as found:
        listing = found.listing("HEAD", ("many/*",))
        texts = found.read(listing.values())
        assert {path: texts[blob].decode() for path, blob in listing.items()} == many


def test_a_blob_that_is_too_large_is_refused(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LARGEST", 10)
    with Objects(tree) as found:
        listing = found.listing("HEAD", ("core/*",))
        with pytest.raises(InputError, match=listing["core/a.c"][:12]):
            found.read([listing["core/a.c"]])
        assert found.read([listing["core/ä b.c"]]) == {listing["core/ä b.c"]: "ä\n".encode()}


def test_mentions_are_found_as_fixed_text(tree: Path) -> None:
    commit(tree, {"core/star.c": "a.c* -e\n"})
    with Objects(tree) as found:
        assert found.mentioning("HEAD", ["tell("]) == ("core/a.c", "other/c.c")
        assert found.mentioning("HEAD", ["tell("], (".txt",)) == ()
        assert found.mentioning("HEAD", ["UP", "DOWN"]) == ("core/a.c", "other/c.c")
        assert found.mentioning("HEAD", [".c*", "ä"]) == ("core/star.c", "core/ä b.c")
        assert found.mentioning("HEAD", ["-e"]) == ("core/star.c",)
        assert found.mentioning("HEAD", []) == ()
        assert found.mentioning("HEAD", ["absent"]) == ()


def test_a_search_can_go_on_beside_other_questions(tree: Path) -> None:
    with Objects(tree) as found:
        running = found.start_mentioning("HEAD", ["tell("])
        assert found.listing("HEAD", ("core/a.c",))
        assert running.paths() == running.paths() == ("core/a.c", "other/c.c")


@pytest.mark.parametrize("inside", [".", "core/deep", ".git", ".git/refs"])
def test_any_folder_of_the_repository_will_do(tree: Path, inside: str) -> None:
    with Objects(tree / inside) as found:
        assert len(found.listing("HEAD", ("*.c",))) == 4
        assert found.mentioning("HEAD", ["tell("]) == ("core/a.c", "other/c.c")


@pytest.mark.parametrize("kind", ["bare", "shallow", "worktree", "sha256", "submodule", "linked"])
def test_repositories_of_all_kinds_are_read(tree: Path, tmp_path: Path, kind: str) -> None:
    commit(tree, {"core/a.c": "tell(UP);\n"})
    other = tmp_path / kind
    if kind == "bare":
        git(tmp_path, "clone", "-q", "--bare", str(tree), kind)
    elif kind == "shallow":
        git(tmp_path, "clone", "-q", "--depth=1", f"file://{tree}", kind)
    elif kind == "worktree":
        git(tree, "worktree", "add", "-q", str(other))
    elif kind == "sha256":
        repository(other, "--object-format=sha256")
        commit(other, FILES)
    elif kind == "submodule":
        outer = repository(tmp_path / "outer")
        git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tree), "sub")
        other = outer / "sub"
    else:
        other.symlink_to(tree)
    with Objects(other) as found:
        listing = found.listing("HEAD", ("core/a.c",))
        (blob,) = listing.values()
        content = found.read([blob])[blob]
        assert content.startswith((b"tell(UP)", b"int a"))
        assert found.blob_id(content) == blob
        assert found.mentioning("HEAD", ["tell("]) == ("core/a.c", "other/c.c")


def test_a_commit_beyond_a_shallow_end_says_so(tree: Path, tmp_path: Path) -> None:
    first = git(tree, "rev-parse", "HEAD")
    commit(tree, {"core/a.c": "tell(UP);\n"})
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tree}", "shallow")
    with Objects(tmp_path / "shallow") as found, pytest.raises(InputError, match="shallow"):
        found.commit(first)


def test_a_partial_clone_fetches_nothing_and_says_what_it_lacks(tree: Path, tmp_path: Path) -> None:
    git(tree, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{tree}", "partial")
    before = every_byte(tmp_path / "partial")
    with Objects(tmp_path / "partial") as found:
        listing = found.listing("HEAD", ("*.c",))
        assert len(listing) == 4
        with pytest.raises(InputError, match=r"partial|is not there"):
            found.read(listing.values())
        with pytest.raises(InputError, match="partial"):
            found.mentioning("HEAD", ["tell("])
    assert every_byte(tmp_path / "partial") == before


def test_a_folder_without_a_repository_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputError, match="not inside a git repository"):
        Objects(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        Objects(tmp_path / "absent")


def test_a_repository_that_git_does_not_trust_is_refused_with_the_mend(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr("analyzer.snapshots.plumbing._KEPT", ("GIT_TEST_ASSUME_DIFFERENT_OWNER",))
    with pytest.raises(InputError, match=r"safe\.directory"):
        Objects(tree)


def test_a_repository_without_a_commit_has_no_base(tmp_path: Path) -> None:
    with Objects(repository(tmp_path / "empty")) as found, pytest.raises(InputError, match="HEAD"):
        found.commit("HEAD")


def test_missing_and_damaged_objects_are_named(tree: Path) -> None:
    with Objects(tree) as found:
        listing = found.listing("HEAD", ("core/a.c",))
    blob = listing["core/a.c"]
    stored = tree / ".git" / "objects" / blob[:2] / blob[2:]
    whole = stored.read_bytes()
    stored.chmod(0o644)
    stored.unlink()
    with Objects(tree) as found, pytest.raises(InputError, match=blob[:12]):
        found.read([blob])
    stored.write_bytes(zlib.compress(zlib.decompress(whole).replace(b"UP", b"UQ")))
    with Objects(tree) as found, pytest.raises(InputError, match="damaged"):
        found.read([blob])
    stored.write_bytes(b"junk")
    with Objects(tree) as found, pytest.raises(InputError):
        found.read([blob])


def test_the_callers_git_environment_changes_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repository(tmp_path / "other")
    commit(other, {"x.c": "x\n"})
    for name, value in {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(other / ".git" / "objects"),
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_NAMESPACE": "x",
    }.items():
        monkeypatch.setenv(name, value)
    with Objects(tree) as found:
        assert len(found.listing("HEAD", ("*.c",))) == 4
        assert found.mentioning("HEAD", ["tell("]) == ("core/a.c", "other/c.c")
    assert not (tmp_path / "trace").exists()


def test_nothing_of_a_hostile_repository_runs_and_no_byte_changes(tree: Path) -> None:
    seen = make_hostile(tree)
    os.utime(tree / "core" / "a.c")  # the index now has a time to refresh
    before = every_byte(tree)
    with Objects(tree) as found:
        listing = found.listing("HEAD", ("*.c", "*.h"))
        assert found.read(listing.values())[listing["core/a.c"]].decode() == FILES["core/a.c"]
        assert found.mentioning("HEAD", ["tell(", "int a"]) == ("core/a.c", "core/a.h", "other/c.c")
    assert not seen.exists()
    assert every_byte(tree) == before


def test_objects_that_replace_others_are_not_followed(tree: Path) -> None:
    with Objects(tree) as found:
        blob = found.listing("HEAD", ("core/a.c",))["core/a.c"]
    other = git(tree, "hash-object", "-w", "--stdin", feed="replaced\n")
    git(tree, "replace", blob, other)
    with Objects(tree) as found:
        assert found.read([blob])[blob].decode() == FILES["core/a.c"]


def test_it_goes_on_after_close(tree: Path) -> None:
    found = Objects(tree)
    assert found.commit("HEAD")
    found.close()
    found.close()
    assert found.commit("HEAD")
    found.close()


def test_without_git_it_says_so(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InputError, match="not installed"):
        Objects(tree)
