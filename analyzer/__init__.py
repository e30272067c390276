"""analyze-series: what a patch series does to the order of lifecycle events."""

__version__ = "0.1.0"
