"""The search of a fit: penalised least squares, scales of residuals, and the point of a stopped search."""
