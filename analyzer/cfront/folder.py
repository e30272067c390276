"""Say where the caches of this user belong.

Input: the environment and the platform. Output: a folder that need not exist, or None.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """Where this user's caches belong; None if there is no telling."""
    named = environment.get("XDG_CACHE_HOME", "")
    if named and Path(named).is_absolute():
        return Path(named) / "analyze-series"
    home = environment.get("HOME", "") or environment.get("USERPROFILE", "")
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) / "analyze-series" / "Cache" if local else None
    if not home:
        return None
    return Path(home) / ("Library/Caches" if platform == "darwin" else ".cache") / "analyze-series"
