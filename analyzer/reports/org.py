"""Tables as org-mode writes them.

Input: rows of foreign text, the first one the heads. Output: lines, columns padded. Not modelled: folding;
a table is as wide as its cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.reports.escape import org_cell
from analyzer.reports.layout import columns_of, padded


def org_table(rows: Sequence[Sequence[str]]) -> list[str]:
    """``|---+---|``, heads, ``|---+---|``, rows, ``|---+---|``."""
    cells = [[org_cell(cell) for cell in row] for row in rows]
    widths = [max(columns_of(row[column]) for row in cells) for column in range(len(cells[0]))]
    rule = "|-" + "-+-".join("-" * width for width in widths) + "-|"
    lines = [f"| {' | '.join(map(padded, row, widths))} |" for row in cells]
    return [rule, lines[0], rule, *lines[1:], rule]
