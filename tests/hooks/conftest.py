"""A world for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.world import World, world


@pytest.fixture
def pushing(tmp_path: Path) -> World:
    return world(tmp_path)
