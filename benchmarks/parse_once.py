"""Prints the seconds that parsing a C file once takes: the median of 31 within one process."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import tree_sitter
import tree_sitter_c

content = Path(sys.argv[1]).read_bytes()
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))
taken = []
for _ in range(31):
    start = time.perf_counter()
    parser.parse(content)
    taken.append(time.perf_counter() - start)
print(statistics.median(taken))
