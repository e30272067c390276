"""Changed lines as they stand after the last patch, where a forge can show a remark. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.model.unknown import Location


@dataclass(frozen=True, slots=True)
class Spot:
    """A line that a patch put in, or that stands where it only took lines out. `line_hash` is GitHub's
    ``primaryLocationLineHash``, "" where the text of the file is not known."""

    where: Location
    line_hash: str = ""


@dataclass(frozen=True, slots=True)
class Spots:
    """`findings` by fingerprint: of the lines that the finding's patch changed, the one that has most to do
    with it. `patches` by patch number: the first line that the patch changed."""

    findings: Mapping[str, Spot] = field(default_factory=dict)
    patches: Mapping[int, Spot] = field(default_factory=dict)
