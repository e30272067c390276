"""`check` says of every name in a profile what in a text it matches, and what never matches."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.cfront import parse
from analyzer.model.unknown import Location
from analyzer.profiles import Match, check, load, names

PROFILE = """\
title = "t"
follows = "f"
paths = ["dev/*.c", "doc/*"]
inert = ["log_*"]
distinct = ["EV_", "GONE_"]

[dialect]
loop_macros = ["*_FOREACH"]

[[file]]
path = "dev/gone.c"
file = "gone.c"

[[event]]
call = "tell"
argument = 0
names = { EV_UP = "UP", EV_AWAY = "AWAY" }

[[landmark]]
name = "fail"
label = "start:fail"

[[tracked]]
name = "status"
fields = ["Thing.status", "Thing.config.mode", "Thing.absent"]
initial = "ST_NEW"

[[lock]]
name = "big"
acquire = ["WITH_BIG"]

[[entry]]
function = "start"

[sets.up]
assume = ["is_live(EV_UP) = nonzero"]

[[scenario]]
id = "s"
use = ["up"]
select = { through = ["stop"], final = { status = ["ST_DONE", "ST_DOEN"] } }
"""

SOURCE = """\
int start(Thing *t)
{
    log_it("x");
    if (t->status == ST_NEW && is_live(EV_UP)) {
        tell(EV_UP);
        goto fail;
    }
    ITEM_FOREACH(i, t) {
        log_it("y");
    }
    t->config.mode = 1;
    t->status = ST_DONE;
fail:
    return 0;
}
"""


@pytest.fixture
def matches(tmp_path: Path) -> dict[tuple[str, str], Match]:
    (tmp_path / "profile.toml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "gone.c").write_text("", encoding="utf-8")
    profile = load(str(tmp_path))
    return {(match.role, match.name): match for match in check(profile, {"dev/thing.c": SOURCE}, parse)}


@pytest.mark.parametrize(
    ("role", "name", "lines"),
    [
        ("event call", "tell", [5]),
        ("event constant", "EV_UP", [4, 5]),
        ("landmark", "start:fail", [13]),
        ("field", "Thing.status", [4, 12]),
        ("field", "Thing.config.mode", [11]),
        ("inert call", "log_*", [3, 9]),
        ("distinct prefix", "EV_*", [4, 5]),
        ("loop macros", "*_FOREACH", [8]),
        ("entry", "start", [1]),
        ("watched call", "is_live", [4]),
        ("constant", "ST_NEW", [4]),
        ("constant", "ST_DONE", [12]),
        ("path", "dev/*.c", [0]),
    ],
)
def test_what_matches_has_its_places(
    matches: dict[tuple[str, str], Match], role: str, name: str, lines: list[int]
) -> None:
    found = matches[role, name]
    assert list(found.places) == [Location("dev/thing.c", line) for line in lines]
    assert found.count == len(lines)


def test_what_never_matches_has_the_profile_s_line(matches: dict[tuple[str, str], Match]) -> None:
    absent = {(match.at.line, match.role, match.name) for match in matches.values() if not match.count}
    assert absent == {
        (3, "path", "doc/*"),
        (5, "distinct prefix", "GONE_*"),
        (11, "file", "dev/gone.c"),
        (17, "event constant", "EV_AWAY"),
        (25, "field", "Thing.absent"),
        (30, "lock", "WITH_BIG"),
        (41, "function", "stop"),
        (41, "constant", "ST_DOEN"),
    }


@pytest.mark.parametrize(
    "name", [*(name for name in names() if load(name).model), "second-domain", "chain-domain"]
)
def test_a_profile_s_own_lifecycle_has_its_events_entries_and_landmarks(name: str) -> None:
    root = Path(__file__).resolve().parents[2]
    profile = load(name if name in names() else str(root / "fixtures" / name))
    files = {file.path: file.text for file in profile.model}
    found = check(profile, files, parse)
    needed = {"landmark", "writer", "entry", "interference", "thread", "file"}
    absent = [match for match in found if match.role in needed and not match.count]
    assert not absent, "\n".join(f"{match.at}: {match.role} {match.name}" for match in absent)
    # Of these a profile may name what other releases call.
    for role in ("event call", "deferral"):
        named = [match for match in found if match.role == role]
        assert not named or any(match.count for match in named), role
