"""The C front end: text to control-flow summaries. It knows no domain.

`index` says what a file holds without parsing it, `lower` reads the functions that are wanted, `parse` all
of a file; `verify` states what of the invariants a summary violates, `show` prints it.
"""

from analyzer.cfront.entries import index
from analyzer.cfront.parse import lower, parse
from analyzer.cfront.show import show, show_expression
from analyzer.cfront.verify import verify

__all__ = ["index", "lower", "parse", "show", "show_expression", "verify"]
