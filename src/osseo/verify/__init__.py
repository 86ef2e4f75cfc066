"""Proof on the user's own machine: foreign SBML against expected results, and our own models against twins.

`osseo verify` is its door. Nothing else in the package depends on it.
"""
