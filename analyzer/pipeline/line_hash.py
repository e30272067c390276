"""The hash by which GitHub follows a line of a file from one upload to the next.

Input: the text of a file. Output: ``primaryLocationLineHash`` of each line: a polynomial over the hundred
characters from its start on that are no blanks or tabs, and the how-manieth line it is that has this value.
"""

from __future__ import annotations

import re
import struct
from collections import Counter

_BLOCK = 100
_BASE = 37
_MASK = (1 << 64) - 1
_END = 0xFFFF  # stands behind the last character
_SHIFT = pow(_BASE, _BLOCK, _MASK + 1)


def line_hashes(text: str) -> tuple[str, ...]:
    """One for each line; the text behind the last line end is a line too."""
    plain = re.sub(r"[ \t]", "", re.sub(r"\r\n?", "\n", text))
    raw = plain.encode("utf-16-le", "surrogatepass")
    codes = [*struct.unpack(f"<{len(raw) // 2}H", raw), _END]
    starts = [0, *(at + 1 for at, code in enumerate(codes) if code == 0x0A)]
    sums = [0]  # sums[n]: the polynomial over the first n characters
    for code in [*codes, *([0] * _BLOCK)]:
        sums.append((sums[-1] * _BASE + code) & _MASK)
    seen: Counter[int] = Counter()
    found = []
    for start in starts:
        value = (sums[start + _BLOCK] - sums[start] * _SHIFT) & _MASK
        seen[value] += 1
        found.append(f"{value:x}:{seen[value]}")
    return tuple(found)
