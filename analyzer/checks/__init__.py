"""Contracts: whether the sequences of a stage are those that a profile's rules allow."""
