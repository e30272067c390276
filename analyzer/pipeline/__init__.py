"""The way of the data from input to `Report`."""

from analyzer.pipeline.analyse import analyse
from analyzer.pipeline.flow import flow
from analyzer.pipeline.options import Options

__all__ = ["Options", "analyse", "flow"]
