"""The report as one page that needs nothing else: no script, no font, no picture from elsewhere."""

from analyzer.reports.html.page import join, render

__all__ = ["join", "render"]
