"""Fits of the model to evidence: least squares with priors, Laplace posterior, Draws file.

Floor 7. `target.py` reads targets from calibration records only; `fit.py` fits; `posterior.py` writes
what floors above read. Import from the files; this face stays empty so that doors start fast.
"""
