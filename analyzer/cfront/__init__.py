"""The C front end: text to control-flow summaries. It knows no domain.

`parse` reads a file, `verify` states what of the invariants a summary violates, `show` prints it.
"""

from analyzer.cfront.parse import parse
from analyzer.cfront.show import show, show_expression
from analyzer.cfront.verify import verify

__all__ = ["parse", "show", "show_expression", "verify"]
