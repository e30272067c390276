"""The command line: `run` takes arguments and streams and returns the exit status.

It alone prints. What it calls below comes in as `Doors`, so that nothing heavy is imported before it
is needed and tests can stand in for the pipeline.
"""

from analyzer.cli.doors import Doors, Request
from analyzer.cli.run import run

__all__ = ["Doors", "Request", "run"]
