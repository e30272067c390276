"""The git hooks: put into a repository, taken away, and what they do when git runs them.

Job: `serve` does what ``analyze-series hook`` is asked for. Input: `Asked`, standard input, the environment
that git gave the hook. Output: `Told`, which the command line prints. Not modelled: how anything is analysed.
"""

from analyzer.hooks.asked import PASSED, REFUSED, Asked, Settings, Told
from analyzer.hooks.serve import serve

__all__ = ["PASSED", "REFUSED", "Asked", "Settings", "Told", "serve"]
