"""Calibration studies predicted without themselves, and how far they lie from the model."""
