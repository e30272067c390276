"""Judges all mutants of the reduced tree: python -m tests.mutants [--stage N] [--part I/N] [NUMBER ...]"""
