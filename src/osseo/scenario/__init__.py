"""Scenarios: a person, a procedure and a regimen, read from YAML and checked, all problems at once.

`door.read_scenario` and `door.readings` read; `types` says what a scenario is; `content` hashes it and
makes its placebo.
"""
