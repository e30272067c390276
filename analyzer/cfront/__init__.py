"""The C front end: text to control-flow summaries. It knows no domain.

`index` says what a file holds without parsing it, `lower` reads the functions that are wanted, `parse` all
of a file; `Store` does the first two and remembers from run to run. `verify` states what of the invariants
a summary violates, `show` prints it.
"""

from analyzer.cfront.entries import index
from analyzer.cfront.folder import cache_folder
from analyzer.cfront.parse import lower, parse
from analyzer.cfront.show import show, show_expression
from analyzer.cfront.store import Store, contents_id
from analyzer.cfront.verify import verify

__all__ = [
    "Store",
    "cache_folder",
    "contents_id",
    "index",
    "lower",
    "parse",
    "show",
    "show_expression",
    "verify",
]
