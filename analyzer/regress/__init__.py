"""Findings over the stages of a series: introduced, fixed, a window in between, or there before."""
