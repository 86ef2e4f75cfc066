"""Predictions and their scores for people: lines for a terminal, tables, an HTML section, forest plots."""
