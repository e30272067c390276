"""The command hook hands on what was asked, and what is told goes to the right stream."""

from __future__ import annotations

import pytest

from tests.cli.sample import call


def test_what_a_hook_tells_goes_to_both_streams_with_its_status() -> None:
    done = call("hook", "run", "pre-push", "--fail-on", "warning", "--", "origin", "--odd")
    assert (done.status, done.out, done.err) == (10, "run\n", "pre-push origin --odd\n")


@pytest.mark.parametrize("words", [(), ("polish",), ("pre-push",)])
def test_other_actions_are_refused(words: tuple[str, ...]) -> None:
    done = call("hook", *words)
    assert (done.status, done.out) == (2, "")
    assert "say one of install, uninstall, status, run" in done.err
