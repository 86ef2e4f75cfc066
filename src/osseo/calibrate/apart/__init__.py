"""A fit without one study or one field: linear model around the mode, scores held apart, ablations."""
