"""What is remembered is what would be found anew, whatever happens to the cache."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.cfront import Store, cache_folder, contents_id, index, lower, parse
from analyzer.cfront.codec import (
    Unreadable,
    decode_index,
    decode_summaries,
    encode_index,
    encode_summaries,
)
from analyzer.cfront.rows import Rows
from analyzer.model.summary import Dialect
from tests.cfront.test_laws import ANY_TEXT, DIALECT
from tests.cfront.test_on_demand import FILES

TEXT = """
static int f(S *s, int v)
{
    WITH_L(&s->lock) {
        if (v && !g(s, "x", A_B) && s->n[2] > 3) {
            goto out;
        }
        switch (v) {
        case 1: v = v ? 2 : h(); break;
        default: abort();
        }
    }
out:
    return -v;
}
int g(void) { return f(0, 1); }
static Ops o = { .go = f };
#define M(a) f(a)
#define N f
"""


def never() -> str:
    raise AssertionError("the text was asked for")


def store(folder: Path | None, dialect: Dialect = DIALECT) -> Store:
    return Store(dialect, folder)


def fill(folder: Path, text: str = TEXT) -> str:
    contents = contents_id(text)
    first = store(folder)
    assert first.index("a.c", contents, lambda: text) == index("a.c", text, DIALECT)
    assert first.lower("a.c", contents, lambda: text, ("g", "f")) == lower("a.c", text, DIALECT, ("f", "g"))
    first.close()
    return contents


def check_all(kept: Store, contents: str, text: str = TEXT) -> None:
    """Right answers, wherever they come from."""
    assert kept.index("a.c", contents, lambda: text) == index("a.c", text, DIALECT)
    assert kept.lower("a.c", contents, lambda: text, ("f", "g")) == lower("a.c", text, DIALECT, ("f", "g"))


def file_of(folder: Path) -> Path:
    (found,) = folder.glob("*.sqlite3")
    return found


# --- bytes --------------------------------------------------------------------------------------


@given(st.one_of(FILES, ANY_TEXT.map(lambda text: "int f(int a, int b) {\n" + text + "\n}")))
@settings(deadline=None, max_examples=200)
def test_what_is_written_is_read_back(text: str) -> None:
    functions = parse("a.c", text, DIALECT).functions
    assert decode_summaries("a.c", encode_summaries(functions)) == functions
    found = index("a.c", text, DIALECT)
    assert decode_index("a.c", encode_index(found)) == found


@given(st.one_of(st.binary(max_size=60), st.text('[]{},:0123456789"ab-', max_size=60).map(str.encode)))
@settings(deadline=None, max_examples=200)
def test_other_bytes_are_unreadable_and_nothing_else(body: bytes) -> None:
    for decode in (decode_index, decode_summaries):
        try:
            decode("a.c", body)
        except Unreadable:
            continue


def test_the_id_is_the_one_that_git_gives() -> None:
    assert contents_id("hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


# --- within a run and from run to run -----------------------------------------------------------


def test_a_store_without_a_folder_remembers_within_the_run() -> None:
    kept = store(None)
    contents = contents_id(TEXT)
    check_all(kept, contents)
    assert kept.index("a.c", contents, never).functions
    assert kept.lower("a.c", contents, never, ("f",)).functions[0].name == "f"
    kept.close()


def test_the_next_run_asks_for_no_text(tmp_path: Path) -> None:
    contents = fill(tmp_path)
    kept = store(tmp_path)
    assert kept.index("a.c", contents, never) == index("a.c", TEXT, DIALECT)
    assert kept.lower("a.c", contents, never, ("f", "g")) == lower("a.c", TEXT, DIALECT, ("f", "g"))
    kept.close()


def test_a_name_that_the_file_does_not_define_is_remembered_too(tmp_path: Path) -> None:
    first = store(tmp_path)
    assert first.lower("a.c", "1", lambda: TEXT, ("none",)).functions == ()
    first.close()
    assert store(tmp_path).lower("a.c", "1", never, ("none",)).functions == ()


def test_many_are_read_at_once(tmp_path: Path) -> None:
    contents = fill(tmp_path)
    kept = store(tmp_path)
    kept.load((("a.c", contents), ("b.c", contents)))
    kept.fetch((("a.c", contents, "f"), ("a.c", contents, "none")))
    kept.close()
    assert kept.index("a.c", contents, never).functions
    assert kept.lower("a.c", contents, never, ("f",)).functions


@pytest.mark.parametrize("other", ["path", "contents", "dialect"])
def test_another_path_contents_or_dialect_is_another_entry(tmp_path: Path, other: str) -> None:
    contents = fill(tmp_path)
    kept = store(tmp_path, Dialect(noreturn=("g",)) if other == "dialect" else DIALECT)
    path = "b.c" if other == "path" else "a.c"
    with pytest.raises(AssertionError, match="asked for"):
        kept.lower(path, "0" if other == "contents" else contents, never, ("f",))


# --- damage -------------------------------------------------------------------------------------


def test_a_damaged_row_is_noticed_counted_and_made_anew(tmp_path: Path) -> None:
    contents = fill(tmp_path)
    with sqlite3.connect(file_of(tmp_path)) as database:
        database.execute("UPDATE entry SET body = substr(body, 1, length(body) - 2) || '}]'")
    kept = store(tmp_path)
    check_all(kept, contents)
    assert kept.mended == 3
    kept.close()
    again = store(tmp_path)
    assert again.lower("a.c", contents, never, ("f", "g")).functions
    assert again.mended == 0


def test_rows_that_were_exchanged_are_noticed(tmp_path: Path) -> None:
    contents = fill(tmp_path)
    with sqlite3.connect(file_of(tmp_path)) as database:
        rows = database.execute("SELECT key, body FROM entry").fetchall()
        for (key, _), (_, body) in zip(rows, rows[1:] + rows[:1], strict=True):
            database.execute("UPDATE entry SET body = ? WHERE key = ?", (body, key))
    kept = store(tmp_path)
    check_all(kept, contents)
    assert kept.mended == 3


@pytest.mark.parametrize("damage", ["garbage", "empty", "half", "folder", "holes"])
def test_a_damaged_file_is_replaced(tmp_path: Path, damage: str) -> None:
    contents = fill(tmp_path)
    path = file_of(tmp_path)
    raw = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    else:
        holes = raw[:200] + b"\xff" * 3000 + raw[3200:]
        path.write_bytes(
            {"garbage": b"no database at all " * 500, "empty": b"", "half": raw[: len(raw) // 2]}.get(
                damage, holes
            )
        )
    kept = store(tmp_path)
    check_all(kept, contents)
    kept.close()
    check_all(store(tmp_path), contents)


def test_a_folder_deleted_in_the_middle_of_a_run(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    contents = fill(folder)
    kept = store(folder)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    check_all(kept, contents)
    check_all(kept, contents_id(TEXT + " "), TEXT + " ")
    kept.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_folder_that_cannot_be_written_only_means_no_cache(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        check_all(store(tmp_path / "cache"), contents_id(TEXT))
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_file_in_place_of_the_folder_only_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    kept = store(tmp_path / "cache")
    check_all(kept, contents_id(TEXT))
    kept.close()


def test_a_full_disk_only_means_no_cache(tmp_path: Path) -> None:
    rows = Rows(tmp_path)
    with sqlite3.connect(file_of(tmp_path)):
        rows._database.execute("PRAGMA max_page_count = 4")  # type: ignore[union-attr]
    rows.write({bytes([n]): b"x" * 10_000 for n in range(100)})
    assert rows.read([b"\x01"]) == {}
    rows.close()


# --- several processes --------------------------------------------------------------------------

WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from analyzer.cfront.rows import Rows
    rows = Rows(Path(sys.argv[1]))
    print("ready", flush=True)
    for n in range(int(sys.argv[2])):
        rows.write({n.to_bytes(4, "big"): b"%d" % n * 500})
    rows.close()
    """
)


def test_processes_may_write_at_once(tmp_path: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), "60"]) for _ in range(3)]
    assert [one.wait(60) for one in started] == [0, 0, 0]
    rows = Rows(tmp_path)
    found = rows.read(n.to_bytes(4, "big") for n in range(60))
    assert found and all(body == b"%d" % int.from_bytes(key, "big") * 500 for key, body in found.items())
    assert rows.mended == 0


def test_a_process_may_be_killed_while_it_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), "1000000"]
    for _ in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            writer.kill()
    rows = Rows(tmp_path)
    assert rows.usable
    for key, body in rows.read(n.to_bytes(4, "big") for n in range(100)).items():
        assert body == b"%d" % int.from_bytes(key, "big") * 500
    assert rows.mended == 0


# --- size and place -----------------------------------------------------------------------------


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    rows = Rows(tmp_path, limit=400_000)
    rows.write({b"old": b"x" * 1000, b"read": b"y" * 1000})
    with sqlite3.connect(file_of(tmp_path)) as database:
        database.execute("UPDATE entry SET used = 1")
    rows.read([b"read"])
    rows.close()
    rows = Rows(tmp_path, limit=400_000)
    for n in range(10):
        rows.write({b"%d" % n: b"z" * 50_000})
    assert sum(path.stat().st_size for path in tmp_path.glob("*.sqlite3")) < 600_000
    assert set(rows.read([b"old", b"read"])) <= {b"read"}
    rows.close()


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "linux", "/x/analyze-series"),
        ({"XDG_CACHE_HOME": "x", "HOME": "/h"}, "linux", "/h/.cache/analyze-series"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Caches/analyze-series"),
        ({"LOCALAPPDATA": "/l"}, "win32", "/l/analyze-series/Cache"),
        ({}, "linux", None),
        ({}, "win32", None),
    ],
)
def test_where_the_cache_is(environment: dict[str, str], platform: str, expected: str | None) -> None:
    found = cache_folder(environment, platform)
    assert found == (Path(expected) if expected is not None else None)
