"""The origin of a repository is named without anybody's password, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.pipeline.origin import clean, origin_of
from analyzer.snapshots.objects import Objects
from tests.repositories import commit, git, repository


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://example.org/canal.git", "https://example.org/canal.git"),
        ("https://ada:secret@example.org:8443/canal.git?t=1#x", "https://example.org:8443/canal.git"),
        ("git@example.org:canal/lock.git", "ssh://example.org/canal/lock.git"),
        ("ssh://git@example.org/canal lock.git", "ssh://example.org/canal%20lock.git"),
        ("/srv/canal.git", ""),
        ("../canal", ""),
        ("file:///srv/canal.git", ""),
        ("C:\\canal", ""),
        ("https://[::1", ""),
        ("https://example.org:port/x", ""),
        ("https://exa mple.org/x", ""),
        ("", ""),
    ],
)
def test_only_what_others_can_follow_is_named(url: str, said: str) -> None:
    assert clean(url) == said


def test_it_is_that_of_the_remote_origin(tmp_path: Path) -> None:
    folder = repository(tmp_path / "tree")
    commit(folder, {"a.c": "int a;\n"})
    with Objects(folder) as objects:
        assert origin_of(objects) == ""
        git(folder, "remote", "add", "origin", "https://ada:secret@example.org/canal.git")
        assert origin_of(objects) == "https://example.org/canal.git"
