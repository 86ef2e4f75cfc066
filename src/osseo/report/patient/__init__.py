"""The patient page shown: one printable HTML page of two A4 sides, PDF, terminal text and JSON.

It computes nothing; every word of a finding comes from the page data and reaches the reader whole.
"""
